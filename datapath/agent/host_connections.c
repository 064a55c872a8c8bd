// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/host_connections.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/agent/options_openflow.h"
#include "lib/log.h"

int host_open_tls(struct host *host, char *why, size_t why_size)
{
	const struct options *o = &host->options;
	const struct tls_files files = {.key = o->tls_key, .cert = o->tls_cert, .ca = o->tls_ca};

	if (o->tls_key[0] == '\0')
		return 0;
	host->tls = tls_create(&files, why, why_size);
	return host->tls != NULL ? 0 : -errno;
}

/* The configured ones, and our own socket. NULL: no memory. */
static struct endpoint *listeners_of(const struct options *o)
{
	struct endpoint *all = options_endpoints(&o->listeners, ENDPOINT_LISTENER);
	struct target own = {.kind = TARGET_UNIX};

	if (all == NULL)
		return NULL;
	snprintf(own.path, sizeof(own.path), "%.95s/of.sock", o->run_dir);
	endpoint_init(&all[o->listeners.n], &own);
	return all;
}

int host_connect(struct host *host, char *why, size_t why_size)
{
	const struct options *o = &host->options;
	struct endpoint *controllers = options_endpoints(&o->controllers, ENDPOINT_CONTROLLER);
	struct endpoint *listeners = listeners_of(o);
	int err = -ENOMEM;

	snprintf(why, why_size, "there is no memory for the connections; free some");
	if (controllers != NULL && listeners != NULL)
		err = agent_set_listeners(host->agent, listeners, o->listeners.n + 1, why,
					  why_size);
	if (err == 0) {
		err = agent_set_controllers(host->agent, controllers, o->controllers.n);
		if (err < 0)
			snprintf(why, why_size,
				 "the controllers cannot be connected: %s; free "
				 "memory",
				 strerror(-err));
	}
	free(controllers);
	free(listeners);
	return err;
}

static void swap_lists(struct option_list *a, struct option_list *b)
{
	struct option_list kept = *a;

	*a = *b;
	*b = kept;
}

static bool differs(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") != 0;
}

/* Is there something else that only a start can put in force? */
static bool needs_restart(const struct options *old, const struct options *fresh)
{
	if (old->dpid != fresh->dpid || old->fail_mode != fresh->fail_mode ||
	    old->of_versions != fresh->of_versions || old->memory_mb != fresh->memory_mb ||
	    old->mac_table_size != fresh->mac_table_size || old->stateless != fresh->stateless ||
	    old->ports.n != fresh->ports.n)
		return true;
	for (size_t i = 0; i < old->ports.n; i++) {
		if (differs(old->ports.at[i], fresh->ports.at[i]))
			return true;
	}
	return differs(old->name, fresh->name) || differs(old->run_dir, fresh->run_dir) ||
	       differs(old->state_dir, fresh->state_dir) || differs(old->lcores, fresh->lcores) ||
	       differs(old->eal, fresh->eal) || differs(old->tls_key, fresh->tls_key) ||
	       differs(old->tls_cert, fresh->tls_cert) || differs(old->tls_ca, fresh->tls_ca);
}

void host_reload(struct host *host, struct options *fresh)
{
	struct options *o = &host->options;
	char why[512] = "";

	if (host->tls != NULL)
		(void)tls_refresh(host->tls); /* it logs */
	if (needs_restart(o, fresh))
		log_warning("switch",
			    "%s: some options that have changed count at the next start only: all "
			    "but controller, listen, mac-ageing and log-level; change ports now "
			    "with heddle port",
			    o->name);
	swap_lists(&o->controllers, &fresh->controllers);
	swap_lists(&o->listeners, &fresh->listeners);
	o->mac_ageing_s = fresh->mac_ageing_s;
	o->log_level = fresh->log_level;
	log_set_level(o->log_level);
	if (host_connect(host, why, sizeof(why)) < 0)
		log_error("switch", "%s", why);
	log_info("switch", "%s has read its configuration again", o->name);
}
