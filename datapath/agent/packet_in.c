// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/packet_in.h"

#include <errno.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <utlist.h>

#include "datapath/agent/connections.h"
#include "datapath/agent/learn.h"
#include "openflow/nicira_msg.h"

#define SLICE 64              /* frames taken from the lcores at once */
#define SEGMENTS 64           /* that one frame of a guest can become */
#define MTU 1500              /* of those segments */
#define FRAME_MAX 65535       /* what total_len can say */
#define UNREAD_MAX (4u << 20) /* bytes that a controller may leave unread and still get more */

/* Punt reasons in the words of a version; before 1.4 there are fewer (§7.4.1). */
static uint8_t reason_of(const struct punt_info *info, enum of_version version)
{
	switch (info->reason) {
	case PUNT_NO_MATCH:
	case PUNT_IMPLICIT_MISS:
		return OFPR_NO_MATCH;
	case PUNT_INVALID_TTL:
		/* 1.0 has no such reason; who asked for them gets them as what they are like. */
		return version >= OF13 ? OFPR_INVALID_TTL : OFPR_NO_MATCH;
	case PUNT_ACTION_SET:
		return version >= OF14 ? OFPR_ACTION_SET : OFPR_ACTION;
	case PUNT_GROUP:
		return version >= OF14 ? OFPR_GROUP : OFPR_ACTION;
	case PUNT_PACKET_OUT:
		return version >= OF14 ? OFPR_PACKET_OUT : OFPR_ACTION;
	default:
		return OFPR_ACTION;
	}
}

/* Does the connection want frames of this reason, and is it the one that the action means? */
static bool wants(const struct connection *conn, const struct punt_info *info)
{
	uint8_t reason = info->reason == PUNT_INVALID_TTL ? OFPR_INVALID_TTL
							  : reason_of(info, conn->version);

	if (!connection_wants(conn, conn->async.packet_in_mask, reason) ||
	    conn->controller_id != info->controller_id)
		return false;
	return info->reason != PUNT_IMPLICIT_MISS ||
	       (conn->version == OF10 && conn->miss_send_len != 0);
}

static void fill(struct of_packet_in *out, const struct packet_in *in)
{
	const struct punt_info *info = in->info;

	out->buffer_id = OFP_NO_BUFFER;
	out->total_len = (uint16_t)in->size;
	out->table_id = info->table_id;
	out->cookie = info->cookie;
	out->data = in->data;
	of_match_init(&out->match);
	of_match_add_u64(&out->match, OF_FIELD_IN_PORT, info->in_port);
	if (info->in_phy_port != 0 && info->in_phy_port != info->in_port)
		of_match_add_u64(&out->match, OF_FIELD_IN_PHY_PORT, info->in_phy_port);
	if (info->metadata != 0)
		of_match_add_u64(&out->match, OF_FIELD_METADATA, info->metadata);
	if (info->tunnel_id != 0)
		of_match_add_u64(&out->match, OF_FIELD_TUNNEL_ID, info->tunnel_id);
}

/* Of the Ethernet addresses: frames of one pair stay in order. */
static uint32_t spread(const struct packet_in *in)
{
	uint32_t hash = 2166136261u;

	for (uint32_t i = 0; i < 2 * RTE_ETHER_ADDR_LEN && i < in->size; i++)
		hash = (hash ^ in->data[i]) * 16777619u;
	return hash ^ hash >> 16;
}

/* How much of the frame the connection gets. */
static uint32_t data_len(const struct connection *conn, const struct packet_in *in)
{
	uint32_t max_len = in->info->max_len;

	/* No action said how much: the switch's configuration does (§7.3.2). */
	if (in->info->reason == PUNT_INVALID_TTL || in->info->reason == PUNT_IMPLICIT_MISS)
		max_len = conn->miss_send_len;
	/* Nothing is buffered, so a miss of 1.0 has the whole frame (1.0.0 §5.4.1). */
	if (in->info->reason == PUNT_IMPLICIT_MISS)
		max_len = OFPCML_NO_BUFFER;
	return max_len < OFPCML_MAX && max_len < in->size ? max_len : in->size;
}

static enum packet_in_fate send_one(struct connection *conn, const struct packet_in *in,
				    struct of_msg *msg)
{
	struct connection *by = auxiliary_for(conn, spread(in));

	if (channel_output_pending(by->channel) > UNREAD_MAX) {
		conn->n_packet_ins_unread++;
		return PACKET_IN_NOBODY;
	}
	if (!packet_in_limit_take(&conn->packet_in_limit, agent_now_ms(conn->agent))) {
		conn->n_packet_ins_limited++;
		return PACKET_IN_LIMITED;
	}
	msg->nicira = conn->version == OF10 && conn->nicira.packet_in_format == NXPIF_NXT_PACKET_IN;
	msg->packet_in.reason = reason_of(in->info, conn->version);
	msg->packet_in.data_len = data_len(conn, in);
	if (!connection_send(by, msg))
		return PACKET_IN_NOBODY;
	conn->n_packet_ins++;
	if (by != conn)
		by->n_packet_ins++;
	return PACKET_IN_TAKEN;
}

