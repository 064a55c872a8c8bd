# SPDX-License-Identifier: Apache-2.0
"""Malformed and impossible messages, each with the error that its version prescribes (1.3.5 §7.4.4)."""
import struct

from build import Flow, flow, out
from fields import IP, flow_mod_with, match_of, oxm
from peer import V10, V13, V14, V15
from samples import C, plain
from table import Bad, shows

NONE, DUP = match_of(), "BAD_INSTRUCTION/OFPBIC_DUP_INST"      # 1.3 has no code of its own for it


def inst(kind, body=b"", size=None):
    size = 4 + len(body) if size is None else size
    return struct.pack("!HH", kind, size) + body


def apply(*actions):
    body = bytes(4) + b"".join(actions)
    return inst(4, body)


def act(kind, body=bytes(4), size=None):
    return struct.pack("!HH", kind, 4 + len(body) if size is None else size) + body


def refuse(name, error, *instructions, since=V13, until=V15, **how):
    Bad("error", name, lambda b: flow_mod_with(b, how.get("match", NONE), b"".join(instructions), how.get("command", 0), how.get("table", 0)),
        error, since=since, until=until)


# --- messages

Bad("error", "a message of an unknown type", lambda b: b.peer.frame(99, b""), "BAD_REQUEST/OFPBRC_BAD_TYPE")
Bad("error", "a message that only a switch sends", lambda b: b.peer.frame(b.of.OFPT_FEATURES_REPLY, bytes(24)), "BAD_REQUEST/OFPBRC_BAD_TYPE")
Bad("error", "a flow-mod that is too short", lambda b: b.peer.frame(14, bytes(20)), "BAD_REQUEST/OFPBRC_BAD_LEN")
Bad("error", "a features request with a tail", lambda b: b.peer.frame(5, bytes(4)), "BAD_REQUEST/OFPBRC_BAD_LEN")
Bad("error", "a barrier request with a tail", lambda b: b.peer.frame(b.of.OFPT_BARRIER_REQUEST, bytes(4)), "BAD_REQUEST/OFPBRC_BAD_LEN")
Bad("error", "a set-config that is too short", lambda b: b.peer.frame(9, bytes(2)), "BAD_REQUEST/OFPBRC_BAD_LEN")
Bad("error", "a packet-out that is too short", lambda b: b.peer.frame(13, bytes(5)), "BAD_REQUEST/OFPBRC_BAD_LEN")
Bad("error", "a group-mod that is too short", lambda b: b.peer.frame(15, bytes(4)), "BAD_REQUEST/OFPBRC_BAD_LEN", since=V13)
Bad("error", "a role request that is too short", lambda b: b.peer.frame(24, bytes(4)), "BAD_REQUEST/OFPBRC_BAD_LEN", since=V13)
Bad("error", "an experimenter that is not known", lambda b: b.peer.frame(4, struct.pack("!II", 0x00123456, 1)),
    {V10: "BAD_REQUEST/OFPBRC_BAD_VENDOR", **dict.fromkeys((V13, V14, V15), "BAD_REQUEST/OFPBRC_BAD_EXPERIMENTER")})
Bad("error", "an experimenter's message that is not known", lambda b: b.peer.frame(4, struct.pack("!II", 0x4F4E4600, 99)),
    {V13: "BAD_REQUEST/OFPBRC_BAD_EXP_TYPE", V14: "BAD_REQUEST/OFPBRC_BAD_EXP_TYPE BAD_REQUEST/OFPBRC_BAD_EXPERIMENTER",
     V15: "BAD_REQUEST/OFPBRC_BAD_EXP_TYPE BAD_REQUEST/OFPBRC_BAD_EXPERIMENTER"}, since=V13)
Bad("error", "a Nicira message that is not known", lambda b: b.peer.frame(4, struct.pack("!II", 0x2320, 9999)),
    {V10: "BAD_REQUEST/OFPBRC_BAD_SUBTYPE", V13: "BAD_REQUEST/OFPBRC_BAD_EXP_TYPE"}, until=V13)

# --- flow-mods

refuse("an unknown command", "FLOW_MOD_FAILED/OFPFMFC_BAD_COMMAND", command=9)
refuse("table 254", "FLOW_MOD_FAILED/OFPFMFC_BAD_TABLE_ID", table=254)
refuse("an add in OFPTT_ALL", "FLOW_MOD_FAILED/OFPFMFC_BAD_TABLE_ID", table=255)
Bad("error", "1.0: an unknown command", lambda b: b.peer.frame(14, struct.pack("!I", 0x3FFFFF) + bytes(36) + struct.pack("!QHHHHIHH", 0, 9, 0, 0, 1, 0xFFFFFFFF, 0xFFFF, 0)),
    "FLOW_MOD_FAILED/OFPFMFC_BAD_COMMAND", until=V10)
