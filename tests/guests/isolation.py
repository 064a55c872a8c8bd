#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Guests of two VLANs are apart in both directions, whatever they send.

    guest a: access 10     guest c: access 20
    host  b: access 10     host  d: access 20     host u: trunk 10;20
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
from heddle_test import *    # noqa: F403

ALL = "ff:ff:ff:ff:ff:ff"
MARK = b"heddle-mark" * 4


class Scene:
    """Made once for all tests: booting is what costs time here."""

    def __init__(self, t):
        net = Net(t)
        self.switch = Switch(t, net, ports=[f"a,vhost-user:{t.path('a.sock')},vlan=10",
                                            f"c,vhost-user:{t.path('c.sock')},vlan=20"])
        self.b = self.switch.connect(net, "b", ",vlan=10", ip="10.0.0.2")
        self.d = self.switch.connect(net, "d", ",vlan=20", ip="10.0.0.4")
        self.u = self.switch.connect(net, "u", ",trunk=10;20")
        self.a = Guest(t, "a", t.path("a.sock"), "10.0.0.1")
        self.c = Guest(t, "c", t.path("c.sock"), "10.0.0.3")
        Guest.boot(self.a, self.c)
        self.a.must_ping("10.0.0.2")
        self.c.must_ping("10.0.0.4")

    def watch(self, guest):
        """Makes the guest note every frame that comes in."""
        guest.run("killall tcpdump 2>/dev/null; rm -f /tmp/seen; tcpdump -i eth0 -Q in -U -w /tmp/seen > /tmp/log 2>&1 &"
                  " for i in $(seq 50); do grep -q listening /tmp/log && exit 0; sleep 0.1; done; exit 1")

    def count(self, guest):
        """How many of our marked frames the guest noted so far; each has four marks. (Its grep stops at a NUL.)"""
        return int(guest.text("tr -d '\\000' < /tmp/seen | grep -a -o heddle-mark | wc -l")) // 4

    def seen(self, guest):
        """Ends the notes and counts them."""
        guest.run("sleep 0.5; killall tcpdump; sleep 0.3")
        return self.count(guest)

    def wait_seen(self, guest, n):
        """Waits, in the guest, until so many came in: without KVM it takes its time."""
        guest.run(f"for i in $(seq 100); do [ $(tr -d '\\000' < /tmp/seen | grep -o heddle-mark | wc -l) -ge {4 * n} ] && exit 0;"
                  " sleep 0.1; done; exit 1")


def variants(src, dst):
    """Frames that try to cross: (name, bytes)."""
    for name, tags in (("untagged", b""), ("tag 20", vlan(20)), ("tag 10", vlan(10)), ("tags 20, 10", vlan(20) + vlan(10)),
                       ("tags 10, 20", vlan(10) + vlan(20)), ("tags 20, 20", vlan(20) + vlan(20)),
                       ("802.1ad 20, 10", vlan(20, tpid=0x88A8) + vlan(10)), ("802.1ad 20", vlan(20, tpid=0x88A8)),
                       ("tags 0, 20", vlan(0) + vlan(20)), ("tag 4095", vlan(4095)), ("9100 tag 20", vlan(20, tpid=0x9100))):
        for kind, to in (("unicast", dst), ("broadcast", ALL), ("multicast", "33:33:00:00:00:01")):
            yield f"{kind}, {name}", eth(to, src, 0x88B5, MARK, tags, 80)
        yield f"ARP, {name}", eth(ALL, src, 0x0806, arp(src, "10.0.0.1", "10.0.0.3") + MARK, tags, 120)


