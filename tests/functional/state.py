#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 and restart: ports, flows and static addresses are back before the first frame."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import signal

from heddle_test import *    # noqa: F403


def scene(t):
    net = Net(t)
    switch = Switch(t, net, state=True, args=["--dpid", "00000000000000d1"])
    a, b, c = (switch.connect(net, f"h{i}", spec, ip=f"10.0.0.{i}") for i, spec in
               ((1, ",vlan=10,ofport=11"), (2, ",trunk=10;20,native=10"), (3, ",vlan=20")))
    return net, switch, (a, b, c)


def settings(switch):
    rows = {}
    for name, port in switch.ports().items():
        rows[name] = {k: port[k] for k in ("ofport", "kind", "arg", "vlan", "mtu", "admin", "queues", "role")}
    return rows


@test("ports with number, VLANs, MTU and admin state survive kill -9")
def _(t):
    _, switch, (a, b, c) = scene(t)
    switch.add_port(f"vm1,vhost-user:{t.path('vm1.sock')},queues=2,vlan=30")
    switch.add_port("gone,dev:net_null3,no-rx=1")
    switch.set_port("h3", vlan=10)
    switch.set_port("vm1", admin="down")
    switch.del_port("gone")
    before = settings(switch)
    a.must_ping(c.ip)
    for _ in range(3):
        switch.kill()
        switch.start()
        equal(settings(switch), before, "ports after the restart")
    a.must_ping(c.ip)
    equal(switch.stop(), 0, "exit status")
    switch.start()
    equal(settings(switch), before, "ports after a polite restart")


@test("flows and groups survive kill -9; what was deleted stays so")
def _(t):
    _, switch, (a, b, _) = scene(t)
    switch.ofctl("del-flows")
    switch.ofctl("add-group", "group_id=5,type=all,bucket=output:1,bucket=output:11")
    switch.ofctl("add-flow", "cookie=0x1,priority=10,in_port=11,actions=output:1")
    switch.ofctl("add-flow", "cookie=0x2,priority=10,in_port=1,actions=output:11")
    switch.ofctl("add-flow", "cookie=0x3,priority=7,table=3,ip,nw_dst=10.1.2.0/24,actions=group:5")
    switch.ofctl("add-flow", "cookie=0x4,priority=7,table=3,actions=drop")
    switch.ofctl("del-flows", "cookie=0x4/-1")
    def said():
        return sorted(" ".join(p for p in f.replace(",", ", ").split() if not p.startswith(("duration", "n_packets", "n_bytes")))
                      for f in switch.flows())
    before = said()
    equal(len(before), 3, "flows")
    a.must_ping(b.ip)
    switch.kill()
    switch.start()
    equal(said(), before, "flows after the restart")
    check("group_id=5" in switch.ofctl("dump-groups").stdout, "the group is gone")
    a.must_ping(b.ip)


@test("nothing passes that the flows forbid, not even the first frame after a restart")
def _(t):
    _, switch, (a, b, _) = scene(t)
    switch.ofctl("add-flow", "priority=100,in_port=11,dl_type=0x88b5,actions=drop")
    raw, there = a.raw(), b.raw()
    import threading
    stop = threading.Event()
    def pour():
        n = 0
        while not stop.wait(0.002):
            n += 1
            raw.send(eth(b.mac, a.mac, 0x88B5, b"forbidden %5d" % n))
    thread = threading.Thread(target=pour, daemon=True)
    thread.start()
    try:
        for _ in range(3):
            switch.kill()
            switch.start()
            wait_for("frames come in", lambda: switch.counters("h1")["rx_packets"] > 50)
    finally:
        stop.set()
        thread.join()
    forbidden = [f for f in there.drain(0.2) if b"forbidden" in f]
    equal([f[14:29] for f in forbidden], [], "forbidden frames that passed")
    raw.close()
    there.close()


@test("static addresses survive kill -9")
def _(t):
    _, switch, _ = scene(t)
    switch.request("POST", "/v1/macs", {"mac": "52:54:00:55:55:55", "vlan": 10, "port": "h1"})
    switch.kill()
    switch.start()
    rows = [m for m in switch.get("/v1/macs") if m["mac"] == "52:54:00:55:55:55"]
    equal([(m["vlan"], m["port"], m["static"]) for m in rows], [(10, "h1", True)], "entry")


@test("--stateless leaves and takes nothing")
def _(t):
    net = Net(t)
    switch = Switch(t, net)
    switch.connect(net, "h1")
    switch.kill()
    switch.start()
    equal(switch.get("/v1/ports"), [], "ports")
    check(not os.path.exists(switch.state_dir), "a state folder was made")


@test("a port whose device has vanished does not keep the others from starting")
def _(t):
    net, switch, (a, b, _) = scene(t)
    switch.kill()
    run(["ip", "-n", net.name, "link", "del", "dev", "h3"])
    switch.start()
    a.must_ping(b.ip)
    rows = switch.ports()
    check("h3" not in rows or rows["h3"]["link"] == "down", f"{rows.get('h3')}")


@test("a damaged state file is refused with a sentence or survived, never a crash")
def _(t):
    _, switch, _ = scene(t)
    switch.stop()
    files = [os.path.join(d, f) for d, _, fs in os.walk(switch.state_dir) for f in fs]
    check(files, "no state was stored")
    for path in files:
        with open(path, "r+b") as f:
            f.write(os.urandom(min(512, max(16, os.path.getsize(path)))))
    try:
        switch.start()
    except Failure:
        text = switch.process.text()
        check(switch.process.child.returncode > 0, f"it died of signal {-switch.process.child.returncode}")
        check(any(f in text for f in files) or switch.state_dir in text, f"said {text[-400:]}")


@test("SIGTERM in the middle of traffic ends it cleanly")
def _(t):
    _, switch, (a, b, _) = scene(t)
    a.must_ping(b.ip)
    stream = Stream(a, b, rate=2000)
    stream.flows()
    equal(switch.process.stop(signal.SIGTERM), 0, "exit status")
    stream.end()


main()
