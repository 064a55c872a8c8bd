# SPDX-License-Identifier: Apache-2.0
"""Every action (1.3.5 §5.12, 1.5.1 §5.8): the bytes that leave the port."""
from samples import *   # noqa: F403
from build import Bucket, Group, flow, out
from fields import ICMP4, ICMP6, IP, IP6, ARPT, MPLST, NA, NS, PBBT, SCTP4, TCP4, UDP4, VLAN, hop, HBH, ROUTE
from peer import V10, V13, V14, V15
from table import Bad, Case, shows

SCTP6, TCP6, UDP6 = ({**IP6, "ip_proto": n} for n in (132, 6, 17))


def acts(name, match, actions, frame, wanted, **more):
    """A frame that enters port 1 leaves port 3 as `wanted`."""
    Case("action", name, [flow(match, *actions, *out(3))], [(1, frame)], {3: [wanted]}, **more)


def set_(field, value):
    return ("set", field, value)


# --- set_field on every field, with the checksums of all that is above and below

SETS = [
    ("eth_dst", C, {}, udp(), udp(dst=C)),
    ("eth_src", C, {}, udp(), udp(src=C)),
    ("vlan_vid", 0x1000 | 77, VLAN, plain(tags=tag(10, 5)), plain(tags=tag(77, 5))),
    ("vlan_pcp", 3, VLAN, plain(tags=tag(10, 5)), plain(tags=tag(10, 3))),
    ("ip_dscp", 46, IP, udp(tos=0x01), udp(tos=46 << 2 | 1)),
    ("ip_dscp", 46, IP6, udp6(tc=0x01, fl=7), udp6(tc=46 << 2 | 1, fl=7)),
    ("ip_ecn", 2, IP, udp(tos=46 << 2 | 1), udp(tos=46 << 2 | 2)),
    ("ip_ecn", 2, IP6, udp6(tc=46 << 2 | 1, fl=7), udp6(tc=46 << 2 | 2, fl=7)),
    ("ip_proto", 200, IP, ip(), ip(proto=200)),
    ("ip_proto", 200, IP6, ip6(), ip6(nh=200)),
]
for field, word in (("ipv4_src", "s"), ("ipv4_dst", "d")):
    for name, match, make in (("UDP", UDP4, udp), ("TCP", TCP4, tcp), ("SCTP", SCTP4, sctp), ("ICMP", ICMP4, icmp), ("no known protocol", IP, ip)):
        acts(f"set_field {field}, {name}", match, [set_(field, "192.168.77.200")], make(), make(**{word: "192.168.77.200"}))
for field, word in (("ipv6_src", "s"), ("ipv6_dst", "d")):
    for name, match, make in (("UDP", UDP6, udp6), ("TCP", TCP6, tcp6), ("SCTP", SCTP6, sctp6), ("ICMPv6", ICMP6, icmp6), ("no known protocol", IP6, ip6)):
        acts(f"set_field {field}, {name}", match, [set_(field, "fe80::77:1")], make(), make(**{word: "fe80::77:1"}))
for proto, match, match6, make, make6 in (("tcp", TCP4, TCP6, tcp, tcp6), ("udp", UDP4, UDP6, udp, udp6), ("sctp", SCTP4, SCTP6, sctp, sctp6)):
    for end in ("src", "dst"):
        word = end[0] + "port"
        acts(f"set_field {proto}_{end}", match, [set_(f"{proto}_{end}", 54321)], make(), make(**{word: 54321}))
        acts(f"set_field {proto}_{end} over IPv6", match6, [set_(f"{proto}_{end}", 54321)], make6(), make6(**{word: 54321}))
