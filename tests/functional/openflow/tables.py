# SPDX-License-Identifier: Apache-2.0
"""Table features, table-mod, eviction, vacancy, egress tables."""
import struct

from heddle_test.case import check, equal, wait_for

from build import Flow, flow, out
from fields import IP, NUMBER, UDP4
from peer import V10, V13, V14, V15
from samples import C, plain, udp
from table import Bad, shows


def features(bench):
    return {t.table_id: t for t in bench.peer.stats(bench.parser.OFPTableFeaturesStatsRequest(bench.dp, 0, []))}


def oxm_names(table, kind):
    return {o.type for p in table.properties if p.type == kind for o in p.oxm_ids}


def ids(table, kind, what):
    return {getattr(x, "type") for p in table.properties if p.type == kind for x in getattr(p, what)}


@shows("table-features", "every table tells its fields, actions, instructions, next tables", since=V13)
def _(bench):
    of, found = bench.of, features(bench)
    equal(sorted(found), list(range(254)), "tables")
    for n in (0, 100, 253):
        t = found[n]
        matched = oxm_names(t, of.OFPTFPT_MATCH)
        wanted = {name for name in NUMBER if name not in ("-", "pbb_uca", "tcp_flags", "actset_output", "packet_type")}
        if bench.version >= V14:
            wanted.add("pbb_uca")
        if bench.version == V15:
            wanted |= {"tcp_flags", "actset_output", "packet_type"}
        equal(wanted - matched, set(), f"fields that table {n} does not match")
        actions = ids(t, of.OFPTFPT_APPLY_ACTIONS, "action_ids")
        names = "OUTPUT COPY_TTL_OUT COPY_TTL_IN SET_MPLS_TTL DEC_MPLS_TTL PUSH_VLAN POP_VLAN PUSH_MPLS POP_MPLS SET_QUEUE GROUP SET_NW_TTL DEC_NW_TTL SET_FIELD PUSH_PBB POP_PBB"
        missing = {a for a in names.split() if getattr(of, "OFPAT_" + a) not in actions}
        equal(missing, set(), f"actions that table {n} does not apply")
        nexts = {i for p in t.properties if p.type == of.OFPTFPT_NEXT_TABLES for i in p.table_ids}
        equal(nexts, set(range(n + 1, 254)), f"next tables of {n}")
        equal((t.metadata_match, t.metadata_write), (0xFFFFFFFFFFFFFFFF,) * 2, "metadata")
        check(t.max_entries > 0, "max_entries")
        settable = oxm_names(t, of.OFPTFPT_APPLY_SETFIELD)
        check({"eth_dst", "ipv4_src", "tcp_dst", "vlan_vid", "mpls_label", "pbb_isid"} <= settable, f"settable: {settable}")


@shows("table-features", "a subset is taken, read back and enforced; a reset gives all back", since=V13)
def _(bench):
    of, p = bench.of, bench.parser
    whole = features(bench)[7]
    bench.defer(lambda: bench.peer.stats(restore(bench, whole)))
    table = features(bench)[7]
    for prop in table.properties:
        if prop.type in (of.OFPTFPT_MATCH, of.OFPTFPT_WILDCARDS):
            prop.oxm_ids = [o for o in prop.oxm_ids if o.type in ("in_port", "eth_dst")]
    bench.peer.stats(restore(bench, table))
    equal(oxm_names(features(bench)[7], of.OFPTFPT_MATCH), {"in_port", "eth_dst"}, "fields")
    bench.flows(flow({"in_port": 1}, *out(2), table=7))
    bench.refused(bench.build.flow_mod(flow({"eth_type": 0x0800}, *out(2), table=7)), "BAD_MATCH/OFPBMC_BAD_FIELD")
    bench.flows(flow({"eth_type": 0x0800}, *out(2), table=8))


