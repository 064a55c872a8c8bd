#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ports of every kind carry frames; they come and go under traffic; jumbo frames."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import struct

from heddle_test import *    # noqa: F403
from heddle_test.switch import Refused


@test("af_packet: two hosts ping and send a file over TCP")
def _(t):
    net = Net(t)
    switch = Switch(t, net)
    a, b = (switch.connect(net, n, ip=i) for n, i in (("ha", "10.0.0.1"), ("hb", "10.0.0.2")))
    a.must_ping(b.ip)
    a.must_ping(b.ip, size=1472)
    transfer(a, b)
    transfer(b, a)
    c = switch.counters("ha")
    check(c["rx_packets"] > 100 and c["tx_bytes"] > 1000000, f"counters: {c}")


@test("tap: a host on a tap pings one on af_packet and sends a file both ways")
def _(t):
    net = Net(t)
    switch = Switch(t, net)
    a = switch.connect(net, "ha", ip="10.0.0.1")
    switch.add_port("tp,tap:tap0")
    b = net.adopt("hb", "tap0", ip="10.0.0.2")
    a.must_ping(b.ip)
    transfer(a, b)
    transfer(b, a)


@test("af_xdp: two hosts ping")
def _(t):
    net = Net(t)
    switch = Switch(t, net)
    a = switch.connect(net, "ha", ip="10.0.0.1")
    b = net.host("hb", ip="10.0.0.2")
    try:
        switch.add_port("hb,af_xdp:hb")
    except Refused as refused:
        if "af_xdp" in refused.sentence.lower() and "not" in refused.sentence and "kernel" in refused.sentence:
            t.skip(refused.sentence)
        raise
    switch.wait_link("hb")
    a.must_ping(b.ip)
    a.must_ping(b.ip, size=1400, count=20)