SETS += [
    ("icmpv4_type", 0, ICMP4, icmp(), icmp(0)), ("icmpv4_code", 9, ICMP4, icmp(), icmp(8, 9)),
    ("icmpv6_type", 129, ICMP6, icmp6(), icmp6(129)), ("icmpv6_code", 9, ICMP6, icmp6(), icmp6(128, 9)),
    ("arp_op", 2, ARPT, arp(), arp(2)), ("arp_spa", "10.9.9.9", ARPT, arp(), arp(spa="10.9.9.9")),
    ("arp_tpa", "10.9.9.9", ARPT, arp(), arp(tpa="10.9.9.9")), ("arp_sha", C, ARPT, arp(), arp(sha=C)),
    ("arp_tha", C, ARPT, arp(), arp(tha=C)),
    ("ipv6_flabel", 0xABCDE, IP6, udp6(tc=0x55, fl=1), udp6(tc=0x55, fl=0xABCDE)),
    ("ipv6_nd_target", C6, NS, ns(), ns(target=C6)), ("ipv6_nd_sll", C, NS, ns(), ns(sll=C)), ("ipv6_nd_tll", C, NA, na(), na(tll=C)),
    ("mpls_label", 0xABCDE, MPLST, mpls([label(1, 5, 0, 9), label(2)]), mpls([label(0xABCDE, 5, 0, 9), label(2)])),
    ("mpls_tc", 7, MPLST, mpls([label(1, 0, 1, 9)]), mpls([label(1, 7, 1, 9)])),
    ("mpls_bos", 0, MPLST, mpls([label(1, 5, 1, 9)]), mpls([label(1, 5, 0, 9)])),
    ("pbb_isid", 0xFEDCBA, PBBT, pbb(pcp=5), pbb(isid=0xFEDCBA, pcp=5)),
    ("pbb_uca", 1, PBBT, pbb(pcp=5), pbb(pcp=5, uca=1)),
    ("tcp_flags", 0x012, TCP4, tcp(flags="S"), tcp(flags="SA")),
    ("eth_type", 0x88B7, {"eth_type": 0x88B5}, plain(), plain(kind=0x88B7)),
]
for field, value, match, frame, wanted in SETS:
    over = ", IPv6" if match is IP6 and field[:3] == "ip_" else ""
    acts(f"set_field {field}{over}", match, [set_(field, value)], frame, wanted)

acts("set_field leaves a UDP checksum of 0 as it is", UDP4, [set_("ipv4_dst", "10.9.9.9"), set_("udp_dst", 7)],
     ip(UDP(sport=1, dport=2, chksum=0) / Raw(LOAD)), ip(UDP(sport=1, dport=7, chksum=0) / Raw(LOAD), d="10.9.9.9"))
acts("set_field behind tags", {**VLAN, **UDP4}, [set_("ipv4_src", "10.9.9.9"), set_("udp_src", 7)],
     wrap(udp(), tag(5, tpid=0x88A8) + tag(6)), wrap(udp(7, s="10.9.9.9"), tag(5, tpid=0x88A8) + tag(6)))
acts("set_field behind IPv6 extension headers", UDP6, [set_("ipv6_src", C6), set_("udp_src", 7)], hop(HBH),
     ip6(HBH / UDP(sport=7, dport=2) / Raw(LOAD), s=C6))
acts("set_field in the first fragment, which has the ports", UDP4, [set_("ipv4_src", "10.9.9.9")],
     ip(Raw(bytes(UDP(sport=1, dport=2, len=200, chksum=0)) + LOAD), proto=17, flags="MF"),
     ip(Raw(bytes(UDP(sport=1, dport=2, len=200, chksum=0)) + LOAD), proto=17, flags="MF", s="10.9.9.9"))
acts("set_field in a later fragment changes the IP header only", IP, [set_("ipv4_src", "10.9.9.9")],
     ip(Raw(LOAD), proto=17, frag=20), ip(Raw(LOAD), proto=17, frag=20, s="10.9.9.9"))
Case("action", "set_field counts for the next table's match",
     [flow(UDP4, set_("udp_dst", 77), set_("ipv4_dst", "10.7.7.7"), goto=1), flow({**UDP4, "udp_dst": 77, "ipv4_dst": "10.7.7.7"}, *out(3), table=1)],
     [(1, udp())], {3: [udp(dport=77, d="10.7.7.7")]})

