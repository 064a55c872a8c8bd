// SPDX-License-Identifier: Apache-2.0
/* OFPT_PACKET_OUT (OpenFlow 1.3.5 §7.3.7). */
#include <errno.h>
#include <stdlib.h>

#include <rte_ether.h>

#include "datapath/agent/dispatch.h"

/* The frame in one or more buffers; NULL when there are none. */
static struct rte_mbuf *frame_of(struct rte_mempool *mbufs, const uint8_t *data, size_t size)
{
	struct rte_mbuf *first = NULL, *last = NULL;

	while (size > 0) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(mbufs);
		uint16_t n;

		if (m == NULL) {
			rte_pktmbuf_free(first);
			return NULL;
		}
		n = rte_pktmbuf_tailroom(m);
		n = size < n ? (uint16_t)size : n;
		memcpy(rte_pktmbuf_append(m, n), data, n);
		data += n;
		size -= n;
		if (first == NULL) {
			first = last = m;
			continue;
		}
		last->next = m;
		last = m;
		first->nb_segs++;
		first->pkt_len += n;
	}
	return first;
}

enum of_err handle_packet_out(struct connection *conn, const struct of_msg *msg)
{
	const struct of_packet_out *out = &msg->packet_out;
	struct agent *agent = conn->agent;
	struct packet_out_fields fields = {
		.in_port = out->in_port == OFPP_ANY ? OFPP_CONTROLLER : out->in_port,
		.metadata = of_match_get_u64(&out->match, OF_FIELD_METADATA, 0),
		.tunnel_id = of_match_get_u64(&out->match, OF_FIELD_TUNNEL_ID, 0),
	};
	struct action_list *actions;
	struct rte_mbuf *frame;
	enum of_err err;

	if (out->buffer_id != OFP_NO_BUFFER)
		return OFPBRC_BUFFER_UNKNOWN;
	if (fields.in_port != OFPP_CONTROLLER && agent_port_find(agent, fields.in_port) == NULL)
		return OFPBRC_BAD_PORT;
	if (out->data_len < RTE_ETHER_HDR_LEN)
		return OFPBRC_BAD_PACKET;
	err = compile_packet_out(&agent->env, &out->actions, &actions);
	if (err != OF_OK)
		return err;
	agent->n_packet_outs++;
	if (agent->cfg.pmd == NULL) {
		action_list_free(actions);
		return OF_OK;
	}
	frame = frame_of(agent->cfg.mbufs, out->data, out->data_len);
	if (frame == NULL) {
		action_list_free(actions);
		log_limited(&agent->log_limit, LOG_LEVEL_WARNING, "agent",
			    "a packet-out of %s was lost: no free buffer; raise --memory",
			    conn->name);
		return OF_OK;
	}
	if (pmd_packet_out(agent->cfg.pmd, frame, actions, &fields) != 0)
		log_limited(&agent->log_limit, LOG_LEVEL_WARNING, "agent",
			    "a packet-out of %s was lost: too many are under way; send fewer at "
			    "once",
			    conn->name);
	return OF_OK;
}
