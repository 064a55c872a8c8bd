# SPDX-License-Identifier: Apache-2.0
"""The targets (targets.txt) and what a set of results says about them."""

import os
import re

HIGH = re.compile(r"mpps|gbps|_rate$|flow_mods")
NAMES = {"net_cycles": "net", "cycles_per_packet": "cycles", "mpps": "mpps", "loop_us": "loop_us",
         "gbps": "gbps"}
LINE = re.compile(r"(\S+)\s+(\w+)\s*(<=|>=)\s*(.+)")
# Limits in cycles were set on a machine where Open vSwitch took this for one rule; on another one a
# limit of that part of its own figure says more.
REFERENCE = ("p2p-of1-1", "ovs", "net", 178.0)
SIDE = re.compile(r"(?:(?P<number>[\d.]+)|(?P<system>\w+)(?:@(?P<scenario>[\w-]+))?\.(?P<figure>\w+)"
                  r"(?:\s*(?P<op>[*/])\s*(?P<factor>[\d.]+))?)$")


def expand(pattern):
    """The names that a pattern with {a,b} alternatives stands for."""
    m = re.search(r"\{([^{}]*)\}", pattern)
    if not m:
        return [pattern]
    return [name for alt in m.group(1).split(",")
            for name in expand(pattern[:m.start()] + alt + pattern[m.end():])]


class Target:
    """heddled's figure of a scenario, compared with a number or with a peer's figure."""

    def __init__(self, scenario, figure, op, right):
        self.scenario, self.figure, self.op, self.right = scenario, figure, op, right.strip()
        self.side = SIDE.match(self.right)
        if not self.side:
            raise ValueError("target of %s: cannot read %r" % (scenario, right))

    def text(self):
        return "%s %s %s" % (self.figure, self.op, self.right)

    def limit(self, figures):
        """The right side as a number; None when it was not measured."""
        m = self.side
        if m.group("number"):
            return float(m.group("number"))
        value = best(figures, m.group("scenario") or self.scenario, m.group("system"), m.group("figure"))
        if value is None or not m.group("op"):
            return value
        factor = float(m.group("factor"))
        return value * factor if m.group("op") == "*" else value / factor


def load(path=None):
    path = path or os.path.join(os.path.dirname(os.path.realpath(__file__)), "../targets.txt")
    out = []
    with open(path) as f:
        for n, line in enumerate(f, 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            m = LINE.fullmatch(line)
            if not m:
                raise ValueError("%s:%d: not SCENARIO FIGURE <= EXPRESSION" % (path, n))
            out += [Target(name, *m.groups()[1:]) for name in expand(m.group(1))]
    return out


def collect(results):
    """{scenario: {family: {figure: [value of each system of that family]}}} of the results."""
    out = {}
    for r in results:
        if "error" in r:
            continue
        here = out.setdefault(r["scenario"], {}).setdefault(r["family"], {})
        if "metric" in r:
            here.setdefault(r["metric"], []).append(r["value"])
        for key, name in NAMES.items():
            if r.get(key) is not None:
                here.setdefault(name, []).append(r[key])
    return out


def best(figures, scenario, family, figure):
    values = figures.get(scenario, {}).get(family, {}).get(figure)
    return None if not values else (max if HIGH.search(figure) else min)(values)


def ratios(results):
    """heddled's figures over those of the others: {scenario: {"net / ovs": 0.25, …}}."""
    figures, out = collect(results), {}
    for scenario, families in figures.items():
        for figure, mine in families.get("heddled", {}).items():
            for family in ("ovs", "io"):
                other = best(figures, scenario, family, figure)
                # Near zero a ratio says nothing (net cycles of a forwarder without lookups).
                if other and (figure != "net" or (family != "io" and other > 1)):
                    out.setdefault(scenario, {})["%s / %s" % (figure, family)] = round(mine[0] / other, 3)
    return out


def _compared(figures, scenario):
    """{figure: whether heddled is ahead of Open vSwitch} of the figures that decide."""
    out = {}
    for figure in ("net", "cycles", "mpps", "add_rate"):
        mine, other = (best(figures, scenario, f, figure) for f in ("heddled", "ovs"))
        # With a source and a sink on the same core, cycles say less than net.
        if mine is None or other is None or (figure == "cycles" and "net" in out):
            continue
        out[figure] = mine > other if HIGH.search(figure) else mine < other
    return out


def judge(results, targets=None):
    """A verdict per target and per scenario that heddled ran.

    verdict: "met", "short", "behind" (short, and not even ahead of Open vSwitch), "not measured",
    "failed" (heddled could not run it); busy: the switch was idle for more than a tenth of the time,
    so a rate says more about the guests' side.
    """
    figures = collect(results)
    ran = {r["scenario"] for r in results}
    errors = {r["scenario"]: r["error"] for r in results if r["family"] == "heddled" and "error" in r}
    busy = {r["scenario"]: r["busy_part"] for r in results
            if r["family"] == "heddled" and "busy_part" in r}
    out, named = [], set()
    for t in targets if targets is not None else load():
        if t.scenario not in ran:
            continue
        named.add(t.scenario)
        mine, limit = best(figures, t.scenario, "heddled", t.figure), t.limit(figures)
        row = {"scenario": t.scenario, "target": t.text(), "value": mine,
               "limit": None if limit is None else round(limit, 3)}
        if mine is None:
            row["verdict"] = "failed" if t.scenario in errors else "not measured"
        elif limit is None:
            row["verdict"] = "not measured"
        else:
            row["ratio"] = round(mine / limit, 3) if limit else None
            if t.figure == REFERENCE[2] and t.side.group("number") and best(figures, *REFERENCE[:3]):
                row["scaled_limit"] = round(limit * best(figures, *REFERENCE[:3]) / REFERENCE[3], 1)
            good = mine <= limit if t.op == "<=" else mine >= limit
            row["verdict"] = "met" if good else \
                "behind" if _compared(figures, t.scenario).get(t.figure) is False else "short"
        if t.figure == "mpps" and busy.get(t.scenario, 1) < 0.9:
            row["busy"] = busy[t.scenario]
        out.append(row)
    for scenario in sorted(ran - named):
        if "ovs" not in figures.get(scenario, {}):
            continue
        if "heddled" not in figures[scenario]:
            if scenario in errors:
                out.append({"scenario": scenario, "target": "ahead of Open vSwitch", "value": None,
                            "limit": None, "verdict": "failed"})
            continue
        ahead = _compared(figures, scenario)
        if ahead:
            out.append({"scenario": scenario, "target": "ahead of Open vSwitch", "value": None,
                        "limit": None, "verdict": "met" if all(ahead.values()) else "behind"})
    return out
