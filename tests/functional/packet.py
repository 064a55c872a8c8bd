#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""af_packet ports: every frame passes the switch bit by bit, whatever is in it.

    host ha ── veth ── af_packet:ha │ heddled │ af_packet:hb ── veth ── host hb
"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
from heddle_test import *    # noqa: F403


def wire(t, mtu=1500, talk=False):
    """Two hosts and a switch whose only flows join their ports."""
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure")
    a, b = (switch.connect(net, name, f",ofport={n}", ip=f"10.0.0.{n}" if talk else None, mtu=mtu)
            for n, name in ((1, "ha"), (2, "hb")))
    for there, back in ((1, 2), (2, 1)):
        switch.ofctl("add-flow", f"in_port={there},actions=output:{back}")
    return net, switch, a, b


DST, SRC = "52:54:00:00:99:02", "52:54:00:00:99:01"
LONG = bytes(range(256)) * 40


def fragments():
    """An IPv4 packet of 4000 bytes in three pieces."""
    whole = udp("10.0.0.1", "10.0.0.2", 7, 7, LONG[:4000])
    head, body = whole[:20], whole[20:]
    for at in range(0, len(body), 1480):
        part = body[at:at + 1480]
        more = 0x2000 if at + 1480 < len(body) else 0
        new = head[:2] + struct.pack("!HHH", 20 + len(part), 77, more | at // 8) + head[8:10] + b"\0\0" + head[12:]
        yield new[:10] + struct.pack("!H", checksum(new)) + new[12:] + part


FRAMES = {
    "no payload at all": eth(DST, SRC, 0x88B5, size=14),
    "one byte of payload": eth(DST, SRC, 0x88B5, b"x", size=15),
    "broadcast": eth(BROADCAST, SRC, 0x0806, arp(SRC, "10.0.0.1", "10.0.0.2")),
    "802.3 with LLC": eth("01:80:c2:00:00:00", SRC, 38, b"\x42\x42\x03" + bytes(35)),
    "LLDP": eth("01:80:c2:00:00:0e", SRC, 0x88CC, bytes.fromhex("0207040102030405060403414243060200780000")),
    "slow protocols": eth("01:80:c2:00:00:02", SRC, 0x8809, b"\x01\x01" + bytes(40)),
    "a pause frame": eth("01:80:c2:00:00:01", SRC, 0x8808, b"\x00\x01\xff\xff"),
    "a tag": eth(DST, SRC, 0x88B5, b"x", vlan(10, 5)),
    "a priority tag": eth(DST, SRC, 0x88B5, b"x", vlan(0, 7)),
    "a tag with the drop eligible bit": eth(DST, SRC, 0x88B5, b"x", struct.pack("!HH", 0x8100, 0x100A)),
    "a service tag": eth(DST, SRC, 0x88B5, b"x", vlan(100, 3, 0x88A8)),
    "a service tag around a tag": eth(DST, SRC, 0x88B5, b"x", vlan(100, 3, 0x88A8) + vlan(10)),
    "two tags of customers": eth(DST, SRC, 0x88B5, b"x", vlan(100) + vlan(10)),
    "four tags": eth(DST, SRC, 0x88B5, b"x", vlan(1, 0, 0x88A8) + vlan(2, 1, 0x88A8) + vlan(3) + vlan(4095)),
    "MPLS": eth(DST, SRC, 0x8847, struct.pack("!II", 0x10_0_40, 0x11_1_40) + udp("10.0.0.1", "10.0.0.2", 1, 2, b"x")),
    "MPLS multicast": eth(DST, SRC, 0x8848, struct.pack("!I", 0x10_1_40) + bytes(50)),
    "PBB": eth(DST, SRC, 0x88E7, struct.pack("!I", 0x123456) + eth(DST, SRC, 0x0800, udp("10.0.0.1", "10.0.0.2", 1, 2))),
    "IPv4 with a wrong header checksum": eth(DST, SRC, 0x0800, b"\x45\0\0\x1c\0\0\0\0\x40\x11\xba\xad" + bytes(16)),
    "UDP with a wrong checksum": eth(DST, SRC, 0x0800, udp("10.0.0.1", "10.0.0.2", 1, 2, b"x")[:26] + b"\xba\xad\x78"),
    "UDP without a checksum": eth(DST, SRC, 0x0800, udp("10.0.0.1", "10.0.0.2", 1, 2, b"x")[:26] + b"\0\0\x78"),
    "bytes behind the packet": eth(DST, SRC, 0x0800, udp("10.0.0.1", "10.0.0.2", 1, 2, b"x") + b"trailer"),
    "an ethertype that nobody has": eth(DST, SRC, 0xFFFF, b"x"),
    "as long as the MTU": eth(DST, SRC, 0x88B5, LONG[:1500]),
    "as long as the MTU with a tag": eth(DST, SRC, 0x88B5, LONG[:1500], vlan(10)),
    **{f"fragment {i}": eth(DST, SRC, 0x0800, part) for i, part in enumerate(fragments())},
}


@test("frames of every kind pass bit by bit, both ways, one for one")
def _(t):
    _, switch, a, b = wire(t)
    for source, sink in ((a.raw(), b.raw()), (b.raw(), a.raw())):
        for what, frame in FRAMES.items():
            source.send(frame)
            got = sink.expect(what, lambda f: True)
            equal(got.hex(), frame.hex(), what)
        equal(sink.drain(0.1), [], "frames that nobody sent")
        source.close()
        sink.close()
    for name in ("ha", "hb"):
        equal(switch.counters(name)["rx_packets"], len(FRAMES), f"frames in by {name}")
        equal(switch.counters(name)["tx_packets"], len(FRAMES), f"frames out by {name}")
        equal(switch.counters(name)["rx_missed"], 0, f"frames missed by {name}")


@test("the switch's own service tags leave as such")
def _(t):
    _, switch, a, b = wire(t)
    switch.ofctl("add-flow", "priority=40000,in_port=1,dl_type=0x88b5,actions=push_vlan:0x88a8,set_field:4196->vlan_vid,output:2")
    source, sink = a.raw(), b.raw()
    source.send(eth(DST, SRC, 0x88B5, b"x"))
    got = sink.expect("the frame", lambda f: True)
    equal(got.hex(), eth(DST, SRC, 0x88B5, b"x", vlan(100, 0, 0x88A8), size=64).hex(), "frame")
    source.close()
    sink.close()


@test("jumbo frames pass; a port of 1500 bytes refuses them under their name")
def _(t):
    _, switch, a, b = wire(t, mtu=9000)
    source, sink = a.raw(), b.raw()
    for frame in (eth(DST, SRC, 0x88B5, LONG[:9000]), eth(DST, SRC, 0x88B5, LONG[:9000], vlan(10))):
        source.send(frame)
        equal(sink.expect("the long frame", lambda f: True).hex(), frame.hex(), "frame")
    switch.set_port("hb", mtu=1500)
    source.send(eth(DST, SRC, 0x88B5, LONG[:9000]))
    wait_for("the drop", lambda: switch.dropped("ha", "tx_too_long") == 1)
    source.close()
    sink.close()


OFFLOADS = ("tx", "tso", "gso", "gro", "rxvlan", "txvlan")


@test("local stacks may leave checksums, segments and tags undone: TCP is whole, over tags too")
def _(t):
    net, switch, a, b = wire(t, talk=True)
    tags = True
    for host in (a, b):
        for offload in OFFLOADS:
            host.run("ethtool", "-K", "eth0", offload, "on", ok=False)
        # Not every kernel has VLAN devices.
        tags = host.run("ip", "link", "add", "link", "eth0", "name", "v10", "type", "vlan", "id", "10",
                        ok=False).returncode == 0 and tags
    if tags:
        for host in (a, b):
            host.run("ip", "addr", "add", host.ip.replace("10.0.0", "10.0.10") + "/24", "dev", "v10")
            host.run("ip", "link", "set", "v10", "up")
    a.must_ping(b.ip)
    for address in ("10.0.0", "10.0.10") if tags else ("10.0.0",):
        a.ip, b.ip = address + ".1", address + ".2"
        transfer(a, b, 16 << 20)
        transfer(b, a, 16 << 20)
    c = switch.counters("ha")
    t.note(f"{c['rx_packets']} frames of {c['rx_bytes'] // c['rx_packets']} bytes")
    check(c["rx_bytes"] / c["rx_packets"] > 3000, f"segments came one by one: {c}")
    equal(switch.dropped("ha", "rx_malformed") + switch.dropped("hb", "rx_malformed"), 0, "malformed frames")


@test("port down takes the link from the other end; up gives it back")
def _(t):
    _, switch, a, b = wire(t, talk=True)
    a.must_ping(b.ip)

    def carrier():
        return "LOWER_UP" in b.run("ip", "link", "show", "dev", "eth0").stdout
    check(carrier(), "there is no link to begin with")
    switch.set_port("hb", admin="down")
    wait_for("the other end sees it", lambda: not carrier())
    equal(switch.port("hb")["link"], "down", "link")
    switch.set_port("hb", admin="up")
    wait_for("the other end sees it", carrier)
    a.must_ping(b.ip)


@test("an interface that is deleted and made again is the port's again")
def _(t):
    net, switch, a, b = wire(t, talk=True)
    switch.sums = False
    a.must_ping(b.ip)
    run(["ip", "-n", net.name, "link", "del", "hb"])
    switch.wait_link("hb", "down")
    run(["ip", "-n", net.name, "link", "add", "name", "hb", "type", "veth", "peer", "name", "eth0", "netns", b.ns, "address", b.mac])
    run(["ip", "-n", net.name, "link", "set", "dev", "hb", "up"])
    b.up()
    switch.wait_link("hb")
    a.must_ping(b.ip)


main()
