# SPDX-License-Identifier: Apache-2.0
"""The guests' side of vhost-user ports: a dpdk-testpmd with virtio-user ports."""

import os
import re

from ..util import Fail, wait_for
from .base import System


class Guests(System):
    """What the two shapes below share."""

    plugin_env = {}
    n_links = 2

    def argv(self, vdevs, options, eal=()):
        return ["stdbuf", "-oL", "dpdk-testpmd", "--lcores", "0@%d,1@%d" % (self.core, self.core),
                "--in-memory", "--single-file-segments", "--no-pci", "--file-prefix", self.prefix] + \
            list(eal) + [x for v in vdevs for x in ("--vdev", v)] + \
            ["--", "-i", "--nb-cores=1", "--no-mlockall", "--total-num-mbufs=20000", "--txd=1024",
             "--rxd=1024"] + options

    def virtio(self, i, path, mac):
        return "net_virtio_user%d,path=%s,server=1,queues=1,queue_size=1024,mac=%s%s" % (
            i, path, mac, ",packed_vq=1" if self.ring == "packed" else "")

    def launch(self, argv):
        # Server mode waits for the switch to connect, so the prompt comes later.
        self.child(argv, "testpmd.log", stdin=True, env=dict(os.environ, **self.plugin_env))

        def sockets():
            if not self.main.alive():
                raise Fail("the guests' testpmd ended: " + self.main.text().strip()[-600:])
            return os.path.exists(self.paths[0])
        wait_for("vhost-user sockets", sockets, 20)

    def connected(self):
        """Wait for the prompt and for all links."""
        c = self.main
        c.expect(r"testpmd> ", 30)
        self.tele.connect()

        def links():
            at = len(c.text())
            c.say("show port summary all")
            c.expect(r"\n%d .*\n" % (self.n_links - 1), 5, at)
            return len(re.findall(r"^\d+ +\S+ +\S+ +\S+ +up", c.text()[at:], re.M)) == self.n_links
        wait_for("vhost links up", links, 20, 0.05)

    def begin(self, command):
        self.main.say(command)
        self.main.expect(r"packet forwarding", 20)

    def counter(self, system):
        """Who counts the packets: the guests, or the switch."""
        return self


class Generator(Guests):
    """Two guests behind one core.

    Modes: "io" and "mac" keep a fixed number of packets circulating (closed loop);
    "flowgen" sends as fast as it can with many flows (open loop, both ways).
    """

    MACS = ("02:00:00:00:00:01", "02:00:00:00:00:02")

    def __init__(self, directory, tag, mode="io", ring="split", size=64, burst=32, bursts=8,
                 flows=1024, core=0, tso=None):
        super().__init__(directory, tag)
        self.mode, self.ring, self.size, self.burst, self.bursts = mode, ring, size, burst, bursts
        self.flows, self.core, self.tso = flows, core, tso
        self.paths = [os.path.join(self.dir, "v%d.sock" % i) for i in (0, 1)]
        self.name = "gen-" + mode

    def start(self, setup=None):
        options = ["--burst=%d" % self.burst, "--eth-peer=0,%s" % self.MACS[1],
                   "--eth-peer=1,%s" % self.MACS[0], "--forward-mode=%s" % self.mode]
        # testpmd checks --txpkts against the --mbuf-size that it has read by then.
        if self.tso:                    # one frame of 64 KB in mbufs that a descriptor can hold
            part = (self.size - 4) // 4
            options += ["--mbuf-size=%d" % (part + 256), "--txpkts=%s" % ",".join([str(part)] * 4),
                        "--tx-offloads=0x802c", "--rx-offloads=0x201c", "--max-pkt-len=9018"]
        elif self.size > 1518:
            options += ["--mbuf-size=%d" % (self.size + 256), "--max-pkt-len=%d" % self.size]
        if not self.tso:
            options += ["--txpkts=%d" % (self.size - 4)]
        options += ["--flowgen-flows=%d" % self.flows] if self.mode == "flowgen" else \
            ["--txonly-multi-flow"]
        vdevs = [self.virtio(i, path, self.MACS[i]) for i, path in enumerate(self.paths)]
        self.launch(self.argv(vdevs, options, ["-d", self.tso] if self.tso else []))

    def ready(self):
        """After the switch is up: both links connected; begin to send."""
        self.connected()
        self.begin("start" if self.mode == "flowgen" else "start tx_first %d" % self.bursts)

    def counters(self):
        rx = tx = 0
        for p in (0, 1):
            s = self.tele.stats(p)
            rx += s.get("ipackets", 0)
            tx += s.get("opackets", 0)
        return rx, tx


class Edge(Guests):
    """One guest that only receives ("sink"), or only sends a trace ("source")."""

    mode = "edge"

    def __init__(self, directory, tag, role, ring="split", source=None, core=0):
        super().__init__(directory, tag)
        self.role, self.ring, self.source, self.core = role, ring, source, core
        self.paths = [os.path.join(self.dir, "v0.sock")]
        self.name = "gen-" + role
        if source:
            self.plugin_env = source.env

    def start(self, setup=None):
        null = self.source.devargs if self.source else "net_null9,no-rx=1"
        self.launch(self.argv([null, self.virtio(0, self.paths[0], "02:00:00:00:00:02")],
                              ["--forward-mode=io"], self.source.eal if self.source else []))

    def ready(self):
        self.connected()
        self.begin("start")

    def counter(self, system):
        """A source's frames are counted where they leave the switch."""
        return self if self.role == "sink" else system

    def counters(self):
        s = self.tele.stats(1)
        return s.get("ipackets", 0), s.get("opackets", 0)


class Silent(Guests):
    """n connected guests that neither send nor poll."""

    mode, ring = "silent", "split"

    def __init__(self, directory, tag, n, core=0):
        super().__init__(directory, tag)
        self.core = core
        self.n_links = n
        self.paths = [os.path.join(self.dir, "v%d.sock" % i) for i in range(n)]
        self.name = "gen-silent"

    def start(self, setup=None):
        self.launch(self.argv([self.virtio(i, p, "02:00:00:00:01:%02x" % i)
                               for i, p in enumerate(self.paths)], []))
