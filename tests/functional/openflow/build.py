# SPDX-License-Identifier: Apache-2.0
"""What a case writes as data, as os-ken's messages of one version.

An action is a name, or a tuple of a name and its arguments:
    ("output", 2) ("output", "CONTROLLER", 128) ("set", "ipv4_dst", "10.0.0.9") ("group", 1) "pop_vlan"
A match is a dictionary with os-ken's names of fields; a pair is a value with its mask.
What a version cannot say raises Unsayable, and the case does not count for that version.
"""
import collections
import ipaddress

from os_ken.ofproto import ofproto_protocol

from peer import V10, V13, V14, V15

SINCE = {"pbb_uca": V14, "tcp_flags": V15, "actset_output": V15, "packet_type": V15}
PRIORITY = 100
LATEST = ofproto_protocol.ProtocolDesc(version=V15).ofproto


class Unsayable(Exception):
    """This version has no words for it."""


_FLOW = dict(match=None, apply=None, write=None, clear=False, goto=None, metadata=None, meter=None, table=0,
             priority=PRIORITY, cookie=0, flags=0, idle=0, hard=0, importance=0, more=())
Flow = collections.namedtuple("Flow", _FLOW, defaults=_FLOW.values())
Group = collections.namedtuple("Group", "id type buckets")
Bucket = collections.namedtuple("Bucket", "actions weight port group id", defaults=(None, None, None, None))
Meter = collections.namedtuple("Meter", "id flags bands")       # bands: ("drop", rate, burst) or ("remark", rate, burst, level)


def flow(match=None, *actions, **more):
    """A flow of table 0 that applies these actions."""
    if actions:
        more["apply"] = list(actions)
    return Flow(match=match or {}, **more)


def out(*ports):
    return [("output", port) for port in ports]