# --- masked set_field and copy_field (1.5.1 §7.2.6)

acts("set_field with a mask: ipv4_dst", UDP4, [set_("ipv4_dst", ("0.0.0.99", "0.0.0.255"))], udp(), udp(d="10.0.0.99"))
acts("set_field with a mask: eth_src", {}, [set_("eth_src", ("00:00:00:00:ee:00", "00:00:00:00:ff:00"))], plain(), plain(src="02:00:00:00:ee:0a"))
acts("set_field with a mask: ipv6_src", UDP6, [set_("ipv6_src", ("::7", "::ff"))], udp6(), udp6(s="2001:db8::7"))
acts("set_field with a mask: vlan_vid", VLAN, [set_("vlan_vid", (0x1001, 0x1001))], plain(tags=tag(10, 3)), plain(tags=tag(11, 3)))
acts("set_field with a mask: udp_dst", UDP4, [set_("udp_dst", (0x00FF, 0x00FF))], udp(), udp(dport=2000 | 0xFF))
Case("action", "set_field with a mask: metadata is not settable by set_field before, the mask keeps the rest",
     [flow({}, metadata=(0xFF00, 0xFFFF), goto=1), flow({}, set_("metadata", (0x34, 0xFF)), table=1, goto=2),
      flow({"metadata": 0xFF34}, *out(3), table=2)], [(1, plain())], {3: [plain()]}, since=V15)
acts("copy_field ipv4_src to ipv4_dst", UDP4, [("copy", "ipv4_src", "ipv4_dst", 32)], udp(), udp(d="10.0.0.1"))
acts("copy_field eth_src to eth_dst", {}, [("copy", "eth_src", "eth_dst", 48)], plain(), plain(dst=A))
acts("copy_field some bits", UDP4, [("copy", "udp_src", "ipv4_dst", 8, 0, 8)], udp(), udp(d=f"10.0.{1000 & 255}.2"))
acts("copy_field vlan_vid to udp_dst", {**VLAN, **UDP4}, [("copy", "vlan_vid", "udp_dst", 12)], wrap(udp(), tag(77)),
     wrap(udp(dport=77), tag(77)))
Case("action", "copy_field in_port to metadata", [flow({}, ("copy", "in_port", "metadata", 32, 0, 8), goto=1), flow({"metadata": 0x100}, *out(3), table=1)],
     [(1, plain()), (2, plain())], {3: [plain()]})

# --- tags: a new tag goes outside, and takes VID and PCP of the tag that was outermost (§5.12.1)

acts("push_vlan on a frame without a tag: VID 0, PCP 0", {}, [("push_vlan", 0x8100)], plain(), plain(tags=tag(0)))
acts("push_vlan, then its VID and PCP", {}, [("push_vlan", 0x8100), set_("vlan_vid", 0x1000 | 5), set_("vlan_pcp", 6)], plain(), plain(tags=tag(5, 6)))
acts("push_vlan 0x88a8 on a tagged frame copies VID and PCP", VLAN, [("push_vlan", 0x88A8)], plain(tags=tag(10, 5)),
     plain(tags=tag(10, 5, 0x88A8) + tag(10, 5)))
acts("push_vlan 0x8100 on a tagged frame copies VID and PCP", VLAN, [("push_vlan", 0x8100), set_("vlan_vid", 0x1000 | 9)], plain(tags=tag(10, 5)),
     plain(tags=tag(9, 5) + tag(10, 5)))
acts("push_vlan three times", {}, [("push_vlan", 0x8100), set_("vlan_vid", 0x1001), ("push_vlan", 0x8100), set_("vlan_vid", 0x1002), ("push_vlan", 0x88A8),
                                   set_("vlan_vid", 0x1003)], plain(), plain(tags=tag(3, tpid=0x88A8) + tag(2) + tag(1)))