Bad("error", "1.0: an emergency flow", lambda b: b.build.flow_mod(flow({"in_port": 1}, *out(2), flags=b.of.OFPFF_EMERG)),
    "FLOW_MOD_FAILED/OFPFMFC_ALL_TABLES_FULL", until=V10)
Bad("error", "unknown flags", lambda b: b.build.flow_mod(flow({}, *out(2), flags=0x8000)), "FLOW_MOD_FAILED/OFPFMFC_BAD_FLAGS", since=V13)
Bad("error", "a buffer that does not exist", lambda b: b.build.packet_out(None, *out(2), buffer_id=5), "BAD_REQUEST/OFPBRC_BUFFER_UNKNOWN")

# --- instructions

refuse("an unknown instruction", "BAD_INSTRUCTION/OFPBIC_UNKNOWN_INST", inst(77, bytes(4)))
refuse("an experimenter's instruction", "BAD_INSTRUCTION/OFPBIC_BAD_EXPERIMENTER BAD_INSTRUCTION/OFPBIC_UNSUP_INST", inst(0xFFFF, struct.pack("!I", 0x00123456)))
refuse("an instruction with a wrong length", "BAD_INSTRUCTION/OFPBIC_BAD_LEN", inst(1, bytes(4), 12) + bytes(4))
refuse("an instruction longer than its message", "BAD_INSTRUCTION/OFPBIC_BAD_LEN", inst(4, bytes(4), 200))
refuse("an instruction of length 0", "BAD_INSTRUCTION/OFPBIC_BAD_LEN", inst(4, bytes(4), 0))
refuse("an instruction twice", {V13: "BAD_INSTRUCTION/OFPBIC_UNSUP_INST BAD_INSTRUCTION/OFPBIC_DUP_INST", V14: DUP, V15: DUP}, inst(1, b"\3" + bytes(3)), inst(1, b"\4" + bytes(3)))
refuse("goto the same table", "BAD_INSTRUCTION/OFPBIC_BAD_TABLE_ID", inst(1, b"\5" + bytes(3)), table=5)
refuse("goto an earlier table", "BAD_INSTRUCTION/OFPBIC_BAD_TABLE_ID", inst(1, b"\4" + bytes(3)), table=5)
refuse("goto a table that does not exist", "BAD_INSTRUCTION/OFPBIC_BAD_TABLE_ID", inst(1, b"\xfe" + bytes(3)))
refuse("goto from the last table", "BAD_INSTRUCTION/OFPBIC_BAD_TABLE_ID BAD_INSTRUCTION/OFPBIC_UNSUP_INST", inst(1, b"\xfd" + bytes(3)), table=253)
refuse("the meter instruction in 1.5, which has an action for it", "BAD_INSTRUCTION/OFPBIC_UNKNOWN_INST BAD_INSTRUCTION/OFPBIC_UNSUP_INST", inst(6, b"\0\0\0\1"), since=V15)
refuse("the stat_trigger instruction before 1.5", "BAD_INSTRUCTION/OFPBIC_UNKNOWN_INST BAD_INSTRUCTION/OFPBIC_UNSUP_INST", inst(7, bytes(12)), until=V14)

# --- actions

refuse("an unknown action", "BAD_ACTION/OFPBAC_BAD_TYPE", apply(act(99)))
refuse("an action with a wrong length", "BAD_ACTION/OFPBAC_BAD_LEN", apply(act(22, bytes(12))))
refuse("an action longer than its list", "BAD_ACTION/OFPBAC_BAD_LEN", apply(act(22, bytes(4), 80)))
refuse("an action of length 0", "BAD_ACTION/OFPBAC_BAD_LEN", apply(act(22, bytes(4), 0)))
refuse("an experimenter's action", "BAD_ACTION/OFPBAC_BAD_EXPERIMENTER", apply(act(0xFFFF, struct.pack("!I", 0x00123456))))
refuse("copy_field before 1.5", "BAD_ACTION/OFPBAC_BAD_TYPE", apply(act(28, bytes(20))), until=V14)
for port, word in ((0, "0"), (0xFFFFFFFF, "ANY"), (0xFFFFFF01, "an undefined reserved one"), (777, "one that does not exist")):
    refuse(f"output to port {word}", "BAD_ACTION/OFPBAC_BAD_OUT_PORT", apply(act(0, struct.pack("!IH", port, 0) + bytes(6))))
