# SPDX-License-Identifier: Apache-2.0
"""Instructions, tables and the flow-mod itself (1.3.5 §5, §6.4, §7.2.4; 1.5.1 §5, §6.4)."""
import struct
import time

from heddle_test.case import check, equal, wait_for

from build import Bucket, Flow, Group, flow, out
from fields import IP, IP6, TCP4, UDP4, flow_mod_with, match_of
from peer import V10, V13, V14, V15
from samples import LOAD, A, B, C, icmp, plain, tag, tcp, udp
from table import Bad, Case, shows


# --- tables

Case("table", "a goto through every one of the 254 tables",
     [flow({}, table=t, goto=t + 1) for t in range(253)] + [flow({}, *out(3), table=253)], [(1, plain())], {3: [plain()]})
Case("table", "metadata survives the way through many tables",
     [flow({}, metadata=(1 << 63 | 5, 0xFFFFFFFFFFFFFFFF), goto=9), flow({"metadata": 1 << 63 | 5}, table=9, metadata=(0xF0, 0xFF), goto=200),
      flow({"metadata": 1 << 63 | 0xF0}, *out(3), table=200)], [(1, plain())], {3: [plain()]})
Case("table", "apply_actions before goto, write_actions of several tables",
     [flow({}, ("set", "eth_dst", C), goto=4, write=[("set", "eth_src", C)]), flow({"eth_dst": C}, table=4, write=out(3))], [(1, plain())],
     {3: [plain(dst=C, src=C)]})
Case("table", "a miss without a table-miss flow drops", [flow({"eth_type": 0x88B7}, *out(3))], [(1, plain())], {}, since=V13)
Case("table", "the table-miss flow: priority 0, matches everything", [flow({}, *out(3), priority=0), flow({"eth_dst": C}, *out(4))],
     [(1, plain()), (1, plain(dst=C))], {3: [plain()], 4: [plain(dst=C)]})
Case("table", "a flow of priority 0 with a match is no table-miss flow", [flow({"in_port": 1}, ("output", "CONTROLLER", 0xFFFF), priority=0)],
     [(1, plain())], {}, punted=[("ACTION", plain())], until=V13)


@shows("table", "the table-miss flow sends to the controller: OFPR_NO_MATCH, OFPR_TABLE_MISS", since=V13)
def _(bench):
    bench.flows(flow({}, ("output", "CONTROLLER", 0xFFFF), priority=0, cookie=0x77))
    bench.must_leave([(2, plain())], {})
    message, = bench.punted
    equal(message.reason, bench.of.OFPR_NO_MATCH if bench.version == V13 else bench.of.OFPR_TABLE_MISS, "reason")
    equal((message.cookie, message.table_id, message.match["in_port"], message.data), (0x77, 0, 2, plain()), "packet-in")


@shows("table", "1.0: a frame that matches nothing goes to the controller, as long as it asks for", until=V10)
def _(bench):
    bench.flows(flow({"eth_dst": C}, *out(3)))
    bench.must_leave([(1, plain())], {})
    equal([(m.reason, m.data, m.in_port) for m in bench.punted], [(bench.of.OFPR_NO_MATCH, plain(), 1)], "packet-ins")


# --- flow-mods

@shows("flow-mod", "add replaces a flow of the same match and priority, and keeps its counts; in 1.0 and with OFPFF_RESET_COUNTS not")
def _(bench):
    f = flow({"eth_dst": B}, *out(2), cookie=1)
    bench.flows(f)
    bench.must_leave([(1, plain())], {2: [plain()]})
    bench.flows(f._replace(apply=out(3), cookie=2))
    found, = bench.dump()
    equal((found.cookie, packets(bench, found)), (2, 0 if bench.version == V10 else 1), "cookie and packets")
    bench.must_leave([(1, plain())], {3: [plain()]})
    if bench.version > V10:
        bench.flows(f._replace(flags=bench.of.OFPFF_RESET_COUNTS))
        equal(packets(bench, bench.dump()[0]), 0, "packets")


def packets(bench, entry):
    return entry.stats["packet_count"] if bench.version == V15 else entry.packet_count


def count(entry, name, version):
    return entry.stats[name] if version == V15 else getattr(entry, name)


