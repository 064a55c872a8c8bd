# SPDX-License-Identifier: Apache-2.0
"""Management: flow-mods, ports, restarts, memory, and the slow path of a switch that has one."""

import os
import time

from .. import measure, rules
from ..ofclient import Controller
from ..systems import Ovs, Port, Setup, Silent
from ..traffic import Traffic
from ..util import Fail, ensure_hugepages, run, wait_for
from .base import SECOND_SINK, SINK, Scenario, Source, build_plugin


def control_cpu(system):
    """ns of CPU over all threads of a system that do not poll ports."""
    return sum(ns for comm, ns, _ in system.cpu().values()
               if not comm.startswith(("pmd-", "lcore", "rte-worker")))


def quiet(system, timeout=20):
    """Wait until the control thread of a system without traffic is idle (deferred frees are done)."""
    last = [control_cpu(system)]

    def idle():
        time.sleep(0.1)
        now = control_cpu(system)
        used, last[0] = now - last[0], now
        return used < 5e6
    wait_for("idle switch", idle, timeout)


def where(endpoint):
    return "unix:" + endpoint if isinstance(endpoint, str) else "tcp:%s:%d" % endpoint


class FlowMods(Scenario):
    """Rates of adding and deleting rules, and the memory they take."""

    def __init__(self, n):
        super().__init__("flow-mods-%s" % rules.short(n), "add and delete %d ACL rules" % n)
        self.n = n

    def run(self, opt, work, emit):
        ruleset = rules.acl(self.n)
        mods = [r.flow_mod() for r in ruleset.rules]
        path = os.path.join(work, "mods.txt")
        with open(path, "w") as f:
            f.write("\n".join(r.text() for r in ruleset.rules) + "\n")
        runs = min(opt.runs, 5 if self.n <= 10000 else 3)
        # The rules name ports 2 and 3, and a switch may refuse an output to a port that is not there.
        setup = Setup([Port("vdev", "net_null2,no-rx=1"), SINK, SECOND_SINK], rules.none(), opt.core)
        self.each(opt, work, emit, lambda s: self.one(emit, s, setup, mods, path, runs))

    def one(self, emit, s, setup, mods, path, runs):
        s.start(setup)
        c = Controller(s.openflow())
        c.delete_all()
        before = after = sum(s.memory().values())
        add, cpu, text, delete = [], [], [], []
        for _ in range(runs):
            quiet(s)
            cpu0 = control_cpu(s)
            add.append(self.n / c.pipelined(mods))
            cpu.append((control_cpu(s) - cpu0) / 1e3 / self.n)
            after = max(after, sum(s.memory().values()))
            t0 = time.perf_counter()
            c.delete_all()
            delete.append(self.n / (time.perf_counter() - t0))
            quiet(s)
            t0 = time.perf_counter()
            run(["ovs-ofctl", "-O", "OpenFlow13", "add-flows", where(s.openflow()), path])
            text.append(self.n / (time.perf_counter() - t0))
            c.delete_all()
        if c.errors:
            raise Fail("%d OpenFlow errors, the first: %s" % (c.errors, c.first_error))
        quiet(s)
        single = sorted(c.one_by_one(mods[:1000]))
        self.result(emit, s, "add_rate", add, "rules/s", "add, pipelined, one barrier")
        self.result(emit, s, "add_cpu", cpu, "us/rule", "add, pipelined: CPU of the control threads")
        self.result(emit, s, "add_text_rate", text, "rules/s", "add with ovs-ofctl add-flows")
        self.result(emit, s, "delete_rate", delete, "rules/s", "delete all")
        self.result(emit, s, "add_p50", [single[500] * 1e6], "us", "add and barrier, one by one: median")
        self.result(emit, s, "add_p99", [single[990] * 1e6], "us", "add and barrier, one by one: p99")
        if self.n >= 10000:             # below, the allocator's slack is all there is to see
            self.result(emit, s, "rule_bytes", [(after - before) * 1024.0 / self.n], "B",
                        "memory per rule, hugepages too")
        self.bundle(emit, s, path, c)
        c.close()

    def bundle(self, emit, s, path, c):
        try:
            c.delete_all()
            t0 = time.perf_counter()
            run(["ovs-ofctl", "-O", "OpenFlow13", "--bundle", "add-flows", where(s.openflow()), path])
            self.result(emit, s, "bundle_rate", [self.n / (time.perf_counter() - t0)], "rules/s",
                        "add with ovs-ofctl --bundle add-flows")
        except Fail as e:
            self.failed(emit, s, "bundle: %s" % e)


