#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""os-ken drives heddled as its users do: apps/ has small applications that exercise what os-ken's own
examples do (no Debian package has those): learning in every version, statistics, the library behind
its REST service, a router, a firewall, topology discovery, spanning tree, LACP."""
import json
import os
import struct
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../lib"))
from heddle_test import *    # noqa: F403
from heddle_test.case import Process

PORT = 16653


def manager(t, net, app, version=4, options=()):
    """osken-manager with one of apps/ in the switch's namespace."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONUNBUFFERED="1", OF_VERSION=str(version))
    return Process(t, net.enter() + ["/usr/bin/python3", "/usr/bin/osken-manager", "--ofp-listen-host", "127.0.0.1", "--ofp-tcp-listen-port", str(PORT),
                                     *options, os.path.join(HERE, "apps", app + ".py")], f"{app}.log", env=environment)


def attach(t, net, dpid=1, ports=()):
    # Packet-outs that name no port as ingress are sent and counted at no port: sums is False.
    return Switch(t, net, ports=ports, args=["--controller", f"tcp:127.0.0.1:{PORT}", "--dpid", f"{dpid:016x}"], fail_mode="secure", sums=False)


def connected(switch):
    wait_for("the controller is connected", lambda: any(c["state"] == "connected" for c in switch.get("/v1/switch")["controllers"]), 30)


def sane(controller):
    check(controller.alive(), "the controller has ended")
    check("Traceback" not in controller.text() and "EventOFPErrorMsg" not in controller.text(), controller.text()[-1500:])


def rows(process, key):
    """The JSON lines of a log that have a key; a line that is still being written does not count."""
    found = []
    for line in process.text().split("\n")[:-1]:
        if line.startswith("{"):
            row = json.loads(line)
            if key in row:
                found.append(row[key] if key != "ask" else row)
    return found


for number, name in ((1, "1.0"), (4, "1.3"), (5, "1.4"), (6, "1.5")):
    @test(f"learning switch in OpenFlow {name}: three hosts reach each other, then without the controller")
    def _(t, number=number):
        net = Net(t)
        controller = manager(t, net, "switch", number)
        switch = attach(t, net)
        hosts = [switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in (1, 2, 3)]
        connected(switch)
        for a in hosts:
            for b in hosts:
                if a is not b:
                    a.must_ping(b.ip, tries=20)
        wait_for("flows for every pair", lambda: len([f for f in switch.flows() if "dl_dst" in f]) >= 6)
        sane(controller)
        before = switch.counters("h1")["punted"]
        hosts[0].must_ping(hosts[1].ip, count=20)
        equal(switch.counters("h1")["punted"], before, "frames to the controller once the flows are there")


@test("monitor: the statistics that os-ken is told are the switch's own")
def _(t):
    net = Net(t)
    controller = manager(t, net, "monitor")
    switch = attach(t, net)
    a, b = [switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in (1, 2)]
    connected(switch)
    switch.ofctl("add-flow", "priority=9,actions=normal")
    a.must_ping(b.ip, count=20)

    def agree():
        flows, ports = rows(controller, "flows"), rows(controller, "ports")
        if not flows or not ports:
            return False
        mine = switch.ports()
        wanted = {str(p["ofport"]): [p["counters"]["rx_packets"], p["counters"]["tx_packets"]] for p in mine.values()}
        return [f[0] for f in flows[-1]] == [9] and flows[-1][0][1] >= 40 and {n: p[:2] for n, p in ports[-1].items()} == wanted
    wait_for("the same figures on both sides", agree, 10, 0.3)
    sane(controller)


for number, name in ((1, "1.0"), (4, "1.3"), (5, "1.4"), (6, "1.5")):
    @test(f"os-ken's REST library in OpenFlow {name}: every question is answered, no error comes")
    def _(t, number=number):
        net = Net(t)
        switch = attach(t, net)
        for i in (1, 2, 3):
            switch.connect(net, f"h{i}")
        controller = manager(t, net, "asker", number)
        wait_for("all answers", lambda: rows(controller, "done"), 60)
        sane(controller)
        equal(rows(controller, "error"), [], "errors")
        answers = {row["ask"]: row["answer"]["1"] if isinstance(row["answer"], dict) else row["answer"] for row in rows(controller, "ask")}
        check("eddle" in json.dumps(answers["desc_stats"]), f"description {answers['desc_stats']}")
        flows = {f["priority"]: f for f in answers["flow_stats"]}
        equal(sorted(flows), [11] if number == 1 else [7, 11], "flows by priority")
        equal(flows[11].get("cookie", 5), 5, "cookie")      # 1.5's FLOW_STATS has none
        equal(answers["flow_stats after delete"], [], "flows after the delete")
        ports = {p["port_no"] for p in answers["port_desc"]}
        equal({str(p) for p in ports if p != "LOCAL"}, {"1", "2", "3"}, "ports")
        if number > 1:
            equal([(g["type"], g["group_id"], len(g["buckets"])) for g in answers["group_desc"]], [("ALL", 1, 1)], "groups")
            meters = answers.get("meter_desc") or answers.get("meter_config")
            equal([(m["meter_id"], [(b["type"], b["rate"]) for b in m["bands"]]) for m in meters], [(1, [("DROP", 1000)])], "meters")


@test("router: two subnets through flows with set_field and dec_ttl; its own addresses answer")
def _(t):
    net = Net(t)
    controller = manager(t, net, "router")
    switch = attach(t, net)
    a, b = switch.connect(net, "h1", ip="10.1.0.2"), switch.connect(net, "h2", ip="10.2.0.2")
    a.run("ip", "route", "add", "default", "via", "10.1.0.1")
    b.run("ip", "route", "add", "default", "via", "10.2.0.1")
    connected(switch)
    wait_for("its flows", lambda: len(switch.flows()) >= 5)
    a.must_ping("10.1.0.1")
    a.must_ping("10.2.0.2", tries=20)
    text = a.run("ping", "-n", "-c", "1", "-W", "2", "10.2.0.2").stdout
    check("ttl=63" in text, text)
    sane(controller)


