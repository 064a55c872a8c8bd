# SPDX-License-Identifier: Apache-2.0
"""os-ken's LACP library on ports 1 and 2 of switch 1; writes what it finds of the partner."""
from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib import lacplib
from os_ken.lib.dpid import str_to_dpid
from os_ken.ofproto import ofproto_v1_3


class Lacp(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]
    _CONTEXTS = {"lacplib": lacplib.LacpLib}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kwargs["lacplib"].add(dpid=str_to_dpid("0000000000000001"), ports=[1, 2])

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def features(self, event):
        dp = event.msg.datapath
        p, of = dp.ofproto_parser, dp.ofproto
        apply = p.OFPInstructionActions(of.OFPIT_APPLY_ACTIONS, [p.OFPActionOutput(of.OFPP_CONTROLLER, of.OFPCML_NO_BUFFER)])
        dp.send_msg(p.OFPFlowMod(dp, priority=0, match=p.OFPMatch(), instructions=[apply]))

    @set_ev_cls(lacplib.EventSlaveStateChanged, MAIN_DISPATCHER)
    def changed(self, event):
        print(f"slave {event.datapath.id} {event.port} {'up' if event.enabled else 'down'}", flush=True)
