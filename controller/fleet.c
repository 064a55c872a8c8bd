// SPDX-License-Identifier: Apache-2.0
#include "controller/fleet.h"

#include "controller/last_good.h"
#include "lib/log.h"
#include "openflow/connector.h"
#include "openflow/listener.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* Room for all flows of a large switch at once. */
#define OUTPUT_LIMIT (256u << 20)
/* Connections that did not say yet who they are; more are turned away. */
#define MEMBERS_MAX 4096u

/* One connection: accepted (then the channel is ours), or a connector's. */
struct member {
	struct member *next, *prev;
	struct fleet *fleet;
	struct session *session;
	struct connector *connector;
	struct channel *channel; /* accepted only */
};

struct door {
	struct door *next;
	struct listener *listener;
};

struct fleet {
	struct event_base *base;
	char *path, *state_dir;
	struct intent *intent;
	struct member *members;
	unsigned n_members;
	struct door *doors;
	struct tls *tls; /* NULL: no tls targets */
	struct log_limit limit;
};

struct fleet *fleet_create(struct event_base *base, const char *path, const char *state_dir,
			   struct intent *intent)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	if (fleet != NULL) {
		fleet->base = base;
		fleet->path = strdup(path);
		fleet->state_dir = state_dir != NULL ? strdup(state_dir) : NULL;
		fleet->intent = intent;
	} else {
		intent_free(intent);
	}
	if (fleet == NULL || fleet->path == NULL ||
	    (state_dir != NULL && fleet->state_dir == NULL)) {
		fleet_destroy(fleet);
		errno = ENOMEM;
		return NULL;
	}
	if (state_dir != NULL)
		last_good_save(state_dir, path);
	return fleet;
}

static void member_destroy(struct member *m)
{
	DL_DELETE(m->fleet->members, m);
	m->fleet->n_members--;
	if (m->connector != NULL)
		connector_destroy(m->connector);
	else
		channel_destroy(m->channel);
	session_destroy(m->session);
	free(m);
}

void fleet_destroy(struct fleet *fleet)
{
	struct door *door, *next_door;
	struct member *m, *next;

	if (fleet == NULL)
		return;
	LL_FOREACH_SAFE (fleet->doors, door, next_door) {
		listener_destroy(door->listener);
		free(door);
	}
	DL_FOREACH_SAFE (fleet->members, m, next)
		member_destroy(m);
	tls_destroy(fleet->tls);
	intent_free(fleet->intent);
	free(fleet->path);
	free(fleet->state_dir);
	free(fleet);
}

/* A switch that reconnects may be here before its old connection is known to be dead. */
static bool on_known(void *context, struct session *session)
{
	struct member *me = context, *m;

	DL_FOREACH (me->fleet->members, m) {
		if (m != me && session_state(m->session) != SESSION_AWAY &&
		    session_dpid(m->session) == session_dpid(session))
			session_close(m->session, "the switch has a newer connection");
	}
	return true;
}

static void on_down(void *context, struct session *session)
{
	struct member *m = context;

	if (m->connector == NULL)
		member_destroy(m);
}

static struct member *member_create(struct fleet *fleet, const char *peer)
{
	static const struct session_ops ops = {.on_known = on_known, .on_down = on_down};
	struct member *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->fleet = fleet;
	m->session = session_create(fleet->base, peer, fleet->intent, &ops, m);
	if (m->session == NULL) {
		free(m);
		return NULL;
	}
	DL_APPEND(fleet->members, m);
	fleet->n_members++;
	return m;
}

static struct channel_config channel_config(void)
{
	struct channel_config config = channel_config_default();

	config.versions = OF_VERSION_BIT(OF13);
	config.output_limit = OUTPUT_LIMIT;
	return config;
}

static void on_accept(void *context, struct bufferevent *stream, const char *peer)
{
	struct channel_config config = channel_config();
	struct fleet *fleet = context;
	struct member *m = fleet->n_members < MEMBERS_MAX ? member_create(fleet, peer) : NULL;

	if (m == NULL) {
		log_limited(&fleet->limit, LOG_LEVEL_ERROR, "switch",
			    "%s: turned away, there are %u connections already; end some", peer,
			    fleet->n_members);
		bufferevent_free(stream);
		return;
	}
	m->channel = channel_create(stream, &config, session_channel_ops(), m->session);
	if (m->channel == NULL)
		member_destroy(m);
}

void fleet_set_tls(struct fleet *fleet, struct tls *tls)
{
	fleet->tls = tls;
}

int fleet_listen(struct fleet *fleet, const struct target *target, char *why, size_t why_size)
{
	const struct listener_config config = {.tls = fleet->tls};
	struct door *door = calloc(1, sizeof(*door));
	char text[TARGET_TEXT_SIZE];
	int err = ENOMEM;

	snprintf(why, why_size, "out of memory");
	if (door == NULL)
		return -ENOMEM;
	errno = ENOMEM;
	door->listener =
		listener_create(fleet->base, target, &config, on_accept, fleet, why, why_size);
	if (door->listener == NULL) {
		err = errno;
		free(door);
		return -err;
	}
	LL_PREPEND(fleet->doors, door);
	log_info("controller", "waits for switches at %s",
		 target_text(listener_target(door->listener), text));
	return 0;
}

int fleet_connect(struct fleet *fleet, const struct target *target)
{
	const struct connector_config config = {.channel = channel_config(), .tls = fleet->tls};
	char text[TARGET_TEXT_SIZE];
	struct member *m = member_create(fleet, target_text(target, text));

	if (m == NULL)
		return -ENOMEM;
	m->connector =
		connector_create(fleet->base, target, &config, session_channel_ops(), m->session);
	if (m->connector == NULL) {
		int err = errno != 0 ? errno : ENOMEM;

		member_destroy(m);
		return -err;
	}
	log_info("controller", "keeps a connection to the switch at %s", text);
	return 0;
}

int fleet_reload(struct fleet *fleet, struct mirror_counts *counts, char *why)
{
	struct intent *old = fleet->intent, *intent = intent_load(fleet->path, why);
	struct member *m;

	*counts = (struct mirror_counts){0};
	if (fleet->tls != NULL)
		(void)tls_refresh(fleet->tls); /* it logs */
	if (intent == NULL) {
		log_error("controller", "%s; the file is refused whole, what was in force stays",
			  why);
		return -EINVAL;
	}
	fleet->intent = intent;
	DL_FOREACH (fleet->members, m)
		session_set_intent(m->session, intent, counts);
	intent_free(old);
	log_info("controller", "%s: reloaded; %u flows and groups added, %u modified, %u deleted",
		 fleet->path, counts->added, counts->modified, counts->deleted);
	if (fleet->state_dir != NULL)
		last_good_save(fleet->state_dir, fleet->path);
	return 0;
}

const struct intent *fleet_intent(const struct fleet *fleet)
{
	return fleet->intent;
}

const struct session *fleet_session(const struct fleet *fleet, uint64_t dpid)
{
	const struct session *found = NULL;
	struct member *m;

	DL_FOREACH (fleet->members, m) {
		if (session_state(m->session) != SESSION_AWAY && session_dpid(m->session) == dpid)
			found = m->session; /* the newest */
	}
	return found;
}

void fleet_each_unknown(const struct fleet *fleet,
			void (*each)(void *context, const struct session *session), void *context)
{
	struct member *m;

	DL_FOREACH (fleet->members, m) {
		if (session_state(m->session) == SESSION_UNKNOWN)
			each(context, m->session);
	}
}