acts("pop_vlan removes the outer tag", VLAN, ["pop_vlan"], plain(tags=tag(10, 5, 0x88A8) + tag(11, 3)), plain(tags=tag(11, 3)))
acts("pop_vlan removes the last tag", VLAN, ["pop_vlan"], plain(tags=tag(10, 5)), plain())
acts("pop_vlan and push_vlan", VLAN, ["pop_vlan", ("push_vlan", 0x88A8), set_("vlan_vid", 0x1000 | 4)], plain(tags=tag(10, 5)),
     plain(tags=tag(4, 0, 0x88A8)))
Case("action", "push_vlan counts for the next table's match", [flow({}, ("push_vlan", 0x8100), set_("vlan_vid", 0x1000 | 7), goto=1),
                                                               flow({"vlan_vid": 0x1000 | 7, "vlan_pcp": 0, **UDP4, "udp_dst": 2000}, *out(3), table=1)],
     [(1, udp())], {3: [wrap(udp(), tag(7))]})
acts("1.0: set_vlan_vid adds a tag when there is none", {"vlan_vid": 0}, [set_("vlan_vid", 7)], plain(), plain(tags=tag(7)), until=V10)
acts("1.0: set_vlan_pcp adds a tag when there is none", {"vlan_vid": 0}, [set_("vlan_pcp", 7)], plain(), plain(tags=tag(0, 7)), until=V10)
acts("1.0: set_tp_dst in UDP and in TCP", {**IP}, [set_("tcp_dst", 77)], udp(), udp(dport=77), until=V10)
acts("1.0: strip_vlan on a frame without a tag", {}, ["pop_vlan"], plain(), plain(), until=V10)

# --- MPLS: label, TC and TTL of a pushed entry are copied (§5.12.1, table of existing fields on push)

acts("push_mpls on IPv4: label 0, TC 0, TTL of the packet, bottom of stack", UDP4, [("push_mpls", 0x8847)], udp(ttl=33), mpls([label(0, 0, 1, 33)], udp(ttl=33)))
acts("push_mpls on IPv6: TTL is the hop limit", UDP6, [("push_mpls", 0x8847)], udp6(hlim=44), mpls([label(0, 0, 1, 44)], udp6(hlim=44)))
acts("push_mpls on MPLS copies label, TC and TTL, not bottom", MPLST, [("push_mpls", 0x8847)], mpls([label(9, 5, 1, 22)]),
     mpls([label(9, 5, 0, 22), label(9, 5, 1, 22)]))
acts("push_mpls 0x8848", UDP4, [("push_mpls", 0x8848)], udp(ttl=33), mpls([label(0, 0, 1, 33)], udp(ttl=33), 0x8848))
acts("push_mpls, then label, TC and TTL", UDP4, [("push_mpls", 0x8847), set_("mpls_label", 77), set_("mpls_tc", 3), ("set_mpls_ttl", 9)], udp(),
     mpls([label(77, 3, 1, 9)]))
acts("push_mpls behind a tag: the entry goes after the tag", {**VLAN, **UDP4}, [("push_mpls", 0x8847)], wrap(udp(), tag(10, 3)),
     wrap(mpls([label(0, 0, 1, 64)]), tag(10, 3)))
acts("push_mpls on something else: TTL 0", {"eth_type": 0x88B5}, [("push_mpls", 0x8847)], plain(), mpls([label(0, 0, 1, 0)], plain()))
acts("pop_mpls to IPv4", MPLST, [("pop_mpls", 0x0800)], mpls([label(7)]), udp())
acts("pop_mpls to IPv6", MPLST, [("pop_mpls", 0x86DD)], mpls([label(7)], udp6()), udp6())
acts("pop_mpls leaves the rest of the stack", MPLST, [("pop_mpls", 0x8847)], mpls([label(7, 1, 0), label(8, 2, 1, 3)]), mpls([label(8, 2, 1, 3)]))
acts("pop_mpls behind a tag", {**VLAN, **MPLST}, [("pop_mpls", 0x0800)], wrap(mpls([label(7)]), tag(10, 3)), wrap(udp(), tag(10, 3)))
Case("action", "pop_mpls: the next table matches what was inside", [flow(MPLST, ("pop_mpls", 0x0800), goto=1), flow({**UDP4, "udp_dst": 2000}, *out(3), table=1)],
     [(1, mpls([label(7)]))], {3: [udp()]})
