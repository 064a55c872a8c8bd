# SPDX-License-Identifier: Apache-2.0
"""Writes the switches, links and hosts that os-ken's topology discovery (LLDP) knows, each second."""
import json

from os_ken.base import app_manager
from os_ken.lib import hub
from os_ken.topology import api


class Topology(app_manager.OSKenApp):
    def start(self):
        super().start()
        hub.spawn(self.tell)

    def tell(self):
        while True:
            hub.sleep(1)
            links = sorted([link.src.dpid, link.src.port_no, link.dst.dpid, link.dst.port_no] for link in api.get_all_link(self))
            print(json.dumps({"switches": sorted(s.dp.id for s in api.get_all_switch(self)), "links": links,
                              "hosts": sorted([h.mac, h.port.dpid, h.port.port_no] for h in api.get_all_host(self))}), flush=True)
