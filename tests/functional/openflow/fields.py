# SPDX-License-Identifier: Apache-2.0
"""Every match field (1.3.5 §7.2.3.7, 1.5.1 §7.2.3.8): exact, with a mask, what must not match, and
each way in which it must be refused."""
import struct

from build import Flow, flow, out
from peer import V10, V13, V14, V15
from samples import *   # noqa: F403
from table import Bad, Case, shows

IP, IP6, ARPT = {"eth_type": 0x0800}, {"eth_type": 0x86DD}, {"eth_type": 0x0806}
MPLST, PBBT, VLAN = {"eth_type": 0x8847}, {"eth_type": 0x88E7}, {"vlan_vid": (0x1000, 0x1000)}
TCP4, UDP4, SCTP4 = ({**IP, "ip_proto": n} for n in (6, 17, 132))
ICMP4, ICMP6 = {**IP, "ip_proto": 1}, {**IP6, "ip_proto": 58}
NS, NA = {**ICMP6, "icmpv6_type": 135}, {**ICMP6, "icmpv6_type": 136}


def hop(*heads):
    """An IPv6 packet with these extension headers before UDP."""
    head = heads[0]
    for more in heads[1:]:
        head = head / more
    return ip6(head / UDP(sport=1, dport=2) / Raw(LOAD))


HBH = IPv6ExtHdrHopByHop(options=[])
ROUTE = IPv6ExtHdrRouting(addresses=[C6])

