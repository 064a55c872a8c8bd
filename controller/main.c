// SPDX-License-Identifier: Apache-2.0
#include "controller/api.h"
#include "controller/check.h"
#include "controller/fleet.h"
#include "controller/last_good.h"
#include "controller/options.h"
#include "lib/log.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

struct program {
	struct event_base *base;
	struct fleet *fleet;
	struct api *api;
	struct event *on_term, *on_int, *on_hup;
};

static void ends(evutil_socket_t fd, short what, void *context)
{
	struct program *p = context;

	sd_notify(0, "STOPPING=1");
	log_info("controller", "ends; the switches keep forwarding");
	event_base_loopbreak(p->base);
}

static void reloads(evutil_socket_t fd, short what, void *context)
{
	struct program *p = context;
	struct mirror_counts counts;
	char why[INTENT_WHY_SIZE];

	(void)fleet_reload(p->fleet, &counts, why); /* it logs either way */
}

static bool program_signals(struct program *p)
{
	signal(SIGPIPE, SIG_IGN);
	p->on_term = evsignal_new(p->base, SIGTERM, ends, p);
	p->on_int = evsignal_new(p->base, SIGINT, ends, p);
	p->on_hup = evsignal_new(p->base, SIGHUP, reloads, p);
	return p->on_term != NULL && p->on_int != NULL && p->on_hup != NULL &&
	       evsignal_add(p->on_term, NULL) == 0 && evsignal_add(p->on_int, NULL) == 0 &&
	       evsignal_add(p->on_hup, NULL) == 0;
}

static bool tls_start(struct program *p, const struct options *o, char *why, size_t why_size)
{
	struct tls *tls;

	if (o->tls.key == NULL)
		return true;
	tls = tls_create(&o->tls, why, why_size);
	if (tls == NULL)
		return false;
	fleet_set_tls(p->fleet, tls);
	return true;
}

/* Everything that can fail before the loop; false after saying why. */
static bool program_start(struct program *p, const struct options *o, struct intent *intent)
{
	char why[INTENT_WHY_SIZE] = "out of memory";

	p->base = event_base_new();
	if (p->base == NULL || !program_signals(p)) {
		intent_free(intent);
		goto fail;
	}
	p->fleet = fleet_create(p->base, o->config, o->state_dir, intent);
	if (p->fleet == NULL || !tls_start(p, o, why, sizeof(why)))
		goto fail;
	p->api = api_create(p->base, o->run_dir, p->fleet, why, sizeof(why));
	if (p->api == NULL)
		goto fail;
	for (unsigned i = 0; i < o->n_listen; i++) {
		if (fleet_listen(p->fleet, &o->listen[i], why, sizeof(why)) != 0)
			goto fail;
	}
	for (unsigned i = 0; i < o->n_connect; i++) {
		int err = fleet_connect(p->fleet, &o->connect[i]);

		if (err != 0) {
			snprintf(why, sizeof(why), "cannot connect (%s); correct --connect",
				 strerror(-err));
			goto fail;
		}
	}
	return true;
fail:
	log_error("controller", "%s", why);
	return false;
}

static void program_stop(struct program *p)
{
	api_destroy(p->api);
	fleet_destroy(p->fleet);
	if (p->on_hup != NULL)
		event_free(p->on_hup);
	if (p->on_int != NULL)
		event_free(p->on_int);
	if (p->on_term != NULL)
		event_free(p->on_term);
	if (p->base != NULL)
		event_base_free(p->base);
}

static int check(const struct options *o)
{
	char why[INTENT_WHY_SIZE];
	struct intent *intent = intent_load(o->config, why);
	int err;

	if (intent == NULL) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	err = check_print(intent, stdout);
	if (err != 0)
		fprintf(stderr, "%s: cannot be planned (%s); split the networks\n", o->config,
			strerror(-err));
	intent_free(intent);
	return err != 0;
}

int main(int argc, char **argv)
{
	struct program p = {0};
	struct options o;
	struct intent *intent;
	char why[INTENT_WHY_SIZE], copy[4096];
	int code = options_read(&o, argc, argv);

	if (code >= 0)
		return code;
	if (o.check)
		return check(&o);
	intent = intent_load(o.config, why);
	if (intent == NULL) {
		last_good_find(o.state_dir, copy, sizeof(copy));
		log_error("controller", "%s%s%s", why,
			  copy[0] ? "; the last file that was in force is " : "", copy);
		return 1;
	}
	code = 1;
	if (program_start(&p, &o, intent)) {
		log_info("controller", "%s is in force; reload with SIGHUP or `heddle reload`",
			 o.config);
		sd_notify(0, "READY=1");
		code = event_base_dispatch(p.base) == 0 ? 0 : 1;
	}
	program_stop(&p);
	return code;
}