@test("guests of two VLANs: each reaches its own, none the other's, and forged frames reach nobody")
def _(t):
    s = Scene(t)
    a, b, c, d, u = s.a, s.b, s.c, s.d, s.u
    # Unicast with addresses known to the switch, both ways.
    a.must_not_ping("10.0.0.3")
    c.must_not_ping("10.0.0.1")
    a.must_not_ping("10.0.0.4")
    b.must_not_ping("10.0.0.3")
    d.must_not_ping("10.0.0.1")
    # ARP entries by hand: the switch knows both stations, only the VLANs part them.
    a.run(f"arp -s 10.0.0.3 {c.mac}")
    c.run(f"arp -s 10.0.0.1 {a.mac}")
    a.must_not_ping("10.0.0.3")
    c.must_not_ping("10.0.0.1")
    t.note("guests: unicast done")

    raw_d, raw_b = d.raw(), b.raw()
    t.defer(raw_d.close)
    t.defer(raw_b.close)
    s.watch(c)
    raw_d.drain()
    # a (VLAN 10) tries to get into VLAN 20.
    frames = [frame for _, frame in variants(a.mac, c.mac)]
    before = s.switch.counters("a")["rx_packets"]
    a.send_frames(*frames, count=2)
    wait_for("the switch has them all", lambda: s.switch.counters("a")["rx_packets"] >= before + 2 * len(frames))
    equal(s.seen(c), 0, "frames of VLAN 10 that guest c saw")
    crossed = [f for f in raw_d.drain(0.3) if MARK in f]
    equal(crossed, [], "frames of VLAN 10 that host d saw")
    check(s.switch.dropped("a", "vlan_filtered") >= 2 * 4 * 5, "the forged ones are not under vlan_filtered")
    got = [untag(f)[0] for f in raw_b.drain(0.3) if MARK in f]
    check(got, "not even the untagged ones reached host b")
    equal([tags for tags in got if any(tpid == 0x8100 for tpid, _, _ in tags)], [], "802.1Q tags that reached host b")
    t.note(f"guest a: {2 * len(frames)} frames sent, {len(got)} reached its own VLAN, none the other")

    # And c (VLAN 20) into VLAN 10.
    s.watch(a)
    raw_b.drain()
    frames = [frame for _, frame in variants(c.mac, a.mac)]
    before = s.switch.counters("c")["rx_packets"]
    c.send_frames(*frames, count=2)
    wait_for("the switch has them all", lambda: s.switch.counters("c")["rx_packets"] >= before + 2 * len(frames))
    equal(s.seen(a), 0, "frames of VLAN 20 that guest a saw")
    equal([f for f in raw_b.drain(0.3) if MARK in f], [], "frames of VLAN 20 that host b saw")

    # From the trunk: VLAN 20's frames reach c, untagged, and never a; double tags arrive with the inner one.
    raw_u = u.raw()
    t.defer(raw_u.close)
    for guest, other, vid in ((c, a, 20), (a, c, 10)):
        s.watch(c)
        s.watch(a)
        raw_u.send(*[eth(ALL, u.mac, 0x88B5, MARK, vlan(vid), 80)] * 5)
        s.wait_seen(guest, 5)
        equal((s.seen(guest), s.seen(other)), (5, 0), f"frames of VLAN {vid} seen by its guest and the other")


@test("a guest that makes VLAN devices on its access port talks to nobody over them")
def _(t):
    s = Scene(t)
    s.a.run("ip link add link eth0 name eth0.20 type vlan id 20; ip link set eth0.20 up; ip addr add 10.0.20.1/24 dev eth0.20;"
            "ip link add link eth0.20 name eth0.20.10 type vlan id 10; ip link set eth0.20.10 up;"
            "ip addr add 10.0.30.1/24 dev eth0.20.10")
    s.c.run("ip addr add 10.0.20.2/24 dev eth0; ip addr add 10.0.30.2/24 dev eth0")
    s.d.run("ip", "addr", "add", "10.0.20.4/24", "dev", "eth0")
    before = s.switch.dropped("a", "vlan_filtered")
    for ip in ("10.0.20.2", "10.0.20.4", "10.0.30.2"):
        s.a.must_not_ping(ip)
    check(s.switch.dropped("a", "vlan_filtered") > before, "not under vlan_filtered")
    s.a.must_ping("10.0.0.2")


@test("under heddle-controller the same: networks of its file keep guests apart, forged tags too")
def _(t):
    net = Net(t)
    controller = Controller(t, f"""switches: [{{name: sw, dpid: 00000000000000f1}}]
networks: [{{name: red, vlan: 10}}, {{name: blue, vlan: 20}}]
attachments:
  - {{network: red, switch: sw, port: a}}
  - {{network: red, switch: sw, port: b}}
  - {{network: blue, switch: sw, port: c}}
  - {{network: blue, switch: sw, port: d}}
uplinks: [{{switch: sw, port: u, networks: all}}]
""")
    switch = Switch(t, net, ports=[f"a,vhost-user:{t.path('a.sock')}", f"c,vhost-user:{t.path('c.sock')}"], fail_mode="secure",
                    args=["--dpid", "00000000000000f1", "--controller", controller.target])
    b, d = switch.connect(net, "b", ip="10.0.0.2"), switch.connect(net, "d", ip="10.0.0.4")
    u = switch.connect(net, "u")
    controller.wait_applied(4)
    a, c = Guest(t, "a", t.path("a.sock"), "10.0.0.1"), Guest(t, "c", t.path("c.sock"), "10.0.0.3")
    Guest.boot(a, c)
    a.must_ping("10.0.0.2")
    c.must_ping("10.0.0.4")
    for guest, ips in ((a, ("10.0.0.3", "10.0.0.4")), (c, ("10.0.0.1", "10.0.0.2"))):
        for ip in ips:
            guest.must_not_ping(ip)
    raws = {n: h.raw() for n, h in (("b", b), ("d", d), ("u", u))}
    for raw in raws.values():
        t.defer(raw.close)
        raw.drain()
    frames = [frame for _, frame in variants(a.mac, c.mac)]
    before = switch.counters("a")["rx_packets"]
    a.send_frames(*frames, count=2)
    wait_for("the switch has them all", lambda: switch.counters("a")["rx_packets"] >= before + 2 * len(frames))
    equal([f for f in raws["d"].drain(0.3) if MARK in f], [], "frames of red that a host in blue saw")
    for frame in raws["u"].drain(0.3):
        if MARK in frame:
            equal(untag(frame)[0][0][1], 10, "VLAN on the uplink of a frame of red")
    check(any(MARK in f for f in raws["b"].drain(0.3)), "nothing reached a host in red")


main()
