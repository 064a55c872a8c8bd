# SPDX-License-Identifier: Apache-2.0
"""What goes in, which flows there are, what must come out.

A case has flows and groups in the field's syntax, frames that enter by port 1, the frames that
must leave by each other port in their order, and the drops that must be counted at port 1.
Checksums are computed by scapy, so an expected frame is simply written as it should be.
"""

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (ICMPv6EchoRequest, ICMPv6ND_NS, ICMPv6NDOptSrcLLAddr, IPv6,
                                IPv6ExtHdrHopByHop)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.packet import Raw

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"


def eth(dst=B, src=A, **kw):
    return Ether(dst=dst, src=src, **kw)


def udp4(tag=None, sport=1000, dport=53, src="10.0.0.1", dst="10.0.0.2", data=b"heddle", **ip):
    head = eth() / tag if tag else eth()
    return head / IP(src=src, dst=dst, **ip) / UDP(sport=sport, dport=dport) / Raw(data)


def tcp4(sport=1000, dport=80, src="10.0.0.1", dst="10.0.0.2", **ip):
    return eth() / IP(src=src, dst=dst, **ip) / TCP(sport=sport, dport=dport) / Raw(b"odd")


def udp6(sport=1000, dport=53, src="2001:db8::1", dst="2001:db8::2", **ip):
    return eth() / IPv6(src=src, dst=dst, **ip) / UDP(sport=sport, dport=dport) / Raw(b"six")


def icmp6(**ip):
    return eth() / IPv6(src="2001:db8::1", dst="2001:db8::2", **ip) / ICMPv6EchoRequest(id=7)


def arp(op=1, spa="10.0.0.1", tpa="10.0.0.2"):
    return eth(dst="ff:ff:ff:ff:ff:ff") / ARP(op=op, hwsrc=A, psrc=spa, pdst=tpa)


class Case:
    def __init__(self, name, flows, frames, out=None, drops=None, groups=(), ports=None,
                 gone=()):
        self.name, self.flows, self.frames = name, flows, frames
        self.out, self.drops, self.groups = out or {}, drops or {}, groups
        self.ports = ports or {}      # options of ports, such as {2: "vlan=10"}
        self.gone = gone              # ports that are removed before the frames come


def hit(name, match, good, bad):
    """The match takes `good` to port 2 and leaves `bad` to a miss."""
    return Case("match " + name, [f"priority=5,{match},actions=output:2"], [good, bad],
                {2: [good]}, {"table_miss": 1})


tagged = udp4(Dot1Q(vlan=10, prio=3))

