# SPDX-License-Identifier: Apache-2.0
"""The same traffic in two states of the world, in turns: what the second costs."""

import os
import statistics
import threading
import time

from .. import measure, rules
from ..ofclient import Controller
from ..systems import Heddled, Ovs
from ..systems.generator import Silent
from ..systems.base import Port, Setup
from ..traffic import Traffic, frame, write_pcap
from ..util import Fail, ensure_hugepages
from .base import FREE, MIX, SWITCHES, Scenario, set_modes, testpmd_io
from .p2p import P2P


class TwoStates(P2P):
    """Windows without and with a disturbance, for each system in turn."""

    def disturb(self, s, on):
        """Turn the disturbance on or off; the system runs."""
        raise NotImplementedError

    def prepare(self, opt, work, setup, source, s):
        """Complete the setup of one system before it starts."""

    def finish(self, s):
        """After the last window of a system."""

    def report(self, emit, s, calm, loud):
        """calm, loud: cycles per packet of each run."""
        lost = [100 * (1 - c / v) for c, v in zip(calm, loud)]
        self.result(emit, s, "calm_cycles", calm, "cycles", "cycles per packet, undisturbed")
        self.result(emit, s, "disturbed_cycles", loud, "cycles", "cycles per packet, disturbed")
        self.result(emit, s, "loss_percent", lost, "%", "throughput lost")

    def run(self, opt, work, emit):
        ruleset = self.make_rules()
        started = []
        try:
            for s in self.candidates(opt, work, self.makers):
                try:
                    ensure_hugepages(1000)
                    setup, source = self.setup(opt, work, ruleset, s)
                    self.prepare(opt, work, setup, source, s)
                    s.start(setup)
                    s.warm(30)
                    s.pause()
                    started.append(s)
                except (Fail, OSError, ValueError) as e:
                    self.failed(emit, s, e)
                    s.stop()
            self.measure(opt, emit, started)
        finally:
            for s in started:
                self.finish(s)
                s.stop()

    def measure(self, opt, emit, started):
        cycles = {s: ([], []) for s in started}
        for _ in range(opt.runs):
            for s in [s for s in started if s in cycles]:
                try:
                    s.resume()
                    for on in (False, True):
                        self.disturb(s, on)
                        w = measure.window(s, opt.secs, busy=False)
                        if not w["tx"]:
                            raise Fail("forwarded nothing")
                        cycles[s][on].append(w["cpu_secs"] * measure.HZ / w["tx"])
                    self.disturb(s, False)
                    s.pause()
                except (Fail, OSError, ValueError) as e:
                    self.failed(emit, s, e)
                    del cycles[s]
        for s, (calm, loud) in cycles.items():
            self.report(emit, s, calm, loud)


class Explosion(TwoStates):
    """One packet in a hundred is crafted against tuple search."""

    def __init__(self):
        super().__init__("attack-explosion", lambda: rules.attacked(1000), Traffic(1000), SWITCHES,
                         "flowgen", "1k flows under 1k ACL rules; 1 % of packets against tuple search")

    def prepare(self, opt, work, setup, source, s):
        path = os.path.join(work, "explosion.pcap")
        if not os.path.exists(path):
            write_pcap(path, [frame(f) for f in rules.explosion()])
        setup.env = dict(source.env_for(s), FLOWGEN_MIX=path)

    def disturb(self, s, on):
        set_modes(s, MIX if on else 0)
        if not on:
            s.forget()
        s.warm(10)

    def report(self, emit, s, calm, loud):
        # What the others lose: the attacker's packets do not count.
        super().report(emit, s, calm, [v / 0.99 for v in loud])


class FirstPacket(TwoStates):
    """Every packet the first of its flow, against the same rules with known flows."""

    def __init__(self):
        super().__init__("first-packet", lambda: rules.acl(1000), Traffic(1000, fresh=True),
                         [testpmd_io] + SWITCHES, "flowgen",
                         "1k ACL rules: the first packet of a flow against a later one")
        self.io = None

    def prepare(self, opt, work, setup, source, s):
        setup.env = source.env_for(s)

    def disturb(self, s, on):
        set_modes(s, FREE if on else 0)
        s.warm(5)

    def report(self, emit, s, calm, loud):
        if s.family == "io":
            self.io = [statistics.median(v) for v in (calm, loud)]
            return
        self.result(emit, s, "later_cycles", calm, "cycles", "cycles of a packet of a known flow")
        self.result(emit, s, "first_cycles", loud, "cycles", "cycles of the first packet of a flow")
        if self.io:
            self.result(emit, s, "first_ratio", [(b - self.io[1]) / max(1, a - self.io[0])
                                                 for a, b in zip(calm, loud)], "x",
                        "first packet against a later one, without source and sink")


