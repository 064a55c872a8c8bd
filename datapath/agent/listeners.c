// SPDX-License-Identifier: Apache-2.0
/* Where controllers and tools may connect. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/connections.h"
#include "lib/text.h"

static void on_accept(void *context, struct bufferevent *stream, const char *peer)
{
	struct agent_listener *listener = context;

	(void)connections_accept(listener->agent, listener, stream, peer);
}

static struct agent_listener *find_listener(struct agent *agent, const struct target *target)
{
	char wanted[TARGET_TEXT_SIZE], name[TARGET_TEXT_SIZE];
	struct agent_listener *l;

	target_text(target, wanted);
	DL_FOREACH (agent->listeners, l) {
		if (strcmp(target_text(&l->endpoint.target, name), wanted) == 0)
			return l;
	}
	return NULL;
}

int agent_add_listener(struct agent *agent, const struct endpoint *endpoint, char *why,
		       size_t why_size)
{
	const struct listener_config config = {
		.tls = agent->cfg.tls, .allow = endpoint->allow, .n_allow = endpoint->n_allow};
	struct agent_listener *l;
	char name[TARGET_TEXT_SIZE];
	int rc;

	if (find_listener(agent, &endpoint->target) != NULL) {
		snprintf(why, why_size, "%s: already listening there, leave out the second one",
			 target_text(&endpoint->target, name));
		return -EEXIST;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		text_copy(why, why_size, "out of memory");
		return -ENOMEM;
	}
	l->agent = agent;
	l->endpoint = *endpoint;
	l->listener = listener_create(agent->cfg.base, &endpoint->target, &config, on_accept, l,
				      why, why_size);
	if (l->listener == NULL) {
		rc = errno != 0 ? -errno : -EINVAL;
		free(l);
		return rc;
	}
	DL_APPEND(agent->listeners, l);
	return 0;
}

int agent_del_listener(struct agent *agent, const struct target *target)
{
	struct agent_listener *l = find_listener(agent, target);

	if (l == NULL)
		return -ENOENT;
	connections_close_listener(agent, l);
	DL_DELETE(agent->listeners, l);
	listener_destroy(l->listener);
	free(l);
	return 0;
}

static const struct endpoint *find_among(const struct target *target, const struct endpoint *wanted,
					 size_t n)
{
	char name[TARGET_TEXT_SIZE], other[TARGET_TEXT_SIZE];

	target_text(target, name);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(target_text(&wanted[i].target, other), name) == 0)
			return &wanted[i];
	}
	return NULL;
}

int agent_set_listeners(struct agent *agent, const struct endpoint *wanted, size_t n, char *why,
			size_t why_size)
{
	struct agent_listener *l, *next;
	int rc = 0;

	DL_FOREACH_SAFE (agent->listeners, l, next) {
		const struct endpoint *e = find_among(&l->endpoint.target, wanted, n);

		if (e == NULL) {
			agent_del_listener(agent, &l->endpoint.target);
		} else if (listener_allow(l->listener, e->allow, e->n_allow) == 0) {
			l->endpoint = *e; /* for those who are yet to come */
		}
	}
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (find_listener(agent, &wanted[i].target) == NULL)
			rc = agent_add_listener(agent, &wanted[i], why, why_size);
	}
	return rc;
}

void agent_each_listener(const struct agent *agent,
			 void (*each)(void *context, const struct agent_listener_status *l),
			 void *context)
{
	const struct agent_listener *l;
	char name[TARGET_TEXT_SIZE];

	DL_FOREACH (agent->listeners, l) {
		const struct listener_counters *counters = listener_counters(l->listener);
		struct agent_listener_status status = {
			.target = target_text(listener_target(l->listener), name),
			.accepted = counters->accepted,
			.refused = counters->refused,
			.tls_failed = counters->tls_failed,
			.turned_away = l->n_turned_away,
		};

		each(context, &status);
	}
}