MATCHES = [
    hit("in_port", "in_port=1,dl_src=" + A, udp4(), eth(src=C) / IP() / UDP()),
    hit("eth_dst", "dl_dst=" + B, udp4(), eth(dst=C) / IP() / UDP()),
    hit("eth_dst with a mask", "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00", arp(), udp4()),
    hit("eth_type", "dl_type=0x88b5", eth(type=0x88B5) / Raw(b"x" * 50), udp4()),
    hit("vlan_vid", "dl_vlan=10", tagged, udp4(Dot1Q(vlan=11))),
    hit("vlan_vid none", "vlan_tci=0x0000/0x1fff", udp4(), tagged),
    hit("vlan_vid present", "vlan_tci=0x1000/0x1000", tagged, udp4()),
    hit("vlan_pcp", "dl_vlan=10,dl_vlan_pcp=3", tagged, udp4(Dot1Q(vlan=10, prio=4))),
    hit("outer tag of two", "dl_vlan=20", udp4(Dot1AD(vlan=20) / Dot1Q(vlan=10)), tagged),
    hit("ip", "ip", udp4(), arp()),
    hit("ipv4_src", "ip,nw_src=10.0.0.0/24", udp4(), udp4(src="10.0.1.1")),
    hit("ipv4_dst", "ip,nw_dst=10.0.0.2", udp4(), udp4(dst="10.0.0.3")),
    hit("ipv4 with an arbitrary mask", "ip,nw_dst=0.0.0.2/0.0.0.255", udp4(),
        udp4(dst="10.0.0.3")),
    hit("ip_proto", "ip,nw_proto=17", udp4(), tcp4()),
    hit("ip_dscp", "ip,ip_dscp=46", udp4(tos=0xB8), udp4(tos=0)),
    hit("ip_ecn", "ip,nw_ecn=1", udp4(tos=1), udp4(tos=2)),
    hit("tcp_dst", "tcp,tp_dst=80", tcp4(), udp4(dport=80)),
    hit("tcp_src with a mask", "tcp,tcp_src=1000/0xfff8", tcp4(sport=1003), tcp4(sport=1008)),
    hit("udp_src", "udp,udp_src=1000", udp4(), udp4(sport=1001)),
    hit("icmp", "icmp,icmp_type=8,icmp_code=0", eth() / IP() / ICMP(type=8),
        eth() / IP() / ICMP(type=0)),
    hit("arp_op", "arp,arp_op=2", arp(op=2), arp(op=1)),
    hit("arp_spa", "arp,arp_spa=10.0.0.1", arp(), arp(spa="10.0.0.9")),
    hit("arp_tpa with a mask", "arp,arp_tpa=10.0.0.0/30", arp(), arp(tpa="10.0.0.7")),
    hit("arp_sha", "arp,arp_sha=" + A, arp(),
        eth() / ARP(op=1, hwsrc=C, psrc="10.0.0.1", pdst="10.0.0.2")),
    hit("ipv6_src", "ipv6,ipv6_src=2001:db8::/32", udp6(), udp6(src="2001:db9::1")),
    hit("ipv6_dst", "ipv6,ipv6_dst=2001:db8::2", udp6(), udp6(dst="2001:db8::3")),
    hit("ipv6_label", "ipv6,ipv6_label=0x12345", udp6(fl=0x12345), udp6(fl=0x12346)),
    hit("udp6 behind a hop-by-hop header", "udp6,udp_dst=53",
        eth() / IPv6(dst="2001:db8::2", src="2001:db8::1") / IPv6ExtHdrHopByHop() /
        UDP(dport=53), udp6(dport=54)),
    hit("icmpv6_type", "icmp6,icmpv6_type=128", icmp6(), udp6()),
    hit("nd_target", "icmp6,icmpv6_type=135,nd_target=2001:db8::9",
        eth() / IPv6(dst="2001:db8::2", src="2001:db8::1") / ICMPv6ND_NS(tgt="2001:db8::9") /
        ICMPv6NDOptSrcLLAddr(lladdr=A),
        eth() / IPv6(dst="2001:db8::2", src="2001:db8::1") / ICMPv6ND_NS(tgt="2001:db8::8") /
        ICMPv6NDOptSrcLLAddr(lladdr=A)),
]


def act(name, actions, frame, *expected, match="", **kw):
    """The actions turn `frame` into `expected`, which leave by port 2."""
    return Case("action " + name, [f"priority=5,in_port=1{match},actions={actions}"], [frame],
                {2: list(expected)}, **kw)