Case("action", "push_mpls: the next table matches the label", [flow(UDP4, ("push_mpls", 0x8847), set_("mpls_label", 5), goto=1),
                                                               flow({**MPLST, "mpls_label": 5, "mpls_bos": 1}, *out(3), table=1)],
     [(1, udp())], {3: [mpls([label(5)])]})

# --- PBB

acts("push_pbb: I-SID, PCP 0 of a frame without a tag, addresses copied", {}, [("push_pbb", 0x88E7), set_("pbb_isid", 0x123456)], udp(), pbb(udp()))
acts("push_pbb on a tagged frame: PCP of the tag", VLAN, [("push_pbb", 0x88E7), set_("pbb_isid", 5)], plain(tags=tag(10, 6)),
     pbb(plain(tags=tag(10, 6)), isid=5, pcp=6))
acts("push_pbb, outer addresses and a backbone tag", {}, [("push_pbb", 0x88E7), set_("pbb_isid", 5), set_("eth_dst", C), ("push_vlan", 0x88A8), set_("vlan_vid", 0x1000 | 9)],
     plain(), pbb(plain(), isid=5, dst=C, tags=tag(9, 0, 0x88A8)))
acts("pop_pbb", PBBT, ["pop_pbb"], pbb(plain(dst=C, tags=tag(10, 5))), plain(dst=C, tags=tag(10, 5)))
Case("action", "pop_pbb: the next table matches what was inside", [flow(PBBT, "pop_pbb", goto=1), flow({"eth_dst": C, **UDP4}, *out(3), table=1)],
     [(1, pbb(udp(dst=C)))], {3: [udp(dst=C)]})
acts("pop_pbb under a backbone tag after pop_vlan", {**VLAN, **PBBT}, ["pop_vlan", "pop_pbb"], pbb(udp(), tags=tag(9, 0, 0x88A8)), udp())

# --- TTLs

acts("set_nw_ttl", IP, [("set_ttl", 9)], udp(ttl=64), udp(ttl=9))
acts("set_nw_ttl on IPv6", IP6, [("set_ttl", 9)], udp6(hlim=64), udp6(hlim=9))
acts("dec_nw_ttl", IP, ["dec_ttl"], udp(ttl=64), udp(ttl=63))
acts("dec_nw_ttl on IPv6", IP6, ["dec_ttl", "dec_ttl"], udp6(hlim=64), udp6(hlim=62))
acts("dec_nw_ttl keeps the IP checksum right when it wraps", IP, ["dec_ttl"], udp(ttl=2, id=0xFEFF), udp(ttl=1, id=0xFEFF))
acts("set_mpls_ttl", MPLST, [("set_mpls_ttl", 9)], mpls([label(7, 5)]), mpls([label(7, 5, ttl=9)]))
acts("dec_mpls_ttl", MPLST, ["dec_mpls_ttl"], mpls([label(7, 5, ttl=2)]), mpls([label(7, 5, ttl=1)]))
acts("copy_ttl_out: from the second label to the first", MPLST, ["copy_ttl_out"], mpls([label(7, bos=0, ttl=9), label(8, ttl=33)]),
     mpls([label(7, bos=0, ttl=33), label(8, ttl=33)]))
