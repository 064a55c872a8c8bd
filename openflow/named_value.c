// SPDX-License-Identifier: Apache-2.0
/* Values of fields that have words of their own in text: ovs-fields(7). */
#include "openflow/text_form.h"

#include <errno.h>

static const char *const tcp_flags[] = {"fin", "syn", "rst", "psh", "ack",
					"urg", "ece", "cwr", "ns"};

#define N_TCP_FLAGS (sizeof(tcp_flags) / sizeof(tcp_flags[0]))
#define TCP_FLAGS_MASK 0xfff

static const struct {
	const char *word;
	uint8_t value, mask; /* 1: a fragment, 2: not the first */
} fragments[] = {
	{"no", 0, 3}, {"yes", 1, 1}, {"first", 1, 3}, {"later", 3, 3}, {"not_later", 0, 2},
};

#define N_FRAGMENTS (sizeof(fragments) / sizeof(fragments[0]))

static void set_u32(struct of_match_field *f, uint32_t value, uint32_t mask, uint32_t ones)
{
	unsigned n_bytes = of_field_info(f->field)->n_bytes;

	for (unsigned i = 0; i < n_bytes; i++) {
		f->value[n_bytes - 1 - i] = (uint8_t)((value & mask) >> (8 * i));
		f->mask[n_bytes - 1 - i] = (uint8_t)(mask >> (8 * i));
	}
	f->masked = mask != ones;
}

/* The bit of the flag that stands at `*at`, which moves behind it; 0: none. */
static uint32_t flag_take(const char **at)
{
	size_t len = strcspn(*at, "+-|");

	for (unsigned i = 0; i < N_TCP_FLAGS; i++) {
		if (strlen(tcp_flags[i]) == len && strncmp(tcp_flags[i], *at, len) == 0) {
			*at += len;
			return 1u << i;
		}
	}
	return 0;
}

static int tcp_flags_fail(struct of_parser *p, const char *word)
{
	return of_parser_fail(p,
			      "tcp_flags: \"%.40s\" are no flags: write +syn-ack, syn|ack or "
			      "0x2/0x12, of fin syn rst psh ack urg ece cwr ns",
			      word);
}

static int tcp_flags_parse(struct of_parser *p, const char *word, struct of_match_field *f)
{
	bool signs = *word == '+' || *word == '-';
	uint32_t value = 0, mask = signs ? 0 : TCP_FLAGS_MASK;
	const char *at = word;

	while (*at != '\0') {
		char sign = signs || at != word ? *at++ : '|';
		uint32_t bit;

		if (signs ? sign != '+' && sign != '-' : sign != '|')
			return tcp_flags_fail(p, word);
		bit = flag_take(&at);
		if (bit == 0 || (signs && mask & bit))
			return tcp_flags_fail(p, word);
		if (signs)
			mask |= bit;
		if (sign != '-')
			value |= bit;
	}
	set_u32(f, value, mask, TCP_FLAGS_MASK);
	return 1;
}

static int fragment_parse(struct of_parser *p, const char *word, struct of_match_field *f)
{
	for (size_t i = 0; i < N_FRAGMENTS; i++) {
		if (strcmp(fragments[i].word, word) != 0)
			continue;
		set_u32(f, fragments[i].value, fragments[i].mask, 3);
		return 1;
	}
	return of_parser_fail(p,
			      "ip_frag: \"%.40s\" is not known: write no, yes, first, later or "
			      "not_later",
			      word);
}

/* `(NAMESPACE,TYPE)` */
static int packet_type_parse(struct of_parser *p, const char *word, struct of_match_field *f)
{
	const char *comma = strchr(word, ',');
	char space[16], type[16];
	uint64_t space_no, type_no;
	size_t len = strlen(word);

	if (comma != NULL && word[len - 1] == ')' && comma - word < 12 &&
	    len - (size_t)(comma - word) < 12) {
		text_copy(space, (size_t)(comma - word), word + 1);
		text_copy(type, len - (size_t)(comma - word) - 1, comma + 1);
		if (text_parse_u64(space, UINT16_MAX, &space_no) == 0 &&
		    text_parse_u64(type, UINT16_MAX, &type_no) == 0) {
			set_u32(f, (uint32_t)(space_no << 16 | type_no), UINT32_MAX, UINT32_MAX);
			return 1;
		}
	}
	return of_parser_fail(p, "packet_type: \"%.40s\" is none: write (0,0) or (1,0x800)", word);
}

int of_named_value_parse(struct of_parser *p, enum of_field field, const char *word,
			 struct of_match_field *f)
{
	bool is_number = *word >= '0' && *word <= '9';

	f->field = field;
	if (field == OF_FIELD_TCP_FLAGS && !is_number && *word != '\0')
		return tcp_flags_parse(p, word, f);
	if (field == OF_FIELD_NW_FRAG && !is_number)
		return fragment_parse(p, word, f);
	if (field == OF_FIELD_PACKET_TYPE && *word == '(')
		return packet_type_parse(p, word, f);
	return 0;
}

static bool tcp_flags_text(const struct of_match_field *f, struct text *t)
{
	uint64_t value = of_match_field_value(f), mask = of_match_field_mask(f);
	uint64_t named = (1u << N_TCP_FLAGS) - 1;
	const char *between = "";

	if ((f->masked ? mask : value) & ~named || (!f->masked && value == 0))
		return false;
	for (unsigned i = 0; i < N_TCP_FLAGS; i++) {
		if (f->masked && mask >> i & 1)
			text_add(t, "%c%s", value >> i & 1 ? '+' : '-', tcp_flags[i]);
		if (!f->masked && value >> i & 1) {
			text_add(t, "%s%s", between, tcp_flags[i]);
			between = "|";
		}
	}
	return true;
}

bool of_named_value_text(const struct of_match_field *f, struct text *t)
{
	uint64_t value = of_match_field_value(f);

	if (f->field == OF_FIELD_TCP_FLAGS)
		return tcp_flags_text(f, t);
	if (f->field == OF_FIELD_PACKET_TYPE) {
		text_add(t, "(%u,0x%x)", (unsigned)(value >> 16), (unsigned)(value & 0xffff));
		return true;
	}
	for (size_t i = 0; f->field == OF_FIELD_NW_FRAG && i < N_FRAGMENTS; i++) {
		if (fragments[i].value != value || fragments[i].mask != of_match_field_mask(f))
			continue;
		text_add(t, "%s", fragments[i].word);
		return true;
	}
	return false;
}
