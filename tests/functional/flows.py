#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""OpenFlow as it works on frames: timeouts, packet-in and -out, fail modes, a controller that goes and comes."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import time

from heddle_test import *    # noqa: F403
from heddle_test.case import Process

ALL = "ff:ff:ff:ff:ff:ff"


def scene(t, n=2, **options):
    net = Net(t)
    switch = Switch(t, net, **options)
    return net, switch, [switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in range(1, n + 1)]


def monitor(t, switch, *arguments):
    """ovs-ofctl monitor: what a controller is sent, as text."""
    watch = Process(t, ["ovs-ofctl", "-O", "OpenFlow13", "monitor", switch.of, *arguments], "monitor.log",
                    env=dict(os.environ, OVS_RUNDIR=t.dir))
    before = len(switch.get("/v1/switch")["controllers"])
    wait_for("the monitor is connected", lambda: len(switch.get("/v1/switch")["controllers"]) > 0 or before, 5)
    time.sleep(0.3)     # it subscribes right after
    return watch


@test("without a controller a standalone switch learns and forwards at once")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="standalone")
    a.must_ping(b.ip)
    check(any("NORMAL" in f for f in switch.flows()), "no NORMAL flow is shown")


@test("without a controller a secure switch forwards nothing")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="secure")
    a.must_not_ping(b.ip)
    equal(switch.flows(), [], "flows")
    check(switch.dropped("h1", "table_miss") > 0, "no table_miss was counted")


@test("flows decide: output by port number, then drop, then nothing")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="secure")
    switch.ofctl("add-flow", "priority=10,in_port=1,actions=output:2")
    switch.ofctl("add-flow", "priority=10,in_port=2,actions=output:1")
    a.must_ping(b.ip)
    switch.ofctl("add-flow", "priority=20,icmp,actions=drop")
    a.must_not_ping(b.ip)
    check(switch.dropped("h1", "rule_drop") > 0, "the drop has another name")
    switch.ofctl("--strict", "del-flows", ok=False)
    switch.ofctl("del-flows", "icmp")
    a.must_ping(b.ip)
    switch.ofctl("del-flows")
    a.must_not_ping(b.ip)


@test("a flow's and a table's counters count frames and bytes")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="secure")
    switch.ofctl("add-flow", "cookie=0x77,priority=10,in_port=1,dl_type=0x88b5,actions=output:2")
    raw, there = a.raw(), b.raw()
    for _ in range(50):
        raw.send(eth(b.mac, a.mac, 0x88B5, b"x" * 86))
    for _ in range(50):
        there.expect("a frame", lambda f: f[12:14] == b"\x88\xb5")
    wait_for("the flow's counters", lambda: "n_packets=50, n_bytes=5000" in str(switch.flows()))
    check("lookup=" in switch.ofctl("dump-tables").stdout, "no table statistics")
    raw.close()
    there.close()


@test("a hard and an idle timeout end flows, and flow-removed says so")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="secure")
    watch = monitor(t, switch)
    switch.ofctl("add-flow", "send_flow_rem,cookie=0x11,hard_timeout=1,priority=5,in_port=1,actions=output:2")
    switch.ofctl("add-flow", "send_flow_rem,cookie=0x22,idle_timeout=2,priority=5,in_port=2,actions=output:1")
    switch.ofctl("add-flow", "send_flow_rem,cookie=0x33,priority=9,in_port=77,actions=drop")
    switch.ofctl("del-flows", "in_port=77")
    wait_for("both are gone", lambda: not switch.flows(), 15)
    wait_for("three flow-removed", lambda: watch.text().count("FLOW_REMOVED") == 3)
    text = watch.text()
    for part in ("reason=hard", "reason=idle", "reason=delete"):
        check(part in text, f"{part} is not in {text}")


@test("an idle timeout is put off by traffic")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="secure")
    switch.ofctl("add-flow", "idle_timeout=2,priority=5,in_port=1,actions=output:2")
    stream = Stream(a, b, rate=50)
    time.sleep(4.5)
    equal(len(switch.flows()), 1, "flows under traffic")
    stream.must_be_whole()
    wait_for("it ends when the traffic does", lambda: not switch.flows(), 15)


