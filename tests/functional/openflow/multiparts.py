# SPDX-License-Identifier: Apache-2.0
"""What each multipart (1.0: statistics) tells (1.3.5 §7.3.5, 1.5.1 §7.3.5)."""
import struct

from heddle_test.case import check, equal, wait_for

from build import Bucket, Flow, Group, flow, out
from fields import IP, UDP4
from instructions import packets
from peer import V10, V13, V14, V15
from samples import plain, udp
from table import Bad, shows


@shows("multipart", "DESC")
def _(bench):
    reply = bench.peer.ask(bench.parser.OFPDescStatsRequest(bench.dp, 0)).body
    words = [str(getattr(reply, f)).lower() for f in ("mfr_desc", "hw_desc", "sw_desc", "serial_num", "dp_desc")]
    check("heddle" in " ".join(words), f"description {words}")


@shows("multipart", "FLOW: by table, cookie, out_port, out_group and match; counters", since=V13)
def _(bench):
    bench.groups(Group(7, "INDIRECT", [Bucket(out(4))]))
    bench.flows(flow({"in_port": 1}, *out(2), cookie=0x11), flow({**UDP4, "udp_dst": 5}, *out(3), cookie=0x12), flow({}, ("group", 7), table=4, cookie=0x23))
    cookies = lambda **by: sorted(f.cookie for f in bench.dump(**by))      # noqa: E731
    equal(cookies(), [0x11, 0x12, 0x23], "all")
    equal(cookies(table=4), [0x23], "table 4")
    equal(cookies(cookie=0x10, cookie_mask=0xF0), [0x11, 0x12], "by cookie")
    equal(cookies(out_port=3), [0x12], "by out_port")
    equal(cookies(out_group=7), [0x23], "by out_group")
    equal(cookies(match=IP), [0x12], "by match")
    bench.pass_frames(*[(1, plain())] * 3)
    first, = [f for f in bench.dump() if f.cookie == 0x11]
    equal(packets(bench, first), 3, "packets")
    check(bench.version == V15 or (first.byte_count == 3 * len(plain()) and first.duration_sec < 5), "bytes, duration")


@shows("multipart", "FLOW in 1.0: by match and out_port; counters", until=V10)
def _(bench):
    bench.flows(flow({"in_port": 1}, *out(2), cookie=1), flow({"in_port": 2}, *out(3), cookie=2))
    equal([f.cookie for f in bench.dump(out_port=3)], [2], "by out_port")
    bench.pass_frames(*[(1, plain())] * 3)
    first, = [f for f in bench.dump() if f.cookie == 1]
    equal((first.packet_count, first.byte_count), (3, 3 * len(plain())), "counters")


@shows("multipart", "FLOW: many parts for many flows, none lost or twice")
def _(bench):
    bench.flows(*[flow({"in_port": 1, "eth_dst": f"02:00:00:00:{i >> 8:02x}:{i & 255:02x}"}, *out(2), cookie=i) for i in range(3000)])
    equal(sorted(f.cookie for f in bench.dump()), list(range(3000)), "cookies")


@shows("multipart", "FLOW_STATS of 1.5: counters without instructions, by OXS", since=V15)
def _(bench):
    p = bench.parser
    bench.flows(flow({"in_port": 1}, *out(2)), flow({}, *out(3), table=9, priority=5))
    bench.pass_frames(*[(1, plain())] * 3)
    found = bench.peer.stats(p.OFPFlowStatsRequest(bench.dp, 0, match=p.OFPMatch()))
    equal(sorted((f.table_id, f.priority, f.reason, f.stats["packet_count"], f.stats["byte_count"]) for f in found),
          [(0, 100, 0, 3, 3 * len(plain())), (9, 5, 0, 0, 0)], "flows")


@shows("multipart", "AGGREGATE")
def _(bench):
    p, of = bench.parser, bench.of
    bench.flows(flow({"in_port": 1}, *out(2), cookie=0x11), flow({"in_port": 2}, *out(3), cookie=0x12))
    bench.pass_frames(*[(1, plain())] * 3, (2, plain()))
    if bench.version == V10:
        request = p.OFPAggregateStatsRequest(bench.dp, 0, bench.build.match({}), 0xFF, of.OFPP_NONE)
        second = p.OFPAggregateStatsRequest(bench.dp, 0, bench.build.match({"in_port": 1}), 0xFF, of.OFPP_NONE)
    else:
        request = p.OFPAggregateStatsRequest(bench.dp, 0, of.OFPTT_ALL, of.OFPP_ANY, of.OFPG_ANY, 0, 0, p.OFPMatch())
        second = p.OFPAggregateStatsRequest(bench.dp, 0, of.OFPTT_ALL, of.OFPP_ANY, of.OFPG_ANY, 0x11, 0xFF, p.OFPMatch())
    for message, wanted in ((request, (2, 4)), (second, (1, 3))):
        body = bench.peer.ask(message).body
        body = body[0] if isinstance(body, list) else body
        names = ("flow_count", "packet_count", "byte_count")
        equal(tuple(body.stats[n] if bench.version == V15 else getattr(body, n) for n in names), (*wanted, wanted[1] * len(plain())), "aggregate")