ACTIONS = [
    act("output", "output:2", udp4(), udp4()),
    act("push_vlan", "push_vlan:0x8100,set_field:4106->vlan_vid,output:2", udp4(),
        udp4(Dot1Q(vlan=10))),
    act("push_vlan copies the outer tag", "push_vlan:0x88a8,output:2", tagged,
        udp4(Dot1AD(vlan=10, prio=3) / Dot1Q(vlan=10, prio=3)), match=",dl_vlan=10"),
    act("pop_vlan", "pop_vlan,output:2", tagged, udp4(), match=",dl_vlan=10"),
    act("pop_vlan twice", "pop_vlan,pop_vlan,output:2",
        udp4(Dot1AD(vlan=20) / Dot1Q(vlan=10)), udp4(), match=",vlan_tci=0x1000/0x1000"),
    act("mod_vlan_vid and pcp", "mod_vlan_vid:99,mod_vlan_pcp:6,output:2", tagged,
        udp4(Dot1Q(vlan=99, prio=6)), match=",dl_vlan=10"),
    act("set eth", f"mod_dl_src:{B},mod_dl_dst:{C},output:2", udp4(),
        eth(dst=C, src=B) / udp4().payload),
    act("set ipv4 under udp", "mod_nw_src:192.0.2.1,mod_nw_dst:192.0.2.2,output:2", udp4(),
        udp4(src="192.0.2.1", dst="192.0.2.2"), match=",udp"),
    act("set ipv4 under tcp", "mod_nw_dst:192.0.2.2,output:2", tcp4(), tcp4(dst="192.0.2.2"),
        match=",tcp"),
    act("set tcp ports", "mod_tp_src:4000,mod_tp_dst:8080,output:2", tcp4(),
        tcp4(sport=4000, dport=8080), match=",tcp"),
    act("set udp ports", "mod_tp_dst:54,output:2", udp4(), udp4(dport=54), match=",udp"),
    act("set dscp keeps ecn", "set_field:46->ip_dscp,output:2", udp4(tos=1), udp4(tos=0xB9),
        match=",ip"),
    act("set ipv6", "set_field:2001:db8::42->ipv6_dst,output:2", udp6(),
        udp6(dst="2001:db8::42"), match=",udp6"),
    act("set ipv6 under icmpv6", "set_field:2001:db8::42->ipv6_src,output:2", icmp6(),
        eth() / IPv6(src="2001:db8::42", dst="2001:db8::2") / ICMPv6EchoRequest(id=7),
        match=",icmp6"),
    act("set ipv6_label", "set_field:0xabcde->ipv6_label,output:2", udp6(tc=5, fl=1),
        udp6(tc=5, fl=0xABCDE), match=",ipv6"),
    act("set arp fields", "set_field:2->arp_op,set_field:10.9.9.9->arp_spa,output:2", arp(),
        arp(op=2, spa="10.9.9.9"), match=",arp"),
    act("dec_ttl ipv4", "dec_ttl,output:2", udp4(ttl=64), udp4(ttl=63), match=",ip"),
    act("dec_ttl ipv6", "dec_ttl,output:2", udp6(hlim=9), udp6(hlim=8), match=",ipv6"),
    act("set behind a tag", "mod_nw_dst:192.0.2.2,output:2", tagged,
        udp4(Dot1Q(vlan=10, prio=3), dst="192.0.2.2"), match=",ip,dl_vlan=10"),
    act("udp without checksum keeps none", "mod_nw_dst:192.0.2.2,output:2",
        eth() / IP(src="10.0.0.1", dst="10.0.0.2") / UDP(chksum=0) / Raw(b"abc"),
        eth() / IP(src="10.0.0.1", dst="192.0.2.2") / UDP(chksum=0) / Raw(b"abc"), match=",udp"),
    Case("action dec_ttl at its end", ["ip,actions=dec_ttl,output:2"], [udp4(ttl=1)], {},
         {"ttl_expired": 1}),
    Case("action drop", ["ip,actions=drop"], [udp4()], {}, {"rule_drop": 1}),
    Case("each output sees the frame as it was then",
         ["ip,actions=output:2,mod_nw_dst:192.0.2.2,output:3,push_vlan:0x8100,"
          "set_field:4101->vlan_vid,output:4,pop_vlan,output:2"],
         [udp4()], {2: [udp4(), udp4(dst="192.0.2.2")], 3: [udp4(dst="192.0.2.2")],
                    4: [udp4(Dot1Q(vlan=5), dst="192.0.2.2")]}),
    Case("flood and all leave out the port of entry", ["priority=2,ip,actions=FLOOD",
                                                       "priority=1,actions=ALL"],
         [udp4(), arp()], {1: [], 2: [udp4(), arp()], 3: [udp4(), arp()], 4: [udp4(), arp()]}),
    Case("in_port sends back", ["actions=IN_PORT"], [udp4()], {1: [udp4()]}),
    Case("output to the port of entry is dropped", ["actions=output:1"], [udp4()], {1: []},
         {"to_in_port": 1}),
    Case("output to a port that is gone", ["actions=output:4"], [udp4()], {},
         {"no_such_port": 1}, gone=[4]),
]

