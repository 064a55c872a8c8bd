#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ovs-ofctl drives heddled in OpenFlow 1.0, 1.3, 1.4 and 1.5: every verb that a version has words for,
compared by what it prints and by what the switch does."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../lib"))
from heddle_test import *    # noqa: F403
from heddle_test.case import Process

VERSIONS = {"OpenFlow10": "1.0", "OpenFlow13": "1.3", "OpenFlow14": "1.4", "OpenFlow15": "1.5"}


class Ofctl:
    """ovs-ofctl in one version, and the switch that it drives."""

    def __init__(self, t, version):
        self.t, self.version, self.number = t, version, int(version[-2:])
        net = Net(t)
        self.switch = Switch(t, net, fail_mode="secure", args=["--dpid", "00000000000000e1"], sums=False)
        self.hosts = [self.switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in (1, 2)]

    def run(self, verb, *arguments, options=(), ok=True):
        done = run(["ovs-ofctl", "-O", self.version, *options, verb, self.switch.of, *arguments], ok=False)
        if ok:
            check(done.returncode == 0 and "OFPT_ERROR" not in done.stderr,
                  f"{self.version} {verb} {' '.join(arguments)}: {(done.stderr + done.stdout).strip()[:600]}")
        return done

    def text(self, verb, *arguments, **options):
        return self.run(verb, *arguments, **options).stdout

    def flows(self, *arguments):
        strip = lambda line: re.sub(r"(duration|n_packets|n_bytes|idle_age|hard_age)=\S+ ?", "", line).strip()    # noqa: E731
        return sorted(strip(line) for line in self.text("dump-flows", *arguments).splitlines() if "actions=" in line)

    def file(self, name, lines):
        path = self.t.path(name)
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
        return path

    def must_be_refused(self, verb, *arguments, by="OFPT_ERROR|OFPBRC|OFPBAC|OFPBMC|not supported|none of the usable"):
        done = self.run(verb, *arguments, ok=False)
        check(re.search(by, done.stderr + done.stdout), f"{verb} {' '.join(arguments)}: {(done.stderr + done.stdout)[:300]}")


def in_versions(title, *versions):
    """A test in each of these versions; all when none is named."""
    def register(function):
        for version in versions or VERSIONS:
            test(f"{VERSIONS[version]}: {title}")(lambda t, v=version: function(Ofctl(t, v)))
    return register


MODERN = ("OpenFlow13", "OpenFlow14", "OpenFlow15")


@in_versions("show, dump-desc, probe, ping, benchmark, get-frags, set-frags")
def _(o):
    text = o.text("show")
    for part in ("dpid:00000000000000e1", "1(h1)", "2(h2)", "capabilities:"):
        check(part in text, f"{part} is not in {text}")
    check("eddle" in o.text("dump-desc"), "dump-desc")
    o.run("probe")
    check("bytes from" in o.text("ping", "512"), "ping")
    check("Finished in" in o.text("benchmark", "100", "50"), "benchmark")
    for mode in ("drop", "normal"):
        o.run("set-frags", mode)
        equal(o.text("get-frags").strip(), mode, "frags")


@in_versions("dump-ports, dump-ports-desc, mod-port")
def _(o):
    a, b = o.hosts
    o.run("add-flow", "actions=normal")
    a.must_ping(b.ip, count=5)
    rows = re.findall(r"port +\S+: rx pkts=(\d+)", o.text("dump-ports"))
    check(len(rows) == 2 and int(rows[0]) >= 5, f"rows {rows}")
    equal(len(re.findall(r"port +\S+: rx", o.text("dump-ports", "1"))), 1, "one port")
    text = o.text("dump-ports-desc" if o.number > 10 else "show")
    check("1(h1): addr:" in text and "2(h2): addr:" in text, text)
    o.run("mod-port", "h2", "down")
    check("PORT_DOWN" in o.text("show"), "the port is not down")
    a.must_not_ping(b.ip)
    o.run("mod-port", "h2", "up")
    a.must_ping(b.ip)
    o.run("mod-port", "h2", "no-forward")
    a.must_not_ping(b.ip)
    o.run("mod-port", "h2", "forward")
    a.must_ping(b.ip)


