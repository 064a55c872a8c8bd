# SPDX-License-Identifier: Apache-2.0
"""Nicira's extensions, in the forms that os-ken writes (ovs-fields(7), ovs-actions(7))."""
import struct

from heddle_test.case import check, equal, wait_for

from build import Flow, flow, out
from fields import IP, UDP4, VLAN
from peer import V10, V13, V14, V15
from samples import B, C, plain, tag, udp
from table import Bad, shows


def nx(bench, match, *actions, **more):
    """A flow whose actions are os-ken's objects."""
    b, p = bench.build, bench.parser
    message = b.flow_mod(flow(match, **more))
    if bench.version == V10:
        message.actions = list(actions)
    else:
        message.instructions = [p.OFPInstructionActions(bench.of.OFPIT_APPLY_ACTIONS, list(actions))] + list(message.instructions)
    return message


def output(bench, port):
    return bench.build.action(("output", port))


@shows("nicira", "reg_load, reg_move and a match on registers", since=V13)
def _(bench):
    p = bench.parser
    bench.do(nx(bench, {"in_port": 1}, p.NXActionRegLoad(ofs_nbits=31, dst="reg0", value=0x1234), p.NXActionRegMove(src_field="reg0", dst_field="reg1", n_bits=16, src_ofs=0, dst_ofs=8),
                goto=1), nx(bench, {"reg0": 0x1234, "reg1": (0x123400, 0xFFFF00)}, output(bench, 3), table=1))
    bench.must_leave([(1, plain())], {3: [plain()]})


@shows("nicira", "reg_move between header fields", since=V13)
def _(bench):
    p = bench.parser
    bench.do(nx(bench, UDP4, p.NXActionRegMove(src_field="eth_src", dst_field="eth_dst", n_bits=48), output(bench, 3)))
    bench.must_leave([(1, udp())], {3: [udp(dst="02:00:00:00:00:0a")]})


@shows("nicira", "resubmit to a table and back; what follows goes on", since=V13)
def _(bench):
    p = bench.parser
    bench.do(nx(bench, {}, p.NXActionResubmitTable(table_id=5), output(bench, 4)), nx(bench, {"in_port": 1}, output(bench, 3), table=5))
    bench.must_leave([(1, plain()), (2, plain())], {3: [plain()], 4: [plain(), plain()]})


@shows("nicira", "learn makes a flow for the way back", since=V13)
def _(bench):
    p = bench.parser
    learn = p.NXActionLearn(table_id=1, specs=[p.NXFlowSpecMatch(src=("eth_src", 0), dst=("eth_dst", 0), n_bits=48), p.NXFlowSpecOutput(src=("in_port", 0), dst="", n_bits=32)],
                            idle_timeout=0, hard_timeout=300, priority=77, cookie=0x99)
    bench.do(nx(bench, {}, learn, p.NXActionResubmitTable(table_id=1)), nx(bench, {}, output(bench, 4), table=1, priority=1))
    bench.must_leave([(2, plain(dst=C, src=B))], {4: [plain(dst=C, src=B)]})
    wait_for("the learned flow", lambda: [f for f in bench.dump(table=1) if f.cookie == 0x99], 3)
    bench.must_leave([(1, plain(dst=B))], {2: [plain(dst=B)]})


@shows("nicira", "conjunction: one of each dimension", since=V13)
def _(bench):
    p = bench.parser
    rows = [({**IP, "ipv4_src": a}, 0) for a in ("10.0.0.1", "10.0.0.3")] + [({**IP, "ipv4_dst": a}, 1) for a in ("10.0.0.2", "10.0.0.4")]
    bench.do(*[nx(bench, match, p.NXActionConjunction(clause=clause, n_clauses=2, id_=7)) for match, clause in rows],
             nx(bench, {**IP, "conj_id": 7}, output(bench, 3)), nx(bench, {}, output(bench, 4), priority=1))
    hits = [udp(s=s, d=d) for s in ("10.0.0.1", "10.0.0.3") for d in ("10.0.0.2", "10.0.0.4")]
    misses = [udp(s="10.0.0.1", d="10.0.0.9"), udp(s="10.0.0.9", d="10.0.0.2")]
    bench.must_leave([(1, bytes(f)) for f in hits + misses], {3: hits, 4: misses})