def restore(bench, table):
    """A request that sets this table, and in 1.5 no other."""
    table.length = None
    if bench.version == V15:
        table.command = bench.of.OFPTFC_MODIFY if hasattr(bench.of, "OFPTFC_MODIFY") else 1
    else:
        rest = [t for n, t in features(bench).items() if n != table.table_id]
        for t in rest:
            t.length = None
        # Before 1.5 a request names every table that shall be there; 64 KB are not enough for all.
        return Several(bench, rest + [table])
    return bench.parser.OFPTableFeaturesStatsRequest(bench.dp, 0, [table])


class Several:
    """A request in several parts, each below 64 KB."""

    def __init__(self, bench, tables):
        self.bench, self.tables, self.xid = bench, tables, None

    def set_xid(self, xid):
        self.xid = xid

    def serialize(self):
        parts, body = [], b""
        for t in self.tables:
            one = bytes(t.serialize())
            if len(body) + len(one) > 60000:
                parts.append(body)
                body = b""
            body += one
        parts.append(body)
        self.buf = b""
        of = self.bench.of
        for i, part in enumerate(parts):
            more = 1 if i < len(parts) - 1 else 0
            self.buf += struct.pack("!BBHIHHI", self.bench.version, of.OFPT_MULTIPART_REQUEST, 16 + len(part), self.xid, of.OFPMP_TABLE_FEATURES, more, 0) + part


@shows("table-features", "more than the switch can do is refused, and changes nothing", since=V13)
def _(bench):
    of = bench.of
    table = features(bench)[7]
    wanted = len(oxm_names(table, of.OFPTFPT_MATCH))
    request = restore(bench, table)
    data = bytearray(bench.peer.pack(request))
    # The last table's max_entries becomes what no switch has room for.
    at = len(data) - len(bytes(table.serialize()))
    data[at + 60:at + 64] = b"\xff\xff\xff\xff"
    xid = struct.unpack_from("!I", data, 4)[0]
    bench.send(bytes(data))
    raw = bench.peer.expect(lambda m: m.xid == xid, "an answer")
    equal((raw.type, struct.unpack_from("!H", raw.data, 8)[0]), (1, of.OFPET_TABLE_FEATURES_FAILED), "error")
    equal(len(oxm_names(features(bench)[7], of.OFPTFPT_MATCH)), wanted, "fields")


def table_mod(bench, table, config, properties=()):
    if bench.version == V13:
        return bench.parser.OFPTableMod(bench.dp, table, config)
    return bench.parser.OFPTableMod(bench.dp, table, config, list(properties))


@shows("table-mod", "1.3: is accepted and has no effect", since=V13, until=V13)
def _(bench):
    bench.do(table_mod(bench, 0, 0), table_mod(bench, 0xFF, 3))
    bench.must_leave([(1, plain())], {})


@shows("table-mod", "an unknown table and unknown bits are refused", since=V13)
def _(bench):
    bench.refused(table_mod(bench, 254, 0), "TABLE_MOD_FAILED/OFPTMFC_BAD_TABLE")
    bench.refused(table_mod(bench, 0, 0x80), "TABLE_MOD_FAILED/OFPTMFC_BAD_CONFIG")


def described(bench, n):
    return {t.table_id: t for t in bench.peer.stats(bench.parser.OFPTableDescStatsRequest(bench.dp, 0))}[n]


def limit(bench, table, entries):
    """Makes a table small: its features, with max_entries changed."""
    whole = features(bench)[table]
    small = features(bench)[table]
    small.max_entries = entries
    bench.defer(lambda: bench.peer.stats(restore(bench, whole)))
    bench.peer.stats(restore(bench, small))
    equal(features(bench)[table].max_entries, entries, "max_entries")


@shows("table-mod", "a full table refuses with OFPFMFC_TABLE_FULL", since=V13)
def _(bench):
    limit(bench, 9, 3)
    bench.flows(*[flow({"in_port": n}, *out(2), table=9) for n in (1, 2, 3)])
    bench.refused(bench.build.flow_mod(flow({"in_port": 4}, *out(2), table=9)), "FLOW_MOD_FAILED/OFPFMFC_TABLE_FULL")
    bench.flows(flow({"in_port": 3}, *out(3), table=9))
    equal(len(bench.dump(table=9)), 3, "flows")


