// SPDX-License-Identifier: Apache-2.0
/*
 * field: every match field, described once.
 *
 * The fields of the class OpenFlow-basic have their OXM number as their value (1.3.5 §7.2.3.7,
 * 1.5.1 §7.2.3.8); fields of other classes follow from OF_FIELD_EXTENSION on. A field that several
 * classes know (NXM_OF_ETH_DST and eth_dst) is one field here; `of_field_from_oxm` takes all its
 * headers, and it is written in the class of OpenFlow-basic.
 */
#pragma once

#include "openflow/types.h"

#include <stdbool.h>
#include <stdint.h>

enum of_field {
	OF_FIELD_IN_PORT = 0,
	OF_FIELD_IN_PHY_PORT = 1,
	OF_FIELD_METADATA = 2,
	OF_FIELD_ETH_DST = 3,
	OF_FIELD_ETH_SRC = 4,
	OF_FIELD_ETH_TYPE = 5,
	OF_FIELD_VLAN_VID = 6, /* 12 bits and OFPVID_PRESENT: 13 bits */
	OF_FIELD_VLAN_PCP = 7,
	OF_FIELD_IP_DSCP = 8, /* 6 bits, right-aligned */
	OF_FIELD_IP_ECN = 9,
	OF_FIELD_IP_PROTO = 10,
	OF_FIELD_IPV4_SRC = 11,
	OF_FIELD_IPV4_DST = 12,
	OF_FIELD_TCP_SRC = 13,
	OF_FIELD_TCP_DST = 14,
	OF_FIELD_UDP_SRC = 15,
	OF_FIELD_UDP_DST = 16,
	OF_FIELD_SCTP_SRC = 17,
	OF_FIELD_SCTP_DST = 18,
	OF_FIELD_ICMPV4_TYPE = 19,
	OF_FIELD_ICMPV4_CODE = 20,
	OF_FIELD_ARP_OP = 21,
	OF_FIELD_ARP_SPA = 22,
	OF_FIELD_ARP_TPA = 23,
	OF_FIELD_ARP_SHA = 24,
	OF_FIELD_ARP_THA = 25,
	OF_FIELD_IPV6_SRC = 26,
	OF_FIELD_IPV6_DST = 27,
	OF_FIELD_IPV6_FLABEL = 28, /* 20 bits in 4 bytes */
	OF_FIELD_ICMPV6_TYPE = 29,
	OF_FIELD_ICMPV6_CODE = 30,
	OF_FIELD_IPV6_ND_TARGET = 31,
	OF_FIELD_IPV6_ND_SLL = 32,
	OF_FIELD_IPV6_ND_TLL = 33,
	OF_FIELD_MPLS_LABEL = 34, /* 20 bits in 4 bytes */
	OF_FIELD_MPLS_TC = 35,
	OF_FIELD_MPLS_BOS = 36,
	OF_FIELD_PBB_ISID = 37, /* 3 bytes */
	OF_FIELD_TUNNEL_ID = 38,
	OF_FIELD_IPV6_EXTHDR = 39, /* 9 bits in 2 bytes */
	OF_FIELD_PBB_UCA = 41,
	OF_FIELD_TCP_FLAGS = 42,     /* 1.5: 12 bits in 2 bytes */
	OF_FIELD_ACTSET_OUTPUT = 43, /* 1.5 */
	OF_FIELD_PACKET_TYPE = 44,   /* 1.5 */
	/* Fields of other OXM classes: Nicira's, ovs-fields(7). */
	OF_FIELD_EXTENSION = 48,
	OF_FIELD_REG0 = 48,  /* NXM_NX_REG0…15: 32 bits each */
	OF_FIELD_XREG0 = 64, /* OXM_OF_PKT_REG0…7: two registers, the even one in the high half */
	OF_FIELD_XXREG0 = 72, /* NXM_NX_XXREG0…3: four registers */
	OF_FIELD_NW_TTL = 76, /* NXM_NX_IP_TTL: IPv4 TTL, IPv6 hop limit */
	OF_FIELD_MPLS_TTL = 77,
	OF_FIELD_NW_FRAG = 78,  /* NXM_NX_IP_FRAG: 2 bits: fragment, later fragment */
	OF_FIELD_VLAN_TCI = 79, /* NXM_OF_VLAN_TCI: PCP, present bit, VID */
	OF_FIELD_CONJ_ID = 80,  /* NXM_NX_CONJ_ID */
	OF_FIELD_PKT_MARK = 81, /* NXM_NX_PKT_MARK */
	OF_N_FIELDS = 82,
};

#define OF_N_REGS 16

#define OF_OXM_CLASS_NXM0 0x0000 /* NXM_OF_* */
#define OF_OXM_CLASS_NXM1 0x0001 /* NXM_NX_* */
#define OF_OXM_CLASS_BASIC 0x8000
#define OF_OXM_CLASS_PACKET_REGS 0x8001 /* 1.5.1 §7.2.3.10 */
#define OF_OXM_CLASS_EXPERIMENTER 0xffff

enum of_field_form {
	OF_FORM_DECIMAL,
	OF_FORM_HEX,
	OF_FORM_ETH,
	OF_FORM_IPV4,
	OF_FORM_IPV6,
	OF_FORM_PORT,
};

struct of_field_info {
	const char *name;    /* the standard's: eth_dst; NULL marks a number that is not in use */
	const char *text;    /* the word that ovs-ofctl prints in set_field: icmp_type */
	const char *aliases; /* other words that mean it, separated by blanks: "dl_dst" */
	uint16_t oxm_class;
	uint8_t oxm_field;
	uint8_t n_bytes;
	uint8_t n_bits; /* significant bits, right-aligned in n_bytes */
	bool maskable;
	bool settable; /* by a set-field action */
	enum of_version since;
	enum of_field_form form;
};

/** The description of a field; NULL for a number that is none. Static. */
const struct of_field_info *of_field_info(enum of_field field);

/** The field with an OXM class and number; -1 when there is none. */
int of_field_from_oxm(uint16_t oxm_class, uint8_t oxm_field);

/** The field called `name` (the standard's name or an alias); -1 when there is none. */
int of_field_from_name(const char *name);