@shows("multipart", "TABLE: active flows, lookups and matches")
def _(bench):
    p = bench.parser
    bench.flows(flow({"in_port": 1}, *out(2)), flow({"in_port": 2}, *out(2)))

    def table():
        return {t.table_id: t for t in bench.peer.stats(p.OFPTableStatsRequest(bench.dp, 0))}
    before = table()
    equal((before[0].active_count, len(before)), (2, 254), "flows of table 0, tables")
    bench.pass_frames((1, plain()), (3, plain()))
    after = table()[0]
    looked, matched = after.lookup_count - before[0].lookup_count, after.matched_count - before[0].matched_count
    equal(looked - matched, 1, "lookups that matched nothing")


@shows("multipart", "PORT_STATS: frames and bytes, of one port and of all; an unknown port is refused")
def _(bench):
    p, of = bench.parser, bench.of
    bench.flows(flow({}, *out(2)))
    everyone = of.OFPP_NONE if bench.version == V10 else of.OFPP_ANY
    ask = lambda n: {s.port_no: s for s in bench.peer.stats(p.OFPPortStatsRequest(bench.dp, 0, n))}    # noqa: E731
    before = ask(everyone)
    equal(sorted(before), [1, 2, 3, 4], "ports")
    bench.pass_frames(*[(1, plain())] * 5)
    after = {**ask(1), **ask(2)}
    check(after[1].rx_packets - before[1].rx_packets >= 5 and after[2].tx_packets - before[2].tx_packets >= 5, "frames")
    check(after[1].rx_bytes - before[1].rx_bytes >= 5 * len(plain()), "bytes")
    if bench.version > V10:
        check(after[1].duration_sec < 600, "duration")
        bench.refused(p.OFPPortStatsRequest(bench.dp, 0, 77), "BAD_REQUEST/OFPBRC_BAD_PORT")


@shows("multipart", "PORT_DESC: names, addresses, states", since=V13)
def _(bench):
    found = {p.port_no: p for p in bench.peer.stats(bench.parser.OFPPortDescStatsRequest(bench.dp, 0))}
    equal(sorted(found), [1, 2, 3, 4], "ports")
    equal([found[n].name for n in sorted(found)], [f"p{n}".encode() for n in sorted(found)], "names")
    for port in found.values():
        equal((port.config, port.state & 1), (0, 0), f"configuration and state of {port.name}")
        check(port.state & bench.of.OFPPS_LIVE, f"{port.name} is not live")
        check(port.hw_addr != "00:00:00:00:00:00", "no address")
    if bench.version >= V14:
        check(any(p.type == bench.of.OFPPDPT_ETHERNET for p in found[1].properties), "no Ethernet property")
    if bench.version == V15:
        one = bench.peer.stats(bench.parser.OFPPortDescStatsRequest(bench.dp, 0, 3))
        equal([p.port_no for p in one], [3], "port 3 alone")


@shows("multipart", "QUEUE: the port's queues, all and one; unknown ones are refused")
def _(bench):
    p, of = bench.parser, bench.of
    everyone = of.OFPP_ALL if bench.version == V10 else of.OFPP_ANY
    found = bench.peer.stats(p.OFPQueueStatsRequest(bench.dp, 0, everyone, of.OFPQ_ALL))
    check(all(q.port_no in (1, 2, 3, 4) for q in found), "queues of unknown ports")
    bench.refused(p.OFPQueueStatsRequest(bench.dp, 0, 77, of.OFPQ_ALL), "QUEUE_OP_FAILED/OFPQOFC_BAD_PORT")
    bench.refused(p.OFPQueueStatsRequest(bench.dp, 0, 1, 77), "QUEUE_OP_FAILED/OFPQOFC_BAD_QUEUE")


@shows("multipart", "QUEUE_GET_CONFIG: of a port without queues, and of an unknown port", until=V13)
def _(bench):
    p = bench.parser
    reply = bench.peer.ask(p.OFPQueueGetConfigRequest(bench.dp, 1), bench.of.OFPT_QUEUE_GET_CONFIG_REPLY)
    equal(reply.port, 1, "port")
    bench.refused(p.OFPQueueGetConfigRequest(bench.dp, 77), "QUEUE_OP_FAILED/OFPQOFC_BAD_PORT")


@shows("multipart", "QUEUE_DESC", since=V14)
def _(bench):
    p, of = bench.parser, bench.of
    found = bench.peer.stats(p.OFPQueueDescStatsRequest(bench.dp, 0, of.OFPP_ANY, of.OFPQ_ALL))
    check(all(q.port_no in (1, 2, 3, 4) for q in found), "queues of unknown ports")
    bench.refused(p.OFPQueueDescStatsRequest(bench.dp, 0, 77, of.OFPQ_ALL), "QUEUE_OP_FAILED/OFPQOFC_BAD_PORT")


