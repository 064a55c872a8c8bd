# SPDX-License-Identifier: Apache-2.0
"""Between vhost-user ports, or between one and a vdev; the guests' side is a testpmd on another core."""

import statistics

from .. import measure
from ..systems import Edge, Generator, Heddled, Ovs, Port, Setup
from ..util import Fail, ensure_hugepages
from .base import SINK, Scenario, Source, build_plugin, testpmd_io, testpmd_mac

MAKERS = [testpmd_io, testpmd_mac, Ovs, Heddled]


class Vhost(Scenario):
    """Subclasses say how a guest side and the switch's setup are made, and what is counted."""

    makers = MAKERS
    count = "rx"

    def guests(self, opt, work, tag):
        raise NotImplementedError

    def setup(self, opt, work, guests, system):
        raise NotImplementedError

    def describe(self, guests):
        return {}

    def start(self, opt, work, s, g):
        g.start()
        ensure_hugepages(1000)
        s.start(self.setup(opt, work, g, s))
        g.ready()
        s.warm()
        g.pause()
        s.pause()

    def run(self, opt, work, emit):
        pairs = []
        try:
            for k, s in enumerate(self.candidates(opt, work, self.makers)):
                g = None
                try:
                    ensure_hugepages(1000)
                    g = self.guests(opt, work, "%s-g%d" % (self.name, k))
                    self.start(opt, work, s, g)
                    pairs.append((s, g))
                except (Fail, OSError, ValueError) as e:
                    self.failed(emit, s, e)
                    if g:
                        g.stop()
                    s.stop()
            runs = measure.interleave(pairs, opt.runs, opt.secs, log=opt.log,
                                      min_share=opt.min_share, retries=opt.retries)
            for (s, g), r in zip(pairs, runs):
                if isinstance(r, Fail):
                    self.failed(emit, s, r)
                    continue
                rec = self.record(s, **self.describe(g))
                rec.update(measure.summarize_vhost(r, self.count))
                self.more(rec, r, g)
                if not rec["mpps"]:
                    rec = self.record(s, error="nothing came through")
                emit(rec)
        finally:
            for s, g in pairs:
                g.stop()
                s.stop()

    def more(self, rec, runs, guests):
        """Further figures of a record."""


class Pair(Vhost):
    """Two guests, each on its port."""

    def __init__(self, name, ruleset, about, latency=False, makers=MAKERS, mtu=None, tso=False, **gen):
        super().__init__(name, about)
        self.make_rules, self.gen, self.latency, self.makers = ruleset, gen, latency, makers
        self.mtu, self.tso = mtu, tso

    def guests(self, opt, work, tag):
        plugin = build_plugin(opt.private, "tsoguest") if self.tso else None
        if self.tso and not plugin:
            raise Fail("tsoguest does not compile here: install gcc, pkg-config and libdpdk-dev")
        return Generator(work, tag, core=opt.gen_core, tso=plugin, **self.gen)

    def setup(self, opt, work, g, s):
        return Setup([Port("vhost", p, self.mtu) for p in g.paths], self.make_rules(), opt.core,
                     mbufs=65536, tso=self.tso)

    def describe(self, g):
        flows = g.flows if g.mode == "flowgen" else g.burst * g.bursts * 2
        return {"flows": flows, "size": g.size, "ring": g.ring, "ruleset": self.make_rules().name}

    def more(self, rec, runs, g):
        if self.latency and rec["mpps"]:
            loops = [w["rx"] / w["secs"] for w in runs]
            rec["loop_us"] = round(2e6 * g.burst * g.bursts / statistics.median(loops), 2)
            rec["loop_us_best"] = round(2e6 * g.burst * g.bursts / max(loops), 2)
        elif rec["size"] > 1518:
            rec["gbps"] = round(rec["mpps"] * (rec["size"] - 4) * 8 / 1000, 2)


class Uplink(Vhost):
    """From the flowgen source to a guest, or from a guest to a null sink."""

    def __init__(self, name, ruleset, traffic, to_guest, ring="split"):
        super().__init__(name, "%s, %s" % ("uplink to guest" if to_guest else "guest to uplink",
                                           traffic.name()))
        self.make_rules, self.traffic = ruleset, traffic
        self.to_guest, self.ring = to_guest, ring
        self.count = "rx" if to_guest else "tx"

    def source(self, opt, work):
        return Source("flowgen", self.traffic, None, work, build_plugin(opt.private, "flowgen"))

    def guests(self, opt, work, tag):
        if self.to_guest:
            return Edge(work, tag, "sink", self.ring, core=opt.gen_core)
        return Edge(work, tag, "source", self.ring, self.source(opt, work), core=opt.gen_core)

    def setup(self, opt, work, g, s):
        if not self.to_guest:
            return Setup([Port("vhost", g.paths[0]), SINK], self.make_rules(), opt.core, None, 65536)
        source = self.source(opt, work)
        return Setup([Port("vdev", source.devargs), Port("vhost", g.paths[0])], self.make_rules(),
                     opt.core, self.traffic, 65536, source.eal, source.env)

    def describe(self, g):
        return {"flows": self.traffic.flows, "size": self.traffic.size, "ring": self.ring,
                "ruleset": self.make_rules().name}
