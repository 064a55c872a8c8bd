#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The MAC table: learning, ageing, bounds, moves, static entries."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
from heddle_test import *    # noqa: F403
from heddle_test.switch import Refused

ALL = "ff:ff:ff:ff:ff:ff"


def scene(t, *args, n=3, spec=""):
    net = Net(t)
    switch = Switch(t, net, args=args)
    return switch, [switch.connect(net, f"h{i}", spec, ip=f"10.0.0.{i}") for i in range(1, n + 1)]


def macs(switch):
    return {m["mac"]: m for m in switch.get("/v1/macs")}


@test("addresses are learned with port and VLAN, shown and flushed")
def _(t):
    switch, (a, b, _) = scene(t, spec=",vlan=7")
    a.must_ping(b.ip)
    rows = macs(switch)
    equal((rows[a.mac]["port"], rows[a.mac]["vlan"], rows[a.mac]["static"]), ("h1", 7, False), "entry")
    check(a.mac in switch.heddle("mac", "show").stdout, "heddle mac show does not show it")
    switch.request("DELETE", "/v1/macs")
    check(a.mac not in macs(switch), "still there after the flush")
    a.must_ping(b.ip)


@test("an address ages when it is silent, and not while it talks")
def _(t):
    switch, (a, b, c) = scene(t, "--mac-ageing", "2")
    c.must_ping(a.ip)
    import time
    end = time.monotonic() + 5
    gone = False
    while time.monotonic() < end and not gone:
        a.must_ping(b.ip)
        gone = c.mac not in macs(switch)
        check(a.mac in macs(switch), "an address that talks was forgotten")
    wait_for("the silent address is forgotten", lambda: c.mac not in macs(switch))


@test("a station that moves is found at its new port")
def _(t):
    switch, (a, b, c) = scene(t)
    mac = "52:54:00:66:66:66"
    raws = [h.raw() for h in (a, b, c)]
    for raw in raws:
        t.defer(raw.close)
    for i in (0, 2, 0):
        raws[i].send(eth(ALL, mac, 0x88B5, b"I am here"))
        wait_for("learned", lambda i=i: macs(switch).get(mac, {}).get("port") == f"h{i + 1}")
        for raw in raws:
            raw.drain(0.05)
        raws[1].send(eth(mac, b.mac, 0x88B5, b"to you %d" % i))
        raws[i].expect("the frame", lambda f, i=i: b"to you %d" % i in f)
        check(not any(b"to you" in f for j in (0, 2) if j != i for f in raws[j].drain(0.1)), "it was flooded")


@test("a full table forwards on by flooding and takes no more memory")
def _(t):
    switch, (a, b, c) = scene(t, "--mac-table-size", "64")
    size = switch.get("/v1/switch")["mac_table_size"]
    check(64 <= size <= 128, f"mac_table_size is {size}")
    raw = a.raw()
    t.defer(raw.close)
    import time
    for i in range(4 * size):
        raw.send(eth(ALL, f"52:54:01:00:{i >> 8:02x}:{i & 255:02x}", 0x88B5, b"x"))
        if i % 32 == 31:
            time.sleep(0.02)
    wait_for("all were received", lambda: switch.counters("h1")["rx_packets"] >= 4 * size)
    n = switch.get("/v1/switch")["n_macs"]
    check(0 < n <= size, f"{n} entries in a table of {size}")
    equal(len(switch.get("/v1/macs")), n, "entries listed")
    b.must_ping(c.ip)


@test("a static entry neither ages nor moves, and goes when told")
def _(t):
    switch, (a, b, c) = scene(t, "--mac-ageing", "1")
    mac = "52:54:00:55:55:55"
    switch.request("POST", "/v1/macs", {"mac": mac, "vlan": 0, "port": "h3"})
    raws = [h.raw() for h in (a, b, c)]
    for raw in raws:
        t.defer(raw.close)
    raws[0].send(eth(ALL, mac, 0x88B5, b"a thief"))
    a.must_ping(b.ip)
    import time
    time.sleep(2)
    row = macs(switch)[mac]
    equal((row["port"], row["static"]), ("h3", True), "entry")
    raws[1].send(eth(mac, b.mac, 0x88B5, b"for the owner"))
    raws[2].expect("the frame", lambda f: b"for the owner" in f)
    check(not any(b"for the owner" in f for f in raws[0].drain(0.1)), "the thief got it")
    switch.request("DELETE", f"/v1/macs/{mac}/0")
    check(mac not in macs(switch), "still there")
    try:
        switch.request("DELETE", f"/v1/macs/{mac}/0")
    except Refused as refused:
        equal(refused.status, 404, "status")
    else:
        raise Failure("an absent entry was deleted")


@test("group addresses and zero as sources are not learned")
def _(t):
    switch, (a, b, _) = scene(t)
    raw = a.raw()
    t.defer(raw.close)
    for src in ("01:00:5e:00:00:01", ALL, "00:00:00:00:00:00"):
        raw.send(eth(b.mac, src, 0x88B5, b"x"))
    a.must_ping(b.ip)
    equal(set(macs(switch)) - {a.mac, b.mac}, set(), "learned besides")


main()
