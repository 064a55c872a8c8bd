// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/eal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "datapath/agent/eal_args.h"
#include "datapath/agent/eal_log.h"
#include "datapath/agent/eal_memory.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/units.h"

/* What ports, rings and tables take beside the frame buffers. */
#define OTHER_MEMORY ((uint64_t)24 << 20)
/* Address space only: pages are taken when they are touched. */
#define NORMAL_PAGES_ROOM ((uint64_t)512 << 20)

/* Names DPDK's runtime directory: the same for each start of a switch, another for each switch. */
static void add_file_prefix(struct eal_args *args, const struct eal_config *config)
{
	uint32_t hash = 2166136261u;

	for (const char *p = config->run_dir; *p != '\0'; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619u;
	eal_args_add(args, "--file-prefix");
	eal_args_add(args, "heddle-%s-%04x", config->name, hash >> 16 ^ (hash & 0xffff));
}

static bool operator_chose_memory(const struct eal_args *user)
{
	static const char *const options[] = {"--huge-dir", "--legacy-mem", "--huge-unlink",
					      "--socket-mem", "--single-file-segments"};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (eal_args_have(user, options[i]))
			return true;
	}
	return false;
}

static bool add_memory(struct eal_args *args, struct eal_args *user,
		       const struct eal_config *config)
{
	char note[128];
	bool normal = eal_args_have(user, "--no-huge");

	if (!normal && operator_chose_memory(user))
		return true;
	if (!normal &&
	    eal_memory_hugepages(config->memory_size + OTHER_MEMORY, note, sizeof(note))) {
		if (!eal_args_have(user, "--in-memory"))
			eal_args_add(args, "--in-memory");
		return true;
	}
	if (!normal) {
		log_info("memory", "normal pages, because %s; ports on the PCI bus need hugepages",
			 note);
		eal_args_add(args, "--no-huge");
	}
	/* DPDK refuses --in-memory on normal pages; this is the part of it that there is. */
	if (eal_args_have(user, "--in-memory"))
		eal_args_remove(user, "--in-memory");
	if (!eal_args_have(user, "--no-shconf"))
		eal_args_add(args, "--no-shconf");
	if (!eal_args_have(user, "-m"))
		eal_args_add(args, "-m%" PRIu64,
			     (config->memory_size + OTHER_MEMORY + NORMAL_PAGES_ROOM) >> 20);
	return false;
}

/*
 * The bus is scanned, so that `pci:` ports can come later, but nothing on it is taken at start-up:
 * an allow list that names no device of ours does both.
 */
static void add_bus(struct eal_args *args, const struct eal_args *user,
		    const struct eal_config *config, bool hugepages)
{
	if (eal_args_have(user, "-a") || eal_args_have(user, "--allow") ||
	    eal_args_have(user, "-b") || eal_args_have(user, "--block") ||
	    eal_args_have(user, "--no-pci"))
		return;
	if ((!hugepages && !config->want_pci) || access("/sys/bus/pci/devices", R_OK) < 0)
		eal_args_add(args, "--no-pci");
	else
		eal_args_add(args, "-a0000:00:00.0");
}

static int add_lcores(struct eal_args *args, const struct eal_args *user,
		      const struct eal_config *config, char *why, size_t why_size)
{
	cpu_set_t allowed, poll, absent;
	unsigned int main_lcore;
	char map[1024];

	if (eal_args_have(user, "--lcores") || eal_args_have(user, "-l") ||
	    eal_args_have(user, "-c"))
		return 0;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return -errno;
	eal_cpus_pick(&allowed, &poll);
	if (config->lcores != NULL && eal_cpus_parse(config->lcores, &poll) < 0) {
		snprintf(why, why_size,
			 "lcores %s is not a list of CPUs from 0 to %d; write it as in 1 or 2-3,6",
			 config->lcores, RTE_MAX_LCORE - 1);
		return -EINVAL;
	}
	CPU_AND(&absent, &poll, &allowed);
	CPU_XOR(&absent, &absent, &poll);
	if (CPU_COUNT(&absent) != 0 || CPU_COUNT(&poll) > PMD_MAX_LCORES) {
		snprintf(why, why_size,
			 "lcores %s names CPUs that this process may not use, or more than %d; "
			 "there are %d CPUs here",
			 config->lcores, PMD_MAX_LCORES, CPU_COUNT(&allowed));
		return -EINVAL;
	}
	if (eal_lcores_map(&allowed, &poll, &main_lcore, map, sizeof(map)) < 0) {
		snprintf(why, why_size,
			 "no lcore is left for the control thread; give fewer CPUs "
			 "with --lcores");
		return -EINVAL;
	}
	eal_args_add(args, "--lcores");
	eal_args_add(args, "%s", map);
	eal_args_add(args, "--main-lcore");
	eal_args_add(args, "%u", main_lcore);
	return 0;
}