class Churner(threading.Thread):
    """Adds and strictly deletes rules at a steady rate until stopped; counts them."""

    def __init__(self, where, mods, undo, rate):
        super().__init__(daemon=True)
        self.c, self.mods, self.undo, self.rate = Controller(where), mods, undo, rate
        self.ending, self.sent, self.error = threading.Event(), 0, None
        self.begun = time.monotonic()

    def run(self):
        step = self.rate // 100
        chunks = [b"".join(m[i:i + step]) for m in (self.mods, self.undo)
                  for i in range(0, len(m), step)]
        try:
            k = 0
            while not self.ending.is_set():
                self.c.s.sendall(chunks[k % len(chunks)])
                self.c.barrier()
                self.sent += step
                k += 1
                time.sleep(max(0.0, self.begun + self.sent / self.rate - time.monotonic()))
            while k % len(chunks):          # leave no rule behind
                self.c.s.sendall(chunks[k % len(chunks)])
                k += 1
            self.c.barrier()
        except (Fail, OSError) as e:
            self.error = e

    def stop(self):
        """The rate that was reached, in flow-mods per second."""
        took = time.monotonic() - self.begun
        sent = self.sent
        self.ending.set()
        self.join(30)
        self.c.close()
        if self.error or self.c.errors:
            raise Fail("flow-mods under load: %s" % (self.error or "refused, " + self.c.first_error))
        return sent / took


class Churn(TwoStates):
    """10k flow-mods per second while 10k flows pass 1k ACL rules."""

    rate = 10000

    def __init__(self):
        super().__init__("churn-10k", lambda: rules.acl(1000), Traffic(10000), SWITCHES,
                         about="10k flow-mods/s while forwarding 10k flows over 1k ACL rules")
        self.churners, self.rates = {}, {}

    def disturb(self, s, on):
        c = self.churners.pop(s, None)
        if c:
            self.rates.setdefault(s, []).append(c.stop())
        if on:
            others = rules.acl(1000, seed=12).rules     # their networks are others than the traffic's
            c = Churner(s.openflow(), [r.flow_mod() for r in others],
                        [r.flow_mod(4) for r in others], self.rate)
            c.start()
            self.churners[s] = c
        s.warm(3)

    def report(self, emit, s, calm, loud):
        super().report(emit, s, calm, loud)
        self.result(emit, s, "flow_mods", self.rates[s], "per s", "flow-mods per second meanwhile")

    def finish(self, s):
        c = self.churners.pop(s, None)
        if c:
            try:
                c.stop()
            except Fail:
                pass                        # the failure of this system was reported already


class Idle(Scenario):
    """Eight connected guests that say nothing: what the switch takes meanwhile."""

    def __init__(self):
        super().__init__("idle-8", "processor time with eight silent guests")

    def run(self, opt, work, emit):
        def one(s):
            g = Silent(work, s.prefix + "-g", 8, core=opt.gen_core)
            try:
                g.start()
                s.start(Setup([Port("vhost", p) for p in g.paths], rules.normal(), opt.core, mbufs=65536))
                g.connected()
                time.sleep(1)
                used = []
                for _ in range(opt.runs):
                    cpu0, t0 = s.cpu(), time.monotonic()
                    time.sleep(opt.secs)
                    cpu1, t1 = s.cpu(), time.monotonic()
                    ns = sum(v[1] for v in cpu1.values()) - sum(v[1] for v in cpu0.values())
                    used.append(ns / 1e7 / (t1 - t0))
                self.result(emit, s, "idle_cpu", used, "% of a core", "all threads, eight silent guests")
            finally:
                g.stop()
        self.each(opt, work, emit, one, (Ovs, Heddled))