acts("copy_ttl_out: from IPv4 to the label", MPLST, ["copy_ttl_out"], mpls([label(7, ttl=9)], udp(ttl=33)), mpls([label(7, ttl=33)], udp(ttl=33)))
acts("copy_ttl_out: from IPv6 to the label", MPLST, ["copy_ttl_out"], mpls([label(7, ttl=9)], udp6(hlim=33)), mpls([label(7, ttl=33)], udp6(hlim=33)))
acts("copy_ttl_in: from the first label to the second", MPLST, ["copy_ttl_in"], mpls([label(7, bos=0, ttl=9), label(8, ttl=33)]),
     mpls([label(7, bos=0, ttl=9), label(8, ttl=9)]))
acts("copy_ttl_in: from the label to IPv4", MPLST, ["copy_ttl_in"], mpls([label(7, ttl=9)], udp(ttl=33)), mpls([label(7, ttl=9)], udp(ttl=9)))
acts("copy_ttl_in: from the label to IPv6", MPLST, ["copy_ttl_in"], mpls([label(7, ttl=9)], udp6(hlim=33)), mpls([label(7, ttl=9)], udp6(hlim=9)))
for kind, match, frames, action in (("dec_nw_ttl of 1", IP, [udp(ttl=1), udp(ttl=0)], "dec_ttl"), ("dec_nw_ttl of 1 on IPv6", IP6, [udp6(hlim=1)], "dec_ttl"),
                                    ("dec_mpls_ttl of 1", MPLST, [mpls([label(7, ttl=1)])], "dec_mpls_ttl")):
    @shows("action", f"{kind}: the frame ends, and goes to who asks for OFPR_INVALID_TTL", since=V13)
    def _(bench, match=match, frames=frames, action=action):
        bench.flows(flow(match, action, *out(3)))
        want_invalid_ttl(bench)
        bench.must_leave([(1, f) for f in frames], {})
        got = [(m.reason, m.data) for m in bench.punted]
        wanted = [(bench.of.OFPR_INVALID_TTL, bytes(f)) for f in frames]
        if got != wanted:
            raise AssertionError(f"packet-ins {got}, wanted {wanted}")


def want_invalid_ttl(bench):
    p, of = bench.parser, bench.of
    if bench.version == V13:
        bench.do(p.OFPSetAsync(bench.dp, [0xF, 0xF], [7, 7], [0xF, 0xF]))
    else:
        bench.do(p.OFPSetAsync(bench.dp, [p.OFPAsyncConfigPropReasons(of.OFPACPT_PACKET_IN_MASTER, 8, 0x3F)]))


# --- where frames go

Case("action", "output to several ports, in between changed", [flow({}, *out(2), set_("eth_dst", C), *out(3), set_("eth_src", C), *out(4))], [(1, plain())],
     {2: [plain()], 3: [plain(dst=C)], 4: [plain(dst=C, src=C)]})
Case("action", "output to the port of entry by its number is not done", [flow({}, *out(1, 2))], [(1, plain())], {2: [plain()]})
Case("action", "output IN_PORT", [flow({}, ("output", "IN_PORT"))], [(2, plain())], {2: [plain()]})
Case("action", "output ALL: every port but that of entry", [flow({}, ("output", "ALL"))], [(1, plain())], {2: [plain()], 3: [plain()], 4: [plain()]})
Case("action", "output FLOOD: every port but that of entry", [flow({}, ("output", "FLOOD"))], [(3, plain())], {1: [plain()], 2: [plain()], 4: [plain()]})
Case("action", "output CONTROLLER", [flow({}, ("output", "CONTROLLER", 0xFFFF), priority=9)], [(1, plain())], {}, punted=[("ACTION", plain())], until=V13)
Case("action", "output CONTROLLER: OFPR_APPLY_ACTION", [flow({}, ("output", "CONTROLLER", 0xFFFF), priority=9)], [(1, plain())], {},
     punted=[("APPLY_ACTION", plain())], since=V15)
