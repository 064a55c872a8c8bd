# SPDX-License-Identifier: Apache-2.0
"""Several controllers: roles, and what each is sent (1.3.5 §6.3.6, §7.3.9, §7.3.10)."""
from heddle_test.case import check, equal

from build import Bucket, Group, Meter, flow, out
from peer import V10, V13, V14, V15
from samples import plain
from table import shows

PACKET_IN, PORT_STATUS, FLOW_REMOVED, ROLE_STATUS, TABLE_STATUS, REQUESTFORWARD, FLOW_STATS, CONT_STATUS = range(0, 16, 2)


def role_request(bench, role, generation=0, short_id=0):
    p, role = bench.parser, getattr(bench.of, "OFPCR_ROLE_" + role)
    if bench.version == V15:
        return p.OFPRoleRequest(bench.dp, role, short_id, generation)
    return p.OFPRoleRequest(bench.dp, role, generation)


def take(bench, peer, role, generation=0):
    """The role that the reply tells, by name."""
    reply = peer.ask(role_request(bench, role, generation))
    return {getattr(bench.of, "OFPCR_ROLE_" + n): n for n in ("NOCHANGE", "EQUAL", "MASTER", "SLAVE")}[reply.role]


class Generations:
    """Generation ids of the whole switch: each master's claim has a newer one."""
    last = 1000

    @classmethod
    def next(cls):
        cls.last += 1
        return cls.last


@shows("role", "equal at first; master, slave, equal and nochange are answered", since=V13)
def _(bench):
    equal(take(bench, bench.peer, "NOCHANGE"), "EQUAL", "role")
    equal(take(bench, bench.peer, "MASTER", Generations.next()), "MASTER", "role")
    equal(take(bench, bench.peer, "NOCHANGE"), "MASTER", "role")
    equal(take(bench, bench.peer, "SLAVE", Generations.next()), "SLAVE", "role")
    equal(take(bench, bench.peer, "EQUAL"), "EQUAL", "role")


@shows("role", "a new master makes the old one a slave; a slave may ask, not change", since=V13)
def _(bench):
    other = bench.connect()
    equal(take(bench, bench.peer, "MASTER", Generations.next()), "MASTER", "role")
    equal(take(bench, other, "MASTER", Generations.next()), "MASTER", "role")
    equal(take(bench, bench.peer, "NOCHANGE"), "SLAVE", "role of the first")
    refused = "BAD_REQUEST/OFPBRC_IS_SLAVE"
    b = bench.build
    for message in (b.flow_mod(flow({}, *out(2))), b.packet_out(plain(), ("output", 2)), b.group_mod(Group(1, "ALL", [])),
                    b.meter_mod(Meter(1, "KBPS", [("drop", 1000, 0)]))):
        bench.refused(message, refused)
    equal(bench.dump(), [], "flows, which a slave may ask for")
    bench.do(bench.parser.OFPSetConfig(bench.dp, 0, 128)) if bench.version == V13 else None
    equal(take(bench, bench.peer, "EQUAL"), "EQUAL", "role")
    equal(take(bench, other, "NOCHANGE"), "MASTER", "role of the other")


@shows("role", "a generation id that is older is OFPRRFC_STALE; an unknown role OFPRRFC_BAD_ROLE", since=V13)
def _(bench):
    now = Generations.next()
    take(bench, bench.peer, "MASTER", now)
    for role in ("MASTER", "SLAVE"):
        bench.refused(role_request(bench, role, now - 1), "ROLE_REQUEST_FAILED/OFPRRFC_STALE")
        equal(take(bench, bench.peer, role, now), role, "role under the same id")
    bad = role_request(bench, "EQUAL")
    bad.role = 9
    bench.refused(bad, "ROLE_REQUEST_FAILED/OFPRRFC_BAD_ROLE")
    equal(bench.peer.ask(role_request(bench, "NOCHANGE")).generation_id, now, "generation id in the reply")


