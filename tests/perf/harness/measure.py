# SPDX-License-Identifier: Apache-2.0
"""Interleaved measuring windows and their summary."""

import statistics
import time

from .util import Fail, busiest, tsc_hz

HZ = tsc_hz()


def window(system, secs, counter=None, busy=True, settle=None):
    """One run: packets and CPU time of the forwarding thread over about secs seconds.

    counter: the system whose packet counters count (default: the one under test).
    """
    who = counter or system
    time.sleep(system.settle if settle is None else settle)
    if busy:
        system.busy_start()
    cpu0 = system.cpu()
    rx0, tx0 = who.counters()
    t0 = time.monotonic()
    time.sleep(secs)
    rx1, tx1 = who.counters()
    t1 = time.monotonic()
    cpu1 = system.cpu()
    out = {"secs": t1 - t0, "rx": rx1 - rx0, "tx": tx1 - tx0}
    _, comm, ns, delay = busiest(cpu0, cpu1)
    out["thread"], out["cpu_share"] = comm, round(ns / 1e9 / (t1 - t0), 3)
    out["cpu_secs"], out["asleep"] = ns / 1e9, max(0.0, t1 - t0 - (ns + delay) / 1e9)
    if busy:
        out.update(system.busy_end())
    return out


def summarize_p2p(runs):
    """Saturated source: every cycle of the forwarding thread is spent on packets."""
    mpps = [r["tx"] / r["secs"] / 1e6 for r in runs]
    cyc = [r["cpu_secs"] * HZ / max(1, r["tx"]) for r in runs]
    return _common(runs, mpps, cyc)


def busy_part(r):
    """The part of the thread's own CPU time that went into packets.

    The switch counts its busy and idle cycles with the TSC, which runs on while the thread sleeps
    (only when idle) and while another process has the core (in either state).
    """
    if r.get("busy_cycles") and "idle_cycles" in r:
        awake = r["busy_cycles"] + r["idle_cycles"]
        # A thread that never sleeps shows small gaps from the sampling alone.
        if r["asleep"] > 0.05 * r["secs"]:
            awake -= min(r["asleep"] * HZ, r["idle_cycles"])
        return r["busy_cycles"] / max(1, awake)
    if r.get("busy_cycles"):
        return min(1.0, r["busy_cycles"] / (r["secs"] * HZ))
    return 1.0


def summarize_vhost(runs, count="rx"):
    """Counted at the generator: what came back to it.  Cycles: busy part of the CPU time."""
    mpps = [r[count] / r["secs"] / 1e6 for r in runs]
    parts = [busy_part(r) for r in runs]
    cyc = [r["cpu_secs"] * HZ * part / max(1, r[count]) for r, part in zip(runs, parts)]
    out = _common(runs, mpps, cyc)
    out["busy_part"] = round(statistics.median(parts), 3)
    return out


def _common(runs, mpps, cyc):
    med = statistics.median
    out = {"mpps": round(med(mpps), 3), "cycles_per_packet": round(med(cyc), 1),
           "cycles_spread": round((max(cyc) - min(cyc)) / med(cyc), 3) if med(cyc) else 0,
           "cpu_share": round(med([r["cpu_share"] for r in runs]), 3), "thread": runs[-1]["thread"],
           "runs": [{"mpps": round(m, 3), "cycles": round(c, 1), "cpu_share": r["cpu_share"]}
                    for m, c, r in zip(mpps, cyc, runs)]}
    if runs[-1].get("detail"):
        out["detail"] = runs[-1]["detail"]
    return out


def interleave(entries, count, secs, busy=True, log=None, min_share=0.0, retries=0):
    """entries: [(system, generator or None)]; A B A B…; returns per entry its runs, or a Fail.

    Each entry runs alone: the others are stopped (SIGSTOP) meanwhile.  With min_share, a
    window in which another process took the forwarding core is measured again, at most
    retries times; the best one is kept.  An entry that breaks leaves the others alone.
    """
    runs = [[] for _ in entries]
    for r in range(count):
        order = range(len(entries)) if r % 2 == 0 else reversed(range(len(entries)))
        for k in order:
            if isinstance(runs[k], Fail):
                continue
            system, gen = entries[k]
            try:
                best = _best_window(system, gen, secs, busy, min_share, retries)
            except (Fail, OSError, ValueError) as e:
                runs[k] = e if isinstance(e, Fail) else Fail("while measuring: %r" % e)
                continue
            runs[k].append(best)
            if log:
                log("run %d %s: tx %.3f Mpps, share %.2f" %
                    (r + 1, system.name, best["tx"] / best["secs"] / 1e6, best["cpu_share"]))
    return runs


def _best_window(system, gen, secs, busy, min_share, retries):
    best = None
    system.resume()
    if gen:
        gen.resume()
    for _ in range(1 + retries):
        w = window(system, secs, gen.counter(system) if gen else None, busy)
        if best is None or w["cpu_share"] > best["cpu_share"]:
            best = w
        if best["cpu_share"] >= min_share:
            break
    if gen:
        gen.pause()
    system.pause()
    return best
