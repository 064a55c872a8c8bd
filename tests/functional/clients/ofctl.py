#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ovs-ofctl drives heddled: every verb that OpenFlow 1.3 has a message for."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../lib"))
import re
import time

from heddle_test import *    # noqa: F403
from heddle_test.case import Process


def scene(t, **options):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure", args=["--dpid", "00000000000000e1"] + options.pop("args", []))
    return switch, [switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in (1, 2)]


def flows(switch, *arguments):
    """Flows without what changes by itself."""
    return sorted(re.sub(r"(duration|n_packets|n_bytes|idle_age|hard_age)=\S+ ?", "", f).strip() for f in switch.flows(*arguments))


@test("show, dump-desc, probe, ping, get-config, set-frags")
def _(t):
    switch, _ = scene(t)
    text = switch.ofctl("show").stdout
    for part in ("dpid:00000000000000e1", "n_tables:", "1(h1)", "2(h2)", "OFPT_GET_CONFIG_REPLY", "capabilities:"):
        check(part in text, f"{part} is not in {text}")
    text = switch.ofctl("dump-desc").stdout
    check("Heddle" in text or "heddle" in text, text)
    switch.ofctl("probe")
    check("bytes from" in switch.ofctl("ping", "512").stdout, "no echo")
    equal(switch.ofctl("get-frags").stdout.strip(), "normal", "frags")
    switch.ofctl("set-frags", "drop")
    equal(switch.ofctl("get-frags").stdout.strip(), "drop", "frags")


@test("a passive TCP listener and a UNIX one answer alike")
def _(t):
    path = t.path("extra.sock")
    switch, _ = scene(t, args=["--listen", "tcp:127.0.0.1:16654", "--listen", f"unix:{path}"])
    tcp = run(switch.net.enter() + ["ovs-ofctl", "-O", "OpenFlow13", "show", "tcp:127.0.0.1:16654"]).stdout
    unix = run(["ovs-ofctl", "-O", "OpenFlow13", "show", f"unix:{path}"]).stdout
    strip = lambda text: re.sub(r"xid=\S+", "", text)     # noqa: E731
    equal(strip(tcp), strip(unix), "show")


@test("dump-ports, dump-ports-desc: one port and all, with the switch's own counts")
def _(t):
    switch, (a, b) = scene(t)
    switch.ofctl("add-flow", "actions=normal")
    a.must_ping(b.ip, count=10)
    text = switch.ofctl("dump-ports").stdout
    equal(len(re.findall(r"port +\S+: rx", text)), 2, "ports")
    one = switch.ofctl("dump-ports", "1").stdout
    found = re.search(r"rx pkts=(\d+), bytes=(\d+)", one)
    equal(int(found.group(1)), switch.counters("h1")["rx_packets"], "rx")
    text = switch.ofctl("dump-ports-desc").stdout
    check("1(h1): addr:" in text and "2(h2): addr:" in text, text)
    check("addr:" in switch.ofctl("dump-ports-desc", "2").stdout, "one port")


@test("mod-port: down stops, up starts, no-flood leaves it out of floods")
def _(t):
    switch, (a, b) = scene(t)
    switch.ofctl("add-flow", "actions=normal")
    a.must_ping(b.ip)
    switch.ofctl("mod-port", "h2", "down")
    check("PORT_DOWN" in switch.ofctl("show").stdout, "show says nothing")
    equal(switch.port("h2")["admin"], "down", "admin in the API")
    a.must_not_ping(b.ip)
    switch.ofctl("mod-port", "h2", "up")
    a.must_ping(b.ip)
    switch.ofctl("mod-port", "h2", "no-forward")
    a.must_not_ping(b.ip)
    switch.ofctl("mod-port", "h2", "forward")
    a.must_ping(b.ip)


@test("add, modify and delete flows, loose and strict, with cookies")
def _(t):
    switch, _ = scene(t)
    for flow in ("cookie=0x10,priority=10,ip,nw_dst=10.0.0.0/8,actions=output:1",
                 "cookie=0x11,priority=20,ip,nw_dst=10.0.0.0/8,actions=output:1",
                 "cookie=0x12,priority=10,ip,nw_dst=10.1.0.0/16,actions=output:2",
                 "cookie=0x23,priority=10,arp,actions=output:2", "table=5,priority=1,actions=drop"):
        switch.ofctl("add-flow", flow)
    equal(len(flows(switch)), 5, "flows")
    equal(len(flows(switch, "cookie=0x10/0xf0")), 3, "flows with cookie 0x1?")
    equal(len(flows(switch, "ip")), 3, "flows of ip")
    equal(len(flows(switch, "out_port=2")), 2, "flows that output to 2")
    equal(len(flows(switch, "table=5")), 1, "flows of table 5")
    switch.ofctl("--strict", "mod-flows", "priority=20,ip,nw_dst=10.0.0.0/8,actions=output:2", ok=False)
    run(["ovs-ofctl", "-O", "OpenFlow13", "--strict", "mod-flows", switch.of, "priority=20,ip,nw_dst=10.0.0.0/8,actions=output:2"])
    equal(len(flows(switch, "out_port=2")), 3, "after the strict change")
    switch.ofctl("mod-flows", "ip,nw_dst=10.0.0.0/8,actions=drop")
    equal(len(flows(switch, "out_port=2")), 1, "after the loose change")
    equal(len([f for f in flows(switch) if "actions=drop" in f]), 4, "drops")
    run(["ovs-ofctl", "-O", "OpenFlow13", "--strict", "del-flows", switch.of, "priority=10,ip,nw_dst=10.0.0.0/8"])
    equal(len(flows(switch)), 4, "after the strict delete")
    switch.ofctl("del-flows", "cookie=0x12/-1")
    equal(len(flows(switch)), 3, "after the delete by cookie")
    switch.ofctl("del-flows", "ip")
    equal(len(flows(switch)), 2, "after the loose delete")
    switch.ofctl("del-flows")
    equal(flows(switch), [], "after the delete of all")


