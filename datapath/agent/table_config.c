// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/table_config.h"

#include <errno.h>
#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/connections.h"
#include "datapath/agent/dispatch.h"

#define FIRST_ROW 0x10000u /* AGENT_ROW_META: one for each table */
#define ROW_SIZE 7         /* config (1), eviction flags (4), down, up */
#define SERVED (OFPTC_EVICTION | OFPTC_VACANCY_EVENTS)
#define EVICTION_FLAGS (OFPTMPEF_IMPORTANCE | OFPTMPEF_LIFETIME)

struct table_watch {
	bool on;           /* OFPTC_VACANCY_EVENTS */
	bool waits_for_up; /* vacancy went below `down`: the next event is OFPTR_VACANCY_UP */
	uint8_t down, up;  /* percent */
};

/* Percent of the table's entries that are free. */
static uint8_t vacancy_of(const struct agent *agent, uint8_t table_id)
{
	uint32_t left, max = flow_store_room(agent->flows, table_id, &left);

	return (uint8_t)((uint64_t)left * 100 / max);
}

void table_config_desc(const struct agent *agent, uint8_t table_id, struct of_table_desc *desc)
{
	const struct flow_table_settings *s = flow_store_settings(agent->flows, table_id);
	const struct table_watch *watch =
		agent->watch != NULL ? &agent->watch[table_id] : &(const struct table_watch){0};

	*desc = (struct of_table_desc){
		.table_id = table_id,
		.config = (s->evict ? OFPTC_EVICTION : 0) | (watch->on ? OFPTC_VACANCY_EVENTS : 0),
		.properties =
			{
				.has_eviction = true,
				.eviction_flags =
					s->eviction_flags != 0 ? s->eviction_flags : EVICTION_FLAGS,
				.has_vacancy = true,
				.vacancy_down = watch->down,
				.vacancy_up = watch->up,
				.vacancy = vacancy_of(agent, table_id),
			},
	};
}

static void send_status(struct agent *agent, uint8_t table_id, uint8_t reason)
{
	struct connection *conn;
	struct of_msg msg;

	of_msg_init(&msg, OF14, OFPT_TABLE_STATUS, 0);
	msg.table_status.reason = reason;
	table_config_desc(agent, table_id, &msg.table_status.table);
	DL_FOREACH (agent->connections, conn) {
		if (conn->version >= OF14 &&
		    connection_wants(conn, conn->async.table_status_mask, reason))
			connection_send(conn, &msg);
	}
}

void table_config_changed(struct agent *agent, uint8_t table_id)
{
	struct table_watch *watch;
	uint8_t vacancy;

	if (agent->watch == NULL || !agent->watch[table_id].on)
		return;
	watch = &agent->watch[table_id];
	vacancy = vacancy_of(agent, table_id);
	if (!watch->waits_for_up && vacancy < watch->down) {
		watch->waits_for_up = true;
		send_status(agent, table_id, OFPTR_VACANCY_DOWN);
	} else if (watch->waits_for_up && vacancy > watch->up) {
		watch->waits_for_up = false;
		send_status(agent, table_id, OFPTR_VACANCY_UP);
	}
}

static void store(struct agent *agent, uint8_t table_id)
{
	const struct flow_table_settings *s = flow_store_settings(agent->flows, table_id);
	const struct table_watch *watch = &agent->watch[table_id];
	struct wbuf b = wbuf_init(ROW_SIZE);

	if (agent->cfg.ops->store == NULL || agent->restoring)
		return;
	wbuf_u8(&b, (uint8_t)((s->evict ? OFPTC_EVICTION : 0) |
			      (watch->on ? OFPTC_VACANCY_EVENTS : 0)));
	wbuf_u32(&b, s->eviction_flags);
	wbuf_u8(&b, watch->down);
	wbuf_u8(&b, watch->up);
	if (!b.bad)
		agent->cfg.ops->store(agent->cfg.host, AGENT_ROW_META, FIRST_ROW + table_id, b.data,
				      b.len);
	wbuf_free(&b);
}

static enum of_err set_table(struct agent *agent, uint8_t table_id, uint32_t config,
			     const struct of_table_properties *p)
{
	struct flow_table_settings s = *flow_store_settings(agent->flows, table_id);
	struct table_watch *watch = &agent->watch[table_id];
	enum of_err err;

	s.evict = config & OFPTC_EVICTION;
	if (p->has_eviction)
		s.eviction_flags = p->eviction_flags;
	else if (s.eviction_flags == 0)
		s.eviction_flags = EVICTION_FLAGS;
	err = flow_store_set_settings(agent->flows, table_id, &s);
	if (err != OF_OK)
		return err;
	watch->on = config & OFPTC_VACANCY_EVENTS;
	if (p->has_vacancy) {
		watch->down = p->vacancy_down;
		watch->up = p->vacancy_up;
		/* Which of both comes next depends on the side of the middle. */
		watch->waits_for_up = vacancy_of(agent, table_id) < (watch->down + watch->up) / 2;
	}
	store(agent, table_id);
	return OF_OK;
}

static bool make_watch(struct agent *agent)
{
	if (agent->watch == NULL)
		agent->watch = calloc(AGENT_N_TABLES, sizeof(*agent->watch));
	return agent->watch != NULL;
}

enum of_err handle_table_mod(struct connection *conn, const struct of_msg *msg)
{
	const struct of_table_mod *mod = &msg->table_mod;
	const struct of_table_properties *p = &mod->properties;
	uint8_t first = mod->table_id, last = mod->table_id;

	if (mod->table_id >= AGENT_N_TABLES && mod->table_id != OFPTT_ALL)
		return OFPTMFC_BAD_TABLE;
	if (mod->config & ~(OFPTC_DEPRECATED_MASK | (msg->version >= OF14 ? SERVED : 0)))
		return OFPTMFC_BAD_CONFIG;
	/* §7.3.3: the only bits that 1.3 knows are deprecated and without effect. */
	if (msg->version < OF14)
		return OF_OK;
	if (p->has_eviction && p->eviction_flags & ~EVICTION_FLAGS)
		return OFPTMFC_BAD_CONFIG;
	if (p->has_vacancy && (p->vacancy_down > p->vacancy_up || p->vacancy_up > 100))
		return OFPBPC_BAD_VALUE;
	if (!make_watch(conn->agent))
		return OF_ERR_NO_MEMORY;
	if (mod->table_id == OFPTT_ALL) {
		first = 0;
		last = AGENT_N_TABLES - 1;
	}
	for (unsigned int t = first; t <= last; t++) {
		enum of_err err = set_table(conn->agent, (uint8_t)t, mod->config, p);

		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

bool table_config_owns_row(uint64_t row)
{
	return row >= FIRST_ROW && row < FIRST_ROW + AGENT_N_TABLES;
}

int table_config_restore(struct agent *agent, uint64_t row, const void *bytes, size_t size)
{
	struct cursor c = cursor_init(bytes, size);
	uint32_t config = cursor_u8(&c);
	struct of_table_properties p = {.has_eviction = true, .has_vacancy = true};

	p.eviction_flags = cursor_u32(&c);
	p.vacancy_down = cursor_u8(&c);
	p.vacancy_up = cursor_u8(&c);
	if (!cursor_ok(&c) || !make_watch(agent))
		return -EINVAL;
	return set_table(agent, (uint8_t)(row - FIRST_ROW), config, &p) == OF_OK ? 0 : -EINVAL;
}

void table_config_end(struct agent *agent)
{
	free(agent->watch);
	agent->watch = NULL;
}
