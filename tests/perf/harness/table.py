# SPDX-License-Identifier: Apache-2.0
"""Results as tables for people."""


def rates(results, to):
    rows = [r for r in results if "mpps" in r]
    if not rows:
        return
    print("\n%-22s %-14s %-14s %8s %8s %8s %7s %6s %6s" % (
        "scenario", "system", "ruleset", "Mpps", "cyc/pkt", "net", "spread", "share", "busy"), file=to)
    for r in rows:
        print("%-22s %-14s %-14s %8.3f %8.1f %8s %7.2f %6.2f %6s" % (
            r["scenario"], r["system"], r.get("ruleset", ""), r["mpps"], r["cycles_per_packet"],
            r.get("net_cycles", r.get("loop_us", "")), r["cycles_spread"], r["cpu_share"],
            r.get("busy_part", "")), file=to)
    if any("loop_us" in r for r in rows):
        print("(net of v2v-latency: microseconds per round)", file=to)


def metrics(results, to):
    rows = [r for r in results if "metric" in r]
    if not rows:
        return
    print("\n%-22s %-14s %-44s %14s %s" % ("scenario", "system", "figure", "value", "unit"), file=to)
    for r in rows:
        print("%-22s %-14s %-44s %14.6g %s" % (r["scenario"], r["system"], r["about"], r["value"],
                                               r["unit"]), file=to)


def verdicts(rows, ratios, to):
    if not rows:
        return
    print("\n%-22s %-42s %10s %10s  %s" % ("scenario", "target", "heddled", "limit", "verdict"), file=to)
    for r in rows:
        mark = {"met": "met", "short": "SHORT", "behind": "BEHIND Open vSwitch",
                "failed": "FAILED"}.get(r["verdict"], r["verdict"])
        if r.get("ratio") is not None:
            mark += " (%.2f of the limit)" % r["ratio"]
        if "scaled_limit" in r:
            mark += ", scaled to this machine %.4g: %s" % (
                r["scaled_limit"], "met" if r["value"] <= r["scaled_limit"] else "SHORT")
        if "busy" in r:
            mark += ", switch busy %d %% only: bound by the guests' side" % (100 * r["busy"])
        print("%-22s %-42s %10s %10s  %s" % (r["scenario"], r["target"], number(r["value"]),
                                             number(r["limit"]), mark), file=to)
    if ratios:
        print("\nheddled over the others", file=to)
        for scenario, values in ratios.items():
            print("%-22s %s" % (scenario, "  ".join("%s %.3f" % kv for kv in sorted(values.items()))),
                  file=to)
    count = {v: sum(r["verdict"] == v for r in rows) for v in ("met", "short", "behind", "failed",
                                                              "not measured")}
    print("\n" + ", ".join("%d %s" % (n, v) for v, n in count.items() if n), file=to)


def number(value):
    return "-" if value is None else "%.4g" % value


def errors(results, to):
    rows = [r for r in results if "error" in r]
    if rows:
        print("\ndid not run:", file=to)
    for r in rows:
        print("%-22s %-14s %s" % (r["scenario"], r["system"], r["error"]), file=to)


def everything(document, to):
    rates(document["results"], to)
    metrics(document["results"], to)
    errors(document["results"], to)
    verdicts(document["targets"], document["ratios"], to)
