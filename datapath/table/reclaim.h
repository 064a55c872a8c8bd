// SPDX-License-Identifier: Apache-2.0
/*
 * reclaim: frees what lcores may still read, later and without waiting.
 *
 * The control thread retires a pointer; when every lcore has passed a quiescent state since, the
 * next reclaim_poll frees it. Lcores report through rte_rcu_qsbr.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_rcu_qsbr.h>

struct reclaim;

/** For up to `n_lcores` readers with ids 0…n_lcores-1; NULL with ENOMEM. Control thread. */
struct reclaim *reclaim_create(unsigned int n_lcores);

/** Frees all that is retired at once; no lcore may run any more. NULL is legal. */
void reclaim_destroy(struct reclaim *r);

/** The variable in which lcores report their quiescent states. */
struct rte_rcu_qsbr *reclaim_qsbr(struct reclaim *r);

/** Calls `done(arg)` on the control thread after a grace period. `done` may retire again. */
void reclaim_retire(struct reclaim *r, void (*done)(void *arg), void *arg);

/**
 * Frees what is ripe, a slice of it at most; returns how many are left. Control thread, from a
 * timer.
 */
uint32_t reclaim_poll(struct reclaim *r);

/**
 * Has every lcore passed a quiescent state since the call began? Looks a few times, for a
 * microsecond or two, and does not wait: lcores that sleep or have little to do are through by
 * then. Control thread.
 */
bool reclaim_passed(struct reclaim *r);

/** Is something ripe that the last poll left for the next? Control thread. */
bool reclaim_ripe(const struct reclaim *r);
