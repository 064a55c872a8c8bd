// SPDX-License-Identifier: Apache-2.0
/* Reads the match fields of a text flow. */
#include "openflow/nicira_field.h"
#include "openflow/nicira_match.h"
#include "openflow/text_form.h"

#include <errno.h>
#include <strings.h>

/* Turns what of_match_add says into a sentence. */
static int add(struct of_parser *p, struct of_match *match, const char *key, enum of_field field,
	       const void *value, const void *mask)
{
	switch (of_match_add(match, field, value, mask)) {
	case OF_OK:
		return 0;
	case OFPBMC_DUP_FIELD:
		return of_parser_fail(p, "%s: the field is given twice: leave one out", key);
	case OFPBMC_BAD_MASK:
		return of_parser_fail(p,
				      "%s: this field takes no mask: leave out what follows the "
				      "slash",
				      key);
	case OFPBMC_BAD_VALUE:
		return of_parser_fail(p, "%s: the value is too large for the field", key);
	default:
		return of_parser_fail(p, "%s: OpenFlow cannot match on that", key);
	}
}

static int add_u64(struct of_parser *p, struct of_match *match, const char *key,
		   enum of_field field, uint64_t value, uint64_t mask)
{
	struct of_match one;

	of_match_init(&one);
	if (of_match_add_u64_masked(&one, field, value, mask) != OF_OK)
		return of_parser_fail(p, "%s: the value or mask does not fit the field", key);
	if (one.n == 0)
		return 0;
	return add(p, match, key, field, one.f[0].value, one.f[0].mask);
}

/* As add_u64, for fields that shorthands imply too: the same value again is no error. */
static int add_implied(struct of_parser *p, struct of_match *match, const char *key,
		       enum of_field field, uint64_t value)
{
	const struct of_match_field *f = of_match_find(match, field);

	if (f == NULL)
		return add_u64(p, match, key, field, value, UINT64_MAX);
	if (of_match_field_value(f) != value)
		return of_parser_fail(p,
				      "%s: it contradicts another protocol of the same flow: "
				      "leave one out",
				      key);
	return 0;
}

static int number(struct of_parser *p, const struct of_word *word, uint64_t max, uint64_t *value)
{
	int rc = word->value != NULL ? text_parse_u64(word->value, max, value) : -EINVAL;

	if (rc == -ERANGE)
		return of_parser_fail(p, "%s: \"%.40s\" is too large: the largest value is %llu",
				      word->key, word->value, (unsigned long long)max);
	if (rc != 0)
		return of_parser_fail(p, "%s: \"%.40s\" is no number: write %s=10 or %s=0xa",
				      word->key, word->value != NULL ? word->value : "", word->key,
				      word->key);
	return 0;
}

/* `tcp`, `dl_type=0x800`, `nw_proto=6`: what the other words depend on. */
static int protocol_word(struct of_parser *p, struct of_word *word, struct of_match *match)
{
	uint16_t eth_type;
	uint64_t value;
	int ip_proto;
	int rc = 0;

	if (word->value == NULL) {
		if (!of_shorthand_find(word->key, &eth_type, &ip_proto))
			return 0;
		rc = add_implied(p, match, word->key, OF_FIELD_ETH_TYPE, eth_type);
		if (rc == 0 && ip_proto >= 0)
			rc = add_implied(p, match, word->key, OF_FIELD_IP_PROTO,
					 (uint64_t)ip_proto);
		word->key = NULL;
		return rc;
	}
	if (of_field_from_name(word->key) != OF_FIELD_ETH_TYPE)
		return 0;
	rc = number(p, word, UINT16_MAX, &value);
	if (rc == 0)
		rc = add_implied(p, match, word->key, OF_FIELD_ETH_TYPE, value);
	word->key = NULL;
	return rc;
}