@shows("flow-mod", "modify changes the actions, keeps cookie, timeouts and counters")
def _(bench):
    b = bench.build
    bench.flows(flow({"eth_dst": B}, *out(2), cookie=1, idle=100), flow({"eth_dst": B, "in_port": 1}, *out(2), cookie=2, priority=200),
                flow({"eth_dst": C}, *out(2), cookie=3))
    bench.must_leave([(1, plain())], {2: [plain()]})
    bench.do(b.flow_mod(flow({"eth_dst": B}, *out(3), cookie=9, idle=7), "MODIFY"))
    found = {f.cookie: f for f in bench.dump()}
    if bench.version > V10:
        equal(sorted(found), [1, 2, 3], "cookies")
    bench.must_leave([(1, plain()), (2, plain()), (1, plain(dst=C))], {3: [plain(), plain()], 2: [plain(dst=C)]})
    if bench.version > V10:
        equal((found[1].idle_timeout, packets(bench, found[2])), (100, 1), "idle timeout, packets")


@shows("flow-mod", "modify_strict touches the very flow only")
def _(bench):
    bench.flows(flow({"eth_dst": B}, *out(2)), flow({"eth_dst": B, "in_port": 1}, *out(2), priority=200), flow({"eth_dst": B}, *out(2), priority=101))
    bench.do(bench.build.flow_mod(flow({"eth_dst": B}, *out(3)), "MODIFY_STRICT"))
    bench.must_leave([(1, plain()), (2, plain())], {2: [plain()]})
    bench.do(bench.build.flow_mod(flow({"eth_dst": B}, priority=101), "DELETE_STRICT"))
    bench.must_leave([(2, plain())], {3: [plain()]})


@shows("flow-mod", "modify of nothing does nothing; in 1.0 it adds")
def _(bench):
    for command in ("MODIFY", "MODIFY_STRICT"):
        bench.clear()
        bench.do(bench.build.flow_mod(flow({"eth_dst": B}, *out(3)), command))
        equal(len(bench.dump()), 1 if bench.version == V10 else 0, "flows after " + command)


@shows("flow-mod", "delete takes what its match contains, delete_strict the very flow")
def _(bench):
    b = bench.build
    some = [flow({**UDP4, "ipv4_dst": "10.0.0.2"}, *out(2), cookie=1), flow({**IP, "ipv4_dst": ("10.0.0.0", "255.255.0.0")}, *out(2), cookie=2),
            flow({**TCP4, "tcp_dst": 80}, *out(2), cookie=3), flow({"in_port": 1}, *out(2), cookie=4)]
    bench.flows(*some)
    bench.do(b.flow_mod(flow({**IP, "ipv4_dst": ("10.0.0.0", "255.255.0.0")}, priority=1), "DELETE_STRICT"))
    equal(len(bench.dump()), 4, "flows: the priority was another")
    bench.do(b.flow_mod(flow({**IP, "ipv4_dst": ("10.0.0.0", "255.0.0.0")}), "DELETE"))
    equal(sorted(f.cookie for f in bench.dump()), [3, 4], "cookies")
    bench.do(b.flow_mod(flow({**TCP4, "tcp_dst": 80}), "DELETE_STRICT"))
    equal(sorted(f.cookie for f in bench.dump()), [4], "cookies")
    bench.do(b.flow_mod(flow({"in_port": 2}), "DELETE"))
    equal(len(bench.dump()), 1, "flows")


@shows("flow-mod", "cookie and mask select flows of modify and delete", since=V13)
def _(bench):
    b = bench.build
    bench.flows(*[flow({"in_port": n}, *out(2), cookie=0xA0 + n) for n in (1, 2, 3)])
    bench.do(b.flow_mod(flow({}, *out(4), cookie=0xA1), "MODIFY", cookie_mask=0xFF))
    bench.must_leave([(1, plain()), (3, plain())], {4: [plain()], 2: [plain()]})
    bench.do(b.flow_mod(flow({}, cookie=0x02), "DELETE", cookie_mask=0x02))
    equal([f.cookie for f in bench.dump()], [0xA1], "cookies")


