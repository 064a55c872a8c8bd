// SPDX-License-Identifier: Apache-2.0
/*
 * flow_key: what the tables look at, read from a frame once and kept in 64-bit words.
 *
 * Every field that a table can match has its fixed place. Multi-byte fields are in network order
 * unless their name says otherwise; words of layers that were not parsed are zero. A rule that
 * matches a field also matches what makes the field exist (OpenFlow 1.3.5 §7.2.3.8), so a zero
 * word of an absent layer never gives a wrong answer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOW_KEY_WORDS 29

/* vlan_tci_be is PCP (3 bits), present (1 bit), VID (12 bits); 0 on an untagged frame. */
#define FLOW_VLAN_PRESENT 0x1000
#define FLOW_VLAN_VID_MASK 0x0fff

struct flow_key {
	union {
		uint64_t w[FLOW_KEY_WORDS];
		struct {
			uint32_t in_port;     /* host order: the OpenFlow number */
			uint32_t in_phy_port; /* host order; equals in_port but for tunnels */
			uint64_t metadata;    /* host order */
			uint8_t eth_dst[6];
			uint16_t eth_type_be; /* behind all VLAN tags that were parsed */
			uint8_t eth_src[6];
			uint16_t vlan_tci_be;
			uint8_t ip_proto;
			uint8_t ip_tos; /* DSCP and ECN */
			uint8_t ip_ttl;
			uint8_t ip_frag;      /* FLOW_FRAG_* */
			uint16_t l4_src_be;   /* TCP, UDP, SCTP; ICMP: the type */
			uint16_t l4_dst_be;   /* TCP, UDP, SCTP; ICMP: the code */
			uint32_t ipv4_src_be; /* ARP: sender protocol address */
			uint32_t ipv4_dst_be; /* ARP: target protocol address */
			uint8_t ipv6_src[16];
			uint8_t ipv6_dst[16];
			uint32_t ipv6_flabel_be;
			uint16_t ipv6_exthdr_be; /* OFPIEH_* bits */
			uint16_t tcp_flags_be;
			uint8_t arp_sha[6];
			uint16_t arp_op_be;
			uint8_t arp_tha[6];
			uint16_t unused_a;
			uint8_t nd_target[16];
			uint8_t nd_sll[6];
			uint16_t unused_b;
			uint8_t nd_tll[6];
			uint16_t unused_c;
			uint32_t mpls_lse_be;   /* label, TC, BoS, TTL of the outermost entry */
			uint32_t pbb_be;        /* UCA bit and I-SID */
			uint64_t tunnel_id;     /* host order */
			uint32_t reg[16];       /* host order: registers of the pipeline */
			uint32_t actset_output; /* host order: the action set's output; egress
						   tables */
			uint32_t conj_id;  /* host order: set while a conjunction is looked up */
			uint32_t pkt_mark; /* host order */
			uint32_t unused_d;
		};
	};
};

_Static_assert(sizeof(struct flow_key) == FLOW_KEY_WORDS * 8, "flow_key has holes");

#define FLOW_FRAG_ANY 1   /* part of a fragmented datagram */
#define FLOW_FRAG_LATER 2 /* not its first part: no L4 header */

/* Words that are the pipeline's own and not the frame's: from tunnel_id on. */
#define FLOW_FIRST_OWN_WORD 18
#define FLOW_OWN_WORDS (~0u << FLOW_FIRST_OWN_WORD & ((1u << FLOW_KEY_WORDS) - 1))

_Static_assert(offsetof(struct flow_key, tunnel_id) == FLOW_FIRST_OWN_WORD * 8, "first own word");

/** Which words have a bit set: bit i is word i. Any thread. */
static inline uint32_t flow_key_words(const struct flow_key *key)
{
	uint32_t words = 0;

	for (int i = 0; i < FLOW_KEY_WORDS; i++)
		words |= (uint32_t)(key->w[i] != 0) << i;
	return words;
}

/* How deep a frame is parsed; chosen from the union of the rules' masks. */
enum flow_depth { FLOW_DEPTH_L2, FLOW_DEPTH_L3, FLOW_DEPTH_L4 };