@shows("nicira", "note, exit, output_reg, stack, dec_ttl with ids", since=V13)
def _(bench):
    p = bench.parser
    bench.do(nx(bench, UDP4, p.NXActionNote(note=[1, 2, 3, 4, 5, 6]), p.NXActionRegLoad(ofs_nbits=31, dst="reg2", value=3),
                p.NXActionStackPush(field="reg2", start=0, end=31), p.NXActionStackPop(field="reg3", start=0, end=31), p.NXActionDecTtlCntIds(cnt_ids=[0]),
                p.NXActionOutputReg(ofs_nbits=31, src="reg3", max_len=0xFFFF), p.NXActionExit(), output(bench, 4)))
    bench.must_leave([(1, udp())], {3: [udp(ttl=63)]})


def become(bench, controller_id):
    """NXT_SET_CONTROLLER_ID."""
    bench.peer.send_bytes(bench.peer.frame(4, struct.pack("!II6xH", 0x2320, 20, controller_id)))
    bench.peer.barrier()


@shows("nicira", "controller(id=N) reaches the controller of that id and no other", since=V13)
def _(bench):
    bench.switch.heddle("flow", "add", "cookie=7,in_port=1,actions=controller(id=7)", "cookie=8,in_port=2,actions=controller")
    bench.defer(lambda: become(bench, 0))

    def punt(port, count):
        bench.raws[port].send(plain())
        wait_for("the flow's counter", lambda: f"n_packets={count}" in bench.switch.heddle("flow", "show", f"in_port={port}").stdout, 5)
    for round_, (mine, other) in enumerate(((2, 1), (1, 2)), 1):
        become(bench, 7 if mine == 1 else 0)
        punt(other, round_)
        punt(mine, round_)
        message = bench.peer.next(bench.of.OFPT_PACKET_IN)
        equal(message.cookie, 6 + mine, "the flow whose packet-in came first")
        bench.peer.none(bench.of.OFPT_PACKET_IN)


@shows("nicira", "connection tracking is refused", since=V13)
def _(bench):
    p = bench.parser
    ct = p.NXActionCT(flags=1, zone_src="", zone_ofs_nbits=4, recirc_table=4, alg=0, actions=[])
    bench.refused(nx(bench, IP, ct), "BAD_ACTION/OFPBAC_BAD_EXP_TYPE BAD_ACTION/OFPBAC_BAD_TYPE BAD_ACTION/OFPBAC_BAD_EXPERIMENTER")
    bench.refused(bench.build.flow_mod(flow({**IP, "ct_state": (1, 1)}, *out(2))), "BAD_MATCH/OFPBMC_BAD_FIELD")


@shows("nicira", "1.0: roles, flow-mods with a table and an extended match", until=V10)
def _(bench):
    p = bench.parser
    bench.do(p.NXTFlowModTableId(bench.dp, 1))
    rule = nx_rule()
    bench.do(p.NXTFlowMod(bench.dp, 0x77, 0 | 3 << 8, rule=rule, actions=[output(bench, 2)]))
    bench.send(p.NXTRoleRequest(bench.dp, p.ofproto.NX_ROLE_MASTER))
    raw = bench.peer.expect(lambda m: m.type == bench.of.OFPT_VENDOR, "a role reply")
    equal(struct.unpack_from("!III", raw.data, 8), (0x2320, 11, 1), "role reply")
    text = bench.switch.flows("table=3")
    check(len(text) == 1 and "cookie=0x77" in text[0], f"flows of table 3: {text}")


def nx_rule():
    from os_ken.ofproto.nx_match import ClsRule
    rule = ClsRule()
    rule.set_in_port(1)
    return rule