@shows("role", "a slave is sent PORT_STATUS only; others are sent everything", since=V13)
def _(bench):
    other, of = bench.connect(), bench.of
    take(bench, other, "SLAVE", Generations.next())
    bench.flows(flow({"in_port": 1}, ("output", "CONTROLLER", 0xFFFF), flags=of.OFPFF_SEND_FLOW_REM))
    bench.must_leave([(1, plain())], {})
    equal(len(bench.punted), 1, "packet-ins at the first")
    bench.send(bench.build.delete_all())
    bench.peer.next(of.OFPT_FLOW_REMOVED)
    other.none(of.OFPT_PACKET_IN)
    other.none(of.OFPT_FLOW_REMOVED)
    bench.switch.add_port("extra,dev:net_null2,no-rx=1,ofport=45")
    bench.defer(bench.switch.del_port, "extra")
    other.next(of.OFPT_PORT_STATUS)
    bench.peer.next(of.OFPT_PORT_STATUS)


@shows("role", "packet-ins and flow-removed go to every controller that is no slave")
def _(bench):
    others = [bench.connect(), bench.connect()]
    bench.flows(flow({"in_port": 1}, ("output", "CONTROLLER", 0xFFFF), flags=bench.of.OFPFF_SEND_FLOW_REM))
    bench.must_leave([(1, plain())], {})
    bench.send(bench.build.delete_all())
    for peer in others:
        wanted = [m.data for m in (peer.next(bench.of.OFPT_PACKET_IN),)]
        equal(wanted, [plain()], "packet-in")
        peer.next(bench.of.OFPT_FLOW_REMOVED)


def set_async(bench, packet_in, port_status, flow_removed, slave=(0, 7, 0)):
    p, of = bench.parser, bench.of
    if bench.version == V13:
        return p.OFPSetAsync(bench.dp, [packet_in, slave[0]], [port_status, slave[1]], [flow_removed, slave[2]])
    prop = p.OFPAsyncConfigPropReasons
    return p.OFPSetAsync(bench.dp, [prop(kind, 8, mask) for kind, mask in (
        (of.OFPACPT_PACKET_IN_SLAVE, slave[0]), (of.OFPACPT_PACKET_IN_MASTER, packet_in), (of.OFPACPT_PORT_STATUS_SLAVE, slave[1]),
        (of.OFPACPT_PORT_STATUS_MASTER, port_status), (of.OFPACPT_FLOW_REMOVED_SLAVE, slave[2]), (of.OFPACPT_FLOW_REMOVED_MASTER, flow_removed))])


@shows("async", "SET_ASYNC decides by reason what is sent, GET_ASYNC reads it back", since=V13)
def _(bench):
    of, p = bench.of, bench.parser
    bench.do(set_async(bench, 1 << of.OFPR_INVALID_TTL, 2, 1 << of.OFPRR_DELETE, (1, 4, 8)))
    reply = bench.peer.ask(p.OFPGetAsyncRequest(bench.dp), of.OFPT_GET_ASYNC_REPLY)
    if bench.version == V13:
        equal((reply.packet_in_mask, reply.port_status_mask, reply.flow_removed_mask), ([4, 1], [2, 4], [4, 8]), "masks")
    else:
        found = {x.type: x.mask for x in reply.properties if hasattr(x, "mask")}     # os-ken knows not all
        equal([found.get(n) for n in range(6)], [1, 4, 4, 2, 8, 4], "masks")
    bench.flows(flow({"in_port": 1}, ("output", "CONTROLLER", 0xFFFF), flags=of.OFPFF_SEND_FLOW_REM, hard=1), flow({"in_port": 2}, flags=of.OFPFF_SEND_FLOW_REM))
    bench.must_leave([(1, plain())], {}, punt=False)
    bench.do(bench.build.flow_mod(flow({"in_port": 2}), "DELETE"))
    equal(bench.peer.next(of.OFPT_FLOW_REMOVED).reason, of.OFPRR_DELETE, "reason")
    from heddle_test.case import wait_for
    wait_for("the timeout", lambda: not bench.dump(), 4)
    bench.peer.none(of.OFPT_FLOW_REMOVED)
    bench.peer.none(of.OFPT_PACKET_IN)