static int find_lcores(struct eal *eal, char *why, size_t why_size)
{
	struct text note = {0};
	rte_cpuset_t control = rte_lcore_cpuset(rte_get_main_lcore());
	unsigned int id;

	RTE_LCORE_FOREACH_WORKER(id)
	{
		if (eal->n_lcores == PMD_MAX_LCORES)
			break;
		eal->lcore_id[eal->n_lcores++] = id;
		text_add(&note, "%s%u", eal->n_lcores == 1 ? "" : ", ", id);
	}
	if (eal->n_lcores == 0) {
		snprintf(why, why_size,
			 "--eal leaves no lcore to carry frames beside the main one; "
			 "give it two or more");
		return -EINVAL;
	}
	snprintf(eal->lcores_note, sizeof(eal->lcores_note),
		 "frames on lcore%s %s, control thread on %d CPU%s", eal->n_lcores == 1 ? "" : "s",
		 text_get(&note), CPU_COUNT(&control), CPU_COUNT(&control) == 1 ? "" : "s");
	text_free(&note);
	return 0;
}

/* rte_eal_init, without the pages of usage that it prints over one wrong word. */
static int init_quietly(const struct eal_args *args)
{
	static char *words[EAL_ARGS_MAX + 1]; /* DPDK keeps pointers to the words, moved about */
	bool help = eal_args_have(args, "-h") || eal_args_have(args, "--help");
	int null = help ? -1 : open("/dev/null", O_WRONLY | O_CLOEXEC);
	int shown = null < 0 ? -1 : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int rc;

	memcpy(words, args->at, sizeof(words));
	fflush(stdout);
	if (shown >= 0)
		dup2(null, STDOUT_FILENO);
	rc = rte_eal_init(args->n, words);
	fflush(stdout);
	if (shown >= 0) {
		dup2(shown, STDOUT_FILENO);
		close(shown);
	}
	if (null >= 0)
		close(null);
	return rc;
}

int eal_start(const struct eal_config *config, struct eal *eal, char *why, size_t why_size)
{
	static struct eal_args args; /* DPDK keeps pointers to the words */
	struct eal_args user = {0};
	int err;

	*eal = (struct eal){0};
	if (config->extra != NULL && eal_args_split(&user, config->extra) < 0) {
		snprintf(why, why_size, "a quote in --eal \"%s\" does not end", config->extra);
		err = -EINVAL;
		goto out;
	}
	eal_args_add(&args, "heddled");
	if (!eal_args_have(&user, "--file-prefix"))
		add_file_prefix(&args, config);
	err = add_lcores(&args, &user, config, why, why_size);
	if (err < 0)
		goto out;
	eal->hugepages = add_memory(&args, &user, config);
	add_bus(&args, &user, config, eal->hugepages);
	for (int i = 0; i < user.n; i++)
		eal_args_add(&args, "%s", user.at[i]);
	if (args.full) {
		snprintf(why, why_size, "--eal has more than %d words", EAL_ARGS_MAX);
		err = -E2BIG;
		goto out;
	}
	eal_log_start();
	for (int i = 1; i < args.n; i++)
		log_debug("memory", "DPDK's argument %s", args.at[i]);
	optind = 1;
	if (init_quietly(&args) < 0) {
		err = rte_errno != 0 ? -rte_errno : -EIO;
		snprintf(why, why_size,
			 "DPDK did not start (%s: %s); check the words of --eal, and the memory "
			 "that "
			 "is free",
			 rte_strerror(-err), eal_log_first_error());
		goto out;
	}
	err = find_lcores(eal, why, why_size);
out:
	if (err < 0)
		eal_args_free(&args);
	eal_args_free(&user);
	return err;
}

void eal_stop(void)
{
	char path[512];
	char dir[400];

	text_copy(dir, sizeof(dir), rte_eal_get_runtime_dir());
	rte_eal_cleanup();
	/* Leaves no directory behind for each switch that ever ran. */
	snprintf(path, sizeof(path), "%s/dpdk_telemetry.v2", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/config", dir);
	unlink(path);
	rmdir(dir);
}

void eal_memory(uint64_t *held, uint64_t *used)
{
	*held = 0;
	*used = 0;
	for (unsigned int i = 0; i < rte_socket_count(); i++) {
		struct rte_malloc_socket_stats stats;

		if (rte_malloc_get_socket_stats(rte_socket_id_by_idx(i), &stats) < 0)
			continue;
		*held += stats.heap_totalsz_bytes;
		*used += stats.heap_allocsz_bytes;
	}
}