/* `nw_proto=6`, after the types are known: with arp it is the operation. */
static int ip_proto_word(struct of_parser *p, struct of_word *word, struct of_match *match)
{
	uint64_t eth_type = of_match_get_u64(match, OF_FIELD_ETH_TYPE, 0);
	uint64_t value;
	int rc;

	if (word->value == NULL || of_field_from_name(word->key) != OF_FIELD_IP_PROTO)
		return 0;
	rc = number(p, word, eth_type == 0x0806 ? UINT16_MAX : UINT8_MAX, &value);
	if (rc == 0 && eth_type == 0x0806)
		rc = add_u64(p, match, word->key, OF_FIELD_ARP_OP, value, UINT64_MAX);
	else if (rc == 0)
		rc = add_implied(p, match, word->key, OF_FIELD_IP_PROTO, value);
	word->key = NULL;
	return rc;
}

/* The field that a word stands for once the protocols are known; -1: none; -2: lacks its protocol.
 */
static int field_of_word(const char *key, const struct of_match *match)
{
	static const struct {
		const char *key;
		uint16_t eth_type; /* 0: any */
		int ip_proto;      /* -1: any */
		enum of_field field;
	} rows[] = {
		{"tp_src", 0, 6, OF_FIELD_TCP_SRC},
		{"tp_src", 0, 17, OF_FIELD_UDP_SRC},
		{"tp_src", 0, 132, OF_FIELD_SCTP_SRC},
		{"tp_src", 0x0800, 1, OF_FIELD_ICMPV4_TYPE},
		{"tp_src", 0x86dd, 58, OF_FIELD_ICMPV6_TYPE},
		{"tp_dst", 0, 6, OF_FIELD_TCP_DST},
		{"tp_dst", 0, 17, OF_FIELD_UDP_DST},
		{"tp_dst", 0, 132, OF_FIELD_SCTP_DST},
		{"tp_dst", 0x0800, 1, OF_FIELD_ICMPV4_CODE},
		{"tp_dst", 0x86dd, 58, OF_FIELD_ICMPV6_CODE},
		{"icmp_type", 0x0800, 1, OF_FIELD_ICMPV4_TYPE},
		{"icmp_type", 0x86dd, 58, OF_FIELD_ICMPV6_TYPE},
		{"icmp_code", 0x0800, 1, OF_FIELD_ICMPV4_CODE},
		{"icmp_code", 0x86dd, 58, OF_FIELD_ICMPV6_CODE},
		{"nw_src", 0x0806, -1, OF_FIELD_ARP_SPA},
		{"nw_dst", 0x0806, -1, OF_FIELD_ARP_TPA},
		{"nw_src", 0x0800, -1, OF_FIELD_IPV4_SRC},
		{"nw_dst", 0x0800, -1, OF_FIELD_IPV4_DST},
	};
	uint64_t eth_type = of_match_get_u64(match, OF_FIELD_ETH_TYPE, 0);
	int64_t ip_proto = (int64_t)of_match_get_u64(match, OF_FIELD_IP_PROTO, 256);
	bool known = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].key, key) != 0)
			continue;
		known = true;
		if ((rows[i].eth_type == 0 || rows[i].eth_type == eth_type) &&
		    (rows[i].ip_proto < 0 || rows[i].ip_proto == ip_proto))
			return (int)rows[i].field;
	}
	return known ? -2 : of_field_from_name(key);
}

static int vlan_tci_word(struct of_parser *p, const struct of_word *word, struct of_match *match)
{
	char value_text[32];
	char *slash;
	struct of_word part = {.key = word->key, .value = value_text};
	uint64_t value, mask = 0xffff;
	int rc;

	text_copy(value_text, sizeof(value_text), word->value);
	slash = strchr(value_text, '/');
	if (slash != NULL) {
		*slash = '\0';
		part.value = slash + 1;
		rc = number(p, &part, UINT16_MAX, &mask);
		if (rc != 0)
			return rc;
		part.value = value_text;
	}
	rc = number(p, &part, UINT16_MAX, &value);
	if (rc != 0)
		return rc;
	value &= mask;
	switch (of_match_add_vlan_tci(match, (uint16_t)value, (uint16_t)mask)) {
	case OF_OK:
		return 0;
	case OFPBMC_BAD_MASK:
		return of_parser_fail(p,
				      "%s: OpenFlow matches on all bits of the priority or none: "
				      "use a mask with 0xe000",
				      word->key);
	case OFPBMC_DUP_FIELD:
		return of_parser_fail(p, "%s: the VLAN is given twice: leave one out", word->key);
	default:
		return of_parser_fail(p,
				      "%s: a priority and no tag match nothing: add 0x1000 to "
				      "value and mask",
				      word->key);
	}
}

