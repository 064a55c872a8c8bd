# SPDX-License-Identifier: Apache-2.0
"""A learning switch for osken-manager in the version that OF_VERSION names (1, 4, 5 or 6)."""
import os

from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib.packet import ethernet, packet

VERSION = int(os.environ.get("OF_VERSION", "4"))


class Switch(app_manager.OSKenApp):
    OFP_VERSIONS = [VERSION]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stations = {}      # (datapath id, address) -> port

    @staticmethod
    def flow(datapath, priority, match, actions):
        parser, proto = datapath.ofproto_parser, datapath.ofproto
        if VERSION == 1:
            message = parser.OFPFlowMod(datapath=datapath, match=match, priority=priority, actions=actions)
        else:
            apply = parser.OFPInstructionActions(proto.OFPIT_APPLY_ACTIONS, actions)
            message = parser.OFPFlowMod(datapath=datapath, priority=priority, match=match, instructions=[apply])
        datapath.send_msg(message)

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def features(self, event):
        datapath = event.msg.datapath
        proto, parser = datapath.ofproto, datapath.ofproto_parser
        if VERSION == 1:        # a miss goes to the controller by itself
            datapath.send_msg(parser.OFPSetConfig(datapath, proto.OFPC_FRAG_NORMAL, 0xFFFF))
        else:
            self.flow(datapath, 0, parser.OFPMatch(), [parser.OFPActionOutput(proto.OFPP_CONTROLLER, proto.OFPCML_NO_BUFFER)])

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)
    def packet_in(self, event):
        message = event.msg
        datapath = message.datapath
        parser, proto = datapath.ofproto_parser, datapath.ofproto
        in_port = message.in_port if VERSION == 1 else message.match["in_port"]
        frame = packet.Packet(message.data).get_protocol(ethernet.ethernet)
        self.stations[datapath.id, frame.src] = in_port
        port = self.stations.get((datapath.id, frame.dst), proto.OFPP_FLOOD)
        actions = [parser.OFPActionOutput(port)]
        if port != proto.OFPP_FLOOD:
            match = (parser.OFPMatch(in_port=in_port, dl_dst=frame.dst) if VERSION == 1
                     else parser.OFPMatch(in_port=in_port, eth_dst=frame.dst, eth_src=frame.src))
            self.flow(datapath, 1, match, actions)
        where = {"match": parser.OFPMatch(in_port=in_port)} if VERSION == 6 else {"in_port": in_port}
        datapath.send_msg(parser.OFPPacketOut(datapath=datapath, buffer_id=proto.OFP_NO_BUFFER if VERSION > 1 else 0xFFFFFFFF,
                                              actions=actions, data=message.data, **where))
