// SPDX-License-Identifier: Apache-2.0
/* Who gets which asynchronous messages (OpenFlow 1.3.5 §6.3.6, §7.3.10), and who is what (§6.3.5).
 */
#include <utlist.h>

#include "datapath/agent/connections.h"

#define ALL 0xffffffffu

struct of_async connection_default_async(enum of_version version)
{
	struct of_async async = {
		.packet_in_mask = {ALL & ~(1u << OFPR_INVALID_TTL), 0},
		.port_status_mask = {ALL, ALL},
		.flow_removed_mask = {ALL, 0},
		/* Who was master is a slave when it is told so. */
		.role_status_mask = {ALL, ALL},
		.table_status_mask = {ALL, 0},
		.flow_stats_mask = {ALL, 0}, /* sent only where a flow asks for it */
		/* Clients in use take a controller-status that they did not ask for as an error. */
	};

	for (int kind = 0; kind < OF_N_ASYNC_KINDS; kind++) {
		uint32_t *masks = of_async_masks(&async, (enum of_async_kind)kind);
		/* Version 1.0 has no such configuration: what it has is what 1.3 has. */
		uint32_t reasons = of_async_reasons(version == OF10 ? OF13 : version,
						    (enum of_async_kind)kind);

		masks[0] &= reasons;
		masks[1] &= reasons;
	}
	return async;
}

bool connection_wants(const struct connection *conn, const uint32_t mask[2], uint8_t reason)
{
	return conn->up && conn->main == NULL && reason < 32 &&
	       mask[conn->role == OFPCR_ROLE_SLAVE] & 1u << reason;
}

void connection_set_role(struct connection *conn, uint32_t role)
{
	struct connection *aux;

	conn->role = role;
	for (aux = conn->next; aux != NULL && aux->main == conn; aux = aux->next)
		aux->role = role;
}

void connections_changed(struct agent *agent)
{
	struct pipeline *pipeline = agent->cfg.pipeline;
	bool misses = false, invalid_ttl = false;
	const struct connection *conn;

	DL_FOREACH (agent->connections, conn) {
		const uint32_t *mask = conn->async.packet_in_mask;

		misses |= conn->version == OF10 && conn->miss_send_len != 0 &&
			  connection_wants(conn, mask, OFPR_NO_MATCH);
		invalid_ttl |= connection_wants(conn, mask, OFPR_INVALID_TTL);
	}
	__atomic_store_n(&pipeline->punt_misses, misses, __ATOMIC_RELEASE);
	__atomic_store_n(&pipeline->punt_invalid_ttl, invalid_ttl, __ATOMIC_RELEASE);
}
