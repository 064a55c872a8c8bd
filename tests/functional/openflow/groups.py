# SPDX-License-Identifier: Apache-2.0
"""Groups (1.3.5 §5.6, §6.7; 1.5.1 §5.10, §7.3.4.3)."""
from heddle_test.case import check, equal, wait_for

from build import Bucket, Flow, Group, flow, out
from fields import UDP4
from peer import V13, V14, V15
from samples import B, C, plain, tag, tcp, udp, udp6
from table import Bad, Case, shows

TO = [flow({}, ("group", 1))]

Case("group", "all: a copy for each bucket, each with its own changes", TO, [(1, plain())], {2: [plain(dst=C)], 3: [plain()], 4: [plain(src=C)]},
     groups=[Group(1, "ALL", [Bucket([("set", "eth_dst", C), *out(2)]), Bucket(out(3)), Bucket([("set", "eth_src", C), *out(4)])])])
Case("group", "all: a bucket to the port of entry sends nothing, IN_PORT does", TO, [(1, plain())], {1: [plain()], 2: [plain()]},
     groups=[Group(1, "ALL", [Bucket(out(1)), Bucket(out(2)), Bucket([("output", "IN_PORT")])])])
Case("group", "all without buckets: the frame ends", TO, [(1, plain())], {}, groups=[Group(1, "ALL", [])])
Case("group", "indirect: its one bucket", TO, [(1, plain())], {3: [plain(tags=tag(9))]},
     groups=[Group(1, "INDIRECT", [Bucket([("push_vlan", 0x8100), ("set", "vlan_vid", 0x1009), *out(3)])])])
Case("group", "what follows a group in a list sees the frame as before", [flow({}, ("group", 1), *out(4))], [(1, plain())], {3: [plain(dst=C)], 4: [plain()]},
     groups=[Group(1, "INDIRECT", [Bucket([("set", "eth_dst", C), *out(3)])])])
Case("group", "in the action set of a bucket the order of the set holds", TO, [(1, plain())], {3: [plain(tags=tag(9))]},
     groups=[Group(1, "INDIRECT", [Bucket([*out(3), ("set", "vlan_vid", 0x1009), ("push_vlan", 0x8100)])])])
Case("group", "chained: all of indirect and all", TO, [(1, plain())], {2: [plain(dst=C)], 3: [plain()], 4: [plain()]},
     groups=[Group(3, "INDIRECT", [Bucket([("set", "eth_dst", C), *out(2)])]), Group(4, "ALL", [Bucket(out(3)), Bucket(out(4))]),
             Group(1, "ALL", [Bucket([("group", 3)]), Bucket([("group", 4)])])])
Case("group", "select with one bucket", TO, [(1, plain())], {3: [plain()]}, groups=[Group(1, "SELECT", [Bucket(out(3), weight=5)])])
Case("group", "select: a bucket of weight 0 gets nothing", TO, [(1, udp(sport=n)) for n in range(40)], {3: [udp(sport=n) for n in range(40)]},
     groups=[Group(1, "SELECT", [Bucket(out(2), weight=0), Bucket(out(3), weight=1), Bucket(out(4), weight=0)])])
Case("group", "fast failover: the first live bucket", TO, [(1, plain())], {2: [plain()]},
     groups=[Group(1, "FF", [Bucket(out(2), port=2), Bucket(out(3), port=3)])])
Case("group", "output CONTROLLER in a bucket", TO, [(1, plain())], {}, groups=[Group(1, "INDIRECT", [Bucket([("output", "CONTROLLER", 0xFFFF)])])],
     punted=[("ACTION", plain())], until=V13)
Case("group", "output CONTROLLER in a bucket: OFPR_GROUP", TO, [(1, plain())], {}, groups=[Group(1, "INDIRECT", [Bucket([("output", "CONTROLLER", 0xFFFF)])])],
     punted=[("GROUP", plain())], since=V14)


def spread(bench, frames):
    """How many frames left by each of ports 2, 3 and 4."""
    got = bench.pass_frames(*[(1, f) for f in frames])
    equal(sum(map(len, got.values())), len(frames), "frames that left")
    return [len(got.get(port, [])) for port in (2, 3, 4)], got