@test("packet-in: a frame for the controller arrives there whole, with its port")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="secure")
    watch = monitor(t, switch, "65535")
    switch.ofctl("add-flow", "priority=5,in_port=1,dl_type=0x88b5,actions=controller:65535,output:2")
    raw, there = a.raw(), b.raw()
    raw.send(eth(b.mac, a.mac, 0x88B5, b"controlled"))
    there.expect("the copy for port 2", lambda f: b"controlled" in f)
    wait_for("a packet-in", lambda: "PACKET_IN" in watch.text())
    check("in_port=1" in watch.text() and "(via action)" in watch.text(), watch.text())
    equal(switch.counters("h1")["punted"], 1, "punted")
    raw.close()
    there.close()


@test("packet-out sends a frame of the controller's, to a port and to a flood")
def _(t):
    _, switch, (a, b, c) = scene(t, n=3, fail_mode="secure")
    raws = [h.raw() for h in (a, b, c)]
    frame = eth(ALL, "52:54:00:12:34:56", 0x88B5, b"from above")
    switch.ofctl("packet-out", f"in_port=controller,packet={frame.hex()},actions=output:2")
    raws[1].expect("the frame", lambda f: f == frame)
    switch.portless = 1
    switch.ofctl("packet-out", f"in_port=1,packet={frame.hex()},actions=flood")
    for raw in raws[1:]:
        raw.expect("the flood", lambda f: f == frame)
    check(not any(f == frame for f in raws[0].drain(0.2)), "the flood came back to its port")
    for raw in raws:
        raw.close()


@test("VLAN actions: push, set and pop as seen on the wire")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="secure")
    raw, there = a.raw(), b.raw()
    switch.ofctl("add-flow", "priority=5,in_port=1,dl_vlan=0xffff,actions=push_vlan:0x8100,set_field:4196->vlan_vid,output:2")
    switch.ofctl("add-flow", "priority=5,in_port=1,dl_vlan=7,actions=pop_vlan,output:2")
    switch.ofctl("add-flow", "priority=5,in_port=1,dl_vlan=8,actions=set_field:4105->vlan_vid,output:2")
    for tags, wanted in ((b"", [100]), (vlan(7), []), (vlan(8), [9]), (vlan(7) + vlan(55), [55])):
        raw.send(eth(b.mac, a.mac, 0x88B5, b"tagged", tags))
        frame = there.expect("the frame", lambda f: b"tagged" in f)
        equal([vid for _, vid, _ in untag(frame)[0]], wanted, f"tags of what was sent with {tags.hex()}")
    raw.close()
    there.close()


@test("set-field on addresses and ports leaves right checksums; dec_ttl too")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="secure")
    raw, there = a.raw(), b.raw()
    switch.ofctl("add-flow", "priority=5,in_port=1,udp,actions=set_field:10.9.8.7->ip_dst,set_field:99->udp_dst,dec_ttl,output:2")
    raw.send(eth(b.mac, a.mac, 0x0800, udp("10.0.0.1", "10.0.0.2", 5, 6, b"payload!")))
    frame = there.expect("the frame", lambda f: b"payload!" in f)
    wanted = udp("10.0.0.1", "10.9.8.7", 5, 99, b"payload!")
    got = frame[14:14 + len(wanted)]
    equal(got[8], 63, "TTL")
    equal(got[12:], wanted[12:], "addresses, ports and UDP checksum")
    from heddle_test.frames import checksum
    equal(checksum(got[:20]), 0, "IP checksum")
    raw.close()
    there.close()


@test("a group of type all copies to every bucket, and the ledger knows the copies")
def _(t):
    _, switch, (a, b, c) = scene(t, n=3, fail_mode="secure")
    switch.ofctl("add-group", "group_id=1,type=all,bucket=output:2,bucket=output:3")
    switch.ofctl("add-flow", "priority=5,in_port=1,actions=group:1")
    raws = [h.raw() for h in (a, b, c)]
    raws[0].send(eth(ALL, a.mac, 0x88B5, b"to all"))
    for raw in raws[1:]:
        raw.expect("the copy", lambda f: b"to all" in f)
    wait_for("the copy is counted", lambda: switch.counters("h1")["copies"] >= 1)
    for raw in raws:
        raw.close()


