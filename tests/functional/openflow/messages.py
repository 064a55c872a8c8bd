# SPDX-License-Identifier: Apache-2.0
"""Messages of one connection: hello, echo, features, configuration, ports (1.3.5 §7.3)."""
import struct

from heddle_test.case import Failure, check, equal, wait_for

from build import flow, out
from peer import ERROR, HELLO, NAMES, V10, V13, V14, V15, Closed, Peer
from samples import B, C, LOAD, ip, plain, udp
from table import Bad, shows


@shows("message", "HELLO: the highest version of both, by bitmap and without")
def _(bench):
    for first, bitmap, wanted in ((6, None, 6), (5, None, 5), (4, None, 4), (1, None, 1), (6, [1, 4], 4), (6, [4, 5], 5), (4, [1], 1), (3, [1, 4], 4), (9, [1, 2, 3, 9, 4], 4)):
        body = b""
        if bitmap:
            body = struct.pack("!HHI", 1, 8, sum(1 << v for v in bitmap))
        peer = bench.connect(version=V13, hello=False)
        peer.send_bytes(struct.pack("!BBHI", first, HELLO, 8 + len(body), 1) + body)
        peer.expect(lambda m: m.type == HELLO, "hello")
        peer.send_bytes(struct.pack("!BBHI", wanted, 2, 8, 7))
        reply = peer.expect(lambda m: m.xid == 7, "an echo reply")
        equal((reply.version, reply.type), (wanted, 3), f"answer to version {first}, bitmap {bitmap}")


@shows("message", "HELLO: no common version is OFPHFC_INCOMPATIBLE, and ends the connection")
def _(bench):
    for first, bitmap in ((2, None), (3, None), (3, [2, 3]), (9, [9])):
        body = struct.pack("!HHI", 1, 8, sum(1 << v for v in bitmap)) if bitmap else b""
        peer = bench.connect(version=V13, hello=False)
        peer.send_bytes(struct.pack("!BBHI", first, HELLO, 8 + len(body), 1) + body)
        error = peer.expect(lambda m: m.type == ERROR, f"an error for version {first}")
        equal(struct.unpack_from("!HH", error.data, 8), (0, 0), "HELLO_FAILED/INCOMPATIBLE")
        ends(peer)


def ends(peer):
    try:
        peer.expect(lambda m: False, "the end")
    except Closed:
        return
    raise Failure("the connection stays")


@shows("message", "HELLO: elements that are not known are passed over")
def _(bench):
    peer = bench.connect(hello=False)
    body = struct.pack("!HH", 77, 12) + bytes(12) + struct.pack("!HHI", 1, 8, 1 << bench.version)
    peer.send_bytes(struct.pack("!BBHI", bench.version, HELLO, 8 + len(body), 1) + body)
    peer.expect(lambda m: m.type == HELLO, "hello")
    peer.barrier()


@shows("message", "a message of another version than the one agreed is OFPBRC_BAD_VERSION")
def _(bench):
    other = V13 if bench.version != V13 else V15
    data = struct.pack("!BBHI", other, bench.of.OFPT_FEATURES_REQUEST, 8, 99)
    bench.send(data)
    bench.peer.barrier()
    equal([k for k, _ in bench.peer.errors(data)], [(1, 0)], "errors")


@shows("message", "ECHO gives back what it was sent, up to 60 KB")
def _(bench):
    for n in (0, 1, 7, 1000, 60000):
        data = bytes(i & 255 for i in range(n))
        raw_xid = struct.unpack_from("!I", bench.send(bench.peer.frame(2, data)), 4)[0]
        reply = bench.peer.expect(lambda m, x=raw_xid: m.xid == x, "an echo reply")
        equal((reply.type, reply.data[8:]), (3, data), "echo")


@shows("message", "BARRIER_REPLY comes after the answers of all that was before it")
def _(bench):
    messages = [bench.build.flow_mod(flow({"in_port": 1 + i % 4}, *out(2), priority=i)) for i in range(500)]
    bench.send(*messages, bench.parser.OFPDescStatsRequest(bench.dp, 0))
    bench.peer.barrier()
    types = [m.type for m in bench.peer.inbox]
    equal(types, [bench.of.OFPT_STATS_REPLY if bench.version == V10 else bench.of.OFPT_MULTIPART_REPLY], "what came before the barrier reply")
    equal(len(bench.dump()), 500, "flows")