/* Values and care bits of a match; value bits outside the mask are zero. */
struct flow_match {
	struct flow_key value;
	struct flow_key mask;
};

/** How deep a frame must be parsed for this match. Any thread. */
enum flow_depth flow_match_depth(const struct flow_match *match);

/** True when the key has the value of every bit that the match cares for. Any thread. */
static inline bool flow_match_covers(const struct flow_match *match, const struct flow_key *key)
{
	for (int i = 0; i < FLOW_KEY_WORDS; i++) {
		if ((key->w[i] ^ match->value.w[i]) & match->mask.w[i])
			return false;
	}
	return true;
}

/*
 * The fields that a program can set or copy, each a run of bytes in struct flow_key; bits below a
 * byte are said by `mask` of the action.
 */
enum flow_field {
	FLOW_METADATA,
	FLOW_ETH_DST,
	FLOW_ETH_SRC,
	FLOW_ETH_TYPE,
	FLOW_VLAN_TCI, /* VID and PCP of the outermost tag, as 16 bits in network order */
	FLOW_IP_PROTO,
	FLOW_IP_TOS,
	FLOW_IP_TTL,
	FLOW_L4_SRC,
	FLOW_L4_DST,
	FLOW_IPV4_SRC, /* ARP frames: arp_spa */
	FLOW_IPV4_DST, /* ARP frames: arp_tpa */
	FLOW_IPV6_SRC,
	FLOW_IPV6_DST,
	FLOW_IPV6_FLABEL,
	FLOW_MPLS_LSE, /* label, TC, BoS and TTL of the outermost entry, 32 bits */
	FLOW_PBB,      /* UCA bit (0x01000000) and I-SID, 32 bits */
	FLOW_ARP_OP,
	FLOW_ARP_SHA,
	FLOW_ARP_THA,
	FLOW_ND_TARGET,
	FLOW_ND_SLL,
	FLOW_ND_TLL,
	FLOW_TUNNEL_ID,
	FLOW_PKT_MARK,
	/* Read only: they can be copied from. */
	FLOW_IN_PORT,
	FLOW_IN_PHY_PORT,
	FLOW_ACTSET_OUTPUT,
	FLOW_TCP_FLAGS,
	FLOW_IPV6_EXTHDR,
	FLOW_REG0, /* …FLOW_REG0 + 15 */
	FLOW_N_FIELDS = FLOW_REG0 + 16
};

struct flow_field_place {
	uint16_t offset; /* bytes in struct flow_key */
	uint8_t size;    /* bytes */
};

/** Where a field stands in the key. Any thread. */
struct flow_field_place flow_field_place(enum flow_field field);

/* A run of bits of a field, from its least significant bit on. */
struct flow_bits {
	uint8_t field; /* enum flow_field */
	uint8_t offset;
	uint8_t n_bits;
	uint8_t unused;
};

/** Bit `i`, from the least significant one on, of `size` bytes in network order. Any thread. */
static inline bool flow_bit_get(const uint8_t *bytes, unsigned int size, unsigned int i)
{
	return (bytes[size - 1 - i / 8] >> i % 8 & 1) != 0;
}

/** Sets such a bit. Any thread. */
static inline void flow_bit_set(uint8_t *bytes, unsigned int size, unsigned int i, bool on)
{
	uint8_t *at = &bytes[size - 1 - i / 8];

	*at = (uint8_t)((*at & ~(1u << i % 8)) | (unsigned int)on << i % 8);
}

/** Is the field kept as a number in host order, not as the frame has it? Any thread. */
bool flow_field_is_number(enum flow_field field);

/** The bits, right-aligned in 16 bytes in network order. Any thread. */
void flow_bits_get(const struct flow_key *key, const struct flow_bits *from, uint8_t out[16]);

/**
 * Value and mask of the whole field, as the key has it, that set these bits to the lowest ones of
 * `in`. Any thread.
 */
void flow_bits_spread(const struct flow_bits *to, const uint8_t in[16], uint8_t value[16],
		      uint8_t mask[16]);