@test("several tables: goto, write-actions, metadata")
def _(t):
    _, switch, (a, b) = scene(t, fail_mode="secure")
    switch.ofctl("add-flow", "table=0,priority=5,in_port=1,actions=write_metadata:0x5,goto_table:1")
    switch.ofctl("add-flow", "table=1,priority=5,metadata=0x5,actions=write_actions(output:2),goto_table:7")
    switch.ofctl("add-flow", "table=7,priority=0,actions=set_field:52:54:00:00:ab:cd->eth_src")
    raw, there = a.raw(), b.raw()
    raw.send(eth(b.mac, a.mac, 0x88B5, b"through tables"))
    frame = there.expect("the frame", lambda f: b"through tables" in f)
    equal(frame[6:12].hex(), "52540000abcd", "source address")
    raw.close()
    there.close()


@test("heddle-controller goes and comes: no frame is lost, its flows are mended, others' are left alone")
def _(t):
    net = Net(t)
    config = """
switches: [{name: sw, dpid: 00000000000000c1}]
networks: [{name: red, vlan: 10}, {name: blue, vlan: 20}]
attachments:
  - {network: red, switch: sw, port: h1}
  - {network: red, switch: sw, port: h2}
  - {network: blue, switch: sw, port: h3}
  - {network: blue, switch: sw, port: h4}
"""
    controller = Controller(t, config)
    switch = Switch(t, net, args=["--dpid", "00000000000000c1", "--controller", controller.target], fail_mode="secure")
    hosts = [switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in range(1, 5)]
    controller.wait_applied(4)
    a, b, c, d = hosts
    a.must_ping(b.ip)
    c.must_ping(d.ip)
    a.must_not_ping(c.ip)
    d.must_not_ping(b.ip)
    flows = switch.get("/v1/switch")["n_flows"]
    stream, back = Stream(a, b), Stream(b, a)
    stream.flows()
    controller.process.child.kill()
    controller.process.child.wait()
    wait_for("the switch has noticed", lambda: switch.get("/v1/switch")["controllers"][0]["state"] != "connected")
    stream.flows()
    switch.ofctl("add-flow", "cookie=0xabc,priority=3,table=200,dl_type=0x9999,actions=drop")
    hurt = [f for f in switch.flows() if "NORMAL" not in f][-1]
    t.note(f"of {flows} flows this is the last: {hurt[:120]}")
    controller.start()
    controller.wait_applied(4)
    stream.flows()
    stream.must_be_whole()
    back.must_be_whole()
    check(any("cookie=0xabc" in f for f in switch.flows()), "another controller's flow was removed")
    c.must_ping(d.ip)
    a.must_not_ping(c.ip)
    # The flows it is for are put back when somebody removed them meanwhile.
    controller.process.stop()
    switch.ofctl("del-flows")
    controller.start()
    a.must_ping(b.ip, tries=30)
    a.must_not_ping(c.ip)


@test("a reload changes only what differs; a bad file changes nothing and names its line")
def _(t):
    from heddle_test.switch import Refused
    net = Net(t)
    config = """switches: [{name: sw, dpid: 00000000000000c2}]
networks: [{name: red, vlan: 10}, {name: blue, vlan: 20}]
attachments:
  - {network: red, switch: sw, port: h1}
  - {network: red, switch: sw, port: h2}
  - {network: %s, switch: sw, port: h3}
"""
    controller = Controller(t, config % "blue")
    switch = Switch(t, net, args=["--dpid", "00000000000000c2", "--controller", controller.target], fail_mode="secure")
    a, b, c = (switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in (1, 2, 3))
    controller.wait_applied(3)
    a.must_ping(b.ip)
    a.must_not_ping(c.ip)
    stream = Stream(a, b)
    stream.flows()
    equal({k: controller.reload()[k] for k in ("added", "deleted", "modified")}, {"added": 0, "deleted": 0, "modified": 0}, "a reload of the same")
    change = controller.reload(config % "red")
    check(0 < change["added"] + change["modified"] + change["deleted"] < 20, f"changes: {change}")
    a.must_ping(c.ip)
    for bad, word in (((config % "red").replace("vlan: 10", "vlan: 5000"), "5000"), (config % "red" + "colour: red\n", "colour"),
                      ((config % "green"), "green"), ("networks: [\n", ":")):
        try:
            controller.reload(bad)
        except Refused as refused:
            equal(refused.status, 400, "status")
            check(word in refused.sentence and ".yaml:" in refused.sentence, refused.sentence)
        else:
            raise Failure(f"{bad!r} was taken")
    a.must_ping(c.ip)
    stream.must_be_whole()


main()
