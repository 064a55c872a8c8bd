// SPDX-License-Identifier: Apache-2.0
/* Actions that write fields, or bits of them, and what is known of a frame before and after. */
#include <string.h>

#include "datapath/agent/compile_list.h"
#include "openflow/types.h"

/* --- what is known of the frame --------------------------------------------------------------- */

/* May the frame be of one of these types? `b` 0: there is only one. */
bool list_may_be(const struct list_state *s, uint64_t a, uint64_t b)
{
	uint64_t type;

	if (s->known == NULL || s->lenient)
		return true;
	type = of_match_get_u64(s->known, OF_FIELD_ETH_TYPE, 0);
	return type == a || (b != 0 && type == b);
}

bool list_known_untagged(const struct list_state *s)
{
	const struct of_match_field *f;

	if (s->known == NULL || s->lenient)
		return false;
	f = of_match_find(s->known, OF_FIELD_VLAN_VID);
	return f != NULL && !f->masked && of_match_field_value(f) == OFPVID_NONE;
}

static void know(struct list_state *s, enum of_field field, uint64_t value)
{
	if (s->known == NULL)
		return;
	of_match_remove(s->known, field);
	of_match_add_u64(s->known, field, value);
}

/* The frame is of another type now; what it carries is not known any more. */
void list_know_type(struct list_state *s, uint64_t type)
{
	static const enum of_field outer[] = {OF_FIELD_IN_PORT, OF_FIELD_VLAN_VID,
					      OF_FIELD_VLAN_PCP};
	struct of_match before;

	if (s->known == NULL)
		return;
	of_match_copy(&before, s->known);
	of_match_init(s->known);
	for (unsigned int i = 0; i < sizeof(outer) / sizeof(outer[0]); i++) {
		const struct of_match_field *f = of_match_find(&before, outer[i]);

		if (f != NULL)
			of_match_add(s->known, f->field, f->value, f->masked ? f->mask : NULL);
	}
	of_match_add_u64(s->known, OF_FIELD_ETH_TYPE, type);
}

/* --- fields ----------------------------------------------------------------------------------- */

void list_keep(struct list_state *s, enum of_field field)
{
	if (compile_is_own(field) && s->env->keep_words != NULL)
		s->env->keep_words(s->env->context, FLOW_OWN_WORDS);
}

/* Sets bits of a field, which may be spread over several places, to those of 16 bytes. */
static enum of_err add_set_bits(struct list_state *s, enum of_field field, const uint8_t value[16],
				const uint8_t mask[16])
{
	struct of_subfield sub = {.field = field, .n_bits = of_field_info(field)->n_bits};
	struct flow_key v = {0}, m = {0};
	struct of_match_field f = {.field = field};
	struct flow_bits bits;
	unsigned int n;

	memcpy(f.value, value, sizeof(f.value));
	memcpy(f.mask, mask, sizeof(f.mask));
	if (compile_field(&f, &v, &m) != OF_OK)
		return OFPBAC_BAD_SET_TYPE;
	if (field == OF_FIELD_VLAN_VID) { /* OFPVID_PRESENT has another meaning in the key */
		((uint8_t *)&m.vlan_tci_be)[0] &= 0xef;
		((uint8_t *)&v.vlan_tci_be)[0] &= 0xef;
	}
	for (; sub.n_bits != 0;
	     sub.offset = (uint16_t)(sub.offset + n), sub.n_bits = (uint16_t)(sub.n_bits - n)) {
		struct flow_field_place place;
		unsigned int i = 0;

		n = compile_bits(&sub, &bits);
		if (n == 0)
			return OFPBAC_BAD_SET_TYPE;
		place = flow_field_place((enum flow_field)bits.field);
		while (i < place.size && ((const uint8_t *)&m)[place.offset + i] == 0)
			i++;
		if (i != place.size) /* some bit of it is to be set */
			action_add_set_field(&s->builder, (enum flow_field)bits.field,
					     (const uint8_t *)&v + place.offset,
					     (const uint8_t *)&m + place.offset);
	}
	return OF_OK;
}

