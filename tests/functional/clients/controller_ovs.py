#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""heddle-controller drives Open vSwitch, or heddled.

    controller_ovs.py [--controller PATH] [--heddled PATH] [--keep]

A private Open vSwitch (user-space datapath, own database, own network namespace), or with --heddled
that switch, gets six ports, each a veth pair into a namespace of its own:

    p1 p2 p5  network red  (VLAN 10), p5 with a fixed address
    p3 p4     network blue (VLAN 20)
    p6        uplink: red tagged, blue native

Frames are sent and received with packet sockets. Prints TAP; exits with 1 if a test failed.
Needs root, openvswitch-switch, iproute2.
"""

import argparse
import ctypes
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

LIBC = ctypes.CDLL("libc.so.6", use_errno=True)
CLONE_NEWNET = 0x40000000
SOL_PACKET, PACKET_AUXDATA, SO_RCVBUFFORCE = 263, 8, 33
BROADCAST = b"\xff" * 6
TYPE = 0x88b5           # IEEE 802 local experimental
DPID = "00000000000000a1"
FIXED = bytes.fromhex("020000000005")


def run(*argv, check=True):
    r = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and r.returncode:
        raise RuntimeError("%s: %s" % (" ".join(argv), r.stdout.strip()))
    return r.stdout


def wait_for(what, condition, timeout=30):
    end = time.monotonic() + timeout
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise RuntimeError("waited %d s for %s" % (timeout, what))
        time.sleep(0.05)


def mac(n):
    return bytes((2, 0, 0, 0, 0, n))


def tag(*vids):
    return b"".join(struct.pack("!HH", 0x8100, v) for v in vids)


class Host:
    """One end of a veth pair, with a packet socket inside its namespace."""

    def __init__(self, top, n):
        self.n, self.mac = n, mac(n)
        self.busy = False       # a stream reads from it
        ns, dev = top.ns("h%d" % n), "e%d" % n
        run("ip", "netns", "add", ns)
        run("ip", "link", "add", dev, "netns", ns, "type", "veth", "peer", "name", "p%d" % n,
            "netns", top.ns("sw"))
        for where, link in ((ns, dev), (top.ns("sw"), "p%d" % n)):
            run("ip", "netns", "exec", where, "sysctl", "-qw", "net.ipv6.conf.%s.disable_ipv6=1" % link)
            run("ip", "-n", where, "link", "set", link, "up", "promisc", "on")
        here = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open("/run/netns/" + ns, os.O_RDONLY)
        try:
            assert LIBC.setns(there, CLONE_NEWNET) == 0
            self.s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            self.s.bind((dev, 0))
        finally:
            LIBC.setns(here, CLONE_NEWNET)
            os.close(here)
            os.close(there)
        self.s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)

    def send(self, dst, payload, tags=b"", src=None):
        frame = dst + (src or self.mac) + tags + struct.pack("!H", TYPE) + payload
        self.s.send(frame.ljust(60, b"\0"))

    def receive(self, timeout):
        """The next frame of ours, with its tag; None after the timeout."""
        end = time.monotonic() + timeout
        while True:
            self.s.settimeout(max(0.001, end - time.monotonic()))
            try:
                frame, anc, _, addr = self.s.recvmsg(2048, 256)
            except (socket.timeout, BlockingIOError):
                return None
            if addr[2] == socket.PACKET_OUTGOING:
                continue
            for level, kind, data in anc:
                if level == SOL_PACKET and kind == PACKET_AUXDATA:
                    status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", data[:20])
                    if status & 0x10:
                        tpid = tpid if status & 0x40 else 0x8100
                        frame = frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
            if struct.pack("!H", TYPE) in frame[12:26]:
                return frame

    def drain(self):
        while self.receive(0.005):
            pass


class Top:
    """Namespaces, Open vSwitch and the controller; undone by stop()."""

    def __init__(self, controller):
        self.controller = controller
        self.dir = tempfile.mkdtemp(prefix="heddle-ovs.", dir="/tmp")
        self.tag = "hc%d" % os.getpid()
        self.names, self.children = [], []
        self.env = dict(os.environ, OVS_RUNDIR=self.dir, OVS_LOGDIR=self.dir, OVS_DBDIR=self.dir)
        self.program = None
        self.starts = 0

    def ns(self, name):
        name = "%s-%s" % (self.tag, name)
        if name not in self.names:
            self.names.append(name)
        return name

    def spawn(self, argv, log):
        with open(os.path.join(self.dir, log), "w") as out:
            c = subprocess.Popen(argv, stdout=out, stderr=subprocess.STDOUT, env=self.env)
        self.children.append(c)
        return c

    def vsctl(self, *args):
        return run("ovs-vsctl", "--timeout=30", "--db=unix:%s/db.sock" % self.dir, *args)

    def ofctl(self, verb, *args):
        return run("ovs-ofctl", "-O", "OpenFlow13", verb, "unix:%s/br0.mgmt" % self.dir, *args)

    def start_switch(self):
        run("ip", "netns", "add", self.ns("sw"))
        self.hosts = {n: Host(self, n) for n in range(1, 7)}
        db = os.path.join(self.dir, "conf.db")
        self.env_run("ovsdb-tool", "create", db, "/usr/share/openvswitch/vswitch.ovsschema")
        self.spawn(["ovsdb-server", db, "--remote=punix:%s/db.sock" % self.dir, "-vconsole:off",
                    "--unixctl=%s/ovsdb.ctl" % self.dir], "ovsdb.log")
        wait_for("ovsdb-server", lambda: os.path.exists(self.dir + "/db.sock"))
        self.vsctl("--no-wait", "init")
        self.spawn(["ip", "netns", "exec", self.ns("sw"), "ovs-vswitchd",
                    "unix:%s/db.sock" % self.dir, "-vconsole:off",
                    "--log-file=%s/vswitchd.log" % self.dir,
                    "--unixctl=%s/vswitchd.ctl" % self.dir], "vswitchd.out")
        self.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev",
                   "fail_mode=secure", "protocols=OpenFlow13",
                   "other_config:datapath-id=" + DPID)
        for n in range(1, 7):
            self.add_port(n)
        self.vsctl("set-controller", "br0", "unix:%s/of.sock" % self.dir)

    def drop_controller(self):
        self.vsctl("del-controller", "br0")

    def del_port(self, n):
        self.vsctl("del-port", "br0", "p%d" % n)

    def add_port(self, n):
        self.vsctl("add-port", "br0", "p%d" % n, "--", "set", "interface", "p%d" % n,
                   "ofport_request=%d" % n)

    def env_run(self, *argv):
        subprocess.run(argv, check=True, env=self.env, stdout=subprocess.DEVNULL)

    # -- the controller

    @property
    def yaml(self):
        return os.path.join(self.dir, "networks.yaml")

    def write(self, attachments, uplink="networks: [red], native: blue"):
        lines = ["switches:", "  - {name: ovs, dpid: %s}" % DPID,
                 "networks:", "  - {name: red, vlan: 10}", "  - {name: blue, vlan: 20}",
                 "attachments:"]
        lines += ["  - {network: %s, port: p%d%s}" % a for a in attachments]
        lines += ["uplinks:", "  - {port: p6, %s}" % uplink]
        with open(self.yaml, "w") as f:
            f.write("\n".join(lines) + "\n")

    def start_controller(self, *how):
        self.starts += 1
        self.log = "controller-%d.log" % self.starts
        self.program = self.spawn([self.controller, "--config", self.yaml, "--run-dir",
                                   self.dir + "/run", "--state-dir", self.dir + "/state"] +
                                  list(how or ("--listen", "unix:%s/of.sock" % self.dir)), self.log)

    def kill_controller(self, sig):
        self.program.send_signal(sig)
        return self.program.wait(20)

    def log_text(self):
        with open(os.path.join(self.dir, self.log)) as f:
            return f.read()

    def api(self, verb, path, sock="run/api.sock", body=None):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(20)
        s.connect(os.path.join(self.dir, sock))
        c = http.client.HTTPConnection("heddle")
        c.sock = s
        c.request(verb, path, json.dumps(body) if body else None)
        r = c.getresponse()
        body = json.loads(r.read() or "null")
        c.close()
        return r.status, body

    def steady(self):
        def condition():
            if self.program.poll() is not None:
                raise RuntimeError("the controller ended:\n" + self.log_text())
            try:
                return self.api("GET", "/v1/switches")[1][0]["state"] == "steady"
            except OSError:
                return False
        wait_for("the switch to be steady", condition)

    def stop(self, keep):
        for c in reversed(self.children):
            if c.poll() is None:
                c.terminate()
                try:
                    c.wait(10)
                except subprocess.TimeoutExpired:
                    c.kill()
                    c.wait()
        for name in self.names:
            run("ip", "netns", "del", name, check=False)
        if keep:
            print("# files are in " + self.dir)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    # -- frames

    serial = 0

    def reach(self, sender, dst, tags=b"", src=None, wait=0.4):
        """Sends one frame; {host: tags it came with} of those that get it."""
        Top.serial += 1
        payload = b"heddle%08d" % Top.serial
        self.hosts[sender].send(dst, payload, tags, src)
        got = {}
        for n, h in self.hosts.items():
            while n != sender and not h.busy:
                frame = h.receive(wait if not got else 0.1)
                if frame is None:
                    break
                if payload in frame:
                    got[n] = frame[12:frame.index(struct.pack("!H", TYPE), 12)]
                    break
        return got

    def learned(self):
        """Addresses whose source flow is there."""
        return [line for line in self.ofctl("dump-flows", "table=1").splitlines()
                if "priority=300" in line]

    def flows(self):
        """Flows without what changes by itself."""
        keep = []
        for line in self.ofctl("dump-flows", "--no-stats").splitlines():
            if "actions=" in line:
                keep.append(line.strip())
        return sorted(keep)


class TopHeddled(Top):
    """The same with heddled, on af_packet ports."""

    heddled = None

    def spec(self, n):
        return "p%d,af_packet:p%d,ofport=%d" % (n, n, n)

    def start_switch(self):
        run("ip", "netns", "add", self.ns("sw"))
        self.hosts = {n: Host(self, n) for n in range(1, 7)}
        argv = ["ip", "netns", "exec", self.ns("sw"), self.heddled, "--name", self.tag,
                "--run-dir", self.dir + "/sw", "--dpid", DPID, "--stateless", "--fail-mode", "secure",
                "--controller", "unix:%s/of.sock" % self.dir,
                "--listen", "unix:%s/br0.mgmt" % self.dir]
        for n in range(1, 7):
            argv += ["--port", self.spec(n)]
        c = self.spawn(argv, "heddled.log")

        def condition():
            if c.poll() is not None:
                with open(self.dir + "/heddled.log") as f:
                    raise RuntimeError("heddled ended:\n" + f.read())
            return os.path.exists(self.dir + "/br0.mgmt")
        wait_for("heddled", condition)

    def drop_controller(self):
        pass        # it keeps trying, and nobody is there

    def del_port(self, n):
        assert self.api("DELETE", "/v1/ports/p%d" % n, "sw/api.sock")[0] == 204

    def add_port(self, n):
        assert self.api("POST", "/v1/ports", "sw/api.sock", {"spec": self.spec(n)})[0] == 201


class Stream(threading.Thread):
    """Sends numbered frames from one host to another all the time; counts what is lost."""

    def __init__(self, top, a, b):
        super().__init__(daemon=True)
        self.top, self.a, self.b = top, top.hosts[a], top.hosts[b]
        self.sent, self.done = 0, False
        self.b.busy = True

    def run(self):
        while not self.done:
            self.a.send(self.b.mac, b"stream%08d" % self.sent)
            self.sent += 1
            time.sleep(0.0005)

    def lost(self):
        self.done = True
        self.join()
        got, end = set(), time.monotonic() + 20
        while len(got) < self.sent and time.monotonic() < end:
            frame = self.b.receive(1)
            if frame is None:
                break
            at = frame.find(b"stream")
            if at > 0:
                got.add(int(frame[at + 6:at + 14]))
        self.b.busy = False
        return self.sent - len(got)


# --- the tests, in order: each builds on what the ones before left ---------------------------------

BASE = [("red", 1, ""), ("red", 2, ""), ("red", 5, ", mac: 02:00:00:00:00:05"),
        ("blue", 3, ""), ("blue", 4, "")]


def flood_stays_inside_its_network(t):
    red, blue, ten = b"", b"", tag(10)
    assert t.reach(1, BROADCAST) == {2: red, 5: red, 6: ten}
    assert t.reach(3, BROADCAST) == {4: blue, 6: blue}
    assert t.reach(1, mac(77)) == {2: red, 5: red, 6: ten}      # unknown unicast


def known_destinations_get_their_frames_alone(t):
    for n in (1, 2, 3, 4):
        t.reach(n, BROADCAST)
    wait_for("four addresses", lambda: len(t.learned()) == 4)
    assert t.reach(1, mac(2)) == {2: b""}
    assert t.reach(2, mac(1)) == {1: b""}
    assert t.reach(4, mac(3)) == {3: b""}
    assert t.reach(1, FIXED) == {5: b""}                        # known from the file
    assert t.reach(1, mac(3)) == {2: b"", 5: b"", 6: tag(10)}   # is in the other network


def forged_tags_are_dropped(t):
    for tags in (tag(10), tag(20), tag(0), tag(10, 20), tag(20, 10), tag(0, 20),
                 struct.pack("!HH", 0x88a8, 20)):
        for dst in (BROADCAST, mac(2), mac(3)):
            assert t.reach(1, dst, tags, wait=0.05) == {}, (tags, dst)


def an_uplink_carries_its_networks_only(t):
    assert t.reach(6, BROADCAST, tag(10), mac(60)) == {1: b"", 2: b"", 5: b""}
    assert t.reach(6, BROADCAST, b"", mac(61)) == {3: b"", 4: b""}
    assert t.reach(6, BROADCAST, tag(20), mac(61)) == {}
    assert t.reach(6, BROADCAST, tag(30), mac(62)) == {}
    wait_for("the address behind the uplink", lambda: len(t.learned()) == 6)
    assert t.reach(1, mac(60)) == {6: tag(10)}
    assert t.reach(3, mac(61)) == {6: b""}


def a_fixed_address_cannot_be_changed_or_stolen(t):
    assert t.reach(5, BROADCAST, src=FIXED) == {1: b"", 2: b"", 6: tag(10)}
    assert t.reach(5, BROADCAST, src=mac(9)) == {}
    assert t.reach(1, BROADCAST, src=FIXED) == {}
    assert t.reach(2, FIXED) == {5: b""}


def bridge_protocols_end_at_the_port(t):
    for last in (0, 2, 14):
        assert t.reach(1, bytes((1, 0x80, 0xc2, 0, 0, last)), wait=0.05) == {}


def an_address_that_moves_is_followed(t):
    t.reach(1, BROADCAST, src=mac(70))
    wait_for("the address", lambda: any("02:00:00:00:00:46" in f for f in t.learned()))
    assert t.reach(3, mac(70)) == {4: b"", 6: b""}
    t.reach(2, BROADCAST, src=mac(70))
    wait_for("the move", lambda: t.reach(6, mac(70), tag(10), mac(60), wait=0.05) == {2: b""})
    assert len([line for line in t.learned() if "02:00:00:00:00:46" in line]) == 1


def a_reload_without_a_change_changes_nothing(t):
    before = t.flows()
    status, body = t.api("POST", "/v1/reload")
    assert (status, body) == (200, {"added": 0, "deleted": 0, "modified": 0}), body
    assert t.flows() == before


def a_reload_touches_only_what_differs(t):
    t.ofctl("add-flow", "cookie=0x7,table=0,priority=77,in_port=99,actions=drop")
    before = set(t.flows())
    stream = Stream(t, 1, 2)
    stream.start()
    try:
        t.write([a for a in BASE if a[1] != 4] + [("red", 4, "")])
        status, body = t.api("POST", "/v1/reload")
        assert status == 200, body
        # p4: its tag, two groups; the address learned there in blue goes, with both flows.
        assert body == {"added": 0, "modified": 3, "deleted": 2}, body
        after = set(t.flows())
        assert all("0x7" in f or "p4" in f or "in_port=4" in f or mac(4).hex(":") in f
                   for f in before ^ after), before ^ after
        assert any("cookie=0x7" in f for f in after)
        t.write(BASE)
        assert t.api("POST", "/v1/reload")[0] == 200
    finally:
        lost = stream.lost()
    assert lost == 0, "%d of %d frames lost" % (lost, stream.sent)
    assert t.reach(4, BROADCAST) == {3: b"", 6: b""}


def a_bad_file_is_refused_whole(t):
    before = t.flows()
    with open(t.yaml, "a") as f:
        f.write("  - {port: p1, networks: all}\n")
    status, body = t.api("POST", "/v1/reload")
    assert status == 400 and "%s:14: port \"p1\"" % t.yaml in body["error"], body
    assert t.flows() == before
    t.program.send_signal(signal.SIGHUP)
    wait_for("the refusal", lambda: t.log_text().count("is refused whole") == 2)
    assert t.flows() == before
    assert t.reach(1, mac(2)) == {2: b""}
    t.write(BASE)


def forwarding_goes_on_without_the_controller(t):
    stream = Stream(t, 1, 2)
    stream.start()
    try:
        t.kill_controller(signal.SIGKILL)
        before = t.flows()
        assert t.reach(3, mac(4), wait=0.2) == {4: b""}
        assert t.reach(3, BROADCAST, wait=0.2) == {4: b"", 6: b""}
        assert t.reach(3, mac(78), src=mac(79), wait=0.2) == {4: b"", 6: b""}
        t.start_controller()
        t.steady()
        wait_for("no change", lambda: "flows already" in t.log_text())
        assert t.flows() == before      # also what was learned: taken over
    finally:
        lost = stream.lost()
    assert lost == 0, "%d of %d frames lost" % (lost, stream.sent)


def what_changed_meanwhile_is_mended(t):
    before = t.flows()
    stream = Stream(t, 1, 2)
    stream.start()
    try:
        assert t.kill_controller(signal.SIGTERM) == 0
        assert not os.path.exists(t.dir + "/run/api.sock")
        t.ofctl("del-flows", "table=0,in_port=3")
        t.ofctl("add-flow", "cookie=0x4865646400000000,table=0,priority=900,in_port=4,actions=output:1")
        t.ofctl("mod-group", "group_id=%d,type=all,bucket=output:1" % (0x48640000 + 20))
        t.start_controller()
        t.steady()
        wait_for("the mending", lambda: t.flows() == before)
    finally:
        lost = stream.lost()
    assert lost == 0, "%d of %d frames lost" % (lost, stream.sent)
    flood_stays_inside_its_network(t)


def what_somebody_else_removes_comes_back(t):
    before = t.flows()
    t.ofctl("del-flows", "table=0,in_port=1")
    wait_for("the flows of p1", lambda: t.flows() == before)
    t.ofctl("del-groups")
    wait_for("the groups", lambda: t.flows() == before)
    flood_stays_inside_its_network(t)


def ports_that_come_later_are_planned_then(t):
    before = t.flows()
    t.del_port(2)
    wait_for("p2 to go", lambda: [a["state"] for a in t.api("GET", "/v1/attachments")[1]
                                  if a["port"] == "p2"] == ["port missing"])
    wait_for("its flows to go", lambda: not any("p2" in f for f in t.flows()))
    t.add_port(2)
    wait_for("p2", lambda: t.reach(1, mac(2), wait=0.1).get(2) == b"")
    t.reach(2, BROADCAST)
    assert [f for f in before if "table=0" in f] == [f for f in t.flows() if "table=0" in f]


def a_guest_that_shows_many_addresses_is_bounded(t):
    for i in range(5000):
        t.hosts[3].send(BROADCAST, b"many", src=bytes((2, 1, 0, 0, i >> 8, i & 255)))
    wait_for("the limit", lambda: "shows too many" in t.log_text())
    for h in t.hosts.values():
        h.drain()
    assert len([f for f in t.learned() if "02:01:00:00" in f]) <= 128
    assert t.reach(1, mac(2)) == {2: b""}
    assert t.reach(3, mac(4)) == {4: b""}


def the_api_tells(t):
    status, networks = t.api("GET", "/v1/networks")
    assert networks == [{"name": "red", "vlan": 10, "attachments": 3, "uplinks": 1},
                        {"name": "blue", "vlan": 20, "attachments": 2, "uplinks": 1}], networks
    attachments = t.api("GET", "/v1/attachments")[1]
    assert {a["state"] for a in attachments} == {"up"}, attachments
    switch = t.api("GET", "/v1/switches")[1][0]
    assert (switch["dpid"], switch["version"]) == (DPID, "1.3"), switch
    assert switch["flows_wanted"] <= switch["flows_present"], switch
    assert t.api("GET", "/v1/nothing")[0] == 404
    assert t.api("GET", "/v1/reload")[0] == 405


def it_connects_to_a_switch_that_listens(t):
    assert t.kill_controller(signal.SIGTERM) == 0
    t.drop_controller()
    t.ofctl("del-flows")
    t.start_controller("--connect", "unix:%s/br0.mgmt" % t.dir)
    t.steady()
    flood_stays_inside_its_network(t)
    for n in (1, 2):
        t.reach(n, BROADCAST)
    wait_for("two addresses", lambda: len(t.learned()) >= 2)
    assert t.reach(1, mac(2)) == {2: b""}


def a_bad_file_at_start_ends_it(t):
    assert t.kill_controller(signal.SIGTERM) == 0
    with open(t.yaml, "w") as f:
        f.write("switches: [\n")
    t.start_controller()
    assert t.program.wait(10) == 1
    assert "%s:2: " % t.yaml in t.log_text() and "last-good.yaml" in t.log_text(), t.log_text()


TESTS = [flood_stays_inside_its_network, known_destinations_get_their_frames_alone,
         forged_tags_are_dropped, an_uplink_carries_its_networks_only,
         a_fixed_address_cannot_be_changed_or_stolen, bridge_protocols_end_at_the_port,
         an_address_that_moves_is_followed, a_reload_without_a_change_changes_nothing,
         a_reload_touches_only_what_differs, a_bad_file_is_refused_whole,
         forwarding_goes_on_without_the_controller, what_changed_meanwhile_is_mended,
         what_somebody_else_removes_comes_back, ports_that_come_later_are_planned_then,
         a_guest_that_shows_many_addresses_is_bounded, the_api_tells,
         it_connects_to_a_switch_that_listens, a_bad_file_at_start_ends_it]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--controller", default=os.path.join(
        os.environ.get("HEDDLE_BUILD", "build"), "controller/heddle-controller"))
    p.add_argument("--heddled", help="drive this instead of Open vSwitch")
    p.add_argument("--keep", action="store_true")
    o = p.parse_args()
    TopHeddled.heddled = o.heddled and os.path.abspath(o.heddled)
    t, failed = (TopHeddled if o.heddled else Top)(os.path.abspath(o.controller)), 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))       # undo what was set up
    try:
        t.start_switch()
        t.write(BASE)
        t.start_controller()
        t.steady()
        print("1..%d" % len(TESTS), flush=True)
        for i, test in enumerate(TESTS, 1):
            try:
                for h in t.hosts.values():
                    h.drain()
                test(t)
                print("ok %d - %s" % (i, test.__name__), flush=True)
            except (AssertionError, RuntimeError, OSError) as e:
                failed += 1
                print("not ok %d - %s" % (i, test.__name__), flush=True)
                line = e.__traceback__.tb_next.tb_lineno if e.__traceback__.tb_next else 0
                print("# line %d: %s: %s" % (line, type(e).__name__, e), flush=True)
    finally:
        t.stop(o.keep)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