# field: prerequisites, value, frame that matches, frame that does not,
#        mask as a (value, mask) pair, frame that matches it, frame that does not
FIELDS = {
    "in_port": ({}, 1, plain(), None),
    "eth_dst": ({}, B, plain(), plain(dst=C), ("01:00:00:00:00:00", "01:00:00:00:00:00"), plain(dst="03:00:00:00:00:01"), plain()),
    "eth_src": ({}, A, plain(), plain(src=C), ("02:00:00:00:00:08", "ff:00:00:00:00:0c"), plain(src="02:99:00:00:00:0a"), plain(src=C)),
    "eth_type": ({}, 0x88B5, plain(), plain(kind=0x88B7)),
    "vlan_vid": ({}, 0x1000 | 10, plain(tags=tag(10)), plain(tags=tag(11)), (0x1008, 0x1008), plain(tags=tag(0xF08)), plain(tags=tag(7))),
    "vlan_pcp": (VLAN, 5, plain(tags=tag(10, 5)), plain(tags=tag(10, 4))),
    "ip_dscp": (IP, 46, udp(tos=46 << 2 | 1), udp(tos=45 << 2)),
    "ip_ecn": (IP, 2, udp(tos=2), udp(tos=3)),
    "ip_proto": (IP, 17, udp(), tcp()),
    "ipv4_src": (IP, "10.0.0.1", udp(), udp(s="10.0.0.9"), ("10.1.0.0", "255.255.0.0"), udp(s="10.1.9.9"), udp(s="10.2.0.0")),
    "ipv4_dst": (IP, "10.0.0.2", udp(), udp(d="10.0.0.9"), ("10.1.0.0", "255.255.0.0"), udp(d="10.1.9.9"), udp(d="10.2.0.0")),
    "tcp_src": (TCP4, 1000, tcp(), tcp(sport=1001)),
    "tcp_dst": (TCP4, 2000, tcp(), tcp(dport=2001)),
    "udp_src": (UDP4, 1000, udp(), udp(sport=1001)),
    "udp_dst": (UDP4, 2000, udp(), udp(dport=2001)),
    "sctp_src": (SCTP4, 1000, sctp(), sctp(sport=1001)),
    "sctp_dst": (SCTP4, 2000, sctp(), sctp(dport=2001)),
    "icmpv4_type": (ICMP4, 8, icmp(), icmp(0)),
    "icmpv4_code": (ICMP4, 3, icmp(3, 3), icmp(3, 1)),
    "arp_op": (ARPT, 1, arp(), arp(2)),
    "arp_spa": (ARPT, "10.0.0.1", arp(), arp(spa="10.0.0.7"), ("10.0.0.0", "255.255.255.0"), arp(spa="10.0.0.99"), arp(spa="10.0.1.1")),
    "arp_tpa": (ARPT, "10.0.0.2", arp(), arp(tpa="10.0.0.7"), ("10.0.0.0", "255.255.255.0"), arp(tpa="10.0.0.99"), arp(tpa="10.0.1.1")),
    "arp_sha": (ARPT, A, arp(), arp(sha=C), ("02:00:00:00:00:00", "ff:ff:00:00:00:00"), arp(sha="02:00:12:34:56:78"), arp(sha="02:01:00:00:00:00")),
    "arp_tha": (ARPT, B, arp(tha=B), arp(tha=C), ("02:00:00:00:00:00", "ff:ff:00:00:00:00"), arp(tha="02:00:12:34:56:78"), arp()),
    "ipv6_src": (IP6, A6, udp6(), udp6(s=C6), ("2001:db8::", "ffff:ffff::"), udp6(s="2001:db8:1::1"), udp6(s="2001:db9::a")),
    "ipv6_dst": (IP6, B6, udp6(), udp6(d=C6), ("::b", "::ff"), udp6(d="fe80::b"), udp6(d="2001:db8::c")),
    "ipv6_flabel": (IP6, 0x12345, udp6(fl=0x12345), udp6(fl=0x12346), (0x00300, 0x00F00), udp6(fl=0xF03FF), udp6(fl=0x00200)),
    "icmpv6_type": (ICMP6, 128, icmp6(), icmp6(129)),
    "icmpv6_code": (ICMP6, 4, icmp6(1, 4), icmp6(1, 3)),
    "ipv6_nd_target": (NS, B6, ns(), ns(target=C6)),
    "ipv6_nd_sll": (NS, A, ns(), ns(sll=C)),
    "ipv6_nd_tll": (NA, B, na(), na(tll=C)),
    "mpls_label": (MPLST, 0x54321, mpls([label(0x54321)]), mpls([label(0x54320)])),
    "mpls_tc": (MPLST, 5, mpls([label(1, tc=5)]), mpls([label(1, tc=4)])),
    "mpls_bos": (MPLST, 0, mpls([label(1, bos=0), label(2)]), mpls([label(1)])),
    "pbb_isid": (PBBT, 0x123456, pbb(), pbb(isid=0x123457), (0x120000, 0xFF0000), pbb(isid=0x12FFFF), pbb(isid=0x220000)),
    "pbb_uca": (PBBT, 1, pbb(uca=1), pbb(uca=0)),
    "ipv6_exthdr": (IP6, 0x060, hop(HBH, ROUTE), hop(HBH), (0x040, 0x040), hop(HBH), udp6()),
    "tcp_flags": (TCP4, 0x012, tcp(flags="SA"), tcp(flags="S"), (0x002, 0x002), tcp(flags="SU"), tcp(flags="A")),
}

for name, row in FIELDS.items():
    before, value, good, bad = row[:4]
    if bad is None:
        bad, port = plain(), 2
    else:
        port = 1
    Case("field", f"{name}: exactly", [flow({**before, name: value}, *out(3))], [(1, good), (port, bad)], {3: [good]})
    if len(row) > 4:
        pair, good, bad = row[4:]
        Case("field", f"{name}: with a mask", [flow({**before, name: pair}, *out(3))], [(1, good), (1, bad)], {3: [good]})

Case("field", "vlan_vid: none (OFPVID_NONE) matches frames without a tag only", [flow({"vlan_vid": 0}, *out(3))],
     [(1, plain()), (1, plain(tags=tag(10))), (1, plain(tags=tag(0, 3)))], {3: [plain()]})
Case("field", "vlan_vid: present (OFPVID_PRESENT) matches frames with any tag", [flow(VLAN, *out(3))],
     [(1, plain()), (1, plain(tags=tag(10))), (1, plain(tags=tag(0, 3)))], {3: [plain(tags=tag(10)), plain(tags=tag(0, 3))]})