@shows("multipart", "a port with queues: set_queue sends through them, QUEUE and the configuration tell", since=V13)
def _(bench):
    p, of = bench.parser, bench.of
    bench.switch.add_port("q,dev:net_null1,no-rx=1,ofport=50,rate=100M,queue=1:min=10M:max=50M,queue=2:max=20M")
    bench.defer(bench.switch.del_port, "q")
    bench.flows(flow({}, ("queue", 1), *out(50)))
    bench.pass_frames(*[(1, plain())] * 7)

    def sent():
        return {q.queue_id: q for q in bench.peer.stats(p.OFPQueueStatsRequest(bench.dp, 0, 50, of.OFPQ_ALL))}
    wait_for("the frames", lambda: sent()[1].tx_packets == 7, 3)
    equal((sent()[1].tx_bytes, sent()[2].tx_packets), (7 * len(plain()), 0), "bytes of queue 1, frames of queue 2")
    if bench.version == V13:
        found = {q.queue_id: q for q in bench.peer.ask(p.OFPQueueGetConfigRequest(bench.dp, 50)).queues}
    else:
        found = {q.queue_id: q for q in bench.peer.stats(p.OFPQueueDescStatsRequest(bench.dp, 0, 50, of.OFPQ_ALL))}
    rates = {n: sorted((type(x).__name__[-7:], x.rate) for x in q.properties) for n, q in found.items() if n}
    equal(rates, {1: [("MaxRate", 500), ("MinRate", 100)], 2: [("MaxRate", 200)]}, "rates in permille")


@shows("multipart", "TABLE_DESC: a row for each table", since=V14)
def _(bench):
    found = bench.peer.stats(bench.parser.OFPTableDescStatsRequest(bench.dp, 0))
    equal([t.table_id for t in found], list(range(254)), "tables")


@shows("multipart", "BUNDLE_FEATURES", since=V15)
def _(bench):
    p, of = bench.parser, bench.of
    request = p.OFPBundleFeaturesStatsRequest(bench.dp, 0, feature_request_flags=0, properties=[])
    body = bench.peer.ask(request).body
    body = body[0] if isinstance(body, list) else body
    wanted = of.OFPBF_ATOMIC | of.OFPBF_ORDERED | of.OFPBF_TIME
    equal(body.capabilities & wanted, wanted, "capabilities")


@shows("multipart", "CONTROLLER_STATUS: one entry for each controller", since=V15)
def _(bench):
    found = bench.peer.stats(bench.parser.OFPControllerStatusStatsRequest(bench.dp, 0))
    check(len(found) >= 1, "no controller")
    check(any(c.channel_status == bench.of.OFPCT_STATUS_UP for c in found if hasattr(bench.of, "OFPCT_STATUS_UP")) or
          any(c.channel_status == 0 for c in found), f"none is up: {[c.channel_status for c in found]}")


@shows("multipart", "REQ_MORE: parts of a request that has no parts are refused or taken as one", since=V13)
def _(bench):
    of = bench.of
    body = struct.pack("!HHI", of.OFPMP_DESC, 1, 0)
    data = bench.send(bench.peer.frame(of.OFPT_MULTIPART_REQUEST, body))
    bench.peer.barrier()
    check(all(k[0] == 1 for k, _ in bench.peer.errors(data)), "another error than OFPET_BAD_REQUEST")


def request(bench, kind, body=b"", flags=0):
    if bench.version == V10:
        return bench.peer.frame(16, struct.pack("!HH", kind, flags) + body)
    return bench.peer.frame(18, struct.pack("!HHI", kind, flags, 0) + body)


Bad("multipart", "an unknown type", lambda b: request(b, 4711), {V10: "BAD_REQUEST/OFPBRC_BAD_STAT", **dict.fromkeys((V13, V14, V15), "BAD_REQUEST/OFPBRC_BAD_MULTIPART")})
Bad("multipart", "an unknown experimenter", lambda b: request(b, 0xFFFF, struct.pack("!II", 0x00123456, 1)),
    {V10: "BAD_REQUEST/OFPBRC_BAD_VENDOR", **dict.fromkeys((V13, V14, V15), "BAD_REQUEST/OFPBRC_BAD_EXPERIMENTER")})
Bad("multipart", "a FLOW request that is cut off", lambda b: request(b, 1, bytes(9)), "BAD_REQUEST/OFPBRC_BAD_LEN")
Bad("multipart", "a DESC request with a tail", lambda b: request(b, 0, bytes(8)), "BAD_REQUEST/OFPBRC_BAD_LEN", since=V13)
Bad("multipart", "a FLOW request for a table that does not exist", lambda b: b.parser.OFPFlowStatsRequest(b.dp, 0, 254, b.of.OFPP_ANY, b.of.OFPG_ANY, 0, 0, b.parser.OFPMatch()),
    "BAD_REQUEST/OFPBRC_BAD_TABLE_ID", since=V13)
