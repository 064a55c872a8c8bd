#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""vhost-user ports with DPDK's virtio-user (testpmd) as the guest, in every shape.

    testpmd: virtio-user 0 <-> switch port v0      virtio-user 1 <-> switch port v1
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
from heddle_test import *    # noqa: F403


def wire(switch):
    """v0 and v1 are joined by flows, so that every frame counts."""
    one, two = switch.port("v0")["ofport"], switch.port("v1")["ofport"]
    switch.ofctl("add-flow", f"priority=10,in_port={one},actions=output:{two}")
    switch.ofctl("add-flow", f"priority=10,in_port={two},actions=output:{one}")


def scene(t, server=False, queues=1, n=2, **options):
    """The switch and a testpmd; server: testpmd makes the sockets."""
    switch = Switch(t, args=options.pop("args", []), fail_mode="secure", state=options.pop("state", False))
    paths = [t.path(f"v{i}") for i in range(n)]
    pmd = None
    if server:      # testpmd waits for the switch in its start
        pmd = Testpmd(t, paths, server=True, queues=queues, wait=False, **options)
        wait_for("the first socket", lambda: os.path.exists(paths[0]), 30)
    for i, path in enumerate(paths):
        switch.add_port(f"v{i},vhost-user:{path},{'client' if server else 'server'},queues={queues}")
    if not server:
        pmd = Testpmd(t, paths, queues=queues, **options)
    pmd.ready()
    for i in range(n):
        switch.wait_link(f"v{i}")
    pmd.wait_links()
    return switch, pmd


def circulate(switch, pmd, frames=20000, names=("v0", "v1")):
    """A fixed number of frames goes round and round; none may get lost on the way."""
    start = {n: switch.counters(n)["rx_packets"] for n in names}
    pmd.say("start tx_first 1", r"packet forwarding")
    wait_for("frames go round", lambda: all(switch.counters(n)["rx_packets"] - start[n] >= frames for n in names), 60)
    pmd.say("stop", r"Done\.|testpmd>")
    import time
    wait_for("the switch is quiet", lambda: (lambda a: (time.sleep(0.2), a == total(switch, names))[1])(total(switch, names)))
    for name in names:
        drops = {k: v for k, v in switch.counters(name)["drops"].items() if v}
        equal(drops, {}, f"drops of {name}")
    c = [switch.counters(n) for n in names]
    equal((c[0]["tx_packets"], c[1]["tx_packets"]), (c[1]["rx_packets"], c[0]["rx_packets"]), "sent to the other side")


def total(switch, names):
    return sum(switch.counters(n)["rx_packets"] for n in names)


def shape(title, **options):
    @test(title)
    def _(t):
        switch, pmd = scene(t, **options)
        wire(switch)
        circulate(switch, pmd)
        t.note("negotiated: " + " ".join(switch.port("v0")["features"]))


shape("split rings, the switch makes the sockets: 20000 frames each way, none lost")
shape("split rings, the switch connects", server=True)
shape("packed rings, the switch makes the sockets", packed=True)
shape("packed rings, the switch connects", server=True, packed=True)
shape("no mergeable buffers", options=",mrg_rxbuf=0")
shape("packed, in order, no mergeable buffers", packed=True, options=",mrg_rxbuf=0,in_order=1")
shape("four queues, split", queues=4)
shape("two queues, packed, the switch connects", server=True, packed=True, queues=2)


@test("frames of every queue are received")
def _(t):
    switch, pmd = scene(t, queues=2, mode="txonly", more=["--txonly-multi-flow"])
    wire(switch)
    pmd.say("start", r"packet forwarding")
    def queues():
        return {q["queue"] for lcore in switch.get("/v1/lcores") for q in lcore["rxqs"]
                if q["port"] == "v0" and q["packets"] > 0}
    wait_for("the port receives", lambda: switch.counters("v0")["rx_packets"] > 1000)
    equal(switch.port("v0")["queues"], 2, "queues")
    pmd.say("stop")
    t.note(f"queues that carried frames: {sorted(queues())}")


@test("frames of each size from 60 to 1514 bytes arrive, and jumbo frames on mergeable buffers")
def _(t):
    switch, pmd = scene(t, more=["--max-pkt-len=9018", "--mbuf-size=2176", "--enable-scatter"])
    wire(switch)
    for name in ("v0", "v1"):
        switch.set_port(name, mtu=9000)
    pmd.say("set fwd io")
    for size in (60, 61, 64, 127, 128, 129, 590, 1024, 1514):
        pmd.say(f"set txpkts {size}")
        circulate(switch, pmd, frames=600)
    pmd.say("set txpkts 2000,2000,2000,2000,1000")
    before = switch.counters("v0")["rx_bytes"], switch.counters("v0")["rx_packets"]
    circulate(switch, pmd, frames=600)
    after = switch.counters("v0")["rx_bytes"], switch.counters("v0")["rx_packets"]
    equal((after[0] - before[0]) / (after[1] - before[1]), 9000, "bytes a frame")