enum of_err list_add_set_field(struct list_state *s, const struct of_match_field *f)
{
	enum of_err err;

	if (of_field_info(f->field) == NULL || !compile_settable(f->field))
		return OFPBAC_BAD_SET_TYPE;
	/* §7.2.3.7: without OFPVID_PRESENT it would name no VLAN. */
	if (f->field == OF_FIELD_VLAN_VID && !f->masked &&
	    !(of_match_field_value(f) & OFPVID_PRESENT))
		return OFPBAC_BAD_SET_ARGUMENT;
	if (s->known != NULL && !s->lenient && !of_match_has_prerequisites(s->known, f->field))
		return OFPBAC_MATCH_INCONSISTENT;
	if (f->field == OF_FIELD_VLAN_VID && list_known_untagged(s))
		return OFPBAC_MATCH_INCONSISTENT;
	err = add_set_bits(s, f->field, f->value, f->mask);
	if (err != OF_OK)
		return err;
	list_keep(s, f->field);
	if (f->field == OF_FIELD_ETH_TYPE)
		list_know_type(s, of_match_field_value(f));
	else if (f->field == OF_FIELD_IP_PROTO)
		know(s, OF_FIELD_IP_PROTO, of_match_field_value(f));
	return OF_OK;
}

enum of_err list_add_set_number(struct list_state *s, enum of_field field, uint64_t number,
				uint64_t care)
{
	uint8_t value[16] = {0}, mask[16] = {0};
	unsigned int size = of_field_info(field)->n_bytes;

	for (unsigned int i = 0; i < size; i++) {
		value[i] = (uint8_t)(number >> 8 * (size - 1 - i));
		mask[i] = (uint8_t)(care >> 8 * (size - 1 - i));
	}
	return add_set_bits(s, field, value, mask);
}

enum of_err list_add_copy(struct list_state *s, const struct of_action *a)
{
	struct of_subfield from = {a->copy_field.from, a->copy_field.from_offset,
				   a->copy_field.n_bits};
	struct of_subfield to = {a->copy_field.to, a->copy_field.to_offset, a->copy_field.n_bits};

	if (!compile_readable(from.field) || !compile_settable(to.field))
		return OFPBAC_BAD_SET_TYPE;
	if (s->known != NULL && !s->lenient &&
	    (!of_match_has_prerequisites(s->known, from.field) ||
	     !of_match_has_prerequisites(s->known, to.field)))
		return OFPBAC_MATCH_INCONSISTENT;
	while (to.n_bits != 0) {
		struct flow_bits source, target;
		unsigned int n = compile_bits(&from, &source), m;

		if (n == 0)
			return OFPBAC_BAD_SET_ARGUMENT;
		m = compile_bits(&to, &target);
		if (m == 0)
			return OFPBAC_BAD_SET_ARGUMENT;
		n = n < m ? n : m;
		source.n_bits = target.n_bits = (uint8_t)n;
		action_add_bits(&s->builder, ACTION_COPY_FIELD, 0, &source, &target);
		from.offset = (uint16_t)(from.offset + n);
		from.n_bits = (uint16_t)(from.n_bits - n);
		to.offset = (uint16_t)(to.offset + n);
		to.n_bits = (uint16_t)(to.n_bits - n);
	}
	list_keep(s, from.field);
	list_keep(s, to.field);
	return OF_OK;
}

/* An action with one run of bits, which must stand in one place. */
enum of_err list_add_bits(struct list_state *s, enum action_op op, const struct of_subfield *sub,
			  uint16_t max_len)
{
	struct flow_bits bits;

	if (op == ACTION_STACK_POP ? !compile_settable(sub->field) : !compile_readable(sub->field))
		return OFPBAC_BAD_SET_TYPE;
	if (compile_bits(sub, &bits) != sub->n_bits)
		return OFPBAC_BAD_SET_ARGUMENT;
	action_add_bits(&s->builder, op, max_len, &bits, NULL);
	list_keep(s, sub->field);
	return OF_OK;
}
