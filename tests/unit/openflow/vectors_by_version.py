#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes vectors_by_version.h: messages of 1.0, 1.4 and 1.5 as os-ken packs them.

What os-ken only parses is packed by its structures' formats, and read back by its parser.
Usage: vectors_by_version.py > vectors_by_version.h
"""

import struct
import types

from os_ken.ofproto import ofproto_parser as common
from os_ken.ofproto import (
    ofproto_v1_0, ofproto_v1_0_parser, ofproto_v1_4, ofproto_v1_4_parser,
    ofproto_v1_5, ofproto_v1_5_parser)

XID = 0x11223344
MAC = bytes.fromhex("020102030405")
FRAME = bytes(range(20))
rows = []


def add(name, dp, msg):
    msg.set_xid(XID)
    msg.serialize()
    rows.append((name, bytes(msg.buf)))


def raw(name, dp, msg_type, body):
    head = struct.pack("!BBHI", dp.ofproto.OFP_VERSION, msg_type, 8 + len(body), XID)
    data = head + body
    if common.msg(dp, dp.ofproto.OFP_VERSION, msg_type, len(data), XID, data) is None:
        raise SystemExit(f"os-ken does not read {name}")
    rows.append((name, data))


def prop(kind, body):
    out = struct.pack("!HH", kind, 4 + len(body)) + body
    return out + bytes(-len(out) % 8)


def datapath(proto, parser):
    return types.SimpleNamespace(ofproto=proto, ofproto_parser=parser, id=1, xid=XID)


def of10():
    o, p = ofproto_v1_0, ofproto_v1_0_parser
    dp = datapath(o, p)
    every = o.OFPFW_ALL & ~(o.OFPFW_NW_SRC_MASK | o.OFPFW_NW_DST_MASK) | 32 << 8 | 32 << 14

    def match(without=0, src_open=32, dst_open=32, **fields):
        wildcards = every & ~without & ~(63 << 8 | 63 << 14) | src_open << 8 | dst_open << 14
        m = p.OFPMatch(**fields)
        m.wildcards = wildcards
        return m

    tcp = o.OFPFW_DL_TYPE | o.OFPFW_NW_PROTO
    tcp_match = match(tcp | o.OFPFW_TP_SRC | o.OFPFW_TP_DST, 8, 0, dl_type=0x800, nw_proto=6,
                      nw_src=0x0a010200, nw_dst=0x0a000001, tp_src=1234, tp_dst=80)
    matches = {
        "any": match(),
        "l2": match(o.OFPFW_IN_PORT | o.OFPFW_DL_SRC | o.OFPFW_DL_DST, in_port=7,
                    dl_src="02:01:02:03:04:05", dl_dst="ff:ff:ff:ff:ff:ff"),
        "no_vlan": match(o.OFPFW_DL_VLAN, dl_vlan=0xffff),
        "vlan": match(o.OFPFW_DL_VLAN | o.OFPFW_DL_VLAN_PCP, dl_vlan=10, dl_vlan_pcp=5),
        "vlan_pcp_only": match(o.OFPFW_DL_VLAN_PCP, dl_vlan_pcp=3),
        "tcp": tcp_match,
        "udp": match(tcp | o.OFPFW_TP_DST | o.OFPFW_NW_TOS, dl_type=0x800, nw_proto=17,
                     nw_tos=0xb8, tp_dst=53),
        "icmp": match(tcp | o.OFPFW_TP_SRC | o.OFPFW_TP_DST, dl_type=0x800, nw_proto=1,
                      tp_src=8, tp_dst=0),
        "arp": match(tcp, 0, 16, dl_type=0x806, nw_proto=1, nw_src=0x0a000001,
                     nw_dst=0x0a010000),
        "local": match(o.OFPFW_IN_PORT, in_port=o.OFPP_LOCAL),
    }
    for name, m in matches.items():
        add("of10_flow_mod_" + name, dp, p.OFPFlowMod(
            dp, m, 0x1122334455667788, o.OFPFC_ADD, 10, 20, 100, o.OFP_NO_BUFFER, o.OFPP_NONE,
            o.OFPFF_SEND_FLOW_REM, [p.OFPActionOutput(2, 0)]))
    actions = [
        p.OFPActionVlanVid(10), p.OFPActionVlanPcp(3), p.OFPActionStripVlan(),
        p.OFPActionSetDlSrc("02:01:02:03:04:05"), p.OFPActionSetDlDst("02:01:02:03:04:05"), p.OFPActionSetNwSrc("10.0.0.1"),
        p.OFPActionSetNwDst("10.0.0.2"), p.OFPActionSetNwTos(0xb8), p.OFPActionSetTpSrc(1),
        p.OFPActionSetTpDst(2), p.OFPActionEnqueue(3, 4), p.OFPActionOutput(o.OFPP_IN_PORT, 0),
        p.OFPActionOutput(o.OFPP_CONTROLLER, 128), p.OFPActionOutput(o.OFPP_FLOOD, 0),
        p.OFPActionVendorUnknown(0x1234, b"abcdefgh"),
    ]
    add("of10_flow_mod_every_action", dp, p.OFPFlowMod(
        dp, tcp_match, 1, o.OFPFC_MODIFY_STRICT, 0, 0, 0xffff, o.OFP_NO_BUFFER, o.OFPP_NONE,
        o.OFPFF_CHECK_OVERLAP, actions))
    add("of10_flow_mod_delete", dp, p.OFPFlowMod(
        dp, match(), 0, o.OFPFC_DELETE, 0, 0, 0, o.OFP_NO_BUFFER, 3, 0, []))
    add("of10_packet_out", dp, p.OFPPacketOut(
        dp, o.OFP_NO_BUFFER, o.OFPP_NONE, actions[:3] + [p.OFPActionOutput(o.OFPP_TABLE, 0)],
        FRAME))
    add("of10_packet_out_in_port", dp, p.OFPPacketOut(
        dp, 5, 7, [p.OFPActionOutput(o.OFPP_ALL, 0)], None))
    add("of10_port_mod", dp, p.OFPPortMod(dp, 3, "02:01:02:03:04:05", o.OFPPC_NO_FLOOD | o.OFPPC_PORT_DOWN,
                                          o.OFPPC_NO_FLOOD, o.OFPPF_10GB_FD | o.OFPPF_COPPER))
    add("of10_set_config", dp, p.OFPSetConfig(dp, o.OFPC_FRAG_DROP, 128))
    for name, cls in (("features", p.OFPFeaturesRequest), ("get_config", p.OFPGetConfigRequest),
                      ("barrier", p.OFPBarrierRequest)):
        add(f"of10_{name}_request", dp, cls(dp))
    add("of10_queue_get_config", dp, p.OFPQueueGetConfigRequest(dp, o.OFPP_ALL))
    raw("of10_vendor", dp, o.OFPT_VENDOR, struct.pack("!I", 0x1234) + b"ab")
    add("of10_desc_request", dp, p.OFPDescStatsRequest(dp, 0))
    add("of10_flow_request", dp, p.OFPFlowStatsRequest(dp, 0, tcp_match, 0xff, o.OFPP_NONE))
    add("of10_aggregate_request", dp, p.OFPAggregateStatsRequest(dp, 0, matches["vlan"], 1, 5))
    add("of10_table_request", dp, p.OFPTableStatsRequest(dp, 0))
    add("of10_port_request", dp, p.OFPPortStatsRequest(dp, 0, o.OFPP_NONE))
    add("of10_queue_request", dp, p.OFPQueueStatsRequest(dp, 0, o.OFPP_ALL, o.OFPQ_ALL))
    port = struct.pack(o.OFP_PHY_PORT_PACK_STR, 2, MAC, b"veth2", o.OFPPC_NO_FLOOD,
                       o.OFPPS_LINK_DOWN, o.OFPPF_10GB_FD | o.OFPPF_COPPER, o.OFPPF_AUTONEG,
                       o.OFPPF_FIBER, 0)
    local = struct.pack(o.OFP_PHY_PORT_PACK_STR, o.OFPP_LOCAL, MAC, b"br0", 0, 0, 0, 0, 0, 0)
    raw("of10_features_reply", dp, o.OFPT_FEATURES_REPLY,
        struct.pack(o.OFP_SWITCH_FEATURES_PACK_STR, 0x0102, 0, 254, 0xc7, 0xfff) + port + local)
    raw("of10_get_config_reply", dp, o.OFPT_GET_CONFIG_REPLY, struct.pack("!HH", 0, 0xffff))
    raw("of10_barrier_reply", dp, o.OFPT_BARRIER_REPLY, b"")
    raw("of10_port_status", dp, o.OFPT_PORT_STATUS, struct.pack("!B7x", 2) + port)
    raw("of10_packet_in", dp, o.OFPT_PACKET_IN,
        struct.pack(o.OFP_PACKET_IN_PACK_STR, 0xffffffff, 20, 7, 1) + FRAME)
    raw_match = bytearray(48)
    tcp_match.serialize(raw_match, 0)
    raw_match = bytes(raw_match[:40])
    raw("of10_flow_removed", dp, o.OFPT_FLOW_REMOVED, raw_match + struct.pack(
        o.OFP_FLOW_REMOVED_PACK_STR0, 1, 100, 2, 3, 4, 5, 6, 7))
    raw("of10_error", dp, o.OFPT_ERROR, struct.pack("!HH", 3, 1) + FRAME)
    raw("of10_error_port", dp, o.OFPT_ERROR, struct.pack("!HH", 4, 0) + FRAME)
    raw("of10_error_unknown", dp, o.OFPT_ERROR, struct.pack("!HH", 3, 9) + FRAME)
    queue = struct.pack("!IHxx", 1, 24) + struct.pack("!HH4x", 1, 16) + struct.pack("!H6x", 500)
    raw("of10_queue_get_config_reply", dp, o.OFPT_QUEUE_GET_CONFIG_REPLY,
        struct.pack("!H6x", 2) + queue)

    def stats(name, kind, body):
        raw(name, dp, o.OFPT_STATS_REPLY, struct.pack("!HH", kind, 1) + body)

    flow = struct.pack(o.OFP_FLOW_STATS_0_PACK_STR, 96, 3) + raw_match + struct.pack(
        o.OFP_FLOW_STATS_1_PACK_STR, 1, 2, 100, 3, 4, 5, 6, 7) + struct.pack("!HHHH", 0, 8, 2, 0)
    stats("of10_flow_reply", o.OFPST_FLOW, flow + flow)
    stats("of10_aggregate_reply", o.OFPST_AGGREGATE, struct.pack("!QQI4x", 1, 2, 3))
    stats("of10_table_reply", o.OFPST_TABLE, struct.pack(
        o.OFP_TABLE_STATS_PACK_STR, 1, b"table1", 0x3fffff, 1000, 1, 2, 3))
    stats("of10_port_reply", o.OFPST_PORT, struct.pack(
        o.OFP_PORT_STATS_PACK_STR, 2, *range(1, 11), 2**64 - 1, 0))
    stats("of10_queue_reply", o.OFPST_QUEUE, struct.pack("!H2xIQQQ", 2, 1, 2, 3, 4))


def with_properties(o, p, dp, v):
    """What 1.4 and 1.5 share."""
    match = p.OFPMatch(in_port=1, eth_type=0x800, ip_proto=6, ipv4_src=("10.0.0.0", "255.0.0.0"))
    apply = p.OFPInstructionActions(o.OFPIT_APPLY_ACTIONS, [
        p.OFPActionPushVlan(0x8100), p.OFPActionSetField(vlan_vid=0x100a), p.OFPActionPopVlan(),
        p.OFPActionGroup(5), p.OFPActionSetQueue(2), p.OFPActionDecNwTtl(),
        p.OFPActionOutput(o.OFPP_CONTROLLER, 0xffff), p.OFPActionOutput(3, 0)])
    add(v + "_flow_mod", dp, p.OFPFlowMod(
        dp, 1, 2, 3, o.OFPFC_ADD, 4, 5, 6, o.OFP_NO_BUFFER, o.OFPP_ANY, o.OFPG_ANY, 0x1f, 7,
        match, [apply, p.OFPInstructionWriteMetadata(1, 3), p.OFPInstructionGotoTable(9)]))
    port_mod = [p.OFPPortModPropEthernet(0, 8, o.OFPPF_10GB_FD)]
    add(v + "_port_mod", dp, p.OFPPortMod(dp, 3, "02:01:02:03:04:05", 1, 0x65, port_mod))
    add(v + "_port_mod_bare", dp, p.OFPPortMod(dp, 3, "02:01:02:03:04:05", 1, 0x65, []))
    add(v + "_port_stats_request", dp, p.OFPPortStatsRequest(dp, 0, 4))
    add(v + "_queue_stats_request", dp, p.OFPQueueStatsRequest(dp, 0, 4, 5))
    add(v + "_aggregate_request", dp, p.OFPAggregateStatsRequest(
        dp, 0, 255, o.OFPP_ANY, o.OFPG_ANY, 0, 0, match))
    add(v + "_get_async", dp, p.OFPGetAsyncRequest(dp))
    add(v + "_desc_request", dp, p.OFPDescStatsRequest(dp, 0))
    ethernet = prop(0, struct.pack("!4xIIIIII", 1, 2, 4, 8, 100, 200))
    port = struct.pack("!IH2x6s2x16sII", 2, 40 + len(ethernet), MAC, b"veth2", 1, 4) + ethernet
    raw(v + "_port_status", dp, o.OFPT_PORT_STATUS, struct.pack("!B7x", 2) + port)

    def reply(name, kind, body):
        raw(v + name, dp, o.OFPT_MULTIPART_REPLY, struct.pack("!HH4x", kind, 1) + body)

    reply("_port_desc_reply", o.OFPMP_PORT_DESC, port + port)
    ethernet = prop(0, struct.pack("!4xQQQQ", 1, 2, 3, 4))
    reply("_port_stats_reply", o.OFPMP_PORT_STATS, struct.pack(
        "!H2xIIIQQQQQQQQ", 80 + len(ethernet), 2, 3, 4, *range(8)) + ethernet)
    reply("_queue_stats_reply", o.OFPMP_QUEUE_STATS, struct.pack(
        "!H6xIIQQQII", 48, 2, 1, 3, 4, 5, 6, 7))
    raw_match = bytearray()
    match.serialize(raw_match, 0)
    raw(v + "_packet_in", dp, o.OFPT_PACKET_IN, struct.pack(
        "!IHBBQ", 0xffffffff, 20, 4, 3, 9) + bytes(raw_match) + bytes(2) + FRAME)
    raw(v + "_error_property", dp, o.OFPT_ERROR, struct.pack("!HH", 14, 2) + FRAME)
    return match, bytes(raw_match)


def of14():
    o, p = ofproto_v1_4, ofproto_v1_4_parser
    dp = datapath(o, p)
    match, raw_match = with_properties(o, p, dp, "of14")
    add("of14_role_request", dp, p.OFPRoleRequest(dp, o.OFPCR_ROLE_MASTER, 5))
    add("of14_set_async", dp, p.OFPSetAsync(dp, [
        p.OFPAsyncConfigPropReasons(kind, 8, 0x18 if kind in (8, 9) else 3)
        for kind in range(12)]))
    add("of14_packet_out", dp, p.OFPPacketOut(
        dp, o.OFP_NO_BUFFER, o.OFPP_CONTROLLER, [p.OFPActionOutput(o.OFPP_TABLE, 0)], FRAME))
    add("of14_port_desc_request", dp, p.OFPPortDescStatsRequest(dp, 0))
    add("of14_flow_request", dp, p.OFPFlowStatsRequest(
        dp, 0, 3, o.OFPP_ANY, o.OFPG_ANY, 1, 2, match))
    raw("of14_flow_removed", dp, o.OFPT_FLOW_REMOVED, struct.pack(
        "!QHBBIIHHQQ", 1, 2, 5, 3, 4, 5, 6, 7, 8, 9) + raw_match)
    flow = struct.pack("!BxIIHHHHH2xQQQ", 3, 1, 2, 100, 3, 4, 1, 5, 6, 7, 8) + raw_match
    flow = struct.pack("!H", 2 + len(flow)) + flow
    raw("of14_flow_reply", dp, o.OFPT_MULTIPART_REPLY, struct.pack("!HH4x", 1, 0) + flow + flow)


def of15():
    o, p = ofproto_v1_5, ofproto_v1_5_parser
    dp = datapath(o, p)
    match, raw_match = with_properties(o, p, dp, "of15")
    add("of15_flow_mod_new_actions", dp, p.OFPFlowMod(
        dp, 1, 2, 3, o.OFPFC_ADD, 4, 5, 6, o.OFP_NO_BUFFER, o.OFPP_ANY, o.OFPG_ANY, 0, 7, match, [
            p.OFPInstructionActions(o.OFPIT_APPLY_ACTIONS, [
                p.OFPActionMeter(3),
                p.OFPActionSetField(ipv4_dst=("10.0.0.0", "255.0.0.0")),
                p.OFPActionCopyField(32, 0, 0, [p.OFPOxmId("ipv4_src"), p.OFPOxmId("ipv4_dst")]),
                p.OFPActionOutput(3, 0)]),
            p.OFPInstructionStatTrigger(o.OFPSTF_PERIODIC, p.OFPStats(
                duration=(1, 500), packet_count=100, byte_count=10000))]))
    add("of15_role_request", dp, p.OFPRoleRequest(dp, o.OFPCR_ROLE_MASTER, 7, 5))
    add("of15_set_async", dp, p.OFPSetAsync(dp, [
        p.OFPAsyncConfigPropReasons(kind, 8, 0x18 if kind in (8, 9) else 3)
        for kind in range(16)]))
    add("of15_packet_out", dp, p.OFPPacketOut(
        dp, o.OFP_NO_BUFFER, p.OFPMatch(in_port=o.OFPP_CONTROLLER),
        [p.OFPActionOutput(o.OFPP_TABLE, 0)], FRAME))
    add("of15_packet_out_pipeline", dp, p.OFPPacketOut(
        dp, o.OFP_NO_BUFFER, p.OFPMatch(in_port=4, metadata=5, tunnel_id=6),
        [p.OFPActionOutput(o.OFPP_TABLE, 0)], FRAME))
    add("of15_port_desc_request", dp, p.OFPPortDescStatsRequest(dp, 0, 4))
    add("of15_flow_desc_request", dp, p.OFPFlowDescStatsRequest(
        dp, 0, 3, o.OFPP_ANY, o.OFPG_ANY, 1, 2, match))
    add("of15_flow_stats_request", dp, p.OFPFlowStatsRequest(
        dp, 0, 3, o.OFPP_ANY, o.OFPG_ANY, 1, 2, match))
    raw_stats = bytearray()
    p.OFPStats(duration=(1, 2), idle_time=(3, 0), packet_count=4, byte_count=5).serialize(
        raw_stats, 0)
    raw_stats = bytes(raw_stats)
    removed = bytearray()
    p.OFPStats(duration=(1, 2), packet_count=4, byte_count=5).serialize(removed, 0)
    raw("of15_flow_removed", dp, o.OFPT_FLOW_REMOVED, struct.pack(
        "!BBHHHQ", 3, 4, 5, 6, 7, 8) + raw_match + bytes(removed))
    flow = struct.pack("!2xBxHHHHHQ", 3, 100, 3, 4, 1, 5, 6) + raw_match + raw_stats
    flow = struct.pack("!H", 2 + len(flow)) + flow
    raw("of15_flow_desc_reply", dp, o.OFPT_MULTIPART_REPLY,
        struct.pack("!HH4x", 1, 0) + flow + flow)
    flow = struct.pack("!2xBBH", 3, 1, 100) + raw_match + raw_stats
    flow = struct.pack("!H", 2 + len(flow)) + flow
    raw("of15_flow_stats_reply", dp, o.OFPT_MULTIPART_REPLY,
        struct.pack("!HH4x", 17, 0) + flow + flow)
    aggregate = bytearray()
    p.OFPStats(flow_count=3, packet_count=4, byte_count=5).serialize(aggregate, 0)
    raw("of15_aggregate_reply", dp, o.OFPT_MULTIPART_REPLY,
        struct.pack("!HH4x", 2, 0) + bytes(aggregate))


of10()
of14()
of15()
print("""// SPDX-License-Identifier: Apache-2.0
/*
 * Messages of 1.0, 1.4 and 1.5 in os-ken's form, written by vectors_by_version.py.
 */
#pragma once

struct vector {
	const char *name;
	const char *hex;
};

// clang-format off
static const struct vector version_vectors[] = {""")
for row_name, row_data in rows:
    print(f'\t{{"{row_name}",\n\t "{row_data.hex()}"}},')
print("};\n// clang-format on")