Bad("error", "1.0: output to port 0", lambda b: b.build.flow_mod(flow({}, *out(0))), "BAD_ACTION/OFPBAC_BAD_OUT_PORT", until=V10)
Bad("error", "1.0: output to OFPP_NONE", lambda b: b.build.flow_mod(flow({}, ("output", "NONE"))), "BAD_ACTION/OFPBAC_BAD_OUT_PORT", until=V10)
Bad("error", "output to TABLE in a flow", lambda b: b.build.flow_mod(flow({}, ("output", "TABLE"))), "BAD_ACTION/OFPBAC_BAD_OUT_PORT BAD_ACTION/OFPBAC_BAD_ARGUMENT")
refuse("push_vlan with another ethertype", "BAD_ACTION/OFPBAC_BAD_ARGUMENT", apply(act(17, b"\x12\x34\0\0")))
refuse("push_mpls with another ethertype", "BAD_ACTION/OFPBAC_BAD_ARGUMENT", apply(act(19, b"\x12\x34\0\0")))
refuse("push_pbb with another ethertype", "BAD_ACTION/OFPBAC_BAD_ARGUMENT", apply(act(26, b"\x12\x34\0\0")))


def set_field(tlv):
    body = tlv.ljust((len(tlv) + 4 + 7) // 8 * 8 - 4, b"\0")
    return act(25, body)


for name, number, size in (("in_port", 0, 4), ("in_phy_port", 1, 4)):
    refuse(f"set_field {name}", "BAD_ACTION/OFPBAC_BAD_SET_TYPE", apply(set_field(oxm(number, bytes(size)))))
refuse("set_field of an unknown field", "BAD_ACTION/OFPBAC_BAD_SET_TYPE", apply(set_field(oxm(90, bytes(4)))))
refuse("set_field ipv6_exthdr, which stands in no header", "BAD_ACTION/OFPBAC_BAD_SET_TYPE", apply(set_field(oxm(39, bytes(2)))), match=match_of(oxm(5, b"\x86\xdd")))
refuse("set_field with a wrong length", "BAD_ACTION/OFPBAC_BAD_SET_LEN BAD_ACTION/OFPBAC_BAD_LEN", apply(set_field(oxm(3, bytes(5)))))
refuse("set_field of a value out of range", "BAD_ACTION/OFPBAC_BAD_SET_ARGUMENT", apply(set_field(oxm(8, b"\xff"))), match=match_of(oxm(5, b"\x08\0")))
refuse("set_field with a mask before 1.5", "BAD_ACTION/OFPBAC_BAD_SET_MASK BAD_ACTION/OFPBAC_BAD_SET_TYPE BAD_ACTION/OFPBAC_BAD_SET_LEN",
       apply(set_field(oxm(3, bytes(6), b"\1" + bytes(5)))), until=V14)
refuse("set_field that does not fit the match", "BAD_ACTION/OFPBAC_MATCH_INCONSISTENT", apply(set_field(oxm(11, bytes(4)))))
refuse("set_field vlan_vid without a tag", "BAD_ACTION/OFPBAC_MATCH_INCONSISTENT", apply(set_field(oxm(6, b"\x10\1"))), match=match_of(oxm(6, b"\0\0")))
refuse("set_field tcp_dst on UDP", "BAD_ACTION/OFPBAC_MATCH_INCONSISTENT", apply(set_field(oxm(14, b"\0\1"))), match=match_of(oxm(5, b"\x08\0"), oxm(10, b"\x11")))


@shows("error", "a refused flow-mod changes nothing, the connection goes on")
def _(bench):
    bench.flows(flow({}, *out(2)))
    bench.refused(bench.build.flow_mod(flow({}, *out(2, 777))), "BAD_ACTION/OFPBAC_BAD_OUT_PORT")
    bench.must_leave([(1, plain())], {2: [plain()]})


@shows("error", "a message whose length is below 8 ends the connection, and only that")
def _(bench):
    from messages import ends
    peer = bench.connect()
    peer.send_bytes(struct.pack("!BBHI", bench.version, 5, 4, 1))
    ends(peer)
    bench.peer.barrier()


@shows("error", "half a message holds nobody up")
def _(bench):
    for _ in range(20):
        peer = bench.connect()
        peer.send_bytes(struct.pack("!BBHI", bench.version, 14, 60000, 1) + bytes(1000))
    bench.flows(flow({}, *out(2)))
    bench.must_leave([(1, plain())], {2: [plain()]})
