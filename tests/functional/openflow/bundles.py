# SPDX-License-Identifier: Apache-2.0
"""Bundles: 1.4.1 §7.3.9, 1.5.1 §7.3.9; in 1.3 as extension 230."""
import struct
import time

from heddle_test.case import check, equal, wait_for

from build import LATEST, Bucket, Flow, Group, flow, out
from peer import V13, V14, V15
from samples import B, C, plain
from table import Bad, shows

OPEN, OPEN_REPLY, CLOSE, CLOSE_REPLY, COMMIT, COMMIT_REPLY, DISCARD, DISCARD_REPLY = range(8)
ATOMIC, ORDERED, TIME = 1, 2, 4


def control(bench, kind, bundle=1, flags=ATOMIC | ORDERED, properties=()):
    p = bench.parser
    name = "ONFBundleCtrlMsg" if bench.version == V13 else "OFPBundleCtrlMsg"
    return getattr(p, name)(bench.dp, bundle_id=bundle, type_=kind, flags=flags, properties=list(properties))


def add(bench, message, bundle=1, flags=ATOMIC | ORDERED):
    """The message inside, under the same xid, as it must be."""
    peer = bench.peer
    inner = bytearray(peer.pack(message))
    body = struct.pack("!IHH", bundle, 0, flags)
    if bench.version == V13:
        data = bytearray(peer.frame(4, struct.pack("!II", 0x4F4E4600, 2301) + body + inner))
    else:
        data = bytearray(peer.frame(bench.of.OFPT_BUNDLE_ADD_MESSAGE, body + inner))
    inner_at = len(data) - len(inner)
    data[inner_at + 4:inner_at + 8] = data[4:8]
    return bytes(data)


def answer(bench, message):
    """The type of the control message that answers."""
    sent = bench.send(message)
    xid = struct.unpack_from("!I", sent, 4)[0]
    raw = bench.peer.expect(lambda m: m.xid == xid, "the answer of the bundle")
    if raw.type == 1:
        return ("error", struct.unpack_from("!HH", raw.data, 8))
    at = 16 if bench.version == V13 else 8
    bundle, kind, _ = struct.unpack_from("!IHH", raw.data, at)
    return bundle, kind


def is_error(bench, got, *codes):
    """The answer is one of these errors of bundles, in 1.3 under the extension's numbers."""
    numbers = [getattr(LATEST, "OFPBFC_" + code) for code in codes]
    wanted = [("error", (0xFFFF, 2300 + n) if bench.version == V13 else (17, n)) for n in numbers]
    check(got in wanted, f"answered with {got}, where OFPBFC_{codes[0]} ({wanted[0][1]}) must be")


@shows("bundle", "nothing shows before the commit, everything after", since=V13)
def _(bench):
    equal(answer(bench, control(bench, OPEN)), (1, OPEN_REPLY), "open")
    bench.do(add(bench, bench.build.flow_mod(flow({}, *out(2)))), add(bench, bench.build.flow_mod(flow({"eth_dst": C}, *out(3), priority=200))))
    equal(bench.dump(), [], "flows before")
    bench.must_leave([(1, plain())], {})
    equal(answer(bench, control(bench, CLOSE)), (1, CLOSE_REPLY), "close")
    equal(bench.dump(), [], "flows before")
    equal(answer(bench, control(bench, COMMIT)), (1, COMMIT_REPLY), "commit")
    bench.must_leave([(1, plain()), (1, plain(dst=C))], {2: [plain()], 3: [plain(dst=C)]})


@shows("bundle", "a commit needs no close; a bundle opens with its first message", since=V13)
def _(bench):
    bench.do(add(bench, bench.build.flow_mod(flow({}, *out(2))), bundle=7))
    equal(answer(bench, control(bench, COMMIT, 7)), (7, COMMIT_REPLY), "commit")
    equal(len(bench.dump()), 1, "flows")


@shows("bundle", "discard leaves everything as it was", since=V13)
def _(bench):
    bench.flows(flow({}, *out(2)))
    answer(bench, control(bench, OPEN))
    bench.do(add(bench, bench.build.delete_all()))
    equal(answer(bench, control(bench, DISCARD)), (1, DISCARD_REPLY), "discard")
    bench.must_leave([(1, plain())], {2: [plain()]})
    is_error(bench, answer(bench, control(bench, COMMIT)), "BAD_ID")


