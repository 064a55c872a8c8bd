# SPDX-License-Identifier: Apache-2.0
"""A learning switch under os-ken's spanning tree library; writes the state of each port."""
from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib import dpid as dpid_lib
from os_ken.lib import stplib
from os_ken.lib.packet import ethernet, packet
from os_ken.ofproto import ofproto_v1_3

NAMES = {stplib.PORT_STATE_DISABLE: "DISABLE", stplib.PORT_STATE_BLOCK: "BLOCK", stplib.PORT_STATE_LISTEN: "LISTEN",
         stplib.PORT_STATE_LEARN: "LEARN", stplib.PORT_STATE_FORWARD: "FORWARD"}

LEARNED = 0x57


class Stp(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]
    _CONTEXTS = {"stplib": stplib.Stp}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stations = {}
        quick = {"hello_time": 1, "max_age": 6, "fwd_delay": 4}
        kwargs["stplib"].set_config({dpid_lib.str_to_dpid(f"{n:016x}"): {"bridge": dict(quick, priority=0x8000 + 0x1000 * n)} for n in (1, 2, 3)})

    @staticmethod
    def flow(dp, priority, match, actions):
        p = dp.ofproto_parser
        dp.send_msg(p.OFPFlowMod(dp, cookie=LEARNED if priority else 0, priority=priority, match=match, instructions=[p.OFPInstructionActions(dp.ofproto.OFPIT_APPLY_ACTIONS, actions)]))

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def features(self, event):
        dp = event.msg.datapath
        p, of = dp.ofproto_parser, dp.ofproto
        self.flow(dp, 0, p.OFPMatch(), [p.OFPActionOutput(of.OFPP_CONTROLLER, of.OFPCML_NO_BUFFER)])

    @set_ev_cls(stplib.EventPacketIn, MAIN_DISPATCHER)
    def packet_in(self, event):
        dp, port = event.msg.datapath, event.msg.match["in_port"]
        p, of = dp.ofproto_parser, dp.ofproto
        eth = packet.Packet(event.msg.data).get_protocol(ethernet.ethernet)
        self.stations[dp.id, eth.src] = port
        where = self.stations.get((dp.id, eth.dst), of.OFPP_FLOOD)
        if where != of.OFPP_FLOOD:
            self.flow(dp, 1, p.OFPMatch(in_port=port, eth_dst=eth.dst), [p.OFPActionOutput(where)])
        dp.send_msg(p.OFPPacketOut(dp, of.OFP_NO_BUFFER, port, [p.OFPActionOutput(where)], event.msg.data))

    @set_ev_cls(stplib.EventTopologyChange, MAIN_DISPATCHER)
    def changed(self, event):
        dp = event.dp
        self.stations = {k: v for k, v in self.stations.items() if k[0] != dp.id}
        p, of = dp.ofproto_parser, dp.ofproto
        dp.send_msg(p.OFPFlowMod(dp, command=of.OFPFC_DELETE, cookie=LEARNED, cookie_mask=LEARNED, table_id=0,
                                 out_port=of.OFPP_ANY, out_group=of.OFPG_ANY, match=p.OFPMatch()))

    @set_ev_cls(stplib.EventPortStateChange, MAIN_DISPATCHER)
    def state(self, event):
        print(f"state {event.dp.id} {event.port_no} {NAMES[event.port_state]}", flush=True)