@shows("eviction", "by importance: the least important goes, with OFPRR_EVICTION", since=V14)
def _(bench):
    of, p = bench.of, bench.parser
    limit(bench, 9, 3)
    flags = of.OFPTMPEF_IMPORTANCE
    bench.defer(lambda: bench.do(table_mod(bench, 9, 0)))
    bench.do(table_mod(bench, 9, of.OFPTC_EVICTION, [p.OFPTableModPropEviction(type_=of.OFPTMPT_EVICTION, flags=flags)]))
    check(described(bench, 9).config & of.OFPTC_EVICTION, "TABLE_DESC does not tell of eviction")
    bench.flows(*[flow({"in_port": n}, *out(2), table=9, importance=i, cookie=n, flags=of.OFPFF_SEND_FLOW_REM) for n, i in ((1, 50), (2, 10), (3, 30))])
    bench.flows(flow({"in_port": 4}, *out(2), table=9, importance=20, cookie=4))
    message = bench.peer.next(of.OFPT_FLOW_REMOVED)
    equal((message.cookie, message.reason), (2, of.OFPRR_EVICTION), "flow removed")
    equal(sorted(f.cookie for f in bench.dump(table=9)), [1, 3, 4], "flows")


@shows("vacancy", "TABLE_STATUS when little room is left, and when there is room again", since=V14)
def _(bench):
    of, p = bench.of, bench.parser
    limit(bench, 9, 10)
    bench.defer(lambda: bench.do(table_mod(bench, 9, 0)))
    kinds = [p.OFPAsyncConfigPropReasons(of.OFPACPT_TABLE_STATUS_MASTER, 8, 0x18)]
    bench.do(p.OFPSetAsync(bench.dp, kinds))
    bench.do(table_mod(bench, 9, of.OFPTC_VACANCY_EVENTS, [p.OFPTableModPropVacancy(type_=of.OFPTMPT_VACANCY, vacancy_down=30, vacancy_up=60, vacancy=0)]))
    bench.flows(*[flow({"eth_dst": f"02:00:00:00:00:{n:02x}"}, *out(2), table=9, cookie=n) for n in range(9)])
    message = bench.peer.next(of.OFPT_TABLE_STATUS)
    equal((message.reason, message.table.table_id), (of.OFPTR_VACANCY_DOWN, 9), "table status")
    bench.peer.none(of.OFPT_TABLE_STATUS)
    bench.do(bench.build.flow_mod(flow({}, table=9), "DELETE"))
    message = bench.peer.next(of.OFPT_TABLE_STATUS)
    equal((message.reason, message.table.table_id), (of.OFPTR_VACANCY_UP, 9), "table status")


@shows("egress", "egress tables see the frame behind output, with the port in actset_output", since=V15)
def _(bench):
    of, p = bench.of, bench.parser
    first = features(bench)[100]
    whole = features(bench)[100]
    first.features |= of.OFPTFF_FIRST_EGRESS | of.OFPTFF_EGRESS_TABLE
    bench.defer(lambda: bench.peer.stats(restore(bench, whole)))
    bench.peer.stats(restore(bench, first))
    check(features(bench)[100].features & of.OFPTFF_FIRST_EGRESS, "it is not the first egress table")
    bench.flows(flow({}, *out(2, 3)), flow({"actset_output": 3}, ("set", "eth_dst", C), table=100),
                flow({"eth_type": 0x88B6}, table=100, priority=9999))     # the bench's own marker
    bench.must_leave([(1, plain())], {3: [plain(dst=C)]})
    bench.flows(flow({}, table=100, priority=0))
    bench.must_leave([(1, plain())], {2: [plain()], 3: [plain(dst=C)]})
    bench.refused(bench.build.flow_mod(flow({}, goto=100)), "BAD_INSTRUCTION/OFPBIC_BAD_TABLE_ID")