@shows("flow-mod", "out_port and out_group filter deletes, not modifies")
def _(bench):
    b = bench.build
    bench.flows(flow({"in_port": 1}, *out(2), cookie=2), flow({"in_port": 2}, *out(3), cookie=3))
    bench.do(b.flow_mod(flow({}), "DELETE", out_port=2))
    equal([f.cookie for f in bench.dump()], [3], "cookies")
    if bench.version == V10:
        return
    bench.groups(Group(7, "INDIRECT", [Bucket(out(3))]))
    bench.flows(flow({"in_port": 3}, ("group", 7), cookie=7), flow({"in_port": 4}, write=[("group", 7)], cookie=8))
    bench.do(b.flow_mod(flow({}), "DELETE", out_group=7))
    equal([f.cookie for f in bench.dump()], [3], "cookies")


@shows("flow-mod", "a delete in OFPTT_ALL empties every table, one in a table only that", since=V13)
def _(bench):
    bench.flows(*[flow({}, *out(2), table=t) for t in (0, 5, 253)])
    bench.do(bench.build.flow_mod(flow({}, table=5), "DELETE"))
    equal(sorted(f.table_id for f in bench.dump()), [0, 253], "tables")
    bench.do(bench.build.flow_mod(flow({}, table=0xFF), "DELETE"))
    equal(bench.dump(), [], "flows")


@shows("flow-mod", "OFPFF_CHECK_OVERLAP refuses what overlaps at the same priority")
def _(bench):
    flags = bench.of.OFPFF_CHECK_OVERLAP
    bench.flows(flow({**IP, "ipv4_dst": "10.0.0.2"}, *out(2)))
    bench.refused(bench.build.flow_mod(flow({**IP, "ipv4_src": "10.0.0.1"}, *out(3), flags=flags)), "FLOW_MOD_FAILED/OFPFMFC_OVERLAP")
    equal(len(bench.dump()), 1, "flows")
    bench.flows(flow({**IP, "ipv4_src": "10.0.0.1"}, *out(3), flags=flags, priority=101), flow({"eth_type": 0x0806}, *out(3), flags=flags))
    equal(len(bench.dump()), 3, "flows")


@shows("flow-mod", "OFPFF_RESET_COUNTS resets on modify, nothing else does", since=V13)
def _(bench):
    f = flow({}, *out(2))
    bench.flows(f)
    bench.must_leave([(1, plain())], {2: [plain()]})
    bench.do(bench.build.flow_mod(f, "MODIFY"))
    wait_for("the count", lambda: packets(bench, bench.dump()[0]) == 1, 2)
    bench.do(bench.build.flow_mod(f._replace(flags=bench.of.OFPFF_RESET_COUNTS), "MODIFY"))
    equal(packets(bench, bench.dump()[0]), 0, "packets")


@shows("flow-mod", "flags, priority, timeouts, cookie, importance read back as sent")
def _(bench):
    of = bench.of
    flags = of.OFPFF_SEND_FLOW_REM | (of.OFPFF_NO_PKT_COUNTS | of.OFPFF_NO_BYT_COUNTS if bench.version > V10 else 0)
    f = flow({}, *out(2), flags=flags, priority=65535, idle=0, hard=65535, cookie=0x0123456789ABCDEF,
             importance=7 if bench.version >= V14 else 0)
    bench.flows(f)
    found, = bench.dump()
    equal((found.priority, found.idle_timeout, found.hard_timeout, found.cookie), (65535, 0, 65535, f.cookie), "flow")
    if bench.version > V10:
        equal(found.flags, flags, "flags")
    if bench.version >= V14:
        equal(found.importance, 7, "importance")


@shows("flow-mod", "instructions and actions read back as they were sent")
def _(bench):
    b = bench.build
    v13 = [] if bench.version == V10 else [
        flow({}, ("push_vlan", 0x88A8), ("set", "vlan_vid", 0x1000 | 9), "pop_vlan", ("push_mpls", 0x8847), ("set_mpls_ttl", 3), "dec_mpls_ttl",
             "copy_ttl_out", "copy_ttl_in", ("pop_mpls", 0x0800), ("push_pbb", 0x88E7), "pop_pbb", ("queue", 1), ("output", "IN_PORT")),
        flow(IP, "dec_ttl", ("set_ttl", 9), ("set", "ipv4_dst", "1.2.3.4"), ("output", "CONTROLLER", 77)),
        flow({}, *out(2), write=out(3, 4)[:1], metadata=(5, 7), goto=9, clear=True)]
    for f in [flow(UDP4, ("set", "eth_dst", C), ("set", "udp_dst", 5), ("set", "ipv4_src", "9.9.9.9"), *out(1, 2)), flow({})] + v13:
        bench.clear()
        sent = b.flow_mod(f)
        bench.do(sent)
        found, = bench.dump()
        if bench.version == V10:
            equal(texts(found.actions), texts(sent.actions), "actions")
        else:
            equal(texts(found.instructions), texts(sent.instructions), "instructions")


