#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Our tools on a switch that nobody here wrote: heddle flow/group and heddle-controller drive Open vSwitch."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../lib"))
import json

from heddle_test import *    # noqa: F403

TARGET = "tcp:127.0.0.1:16653"      # Open vSwitch goes to UNIX sockets in its own folder only


def scene(t, n=4):
    net = Net(t)
    hosts = [net.host(f"h{i}", ip=f"10.0.0.{i}") for i in range(1, n + 1)]
    ovs = Ovs(t, net)
    for i, host in enumerate(hosts, 1):
        ovs.add_port(host.name, i)
    return net, ovs, hosts


@test("heddle flow adds, shows and deletes on Open vSwitch, and frames follow")
def _(t):
    _, ovs, (a, b, *_) = scene(t, 2)
    def tool(*words, **options):
        return heddle("--of", ovs.of, *words, **options)
    a.must_not_ping(b.ip)
    tool("flow", "add", "priority=10,in_port=1,actions=output:2")
    tool("flow", "add", "-", input="# from a file\npriority=10,in_port=2,actions=output:1\npriority=5,table=3,tcp,nw_dst=10.0.0.0/8,tp_dst=80,actions=drop\n")
    a.must_ping(b.ip)
    text = tool("flow", "show").stdout
    check("in_port=" in text and "10.0.0.0/8" in text, text)
    equal(len(json.loads(tool("-j", "flow", "show").stdout)), 3, "flows as JSON")
    equal(len(json.loads(tool("-j", "flow", "show", "table=3").stdout)), 1, "flows of table 3")
    dump = ovs.ofctl("dump-flows").stdout
    check("tp_dst=80" in dump and "nw_dst=10.0.0.0/8" in dump, dump)
    tool("flow", "del", "priority=10,in_port=2", "--strict")
    a.must_not_ping(b.ip)
    tool("flow", "del")
    check("actions" not in ovs.ofctl("dump-flows").stdout, "flows are left")


@test("heddle group adds, shows and deletes on Open vSwitch")
def _(t):
    _, ovs, (a, b, *_) = scene(t, 2)
    def tool(*words, **options):
        return heddle("--of", ovs.of, *words, **options)
    tool("group", "add", "group_id=7,type=all,bucket=output:2")
    tool("flow", "add", "in_port=1,actions=group:7")
    tool("flow", "add", "in_port=2,actions=output:1")
    a.must_ping(b.ip)
    check("7" in tool("group", "show").stdout, "not shown")
    check("group_id=7,type=all" in ovs.ofctl("dump-groups").stdout, "not there")
    tool("group", "del", "7")
    check("group_id=7" not in ovs.ofctl("dump-groups").stdout, "not deleted")


@test("an error of Open vSwitch's is said in a sentence, with status 1")
def _(t):
    _, ovs, _ = scene(t, 2)
    done = heddle("--of", ovs.of, "flow", "add", "in_port=1,actions=group:99", ok=False)
    equal(done.returncode, 1, "status")
    check(len(done.stderr) > 20, f"said {done.stderr!r}")
    done = heddle("--of", ovs.of, "flow", "add", "in_port=1,actions=fly", ok=False)
    equal(done.returncode, 2, "status of nonsense")
    equal(heddle("--of", "unix:" + t.path("nobody"), "flow", "show", ok=False).returncode, 3, "status without a switch")


CONFIG = """switches: [{name: ovs, dpid: 00000000000000aa}]
networks: [{name: red, vlan: 10}, {name: blue, vlan: 20}]
attachments:
  - {network: red, switch: ovs, port: h1}
  - {network: red, switch: ovs, port: h2}
  - {network: blue, switch: ovs, port: h3}
  - {network: %s, switch: ovs, port: h4}
"""


@test("heddle-controller keeps two networks apart on Open vSwitch, through reload and restart")
def _(t):
    net, ovs, (a, b, c, d) = scene(t)
    controller = Controller(t, CONFIG % "blue", net=net, target=TARGET)
    ovs.vsctl("set-controller", "br0", controller.target)
    controller.wait_applied(4, 30)
    a.must_ping(b.ip)
    c.must_ping(d.ip)
    for x, y in ((a, c), (c, a), (b, d), (d, a)):
        x.must_not_ping(y.ip)
    stream = Stream(a, b)
    stream.flows()
    controller.process.child.kill()
    controller.process.child.wait()
    a.must_ping(b.ip)
    a.must_not_ping(d.ip)
    controller.start()
    controller.wait_applied(4, 30)
    change = controller.reload(CONFIG % "red")
    check(change["added"] + change["modified"] > 0, f"{change}")
    d.must_ping(a.ip)
    d.must_not_ping(c.ip)
    stream.must_be_whole()


@test("networks on two switches of different make, joined by an uplink, are one network")
def _(t):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure", args=["--dpid", "00000000000000bb"], start=False)
    run(["ip", "-n", net.name, "link", "add", "name", "ua", "type", "veth", "peer", "name", "ub"])
    for link in ("ua", "ub"):
        run(["ip", "-n", net.name, "link", "set", "dev", link, "up"])
    ovs = Ovs(t, net)
    hosts = [net.host(f"h{i}", ip=f"10.0.0.{i}") for i in range(1, 5)]
    for i in (1, 3):
        ovs.add_port(f"h{i}", i)
    ovs.add_port("ua", 9)
    controller = Controller(t, """switches: [{name: ovs, dpid: 00000000000000aa}, {name: heddle, dpid: 00000000000000bb}]
networks: [{name: red, vlan: 10}, {name: blue, vlan: 20}]
attachments:
  - {network: red, switch: ovs, port: h1}
  - {network: red, switch: heddle, port: h2}
  - {network: blue, switch: ovs, port: h3}
  - {network: blue, switch: heddle, port: h4}
uplinks:
  - {switch: ovs, port: ua, networks: all}
  - {switch: heddle, port: ub, networks: all}
""", net=net, target=TARGET)
    ovs.vsctl("set-controller", "br0", controller.target)
    switch.argv += ["--controller", controller.target]
    switch.start()
    for name in ("h2", "h4", "ub"):
        switch.add_port(f"{name},af_packet:{name}")
    controller.wait_applied(4, 30)
    a, b, c, d = hosts
    a.must_ping(b.ip)
    c.must_ping(d.ip)
    for x, y in ((a, c), (a, d), (b, c), (b, d)):
        x.must_not_ping(y.ip)


main()
