// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_mod.h"
#include "openflow/codec.h"
#include "openflow/flow_text.h"
#include "openflow/match_of10.h"
#include "openflow/msg.h"
#include "openflow/port.h"

#include <errno.h>

#define OFPFF10_EMERG 4

#define FLAGS                                                                                      \
	(OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP | OFPFF_RESET_COUNTS | OFPFF_NO_PKT_COUNTS |    \
	 OFPFF_NO_BYT_COUNTS)

void of_flow_mod_init(struct of_flow_mod *flow_mod)
{
	flow_mod->cookie = 0;
	flow_mod->cookie_mask = 0;
	flow_mod->table_id = 0;
	flow_mod->command = OFPFC_ADD;
	flow_mod->idle_timeout = 0;
	flow_mod->hard_timeout = 0;
	flow_mod->priority = OFP_DEFAULT_PRIORITY;
	flow_mod->buffer_id = OFP_NO_BUFFER;
	flow_mod->out_port = OFPP_ANY;
	flow_mod->out_group = OFPG_ANY;
	flow_mod->flags = 0;
	flow_mod->importance = 0;
	of_match_init(&flow_mod->match);
	flow_mod->instructions = (struct of_instructions){0};
}

/*
 * Version 1.0 says no table, unless Nicira's extension puts it before the command. Emergency flows
 * have no table here, and were not to have timeouts (1.0.0 §4.3).
 */
static enum of_err of10_unpack(struct cursor *c, struct of_arena *arena, struct of_flow_mod *flow)
{
	bool is_exact = of10_match_is_exact(*c);
	enum of_err err = of_match_unpack(c, OF10, &flow->match);
	uint16_t command;

	if (err != OF_OK)
		return OFPBRC_BAD_LEN;
	flow->cookie = cursor_u64(c);
	flow->cookie_mask = 0;
	command = cursor_u16(c);
	flow->table_id = (uint8_t)(command >> 8);
	flow->command = (uint8_t)command;
	flow->idle_timeout = cursor_u16(c);
	flow->hard_timeout = cursor_u16(c);
	flow->priority = cursor_u16(c);
	flow->buffer_id = cursor_u32(c);
	flow->out_port = of_port_from_of10(cursor_u16(c));
	flow->out_group = OFPG_ANY;
	flow->flags = cursor_u16(c);
	flow->importance = 0;
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (flow->command > OFPFC_DELETE_STRICT)
		return OFPFMFC_BAD_COMMAND;
	if (flow->flags & OFPFF10_EMERG)
		return flow->idle_timeout != 0 || flow->hard_timeout != 0 ? OFPFMFC_BAD_TIMEOUT
									  : OFPFMFC_TABLE_FULL;
	flow->flags &= OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP;
	if (is_exact)
		flow->priority = UINT16_MAX;
	err = of_instructions_from_actions(c, OF10, arena, &flow->instructions);
	if (err == OF_OK && flow->instructions.n > 0)
		of_actions_bind_transport(&flow->instructions.i[0].actions, &flow->match);
	return err;
}

static int of10_pack(const struct of_flow_mod *flow, struct wbuf *b)
{
	int rc = of_match_pack(&flow->match, OF10, b);

	wbuf_u64(b, flow->cookie);
	wbuf_u8(b, flow->table_id == OFPTT_ALL ? 0 : flow->table_id);
	wbuf_u8(b, flow->command);
	wbuf_u16(b, flow->idle_timeout);
	wbuf_u16(b, flow->hard_timeout);
	wbuf_u16(b, flow->priority);
	wbuf_u32(b, flow->buffer_id);
	wbuf_u16(b, of_port_to_of10(flow->out_port));
	wbuf_u16(b, flow->flags & (OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP));
	if (rc == 0 && (flow->cookie_mask != 0 || flow->out_group != OFPG_ANY))
		rc = -EPROTONOSUPPORT;
	return rc != 0 ? rc : of_instructions_to_actions(&flow->instructions, OF10, b);
}

enum of_err of_flow_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_flow_mod *flow = &msg->flow_mod;
	enum of_err err;

	if (msg->version == OF10)
		return of10_unpack(c, arena, flow);
	flow->cookie = cursor_u64(c);
	flow->cookie_mask = cursor_u64(c);
	flow->table_id = cursor_u8(c);
	flow->command = cursor_u8(c);
	flow->idle_timeout = cursor_u16(c);
	flow->hard_timeout = cursor_u16(c);
	flow->priority = cursor_u16(c);
	flow->buffer_id = cursor_u32(c);
	flow->out_port = cursor_u32(c);
	flow->out_group = cursor_u32(c);
	flow->flags = cursor_u16(c);
	flow->importance = cursor_u16(c);
	if (msg->version < OF14)
		flow->importance = 0; /* padding */
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (flow->command > OFPFC_DELETE_STRICT)
		return OFPFMFC_BAD_COMMAND;
	if (flow->flags & ~FLAGS)
		return OFPFMFC_BAD_FLAGS;
	err = of_match_unpack(c, msg->version, &flow->match);
	if (err != OF_OK)
		return err;
	return of_instructions_unpack(c, msg->version, arena, &flow->instructions);
}

int of_flow_mod_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_flow_mod *flow = &msg->flow_mod;
	int rc;

	if (msg->version == OF10)
		return of10_pack(flow, b);
	wbuf_u64(b, flow->cookie);
	wbuf_u64(b, flow->cookie_mask);
	wbuf_u8(b, flow->table_id);
	wbuf_u8(b, flow->command);
	wbuf_u16(b, flow->idle_timeout);
	wbuf_u16(b, flow->hard_timeout);
	wbuf_u16(b, flow->priority);
	wbuf_u32(b, flow->buffer_id);
	wbuf_u32(b, flow->out_port);
	wbuf_u32(b, flow->out_group);
	wbuf_u16(b, flow->flags);
	wbuf_u16(b, msg->version >= OF14 ? flow->importance : 0);
	rc = of_match_pack(&flow->match, msg->version, b);
	return rc != 0 ? rc : of_instructions_pack(&flow->instructions, msg->version, b);
}

void of_flow_mod_text(const struct of_msg *msg, struct text *t)
{
	static const char *const commands[] = {"ADD", "MOD", "MOD_STRICT", "DEL", "DEL_STRICT"};
	uint8_t command = msg->flow_mod.command;

	text_add(t, " %s ", command <= OFPFC_DELETE_STRICT ? commands[command] : "?");
	of_flow_text(&msg->flow_mod, NULL, t);
}
