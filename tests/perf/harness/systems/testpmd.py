# SPDX-License-Identifier: Apache-2.0
"""dpdk-testpmd: forwards without a lookup, the bound for every switch on these ports."""

import os

from .base import System


class Testpmd(System):
    """Forward mode "io" touches no packet; "mac" rewrites the addresses."""

    rules = False

    def __init__(self, directory, tag, mode="io"):
        super().__init__(directory, tag)
        self.mode = mode
        self.name = "testpmd-" + mode
        self.family = mode

    def start(self, setup):
        self.setup = setup
        core = setup.core
        argv = ["stdbuf", "-oL"] + setup.wrap + [
            "dpdk-testpmd", "--lcores", "0@0,1@%d" % core, "--no-pci",
            "--file-prefix", self.prefix] + setup.memory + setup.eal
        for i, p in enumerate(setup.ports):
            if p.kind == "vdev":
                argv += ["--vdev", p.arg]
            else:
                argv += ["--vdev", "net_vhost%d,iface=%s,client=1,queues=1%s"
                         % (i, p.arg, ",tso=1,legacy-ol-flags=1" if setup.tso else "")]
        argv += ["--", "-i", "--nb-cores=1", "--record-core-cycles", "--no-mlockall",
                 "--mbcache=512", "--total-num-mbufs=%d" % setup.mbufs,
                 "--forward-mode=%s" % self.mode]
        if setup.mtu() > 1500:
            argv += ["--mbuf-size=%d" % (setup.mtu() + 256), "--max-pkt-len=%d" % (setup.mtu() + 18)]
        if len(setup.ports) > 2:            # ports come in pairs; the rest is not used
            argv += ["--portlist=0,1"]
        c = self.child(argv, "testpmd.log", stdin=True, env=dict(os.environ, **setup.env))
        c.expect(r"testpmd> ", 120)
        c.say("start")
        c.expect(r"packet forwarding - ports", 60)
        self.tele.connect()

    def _polls_idle(self):
        """Only with vhost ports is there idle polling to tell from work."""
        return any(p.kind == "vhost" for p in self.setup.ports)

    def busy_start(self):
        if self._polls_idle():
            self.main.say("clear fwd stats all")

    def busy_end(self):
        if not self._polls_idle():
            return {}
        c = self.main
        at = len(c.text())
        c.say("show fwd stats all")
        m = c.expect(r"CPU cycles/packet=[\d.]+ \(total cycles=(\d+) / total [\w ]*packets=(\d+)\)",
                     15, at)
        return {"busy_cycles": int(m.group(1)), "packets": int(m.group(2))}