def texts(parts):
    """What os-ken says of them, without lengths, which it fills in when it writes."""
    return sorted(repr(strip(part.to_jsondict())) for part in parts)


def strip(value):
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in ("len", "length", "type", "action_array_len")}
    return [strip(v) for v in value] if isinstance(value, list) else value


# --- flow-removed

def removed(bench, timeout=5):
    return bench.peer.next(bench.of.OFPT_FLOW_REMOVED, timeout)


@shows("flow-removed", "OFPRR_DELETE, with what the flow was and counted")
def _(bench):
    f = flow({"in_port": 1}, *out(2), flags=bench.of.OFPFF_SEND_FLOW_REM, cookie=0x55, hard=1000)
    bench.flows(f, flow({"in_port": 2}, *out(3)))
    bench.must_leave([(1, plain()), (1, plain())], {2: [plain(), plain()]})
    bench.send(bench.build.delete_all())
    message = removed(bench)
    equal((message.cookie, message.priority, message.reason), (0x55, 100, bench.of.OFPRR_DELETE), "flow removed")
    if bench.version == V15:
        equal((message.stats["packet_count"], message.stats["byte_count"]), (2, 2 * len(plain())), "counters")
    else:
        equal((message.packet_count, message.byte_count), (2, 2 * len(plain())), "counters")
    if bench.version > V10:
        equal((message.table_id, message.hard_timeout, dict(message.match.items())), (0, 1000, {"in_port": 1}), "flow removed")
    bench.peer.none(bench.of.OFPT_FLOW_REMOVED)


@shows("flow-removed", "OFPRR_HARD_TIMEOUT and OFPRR_IDLE_TIMEOUT, once each")
def _(bench):
    flags = bench.of.OFPFF_SEND_FLOW_REM
    bench.flows(flow({"in_port": 1}, *out(2), flags=flags, hard=1, cookie=1), flow({"in_port": 2}, *out(3), flags=flags, idle=1, cookie=2),
                flow({"in_port": 3}, *out(3), hard=1, cookie=3))
    got = sorted((m.cookie, m.reason) for m in (removed(bench), removed(bench)))
    equal(got, [(1, bench.of.OFPRR_HARD_TIMEOUT), (2, bench.of.OFPRR_IDLE_TIMEOUT)], "cookies and reasons")
    wait_for("the flow without the flag to go", lambda: not bench.dump(), 4)
    bench.peer.none(bench.of.OFPT_FLOW_REMOVED)


@shows("flow-removed", "OFPRR_GROUP_DELETE for the flows of a group that goes", since=V13)
def _(bench):
    bench.groups(Group(1, "INDIRECT", [Bucket(out(2))]))
    bench.flows(flow({}, ("group", 1), flags=bench.of.OFPFF_SEND_FLOW_REM, cookie=5))
    bench.do(bench.build.group_mod(Group(1, "ALL", []), "DELETE"))
    message = removed(bench)
    equal((message.cookie, message.reason), (5, bench.of.OFPRR_GROUP_DELETE), "flow removed")
    equal(bench.dump(), [], "flows")


# --- packet-in and packet-out

@shows("packet-in", "max_len cuts, total_len tells the whole; OFPCML_NO_BUFFER gives all")
def _(bench):
    frame = plain(load=bytes(range(256)))
    for length, wanted in ((60, 60), (0xFFFF, len(frame)), (1000, len(frame))):
        bench.clear()
        bench.flows(flow({"eth_type": 0x88B5}, ("output", "CONTROLLER", length)))
        bench.must_leave([(1, frame)], {})
        message, = bench.punted
        equal((message.total_len, message.data, message.buffer_id), (len(frame), frame[:wanted], 0xFFFFFFFF), f"packet-in for max_len {length}")
        bench.punted = []


