# SPDX-License-Identifier: Apache-2.0
"""Polls flow and port statistics twice a second and writes what it is told, one JSON a line."""
import json

from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib import hub
from os_ken.ofproto import ofproto_v1_3


class Monitor(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def features(self, event):
        hub.spawn(self.poll, event.msg.datapath)

    @staticmethod
    def poll(datapath):
        parser = datapath.ofproto_parser
        while datapath.is_active:
            datapath.send_msg(parser.OFPFlowStatsRequest(datapath))
            datapath.send_msg(parser.OFPPortStatsRequest(datapath, 0, datapath.ofproto.OFPP_ANY))
            hub.sleep(0.5)

    @set_ev_cls(ofp_event.EventOFPFlowStatsReply, MAIN_DISPATCHER)
    def flows(self, event):
        print(json.dumps({"flows": [[s.priority, s.packet_count, s.byte_count] for s in event.msg.body]}), flush=True)

    @set_ev_cls(ofp_event.EventOFPPortStatsReply, MAIN_DISPATCHER)
    def ports(self, event):
        print(json.dumps({"ports": {s.port_no: [s.rx_packets, s.tx_packets, s.rx_errors, s.tx_errors] for s in event.msg.body}}), flush=True)