class Build:
    def __init__(self, version):
        self.version = version
        self.protocol = ofproto_protocol.ProtocolDesc(version=version)
        self.of, self.parser = self.protocol.ofproto, self.protocol.ofproto_parser

    def port(self, port):
        return port if isinstance(port, int) else getattr(self.of, "OFPP_" + port)

    def error(self, name):
        """BAD_MATCH/OFPBMC_BAD_PREREQ as (type, code); codes that came later count where nothing
        earlier says the same (OFPBIC_DUP_INST)."""
        kind, code = name.split("/")
        of = self.of if hasattr(self.of, code) else LATEST
        return getattr(of, "OFPET_" + kind), getattr(of, code)

    # --- matches

    def match(self, fields):
        if self.version == V10:
            return self._match10(fields)
        for name in fields:
            if SINCE.get(name, V13) > self.version:
                raise Unsayable(name)
        return self.parser.OFPMatch(**{k: self.port(v) if k in ("in_port", "in_phy_port", "actset_output") else v
                                       for k, v in fields.items()})

    def _match10(self, fields):
        words, proto = {}, fields.get("ip_proto")
        plain = {"in_port": "in_port", "eth_src": "dl_src", "eth_dst": "dl_dst", "vlan_pcp": "dl_vlan_pcp", "eth_type": "dl_type",
                 "ip_proto": "nw_proto", "arp_op": "nw_proto", "tcp_src": "tp_src", "tcp_dst": "tp_dst", "udp_src": "tp_src",
                 "udp_dst": "tp_dst", "icmpv4_type": "tp_src", "icmpv4_code": "tp_dst"}
        networks = {"ipv4_src": "nw_src", "ipv4_dst": "nw_dst", "arp_spa": "nw_src", "arp_tpa": "nw_dst"}
        for name, value in fields.items():
            if name in networks:
                address, mask = value if isinstance(value, tuple) else (value, "255.255.255.255")
                bits = int(ipaddress.IPv4Address(mask))
                length = bin(bits).count("1")
                if bits != (0xFFFFFFFF << 32 - length) & 0xFFFFFFFF:
                    raise Unsayable(name)
                words[networks[name]] = address
                words[networks[name] + "_mask"] = length
            elif isinstance(value, tuple):
                raise Unsayable(name)
            elif name == "vlan_vid":
                words["dl_vlan"] = value & 0xFFF if value else 0xFFFF
            elif name == "ip_dscp":
                words["nw_tos"] = value << 2
            elif name in plain:
                if name[:4] in ("tcp_", "udp_", "icmp") and proto is None:
                    raise Unsayable(name)
                words[plain[name]] = value
            else:
                raise Unsayable(name)
        return self.parser.OFPMatch(**words)

    # --- actions

    def action(self, action):
        name, *args = (action,) if isinstance(action, str) else action
        if self.version == V10:
            return self._action10(name, args)
        p = self.parser
        simple = {"pop_vlan": "PopVlan", "push_vlan": "PushVlan", "push_mpls": "PushMpls", "pop_mpls": "PopMpls",
                  "push_pbb": "PushPbb", "pop_pbb": "PopPbb", "copy_ttl_in": "CopyTtlIn", "copy_ttl_out": "CopyTtlOut",
                  "dec_ttl": "DecNwTtl", "set_ttl": "SetNwTtl", "dec_mpls_ttl": "DecMplsTtl", "set_mpls_ttl": "SetMplsTtl",
                  "group": "Group", "queue": "SetQueue"}
        if name in simple:
            return getattr(p, "OFPAction" + simple[name])(*args)
        if name == "output":
            return p.OFPActionOutput(self.port(args[0]), args[1] if len(args) > 1 else 0xFFFF)
        if name == "set":
            if SINCE.get(args[0], V13) > self.version or isinstance(args[1], tuple) and self.version < V15:
                raise Unsayable(args[0])
            return p.OFPActionSetField(**{args[0]: args[1]})
        if self.version < V15:
            raise Unsayable(name)
        if name == "meter":
            return p.OFPActionMeter(*args)
        if name == "copy":
            source, target, bits, *offsets = args
            return p.OFPActionCopyField(n_bits=bits, src_offset=offsets[0] if offsets else 0,
                                        dst_offset=offsets[1] if offsets else 0,
                                        oxm_ids=[p.OFPOxmId(source), p.OFPOxmId(target)])
        raise Unsayable(name)

    def _action10(self, name, args):
        p = self.parser
        if name == "output":
            return p.OFPActionOutput(self.port(args[0]), args[1] if len(args) > 1 else 0xFFFF)
        if name == "pop_vlan":
            return p.OFPActionStripVlan()
        if name == "enqueue":
            return p.OFPActionEnqueue(*args)
        if name == "set":
            field, value = args
            if isinstance(value, tuple):
                raise Unsayable(name)
            words = {"eth_src": "DlSrc", "eth_dst": "DlDst", "ipv4_src": "NwSrc", "ipv4_dst": "NwDst", "tcp_src": "TpSrc",
                     "tcp_dst": "TpDst", "udp_src": "TpSrc", "udp_dst": "TpDst"}
            if field in words:
                return getattr(p, "OFPActionSet" + words[field])(value)
            if field == "vlan_vid":
                return p.OFPActionVlanVid(value & 0xFFF)
            if field == "vlan_pcp":
                return p.OFPActionVlanPcp(value)
            if field == "ip_dscp":
                return p.OFPActionSetNwTos(value << 2)
        raise Unsayable(name)

    def actions(self, actions):
        return [self.action(a) for a in actions]

    # --- messages

    def instructions(self, f):
        p, of, found = self.parser, self.of, []
        if f.meter is not None:
            if self.version >= V15:
                return self.instructions(f._replace(meter=None, apply=[("meter", f.meter)] + (f.apply or [])))
            found.append(p.OFPInstructionMeter(f.meter))
        if f.apply is not None:
            found.append(p.OFPInstructionActions(of.OFPIT_APPLY_ACTIONS, self.actions(f.apply)))
        if f.clear:
            found.append(p.OFPInstructionActions(of.OFPIT_CLEAR_ACTIONS, []))
        if f.write is not None:
            found.append(p.OFPInstructionActions(of.OFPIT_WRITE_ACTIONS, self.actions(f.write)))
        if f.metadata is not None:
            found.append(p.OFPInstructionWriteMetadata(*f.metadata))
        if f.goto is not None:
            found.append(p.OFPInstructionGotoTable(f.goto))
        return found + list(f.more)

    def flow_mod(self, f, command="ADD", out_port="ANY", out_group="ANY", cookie_mask=0, buffer_id=0xFFFFFFFF):
        command = getattr(self.of, "OFPFC_" + command)
        common = dict(cookie=f.cookie, command=command, idle_timeout=f.idle, hard_timeout=f.hard, priority=f.priority,
                      buffer_id=buffer_id, flags=f.flags, match=self.match(f.match))
        if self.version == V10:
            if f.table or f.goto is not None or f.metadata or f.meter or f.write is not None or f.clear or f.importance \
                    or cookie_mask or out_group != "ANY":
                raise Unsayable("more than actions")
            return self.parser.OFPFlowMod(self.protocol, out_port=self.port("NONE" if out_port == "ANY" else out_port),
                                          actions=self.actions(f.apply or []), **common)
        if self.version >= V14:
            common["importance"] = f.importance
        elif f.importance:
            raise Unsayable("importance")
        return self.parser.OFPFlowMod(
            self.protocol, cookie_mask=cookie_mask, table_id=f.table, out_port=self.port(out_port),
            out_group=self.of.OFPG_ANY if out_group == "ANY" else out_group, instructions=self.instructions(f), **common)

    def delete_all(self):
        return self.flow_mod(Flow(match={}, table=0xFF if self.version > V10 else 0), "DELETE")

    def bucket(self, b, kind=None):
        p, of = self.parser, self.of
        weight = (1 if kind == "SELECT" else 0) if b.weight is None else b.weight
        if self.version < V15:
            return p.OFPBucket(weight, of.OFPP_ANY if b.port is None else b.port, of.OFPG_ANY if b.group is None else b.group,
                               self.actions(b.actions))
        properties = []
        if kind == "SELECT":
            properties.append(p.OFPGroupBucketPropWeight(type_=of.OFPGBPT_WEIGHT, weight=weight))
        if b.port is not None:
            properties.append(p.OFPGroupBucketPropWatch(type_=of.OFPGBPT_WATCH_PORT, watch=b.port))
        if b.group is not None:
            properties.append(p.OFPGroupBucketPropWatch(type_=of.OFPGBPT_WATCH_GROUP, watch=b.group))
        return p.OFPBucket(bucket_id=b.id or 0, actions=self.actions(b.actions), properties=properties)

    def group_mod(self, g, command="ADD", bucket=None):
        if self.version < V13:
            raise Unsayable("group")
        kind = getattr(self.of, "OFPGT_" + g.type)
        # Buckets must have ids of their own in 1.5.
        buckets = [self.bucket(b if b.id is not None else b._replace(id=i), g.type) for i, b in enumerate(g.buckets)]
        command = getattr(self.of, "OFPGC_" + command)
        if self.version < V15:
            return self.parser.OFPGroupMod(self.protocol, command, kind, g.id, buckets)
        return self.parser.OFPGroupMod(self.protocol, command=command, type_=kind, group_id=g.id, buckets=buckets, properties=[],
                                       command_bucket_id=self.of.OFPG_BUCKET_ALL if bucket is None else bucket)

    def delete_groups(self):
        return self.group_mod(Group(self.of.OFPG_ALL, "ALL", []), "DELETE")

    def band(self, b):
        kind, *args = b
        if kind == "drop":
            return self.parser.OFPMeterBandDrop(rate=args[0], burst_size=args[1])
        return self.parser.OFPMeterBandDscpRemark(rate=args[0], burst_size=args[1], prec_level=args[2])

    def meter_mod(self, m, command="ADD"):
        if self.version < V13:
            raise Unsayable("meter")
        flags = 0
        for word in m.flags.split():
            flags |= getattr(self.of, "OFPMF_" + word)
        return self.parser.OFPMeterMod(self.protocol, getattr(self.of, "OFPMC_" + command), flags, m.id,
                                       [self.band(b) for b in m.bands])

    def delete_meters(self):
        return self.meter_mod(Meter(self.of.OFPM_ALL, "KBPS", []), "DELETE")

    def packet_out(self, data, *actions, in_port="CONTROLLER", buffer_id=0xFFFFFFFF):
        if self.version == V10 and in_port == "CONTROLLER":
            in_port = "NONE"
        if self.version < V15:
            return self.parser.OFPPacketOut(self.protocol, buffer_id=buffer_id, in_port=self.port(in_port),
                                            actions=self.actions(actions), data=data)
        match = in_port if isinstance(in_port, dict) else {"in_port": in_port}
        return self.parser.OFPPacketOut(self.protocol, buffer_id=buffer_id, match=self.match(match),
                                        actions=self.actions(actions), data=data)
