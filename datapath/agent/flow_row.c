// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/flow_row.h"

#define FORMAT 0xf1 /* no version of OpenFlow */

void flow_row_pack(const struct flow *flow, struct wbuf *b)
{
	const struct rule *rule = flow->rule;
	uint16_t match_size = (uint16_t)(flow->key_size - 2);

	wbuf_u8(b, FORMAT);
	wbuf_u8(b, FLOW_MATCH_VERSION);
	wbuf_u8(b, OF_STORED);
	wbuf_u8(b, rule->table_id);
	wbuf_u16(b, (uint16_t)rule->priority);
	wbuf_u16(b, flow->idle_s);
	wbuf_u16(b, flow->hard_s);
	wbuf_u16(b, flow->flags);
	wbuf_u16(b, flow->importance);
	wbuf_u64(b, rule->cookie);
	wbuf_u16(b, match_size);
	wbuf_put(b, flow->key + 2, match_size);
	wbuf_put(b, flow->instructions, flow->instructions_size);
}

bool flow_row_is(const void *bytes, size_t size)
{
	return size != 0 && *(const uint8_t *)bytes == FORMAT;
}

enum of_err flow_row_unpack(const void *bytes, size_t size, struct of_arena *arena,
			    struct of_flow_mod *mod)
{
	struct cursor c = cursor_init(bytes, size), match;
	uint8_t match_version, version;
	enum of_err err;

	of_flow_mod_init(mod);
	cursor_skip(&c, 1);
	match_version = cursor_u8(&c);
	version = cursor_u8(&c);
	mod->table_id = cursor_u8(&c);
	mod->priority = cursor_u16(&c);
	mod->idle_timeout = cursor_u16(&c);
	mod->hard_timeout = cursor_u16(&c);
	mod->flags = cursor_u16(&c);
	mod->importance = cursor_u16(&c);
	mod->cookie = cursor_u64(&c);
	match = cursor_sub(&c, cursor_u16(&c));
	if (!cursor_ok(&c))
		return OFPBRC_BAD_LEN;
	err = of_match_unpack(&match, (enum of_version)match_version, &mod->match);
	if (err == OF_OK)
		err = of_instructions_unpack(&c, (enum of_version)version, arena,
					     &mod->instructions);
	return err;
}