@shows("bundle", "one message that fails undoes all: its error, then OFPBFC_MSG_FAILED", since=V13)
def _(bench):
    bench.groups(Group(1, "INDIRECT", [Bucket(out(2))]))
    bench.flows(flow({}, ("group", 1), cookie=1))
    answer(bench, control(bench, OPEN))
    b = bench.build
    bad = add(bench, b.flow_mod(flow({"in_port": 2}, *out(2), flags=bench.of.OFPFF_CHECK_OVERLAP)))
    bench.do(add(bench, b.group_mod(Group(1, "INDIRECT", [Bucket(out(3))]), "MODIFY")), add(bench, b.flow_mod(flow({"in_port": 1}, *out(4), priority=200))),
             add(bench, b.flow_mod(flow({"in_port": 2, "eth_dst": B}, *out(2)))), bad,
             add(bench, b.delete_all()))
    is_error(bench, answer(bench, control(bench, COMMIT)), "MSG_FAILED")
    equal([k for k, _ in bench.peer.errors(bad)], [bench.build.error("FLOW_MOD_FAILED/OFPFMFC_OVERLAP")], "errors of the message")
    equal([f.cookie for f in bench.dump()], [1], "flows")
    bench.must_leave([(1, plain())], {2: [plain()]})


@shows("bundle", "groups and the flows that use them, in order, at once", since=V13)
def _(bench):
    b = bench.build
    answer(bench, control(bench, OPEN))
    bench.do(add(bench, b.group_mod(Group(1, "ALL", [Bucket(out(2)), Bucket(out(3))]))), add(bench, b.flow_mod(flow({}, ("group", 1)))))
    equal(answer(bench, control(bench, COMMIT)), (1, COMMIT_REPLY), "commit")
    bench.must_leave([(1, plain())], {2: [plain()], 3: [plain()]})


@shows("bundle", "add, modify, delete of one flow in order", since=V13)
def _(bench):
    b = bench.build
    answer(bench, control(bench, OPEN))
    bench.do(add(bench, b.flow_mod(flow({}, *out(2)))), add(bench, b.flow_mod(flow({}, *out(3)), "MODIFY")),
             add(bench, b.flow_mod(flow({"eth_dst": C}, *out(2)))), add(bench, b.flow_mod(flow({"eth_dst": C}), "DELETE_STRICT")))
    equal(answer(bench, control(bench, COMMIT)), (1, COMMIT_REPLY), "commit")
    bench.must_leave([(1, plain()), (1, plain(dst=C))], {3: [plain(), plain(dst=C)]})


@shows("bundle", "two thousand flows are exchanged for others, and no frame sees a mixture", since=V13)
def _(bench):
    b, n = bench.build, 1000
    bench.flows(flow({}, ("set", "eth_src", B), priority=1, goto=1), *[flow({"eth_src": B}, *out(2), priority=i + 1, table=1) for i in range(n)])
    answer(bench, control(bench, OPEN))
    messages = [b.flow_mod(Flow(match={}, table=0xFF), "DELETE"), b.flow_mod(flow({}, ("set", "eth_src", C), priority=1, goto=1))]
    messages += [b.flow_mod(flow({"eth_src": C}, *out(3), priority=i + 1, table=1)) for i in range(n)]
    bench.do(*[add(bench, m) for m in messages])
    frame, sent = plain(dst=C), 0
    commit = bench.send(control(bench, COMMIT))
    xid = struct.unpack_from("!I", commit, 4)[0]
    while bench.peer.take(lambda m: m.xid == xid) is None:
        for _ in range(8):
            bench.raws[1].send(frame)
        sent += 8
        bench.peer.read(0.001)
    got = bench.pass_frames(*[(1, frame)] * 8)
    left = {p: [f[6:12] for f in fs] for p, fs in got.items()}
    equal(sum(map(len, left.values())), sent + 8, "frames that left, all told")
    check(set(left.get(2, [])) <= {bytes.fromhex(B.replace(":", ""))} and set(left[3]) == {bytes.fromhex(C.replace(":", ""))}, "a frame saw both")


@shows("bundle", "a flow-removed comes after the commit only", since=V13)
def _(bench):
    bench.flows(flow({}, *out(2), flags=bench.of.OFPFF_SEND_FLOW_REM, cookie=5))
    answer(bench, control(bench, OPEN))
    bench.do(add(bench, bench.build.delete_all()))
    bench.peer.none(bench.of.OFPT_FLOW_REMOVED)
    equal(answer(bench, control(bench, COMMIT)), (1, COMMIT_REPLY), "commit")
    equal(bench.peer.next(bench.of.OFPT_FLOW_REMOVED).cookie, 5, "cookie")