@test("a front end that dies and comes back finds its port, number and counters")
def _(t):
    switch, pmd = scene(t)
    wire(switch)
    circulate(switch, pmd, frames=2000)
    before = {n: switch.port(n) for n in ("v0", "v1")}
    pmd.process.child.kill()
    pmd.process.child.wait()
    for name in before:
        switch.wait_link(name, "down")
    pmd = Testpmd(t, [t.path("v0"), t.path("v1")])
    for name in before:
        switch.wait_link(name)
    circulate(switch, pmd, frames=2000)
    for name, port in before.items():
        now = switch.port(name)
        equal(now["ofport"], port["ofport"], "number")
        check(now["counters"]["rx_packets"] >= port["counters"]["rx_packets"] + 2000, "its counters began anew")


@test("a front end that dies with frames in flight harms nobody")
def _(t):
    switch, pmd = scene(t)
    wire(switch)
    for _ in range(4):
        pmd.say("start tx_first 1", r"packet forwarding")
        wait_for("traffic", lambda: switch.counters("v0")["rx_packets"] > 0)
        pmd.process.child.kill()
        pmd.process.child.wait()
        switch.wait_link("v0", "down")
        pmd = Testpmd(t, [t.path("v0"), t.path("v1")])
        switch.wait_link("v0")
        switch.wait_link("v1")
    start = total(switch, ("v0", "v1"))
    pmd.say("start tx_first 1", r"packet forwarding")
    wait_for("traffic", lambda: total(switch, ("v0", "v1")) > start + 1000)
    pmd.say("stop")


@test("the switch is killed under traffic; virtio-user reconnects and goes on by itself")
def _(t):
    # As server of the socket, virtio-user takes a new connection at any time.
    switch, pmd = scene(t, server=True, state=True)
    wire(switch)
    circulate(switch, pmd, frames=1000)
    numbers = {n: switch.port(n)["ofport"] for n in ("v0", "v1")}
    switch.kill()
    switch.start()
    for name, number in numbers.items():
        switch.wait_link(name)
        equal(switch.port(name)["ofport"], number, f"number of {name}")
    pmd.wait_links()
    circulate(switch, pmd, frames=1000)


@test("as client the switch waits for a socket that is not there yet, and comes back to it")
def _(t):
    switch = Switch(t, fail_mode="secure")
    paths = [t.path("v0"), t.path("v1")]
    for i, path in enumerate(paths):
        equal(switch.add_port(f"v{i},vhost-user:{path},client")["link"], "down", "link")
    wire(switch)
    for _ in range(2):
        pmd = Testpmd(t, paths, server=True)
        for i in range(2):
            switch.wait_link(f"v{i}")
        pmd.wait_links()
        circulate(switch, pmd, frames=500)
        pmd.process.child.kill()
        pmd.process.child.wait()
        for path in paths:
            if os.path.exists(path):
                os.unlink(path)
        for i in range(2):
            switch.wait_link(f"v{i}", "down")


@test("vhost-user ports are added and deleted under others' traffic, and nothing of it is lost")
def _(t):
    switch, pmd = scene(t)
    switch.sums = False
    wire(switch)
    pmd.say("start tx_first 1", r"packet forwarding")
    wait_for("traffic", lambda: switch.counters("v0")["rx_packets"] > 1000)
    for i in range(10):
        before = switch.counters("v0")["rx_packets"]
        switch.add_port(f"x{i},vhost-user:{t.path(f'x{i}')},queues=2")
        switch.add_port(f"n{i},dev:net_null{i},no-rx=1")
        switch.del_port(f"x{i}")
        switch.del_port(f"n{i}")
        wait_for("traffic goes on", lambda: switch.counters("v0")["rx_packets"] > before + 100)
    pmd.say("stop")
    for name in ("v0", "v1"):
        equal({k: v for k, v in switch.counters(name)["drops"].items() if v}, {}, f"drops of {name}")


@test("a vhost-user port is deleted while frames go to it")
def _(t):
    switch, pmd = scene(t)
    switch.sums = False
    wire(switch)
    for _ in range(3):
        pmd.say("start tx_first 1", r"packet forwarding")
        wait_for("traffic", lambda: switch.counters("v0")["rx_packets"] > 100)
        number = switch.port("v1")["ofport"]
        switch.del_port("v1")
        check(switch.process.alive() and "v1" not in switch.ports(), "not deleted")
        pmd.say("stop")
        switch.add_port(f"v1,vhost-user:{t.path('v1')},ofport={number}")
        pmd.process.stop()
        pmd = Testpmd(t, [t.path("v0"), t.path("v1")])
        switch.wait_link("v0")
        switch.wait_link("v1")


@test("frames to a guest that is away are dropped under that name")
def _(t):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure")
    a = switch.connect(net, "ha")
    switch.add_port(f"v1,vhost-user:{t.path('v1')},ofport=9")
    switch.ofctl("add-flow", f"priority=10,in_port={switch.port('ha')['ofport']},actions=output:9")
    raw = a.raw()
    raw.send(*[eth("52:54:00:00:00:09", a.mac, 0x88B5, b"x")] * 7)
    wait_for("seven drops", lambda: switch.dropped("ha", "tx_down") == 7)
    check("tx_down" in switch.heddle("drops").stdout, "heddle drops does not show them")
    raw.close()


main()