static int vlan_vid_word(struct of_parser *p, const struct of_word *word, struct of_match *match,
			 bool is_dl_vlan)
{
	struct of_match_field f;
	uint64_t value;
	int rc;

	if (is_dl_vlan) {
		rc = number(p, word, UINT16_MAX, &value);
		if (rc == 0 && value > 0xfff && value != 0xffff)
			rc = of_parser_fail(p,
					    "%s: %s is no VLAN: write 0 to 4095, or 0xffff for "
					    "frames without a tag",
					    word->key, word->value);
		if (rc != 0)
			return rc;
		return add_u64(p, match, word->key, OF_FIELD_VLAN_VID,
			       value == 0xffff ? OFPVID_NONE : value | OFPVID_PRESENT, UINT64_MAX);
	}
	rc = of_field_value_parse(p, OF_FIELD_VLAN_VID, word->value, &f);
	if (rc != 0)
		return rc;
	value = of_match_field_value(&f);
	if (!f.masked && value != OFPVID_NONE)
		value |= OFPVID_PRESENT;
	return add_u64(p, match, word->key, OF_FIELD_VLAN_VID, value, of_match_field_mask(&f));
}

/* Words that are not simply a field. 1: it was one, 0: it was none. */
static int special_word(struct of_parser *p, const struct of_word *word, struct of_match *match)
{
	uint64_t value;
	int rc;

	if (strcmp(word->key, "dl_vlan") == 0)
		rc = vlan_vid_word(p, word, match, true);
	else if (strcmp(word->key, "vlan_vid") == 0)
		rc = vlan_vid_word(p, word, match, false);
	else if (strcmp(word->key, "vlan_tci") == 0)
		rc = vlan_tci_word(p, word, match);
	else if (strcmp(word->key, "nw_tos") == 0) {
		rc = number(p, word, UINT8_MAX, &value);
		if (rc == 0 && value % 4 != 0)
			rc = of_parser_fail(p,
					    "nw_tos: %s has bits of ECN: use a multiple of 4, "
					    "and nw_ecn for the rest",
					    word->value);
		if (rc == 0)
			rc = add_u64(p, match, word->key, OF_FIELD_IP_DSCP, value >> 2, UINT64_MAX);
	} else
		return 0;
	return rc != 0 ? rc : 1;
}

static int wide_register_add(struct of_parser *p, struct of_match *match, const char *key,
			     const struct of_match_field *f)
{
	switch (of_match_add_wide_register(match, f->field, f->value, f->mask)) {
	case OF_OK:
		return 0;
	case OFPBMC_DUP_FIELD:
		return of_parser_fail(p, "%s: one of its registers is given twice: leave one out",
				      key);
	default:
		return of_parser_fail(p, "%s: OpenFlow cannot match on that", key);
	}
}

static int field_word(struct of_parser *p, struct of_word *word, struct of_match *match)
{
	struct of_match_field f;
	int field;
	int rc;

	if (word->value == NULL)
		return 0;
	rc = special_word(p, word, match);
	if (rc != 0) {
		word->key = NULL;
		return rc < 0 ? rc : 0;
	}
	if (of_nxm_is_conntrack(word->key))
		return of_parser_fail(p,
				      "%s: connection tracking is not there yet: write the flow "
				      "without it",
				      word->key);
	field = field_of_word(word->key, match);
	if (field == -2)
		return of_parser_fail(p,
				      "%s: it depends on a protocol that is not given: add a word "
				      "such as tcp, udp, icmp, icmp6, ip or arp",
				      word->key);
	if (field < 0)
		return 0;
	if (strcmp(word->value, "*") != 0 &&
	    !(field == OF_FIELD_IN_PORT && strcasecmp(word->value, "any") == 0)) {
		rc = of_field_value_parse(p, (enum of_field)field, word->value, &f);
		if (rc == 0 && field >= OF_FIELD_XREG0 && field < OF_FIELD_NW_TTL)
			rc = wide_register_add(p, match, word->key, &f);
		else if (rc == 0)
			rc = add(p, match, word->key, f.field, f.value, f.masked ? f.mask : NULL);
		if (rc != 0)
			return rc;
	}
	word->key = NULL;
	return 0;
}