@shows("bundle", "each misuse has its error", since=V13)
def _(bench):
    message = lambda: bench.build.flow_mod(flow({}, *out(2)))       # noqa: E731
    is_error(bench, answer(bench, control(bench, COMMIT, 9)), "BAD_ID")
    is_error(bench, answer(bench, control(bench, CLOSE, 9)), "BAD_ID")
    is_error(bench, answer(bench, control(bench, DISCARD, 9)), "BAD_ID")
    answer(bench, control(bench, OPEN))
    is_error(bench, answer(bench, control(bench, OPEN)), "BAD_ID", "BUNDLE_EXIST")
    answer(bench, control(bench, OPEN, 2))
    is_error(bench, answer(bench, add(bench, message(), 2, flags=0)), "BAD_FLAGS")
    answer(bench, control(bench, OPEN, 3))
    is_error(bench, answer(bench, add(bench, bench.parser.OFPEchoRequest(bench.dp, b""), 3)), "MSG_UNSUP")
    wrong = bytearray(add(bench, message(), 3))
    wrong[-len(bench.peer.pack(message())) + 4] ^= 1
    is_error(bench, answer(bench, bytes(wrong)), "MSG_BAD_XID")
    answer(bench, control(bench, OPEN, 4))
    equal(answer(bench, control(bench, CLOSE, 4)), (4, CLOSE_REPLY), "close")
    is_error(bench, answer(bench, add(bench, message(), 4)), "BUNDLE_CLOSED")
    answer(bench, control(bench, OPEN, 5))
    answer(bench, control(bench, CLOSE, 5))
    is_error(bench, answer(bench, control(bench, CLOSE, 5)), "BUNDLE_CLOSED")
    is_error(bench, answer(bench, control(bench, 77, 6)), "BAD_TYPE")
    is_error(bench, answer(bench, control(bench, OPEN, 6, flags=0x80)), "BAD_FLAGS")


@shows("bundle", "a bundle belongs to its connection and ends with it", since=V13)
def _(bench):
    other = bench.connect()
    answer(bench, control(bench, OPEN))
    sent = other.send(control(bench, COMMIT))
    raw = other.expect(lambda m: m.xid == struct.unpack_from("!I", sent, 4)[0], "an answer")
    equal(raw.type, 1, "an error")
    bench.do(add(bench, bench.build.flow_mod(flow({}, *out(2)))))
    first, bench.peer = bench.peer, other
    first.close()
    bench.peers.remove(first)
    equal(bench.dump(), [], "flows")


@shows("bundle", "scheduled: at its time, not before; discarded while it waits", since=V15)
def _(bench):
    p = bench.parser

    def at(seconds):
        when = time.time() + seconds
        return [p.OFPBundlePropTime(type_=1, scheduled_time=p.OFPTime(int(when), int(when % 1 * 1e9)))]
    flags = ATOMIC | ORDERED | TIME
    for bundle, frame_port in ((1, 2), (2, 3)):
        answer(bench, control(bench, OPEN, bundle, flags))
        bench.do(add(bench, bench.build.flow_mod(flow({"in_port": bundle}, *out(frame_port))), bundle, flags))
    bench.send(control(bench, COMMIT, 1, flags, at(0.7)), control(bench, COMMIT, 2, flags, at(0.7)))
    bench.peer.barrier()
    equal(bench.dump(), [], "flows before the time")
    bench.send(control(bench, DISCARD, 2, flags))
    found = wait_for("the flow", bench.dump, 4)
    equal([dict(f.match.items()) for f in found], [{"in_port": 1}], "flows")
    time.sleep(0.2)     # the second would have been there by now
    equal(len(bench.dump()), 1, "flows")


@shows("bundle", "scheduled too far ahead, or in the past", since=V15)
def _(bench):
    p, flags = bench.parser, ATOMIC | TIME
    for seconds, code in ((10 ** 6, "SCHED_FUTURE"), (-10 ** 6, "SCHED_PAST")):
        bench.do(add(bench, bench.build.flow_mod(flow({}, *out(2))), 1, flags))
        when = p.OFPBundlePropTime(type_=1, scheduled_time=p.OFPTime(int(time.time()) + seconds, 0))
        is_error(bench, answer(bench, control(bench, COMMIT, 1, flags, [when])), code)
        bench.send(control(bench, DISCARD, 1, flags))
        bench.peer.barrier()
        bench.peer.inbox.clear()