MATCHES = """in_port=1
in_port=1,dl_src=52:54:00:00:00:01
dl_dst=01:00:00:00:00:00/01:00:00:00:00:00
dl_src=52:54:00:00:00:00/ff:ff:ff:00:00:00
dl_vlan=10
dl_vlan=10,dl_vlan_pcp=5
vlan_tci=0x1000/0x1000
vlan_tci=0x0000/0x1fff
dl_type=0x88cc
arp,arp_spa=10.0.0.1,arp_tpa=10.0.0.0/24,arp_op=1
arp,arp_sha=52:54:00:00:00:01,arp_tha=52:54:00:00:00:02
ip,nw_src=10.0.0.1,nw_dst=10.2.0.0/16
ip,nw_proto=47
ip,nw_tos=32
ip,nw_ecn=1
icmp,icmp_type=8,icmp_code=0
tcp,tp_src=1000,tp_dst=80
tcp,tp_dst=0x400/0xfc00
udp,tp_src=53
sctp,tp_dst=9
ipv6,ipv6_src=2001:db8::/32,ipv6_dst=2001:db8::1
icmp6,icmp_type=135,nd_target=fe80::1
icmp6,icmp_type=128
tcp6,tp_dst=443
udp6,tp_dst=53
metadata=0x5/0xff""".splitlines()


@test("each match comes back as it was sent, byte by byte as Open vSwitch prints it")
def _(t):
    switch, _ = scene(t)
    refused = []
    for match in MATCHES:
        switch.ofctl("del-flows")
        done = switch.ofctl("add-flow", f"priority=7,{match},actions=output:2", ok=False)
        if done.returncode or "OFPT_ERROR" in done.stderr:
            refused.append(f"{match}: {(done.stderr.strip().splitlines() or ['?'])[0][:100]}")
            continue
        # diff-flows compares as ovs-ofctl understands both sides.
        with open(t.path("flow"), "w", encoding="utf-8") as f:
            f.write(f"priority=7,{match},actions=output:2\n")
        done = run(["ovs-ofctl", "-O", "OpenFlow13", "diff-flows", switch.of, t.path("flow")], ok=False)
        equal((done.returncode, done.stdout), (0, ""), f"difference for {match}")
    equal(refused, [], "refused")


ACTIONS = """output:1
output:2,output:1
in_port
flood
all
normal
controller:128
drop
push_vlan:0x8100,set_field:4106->vlan_vid,output:2
pop_vlan,output:2
set_field:3->vlan_pcp,output:2
set_field:52:54:00:00:00:99->eth_dst,output:2
set_field:10.0.0.9->ip_src,output:2
set_field:99->tcp_dst,output:2
dec_ttl,output:2
group:1
write_actions(output:2)
apply_actions(output:2),goto_table:3
clear_actions,goto_table:3
write_metadata:0x1/0xff,goto_table:3""".splitlines()


@test("each action and instruction comes back as it was sent")
def _(t):
    switch, _ = scene(t)
    switch.ofctl("add-group", "group_id=1,type=indirect,bucket=output:2")
    refused = []
    for action in ACTIONS:
        match = "tcp" if "tcp" in action else "ip"
        if "pop_vlan" in action or "vlan_pcp" in action:
            match += ",dl_vlan=5"
        flow = f"priority=7,{match},actions={action.replace('apply_actions(output:2)', 'output:2')}"
        switch.ofctl("del-flows")
        done = switch.ofctl("add-flow", flow, ok=False)
        if done.returncode or "OFPT_ERROR" in done.stderr:
            refused.append(f"{action}: {(done.stderr.strip().splitlines() or ['?'])[0][:120]}")
            continue
        with open(t.path("flow"), "w", encoding="utf-8") as f:
            f.write(flow + "\n")
        done = run(["ovs-ofctl", "-O", "OpenFlow13", "diff-flows", switch.of, t.path("flow")], ok=False)
        equal((done.returncode, done.stdout), (0, ""), f"difference for {action}")
    equal(refused, [], "refused")