TABLES = [
    Case("goto, metadata and a later table",
         ["table=0,priority=1,in_port=1,actions=write_metadata:0x5/0xff,goto_table:7",
          "table=7,metadata=0x5/0xff,ip,actions=output:3",
          "table=7,metadata=0x6/0xff,actions=output:2"],
         [udp4(), arp()], {3: [udp4()]}, {"table_miss": 1}),
    Case("an action set is run at the end, in its order",
         ["table=0,ip,actions=write_actions(output:2,mod_nw_dst:192.0.2.9),goto_table:1",
          "table=1,ip,actions=write_actions(output:3)"],
         [udp4()], {2: [], 3: [udp4(dst="192.0.2.9")]}),
    Case("clear_actions empties it",
         ["table=0,actions=write_actions(output:2),goto_table:1",
          "table=1,actions=clear_actions"], [udp4()], {2: []}, {"rule_drop": 1}),
    Case("a miss in a later table drops the frame with its action set",
         ["table=0,actions=write_actions(output:2),goto_table:1"], [udp4()], {2: []},
         {"table_miss": 1}),
    Case("the highest priority wins",
         ["priority=1,actions=output:2", "priority=30,ip,actions=output:3",
          "priority=20,udp,actions=output:4"], [udp4(), arp()], {2: [arp()], 3: [udp4()], 4: []}),
    Case("a set field is matched by the next table",
         ["table=0,ip,actions=mod_nw_dst:192.0.2.2,goto_table:1",
          "table=1,ip,nw_dst=192.0.2.2,actions=output:2"], [udp4()],
         {2: [udp4(dst="192.0.2.2")]}),
    Case("a pushed tag is matched by the next table",
         ["table=0,actions=push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:1",
          "table=1,dl_vlan=100,ip,nw_dst=10.0.0.2,actions=output:2"], [udp4()],
         {2: [udp4(Dot1Q(vlan=100))]}),
]

GROUPS = [
    Case("group all: buckets do not see each other's changes", ["actions=group:1"], [udp4()],
         {2: [udp4(Dot1Q(vlan=7))], 3: [udp4()], 4: [eth(dst=C) / udp4().payload]},
         groups=["group_id=1,type=all,bucket=push_vlan:0x8100,set_field:4103->vlan_vid,output:2,"
                 "bucket=output:3,bucket=mod_dl_dst:" + C + ",output:4"]),
    Case("group all leaves out the port of entry", ["actions=group:1"], [udp4()],
         {1: [], 2: [udp4()], 3: [eth(dst=C) / udp4().payload]},
         groups=["group_id=1,type=all,bucket=output:2,bucket=mod_dl_dst:" + C + ",output:3,"
                 "bucket=mod_dl_dst:" + C + ",output:1,bucket=output:1"]),
    Case("a group all with nothing but the port of entry drops", ["actions=group:1"], [udp4()],
         {1: []}, {"to_in_port": 1}, groups=["group_id=1,type=all,bucket=output:1"]),
    Case("group indirect, from an action set", ["actions=write_actions(group:9)"], [udp4()],
         {2: [eth(dst=C) / udp4().payload]},
         groups=["group_id=9,type=indirect,bucket=mod_dl_dst:" + C + ",output:2"]),
    Case("what follows a group sees the frame as it was", ["actions=group:1,output:3"], [udp4()],
         {2: [eth(dst=C) / udp4().payload], 3: [udp4()]},
         groups=["group_id=1,type=indirect,bucket=mod_dl_dst:" + C + ",output:2"]),
    Case("an empty group drops", ["actions=group:1"], [udp4()], {}, {"group_empty": 1},
         groups=["group_id=1,type=all"]),
    Case("a group names a group", ["actions=group:1"], [udp4()], {2: [udp4()], 3: [udp4()]},
         groups=["group_id=2,type=indirect,bucket=output:3",
                 "group_id=1,type=all,bucket=output:2,bucket=group:2"]),
]

