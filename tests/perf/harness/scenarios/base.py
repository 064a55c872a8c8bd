# SPDX-License-Identifier: Apache-2.0
"""What the scenarios share: the systems to compare, the traffic source, one failure for one system."""

import os
import statistics
import struct

from ..systems import Heddled, Ovs, Port, Testpmd
from ..util import Fail, ensure_hugepages, run

SINK = Port("vdev", "net_null0,no-rx=1")
SECOND_SINK = Port("vdev", "net_null1,no-rx=1")
FREE, MIX = 1, 2                # bits of flowgen's control word


def testpmd_io(d, t):
    return Testpmd(d, t, "io")


def testpmd_mac(d, t):
    return Testpmd(d, t, "mac")


def ovs_smc(d, t):
    return Ovs(d, t, smc=True)


ALL = [testpmd_io, testpmd_mac, Ovs, ovs_smc, Heddled]
SWITCHES = [Ovs, ovs_smc, Heddled]


def build_plugin(directory, name):
    """Compile a plugin for the EAL option -d; None when there is no compiler or no DPDK headers."""
    lib = os.path.join(directory, "lib%s.so" % name)
    if not os.path.exists(lib):
        src = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", name + ".c")
        try:
            cflags = run(["pkg-config", "--cflags", "libdpdk"]).split()
            run(["gcc", "-O3", "-shared", "-fPIC"] + cflags + ["-o", lib, src, "-lpthread"])
        except (Fail, OSError):
            return None
    return lib


class Source:
    """A traffic source on a vdev: its devargs, EAL arguments and environment.

    kind: "flowgen" (the plugin), "pcap" (net_pcap), or a device string. mix: frames of which every
    hundredth packet is one, once switched on. With control, set() turns fresh flows and mix on and
    off in the switch that was started with env_for(it).
    """

    def __init__(self, kind, traffic, ruleset, work, lib):
        self.eal, self.env, self.kind = [], {}, kind
        if kind == "flowgen":
            if lib is None:
                raise Fail("flowgen does not compile here: install gcc, pkg-config and libdpdk-dev")
            self.devargs = "net_null9,size=%d" % traffic.mbuf_size(ruleset)
            self.eal = ["-d", lib]
            self.env = {"FLOWGEN_PORT": "net_null9", "FLOWGEN_PCAP": traffic.pcap(work, ruleset)}
            if traffic.fresh:
                self.env["FLOWGEN_FREE"] = traffic.free_pcap(work, ruleset)
        elif kind == "pcap":
            if traffic.fresh:
                raise Fail("net_pcap cannot send flows that never come twice: use --source flowgen")
            self.devargs = "net_pcap0,rx_pcap=%s,infinite_rx=1" % traffic.pcap(work, ruleset)
        else:
            self.devargs = kind

    def env_for(self, system):
        """The environment with a control word of that system's own, all off."""
        path = os.path.join(system.dir, "flowgen.control")
        set_modes(system, 0)
        return dict(self.env, FLOWGEN_CONTROL=path)


def set_modes(system, modes):
    path = os.path.join(system.dir, "flowgen.control")
    with open(path, "r+b" if os.path.exists(path) else "w+b") as f:
        f.write(struct.pack("=I", modes))


class Scenario:
    def __init__(self, name, about):
        self.name, self.about = name, about

    def candidates(self, opt, work, makers):
        """Instances of the systems to compare, filtered by --systems, plus plugged ones."""
        makers = list(makers)
        wanted = (opt.systems or "").split(",")
        if Ovs in makers:                       # variants that only run when they are named
            makers += [lambda d, t, smc=smc: Ovs(d, t, smc=smc, emc=False)
                       for smc in (False, True)
                       if "ovs-dpdk%s-noemc" % ("+smc" if smc else "") in wanted]
        out = [m(work, "%s-%d" % (self.name, i)) for i, m in enumerate(makers)]
        for j, plug in enumerate(opt.plugs):
            out += plug.systems(work, "%s-x%d" % (self.name, j))
        if opt.systems:
            out = [s for s in out if s.name in wanted or s.family in wanted]
        return out

    def switches(self, opt, work, makers=(Ovs, Heddled)):
        return [s for s in self.candidates(opt, work, makers) if s.rules]

    def record(self, system, **more):
        rec = {"system": system.name, "family": system.family, "scenario": self.name}
        rec.update(more)
        return rec

    def result(self, emit, system, key, values, unit, about=""):
        """A figure that is not a rate of packets: the median of values, with all of them."""
        emit(self.record(system, metric=key, value=round(statistics.median(values), 4), unit=unit,
                         about=about or key, runs=[round(v, 4) for v in values]))

    def failed(self, emit, system, error):
        emit(self.record(system, error=" ".join(str(error).split())[:900]))

    def each(self, opt, work, emit, measure_one, makers=(Ovs, Heddled)):
        """One system after the other; one that fails is reported and leaves the rest alone."""
        for s in self.switches(opt, work, makers):
            try:
                ensure_hugepages(1000)
                measure_one(s)
            except (Fail, OSError, ValueError) as e:
                self.failed(emit, s, e)
            finally:
                s.stop()