@shows("async", "defaults: everything for masters and equals, port status for slaves", since=V13)
def _(bench):
    of = bench.of
    reply = bench.peer.ask(bench.parser.OFPGetAsyncRequest(bench.dp), of.OFPT_GET_ASYNC_REPLY)
    if bench.version == V13:
        equal((reply.packet_in_mask[0] & 3, reply.port_status_mask, reply.flow_removed_mask[0]), (3, [7, 7], 0xF), "masks")
        return
    found = {x.type: x.mask for x in reply.properties if hasattr(x, "mask")}     # os-ken knows not all
    equal((found[of.OFPACPT_PORT_STATUS_MASTER], found[of.OFPACPT_PORT_STATUS_SLAVE], found.get(of.OFPACPT_PACKET_IN_SLAVE, 0)), (7, 7, 0), "masks")
    check(found[of.OFPACPT_PACKET_IN_MASTER] & 1 and found[of.OFPACPT_FLOW_REMOVED_MASTER] & 7 == 7, f"masks {found}")


@shows("async", "a property that is not known is refused", since=V14)
def _(bench):
    message = bench.parser.OFPSetAsync(bench.dp, [bench.parser.OFPAsyncConfigPropReasons(bench.of.OFPACPT_PACKET_IN_MASTER, 8, 1)])
    data = bytearray(bench.peer.pack(message))
    data[8:10] = b"\0\x77"
    bench.refused(bytes(data), "BAD_PROPERTY/OFPBPC_BAD_TYPE ASYNC_CONFIG_FAILED/OFPACFC_UNSUPPORTED ASYNC_CONFIG_FAILED/OFPACFC_INVALID")


@shows("role-status", "a master that is replaced is told so", since=V14)
def _(bench):
    other, of = bench.connect(), bench.of
    take(bench, bench.peer, "MASTER", Generations.next())
    generation = Generations.next()
    take(bench, other, "MASTER", generation)
    message = bench.peer.next(of.OFPT_ROLE_STATUS)
    equal((message.role, message.reason, message.generation_id), (of.OFPCR_ROLE_SLAVE, of.OFPCRR_MASTER_REQUEST, generation), "role status")


@shows("requestforward", "a group-mod and a meter-mod reach who asked for them, as they were sent", since=V14)
def _(bench):
    other, p, of = bench.connect(), bench.parser, bench.of
    kind = of.OFPACPT_REQUESTFORWARD_MASTER
    data = other.send(p.OFPSetAsync(bench.dp, [p.OFPAsyncConfigPropReasons(kind, 8, 3)]))
    other.barrier()
    equal(other.errors(data), [], "errors")
    for message in (bench.build.group_mod(Group(1, "ALL", [Bucket(out(2))])), bench.build.meter_mod(Meter(1, "KBPS", [("drop", 1000, 0)]))):
        sent = bench.send(message)
        bench.peer.barrier()
        raw = other.expect(lambda m: m.type == of.OFPT_REQUESTFORWARD, "the forwarded request")
        inner = raw.data[8:]
        equal(inner[:2] + inner[8:], sent[:2] + sent[8:], "the request inside")
        bench.peer.none(of.OFPT_REQUESTFORWARD)
    data = bench.send(bench.build.group_mod(Group(1, "ALL", [])))      # refused: it is there
    bench.peer.barrier()
    other.none(of.OFPT_REQUESTFORWARD)


@shows("controller-status", "a controller that changes its role is told of to the others", since=V15)
def _(bench):
    other, p, of = bench.connect(), bench.parser, bench.of
    data = other.send(p.OFPSetAsync(bench.dp, [p.OFPAsyncConfigPropReasons(of.OFPACPT_CONT_STATUS_MASTER, 8, 0x7F)]))
    other.barrier()
    equal(other.errors(data), [], "errors")
    take(bench, bench.peer, "MASTER", Generations.next())
    raw = other.expect(lambda m: m.type == of.OFPT_CONTROLLER_STATUS, "CONTROLLER_STATUS")
    equal(raw.data[8 + 8], of.OFPCSR_ROLE, "reason")      # length(2) short_id(2) role(4) reason(1)


@shows("role", "short_id comes back, and must be one's own", since=V15)
def _(bench):
    reply = bench.peer.ask(role_request(bench, "EQUAL", short_id=0x1234))
    equal(reply.short_id, 0x1234, "short id")
    other = bench.connect()
    data = other.send(role_request(bench, "EQUAL", short_id=0x1234))
    other.barrier()
    equal([k for k, _ in other.errors(data)], [bench.build.error("ROLE_REQUEST_FAILED/OFPRRFC_ID_IN_USE")], "errors")
