// SPDX-License-Identifier: Apache-2.0
#include "openflow/features.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

#include <inttypes.h>

#define OF10_PORT_SIZE 48
#define OF10_CAPABILITIES                                                                          \
	(OFPC_FLOW_STATS | OFPC_TABLE_STATS | OFPC_PORT_STATS | OFPC_IP_REASM | OFPC_QUEUE_STATS | \
	 OFPC_ARP_MATCH_IP)

static enum of_err ports_unpack(struct cursor *c, struct of_arena *arena,
				struct of_features *features)
{
	if (cursor_left(c) % OF10_PORT_SIZE != 0)
		return OFPBRC_BAD_LEN;
	features->n_ports = (uint16_t)(cursor_left(c) / OF10_PORT_SIZE);
	features->ports = of_arena_alloc(arena, features->n_ports * sizeof(*features->ports));
	if (features->ports == NULL)
		return OF_ERR_NO_MEMORY;
	for (unsigned i = 0; i < features->n_ports; i++) {
		enum of_err err = of_port_unpack(c, OF10, &features->ports[i]);

		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

enum of_err of_features_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_features *features = &msg->features;

	features->datapath_id = cursor_u64(c);
	features->n_buffers = cursor_u32(c);
	features->n_tables = cursor_u8(c);
	features->auxiliary_id = cursor_u8(c);
	cursor_skip(c, 2);
	features->capabilities = cursor_u32(c);
	features->actions = cursor_u32(c); /* reserved since 1.3 */
	features->n_ports = 0;
	features->ports = NULL;
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (msg->version == OF10) {
		features->auxiliary_id = 0;
		features->capabilities &= OF10_CAPABILITIES;
		return ports_unpack(c, arena, features);
	}
	features->actions = 0;
	return of_body_end(c);
}

static uint32_t capabilities_to_wire(enum of_version version, uint32_t capabilities)
{
	if (version == OF10)
		return capabilities & OF10_CAPABILITIES;
	if (version < OF15)
		capabilities &= ~(uint32_t)(OFPC_BUNDLES | OFPC_FLOW_MONITORING);
	return capabilities & ~(uint32_t)OFPC_ARP_MATCH_IP;
}

int of_features_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_features *features = &msg->features;
	int rc = 0;

	wbuf_u64(b, features->datapath_id);
	wbuf_u32(b, features->n_buffers);
	wbuf_u8(b, features->n_tables);
	wbuf_u8(b, msg->version == OF10 ? 0 : features->auxiliary_id);
	wbuf_zero(b, 2);
	wbuf_u32(b, capabilities_to_wire(msg->version, features->capabilities));
	wbuf_u32(b, msg->version == OF10 ? features->actions : 0);
	for (unsigned i = 0; msg->version == OF10 && rc == 0 && i < features->n_ports; i++)
		rc = of_port_pack(&features->ports[i], OF10, b);
	return rc;
}

void of_features_text(const struct of_msg *msg, struct text *t)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} bits[] = {
		{OFPC_FLOW_STATS, "FLOW_STATS"},     {OFPC_TABLE_STATS, "TABLE_STATS"},
		{OFPC_PORT_STATS, "PORT_STATS"},     {OFPC_GROUP_STATS, "GROUP_STATS"},
		{OFPC_IP_REASM, "IP_REASM"},         {OFPC_QUEUE_STATS, "QUEUE_STATS"},
		{OFPC_ARP_MATCH_IP, "ARP_MATCH_IP"}, {OFPC_PORT_BLOCKED, "PORT_BLOCKED"},
		{OFPC_BUNDLES, "BUNDLES"},           {OFPC_FLOW_MONITORING, "FLOW_MONITORING"},
	};
	const struct of_features *features = &msg->features;

	text_add(t, " dpid:%016" PRIx64 "\nn_tables:%u, n_buffers:%u\ncapabilities:",
		 features->datapath_id, features->n_tables, features->n_buffers);
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (features->capabilities & bits[i].bit)
			text_add(t, " %s", bits[i].name);
	for (unsigned i = 0; i < features->n_ports; i++) {
		text_add(t, "\n");
		of_port_text(&features->ports[i], t);
	}
}
