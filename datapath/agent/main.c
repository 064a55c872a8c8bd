// SPDX-License-Identifier: Apache-2.0
/* heddled: brings a switch up step by step, runs it, and takes it down in the reverse order. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <systemd/sd-daemon.h>

#include "datapath/agent/api.h"
#include "datapath/agent/frame_pool.h"
#include "datapath/agent/host.h"
#include "datapath/agent/host_connections.h"
#include "datapath/agent/run_dir.h"
#include "lib/log.h"
#include "lib/units.h"

#define WHY_SIZE 1024
#define IDLE_SLEEP_US 200
#define HEAP_STEP (16 << 20)
#define HEAP_SPARE (64 << 20)

struct daemon {
	struct host host;
	int argc; /* the command line, for when it is read again */
	char **argv;
	int lock; /* of the run directory */
	struct event *signals[3];
};

/* --- signals -------------------------------------------------------------------------------- */

static void on_end(evutil_socket_t signal_number, short what, void *arg)
{
	struct daemon *p = arg;

	log_info("switch", "%s ends: %s", p->host.options.name, strsignal(signal_number));
	sd_notify(0, "STOPPING=1");
	event_base_loopbreak(p->host.base);
}

static void on_hup(evutil_socket_t signal_number, short what, void *arg)
{
	struct daemon *p = arg;
	struct options fresh;
	char why[WHY_SIZE] = "";

	options_init(&fresh);
	if (options_parse(&fresh, p->argc, p->argv, why, sizeof(why)) < 0)
		log_error("switch", "%s goes on as it is: %s", p->host.options.name, why);
	else
		host_reload(&p->host, &fresh);
	options_free(&fresh);
}

