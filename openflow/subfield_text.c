// SPDX-License-Identifier: Apache-2.0
/* Runs of bits of a field in text. */
#include "openflow/action_words.h"
#include "openflow/nicira_field.h"

#include <ctype.h>
#include <errno.h>

int of_field_unknown_fail(struct of_parser *p, const char *what, const char *name)
{
	if (of_nxm_is_conntrack(name))
		return of_parser_fail(p,
				      "%s: \"%.40s\" belongs to connection tracking, which is not "
				      "there yet: write the flow without it",
				      what, name);
	return of_parser_fail(p, "%s: there is no field \"%.40s\": see ovs-fields(7)", what, name);
}

/* Reads `[]`, `[4]`, `[4..11]`; a missing bracket means all bits. */
static int range_parse(const char *at, unsigned n_bits, unsigned *first, unsigned *last)
{
	char *end;

	*first = 0;
	*last = n_bits - 1;
	if (*at == '\0' || strcmp(at, "[]") == 0)
		return 0;
	if (*at != '[' || !isdigit((unsigned char)at[1]))
		return -EINVAL;
	*first = (unsigned)strtoul(at + 1, &end, 10);
	*last = *first;
	if (strncmp(end, "..", 2) == 0 && isdigit((unsigned char)end[2]))
		*last = (unsigned)strtoul(end + 2, &end, 10);
	return strcmp(end, "]") == 0 && *first <= *last && *last < n_bits ? 0 : -EINVAL;
}

int of_subfield_parse(struct of_parser *p, const char *what, const char *word,
		      struct of_written_part *written)
{
	size_t len = strcspn(word, "[");
	unsigned n_bits = 0, first, last;
	char name[40];
	bool is_tos;
	int field;

	if (len >= sizeof(name))
		return of_field_unknown_fail(p, what, word);
	text_copy(name, len + 1, word);
	is_tos = strcmp(name, "nw_tos") == 0 || strcmp(name, "NXM_OF_IP_TOS") == 0;
	field = is_tos ? OF_FIELD_IP_DSCP : of_nxm_field_parse(name, &n_bits);
	if (field < 0)
		return of_field_unknown_fail(p, what, name);
	if (range_parse(word + len, is_tos ? 8 : n_bits, &first, &last) != 0)
		return of_parser_fail(p,
				      "%s: \"%.60s\" names no bits of the field: write %s[] for "
				      "all, or %s[0..%u]",
				      what, word, name, name, (is_tos ? 8 : n_bits) - 1);
	written->shift = 0;
	if (is_tos && first == 0) {
		written->shift = 2;
		first = 2;
	}
	if (is_tos && last < 2)
		return of_parser_fail(p, "%s: \"%.60s\" has bits of ECN: write nw_ecn for them",
				      what, word);
	if (is_tos) {
		first -= 2;
		last -= 2;
	}
	written->part = (struct of_subfield){.field = (enum of_field)field,
					     .offset = (uint16_t)first,
					     .n_bits = (uint16_t)(last - first + 1)};
	return 0;
}

void of_subfield_text(const struct of_subfield *part, struct text *t)
{
	unsigned width = of_field_info(part->field)->n_bits;

	if (part->field == OF_FIELD_IN_PORT && part->offset + part->n_bits <= 16)
		width = 16;
	of_nxm_name_text(part, t);
	if (part->n_bits == width)
		text_add(t, "[]");
	else if (part->n_bits == 1)
		text_add(t, "[%u]", part->offset);
	else
		text_add(t, "[%u..%u]", part->offset, part->offset + part->n_bits - 1);
}