@shows("group", "select: flows spread in the ratio of the weights, over L4, L3, L2 and IPv6", since=V13)
def _(bench):
    bench.groups(Group(1, "SELECT", [Bucket(out(n), weight=w) for n, w in ((2, 1), (3, 2), (4, 1))]))
    bench.flows(flow({}, ("group", 1)))
    for what, make in (("ports", lambda i: udp(sport=i)), ("addresses", lambda i: udp(s=f"10.0.{i >> 8}.{i & 255}")),
                       ("IPv6 addresses", lambda i: udp6(s=f"2001:db8::{i:x}")), ("MACs", lambda i: plain(src=f"02:00:00:00:{i >> 8:02x}:{i & 255:02x}"))):
        n, _ = spread(bench, [bytes(make(i)) for i in range(400)])
        for got, wanted in zip(n, (100, 200, 100)):
            check(abs(got - wanted) < 50, f"by {what}: {n} of 400, wanted about 100, 200, 100")


@shows("group", "select: a flow stays on its bucket, and another bucket's coming moves few", since=V13)
def _(bench):
    frames = [bytes(udp(sport=i)) for i in range(300)]
    bench.groups(Group(1, "SELECT", [Bucket(out(2)), Bucket(out(3))]))
    bench.flows(flow({}, ("group", 1)))
    _, first = spread(bench, frames)
    _, again = spread(bench, frames)
    equal({p: sorted(f) for p, f in again.items()}, {p: sorted(f) for p, f in first.items()}, "where the flows went")
    bench.groups(Group(1, "SELECT", [Bucket(out(2)), Bucket(out(3)), Bucket(out(4))]), command="MODIFY")
    _, then = spread(bench, frames)
    for port in (2, 3):
        moved = set(then[port]) - set(first[port])
        check(len(moved) < 40, f"{len(moved)} flows moved to port {port}, which was there before")


@shows("group", "fast failover: a dead port or group gives way at once, and comes back", since=V13)
def _(bench):
    bench.groups(Group(2, "FF", [Bucket(out(3), port=3)]), Group(1, "FF", [Bucket(out(2), port=2), Bucket([("group", 2)], group=2), Bucket(out(4), port=4)]))
    bench.flows(flow({}, ("group", 1)))
    bench.must_leave([(1, plain())], {2: [plain()]})
    bench.defer(bench.link, 2, "up")
    bench.link(2, "down")
    bench.must_leave([(1, plain())], {3: [plain()]}, quiet=(2,))
    bench.defer(bench.link, 3, "up")
    bench.link(3, "down")
    bench.must_leave([(1, plain())], {4: [plain()]}, quiet=(2, 3))
    bench.link(3, "up")
    bench.must_leave([(1, plain())], {3: [plain()]}, quiet=(2,))
    bench.link(2, "up")
    bench.must_leave([(1, plain())], {2: [plain()]})


@shows("group", "select: the share of a dead bucket goes to the live ones", since=V13)
def _(bench):
    bench.groups(Group(1, "SELECT", [Bucket(out(n), weight=1, port=n) for n in (2, 3, 4)]))
    bench.flows(flow({}, ("group", 1)))
    bench.defer(bench.link, 2, "up")
    bench.link(2, "down")
    got = bench.pass_frames(*[(1, bytes(udp(sport=i))) for i in range(100)], quiet=(2,))
    equal(sum(map(len, got.values())), 100, "frames that left")


@shows("group", "modify changes type and buckets, keeps the flows", since=V13)
def _(bench):
    bench.groups(Group(1, "INDIRECT", [Bucket(out(2))]))
    bench.flows(flow({}, ("group", 1)))
    bench.groups(Group(1, "ALL", [Bucket(out(3)), Bucket(out(4))]), command="MODIFY")
    bench.must_leave([(1, plain())], {3: [plain()], 4: [plain()]})


@shows("group", "delete of one group, and of OFPG_ALL; deleting what is not there is no error", since=V13)
def _(bench):
    for n in (1, 2, 3):
        bench.groups(Group(n, "INDIRECT", [Bucket(out(2))]))
    bench.do(bench.build.group_mod(Group(2, "ALL", []), "DELETE"), bench.build.group_mod(Group(77, "ALL", []), "DELETE"))
    equal(sorted(g.group_id for g in described(bench)), [1, 3], "groups")
    bench.do(bench.build.delete_groups())
    equal(described(bench), [], "groups")


def described(bench):
    return bench.peer.stats(bench.parser.OFPGroupDescStatsRequest(bench.dp, 0))


@shows("group", "OFPMP_GROUP_DESC reads back what was sent", since=V13)
def _(bench):
    sent = [Group(1, "SELECT", [Bucket([("set", "eth_dst", C), *out(2)], weight=5, port=2), Bucket(out(3), weight=7, group=9)]),
            Group(9, "FF", [Bucket(out(4), port=4)]), Group(0xFFFFFF00, "ALL", [Bucket(out(4)), Bucket([])]), Group(3, "INDIRECT", [Bucket([("group", 9)])])]
    for g in (sent[1], sent[0], sent[2], sent[3]):
        bench.groups(g)
    found = {g.group_id: g for g in described(bench)}
    equal(sorted(found), sorted(g.id for g in sent), "groups")
    from instructions import strip
    for g in sent:
        message = bench.build.group_mod(g)
        equal(found[g.id].type, message.type, f"type of {g.id}")
        got, wanted = ([strip(b.to_jsondict()) for b in bs] for bs in (found[g.id].buckets, message.buckets))
        equal(got, wanted, f"buckets of {g.id}")


