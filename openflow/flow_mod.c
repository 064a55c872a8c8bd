// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_mod.h"
#include "openflow/codec.h"
#include "openflow/flow_text.h"
#include "openflow/msg.h"

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

enum of_err of_flow_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_flow_mod *flow = &msg->flow_mod;
	enum of_err err;

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
