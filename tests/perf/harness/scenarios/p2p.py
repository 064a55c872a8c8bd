# SPDX-License-Identifier: Apache-2.0
"""From a vdev source to a null sink on one core: the pure datapath, in cycles or in instructions."""

import os
import re
import time

from .. import measure
from ..systems import Ovs, Setup, Port
from ..util import Fail, ensure_hugepages, run
from .base import ALL, SECOND_SINK, SINK, Scenario, Source, build_plugin


class P2P(Scenario):
    def __init__(self, name, ruleset, traffic, makers=ALL, source=None, about=None):
        self.make_rules, self.traffic, self.source = ruleset, traffic, source
        self.makers = makers
        super().__init__(name, about or "one core, %s" % traffic.name())

    def setup(self, opt, work, ruleset, system, mbufs=262144):
        lib = build_plugin(opt.private, "flowgen")
        kind = self.source or opt.source or ("flowgen" if lib else "pcap")
        source = Source(kind, self.traffic, ruleset, work, lib)
        ports = [Port("vdev", source.devargs), SINK]
        if ruleset.uses(3) and system.rules:
            ports.append(SECOND_SINK)
        return Setup(ports, ruleset, opt.core, self.traffic, mbufs, source.eal, source.env), source

    def figures(self, system, ruleset, kind):
        return self.record(system, source=kind, ruleset=ruleset.name if system.rules else "-",
                           flows=self.traffic.flows, size=self.traffic.size, dist=self.traffic.dist,
                           fresh=self.traffic.fresh, rules=ruleset.count() if system.rules else 0)

    def run(self, opt, work, emit):
        ruleset = self.make_rules()
        started, kind = [], ""
        try:
            for s in self.candidates(opt, work, self.makers):
                try:
                    ensure_hugepages(1000)
                    setup, source = self.setup(opt, work, ruleset, s)
                    kind = source.kind
                    s.start(setup)
                    s.warm(15 if self.traffic.fresh else 60)
                    s.pause()
                    started.append(s)
                except (Fail, OSError, ValueError) as e:
                    self.failed(emit, s, e)
                    s.stop()
            runs = measure.interleave([(s, None) for s in started], opt.runs, opt.secs,
                                      log=opt.log, min_share=opt.min_share, retries=opt.retries)
            base = None
            for s, r in zip(started, runs):
                if isinstance(r, Fail):
                    self.failed(emit, s, r)
                    continue
                rec = self.figures(s, ruleset, kind)
                rec.update(measure.summarize_p2p(r))
                if isinstance(s, Ovs):
                    s.resume()
                    rec["detail"]["datapath_flows"] = s.flows()
                if s.name == "testpmd-io":
                    base = rec["cycles_per_packet"]
                if base:
                    rec["net_cycles"] = round(rec["cycles_per_packet"] - base, 1)
                if not rec["mpps"]:
                    rec = self.record(s, error="forwarded nothing")
                emit(rec)
        finally:
            for s in started:
                s.stop()


class Instructions(P2P):
    """The P2P setup under callgrind: instructions per packet, free of the machine's noise."""

    def run(self, opt, work, emit):
        ruleset = self.make_rules()
        base = None
        for s in self.candidates(opt, work, self.makers):
            try:
                per, packets, top = self.one(opt, work, ruleset, s)
                if s.name == "testpmd-io":
                    base = per
                rec = self.figures(s, ruleset, "")
                rec.update(metric="instructions", value=round(per, 1), unit="per packet",
                           about="instructions per packet", packets=packets, top=top)
                if base:
                    rec["net"] = round(per - base, 1)
                emit(rec)
            except (Fail, OSError, ValueError, IndexError) as e:
                self.failed(emit, s, e)
            finally:
                s.stop()

    def one(self, opt, work, ruleset, s):
        setup, _ = self.setup(opt, work, ruleset, s, mbufs=16384)
        # OVS adds --in-memory unless --legacy-mem is there, and --no-huge refuses that.
        setup.memory = ["--no-huge", "--legacy-mem", "-m", "256"]
        out = os.path.join(s.dir, "callgrind")
        setup.wrap = ["valgrind", "-q", "--tool=callgrind", "--fair-sched=yes",
                      "--separate-threads=yes", "--callgrind-out-file=" + out]
        s.start(setup)
        s.warm(90)
        pid = str(s.main.pid)
        # Part 1, from the start, names the functions (a dump loses the names of what
        # is on the stack); part 2 is the steady state.
        n0 = s.counters()[1]
        run(["callgrind_control", "-d", pid])
        time.sleep(max(4, opt.secs))
        n1 = s.counters()[1]
        run(["callgrind_control", "-d", pid])
        part2 = busiest_part(s.dir, 2)
        part1 = part2[1].replace("callgrind.2-", "callgrind.1-")
        top = top_functions(run(["callgrind_annotate", part1]), n0)
        return part2[0] / max(1, n1 - n0), n1 - n0, top


def busiest_part(directory, part):
    """(instructions, path) of the thread that executed most in that dump."""
    best = (0, "")
    for name in os.listdir(directory):
        if name.startswith("callgrind.%d-" % part):
            path = os.path.join(directory, name)
            with open(path) as f:
                total = [ln for ln in f if ln.startswith("summary:")]
            best = max(best, (int(total[0].split()[1]) if total else 0, path))
    return best


def top_functions(text, packets, n=12):
    """[[function, instructions per packet]…] from callgrind_annotate's list."""
    out = []
    for m in re.finditer(r"^ *([\d,]+) \([^)]*\)\s+\S*?:([^ ]+)(?: \[(\S+)\])?", text, re.M):
        lib = os.path.basename(m.group(3) or "")
        out.append([m.group(2) + ("@" + lib if m.group(2).startswith("0x") else ""),
                    round(int(m.group(1).replace(",", "")) / max(1, packets), 1)])
    return out[:n]