@test("what cannot be is refused with the error that says why")
def _(t):
    switch, _ = scene(t)
    for flow, error in (("table=0,actions=goto_table:0", "BAD_TABLE_ID|OFPBIC"), ("actions=output:4000000", None),
                        ("actions=group:77", "BAD_OUT_GROUP|OFPBAC"), ("check_overlap,priority=5,ip,actions=drop", "OVERLAP")):
        if "check_overlap" in flow:
            switch.ofctl("add-flow", "priority=5,tcp,tp_dst=80,actions=drop")
        done = switch.ofctl("add-flow", flow, ok=False)
        if error:
            check(re.search(error, done.stderr), f"{flow}: {done.stderr[:300]!r}")
    done = switch.ofctl("add-group", "group_id=1,type=all,bucket=group:1", ok=False)
    check("OFPGMFC" in done.stderr or "OFPT_ERROR" in done.stderr, f"a group in itself: {done.stderr[:200]!r}")


@test("dump-aggregate, dump-tables, dump-table-features")
def _(t):
    switch, (a, b) = scene(t)
    switch.ofctl("add-flow", "priority=1,actions=normal")
    switch.ofctl("add-flow", "table=3,priority=1,actions=drop")
    a.must_ping(b.ip, count=5)
    text = switch.ofctl("dump-aggregate").stdout
    equal(int(re.search(r"flow_count=(\d+)", text).group(1)), 2, "flows")
    check(int(re.search(r"packet_count=(\d+)", text).group(1)) >= 10, text)
    text = switch.ofctl("dump-tables").stdout
    check(re.search(r"active=1", text), text)
    done = switch.ofctl("dump-table-features", ok=False)
    check("table" in done.stdout, f"{done.stderr[:200]}")


@test("groups: add, dump, stats, modify, delete")
def _(t):
    switch, (a, b) = scene(t)
    switch.ofctl("add-group", "group_id=1,type=indirect,bucket=output:2")
    switch.ofctl("add-group", "group_id=2,type=all,bucket=output:1,bucket=output:2")
    switch.ofctl("add-flow", "in_port=1,actions=group:1")
    switch.ofctl("add-flow", "in_port=2,actions=output:1")
    a.must_ping(b.ip, count=5)
    text = switch.ofctl("dump-groups").stdout
    check("group_id=1,type=indirect" in text and "group_id=2,type=all" in text, text)
    text = switch.ofctl("dump-group-stats", "group_id=1").stdout
    check(int(re.search(r"packet_count=(\d+)", text).group(1)) >= 5 and "ref_count=1" in text, text)
    switch.ofctl("dump-group-features")
    switch.ofctl("mod-group", "group_id=1,type=all,bucket=output:2,bucket=output:2")
    check("group_id=1,type=all" in switch.ofctl("dump-groups").stdout, "not modified")
    switch.ofctl("del-groups", "group_id=1")
    check("group_id=1" not in switch.ofctl("dump-groups").stdout, "not deleted")
    equal(len(flows(switch)), 1, "the flow of the deleted group is gone too")
    switch.ofctl("del-groups")
    check("group_id" not in switch.ofctl("dump-groups").stdout, "not all deleted")


@test("ten thousand flows by add-flows, replace-flows and dump")
def _(t):
    switch, _ = scene(t)
    lines = [f"priority=5,ip,nw_dst=10.{i >> 8}.{i & 255}.1,actions=output:2" for i in range(10000)]
    with open(t.path("flows"), "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    switch.ofctl("add-flows", t.path("flows"), timeout=120)
    equal(switch.get("/v1/switch")["n_flows"], 10000, "flows")
    equal(len(switch.flows()), 10000, "flows dumped")
    with open(t.path("flows"), "w", encoding="utf-8") as f:
        f.write("\n".join(lines[:100]) + "\n")
    switch.ofctl("replace-flows", t.path("flows"), timeout=120)
    equal(len(switch.flows()), 100, "flows after replace-flows")


@test("monitor sees ports come, change and go")
def _(t):
    switch, _ = scene(t)
    switch.sums = False
    watch = Process(t, ["ovs-ofctl", "-O", "OpenFlow13", "monitor", switch.of], "monitor.log",
                    env=dict(os.environ, OVS_RUNDIR=t.dir))
    time.sleep(1)       # nothing says that it has subscribed
    switch.add_port("n,dev:net_null0,no-rx=1,ofport=44")
    wait_for("ADD", lambda: re.search(r"PORT_STATUS.*ADD.*44\(n\)|PORT_STATUS.*ADD: *\n? *44\(n\)", watch.text(), re.S))
    switch.set_port("n", admin="down")
    wait_for("MOD", lambda: "MOD" in watch.text())
    switch.del_port("n")
    wait_for("DEL", lambda: "DEL" in watch.text())


main()
