# SPDX-License-Identifier: Apache-2.0
"""Meters (1.3.5 §5.7, §7.3.4.4; 1.5.1 §5.11)."""
from heddle_test.case import check, equal, wait_for

from build import Flow, Meter, flow, out
from fields import IP, IP6
from peer import V13, V14, V15
from samples import plain, udp, udp6
from table import Bad, shows


def pass_burst(bench, meter, frame, n=60, match=None):
    """n frames at once through a meter: how many left, and what they were."""
    bench.meters(meter)
    bench.flows(flow(match or {}, *out(3), meter=meter.id))
    got = bench.pass_frames(*[(1, bytes(frame))] * n)
    return got.get(3, [])


@shows("meter", "drop by packets: the burst passes, the rest not", since=V13)
def _(bench):
    got = pass_burst(bench, Meter(1, "PKTPS BURST STATS", [("drop", 10, 20)]), plain())
    check(18 <= len(got) <= 30, f"{len(got)} of 60 frames passed, wanted a burst of 20 and a few more")


@shows("meter", "drop by kilobits: the burst passes, the rest not", since=V13)
def _(bench):
    frame = plain(load=b"x" * 1236)     # 1250 bytes: 10 kbit
    got = pass_burst(bench, Meter(1, "KBPS BURST STATS", [("drop", 50, 200)]), frame)
    check(17 <= len(got) <= 30, f"{len(got)} of 60 frames passed, wanted a burst of 20 and a few more")


@shows("meter", "a rate that is not exceeded drops nothing", since=V13)
def _(bench):
    equal(len(pass_burst(bench, Meter(1, "PKTPS BURST", [("drop", 1000000, 1000000)]), plain())), 60, "frames")


@shows("meter", "dscp_remark raises the drop precedence of AF classes", since=V13)
def _(bench):
    # AF11 (10) by one becomes AF12 (12); the burst stays as it is.
    got = pass_burst(bench, Meter(1, "PKTPS BURST", [("remark", 10, 20, 1)]), udp(tos=10 << 2 | 1), match=IP)
    equal(len(got), 60, "frames")
    as_sent, remarked = got.count(bytes(udp(tos=10 << 2 | 1))), got.count(bytes(udp(tos=12 << 2 | 1)))
    equal(as_sent + remarked, 60, "frames that are one or the other")
    check(30 <= remarked <= 42, f"{remarked} were remarked")


@shows("meter", "dscp_remark by two, over IPv6, ends at the highest precedence", since=V13)
def _(bench):
    got = pass_burst(bench, Meter(1, "PKTPS BURST", [("remark", 10, 20, 2)]), udp6(tc=36 << 2), match=IP6)     # AF42
    as_sent, remarked = got.count(bytes(udp6(tc=36 << 2))), got.count(bytes(udp6(tc=38 << 2)))             # AF43
    equal(as_sent + remarked, 60, "frames that are one or the other")
    check(30 <= remarked <= 42, f"{remarked} were remarked")


@shows("meter", "the band of the highest rate that is exceeded acts", since=V13)
def _(bench):
    got = pass_burst(bench, Meter(1, "PKTPS BURST", [("remark", 5, 10, 1), ("drop", 10, 30)]), udp(tos=10 << 2), match=IP)
    check(28 <= len(got) <= 42, f"{len(got)} of 60 frames passed, wanted 30 and a few more")
    check(got.count(bytes(udp(tos=12 << 2))) >= 15, "none was remarked")


@shows("meter", "OFPMP_METER_CONFIG or METER_DESC reads back exactly what was sent", since=V13)
def _(bench):
    sent = [Meter(1, "KBPS", [("drop", 1000, 0)]), Meter(2, "PKTPS BURST STATS", [("remark", 100, 7, 1), ("drop", 200, 9)]),
            Meter(0xFFFF0000, "KBPS BURST", [("drop", 4000000000, 123456)])]
    bench.meters(*sent)
    p = bench.parser
    request = (p.OFPMeterDescStatsRequest if bench.version == V15 else p.OFPMeterConfigStatsRequest)(bench.dp, 0, bench.of.OFPM_ALL)
    from instructions import strip
    found = {m.meter_id: m for m in bench.peer.stats(request)}
    equal(sorted(found), sorted(m.id for m in sent), "meters")
    for m in sent:
        message = bench.build.meter_mod(m)
        equal(found[m.id].flags, message.flags, f"flags of {m.id}")
        equal([(type(b).__name__, strip(b.to_jsondict())) for b in found[m.id].bands],
              [(type(b).__name__, strip(b.to_jsondict())) for b in message.bands], f"bands of {m.id}")