@shows("packet-in", "the frame as it is at that point, with the pipeline fields in the match", since=V13)
def _(bench):
    bench.flows(flow({}, metadata=(0x1234, 0xFFFF), goto=3), flow({}, ("push_vlan", 0x8100), ("output", "CONTROLLER", 0xFFFF), *out(3), table=3, cookie=0xABC))
    bench.must_leave([(2, plain())], {3: [plain(tags=tag(0))]})
    message, = bench.punted
    equal((message.table_id, message.cookie, message.data), (3, 0xABC, plain(tags=tag(0))), "packet-in")
    equal((message.match["in_port"], message.match.get("metadata")), (2, 0x1234), "match")


@shows("packet-out", "to a port, to IN_PORT, to ALL and FLOOD without the port of entry")
def _(bench):
    b = bench.build
    bench.do(b.packet_out(plain(), ("output", 2)))
    bench.expect_frame(2, plain())
    bench.do(b.packet_out(plain(), ("output", "IN_PORT"), in_port=3))
    bench.expect_frame(3, plain())
    for port in ("ALL", "FLOOD"):
        bench.do(b.packet_out(plain(), ("output", port), in_port=1))
        for n in (2, 3, 4):
            bench.expect_frame(n, plain())
    bench.do(b.packet_out(plain(), ("set", "eth_dst", C), ("output", 4)))
    bench.expect_frame(4, plain(dst=C))
    bench.must_leave([(1, plain(dst=C))], {})


@shows("packet-out", "to TABLE goes through the flows, as if it had entered by in_port")
def _(bench):
    bench.flows(flow({"in_port": 2, "eth_dst": B}, *out(3)))
    bench.do(bench.build.packet_out(plain(), ("output", "TABLE"), in_port=2))
    bench.expect_frame(3, plain())
    bench.do(bench.build.packet_out(plain(), ("output", "TABLE"), in_port=1))
    bench.must_leave([(1, plain(dst=C))], {})


@shows("packet-out", "its match is what the pipeline sees (metadata)", since=V15)
def _(bench):
    bench.flows(flow({"in_port": 2, "metadata": 0x77}, *out(3)))
    bench.do(bench.build.packet_out(plain(), ("output", "TABLE"), in_port={"in_port": 2, "metadata": 0x77}))
    bench.expect_frame(3, plain())


@shows("packet-out", "to a group and to the controller", since=V13)
def _(bench):
    bench.groups(Group(1, "ALL", [Bucket(out(2)), Bucket(out(3))]))
    bench.do(bench.build.packet_out(plain(), ("group", 1)))
    bench.expect_frame(2, plain())
    bench.expect_frame(3, plain())
    bench.do(bench.build.packet_out(plain(), ("output", "CONTROLLER", 0xFFFF), in_port=1))
    message = bench.peer.next(bench.of.OFPT_PACKET_IN)
    equal((message.data, message.reason), (plain(), bench.of.OFPR_ACTION if bench.version == V13 else bench.of.OFPR_PACKET_OUT), "packet-in")


# --- stat triggers (1.5.1 §7.2.5.5) and egress tables (§5.1.2)

@shows("instruction", "stat_trigger sends the flow's statistics when a threshold is passed", since=V15)
def _(bench):
    p, of = bench.parser, bench.of
    thresholds = p.OFPStats(packet_count=3)
    bench.flows(flow({}, *out(2), cookie=5, more=(p.OFPInstructionStatTrigger(of.OFPSTF_ONLY_FIRST, thresholds),)))
    bench.pass_frames(*[(1, plain())] * 5)
    raw = bench.peer.expect(lambda m: m.type == of.OFPT_MULTIPART_REPLY, "the statistics")
    reply = bench.peer.parse(raw)
    equal(reply.type, of.OFPMP_FLOW_STATS, "multipart")
    entry, = reply.body
    check(entry.stats["packet_count"] >= 3, f"{entry.stats} below the threshold")
    equal(entry.reason, 1, "OFPFSR_STAT_TRIGGER")
    bench.pass_frames(*[(1, plain())] * 5)
    bench.peer.none(of.OFPT_MULTIPART_REPLY)


@shows("instruction", "a meter as an action", since=V15)
def _(bench):
    from build import Meter
    bench.meters(Meter(1, "KBPS STATS", [("drop", 10000000, 0)]))
    bench.flows(flow({}, ("meter", 1), *out(2)))
    bench.must_leave([(1, plain())], {2: [plain()]})