@test("firewall: what is allowed passes, the rest is dropped and told of")
def _(t):
    net = Net(t)
    controller = manager(t, net, "firewall")
    switch = attach(t, net)
    a, b = [switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in (1, 2)]
    wait_for("its rules", lambda: "in force" in controller.text(), 30)
    a.must_ping(b.ip)
    b.must_not_ping(a.ip)
    wait_for("the report", lambda: "blocked 10.0.0.2 10.0.0.1 1" in controller.text())
    sane(controller)


@test("topology: LLDP finds the links between two switches, and a host")
def _(t):
    net = Net(t)
    controller = manager(t, net, "topology", options=["--observe-links"])
    run(["ip", "-n", net.name, "link", "add", "x1", "type", "veth", "peer", "name", "x2"])
    for end in ("x1", "x2"):
        run(["ip", "-n", net.name, "link", "set", end, "up"])
    one, two = attach(t, net, 1), attach(t, net, 2)
    one.add_port("x1,af_packet:x1,ofport=5")
    two.add_port("x2,af_packet:x2,ofport=6")
    host = one.connect(net, "h1", ip="10.0.0.1")
    connected(one)
    connected(two)

    def found():
        last = (rows(controller, "links") or [[]])[-1]
        return sorted(last) == [[1, 5, 2, 6], [2, 6, 1, 5]]
    wait_for("both directions of the link", found, 30, 0.3)
    equal(rows(controller, "switches")[-1], [1, 2], "switches")
    run(["ip", "-n", net.name, "link", "set", "x1", "down"])
    wait_for("the link to be gone", lambda: rows(controller, "links")[-1] == [], 30, 0.3)
    del host
    sane(controller)


@test("spanning tree: of three switches in a ring one port blocks; the ring heals without it")
def _(t):
    net = Net(t)
    controller = manager(t, net, "stp")
    links = ((1, 2), (2, 3), (3, 1))
    for a, b in links:
        run(["ip", "-n", net.name, "link", "add", f"s{a}{b}", "type", "veth", "peer", "name", f"s{b}{a}"])
        for end in (f"s{a}{b}", f"s{b}{a}"):
            run(["ip", "-n", net.name, "link", "set", end, "up"])
    hosts = {n: net.host(f"h{n}", ip=f"10.0.0.{n}") for n in (1, 2, 3)}
    # With their ports from the start: os-ken's library cannot take a port while it sets up a bridge.
    for n in (1, 2, 3):
        others = [m for m in (1, 2, 3) if m != n]
        attach(t, net, n, [f"h{n},af_packet:h{n},ofport=1"] + [f"s{n}{m},af_packet:s{n}{m},ofport={10 + m}" for m in others])

    def states():
        last = {}
        for line in controller.text().splitlines():
            if line.startswith("state "):
                _, dpid, port, state = line.split()
                last[int(dpid), int(port)] = state
        return last

    def settled():
        ring = [states().get((a, 10 + b)) for a, b in links] + [states().get((b, 10 + a)) for a, b in links]
        return sorted(map(str, ring)) == ["BLOCK"] + ["FORWARD"] * 5
    wait_for("five ports forward and one blocks", settled, 60, 0.3)
    for n, m in links:
        hosts[n].must_ping(hosts[m].ip, tries=20)
    run(["ip", "-n", net.name, "link", "set", "s12", "down"])
    for n, m in links:
        hosts[n].must_ping(hosts[m].ip, tries=60)
    sane(controller)


def lacpdu(mac, key=7, port=1):
    """A LACPDU of an actor that is active and aggregates (IEEE 802.1AX §6.4.2.3)."""
    actor = struct.pack("!BBH6sHHHB3x", 1, 20, 0xFFFF, mac_bytes(mac), key, 0xFF, port, 0x05 | 0x08 | 0x40)
    partner = struct.pack("!BBH6sHHHB3x", 2, 20, 0, bytes(6), 0, 0, 0, 0)
    body = b"\x01\x01" + actor + partner + struct.pack("!BBH12x", 3, 16, 0) + b"\0\0" + bytes(50)
    return mac_bytes("01:80:c2:00:00:02") + mac_bytes(mac) + b"\x88\x09" + body


@test("LACP: the library answers a partner's LACPDU through packet-out and brings its ports up")
def _(t):
    net = Net(t)
    controller = manager(t, net, "lacp")
    # The library speaks as the address of the LOCAL port.
    switch = attach(t, net, ports=["br0,tap:br0,ofport=local,mac=02:00:00:00:00:99"])
    hosts = [switch.connect(net, f"h{i}") for i in (1, 2)]
    connected(switch)
    wait_for("its table-miss flow", lambda: any("CONTROLLER" in f for f in switch.flows()))
    for n, host in enumerate(hosts, 1):
        raw = host.raw()
        raw.send(lacpdu("02:00:00:00:00:77", port=n))
        answer = raw.expect("the answer", lambda f: f[12:14] == b"\x88\x09")
        equal(answer[:6].hex(), "0180c2000002", "destination")
        check(mac_bytes("02:00:00:00:00:99") in answer[14:], "the actor's system is not the LOCAL port's address")
        raw.close()
    wait_for("both ports are up", lambda: all(f"slave 1 {n} up" in controller.text() for n in (1, 2)))
    check(any("dl_type=0x8809" in f for f in switch.flows()), f"flows {switch.flows()}")
    sane(controller)


main()
