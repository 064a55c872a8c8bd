// SPDX-License-Identifier: Apache-2.0
/*
 * eal_log: DPDK's messages as lines of our log, from warnings on.
 */
#pragma once

/** Routes them from now on; before rte_eal_init. Control thread. */
void eal_log_start(void);

/** The first error of DPDK since the start, "" when there was none. */
const char *eal_log_first_error(void);