class Upcalls(Scenario):
    """Open vSwitch's flow setup: its flow table is purged under traffic of 100k flows."""

    def __init__(self, n):
        super().__init__("upcalls-acl%s" % rules.short(n),
                         "Open vSwitch: flow setup rate under %d ACL rules" % n)
        self.n = n

    def run(self, opt, work, emit):
        ruleset = rules.acl(self.n)
        tr = Traffic(100000)
        lib = build_plugin(opt.private, "flowgen")
        source = Source(opt.source or ("flowgen" if lib else "pcap"), tr, ruleset, work, lib)
        setup = Setup([Port("vdev", source.devargs), SINK, SECOND_SINK], ruleset, opt.core, tr,
                      eal=source.eal, env=source.env)
        self.each(opt, work, emit, lambda s: self.one(opt, emit, s, setup), [Ovs])

    def one(self, opt, emit, s, setup):
        if not isinstance(s, Ovs):
            return
        s.start(setup)
        rate, fwd = [], []
        for _ in range(opt.runs):
            s.forget()
            s.busy_start()
            cpu0, tx0 = s.cpu(), s.counters()[1]
            time.sleep(min(opt.secs, 1.0))
            st, cpu1, tx1 = s.pmd_stats(), s.cpu(), s.counters()[1]
            miss = st.get("miss with success upcall", 0) + st.get("miss with failed upcall", 0)
            used = measure.busiest(cpu0, cpu1)[2] / 1e9
            rate.append(max(1, miss) / used)
            fwd.append((tx1 - tx0) / used / 1e6)
        self.result(emit, s, "upcall_rate", rate, "flows/s of CPU", "upcalls after a purge")
        self.result(emit, s, "upcall_cpu", [1e6 / r for r in rate], "us", "CPU per upcall")
        self.result(emit, s, "upcall_mpps", fwd, "Mpps of CPU", "forwarded meanwhile")
        s.warm(40)
        self.result(emit, s, "megaflows", [s.flows()], "flows", "datapath flows, steady")


class PortAdd(Scenario):
    """Time of adding and deleting a vhost-user port (no guest connected)."""

    def __init__(self):
        super().__init__("port-add", "add and delete vhost-user ports")

    def run(self, opt, work, emit):
        def one(s):
            s.start(Setup([], rules.normal(), opt.core))
            add, delete = [], []
            for i in range(20):
                t0 = time.perf_counter()
                s.add_port(i, Port("vhost", os.path.join(s.dir, "x%d.sock" % i)), check=False)
                add.append((time.perf_counter() - t0) * 1e3)
            for i in range(20):
                t0 = time.perf_counter()
                s.del_port(i)
                delete.append((time.perf_counter() - t0) * 1e3)
            self.result(emit, s, "add_ms", add, "ms", "add a vhost-user port")
            self.result(emit, s, "delete_ms", delete, "ms", "delete a vhost-user port")
        self.each(opt, work, emit, one)


class Restart(Scenario):
    """Kill the daemon and start it: until its control socket answers, until packets flow."""

    def __init__(self):
        super().__init__("restart", "kill -9 and start again under traffic, NORMAL")

    def run(self, opt, work, emit):
        tr = Traffic(1)
        source = Source("pcap", tr, None, work, None)

        def one(s):
            s.start(Setup([Port("vdev", source.devargs), SINK], rules.normal(), opt.core, tr))
            got = [s.restart() for _ in range(opt.runs)]
            self.result(emit, s, "socket_ms", [g[0] * 1e3 for g in got], "ms", "exec to control socket")
            self.result(emit, s, "packet_ms", [g[1] * 1e3 for g in got], "ms", "exec to first packet out")
        self.each(opt, work, emit, one)


class Memory(Scenario):
    """What a start with default settings takes."""

    def __init__(self):
        super().__init__("memory", "memory of a default start with one guest connected")

    def run(self, opt, work, emit):
        def one(s):
            g = Silent(work, s.prefix + "-g", 1, core=opt.gen_core)
            try:
                g.start()
                ensure_hugepages(2000)
                setup = Setup([Port("vhost", g.paths[0])], rules.normal(), opt.core)
                setup.memory = []
                s.start(setup)
                g.connected()
                time.sleep(1)
                m = s.memory()
            finally:
                g.stop()
            self.result(emit, s, "rss_mb", [m["rss_kb"] / 1024], "MiB", "resident set")
            self.result(emit, s, "hugetlb_mb", [m["hugetlb_kb"] / 1024], "MiB", "hugepages")
            self.result(emit, s, "total_mb", [(m["rss_kb"] + m["hugetlb_kb"]) / 1024], "MiB",
                        "resident set and hugepages")
        self.each(opt, work, emit, one)