@shows("message", "FEATURES: datapath id, tables, capabilities")
def _(bench):
    reply = bench.peer.ask(bench.parser.OFPFeaturesRequest(bench.dp), bench.of.OFPT_FEATURES_REPLY)
    of = bench.of
    equal((reply.datapath_id, reply.n_buffers), (0xCF, 0), "datapath, buffers")
    check(reply.n_tables == 254, f"{reply.n_tables} tables")
    wanted = of.OFPC_FLOW_STATS | of.OFPC_TABLE_STATS | of.OFPC_PORT_STATS | of.OFPC_QUEUE_STATS
    if bench.version > V10:
        wanted |= of.OFPC_GROUP_STATS
        equal(reply.auxiliary_id, 0, "auxiliary id")
    if bench.version == V15:
        wanted |= of.OFPC_BUNDLES | of.OFPC_FLOW_MONITORING
    equal(reply.capabilities & wanted, wanted, "capabilities")
    if bench.version == V10:
        equal(sorted(n for n in reply.ports if n < 0xFF00), [1, 2, 3, 4], "ports")
        port = reply.ports[1]
        equal((port.name.rstrip(b"\0"), port.config, port.state & 1), (b"p1", 0, 0), "port 1")
        check(reply.actions & 0xFFF == 0xFFF, f"actions {reply.actions:#x}")


@shows("message", "GET_CONFIG reads back SET_CONFIG; OFPC_FRAG_REASM is refused")
def _(bench):
    p, of = bench.parser, bench.of
    bench.defer(lambda: bench.do(p.OFPSetConfig(bench.dp, 0, 128)))
    for flags, length in ((of.OFPC_FRAG_NORMAL, 0xFFFF), (of.OFPC_FRAG_DROP, 60), (of.OFPC_FRAG_NORMAL, 128)):
        bench.do(p.OFPSetConfig(bench.dp, flags, length))
        reply = bench.peer.ask(p.OFPGetConfigRequest(bench.dp), of.OFPT_GET_CONFIG_REPLY)
        equal((reply.flags, reply.miss_send_len), (flags, length), "configuration")
    if bench.version > V10:
        bench.refused(p.OFPSetConfig(bench.dp, of.OFPC_FRAG_REASM, 128), "SWITCH_CONFIG_FAILED/OFPSCFC_BAD_FLAGS")


@shows("message", "SET_CONFIG: OFPC_FRAG_DROP drops fragments, OFPC_FRAG_NORMAL does not")
def _(bench):
    p, of = bench.parser, bench.of
    from scapy.packet import Raw
    first, later = ip(Raw(LOAD), flags="MF", proto=17), ip(Raw(LOAD), frag=9, proto=17)
    bench.flows(flow({}, *out(2)))
    bench.must_leave([(1, bytes(f)) for f in (first, later, udp())], {2: [first, later, udp()]})
    bench.defer(lambda: bench.do(p.OFPSetConfig(bench.dp, of.OFPC_FRAG_NORMAL, 128)))
    bench.do(p.OFPSetConfig(bench.dp, of.OFPC_FRAG_DROP, 128))
    bench.must_leave([(1, bytes(f)) for f in (first, later, udp())], {2: [udp()]})


@shows("message", "a stream cut at every byte is read all the same")
def _(bench):
    data = bench.peer.frame(2, b"heddle!!") + bench.peer.pack(bench.build.flow_mod(flow({"in_port": 1}, *out(2)))) + bench.peer.frame(2, b"x", 4242)
    for byte in data:
        bench.peer.send_bytes(bytes([byte]))
    bench.peer.expect(lambda m: m.xid == 4242 and m.type == 3, "the last echo reply")
    equal(len(bench.dump()), 1, "flows")


# --- ports

def port_mod(bench, port, config, mask, mac=None, advertise=0):
    address = mac or bench.hw[port]
    if bench.version < V14:
        return bench.parser.OFPPortMod(bench.dp, port, address, config, mask, advertise)
    properties = [bench.parser.OFPPortModPropEthernet(bench.of.OFPPMPT_ETHERNET, 8, advertise)] if advertise else []
    return bench.parser.OFPPortMod(bench.dp, port, address, config, mask, properties)


def ports(bench):
    """What the switch says of its ports, by number; also where port_mod finds their addresses."""
    if bench.version == V10:
        found = dict(bench.peer.ask(bench.parser.OFPFeaturesRequest(bench.dp)).ports)
    else:
        found = {p.port_no: p for p in bench.peer.stats(bench.parser.OFPPortDescStatsRequest(bench.dp, 0))}
    bench.hw = {n: p.hw_addr for n, p in found.items()}
    return found


@shows("message", "PORT_MOD: down stops a port both ways, up starts it; others are told by PORT_STATUS")
def _(bench):
    ports(bench)
    other, down = bench.connect(), bench.of.OFPPC_PORT_DOWN
    bench.flows(flow({}, *out(2)))
    bench.defer(lambda: bench.do(port_mod(bench, 2, 0, down)))
    bench.do(port_mod(bench, 2, down, down))
    status = other.next(bench.of.OFPT_PORT_STATUS)
    equal((status.reason, status.desc.port_no, status.desc.config & down), (bench.of.OFPPR_MODIFY, 2, down), "port status")
    bench.must_leave([(1, plain())], {}, quiet=(2,))
    equal(ports(bench)[2].config & down, down, "configuration")
    bench.do(port_mod(bench, 2, 0, down))
    wait_for("PORT_STATUS", lambda: not other.next(bench.of.OFPT_PORT_STATUS).desc.config & down)
    bench.switch.wait_link("p2")
    bench.must_leave([(1, plain())], {2: [plain()]})


