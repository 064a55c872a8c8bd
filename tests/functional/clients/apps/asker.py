# SPDX-License-Identifier: Apache-2.0
"""Asks a switch everything that os-ken's library for REST services (os_ken.lib.ofctl_v1_*) can ask,
after it has made flows, groups and meters with it; writes one JSON a line, and {"done": true}."""
import json
import os

from os_ken.base import app_manager
from os_ken.controller import dpset, ofp_event
from os_ken.controller.handler import MAIN_DISPATCHER, set_ev_cls
from os_ken.lib import hub, ofctl_v1_0, ofctl_v1_3, ofctl_v1_4, ofctl_v1_5

VERSION = int(os.environ.get("OF_VERSION", "4"))
OFCTL = {1: ofctl_v1_0, 4: ofctl_v1_3, 5: ofctl_v1_4, 6: ofctl_v1_5}[VERSION]
ASK = """desc_stats flow_stats aggregate_flow_stats table_stats table_features port_stats port_desc queue_stats queue_config
queue_desc group_stats group_desc group_features meter_stats meter_config meter_desc meter_features role""".split()
REPLIES = """EventOFPStatsReply EventOFPDescStatsReply EventOFPFlowStatsReply EventOFPFlowDescStatsReply EventOFPAggregateStatsReply
EventOFPTableStatsReply EventOFPTableFeaturesStatsReply EventOFPPortStatsReply EventOFPPortDescStatsReply EventOFPQueueStatsReply
EventOFPQueueGetConfigReply EventOFPQueueDescStatsReply EventOFPGroupStatsReply EventOFPGroupDescStatsReply EventOFPGroupFeaturesStatsReply
EventOFPMeterStatsReply EventOFPMeterConfigStatsReply EventOFPMeterDescStatsReply EventOFPMeterFeaturesStatsReply EventOFPRoleReply
EventOFPSwitchFeatures""".split()


class Asker(app_manager.OSKenApp):
    OFP_VERSIONS = [VERSION]
    _CONTEXTS = {"dpset": dpset.DPSet}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.waiters = {}

    @set_ev_cls(dpset.EventDP)
    def datapath(self, event):
        if event.enter:
            hub.spawn(self.ask, event.dp)

    @set_ev_cls([getattr(ofp_event, name) for name in REPLIES if hasattr(ofp_event, name)], MAIN_DISPATCHER)
    def reply(self, event):
        message = event.msg
        waiter = self.waiters.get(message.datapath.id, {}).get(message.xid)
        if waiter is None:
            return
        lock, messages = waiter
        messages.append(message)
        if getattr(message, "flags", 0) & 1 and message.msg_type != message.datapath.ofproto.OFPT_FEATURES_REPLY:
            return
        del self.waiters[message.datapath.id][message.xid]
        lock.set()

    @set_ev_cls(ofp_event.EventOFPErrorMsg, MAIN_DISPATCHER)
    def error(self, event):
        print(json.dumps({"error": [event.msg.type, event.msg.code]}), flush=True)

    def ask(self, dp):
        proto = dp.ofproto
        port = 2
        output = {"type": "OUTPUT", "port": port}
        if VERSION > 1:
            OFCTL.mod_group_entry(dp, {"type": "ALL", "group_id": 1, "buckets": [{"actions": [output]}]}, proto.OFPGC_ADD)
            OFCTL.mod_meter_entry(dp, {"flags": "KBPS", "meter_id": 1, "bands": [{"type": "DROP", "rate": 1000}]}, proto.OFPMC_ADD)
            OFCTL.mod_flow_entry(dp, {"priority": 7, "match": {"in_port": 3}, "actions": [{"type": "GROUP", "group_id": 1}]}, proto.OFPFC_ADD)
        OFCTL.mod_flow_entry(dp, {"priority": 11, "cookie": 5, "match": {"in_port": 1, "dl_type": 0x800, "nw_dst": "10.0.0.0/8"}, "actions": [
            {"type": "SET_NW_DST", "nw_dst": "10.9.9.9"} if VERSION == 1 else {"type": "SET_FIELD", "field": "ipv4_dst", "value": "10.9.9.9"}, output]}, proto.OFPFC_ADD)
        for what in ASK:
            function = getattr(OFCTL, "get_" + what, None)
            if function is None:
                continue
            print(json.dumps({"ask": what, "answer": function(dp, self.waiters)}, default=str), flush=True)
        OFCTL.delete_flow_entry(dp) if hasattr(OFCTL, "delete_flow_entry") else OFCTL.mod_flow_entry(dp, {}, proto.OFPFC_DELETE)
        print(json.dumps({"ask": "flow_stats after delete", "answer": OFCTL.get_flow_stats(dp, self.waiters)}, default=str), flush=True)
        print(json.dumps({"done": True}), flush=True)