@in_versions("add-flow, mod-flows, del-flows loose and strict, dump-flows with filters, dump-aggregate")
def _(o):
    for flow in ("cookie=0x10,priority=10,ip,nw_dst=10.0.0.0/8,actions=output:1", "cookie=0x11,priority=20,ip,nw_dst=10.0.0.0/8,actions=output:1",
                 "cookie=0x12,priority=10,ip,nw_dst=10.1.0.0/16,actions=output:2", "cookie=0x23,priority=10,arp,actions=output:2"):
        o.run("add-flow", flow)
    equal(len(o.flows()), 4, "flows")
    equal(len(o.flows("ip")), 3, "flows of ip")
    equal(len(o.flows("out_port=2")), 2, "flows that output to 2")
    if o.number > 10:
        equal(len(o.flows("cookie=0x10/0xf0")), 3, "flows with cookie 0x1?")
    check("flow_count=4" in o.text("dump-aggregate"), o.text("dump-aggregate"))
    check("flow_count=3" in o.text("dump-aggregate", "ip"), "aggregate of ip")
    o.run("mod-flows", "priority=20,ip,nw_dst=10.0.0.0/8,actions=output:2", options=["--strict"])
    equal(len(o.flows("out_port=2")), 3, "after the strict change")
    o.run("mod-flows", "ip,nw_dst=10.0.0.0/8,actions=drop")
    equal(len([f for f in o.flows() if "actions=drop" in f]), 3, "drops")
    o.run("del-flows", "priority=10,ip,nw_dst=10.0.0.0/8", options=["--strict"])
    equal(len(o.flows()), 3, "after the strict delete")
    o.run("del-flows", "ip")
    equal(len(o.flows()), 1, "after the loose delete")
    o.run("del-flows")
    equal(o.flows(), [], "after all")


MATCHES = """in_port=1
dl_src=52:54:00:00:00:01,dl_dst=52:54:00:00:00:02
dl_vlan=10,dl_vlan_pcp=5
dl_type=0x88cc
arp,arp_spa=10.0.0.1,arp_tpa=10.0.0.0/24,arp_op=1
ip,nw_src=10.0.0.1,nw_dst=10.2.0.0/16
ip,nw_proto=47
ip,nw_tos=32
icmp,icmp_type=8,icmp_code=0
tcp,tp_src=1000,tp_dst=80
udp,tp_src=53""".splitlines()
EXTENDED = """dl_dst=01:00:00:00:00:00/01:00:00:00:00:00
ip,nw_ecn=1
ip,nw_ttl=64
tcp,tp_dst=0x400/0xfc00
sctp,tp_dst=9
arp,arp_sha=52:54:00:00:00:01,arp_tha=52:54:00:00:00:02
ipv6,ipv6_src=2001:db8::/32,ipv6_dst=2001:db8::1
ipv6,ipv6_label=0x12345
icmp6,icmp_type=135,icmp_code=0,nd_target=fe80::1,nd_sll=52:54:00:00:00:01
icmp6,icmp_type=136,icmp_code=0,nd_tll=52:54:00:00:00:01
tcp6,tp_dst=443
metadata=0x5/0xff
mpls,mpls_label=77,mpls_tc=3,mpls_bos=1
tun_id=0x99
tcp,tcp_flags=+syn-ack
reg0=0x5,reg7=0x1/0xff
xreg1=0x123456789a
ip,ip_frag=no
ip,ip_frag=later""".splitlines()
# What each version says in its own words; ovs-ofctl turns one form into another without being asked.
ACTIONS = """output:1
output:2,output:1
in_port
flood
all
normal
controller:128
drop""".splitlines()
ACTIONS_10 = """mod_vlan_vid:7,output:2
mod_vlan_pcp:3,output:2
strip_vlan,output:2
mod_dl_dst:52:54:00:00:00:99,output:2
mod_nw_src:10.0.0.9,output:2
mod_nw_tos:32,output:2
mod_tp_dst:99,output:2""".splitlines()
ACTIONS_13 = """push_vlan:0x8100,set_field:4103->vlan_vid,output:2
pop_vlan,output:2
set_field:52:54:00:00:00:99->eth_dst,output:2
set_field:10.0.0.9->ip_src,output:2
set_field:99->tcp_dst,output:2
set_field:0x77->tun_id,output:2
write_metadata:0x1/0xff,goto_table:3
write_actions(output:2),goto_table:7
clear_actions""".splitlines()
LOADS = """load:0x55->NXM_NX_REG0[],output:2
load:0x5->NXM_NX_REG0[4..7],output:2""".splitlines()
SETS_15 = """set_field:0x55->reg0,output:2
set_field:0x50/0xf0->reg0,output:2
set_field:0.0.0.9/0.0.0.255->ip_src,output:2""".splitlines()
EXTENDED_ACTIONS = """dec_ttl,output:2
move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],output:2
resubmit(,3)
resubmit(1,2),output:2
output:NXM_NX_REG0[0..15]
push:NXM_NX_REG0[],pop:NXM_NX_REG1[]
note:11.22.33.44.55.66
learn(table=2,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])
exit
set_queue:1,output:2
controller(max_len=100,reason=no_match)
push_mpls:0x8847,output:2
clone(dec_ttl),output:2""".splitlines()