@shows("group", "OFPMP_GROUP counts frames, bytes, by bucket, and the flows that use it", since=V13)
def _(bench):
    bench.groups(Group(1, "ALL", [Bucket(out(2)), Bucket(out(3))]), Group(2, "INDIRECT", [Bucket([("group", 1)])]))
    bench.flows(flow({"in_port": 1}, ("group", 1)), flow({"in_port": 2}, ("group", 2)))
    bench.pass_frames(*[(1, plain())] * 5)

    def stats():
        found = {g.group_id: g for g in bench.peer.stats(bench.parser.OFPGroupStatsRequest(bench.dp, 0, bench.of.OFPG_ALL))}
        return found if found[1].packet_count == 5 else None
    found = wait_for("the counts", stats, 3)
    equal((found[1].byte_count, found[1].ref_count), (5 * len(plain()), 2), "bytes, references")
    equal([(b.packet_count, b.byte_count) for b in found[1].bucket_stats], [(5, 5 * len(plain()))] * 2, "buckets")
    equal((found[2].packet_count, found[2].ref_count), (0, 1), "packets, references")
    check(found[1].duration_sec < 5, "the duration")
    one = bench.peer.stats(bench.parser.OFPGroupStatsRequest(bench.dp, 0, 2))
    equal([g.group_id for g in one], [2], "groups")


@shows("group", "OFPMP_GROUP_FEATURES tells types, capabilities, actions", since=V13)
def _(bench):
    reply = bench.peer.ask(bench.parser.OFPGroupFeaturesStatsRequest(bench.dp, 0)).body
    of = bench.of
    equal(reply.types, 0xF, "types")
    wanted = of.OFPGFC_SELECT_WEIGHT | of.OFPGFC_SELECT_LIVENESS | of.OFPGFC_CHAINING | of.OFPGFC_CHAINING_CHECKS
    equal(reply.capabilities & wanted, wanted, "capabilities")
    check(all(n > 0 for n in reply.max_groups), f"max_groups {reply.max_groups}")
    for action in (of.OFPAT_OUTPUT, of.OFPAT_GROUP, of.OFPAT_SET_FIELD, of.OFPAT_PUSH_VLAN, of.OFPAT_PUSH_MPLS, of.OFPAT_PUSH_PBB):
        check(all(mask >> action & 1 for mask in reply.actions), f"action {action} is in none of {reply.actions}")


# --- 1.5: buckets one by one

def ids(bench):
    return [b.bucket_id for b in described(bench)[0].buckets]


def change(bench, command, buckets, where):
    return bench.build.group_mod(Group(1, "ALL", buckets), command, bucket=where)


@shows("group", "insert_bucket first, last, and behind another", since=V15)
def _(bench):
    of = bench.of
    bench.groups(Group(1, "ALL", [Bucket(out(2), id=5)]))
    bench.do(change(bench, "INSERT_BUCKET", [Bucket(out(3), id=7)], of.OFPG_BUCKET_LAST))
    bench.do(change(bench, "INSERT_BUCKET", [Bucket(out(4), id=3)], of.OFPG_BUCKET_FIRST))
    equal(ids(bench), [3, 5, 7], "buckets")
    bench.do(change(bench, "INSERT_BUCKET", [Bucket([], id=6)], 5))
    equal(ids(bench), [3, 5, 6, 7], "buckets")
    bench.flows(flow({}, ("group", 1)))
    bench.must_leave([(1, plain())], {2: [plain()], 3: [plain()], 4: [plain()]})
    bench.refused(change(bench, "INSERT_BUCKET", [Bucket([], id=6)], of.OFPG_BUCKET_LAST), "GROUP_MOD_FAILED/OFPGMFC_BUCKET_EXISTS")
    bench.refused(change(bench, "INSERT_BUCKET", [Bucket([], id=9)], 77), "GROUP_MOD_FAILED/OFPGMFC_UNKNOWN_BUCKET")
    equal(ids(bench), [3, 5, 6, 7], "buckets")


