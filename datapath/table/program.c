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
	b->last = b->n_words;
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

void action_add_pointer(struct action_builder *b, enum action_op op, void *pointer)
{
	struct action *a = append(b, op, 0, 1);

	if (a != NULL)
		a->payload[0] = (uint64_t)(uintptr_t)pointer;
}

void action_add_bits(struct action_builder *b, enum action_op op, uint32_t arg,
		     const struct flow_bits *from, const struct flow_bits *to)
{
	struct action *a = append(b, op, arg, 1);
	struct flow_bits *bits;

	if (a == NULL)
		return;
	bits = (struct flow_bits *)a->payload;
	bits[0] = *from;
	if (to != NULL)
		bits[1] = *to;
}

void action_add_resubmit(struct action_builder *b, uint32_t in_port, uint8_t table_id)
{
	struct action *a = append(b, ACTION_RESUBMIT, in_port, 1);

	if (a != NULL)
		a->payload[0] = table_id;
}

void action_add_learn(struct action_builder *b, struct learn_handle *handle, uint32_t words)
{
	struct action *a = append(b, ACTION_LEARN, 0, 2);

	if (a == NULL) {
		handle->release(handle);
		return;
	}
	a->payload[0] = (uint64_t)(uintptr_t)handle;
	a->payload[1] = words;
}

void action_add_copy(struct action_builder *b, const struct action *action)
{
	struct action *a = append(b, (enum action_op)action->op, action->arg, action->n_words - 1u);

	if (a != NULL)
		memcpy(a, action, action->n_words * sizeof(uint64_t));
}

void action_set_slot(struct action_builder *b, enum action_slot slot)
{
	if (!b->failed && b->n_words != 0)
		((struct action *)(b->words + b->last))->slot = (uint8_t)slot;
}

/* Gives back what the actions from `a` to `end` own. */
static void release_actions(const struct action *a, const struct action *end)
{
	for (; a != end; a = action_next(a)) {
		if (a->op == ACTION_LEARN) {
			struct learn_handle *handle =
				(struct learn_handle *)(uintptr_t)a->payload[0];

			handle->release(handle);
		} else if (a->op == ACTION_CLONE) {
			release_actions(action_first(action_nested(a)),
					action_end(action_nested(a)));
		}
	}
}

void action_list_free(struct action_list *list)
{
	if (list == NULL)
		return;
	release_actions(action_first(list), action_end(list));
	free(list);
}

bool action_add_clone(struct action_builder *b, struct action_list *list)
{
	uint32_t n_words = list->n_words + 1; /* with the head of the list */
	bool fits = n_words < UINT8_MAX;
	struct action *a = fits ? append(b, ACTION_CLONE, 0, n_words) : NULL;

	if (a == NULL) {
		action_list_free(list);
		return fits;
	}
	memcpy(a->payload, list, n_words * sizeof(uint64_t));
	free(list); /* what its actions own is the clone's now */
	return true;
}

void action_builder_drop(struct action_builder *b)
{
	if (b->words != NULL)
		release_actions((const struct action *)b->words,
				(const struct action *)(b->words + b->n_words));
	free(b->words);
	*b = (struct action_builder){0};
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
	if (list == NULL) {
		action_builder_drop(b);
		errno = ENOMEM;
		return NULL;
	}
	free(b->words);
	*b = (struct action_builder){0};
	return list;
}

void program_seal(struct program *program)
{
	const struct action_list *list = program->apply;
	const struct action *a;

	program->shortcut = SHORTCUT_NONE;
	if (list == NULL || list->n_words == 0 || program->write != NULL || program->has_goto ||
	    program->metadata_mask != 0 || program->meter != NULL || program->conjunctions != NULL)
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
	action_list_free(program->apply);
	action_list_free(program->write);
	free(program->conjunctions);
	free(program);
}
