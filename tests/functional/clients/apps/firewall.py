# SPDX-License-Identifier: Apache-2.0
"""A firewall: echo from port 1 to port 2 and its answers pass, TCP to port 80 passes, ARP is
switched; the rest is dropped, and told of (a copy to the controller, at a low priority)."""
from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib.packet import ipv4, packet
from os_ken.ofproto import ofproto_v1_3


class Firewall(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def features(self, event):
        dp = event.msg.datapath
        p, of = dp.ofproto_parser, dp.ofproto
        normal = [p.OFPActionOutput(of.OFPP_NORMAL)]
        self.flow(dp, 65534, p.OFPMatch(eth_type=0x0806), normal)
        self.flow(dp, 100, p.OFPMatch(in_port=1, eth_type=0x0800, ip_proto=1, icmpv4_type=8), normal)
        self.flow(dp, 100, p.OFPMatch(in_port=2, eth_type=0x0800, ip_proto=1, icmpv4_type=0), normal)
        self.flow(dp, 100, p.OFPMatch(eth_type=0x0800, ip_proto=6, tcp_dst=80), normal)
        self.flow(dp, 1, p.OFPMatch(eth_type=0x0800), [p.OFPActionOutput(of.OFPP_CONTROLLER, 128)], cookie=0xB10C)
        dp.send_msg(p.OFPBarrierRequest(dp))

    @staticmethod
    def flow(dp, priority, match, actions, cookie=0):
        p = dp.ofproto_parser
        dp.send_msg(p.OFPFlowMod(dp, cookie=cookie, priority=priority, match=match,
                                 instructions=[p.OFPInstructionActions(dp.ofproto.OFPIT_APPLY_ACTIONS, actions)]))

    @set_ev_cls(ofp_event.EventOFPBarrierReply, MAIN_DISPATCHER)
    def ready(self, _):
        print("in force", flush=True)

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)
    def packet_in(self, event):
        ip = packet.Packet(event.msg.data).get_protocol(ipv4.ipv4)
        if ip and event.msg.cookie == 0xB10C:
            print(f"blocked {ip.src} {ip.dst} {ip.proto}", flush=True)