@shows("group", "remove_bucket first, last, by its id, all", since=V15)
def _(bench):
    of = bench.of
    bench.groups(Group(1, "ALL", [Bucket(out(2), id=n) for n in (1, 2, 3, 4, 5)]))
    for where, left in ((of.OFPG_BUCKET_FIRST, [2, 3, 4, 5]), (of.OFPG_BUCKET_LAST, [2, 3, 4]), (3, [2, 4])):
        bench.do(change(bench, "REMOVE_BUCKET", [], where))
        equal(ids(bench), left, "buckets")
    bench.refused(change(bench, "REMOVE_BUCKET", [], 77), "GROUP_MOD_FAILED/OFPGMFC_UNKNOWN_BUCKET")
    bench.do(change(bench, "REMOVE_BUCKET", [], of.OFPG_BUCKET_ALL))
    equal(ids(bench), [], "buckets")


# --- refusals

def bad(name, error, make, command="ADD", before=(), **more):
    Bad("group", name, lambda bench: bench.build.group_mod(make, command), "GROUP_MOD_FAILED/OFPGMFC_" + error, since=V13,
        before=lambda bench: bench.groups(*before), **more)


ONE = Group(1, "INDIRECT", [Bucket(out(2))])
bad("add of a group that is there", "GROUP_EXISTS", ONE, before=[ONE])
bad("modify of a group that is not there", "UNKNOWN_GROUP", ONE, "MODIFY")
bad("indirect with two buckets", "INVALID_GROUP", Group(1, "INDIRECT", [Bucket(out(2)), Bucket(out(3))]))
bad("indirect without a bucket", "INVALID_GROUP", Group(1, "INDIRECT", []))
bad("an id above OFPG_MAX", "INVALID_GROUP", Group(0xFFFFFF01, "ALL", []))
bad("a group in itself", "LOOP", Group(1, "ALL", [Bucket([("group", 1)])]))
bad("a loop by modify", "LOOP", Group(1, "INDIRECT", [Bucket([("group", 3)])]), "MODIFY",
    before=[ONE, Group(2, "INDIRECT", [Bucket([("group", 1)])]), Group(3, "INDIRECT", [Bucket([("group", 2)])])])
bad("fast failover that watches nothing", "BAD_WATCH", Group(1, "FF", [Bucket(out(2))]))
bad("a watch port that does not exist", "BAD_WATCH", Group(1, "FF", [Bucket(out(2), port=77)]))
bad("a watch group that does not exist", "BAD_WATCH", Group(1, "FF", [Bucket(out(2), group=77)]))
Bad("group", "a bucket with a group that does not exist", lambda bench: bench.build.group_mod(Group(1, "ALL", [Bucket([("group", 77)])])),
    "BAD_ACTION/OFPBAC_BAD_OUT_GROUP", since=V13)
Bad("group", "a bucket with a port that does not exist", lambda bench: bench.build.group_mod(Group(1, "ALL", [Bucket(out(77))])),
    "BAD_ACTION/OFPBAC_BAD_OUT_PORT", since=V13)


def changed(bench, **values):
    message = bench.build.group_mod(ONE)
    for name, value in values.items():
        setattr(message, name, value)
    return message


Bad("group", "an unknown type", lambda bench: changed(bench, type=9), "GROUP_MOD_FAILED/OFPGMFC_BAD_TYPE", since=V13)
Bad("group", "an unknown command", lambda bench: changed(bench, command=9), "GROUP_MOD_FAILED/OFPGMFC_BAD_COMMAND", since=V13)
Bad("group", "two buckets of one id", lambda bench: bench.build.group_mod(Group(1, "ALL", [Bucket([], id=4), Bucket([], id=4)])),
    "GROUP_MOD_FAILED/OFPGMFC_BUCKET_EXISTS GROUP_MOD_FAILED/OFPGMFC_BAD_BUCKET", since=V15)
Bad("group", "a flow with a group that does not exist", lambda bench: bench.build.flow_mod(flow({}, ("group", 77))),
    "BAD_ACTION/OFPBAC_BAD_OUT_GROUP", since=V13)


@shows("group", "a refused change leaves the group as it was", since=V13)
def _(bench):
    bench.groups(ONE)
    bench.flows(flow({}, ("group", 1)))
    bench.refused(bench.build.group_mod(Group(1, "ALL", [Bucket(out(3)), Bucket([("group", 1)])]), "MODIFY"), "GROUP_MOD_FAILED/OFPGMFC_LOOP")
    bench.refused(bench.build.group_mod(Group(1, "ALL", [Bucket(out(3)), Bucket(out(77))]), "MODIFY"), "BAD_ACTION/OFPBAC_BAD_OUT_PORT")
    bench.must_leave([(1, plain())], {2: [plain()]})