@test("pcap: frames of a file go out, frames for it are written")
def _(t):
    net = Net(t)
    a = net.host("ha")
    frames = [eth(a.mac, "52:54:00:00:99:01", 0x0800, udp("10.0.0.9", "10.0.0.1", 1000 + i, 2000, b"x" * i)) for i in range(20)]
    with open(t.path("in.pcap"), "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for frame in frames:
            f.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    switch = Switch(t, net)
    switch.add_port("ha,af_packet:ha")
    switch.wait_link("ha")
    raw = a.raw()
    switch.add_port(f"file,pcap:{t.path('in.pcap')}:{t.path('out.pcap')}")
    for frame in frames:
        raw.expect("a frame of the file", lambda f: f == frame)
    raw.send(eth("52:54:00:00:99:01", a.mac, 0x1234, b"answer"))
    wait_for("the frame is sent", lambda: switch.counters("file")["tx_packets"] == 1)
    switch.del_port("file")
    switch.sums = False
    with open(t.path("out.pcap"), "rb") as f:
        check(b"answer" in f.read(), "the frame is not in the file")
    raw.close()


@test("any DPDK device by its string; ours after it are ours")
def _(t):
    switch = Switch(t, ports=["x,dev:net_null0,no-rx=1,size=64,ofport=7"])
    equal(switch.port("x")["ofport"], 7, "ofport")
    equal(switch.add_port("y,dev:net_ring0,ofport=60000")["ofport"], 60000, "ofport")
    try:
        switch.add_port("z,dev:net_no_such0")
    except Refused as refused:
        check("z" in refused.sentence or "net_no_such0" in refused.sentence, refused.sentence)
    else:
        raise Failure("a device that does not exist was added")
    equal(set(switch.ports()), {"x", "y"}, "ports")


@test("OpenFlow numbers: as asked, else the lowest free, kept and never doubled")
def _(t):
    switch = Switch(t, sums=False)
    for name, spec, wanted in (("a", "", 1), ("b", ",ofport=5", 5), ("c", "", 2)):
        equal(switch.add_port(f"{name},vhost-user:{t.path(name)}{spec}")["ofport"], wanted, f"number of {name}")
    switch.del_port("b")
    equal(set(switch.ports()), {"a", "c"}, "ports")
    equal(switch.add_port(f"b,vhost-user:{t.path('b')},ofport=5")["ofport"], 5, "number of b, again")


@test("adding a vhost-user port answers with QEMU's arguments and libvirt's XML")
def _(t):
    import xml.etree.ElementTree as xml
    switch = Switch(t)
    for role in ("server", "client"):
        path = t.path(role)
        port = switch.add_port(f"{role},vhost-user:{path},{role},queues=2,mac=52:54:00:aa:bb:01")
        equal(port["role"], role, "role")
        qemu = " ".join(port["qemu"])
        for part in (f"path={path}", "vhost-user", "virtio-net-pci", "queues=2", "share=on"):
            check(part in qemu, f"{part} is not in QEMU's arguments: {qemu}")
        check(("server=on" in qemu) == (role == "client"),
              f"QEMU has the wrong side of the socket: {qemu}")
        tree = xml.fromstring(port["libvirt"])
        equal(tree.tag, "interface", "tag")
        equal(tree.get("type"), "vhostuser", "type")
        source = tree.find("source")
        equal((source.get("path"), source.get("mode")), (path, "client" if role == "server" else "server"), "source")


@test("a port comes and goes while others talk: none of their frames is lost")
def _(t):
    net = Net(t)
    switch = Switch(t, net, sums=False)
    a, b = (switch.connect(net, n, ip=i) for n, i in (("ha", "10.0.0.1"), ("hb", "10.0.0.2")))
    a.must_ping(b.ip)
    net.host("hc")
    stream, back = Stream(a, b), Stream(b, a)
    stream.flows()
    for i in range(5):
        switch.add_port("hc,af_packet:hc")
        switch.add_port(f"g,vhost-user:{t.path('g.sock')},queues=2")
        switch.add_port("n,dev:net_null1,no-rx=1")
        stream.flows()
        for name in ("hc", "g", "n"):
            switch.del_port(name)
        stream.flows()
        check(not os.path.exists(t.path("g.sock")), "the socket of a deleted port is left")
    stream.end()
    t.note("drops: " + str([{k: v for k, v in switch.counters(n)["drops"].items() if v} for n in ("ha", "hb")]))
    stream.must_be_whole()
    back.must_be_whole()


@test("a port with traffic in full flow is deleted; the rest goes on")
def _(t):
    net = Net(t)
    switch = Switch(t, net, sums=False)
    a, b, c, d = (switch.connect(net, f"h{n}", ip=f"10.0.0.{n}") for n in (1, 2, 3, 4))
    a.must_ping(b.ip)
    c.must_ping(d.ip)
    whole, cut = Stream(a, b), Stream(c, d, rate=1000)
    whole.flows()
    cut.flows()
    switch.del_port("h4")
    whole.flows()
    switch.add_port("h4,af_packet:h4")
    switch.wait_link("h4")
    cut.flows()
    cut.end()
    whole.must_be_whole()


@test("a deleted port's learned addresses are forgotten")
def _(t):
    net = Net(t)
    switch = Switch(t, net, sums=False)
    a, b = (switch.connect(net, f"h{n}", ip=f"10.0.0.{n}") for n in (1, 2))
    a.must_ping(b.ip)
    check(b.mac in [m["mac"] for m in switch.get("/v1/macs")], "not learned")
    switch.del_port("h2")
    wait_for("the address is forgotten", lambda: b.mac not in [m["mac"] for m in switch.get("/v1/macs")])


@test("admin down stops a port and up revives it")
def _(t):
    net = Net(t)
    switch = Switch(t, net)
    a, b = (switch.connect(net, f"h{n}", ip=f"10.0.0.{n}") for n in (1, 2))
    a.must_ping(b.ip)
    switch.set_port("h2", admin="down")
    equal(switch.port("h2")["admin"], "down", "admin")
    a.must_not_ping(b.ip)
    switch.set_port("h2", admin="up")
    a.must_ping(b.ip)


@test("jumbo frames of 9000 bytes pass between af_packet ports")
def _(t):
    net = Net(t)
    switch = Switch(t, net)
    a, b = (switch.connect(net, f"h{n}", ",mtu=9000", ip=f"10.0.0.{n}", mtu=9000) for n in (1, 2))
    a.must_ping(b.ip, size=8972)
    b.must_ping(a.ip, size=8972, count=10)


@test("a frame longer than a port's MTU is dropped there, under its name")
def _(t):
    net = Net(t)
    switch = Switch(t, net)
    a = switch.connect(net, "ha", ",mtu=9000", ip="10.0.0.1", mtu=9000)
    b = switch.connect(net, "hb", ip="10.0.0.2")
    a.must_ping(b.ip)
    before = sum(switch.counters("ha")["drops"].values())
    raw = a.raw()
    raw.send(*[eth(b.mac, a.mac, 0x88B5, b"x" * 4000)] * 5)
    wait_for("five drops", lambda: sum(switch.counters("ha")["drops"].values()) == before + 5)
    t.note(str({k: v for k, v in switch.counters("ha")["drops"].items() if v}))
    a.must_ping(b.ip)
    raw.close()


@test("vhost-user ports have an address of their own, the same at each start; mac= is another")
def _(t):
    seen = []
    for _ in range(2):
        switch = Switch(t, ports=[f"a,vhost-user:{t.path('a')}", f"b,vhost-user:{t.path('b')}", f"c,vhost-user:{t.path('c')},mac=52:54:00:aa:bb:01"])
        seen.append({name: port["mac"] for name, port in switch.ports().items()})
        switch.stop()
    equal(seen[0], seen[1], "addresses")
    equal(seen[0]["c"], "52:54:00:aa:bb:01", "the given one")
    check(seen[0]["a"] != seen[0]["b"], "two ports with one address")
    for name in "ab":
        equal(int(seen[0][name][:2], 16) & 3, 2, "local and of one station")


@test("port-mod in 1.0: no-flood keeps floods away; bits of a spanning tree change nothing")
def _(t):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure")
    a, b, c = (switch.connect(net, f"h{n}", f",ofport={n}") for n in (1, 2, 3))
    switch.ofctl("add-flow", "actions=FLOOD", version="OpenFlow10")
    frame = eth("ff:ff:ff:ff:ff:ff", a.mac, 0x88B5, b"x")
    source, sinks = a.raw(), (b.raw(), c.raw())
    for _ in range(2):
        switch.ofctl("mod-port", "2", "no-flood", version="OpenFlow10")
        check("NO_FLOOD" in switch.ofctl("show", version="OpenFlow10").stdout, "NO_FLOOD is not shown")
        source.send(frame)
        sinks[1].expect("the flood", lambda f: f == frame)
        equal(sinks[0].drain(0.1), [], "floods by port 2")
        switch.ofctl("mod-port", "2", "flood", version="OpenFlow10")
        source.send(frame)
        for sink in sinks:
            sink.expect("the flood", lambda f: f == frame)
        switch.ofctl("mod-port", "2", "no-stp", version="OpenFlow10")


main()
