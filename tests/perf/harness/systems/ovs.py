# SPDX-License-Identifier: Apache-2.0
"""Open vSwitch with DPDK: ovs-vswitchd with its own database and sockets, in its own network namespace."""

import json
import os
import re
import signal
import socket
import time

from .. import traffic as T
from ..util import Fail, run, wait_for
from .base import System

VSWITCHD = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"


class Unixctl:
    """JSON-RPC over an OVS control socket: quicker than an ovs-appctl process per command."""

    def __init__(self, path):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(60)
        self.s.connect(path)
        self.n = 0

    def __call__(self, command, *args):
        self.n += 1
        self.s.sendall(json.dumps({"id": self.n, "method": command, "params": list(args)}).encode())
        buf, dec = "", json.JSONDecoder()
        while True:
            more = self.s.recv(1 << 16)
            if not more:
                raise Fail("%s: control connection closed" % command)
            buf += more.decode()
            try:
                answer, _ = dec.raw_decode(buf)
            except ValueError:
                continue
            if answer.get("error"):
                raise Fail("%s: %s" % (command, answer["error"]))
            return answer.get("result") or ""

    def close(self):
        self.s.close()


class Ovs(System):
    """ovs-vswitchd (DPDK build) with its own database and sockets, in its own network namespace."""

    family = "ovs"
    settle = 0.8                # the subtables are sorted anew every second

    def __init__(self, directory, tag, smc=False, emc=True):
        super().__init__(directory, tag)
        self.smc, self.emc = smc, emc
        self.name = "ovs-dpdk" + ("+smc" if smc else "") + ("" if emc else "-noemc")
        self.ctl = None
        self.sock = os.path.join(self.dir, "db.sock")
        self.env = dict(os.environ, OVS_RUNDIR=self.dir, OVS_LOGDIR=self.dir, OVS_DBDIR=self.dir)

    def vsctl(self, *args, wait=True):
        return run(["ovs-vsctl", "--timeout=120", "--db=unix:" + self.sock] +
                   ([] if wait else ["--no-wait"]) + list(args), env=self.env)

    def ofctl(self, *args):
        return run(["ovs-ofctl", "-O", "OpenFlow13", args[0], "unix:" + self.openflow()] +
                   list(args[1:]), env=self.env)

    def openflow(self):
        return os.path.join(self.dir, "br0.mgmt")

    def start_db(self):
        db = os.path.join(self.dir, "conf.db")
        if os.path.exists(db):
            os.unlink(db)
        if not os.path.exists(VSWITCHD):
            raise Fail("%s is not there: install openvswitch-switch-dpdk" % VSWITCHD)
        run(["ovsdb-tool", "create", db, SCHEMA], env=self.env)
        self.child(["ovsdb-server", db, "--remote=punix:" + self.sock, "-vconsole:off",
                    "--unixctl=" + os.path.join(self.dir, "ovsdb.ctl")], "ovsdb.log", env=self.env)
        wait_for("ovsdb-server", lambda: os.path.exists(self.sock))
        self.vsctl("init", wait=False)

    def start_switchd(self):
        ctl = os.path.join(self.dir, "vswitchd.ctl")
        if os.path.exists(ctl):
            os.unlink(ctl)
        # unshare execs the daemon: same pid, own network namespace for the bridge's tap.
        wrap = self.setup.wrap if self.setup else []
        c = self.child(["unshare", "--net"] + wrap +
                       [VSWITCHD, "unix:" + self.sock, "-vconsole:off", "-vfile:info",
                        "--log-file=" + os.path.join(self.dir, "vswitchd.log"),
                        "--unixctl=" + ctl], "vswitchd.out",
                       env=dict(self.env, **(self.setup.env if self.setup else {})))

        def connected():
            if not c.alive():
                raise Fail("ovs-vswitchd ended; see " + self.dir)
            try:
                return Unixctl(ctl)
            except OSError:
                return None
        self.ctl = wait_for("ovs-vswitchd control socket", connected, 120)

    def start(self, setup):
        self.setup = setup
        self.start_db()
        cfg = ["dpdk-init=true", "dpdk-lcore-mask=0x1", "pmd-cpu-mask=0x%x" % (1 << setup.core),
               "dpdk-extra=" + " ".join(["--no-pci", "--file-prefix=" + self.prefix] + setup.memory +
                                       setup.eal),
               "max-idle=600000"]           # being stopped must not age flows out
        if setup.tso:
            cfg.append("userspace-tso-enable=true")
        if self.smc:
            cfg.append("smc-enable=true")
        if not self.emc:
            cfg.append("emc-insert-inv-prob=0")
        self.vsctl("set", "Open_vSwitch", ".", *["other_config:" + c for c in cfg], wait=False)
        self.start_switchd()
        self.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev",
                   "fail_mode=secure", "other_config:mac-table-size=300000")
        self.tele.connect()
        # The limit starts at 10000 and grows by 1000 a pass; let the table fill at once.
        self.ctl("upcall/set-flow-limit", "500000")
        self.load(setup.ruleset)
        # Sinks first, the traffic source last: no packet arrives before its rules.
        for i in reversed(range(len(setup.ports))):
            self.add_port(i, setup.ports[i])
            if i == 1 or len(setup.ports) == 1:
                self.teach()

    def load(self, ruleset):
        self.ofctl("del-flows")
        if ruleset.count():
            path = os.path.join(self.dir, "flows.txt")
            with open(path, "w") as f:
                f.write("\n".join(ruleset.text()) + "\n")
            self.ofctl("add-flows", path)

    def add_port(self, i, port, check=True):
        name = "p%d" % (i + 1)
        cmd = ["add-port", "br0", name]
        vlan = (self.setup.ruleset.vlan or {}).get(i + 1)
        if vlan:
            cmd += ["vlan_mode=%s" % vlan[0],
                    "tag=%d" % vlan[1] if vlan[0] == "access" else "trunks=%d" % vlan[1]]
        cmd += ["--", "set", "interface", name, "ofport_request=%d" % (i + 1)]
        if port.mtu:
            cmd += ["mtu_request=%d" % port.mtu]
        if port.kind == "vdev":
            cmd += ["type=dpdk", "options:dpdk-devargs=\"%s\"" % port.arg]
        else:
            cmd += ["type=dpdkvhostuserclient", "options:vhost-server-path=\"%s\"" % port.arg]
        self.vsctl(*cmd)
        err = self.vsctl("get", "interface", name, "error").strip() if check else ""
        if err not in ("[]", ""):
            raise Fail("port %s: %s" % (name, err))

    def del_port(self, i):
        self.vsctl("del-port", "br0", "p%d" % (i + 1))

    def teach(self):
        """Static MAC entries for what sits behind port 2, as if it had talked before."""
        tr = self.setup.traffic
        vid = 100 if self.setup.ruleset.vlan else 0
        if tr is None:
            return
        dsts = [T.station(i, 1) for i in range(tr.stations)] or [T.SINK_MAC]
        for mac in dsts:
            self.ctl("fdb/add", "br0", "p2", str(vid), T.mac_str(mac))

    def forget(self):
        self.ctl("revalidator/purge")

    def warm(self, timeout=60):
        """Until upcalls have stopped and the order of the subtables has settled."""
        end, last, cost = time.monotonic() + timeout, None, None
        time.sleep(0.4)
        while time.monotonic() < end:
            st = self.pmd_stats()
            miss = st.get("miss with success upcall", 0) + st.get("miss with failed upcall", 0)
            if last is not None and miss - last[0] <= 20:
                packets = max(1, st.get("packets received", 0) - last[1])
                ns = self.pmd_ns() - last[2]
                if st.get("avg. subtable lookups per megaflow hit", 0) <= 1.0 or (
                        cost and ns / packets > 0.93 * cost):
                    return
                cost = ns / packets
            last = (miss, st.get("packets received", 0), self.pmd_ns())
            time.sleep(0.5 if cost is None else 1.2)

    def resume(self):
        super().resume()
        # A revalidator that was stopped in the middle takes itself for slow and lowers this.
        self.ctl("upcall/set-flow-limit", "500000")

    def pmd_ns(self):
        return sum(ns for comm, ns, _ in self.cpu().values() if comm.startswith("pmd-"))

    def pmd_stats(self):
        text = self.ctl("dpif-netdev/pmd-stats-show").split("main thread")[0]
        out = {}
        for k, v in re.findall(r"^\s+([a-z][^:]*): ([\d.]+)", text, re.M):
            out[k] = float(v) if "." in v else int(v)
        return out

    def busy_start(self):
        self.ctl("dpif-netdev/pmd-stats-clear")

    def busy_end(self):
        s = self.pmd_stats()
        out = {"busy_cycles": s.get("processing cycles", 0), "idle_cycles": s.get("idle cycles", 0),
               "packets": s.get("packets received", 0)}
        n = max(1, out["packets"])
        hits = {k: round(s.get(k, 0) / n, 3) for k in
                ("simple match hits", "emc hits", "smc hits", "megaflow hits",
                 "miss with success upcall") if s.get(k)}
        hits["subtables"] = s.get("avg. subtable lookups per megaflow hit", 0)
        out["detail"] = hits
        return out

    def flows(self):
        m = re.search(r"flows: (\d+)", self.ctl("dpctl/show"))
        return int(m.group(1)) if m else 0

    def stop(self):
        if self.ctl:
            self.ctl.close()
            self.ctl = None
        super().stop()

    def restart(self):
        self.vsctl("del-fail-mode", "br0", wait=False)
        self.ctl.close()
        self.tele.close()
        self.children.pop().stop(sig=signal.SIGKILL)
        t0 = time.monotonic()
        self.start_switchd()
        up = time.monotonic() - t0
        self.tele.connect()
        wait_for("packets after restart", lambda: self.counters()[1] > 0, 30, 0.005)
        return up, time.monotonic() - t0