def come_back(o, flows):
    """What comes back is the same, as ovs-ofctl understands both."""
    refused = []
    for flow in flows:
        o.run("del-flows")
        done = o.run("add-flow", flow, ok=False)
        if done.returncode or "OFPT_ERROR" in done.stderr:
            refused.append(f"{flow}: {(done.stderr.strip().splitlines() or ['?'])[0][:140]}")
            continue
        done = run(["ovs-ofctl", "-O", o.version, "diff-flows", o.switch.of, o.file("flow", [flow])], ok=False)
        if (done.returncode, done.stdout) != (0, ""):
            refused.append(f"{flow} differs: {(done.stdout + done.stderr)[:300]}")
    equal(refused, [], "refused or different")


@in_versions("each match comes back as it was sent: add-flow, diff-flows")
def _(o):
    come_back(o, [f"priority=7,{m},actions=output:2" for m in MATCHES + EXTENDED])


@in_versions("each action comes back as it was sent: add-flow, diff-flows")
def _(o):
    own = (ACTIONS_10 if o.number == 10 else ACTIONS_13) + (SETS_15 if o.number == 15 else LOADS)
    come_back(o, [f"priority=7,tcp,{'dl_vlan=5,' if 'strip' in a or 'pop_vlan' in a else ''}actions={a}" for a in ACTIONS + own + EXTENDED_ACTIONS])


@in_versions("conjunction, bundle of add-flows, replace-flows, diff-flows, packet-out")
def _(o):
    a, b = o.hosts
    o.run("add-flows", o.file("flows", ["priority=9,ip,nw_src=10.0.0.1,actions=conjunction(3,1/2)", "priority=9,ip,nw_dst=10.0.0.2,actions=conjunction(3,2/2)",
                                        "priority=9,conj_id=3,ip,actions=output:2", "priority=8,actions=normal"]))
    equal(len(o.flows()), 4, "flows")
    a.must_ping(b.ip)
    lines = [f"priority=5,ip,nw_dst=10.{i >> 8}.{i & 255}.1,actions=output:2" for i in range(500)]
    o.run("replace-flows", o.file("many", lines))
    equal(len(o.flows()), 500, "flows")
    done = run(["ovs-ofctl", "-O", o.version, "diff-flows", o.switch.of, o.file("same", lines)], ok=False)
    equal((done.returncode, done.stdout), (0, ""), "differences")
    raw = b.raw()
    frame = eth(b.mac, a.mac, 0x88B5, b"from ovs-ofctl")
    o.run("packet-out", f"in_port=controller,packet={frame.hex()},actions=output:2")
    raw.expect("the packet-out", lambda f: f == frame)
    raw.close()


@in_versions("--bundle: all of a file or nothing", *MODERN)
def _(o):
    o.run("add-flows", o.file("good", ["priority=1,actions=output:1", "priority=2,ip,actions=output:2"]), options=["--bundle"])
    equal(len(o.flows()), 2, "flows")
    o.run("add-flows", o.file("bad", ["priority=3,actions=output:1", "priority=4,actions=group:77"]), options=["--bundle"], ok=False)
    equal(len(o.flows()), 2, "flows after a bundle that failed")
    o.run("replace-flows", o.file("new", ["priority=9,actions=output:1"]), options=["--bundle"])
    equal(len(o.flows()), 1, "flows")
    o.run("bundle", o.file("mixed", ["group add group_id=1,type=all,bucket=output:1", "flow add priority=8,actions=group:1", "flow delete_strict priority=9"]))
    check("group:1" in "".join(o.flows()), f"{o.flows()}")


@in_versions("groups: add, mod, del, dump-groups, dump-group-stats, dump-group-features", *MODERN)
def _(o):
    a, b = o.hosts
    o.run("add-group", "group_id=1,type=indirect,bucket=output:2")
    o.run("add-group", "group_id=2,type=select,bucket=weight:10,output:1,bucket=weight:20,output:2")
    o.run("add-group", "group_id=3,type=ff,bucket=watch_port:1,output:1,bucket=watch_port:2,output:2")
    o.run("add-group", "group_id=4,type=all,bucket=output:1,bucket=group:1")
    o.run("add-flow", "in_port=1,actions=group:1")
    o.run("add-flow", "in_port=2,actions=output:1")
    a.must_ping(b.ip, count=5)
    text = o.text("dump-groups")
    for part in ("group_id=1,type=indirect", "group_id=2,type=select", "weight:20", "group_id=3,type=ff", "watch_port:", "group_id=4,type=all"):
        check(part in text, f"{part} is not in {text}")
    found = re.search(r"group_id=1,.*ref_count=(\d+),packet_count=(\d+)", o.text("dump-group-stats", "group_id=1"))
    check(found and int(found.group(2)) >= 5, "group statistics")
    check("SELECT" in o.text("dump-group-features").upper(), "features")
    o.run("mod-group", "group_id=1,type=all,bucket=output:2,bucket=output:1")
    check("group_id=1,type=all" in o.text("dump-groups"), "not modified")
    o.run("del-groups", "group_id=2")
    check("group_id=2" not in o.text("dump-groups"), "not deleted")
    o.run("del-groups")
    check("group_id" not in o.text("dump-groups"), "not all deleted")