enum packet_in_fate packet_in_send(struct agent *agent, const struct packet_in *in)
{
	enum packet_in_fate fate = PACKET_IN_NOBODY;
	struct connection *conn;
	struct of_msg msg;

	if (!meter_store_pass_packet_in(agent->meters, in->size, rte_get_tsc_cycles()))
		return PACKET_IN_LIMITED;
	of_msg_init(&msg, OF13, OFPT_PACKET_IN, 0);
	fill(&msg.packet_in, in);
	DL_FOREACH (agent->connections, conn) {
		enum packet_in_fate one;

		if (!wants(conn, in->info))
			continue;
		one = send_one(conn, in, &msg);
		if (one == PACKET_IN_TAKEN || fate == PACKET_IN_NOBODY)
			fate = one;
	}
	agent->n_packet_ins += fate == PACKET_IN_TAKEN;
	return fate;
}

/* One frame with complete checksums, of as many as its segments. */
static enum packet_in_fate serve_segment(struct agent *agent, const struct punt_info *info,
					 struct rte_mbuf *m)
{
	static uint8_t whole[FRAME_MAX]; /* the control thread's */
	struct packet_in in = {.info = info, .size = m->pkt_len};

	if (in.size > FRAME_MAX)
		return PACKET_IN_NOBODY;
	in.data = rte_pktmbuf_read(m, 0, in.size, whole);
	return in.data != NULL ? packet_in_send(agent, &in) : PACKET_IN_NOBODY;
}

static void serve_frame(struct agent *agent, struct rte_mbuf *frame)
{
	struct punt_info info = *punt_info(frame);
	const struct pipeline_port *port = pipeline_port(agent->cfg.pipeline, info.in_port);
	struct rte_mbuf *out[SEGMENTS];
	enum packet_in_fate fate = PACKET_IN_NOBODY;
	uint16_t n;

	n = port_offload_finish(frame, MTU, agent->cfg.mbufs, out, SEGMENTS);
	for (uint16_t i = 0; i < n; i++) {
		enum packet_in_fate one = serve_segment(agent, &info, out[i]);

		if (one == PACKET_IN_TAKEN || fate == PACKET_IN_NOBODY)
			fate = one;
	}
	rte_pktmbuf_free_bulk(out, n);
	if (fate == PACKET_IN_TAKEN)
		return;
	agent->n_packet_ins_no_controller += fate == PACKET_IN_NOBODY;
	pmd_count_punt_drop(agent->cfg.pmd, port != NULL ? port->index : 0,
			    fate == PACKET_IN_LIMITED ? DROP_PACKET_IN_LIMIT : DROP_NO_CONTROLLER);
}

/* Serves one slice; comes back from the event loop when there is more. */
static void serve(struct agent *agent)
{
	struct timeval at_once = {0};
	struct rte_mbuf *frames[SLICE];
	uint32_t n = pmd_punted(agent->cfg.pmd, frames, SLICE);

	for (uint32_t i = 0; i < n; i++)
		serve_frame(agent, frames[i]);
	if (learns_serve(agent) || n == SLICE || !pmd_punt_arm(agent->cfg.pmd))
		event_add(agent->punted_more, &at_once);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	uint64_t ignored;

	if (read((int)fd, &ignored, sizeof(ignored)) < 0 && errno != EAGAIN)
		log_limited(&((struct agent *)arg)->log_limit, LOG_LEVEL_WARNING, "agent",
			    "the signal for punted frames cannot be read: %s", strerror(errno));
	serve(arg);
}

static void on_more(evutil_socket_t fd, short what, void *arg)
{
	serve(arg);
}

int packet_in_start(struct agent *agent)
{
	struct timeval at_once = {0};

	agent->punted = event_new(agent->cfg.base, pmd_punt_fd(agent->cfg.pmd),
				  EV_READ | EV_PERSIST, on_readable, agent);
	agent->punted_more = event_new(agent->cfg.base, -1, 0, on_more, agent);
	if (agent->punted == NULL || agent->punted_more == NULL)
		return -ENOMEM;
	event_add(agent->punted, NULL);
	event_add(agent->punted_more, &at_once);
	return 0;
}

void packet_in_stop(struct agent *agent)
{
	if (agent->punted != NULL)
		event_free(agent->punted);
	if (agent->punted_more != NULL)
		event_free(agent->punted_more);
	agent->punted = agent->punted_more = NULL;
}
