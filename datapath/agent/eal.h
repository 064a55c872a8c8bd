// SPDX-License-Identifier: Apache-2.0
/*
 * eal: starts DPDK's environment: memory, lcores, logs.
 *
 * Hugepages serve when enough of them are free, else normal pages that are taken as they are
 * touched. What the operator says with --eal wins over every choice made here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/pmd/pmd.h"

struct eal_config {
	const char *name;     /* of the switch */
	const char *run_dir;  /* makes the file prefix unique */
	const char *lcores;   /* CPUs that carry frames; NULL: picked */
	const char *extra;    /* the operator's arguments; NULL: none */
	uint64_t memory_size; /* bytes of frame buffers */
	bool want_pci;        /* a port on the PCI bus is asked for */
};

struct eal {
	unsigned int n_lcores;
	unsigned int lcore_id[PMD_MAX_LCORES]; /* those that poll; the id is the CPU's number */
	bool hugepages;
	char lcores_note[160]; /* who runs where, for people */
};

/**
 * Starts the environment on the calling thread, which becomes the control thread. 0, or -errno
 * with one sentence in `why`. Once in a process.
 */
int eal_start(const struct eal_config *config, struct eal *eal, char *why, size_t why_size);

/** Ends it: no device or mbuf may be in use any more. */
void eal_stop(void);

/** Bytes of memory that DPDK holds now, and how many of them are in use. Control thread. */
void eal_memory(uint64_t *held, uint64_t *used);