@in_versions("insert-buckets, remove-buckets", "OpenFlow15")
def _(o):
    o.run("add-group", "group_id=1,type=all,bucket=bucket_id:1,actions=output:1")
    o.run("insert-buckets", "group_id=1,command_bucket_id=last,bucket=bucket_id:2,actions=output:2")
    check("bucket_id:2" in o.text("dump-groups"), o.text("dump-groups"))
    o.run("remove-buckets", "group_id=1,command_bucket_id=1")
    check("bucket_id:1" not in o.text("dump-groups"), o.text("dump-groups"))


@in_versions("meters: add, mod, del, dump-meters, meter-stats, meter-features", *MODERN)
def _(o):
    o.run("add-meter", "meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=100")
    o.run("add-meter", "meter=2,pktps,bands=type=dscp_remark,rate=50,prec_level=1")
    o.run("add-flow", "in_port=1,actions=meter:1,output:2")
    text = o.text("dump-meters")
    for part in ("meter=1", "kbps", "rate=1000", "burst_size=100", "meter=2", "pktps", "dscp_remark", "prec_level=1"):
        check(part in text, f"{part} is not in {text}")
    check("meter:1" in o.text("meter-stats"), "meter-stats")
    if o.number < 15:       # ovs-ofctl 3.1 reads 1.5's in the form of 1.4
        check("max_meter" in o.text("meter-features"), "meter-features")
    o.run("mod-meter", "meter=1,kbps,bands=type=drop,rate=2000")
    check("rate=2000" in o.text("dump-meter", "meter=1"), "not modified")
    o.run("del-meter", "meter=1")
    equal(o.flows(), [], "flows of the deleted meter")
    o.run("del-meters")
    check("meter=2" not in o.text("dump-meters"), "not all deleted")


@in_versions("dump-tables, dump-table-features, dump-table-desc, mod-table", *MODERN)
def _(o):
    o.run("add-flow", "table=3,actions=drop")
    check(re.search(r"active=1", o.text("dump-tables")), "dump-tables")
    check("table 0" in o.text("dump-table-features"), "dump-table-features")
    if o.number >= 14:
        o.run("mod-table", "3", "evict")
        check(re.search(r"table 3.*?eviction=on", o.text("dump-table-desc"), re.S), o.text("dump-table-desc")[:400])
        o.run("mod-table", "3", "noevict")
        o.run("mod-table", "3", "vacancy:20,80")
        o.run("mod-table", "3", "novacancy")


@in_versions("dump-tables of 1.0", "OpenFlow10")
def _(o):
    o.run("add-flow", "actions=drop")
    check("active=1" in o.text("dump-tables"), "dump-tables")


@in_versions("queue-stats, queue-get-config")
def _(o):
    o.run("queue-stats")
    done = o.run("queue-get-config", *(["1"] if o.number < 14 else ["any"]))
    check("error" not in done.stdout.lower(), done.stdout)


@in_versions("monitor: packets, and the flows that others change (watch:)")
def _(o):
    a, b = o.hosts
    # What Nicira's monitors call "own" (tell me of mine too) 1.4 calls ONLY_OWN, and ovs-ofctl sends it as that.
    which = "watch:" if o.number < 14 else "watch:!own"
    watch = Process(o.t, ["ovs-ofctl", "-O", o.version, "monitor", o.switch.of, "65534", which, "--unixctl=none"], "monitor.log",
                    env=dict(os.environ, OVS_RUNDIR=o.t.dir))
    o.run("add-flow", "priority=1,actions=controller")

    def both():
        a.pings(b.ip)
        check(watch.alive(), f"the monitor has ended: {watch.text()[-400:]}")
        return "PACKET_IN" in watch.text() and "event=ADDED" in watch.text()
    o.run("add-flow", "priority=2,in_port=2,actions=drop")

    def seen():
        o.run("add-flow", "priority=3,in_port=7,actions=drop")
        o.run("del-flows", "in_port=7")
        return both()
    wait_for("a packet-in and an update", seen, 15, 0.3)


@in_versions("what heddled does not have is refused cleanly: conntrack, tunnel metadata")
def _(o):
    o.must_be_refused("add-flow", "ip,actions=ct(commit)")
    o.must_be_refused("add-flow", "ip,ct_state=+trk,actions=drop")
    o.must_be_refused("add-tlv-map", "{class=0xffff,type=0,len=4}->tun_metadata0")
    o.must_be_refused("ct-flush-zone", "1", by="OFPT_ERROR|OFPBRC")
    o.run("probe")


main()