NORMAL = ["priority=0,actions=NORMAL"]
BPDU = Ether(dst="01:80:c2:00:00:00", src=A) / Raw(b"\x42\x42\x03" + b"\0" * 43)

SWITCH = [
    Case("normal floods the unknown", NORMAL, [udp4()], {1: [], 2: [udp4()], 3: [udp4()]}),
    Case("normal learns", NORMAL, [udp4(), eth(dst=A, src=B) / udp4().payload], {2: [udp4()]},
         {"to_in_port": 1}),
    Case("normal keeps VLANs apart", NORMAL, [arp()], {2: [arp()], 3: [], 4: []},
         ports={1: "vlan=10", 2: "vlan=10", 3: "vlan=20", 4: "trunk=20;30"}),
    Case("normal tags towards a trunk", NORMAL, [arp()],
         {2: [eth(dst="ff:ff:ff:ff:ff:ff") / Dot1Q(vlan=10) / arp().payload], 3: [arp()], 4: []},
         ports={1: "vlan=10", 2: "trunk=10;20", 3: "trunk=20,native=10", 4: "vlan=11"}),
    Case("normal untags from a trunk", NORMAL, [tagged], {2: [udp4()], 3: [tagged], 4: []},
         ports={1: "trunk=10;20", 2: "vlan=10", 3: "trunk=10", 4: "vlan=20"}),
    Case("forged tags are refused at an access port", NORMAL,
         [tagged, udp4(Dot1Q(vlan=20)), udp4(Dot1AD(vlan=10) / Dot1Q(vlan=20))],
         {2: [], 3: [], 4: []}, {"vlan_filtered": 3},
         ports={1: "vlan=10", 2: "vlan=10", 3: "vlan=20", 4: "trunk=10;20"}),
    Case("a priority tag at an access port counts as none", NORMAL, [udp4(Dot1Q(vlan=0, prio=5))],
         {2: [udp4()], 3: [udp4(Dot1Q(vlan=10, prio=5))]},
         ports={1: "vlan=10", 2: "vlan=10", 3: "trunk=10", 4: "vlan=20"}),
    Case("a priority tag hides no other tag", NORMAL,
         [udp4(Dot1Q(vlan=0) / Dot1Q(vlan=20)), udp4(Dot1Q(vlan=0) / Dot1AD(vlan=20))],
         {2: [], 3: [], 4: []}, {"vlan_filtered": 2},
         ports={1: "vlan=10", 2: "vlan=10", 3: "trunk=20,native=10", 4: "trunk=10;20"}),
    Case("a priority tag hides no other tag on a port without settings", NORMAL,
         [udp4(Dot1Q(vlan=0) / Dot1Q(vlan=20))], {2: [], 3: []}, {"vlan_filtered": 1}),
    Case("a VLAN that the trunk does not have is refused", NORMAL, [tagged, udp4()],
         {2: [], 3: []}, {"vlan_filtered": 2}, ports={1: "trunk=20"}),
    Case("bridge protocol frames are not forwarded", NORMAL, [BPDU], {2: []},
         {"reserved_address": 1}),
    Case("a VLAN without another port has nowhere to flood", NORMAL, [arp()], {2: []},
         {"flood_empty": 1}, ports={1: "vlan=10", 2: "vlan=20", 3: "vlan=20", 4: "vlan=20"}),
]

CASES = MATCHES + ACTIONS + TABLES + GROUPS + SWITCH