@shows("meter", "OFPMP_METER counts what came in, what each band took, and the flows", since=V13)
def _(bench):
    got = pass_burst(bench, Meter(1, "PKTPS BURST STATS", [("drop", 10, 20)]), plain())

    def stats():
        found, = bench.peer.stats(bench.parser.OFPMeterStatsRequest(bench.dp, 0, bench.of.OFPM_ALL))
        return found if found.packet_in_count == 60 else None
    found = wait_for("the counts", stats, 3)
    equal(found.byte_in_count, 60 * len(plain()), "bytes in")
    equal([(b.packet_band_count, b.byte_band_count) for b in found.band_stats], [(60 - len(got), (60 - len(got)) * len(plain()))], "band")
    equal(found.ref_count if bench.version == V15 else found.flow_count, 1, "flows")


@shows("meter", "OFPMP_METER_FEATURES", since=V13)
def _(bench):
    reply = bench.peer.ask(bench.parser.OFPMeterFeaturesStatsRequest(bench.dp, 0)).body
    found = reply[0] if isinstance(reply, list) else reply
    of = bench.of
    check(found.max_meter > 0 and found.max_bands >= 2, f"{found.max_meter} meters of {found.max_bands} bands")
    equal(found.band_types, 1 << of.OFPMBT_DROP | 1 << of.OFPMBT_DSCP_REMARK, "bands")
    equal(found.capabilities, of.OFPMF_KBPS | of.OFPMF_PKTPS | of.OFPMF_BURST | of.OFPMF_STATS, "capabilities")


@shows("meter", "modify changes it under its flows; delete takes them with it", since=V13)
def _(bench):
    of = bench.of
    bench.meters(Meter(1, "PKTPS BURST", [("drop", 1, 1)]))
    bench.flows(flow({}, *out(3), meter=1, flags=of.OFPFF_SEND_FLOW_REM, cookie=5))
    bench.meters(Meter(1, "PKTPS BURST", [("drop", 1000000, 1000000)]), command="MODIFY")
    equal(len(bench.pass_frames(*[(1, plain())] * 30).get(3, [])), 30, "frames")
    bench.do(bench.build.meter_mod(Meter(1, "KBPS", []), "DELETE"))
    equal(bench.dump(), [], "flows")
    message = bench.peer.next(of.OFPT_FLOW_REMOVED)
    equal((message.cookie, message.reason), (5, of.OFPRR_DELETE if bench.version == V13 else of.OFPRR_METER_DELETE), "flow removed")


ONE = Meter(1, "KBPS", [("drop", 1000, 0)])


def bad(name, error, make, command="ADD", before=()):
    Bad("meter", name, lambda bench: bench.build.meter_mod(make, command), "METER_MOD_FAILED/OFPMMFC_" + error, since=V13,
        before=lambda bench: bench.meters(*before))


def changed(bench, **values):
    message = bench.build.meter_mod(ONE)
    for name, value in values.items():
        setattr(message, name, value)
    return message


bad("add of a meter that is there", "METER_EXISTS", ONE, before=[ONE])
bad("modify of a meter that is not there", "UNKNOWN_METER", ONE, "MODIFY")
bad("meter 0", "INVALID_METER", ONE._replace(id=0))
bad("an id above OFPM_MAX", "INVALID_METER", ONE._replace(id=0xFFFF0001))
bad("kilobits and packets at once", "BAD_FLAGS", ONE._replace(flags="KBPS PKTPS"))
Bad("meter", "an unknown flag", lambda bench: changed(bench, flags=0x101), "METER_MOD_FAILED/OFPMMFC_BAD_FLAGS", since=V13)
Bad("meter", "an unknown command", lambda bench: changed(bench, command=9), "METER_MOD_FAILED/OFPMMFC_BAD_COMMAND", since=V13)
Bad("meter", "an unknown band", lambda bench: bench.peer.pack(changed(bench)).replace(b"\0\1\0\x10\0\0\x03\xe8", b"\0\x77\0\x10\0\0\x03\xe8"),
    "METER_MOD_FAILED/OFPMMFC_BAD_BAND", since=V13)
Bad("meter", "a flow with a meter that does not exist", lambda bench: bench.build.flow_mod(flow({}, *out(3), meter=77)),
    {**dict.fromkeys((V13, V14), "METER_MOD_FAILED/OFPMMFC_UNKNOWN_METER METER_MOD_FAILED/OFPMMFC_INVALID_METER"), V15: "BAD_ACTION/OFPBAC_BAD_METER"}, since=V13)
