#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Groups and meters under traffic and over restarts.

    h1 ── p1 ┐          ┌ p2 ── h2
             │ heddled  │
             └──────────┴ p3 ── h3
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import re
import time

from heddle_test import *    # noqa: F403
from heddle_test.case import run

ETHERTYPE = 0x88B5


def scene(t, n=3, **options):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure", **options)
    return net, switch, [switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in range(1, n + 1)]


def link(net, name, state):
    """The carrier of the switch's side: the other end goes down or up."""
    host = next(h for h in net.hosts if h.name == name)
    run(["ip", "-n", host.ns, "link", "set", "dev", "eth0", state])


def group(switch):
    return switch.ofctl("dump-group-stats").stdout


@test("fast failover: a stream goes on by the second port when the first loses its link, and comes back")
def _(t):
    net, switch, (a, b, c) = scene(t)
    switch.ofctl("add-group", "group_id=1,type=ff,bucket=watch_port:2,actions=output:2,bucket=watch_port:3,actions=output:3")
    switch.ofctl("add-flow", f"in_port=1,dl_type={ETHERTYPE},actions=group:1")
    sender, second = a.raw(), c.raw()
    frame = lambda i: eth(b.mac, a.mac, ETHERTYPE, b"frame %06d" % i)      # noqa: E731
    first = b.raw()
    sender.send(frame(1))
    first.expect("the first frame", lambda f: f == frame(1))
    first.close()
    link(net, "h2", "down")
    switch.wait_link("h2", "down")
    # The switch knows of the link: from here on no frame may go the old way.
    for i in range(100, 200):
        sender.send(frame(i))
    for i in range(100, 200):
        second.expect("a frame by the second port", lambda f: f == frame(i))      # pylint: disable=cell-var-from-loop
    link(net, "h2", "up")
    switch.wait_link("h2")
    first = b.raw()
    sender.send(frame(300))
    first.expect("a frame by the first port again", lambda f: f == frame(300))
    equal([f for f in second.drain() if f[12:14] == b"\x88\xb5"], [], "frames by the second port")
    for raw in (sender, first, second):
        raw.close()


@test("fast failover: with no live bucket frames are dropped under a name of their own")
def _(t):
    _, switch, (a, b, _) = scene(t)
    switch.ofctl("add-group", "group_id=1,type=ff,bucket=watch_port:2,actions=output:2")
    switch.ofctl("add-flow", f"in_port=1,dl_type={ETHERTYPE},actions=group:1")
    switch.ofctl("mod-port", "2", "down")
    raw = a.raw()
    raw.send(eth(b.mac, a.mac, ETHERTYPE, b"lost"))
    wait_for("the drop is counted", lambda: switch.dropped("h1", "group_empty") == 1)
    raw.close()


@test("select: thousands of flows spread in the ratio 1:2:5 of the weights")
def _(t):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure")
    hosts = [switch.connect(net, f"h{i}") for i in range(1, 5)]
    switch.ofctl("add-group", "group_id=1,type=select,bucket=weight:1,actions=output:2,"
                 "bucket=weight:2,actions=output:3,bucket=weight:5,actions=output:4")
    switch.ofctl("add-flow", "in_port=1,udp,actions=group:1")
    raw, n = hosts[0].raw(), 4000
    for i in range(n):
        raw.send(eth(hosts[1].mac, hosts[0].mac, 0x0800, udp("10.0.0.1", "10.0.0.2", i, 5000)))
        if i % 200 == 0:
            time.sleep(0.01)        # queues are short
    def counts():
        found = [int(x) for x in re.findall(r"bucket\d+:packet_count=(\d+)", group(switch))]
        return found if sum(found) == n else None
    got = wait_for("all frames were counted", counts)
    for count, weight in zip(got, (1, 2, 5)):
        wanted = n * weight / 8
        check(abs(count - wanted) < 5 * wanted ** 0.5, f"{got} of {n} frames for the weights 1, 2, 5")
    raw.close()


def metered(t, text, size):
    """Sends three times what a meter lets through for two seconds; (what passed, what may), in frames."""
    _, switch, (a, b) = scene(t, n=2)
    per_second = 500
    switch.ofctl("add-meter", text)
    switch.ofctl("add-flow", f"in_port=1,dl_type={ETHERTYPE},actions=meter:1,output:2")
    raw, sent, start = a.raw(), 0, time.monotonic()
    frame = eth(b.mac, a.mac, ETHERTYPE, b"x" * (size - 14))
    while (now := time.monotonic()) < start + 2:
        while sent < 3 * per_second * (now - start):
            raw.send(frame)
            sent += 1
        time.sleep(0.001)
    def stats():
        found = switch.ofctl("meter-stats", "meter=1").stdout
        packets_in = int(re.search(r"packet_in_count:(\d+)", found)[1])
        dropped = int(re.search(r"0: packet_count:(\d+)", found)[1])
        return (packets_in, dropped, found) if packets_in == sent else None
    took = time.monotonic() - start
    packets_in, dropped, found = wait_for("the meter has seen all frames", stats)
    check("flow_count:1 " in found, "the meter does not know its flow")
    check(switch.dropped("h1", "meter") == dropped, "the drops have another name")
    check(f"byte_in_count:{sent * size}" in found, "bytes are counted otherwise")
    raw.close()
    return packets_in - dropped, per_second * took


@test("a meter of packets per second lets through what it says")
def _(t):
    got, may = metered(t, "meter=1,pktps,burst,stats,band=type=drop,rate=500,burst_size=5", 100)
    check(abs(got - may) < may * 0.05 + 6, f"{got} frames passed where {may:.0f} may")


@test("a meter of kilobits per second lets through what it says")
def _(t):
    got, may = metered(t, "meter=1,kbps,burst,stats,band=type=drop,rate=4000,burst_size=40", 1000)
    check(abs(got - may) < may * 0.05 + 6, f"{got} frames passed where {may:.0f} may")


@test("groups, meters and the flows that name them outlive kill -9")
def _(t):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure", state=True)
    a, b = [switch.connect(net, f"h{i}") for i in (1, 2)]
    switch.ofctl("add-meter", "meter=7,kbps,burst,stats,bands=type=dscp_remark,rate=100,burst_size=3,prec_level=1,type=drop,rate=9000,burst_size=5")
    switch.ofctl("add-group", "group_id=2,type=select,bucket=weight:3,watch_port:2,actions=output:2,bucket=weight:0,actions=output:1")
    switch.ofctl("add-group", "group_id=1,type=ff,bucket=watch_group:2,actions=group:2,bucket=watch_port:2,actions=output:2")
    switch.ofctl("add-flow", f"in_port=1,dl_type={ETHERTYPE},actions=meter:7,group:1")
    def dump():
        lines = [switch.ofctl(verb).stdout.splitlines()[1:] for verb in ("dump-groups", "dump-meters")]
        return [sorted(x) for x in lines] + [switch.flows()]
    before = dump()
    check(len(before[0]) == 2, f"groups: {before[0]}")
    time.sleep(1)       # what is stored is stored in batches
    switch.kill()
    switch.start()
    switch.wait_link("h2")
    after = dump()
    equal(after[:2], before[:2], "groups and meters")
    equal(len(after[2]), 1, "flows")
    sender, there = a.raw(), b.raw()
    sender.send(eth(b.mac, a.mac, ETHERTYPE, b"after"))
    there.expect("a frame through meter and groups", lambda f: b"after" in f)
    sender.close()
    there.close()


if __name__ == "__main__":
    main()
