# SPDX-License-Identifier: Apache-2.0
"""heddled, started from its command line and programmed over OpenFlow and its HTTP API."""

import os
import shutil
import signal
import time

from .. import traffic as T
from ..ofclient import Controller
from ..util import Fail, UnixHttp, run, wait_for
from .base import System

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../../.."))


def find_binary():
    """$HEDDLED, else the newest build of this tree, else the installed one."""
    named = os.environ.get("HEDDLED")
    if named:
        return named
    built = [os.path.join(ROOT, d, "datapath/agent/heddled") for d in os.listdir(ROOT)
             if d.startswith("build")]
    built = sorted((b for b in built if os.access(b, os.X_OK)), key=os.path.getmtime)
    return built[-1] if built else shutil.which("heddled") or \
        os.path.join(ROOT, "build/datapath/agent/heddled")


class Heddled(System):
    name = family = "heddled"
    binary = None               # set by --heddled

    def __init__(self, directory, tag):
        super().__init__(directory, tag)
        self.binary = self.binary or find_binary()
        self.run_dir = os.path.join(self.dir, "run")
        self.api = UnixHttp(os.path.join(self.run_dir, "api.sock"))
        self.starts = 0
        self.before = None

    def openflow(self):
        return os.path.join(self.dir, "of2.sock")

    def spec(self, i, port):
        """The --port argument of port number i + 1."""
        own = ["ofport=%d" % (i + 1)]
        vlan = (self.setup.ruleset.vlan or {}).get(i + 1)
        if vlan:
            own.append("%s=%d" % ({"access": "vlan"}.get(vlan[0], vlan[0]), vlan[1]))
        if port.mtu:
            own.append("mtu=%d" % port.mtu)
        what = "dev:" + port.arg if port.kind == "vdev" else "vhost-user:%s,client" % port.arg
        return ",".join(["p%d" % (i + 1), what] + own)

    def start_daemon(self, ports, fail_mode):
        if not os.access(self.binary, os.X_OK):
            raise Fail("no heddled at %s: build it, or name it with --heddled" % self.binary)
        os.makedirs(self.run_dir, exist_ok=True)
        eal = ["--file-prefix", self.prefix, "--no-pci"] + self.setup.memory + self.setup.eal
        argv = self.setup.wrap + [
            self.binary, "--name", "perf-%d" % os.getpid(), "--run-dir", self.run_dir, "--stateless",
            "--lcores", str(self.setup.core), "--listen", "unix:" + self.openflow(),
            "--fail-mode", fail_mode, "--eal", " ".join(eal)]
        if self.setup.traffic and self.setup.traffic.stations > 1000:
            argv += ["--mac-table-size", "300000"]
        for i, p in ports:
            argv += ["--port", self.spec(i, p)]
        self.starts += 1
        c = self.child(argv, "heddled-%d.log" % self.starts, env=dict(os.environ, **self.setup.env))

        def answers():
            if not c.alive():
                raise Fail("heddled ended at start: " + (c.text().strip()[-600:] or "no word"))
            if not os.path.exists(self.api.path):
                return None
            try:
                return self.api.ask("GET", "/v1/switch")
            except Fail:
                return None
        wait_for("heddled's API: " + c.text()[-300:], answers, 120 if self.setup.wrap else 30, 0.002)

    def start(self, setup):
        """Sinks first, then the rules, the traffic source last: no packet arrives before its rules."""
        self.setup = setup
        ports = list(enumerate(setup.ports))
        source = ports[:1] if setup.ports and setup.ports[0].kind == "vdev" else []
        self.start_daemon(ports[len(source):], "secure")
        self.tele.connect()
        self.load(setup.ruleset)
        if setup.traffic:
            self.teach()
        for i, p in source:
            self.add_port(i, p)

    def load(self, ruleset):
        """Rules with a message of their own through the client that all scenarios use, text through
        ovs-ofctl."""
        c = Controller(self.openflow())
        c.delete_all()
        c.pipelined([r.flow_mod() for r in ruleset.rules])
        errors, first = c.errors, c.first_error
        c.close()
        if errors:
            raise Fail("heddled refused %d of %d flow-mods: first %s" % (errors, len(ruleset.rules), first))
        if ruleset.extra:
            path = os.path.join(self.dir, "flows.txt")
            with open(path, "w") as f:
                f.write("\n".join(ruleset.extra) + "\n")
            run(["ovs-ofctl", "-O", "OpenFlow13", "add-flows", "unix:" + self.openflow(), path])

    def add_port(self, i, port, check=True):
        return self.api.ask("POST", "/v1/ports", {"spec": self.spec(i, port)})

    def del_port(self, i):
        self.api.ask("DELETE", "/v1/ports/p%d" % (i + 1))

    def teach(self):
        """Static MAC entries for what sits behind port 2, as if it had talked before."""
        tr, vid = self.setup.traffic, 100 if self.setup.ruleset.vlan else 0
        for mac in [T.station(i, 1) for i in range(tr.stations)] or [T.SINK_MAC]:
            self.api.ask("POST", "/v1/macs", {"mac": T.mac_str(mac), "vlan": vid, "port": "p2"})

    def warm(self, timeout=30):
        time.sleep(0.5)

    def lcores(self):
        rows = self.api.ask("GET", "/v1/lcores")
        return {k: sum(r[k] for r in rows) for k in ("busy_cycles", "idle_cycles", "packets")}

    def busy_start(self):
        self.before = self.lcores()

    def busy_end(self):
        now = self.lcores()
        return {k: now[k] - self.before[k] for k in now}

    def restart(self):
        """As a fresh start: every port on the command line, standalone, so NORMAL forwards at once."""
        self.tele.close()
        self.api.close()
        self.children.pop().stop(sig=signal.SIGKILL)
        t0 = time.monotonic()
        self.start_daemon(list(enumerate(self.setup.ports)), "standalone")
        up = time.monotonic() - t0
        self.tele.connect()
        wait_for("packets after restart", lambda: self.counters()[1] > 0, 30, 0.005)
        return up, time.monotonic() - t0

    def stop(self):
        self.api.close()
        super().stop()