Case("action", "output NORMAL: floods what it does not know, then learns", [flow({}, ("output", "NORMAL"))],
     [(1, plain(dst="02:00:00:11:00:02", src="02:00:00:11:00:01")), (2, plain(dst="02:00:00:11:00:01", src="02:00:00:11:00:02"))],
     {1: [plain(dst="02:00:00:11:00:01", src="02:00:00:11:00:02")], **{n: [plain(dst="02:00:00:11:00:02", src="02:00:00:11:00:01")] for n in (2, 3, 4)}})
Case("action", "no action: the frame ends", [flow({}, priority=1)], [(1, plain())], {})
Case("action", "set_queue on a port without queues", [flow({}, ("queue", 0), *out(3))], [(1, plain())], {3: [plain()]})
Case("action", "set_queue: any id goes to the port's queue", [flow({}, ("queue", 5), *out(3))], [(1, plain())], {3: [plain()]})
Case("action", "enqueue", [flow({}, ("enqueue", 3, 0))], [(1, plain())], {3: [plain()]}, until=V10)

# --- the action set: the order of §5.10, whatever the order in which it was written

Case("action set", "last of each kind counts, output comes last",
     [flow({}, write=[("output", 2), set_("eth_dst", C)], goto=1), flow({}, write=[("output", 3)], table=1)], [(1, plain())], {3: [plain(dst=C)]})
Case("action set", "pop, push, set_field and TTL in the order of the standard",
     [flow({**VLAN, **IP}, write=[("output", 3), set_("vlan_vid", 0x1000 | 9), ("push_vlan", 0x88A8), "dec_ttl", "pop_vlan"])], [(1, wrap(udp(), tag(5, 3)))],
     {3: [wrap(udp(ttl=63), tag(9, 0, 0x88A8))]})
Case("action set", "push_mpls before push_vlan", [flow(UDP4, write=[("push_vlan", 0x8100), ("push_mpls", 0x8847), ("output", 3)])], [(1, udp())],
     {3: [wrap(mpls([label(0)]), tag(0))]})
Case("action set", "without output and group the frame ends", [flow({}, write=[set_("eth_dst", C)])], [(1, plain())], {})
Case("action set", "a group in it wins over output", [flow({}, write=[("output", 2), ("group", 1)])], [(1, plain())], {3: [plain()]},
     groups=[Group(1, "INDIRECT", [Bucket(out(3))])])
Case("action set", "clear_actions empties it", [flow({}, write=out(2), goto=1), flow({}, clear=True, write=out(3), table=1)], [(1, plain())], {3: [plain()]})
Case("action set", "clear_actions alone: the frame ends", [flow({}, write=out(2), goto=1), flow({}, clear=True, table=1)], [(1, plain())], {})
Case("action set", "a miss in a later table drops the frame with its action set (§5.4)", [flow({}, write=out(2), goto=1)], [(1, plain())], {})
Case("action set", "apply_actions do not wait for it", [flow({}, *out(2), set_("eth_dst", C), write=out(3))], [(1, plain())], {2: [plain()], 3: [plain(dst=C)]})
Case("action set", "actset_output tells what is in it", [flow({}, write=out(3), goto=1), flow({"actset_output": 3}, *out(4), table=1)], [(1, plain())],
     {4: [plain()], 3: [plain()]}, since=V15)
Case("action set", "actset_output is OFPP_UNSET without an output", [flow({}, goto=1), flow({"actset_output": 0xFFFFFFF7}, *out(4), table=1)], [(1, plain())],
     {4: [plain()]}, since=V15)


@shows("action set", "output CONTROLLER: OFPR_ACTION_SET", since=V14)
def _(bench):
    bench.flows(flow({}, write=[("output", "CONTROLLER", 0xFFFF)]))
    bench.must_leave([(1, plain())], {})
    if [m.reason for m in bench.punted] != [bench.of.OFPR_ACTION_SET]:
        raise AssertionError(f"reasons {[m.reason for m in bench.punted]}")