Case("field", "vlan_vid: the outer of two tags, 0x88a8 too",
     [flow({"vlan_vid": 0x1000 | 20}, *out(3))],
     [(1, plain(tags=tag(20, tpid=0x88A8) + tag(10))), (1, plain(tags=tag(10, tpid=0x88A8) + tag(20)))],
     {3: [plain(tags=tag(20, tpid=0x88A8) + tag(10))]})
Case("field", "vlan_pcp: with a VID", [flow({"vlan_vid": 0x1000 | 10, "vlan_pcp": 5}, *out(3))],
     [(1, plain(tags=tag(10, 5))), (1, plain(tags=tag(10, 4))), (1, plain(tags=tag(11, 5)))], {3: [plain(tags=tag(10, 5))]})
Case("field", "eth_type: the one behind the tags", [flow({"eth_type": 0x0800}, *out(3))],
     [(1, udp(tags=Dot1Q(vlan=10))), (1, wrap(udp(), tag(20, tpid=0x88A8) + tag(10))), (1, plain(tags=tag(10)))],
     {3: [udp(tags=Dot1Q(vlan=10)), wrap(udp(), tag(20, tpid=0x88A8) + tag(10))]})
Case("field", "ports and addresses behind tags", [flow({**UDP4, "udp_dst": 2000, "ipv4_dst": "10.0.0.2"}, *out(3))],
     [(1, wrap(udp(), tag(10))), (1, wrap(udp(dport=1), tag(10)))], {3: [wrap(udp(), tag(10))]})
Case("field", "ip_proto, udp_dst and icmpv6_type over IPv6",
     [flow({**IP6, "ip_proto": 17, "udp_dst": 2000}, *out(3)), flow({**IP6, "ip_proto": 6, "tcp_src": 1000}, *out(4)),
      flow({**IP6, "ip_proto": 132, "sctp_dst": 2000}, *out(2))],
     [(1, udp6()), (1, tcp6()), (1, sctp6()), (1, udp6(dport=1)), (1, tcp6(sport=1))], {3: [udp6()], 4: [tcp6()], 2: [sctp6()]})
Case("field", "ip_proto: behind IPv6 extension headers", [flow({**IP6, "ip_proto": 17, "udp_dst": 2}, *out(3))],
     [(1, hop(HBH, ROUTE)), (1, hop(HBH)), (1, tcp6())], {3: [hop(HBH, ROUTE), hop(HBH)]})
Case("field", "ip_dscp and ip_ecn over IPv6", [flow({**IP6, "ip_dscp": 46, "ip_ecn": 1}, *out(3))],
     [(1, udp6(tc=46 << 2 | 1)), (1, udp6(tc=46 << 2))], {3: [udp6(tc=46 << 2 | 1)]})
Case("field", "mpls_label: eth_type 0x8848 too", [flow({"eth_type": 0x8848, "mpls_label": 9}, *out(3))],
     [(1, mpls([label(9)], kind=0x8848)), (1, mpls([label(9)]))], {3: [mpls([label(9)], kind=0x8848)]})
Case("field", "metadata: what an earlier table wrote, with a mask",
     [flow({"in_port": 1}, metadata=(0x1234, 0xFFFF), goto=1), flow({"in_port": 2}, metadata=(0x1200, 0xFF00), goto=1),
      flow({"metadata": 0x1234}, *out(3), table=1), flow({"metadata": (0x1200, 0xFF00)}, *out(4), table=1, priority=5)],
     [(1, plain()), (2, plain(src=C))], {3: [plain()], 4: [plain(src=C)]})
Case("field", "tunnel_id: 0 for a frame of a port, and what set_field put there",
     [flow({"tunnel_id": 0}, ("set", "tunnel_id", 0xABCDEF), goto=1),
      flow({"tunnel_id": (0xAB0000, 0xFF0000)}, *out(3), table=1)], [(1, plain())], {3: [plain()]})
