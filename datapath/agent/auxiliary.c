// SPDX-License-Identifier: Apache-2.0
/*
 * Auxiliary connections (OpenFlow 1.3.5 §6.3.7): more streams to a controller, by which packet-ins
 * pass each other and the main one. They speak the version of the main one and end with it; what
 * comes by one is answered there.
 */
#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/connections.h"

static struct connection *open_one(struct connection *main, uint8_t id)
{
	struct connector_config config = {.tls = main->agent->cfg.tls,
					  .backoff_max_ms = main->endpoint.backoff_s * 1000};
	struct connection *conn = connection_create(main->agent, &main->endpoint, main->name);

	if (conn == NULL)
		return NULL;
	conn->main = main;
	conn->auxiliary_id = id;
	config.channel = connection_channel_config(conn);
	conn->connector = connector_create(main->agent->cfg.base, &main->endpoint.target, &config,
					   &connection_ops, conn);
	if (conn->connector == NULL) {
		free(conn);
		return NULL;
	}
	return conn;
}

void auxiliaries_open(struct connection *main)
{
	struct connection *after = main;

	if (main->version < OF13) /* features-replies have no auxiliary_id */
		return;
	for (uint8_t id = 1; id <= main->endpoint.n_aux; id++) {
		struct connection *conn = open_one(main, id);

		if (conn == NULL) {
			log_error("agent",
				  "controller %s: no memory for its auxiliary connections: it has "
				  "%u of %u",
				  main->name, id - 1u, main->endpoint.n_aux);
			return;
		}
		DL_APPEND_ELEM(main->agent->connections, after, conn);
		after = conn;
	}
}

void auxiliaries_close(struct connection *main)
{
	while (main->next != NULL && main->next->main == main)
		connection_free_active(main->next);
}

struct connection *auxiliary_for(struct connection *main, uint32_t hash)
{
	struct connection *conn, *up[ENDPOINT_AUX_MAX];
	uint32_t n = 0;

	for (conn = main->next; conn != NULL && conn->main == main; conn = conn->next) {
		if (conn->up)
			up[n++] = conn;
	}
	return n != 0 ? up[hash % n] : main;
}