/* Says which field lacks what, and which word would help. */
static int prerequisites_check(struct of_parser *p, const struct of_match *match)
{
	static const char *const remedies[OF_N_FIELDS] = {
		[OF_FIELD_IN_PHY_PORT] = "in_port=…",
		[OF_FIELD_VLAN_PCP] = "dl_vlan=…",
		[OF_FIELD_IPV4_SRC] = "ip",
		[OF_FIELD_IPV4_DST] = "ip",
		[OF_FIELD_TCP_SRC] = "tcp or tcp6",
		[OF_FIELD_TCP_DST] = "tcp or tcp6",
		[OF_FIELD_TCP_FLAGS] = "tcp or tcp6",
		[OF_FIELD_UDP_SRC] = "udp or udp6",
		[OF_FIELD_UDP_DST] = "udp or udp6",
		[OF_FIELD_SCTP_SRC] = "sctp or sctp6",
		[OF_FIELD_SCTP_DST] = "sctp or sctp6",
		[OF_FIELD_ICMPV4_TYPE] = "icmp",
		[OF_FIELD_ICMPV4_CODE] = "icmp",
		[OF_FIELD_ARP_OP] = "arp",
		[OF_FIELD_ARP_SPA] = "arp",
		[OF_FIELD_ARP_TPA] = "arp",
		[OF_FIELD_ARP_SHA] = "arp",
		[OF_FIELD_ARP_THA] = "arp",
		[OF_FIELD_IPV6_SRC] = "ipv6",
		[OF_FIELD_IPV6_DST] = "ipv6",
		[OF_FIELD_IPV6_FLABEL] = "ipv6",
		[OF_FIELD_IPV6_EXTHDR] = "ipv6",
		[OF_FIELD_ICMPV6_TYPE] = "icmp6",
		[OF_FIELD_ICMPV6_CODE] = "icmp6",
		[OF_FIELD_IPV6_ND_TARGET] = "icmp6,icmp_type=135",
		[OF_FIELD_IPV6_ND_SLL] = "icmp6,icmp_type=135",
		[OF_FIELD_IPV6_ND_TLL] = "icmp6,icmp_type=136",
		[OF_FIELD_MPLS_LABEL] = "mpls",
		[OF_FIELD_MPLS_TC] = "mpls",
		[OF_FIELD_MPLS_BOS] = "mpls",
		[OF_FIELD_MPLS_TTL] = "mpls",
		[OF_FIELD_PBB_ISID] = "dl_type=0x88e7",
		[OF_FIELD_PBB_UCA] = "dl_type=0x88e7",
	};

	for (unsigned i = 0; i < match->n; i++) {
		enum of_field field = match->f[i].field;

		if (!of_match_has_prerequisites(match, field))
			return of_parser_fail(
				p, "%s: it depends on a protocol that is not given: add %s",
				of_field_info(field)->text,
				remedies[field] != NULL ? remedies[field] : "ip or ipv6");
	}
	return 0;
}

int of_match_words_parse(struct of_parser *p, struct of_word *words, int n_words,
			 struct of_match *match)
{
	int rc = 0;

	for (int i = 0; i < n_words && rc == 0; i++)
		rc = protocol_word(p, &words[i], match);
	for (int i = 0; i < n_words && rc == 0; i++)
		if (words[i].key != NULL)
			rc = ip_proto_word(p, &words[i], match);
	for (int i = 0; i < n_words && rc == 0; i++)
		if (words[i].key != NULL)
			rc = field_word(p, &words[i], match);
	/* A priority without a VLAN means: of any VLAN. */
	if (rc == 0 && of_match_find(match, OF_FIELD_VLAN_PCP) != NULL &&
	    of_match_find(match, OF_FIELD_VLAN_VID) == NULL)
		rc = add_u64(p, match, "dl_vlan_pcp", OF_FIELD_VLAN_VID, OFPVID_PRESENT,
			     OFPVID_PRESENT);
	return rc != 0 ? rc : prerequisites_check(p, match);
}
