// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct action *append(struct action_builder *b, enum action_op op, uint32_t arg,
			     uint32_t n_payload)
{
	uint32_t need = b->n_words + 1 + n_payload;
	struct action *a;

	if (b->failed)
		return NULL;
	if (need > b->room) {
		uint32_t room = b->room ? b->room * 2 : 16;
		uint64_t *bigger;

		while (room < need)
			room *= 2;
		bigger = realloc(b->words, room * sizeof(*bigger));
		if (bigger == NULL) {
			b->failed = true;
			return NULL;
		}
		b->words = bigger;
		b->room = room;
	}
	a = (struct action *)(b->words + b->n_words);
	memset(a, 0, (1 + n_payload) * sizeof(uint64_t));
	a->op = (uint8_t)op;
	a->n_words = (uint8_t)(1 + n_payload);
	a->arg = arg;
	b->n_words = need;
	return a;
}

void action_add(struct action_builder *b, enum action_op op, uint32_t arg)
{
	append(b, op, arg, 0);
}

void action_add_controller(struct action_builder *b, uint32_t max_len, uint8_t reason)
{
	struct action *a = append(b, ACTION_CONTROLLER, max_len, 0);

	if (a != NULL)
		a->reason = reason;
}

void action_add_group(struct action_builder *b, struct group *group)
{
	struct action *a = append(b, ACTION_GROUP, 0, 1);

	if (a != NULL)
		a->payload[0] = (uint64_t)(uintptr_t)group;
}

void action_add_set_field(struct action_builder *b, enum flow_field field, const void *value,
			  const void *mask)
{
	size_t size = flow_field_place(field).size;
	uint32_t half = (uint32_t)((size + 7) / 8);
	struct action *a = append(b, ACTION_SET_FIELD, field, 2 * half);

	if (a != NULL) {
		memcpy(a->payload, value, size);
		memcpy(a->payload + half, mask, size);
	}
}

struct action_list *action_build(struct action_builder *b)
{
	struct action_list *list = NULL;

	if (!b->failed) {
		list = malloc(sizeof(*list) + b->n_words * sizeof(uint64_t));
		if (list != NULL) {
			list->n_words = b->n_words;
			if (b->n_words != 0)
				memcpy(list->words, b->words, b->n_words * sizeof(uint64_t));
		}
	}
	free(b->words);
	*b = (struct action_builder){0};
	if (list == NULL)
		errno = ENOMEM;
	return list;
}

void program_seal(struct program *program)
{
	const struct action_list *list = program->apply;
	const struct action *a;

	program->shortcut = SHORTCUT_NONE;
	if (list == NULL || list->n_words == 0 || program->write != NULL || program->has_goto ||
	    program->metadata_mask != 0 || program->meter_id != 0)
		return;
	a = action_first(list);
	if (action_next(a) != action_end(list))
		return;
	if (a->op == ACTION_OUTPUT) {
		program->shortcut = SHORTCUT_OUTPUT;
		program->shortcut_port = a->arg;
	} else if (a->op == ACTION_NORMAL) {
		program->shortcut = SHORTCUT_NORMAL;
	}
}

void program_free(struct program *program)
{
	if (program == NULL)
		return;
	free(program->apply);
	free(program->write);
	free(program);
}