@shows("message", "PORT_MOD: no-recv, no-forward, no-packet-in")
def _(bench):
    ports(bench)
    of = bench.of
    all_bits = of.OFPPC_NO_RECV | of.OFPPC_NO_FWD | of.OFPPC_NO_PACKET_IN
    for n in (1, 2):
        bench.defer(lambda n=n: bench.do(port_mod(bench, n, 0, all_bits)))
    bench.flows(flow({}, *out(2, 3), ("output", "CONTROLLER", 0xFFFF)))
    bench.do(port_mod(bench, 2, of.OFPPC_NO_FWD, of.OFPPC_NO_FWD))
    bench.must_leave([(1, plain())], {3: [plain()]}, quiet=(2,))
    equal(len(bench.punted), 1, "packet-ins")
    bench.do(port_mod(bench, 2, 0, of.OFPPC_NO_FWD), port_mod(bench, 1, of.OFPPC_NO_PACKET_IN, of.OFPPC_NO_PACKET_IN))
    # That keeps table misses from the controller, not what a flow sends there by itself (1.3.5 §7.2.1).
    bench.must_leave([(1, plain())], {2: [plain()], 3: [plain()]}, punt=False)
    equal(bench.peer.next(of.OFPT_PACKET_IN).data, plain(), "packet-in by a flow")
    bench.clear()
    if bench.version > V10:
        bench.flows(flow({}, ("output", "CONTROLLER", 0xFFFF), priority=0))
    bench.must_leave([(1, plain())], {}, punt=False)
    bench.peer.none(of.OFPT_PACKET_IN)
    bench.flows(flow({}, *out(2, 3)))
    bench.do(port_mod(bench, 1, 0, of.OFPPC_NO_PACKET_IN), port_mod(bench, 2, of.OFPPC_NO_RECV, of.OFPPC_NO_RECV))
    bench.raws[2].send(plain())
    bench.must_leave([(1, plain(dst=C))], {2: [plain(dst=C)], 3: [plain(dst=C)]})


@shows("message", "PORT_MOD 1.0: no-flood leaves a port out of floods", until=V10)
def _(bench):
    ports(bench)
    bit = bench.of.OFPPC_NO_FLOOD
    bench.defer(lambda: bench.do(port_mod(bench, 3, 0, bit)))
    bench.do(port_mod(bench, 3, bit, bit))
    bench.flows(flow({}, ("output", "FLOOD")))
    bench.must_leave([(1, plain())], {2: [plain()], 4: [plain()]})


@shows("message", "PORT_STATUS: a link that goes and comes")
def _(bench):
    ports(bench)
    bench.defer(bench.link, 4, "up")
    down = bench.of.OFPPS_LINK_DOWN
    bench.link(4, "down")
    wait_for("link down", lambda: bench.peer.next(bench.of.OFPT_PORT_STATUS).desc.state & down)
    check(ports(bench)[4].state & down, "the port's state")
    bench.link(4, "up")
    wait_for("link up", lambda: not bench.peer.next(bench.of.OFPT_PORT_STATUS).desc.state & down)


@shows("message", "PORT_STATUS: a port that is added and deleted")
def _(bench):
    bench.switch.add_port("extra,dev:net_null0,no-rx=1,ofport=44")
    bench.defer(lambda: "extra" in bench.switch.ports() and bench.switch.del_port("extra"))
    seen = wait_for("ADD", lambda: bench.peer.next(bench.of.OFPT_PORT_STATUS))
    equal((seen.reason, seen.desc.port_no, seen.desc.name.rstrip(b"\0")), (bench.of.OFPPR_ADD, 44, b"extra"), "port status")
    bench.switch.del_port("extra")
    wait_for("DELETE", lambda: bench.peer.next(bench.of.OFPT_PORT_STATUS).reason == bench.of.OFPPR_DELETE)


def before(bench):
    ports(bench)


Bad("message", "PORT_MOD of a port that does not exist", lambda b: port_mod(b, 77, 0, 0, mac="02:00:00:00:00:01"), "PORT_MOD_FAILED/OFPPMFC_BAD_PORT")
Bad("message", "PORT_MOD with another address", lambda b: port_mod(b, 1, 0, 0, mac="02:00:00:00:00:01"), "PORT_MOD_FAILED/OFPPMFC_BAD_HW_ADDR", before=before)
Bad("message", "PORT_MOD with an unknown bit", lambda b: port_mod(b, 1, 1 << 20, 1 << 20), "PORT_MOD_FAILED/OFPPMFC_BAD_CONFIG", since=V13, before=before)
