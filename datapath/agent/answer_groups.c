// SPDX-License-Identifier: Apache-2.0
/* What multipart requests ask of groups (OpenFlow 1.3.5 §7.3.5.9 to §7.3.5.11). */
#include "datapath/agent/multipart.h"
#include "datapath/agent/table_features.h"

/* The group that was asked for, or the first of all; then the next. */
static const struct group_entry *first(const struct agent *agent, uint32_t id)
{
	return id == OFPG_ALL ? group_store_first(agent->groups)
			      : group_store_find(agent->groups, id);
}

static const struct group_entry *next(const struct group_entry *entry, uint32_t id)
{
	return id == OFPG_ALL ? entry->hh.next : NULL;
}

enum of_err answer_group(struct connection *conn, const struct of_msg *msg,
			 struct of_multipart_writer *w)
{
	const struct agent *agent = conn->agent;
	uint32_t id = msg->multipart_request.group_id;
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);

	for (const struct group_entry *e = first(agent, id); e != NULL; e = next(e, id)) {
		struct of_group_stats stats;

		of_arena_reset(&arena);
		if (group_stats_of(agent->groups, e, &arena, &stats) == OF_OK)
			of_multipart_writer_add(w, &stats);
	}
	of_arena_free(&arena);
	return OF_OK;
}

enum of_err answer_group_desc(struct connection *conn, const struct of_msg *msg,
			      struct of_multipart_writer *w)
{
	/* Before 1.5 all are asked for. */
	uint32_t id = msg->version >= OF15 ? msg->multipart_request.group_id : OFPG_ALL;
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);

	for (const struct group_entry *e = first(conn->agent, id); e != NULL; e = next(e, id)) {
		struct of_group_desc desc = {.type = e->type, .group_id = e->group->id};

		of_arena_reset(&arena);
		if (group_buckets_of(e, &arena, &desc.buckets) == OF_OK)
			of_multipart_writer_add(w, &desc);
	}
	of_arena_free(&arena);
	return OF_OK;
}

enum of_err answer_group_features(struct connection *conn, const struct of_msg *msg,
				  struct of_multipart_writer *w)
{
	struct of_group_features features = {
		.types = 1u << OFPGT_ALL | 1u << OFPGT_SELECT | 1u << OFPGT_INDIRECT |
			 1u << OFPGT_FF,
		.capabilities = OFPGFC_SELECT_WEIGHT | OFPGFC_SELECT_LIVENESS | OFPGFC_CHAINING |
				OFPGFC_CHAINING_CHECKS,
	};

	for (int type = OFPGT_ALL; type <= OFPGT_FF; type++) {
		features.max_groups[type] = conn->agent->cfg.max_groups;
		features.actions[type] = table_features_actions();
	}
	of_multipart_writer_add(w, &features);
	return OF_OK;
}