Case("field", "in_phy_port: the port itself", [flow({"in_port": 1, "in_phy_port": 1}, *out(3)), flow({"in_port": 2, "in_phy_port": 1}, *out(4))],
     [(1, plain()), (2, plain())], {3: [plain()]})
Case("field", "packet_type: Ethernet", [flow({"packet_type": 0}, *out(3))], [(1, plain())], {3: [plain()]}, since=V15)
Case("field", "eth_dst and others together, the higher priority wins",
     [flow({"in_port": 1, "eth_dst": B, "eth_src": A, "eth_type": 0x0800, "ip_proto": 17, "ipv4_src": "10.0.0.1",
            "ipv4_dst": "10.0.0.2", "udp_src": 1000, "udp_dst": 2000}, *out(3), priority=9),
      flow({"in_port": 1}, *out(4), priority=8), flow({}, *out(2), priority=7)],
     [(1, udp()), (1, udp(dport=1)), (3, udp(dport=2))], {3: [udp()], 4: [udp(dport=1)], 2: [udp(dport=2)]})

# ipv6_exthdr, bit by bit (1.3.5 §7.2.3.8, enum ofp_ipv6exthdr_flags).
DEST, FRAG = IPv6ExtHdrDestOpt(options=[]), IPv6ExtHdrFragment(offset=0, m=1, id=5, nh=17)
AUTH = bytes([17, 4]) + bytes(22)
for bit, word, good, other in (
        (0x001, "no next header", ip6(Raw(LOAD), nh=59), udp6()), (0x002, "ESP", ip6(Raw(LOAD), nh=50), udp6()),
        (0x004, "authentication", ip6(Raw(AUTH + bytes(UDP(sport=1, dport=2)) + LOAD), nh=51), udp6()),
        (0x008, "destination options", hop(DEST), hop(HBH)), (0x010, "fragment", ip6(FRAG / Raw(LOAD)), hop(HBH)),
        (0x020, "router", hop(ROUTE), hop(HBH)), (0x040, "hop by hop", hop(HBH), hop(ROUTE)),
        (0x080, "a header that must not repeat", hop(ROUTE, ROUTE), hop(ROUTE)),
        (0x100, "not in the preferred order", hop(ROUTE, HBH), hop(HBH, ROUTE))):
    Case("field", f"ipv6_exthdr: {word}", [flow({**IP6, "ipv6_exthdr": (bit, bit)}, *out(3))], [(1, good), (1, other)], {3: [good]})

# --- what must be refused

def oxm(number, value, mask=None, kind=0x8000):
    mask = mask or b""
    return struct.pack("!HBB", kind, number << 1 | bool(mask), len(value) + len(mask)) + value + mask


