// SPDX-License-Identifier: Apache-2.0
#include "openflow/features.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

#include <inttypes.h>

enum of_err of_features_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_features *features = &msg->features;

	(void)arena;
	features->datapath_id = cursor_u64(c);
	features->n_buffers = cursor_u32(c);
	features->n_tables = cursor_u8(c);
	features->auxiliary_id = cursor_u8(c);
	cursor_skip(c, 2);
	features->capabilities = cursor_u32(c);
	cursor_skip(c, 4);
	features->n_ports = 0;
	features->ports = NULL;
	return of_body_end(c);
}

int of_features_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_features *features = &msg->features;

	wbuf_u64(b, features->datapath_id);
	wbuf_u32(b, features->n_buffers);
	wbuf_u8(b, features->n_tables);
	wbuf_u8(b, features->auxiliary_id);
	wbuf_zero(b, 2);
	wbuf_u32(b, features->capabilities);
	wbuf_zero(b, 4);
	return 0;
}

void of_features_text(const struct of_msg *msg, struct text *t)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} bits[] = {
		{OFPC_FLOW_STATS, "FLOW_STATS"},
		{OFPC_TABLE_STATS, "TABLE_STATS"},
		{OFPC_PORT_STATS, "PORT_STATS"},
		{OFPC_GROUP_STATS, "GROUP_STATS"},
		{OFPC_IP_REASM, "IP_REASM"},
		{OFPC_QUEUE_STATS, "QUEUE_STATS"},
		{OFPC_PORT_BLOCKED, "PORT_BLOCKED"},
		{OFPC_BUNDLES, "BUNDLES"},
		{OFPC_FLOW_MONITORING, "FLOW_MONITORING"},
	};
	const struct of_features *features = &msg->features;

	text_add(t, " dpid:%016" PRIx64 "\nn_tables:%u, n_buffers:%u\ncapabilities:",
		 features->datapath_id, features->n_tables, features->n_buffers);
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (features->capabilities & bits[i].bit)
			text_add(t, " %s", bits[i].name);
}
