// SPDX-License-Identifier: Apache-2.0
#include "openflow/async.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/property.h"

#define OFPACPT_EXPERIMENTER_SLAVE 0xfffe
#define N_KINDS_13 3 /* those with a place in the message of 1.3 */

static const struct {
	const char *name;
	uint32_t reasons[3]; /* of 1.3, 1.4, 1.5 */
} kinds[OF_N_ASYNC_KINDS] = {
	[OF_ASYNC_PACKET_IN] = {"packet_in", {0x7, 0x3f, 0x3f}},
	[OF_ASYNC_PORT_STATUS] = {"port_status", {0x7, 0x7, 0x7}},
	[OF_ASYNC_FLOW_REMOVED] = {"flow_removed", {0xf, 0x3f, 0x3f}},
	[OF_ASYNC_ROLE_STATUS] = {"role_status", {0, 0x7, 0x7}},
	[OF_ASYNC_TABLE_STATUS] = {"table_status", {0, 0x18, 0x18}},
	[OF_ASYNC_REQUESTFORWARD] = {"requestforward", {0, 0x3, 0x3}},
	[OF_ASYNC_FLOW_STATS] = {"flow_stats", {0, 0, 0x3}},
	[OF_ASYNC_CONTROLLER_STATUS] = {"controller_status", {0, 0, 0x7f}},
};

uint32_t of_async_reasons(enum of_version version, enum of_async_kind kind)
{
	return version < OF13 ? 0 : kinds[kind].reasons[version >= OF15 ? 2 : version - OF13];
}

uint32_t *of_async_masks(struct of_async *async, enum of_async_kind kind)
{
	uint32_t *const masks[] = {
		async->packet_in_mask,   async->port_status_mask,       async->flow_removed_mask,
		async->role_status_mask, async->table_status_mask,      async->request_forward_mask,
		async->flow_stats_mask,  async->controller_status_mask,
	};

	return masks[kind];
}

static const uint32_t *masks_of(const struct of_async *async, enum of_async_kind kind)
{
	return of_async_masks((struct of_async *)async, kind);
}

void of_async_merge(struct of_async *to, const struct of_async *from)
{
	for (unsigned kind = 0; kind < OF_N_ASYNC_KINDS; kind++)
		for (unsigned slave = 0; slave < 2; slave++)
			if (!(from->absent & OF_ASYNC_BIT(kind, slave)))
				of_async_masks(to, kind)[slave] = masks_of(from, kind)[slave];
}

/*
 * In 1.3 a reason that does not exist is passed over, as the standard has no error for it. The
 * properties of 1.4 alternate: slave, master.
 */
static enum of_err property_unpack(struct of_property *property, enum of_version version,
				   struct of_async *async)
{
	unsigned kind = property->type / 2, slave = !(property->type & 1);
	uint32_t mask = cursor_u32(&property->body);

	if (property->type >= OFPACPT_EXPERIMENTER_SLAVE)
		return OFPBPC_BAD_EXPERIMENTER;
	if (kind >= OF_N_ASYNC_KINDS || of_async_reasons(version, kind) == 0)
		return OFPBPC_BAD_TYPE;
	if (of_property_end(property) != OF_OK)
		return OFPBPC_BAD_LEN;
	if (!(async->absent & OF_ASYNC_BIT(kind, slave)))
		return OFPBPC_DUP_TYPE;
	if (mask & ~of_async_reasons(version, kind))
		return OFPACFC_INVALID;
	async->absent &= ~OF_ASYNC_BIT(kind, slave);
	of_async_masks(async, kind)[slave] = mask;
	return OF_OK;
}

enum of_err of_async_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_async *async = &msg->async;

	(void)arena;
	*async = (struct of_async){.absent = (1u << OF_N_ASYNC_KINDS * 2) - 1};
	while (msg->version >= OF14 && cursor_left(c) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(c, &property);

		if (err == OF_OK)
			err = property_unpack(&property, msg->version, async);
		if (err != OF_OK)
			return err;
	}
	for (unsigned kind = 0; msg->version < OF14 && kind < N_KINDS_13; kind++) {
		for (unsigned slave = 0; slave < 2; slave++) {
			of_async_masks(async, kind)[slave] = cursor_u32(c);
			async->absent &= ~OF_ASYNC_BIT(kind, slave);
		}
	}
	return of_body_end(c);
}

int of_async_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_async *async = &msg->async;
	size_t property;

	for (unsigned kind = 0; msg->version < OF14 && kind < N_KINDS_13; kind++)
		for (unsigned slave = 0; slave < 2; slave++)
			wbuf_u32(b, masks_of(async, kind)[slave]);
	for (unsigned type = 0; msg->version >= OF14 && type < OF_N_ASYNC_KINDS * 2; type++) {
		unsigned kind = type / 2, slave = !(type & 1);
		uint32_t reasons = of_async_reasons(msg->version, kind);

		if (reasons == 0 || async->absent & OF_ASYNC_BIT(kind, slave))
			continue;
		property = of_property_start(b, (uint16_t)type);
		wbuf_u32(b, masks_of(async, kind)[slave] & reasons);
		of_property_finish(b, property);
	}
	return 0;
}

void of_async_text(const struct of_msg *msg, struct text *t)
{
	static const char *const roles[] = {"master or equal", "slave"};
	const struct of_async *async = &msg->async;

	for (unsigned slave = 0; slave < 2; slave++) {
		text_add(t, "\n %s:", roles[slave]);
		for (unsigned kind = 0; kind < OF_N_ASYNC_KINDS; kind++)
			if (of_async_reasons(msg->version, kind) != 0 &&
			    !(async->absent & OF_ASYNC_BIT(kind, slave)))
				text_add(t, " %s=0x%x", kinds[kind].name,
					 masks_of(async, kind)[slave]);
	}
}