static int catch_signals(struct daemon *p)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};

	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 3; i++) {
		p->signals[i] = evsignal_new(p->host.base, numbers[i],
					     numbers[i] == SIGHUP ? on_hup : on_end, p);
		if (p->signals[i] == NULL || event_add(p->signals[i], NULL) < 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * A hundred thousand flows take 50 MB in small pieces. The heap grows in large steps, and keeps
 * what a mass delete leaves: to give pages back to the kernel and to take them again costs more per
 * flow than the flow-mod itself.
 */
static void tune_heap(void)
{
	mallopt(M_TOP_PAD, HEAP_STEP);
	mallopt(M_TRIM_THRESHOLD, HEAP_SPARE);
}

/* A guest's port takes several descriptors: all that this process may have are wanted. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* --- parts ---------------------------------------------------------------------------------- */

static int make_mbufs(struct host *h, char *why, size_t why_size)
{
	h->mbufs = frame_pool_create((uint64_t)h->options.memory_mb << 20, h->eal.hugepages);
	if (h->mbufs != NULL)
		return 0;
	snprintf(why, why_size,
		 "there is no memory for %u MiB of frame buffers (%s); give less with --memory",
		 h->options.memory_mb, rte_strerror(rte_errno));
	return -ENOMEM;
}

static int make_datapath(struct host *h, char *why, size_t why_size)
{
	struct pmd_config config = {
		.n_lcores = h->eal.n_lcores, .mbufs = h->mbufs, .idle_sleep_us = IDLE_SLEEP_US};

	memcpy(config.lcore_id, h->eal.lcore_id, sizeof(config.lcore_id));
	h->pipeline = pipeline_create(config.n_lcores, h->options.mac_table_size);
	if (h->pipeline != NULL)
		h->pmd = pmd_create(h->pipeline, &config);
	if (h->pmd != NULL)
		return 0;
	snprintf(why, why_size,
		 "there is no memory for the tables; give fewer addresses with "
		 "--mac-table-size");
	return -ENOMEM;
}

static int make_agent(struct host *h, char *why, size_t why_size)
{
	const struct agent_config config = {.dpid = h->options.dpid,
					    .base = h->base,
					    .pipeline = h->pipeline,
					    .pmd = h->pmd,
					    .mbufs = h->mbufs,
					    .fail_mode = h->options.fail_mode,
					    .of_versions = h->options.of_versions,
					    .tls = h->tls,
					    .dp_desc = h->options.name,
					    .ops = &host_agent_ops,
					    .host = h};

	h->agent = agent_create(&config);
	if (h->agent != NULL)
		return 0;
	snprintf(why, why_size, "the OpenFlow agent cannot start: %s", strerror(errno));
	return -ENOMEM;
}

static int make_ports(struct host *h, char *why, size_t why_size)
{
	const struct ports_config config = {.base = h->base,
					    .pipeline = h->pipeline,
					    .pmd = h->pmd,
					    .mbufs = h->mbufs,
					    .n_lcores = (uint16_t)h->eal.n_lcores,
					    .ops = &host_ports_ops,
					    .owner = h};
	const struct port_entry *entry;
	int err;

	h->ports = ports_create(&config);
	if (h->ports == NULL) {
		snprintf(why, why_size, "the port manager cannot start: %s", strerror(errno));
		return -ENOMEM;
	}
	err = host_restore_numbers(h, why, why_size);
	for (size_t i = 0; i < h->options.ports.n && err == 0; i++) {
		err = ports_add(h->ports, h->options.ports.at[i], 0, &entry, why, why_size);
		if (err < 0 && i >= h->options.n_ports_typed) {
			/* One adapter that is missing must not keep all guests from starting. */
			log_error("ports", "%s; the switch goes on without it", why);
			err = 0;
		}
	}
	return err < 0 ? err : host_restore_ports(h, why, why_size);
}

static int open_api(struct host *h, char *why, size_t why_size)
{
	char *path = text_format("%s/api.sock", h->options.run_dir);

	h->http = http_create(h->base, path, api_routes, h, why, why_size);
	free(path);
	return h->http != NULL ? 0 : -errno;
}

/* --- up and down ---------------------------------------------------------------------------- */

static int start_eal(struct host *h, char *why, size_t why_size)
{
	const struct options *o = &h->options;
	struct eal_config config = {.name = o->name,
				    .run_dir = o->run_dir,
				    .lcores = o->lcores,
				    .extra = o->eal,
				    .memory_size = (uint64_t)o->memory_mb << 20};

	for (size_t i = 0; i < o->ports.n; i++)
		config.want_pci |= strstr(o->ports.at[i], ",pci:") != NULL;
	return eal_start(&config, &h->eal, why, why_size);
}

static void say_ready(const struct host *h)
{
	uint64_t held, used;
	char size[UNITS_TEXT_SIZE];

	eal_memory(&held, &used);
	units_bytes(used, size);
	log_info("memory", "%s, %u frame buffers, on %s", size, h->mbufs->size,
		 h->eal.hugepages ? "hugepages"
				  : "normal pages: address look-ups cost some speed, hugepages "
				    "would save them");
	log_info("lcores", "%s", h->eal.lcores_note);
	log_info("switch",
		 "%s is ready after %u ms: datapath id %016llx, %u ports, fail mode %s, sockets in "
		 "%s",
		 h->options.name, (unsigned int)(clock_ms() - h->started_ms),
		 (unsigned long long)h->options.dpid, ports_count(h->ports),
		 agent_fail_mode_name(h->agent), h->options.run_dir);
	sd_notify(0, "READY=1");
}

/* Everything that can fail; 0, or -errno with a sentence in `why`. daemon_stop undoes any part. */
static int daemon_start(struct daemon *p, char *why, size_t why_size)
{
	struct host *h = &p->host;
	const struct options *o = &h->options;
	int err;

	h->started_ms = clock_ms();
	err = run_dir_make(o->run_dir, "--run-dir", why, why_size);
	if (err == 0 && !o->stateless)
		err = run_dir_make(o->state_dir, "--state-dir, or none with --stateless", why,
				   why_size);
	if (err < 0)
		return err;
	p->lock = run_dir_lock(o->run_dir, why, why_size);
	if (p->lock < 0)
		return p->lock;
	err = start_eal(h, why, why_size);
	if (err < 0)
		return err;
	h->base = event_base_new();
	if (h->base == NULL || catch_signals(p) < 0) {
		snprintf(why, why_size, "there is no memory for the event loop; free some");
		return -ENOMEM;
	}
	err = make_mbufs(h, why, why_size);
	if (err == 0)
		err = make_datapath(h, why, why_size);
	if (err == 0 && !o->stateless) {
		h->state = state_open(o->state_dir, h->base, why, why_size);
		err = h->state != NULL ? 0 : -errno;
	}
	if (err == 0)
		err = host_open_tls(h, why, why_size);
	if (err == 0)
		err = make_agent(h, why, why_size);
	if (err == 0) /* tables first: no frame meets an empty pipeline */
		err = host_restore_agent(h, why, why_size);
	if (err == 0)
		err = make_ports(h, why, why_size);
	if (err == 0)
		err = host_connect(h, why, why_size);
	if (err == 0)
		err = open_api(h, why, why_size);
	if (err == 0 && (host_start_ageing(h) < 0 || pmd_start(h->pmd) < 0)) {
		snprintf(why, why_size, "the lcores cannot start; check --lcores");
		err = -EIO;
	}
	return err;
}

static void daemon_stop(struct daemon *p)
{
	struct host *h = &p->host;

	if (h->pmd != NULL)
		pmd_stop(h->pmd);
	if (h->pipeline != NULL) /* ports that were being removed are closed now */
		reclaim_poll(h->pipeline->reclaim);
	http_destroy(h->http);
	if (h->age_timer != NULL)
		event_free(h->age_timer);
	ports_destroy(h->ports);
	agent_destroy(h->agent);
	tls_destroy(h->tls);
	state_close(h->state);
	pmd_destroy(h->pmd);
	pipeline_destroy(h->pipeline);
	rte_mempool_free(h->mbufs);
	for (int i = 0; i < 3; i++) {
		if (p->signals[i] != NULL)
			event_free(p->signals[i]);
	}
	if (h->base != NULL)
		event_base_free(h->base);
	if (h->eal.n_lcores != 0)
		eal_stop();
	if (p->lock >= 0)
		run_dir_unlock(h->options.run_dir, p->lock);
}

int main(int argc, char **argv)
{
	static struct daemon d = {.lock = -1};
	struct options *o = &d.host.options;
	char why[WHY_SIZE] = "";
	int err;

	d.argc = argc;
	d.argv = argv;
	options_init(o);
	err = options_parse(o, argc, argv, why, sizeof(why));
	if (err < 0) {
		fprintf(stderr, "heddled: %s\n", why);
		options_free(o);
		return 2;
	}
	if (o->verb == OPTIONS_HELP) {
		options_help(stdout);
	} else if (o->verb == OPTIONS_VERSION) {
		printf("heddled %s\n", HEDDLE_VERSION);
	} else {
		log_set_level(o->log_level);
		raise_file_limit();
		tune_heap();
		err = daemon_start(&d, why, sizeof(why));
		if (err == 0) {
			say_ready(&d.host);
			event_base_dispatch(d.host.base);
		} else {
			log_error("switch", "%s does not start: %s", o->name, why);
		}
		daemon_stop(&d);
	}
	options_free(o);
	return err < 0 ? 1 : 0;
}