def match_of(*tlvs, kind=1, size=None):
    body = b"".join(tlvs)
    size = 4 + len(body) if size is None else size
    return (struct.pack("!HH", kind, size) + body).ljust((4 + len(body) + 7) // 8 * 8, b"\0")


def flow_mod_with(bench, match, instructions=b"", command=0, table=0):
    """A flow-mod of these bytes; 1.3 and later."""
    body = struct.pack("!QQBBHHHIIIHH", 0, 0, table, command, 0, 0, 100, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0)
    return bench.peer.frame(14, body + match + instructions)


def refuse(name, error, *tlvs, since=V13, **how):
    Bad("match", name, lambda bench: flow_mod_with(bench, match_of(*tlvs, **how)), "BAD_MATCH/OFPBMC_" + error, since=since)


NUMBER = {name: n for n, name in enumerate(
    "in_port in_phy_port metadata eth_dst eth_src eth_type vlan_vid vlan_pcp ip_dscp ip_ecn ip_proto ipv4_src ipv4_dst tcp_src "
    "tcp_dst udp_src udp_dst sctp_src sctp_dst icmpv4_type icmpv4_code arp_op arp_spa arp_tpa arp_sha arp_tha ipv6_src ipv6_dst "
    "ipv6_flabel icmpv6_type icmpv6_code ipv6_nd_target ipv6_nd_sll ipv6_nd_tll mpls_label mpls_tc mpls_bos pbb_isid tunnel_id "
    "ipv6_exthdr - pbb_uca tcp_flags actset_output packet_type".split())}
ETHERTYPE = {n: oxm(5, struct.pack("!H", n)) for n in (0x0800, 0x0806, 0x86DD, 0x8847, 0x88E7)}
PROTO = {n: oxm(10, bytes([n])) for n in (1, 6, 17, 58, 132)}

for name, row in FIELDS.items():
    if not row[0]:
        continue
    wrong = {**row[0], name: row[1]}
    last = list(row[0])[-1]
    for case, fields in (("without its prerequisite", {k: v for k, v in wrong.items() if k != last}),
                         ("with another prerequisite", {**wrong, last: {"eth_type": 0x9999, "ip_proto": 99, "icmpv6_type": 1}.get(last, 0)})):
        Bad("match", f"{name} {case}", lambda bench, fields=fields: bench.build.flow_mod(flow(fields)), "BAD_MATCH/OFPBMC_BAD_PREREQ",
            since=V15 if name == "tcp_flags" else V14 if name == "pbb_uca" else V13)

refuse("a prerequisite that comes after its field", "BAD_PREREQ", oxm(11, bytes([10, 0, 0, 1])), ETHERTYPE[0x0800])
refuse("in_phy_port without in_port", "BAD_PREREQ", oxm(1, bytes(3) + b"\1"))
refuse("a field twice", "DUP_FIELD", oxm(0, bytes(3) + b"\1"), oxm(0, bytes(3) + b"\1"))
refuse("a field twice, once with a mask", "DUP_FIELD", oxm(3, b"\2" + bytes(5)), oxm(3, b"\2" + bytes(5), b"\2" + bytes(5)))
for name, tlvs in (("vlan_vid", [oxm(6, b"\x30\x00")]), ("vlan_pcp", [oxm(6, b"\x10\1"), oxm(7, b"\x08")]),
                   ("ip_dscp", [ETHERTYPE[0x0800], oxm(8, b"\x40")]), ("ip_ecn", [ETHERTYPE[0x0800], oxm(9, b"\4")]),
                   ("ipv6_flabel", [ETHERTYPE[0x86DD], oxm(28, b"\0\x10\0\0")]),
                   ("mpls_label", [ETHERTYPE[0x8847], oxm(34, b"\0\x10\0\0")]), ("mpls_tc", [ETHERTYPE[0x8847], oxm(35, b"\x08")]),
                   ("mpls_bos", [ETHERTYPE[0x8847], oxm(36, b"\2")]), ("ipv6_exthdr", [ETHERTYPE[0x86DD], oxm(39, b"\2\0")])):
    refuse(f"{name} out of its range", "BAD_VALUE", *tlvs)
refuse("pbb_uca out of its range", "BAD_VALUE", ETHERTYPE[0x88E7], oxm(41, b"\2"), since=V14)
for name, number, value, mask, before in (
        ("metadata", 2, bytes(7) + b"\3", bytes(7) + b"\1", []), ("eth_dst", 3, b"\2" + bytes(4) + b"\1", b"\2" + bytes(5), []),
        ("eth_src", 4, b"\2" + bytes(4) + b"\1", b"\2" + bytes(5), []), ("vlan_vid", 6, b"\x10\1", b"\x10\0", []),
        ("ipv4_src", 11, bytes([10, 0, 0, 1]), bytes([255, 0, 0, 0]), [ETHERTYPE[0x0800]]),
        ("ipv6_dst", 27, bytes(15) + b"\1", b"\xff" + bytes(15), [ETHERTYPE[0x86DD]]),
        ("arp_tpa", 23, bytes([10, 0, 0, 1]), bytes([255, 0, 0, 0]), [ETHERTYPE[0x0806]]),
        ("pbb_isid", 37, b"\0\0\1", b"\xff\0\0", [ETHERTYPE[0x88E7]]), ("tunnel_id", 38, bytes(7) + b"\3", bytes(7) + b"\1", []),
        ("ipv6_exthdr", 39, b"\0\3", b"\0\1", [ETHERTYPE[0x86DD]])):
    refuse(f"{name} with bits that its mask leaves out", "BAD_WILDCARDS", *before, oxm(number, value, mask))
for name, number, value, mask, before in (
        ("in_port", 0, bytes(4), bytes(3) + b"\1", []), ("eth_type", 5, b"\x08\0", b"\xff\0", []),
        ("ip_proto", 10, b"\0", b"\x0f", [ETHERTYPE[0x0800]])):
    refuse(f"{name} with a mask", "BAD_MASK", *before, oxm(number, value, mask))
refuse("a field that does not exist", "BAD_FIELD", oxm(90, b"\0"))
refuse("a field of a class that does not exist", "BAD_FIELD", oxm(1, b"\0", kind=0x8765))
refuse("a field of an experimenter that is not known", "BAD_FIELD", oxm(1, b"\x00\x12\x34\x56\0\0\0\0", kind=0xFFFF))
refuse("a field with a wrong length", "BAD_LEN", oxm(5, b"\x08\0\0"))
refuse("a field that is cut off", "BAD_LEN", oxm(0, bytes(3) + b"\1")[:6])
refuse("a match longer than its message", "BAD_LEN", oxm(0, bytes(3) + b"\1"), size=400)
refuse("a match of type OFPMT_STANDARD", "BAD_TYPE", kind=0)
refuse("a match of an unknown type", "BAD_TYPE", kind=7)
for name, since in (("pbb_uca", V14), ("tcp_flags", V15), ("packet_type", V15)):
    number = NUMBER[name]
    value = {"pbb_uca": b"\1", "tcp_flags": b"\0\2", "packet_type": bytes(4)}[name]
    before = [ETHERTYPE[0x88E7]] if name == "pbb_uca" else [ETHERTYPE[0x0800], PROTO[6]] if name == "tcp_flags" else []
    Bad("match", f"{name} before the version that brings it",
        lambda bench, b=tuple(before), n=number, v=value: flow_mod_with(bench, match_of(*b, oxm(n, v))), "BAD_MATCH/OFPBMC_BAD_FIELD",
        since=V13, until={V14: V13, V15: V14}[since])


@shows("match", "1.0: a field whose prerequisites are missing is ignored", until=V10)
def _(bench):
    match = bench.parser.OFPMatch(nw_src="10.9.9.9", tp_dst=7)
    bench.do(bench.parser.OFPFlowMod(bench.dp, match=match, priority=5, actions=bench.build.actions(out(3))))
    bench.must_leave([(1, plain()), (1, udp())], {3: [plain(), udp()]})


@shows("match", "1.0: prefixes of every length", until=V10)
def _(bench):
    for length in (1, 8, 15, 31):
        bench.clear()
        mask = (0xFFFFFFFF << 32 - length) & 0xFFFFFFFF
        dots = ".".join(str(mask >> s & 255) for s in (24, 16, 8, 0))
        base = (0x0AAA5501 & mask)
        text = lambda n: ".".join(str(n >> s & 255) for s in (24, 16, 8, 0))       # noqa: E731
        bench.flows(flow({**IP, "ipv4_src": (text(base), dots)}, *out(3)))
        inside, outside = udp(s=text(base | 0x01 & ~mask)), udp(s=text(base ^ 1 << 32 - length))
        bench.must_leave([(1, inside), (1, outside)], {3: [inside]})


@shows("match", "each field comes back in OFPMP_FLOW as it was sent", since=V13)
def _(bench):
    for name, row in FIELDS.items():
        if {"pbb_uca": V14, "tcp_flags": V15}.get(name, V13) > bench.version:
            continue
        for value in (row[1],) + ((row[4],) if len(row) > 4 else ()):
            bench.clear()
            f = flow({**row[0], name: value}, *out(3))
            sent = bench.build.match(f.match)
            bench.flows(f)
            back = bench.dump()[0].match
            if sorted(back.items()) != sorted(sent.items()):
                raise AssertionError(f"{name}: sent {sorted(sent.items())}, came back as {sorted(back.items())}")
