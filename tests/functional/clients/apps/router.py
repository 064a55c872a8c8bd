# SPDX-License-Identifier: Apache-2.0
"""A router: 10.1.0.1/24 on port 1, 10.2.0.1/24 on port 2. It answers ARP and echo requests for its
addresses by packet-out, asks for who it does not know, and makes routes (set_field, dec_ttl) as flows."""
import ipaddress

from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib.packet import arp, ethernet, icmp, ipv4, packet
from os_ken.ofproto import ofproto_v1_3

MAC = "02:00:00:99:00:%02x"
NETS = {1: ipaddress.ip_interface("10.1.0.1/24"), 2: ipaddress.ip_interface("10.2.0.1/24")}


class Router(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def features(self, event):
        dp = event.msg.datapath
        p, of = dp.ofproto_parser, dp.ofproto
        punt = [p.OFPActionOutput(of.OFPP_CONTROLLER, of.OFPCML_NO_BUFFER)]
        self.flow(dp, 1, p.OFPMatch(eth_type=0x0806), punt)
        for net in NETS.values():
            self.flow(dp, 100, p.OFPMatch(eth_type=0x0800, ipv4_dst=str(net.ip)), punt)
            self.flow(dp, 10, p.OFPMatch(eth_type=0x0800, ipv4_dst=(str(net.network.network_address), str(net.netmask))), punt)

    @staticmethod
    def flow(dp, priority, match, actions):
        p = dp.ofproto_parser
        dp.send_msg(p.OFPFlowMod(dp, priority=priority, match=match, instructions=[p.OFPInstructionActions(dp.ofproto.OFPIT_APPLY_ACTIONS, actions)]))

    @staticmethod
    def out(dp, port, *protocols):
        data = packet.Packet()
        for protocol in protocols:
            data.add_protocol(protocol)
        data.serialize()
        p, of = dp.ofproto_parser, dp.ofproto
        dp.send_msg(p.OFPPacketOut(dp, of.OFP_NO_BUFFER, of.OFPP_CONTROLLER, [p.OFPActionOutput(port)], data.data))

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)
    def packet_in(self, event):
        dp, port = event.msg.datapath, event.msg.match["in_port"]
        data = packet.Packet(event.msg.data)
        eth, a, ip, ping = (data.get_protocol(c) for c in (ethernet.ethernet, arp.arp, ipv4.ipv4, icmp.icmp))
        mine = str(NETS[port].ip)
        if a:
            self.route(dp, port, a.src_ip, a.src_mac)
            if a.opcode == arp.ARP_REQUEST and a.dst_ip == mine:
                self.out(dp, port, ethernet.ethernet(a.src_mac, MAC % port, 0x0806), arp.arp(opcode=arp.ARP_REPLY, src_mac=MAC % port, src_ip=mine, dst_mac=a.src_mac, dst_ip=a.src_ip))
        elif ip and ping and ip.dst == mine and ping.type == icmp.ICMP_ECHO_REQUEST:
            self.out(dp, port, ethernet.ethernet(eth.src, MAC % port, 0x0800), ipv4.ipv4(proto=1, src=mine, dst=ip.src),
                     icmp.icmp(icmp.ICMP_ECHO_REPLY, 0, 0, data=ping.data))
        elif ip:
            for n, net in NETS.items():
                if ipaddress.ip_address(ip.dst) in net.network:
                    self.out(dp, n, ethernet.ethernet("ff:ff:ff:ff:ff:ff", MAC % n, 0x0806),
                             arp.arp(opcode=arp.ARP_REQUEST, src_mac=MAC % n, src_ip=str(net.ip), dst_mac="00:00:00:00:00:00", dst_ip=ip.dst))

    def route(self, dp, port, ip, mac):
        p = dp.ofproto_parser
        self.flow(dp, 50, p.OFPMatch(eth_type=0x0800, ipv4_dst=ip), [p.OFPActionDecNwTtl(), p.OFPActionSetField(eth_src=MAC % port),
                                                                    p.OFPActionSetField(eth_dst=mac), p.OFPActionOutput(port)])
