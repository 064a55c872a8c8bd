# SPDX-License-Identifier: Apache-2.0
"""Frames: scapy's where it has the header, by hand where not. Checksums are computed by scapy, so
an expected frame is simply written as it should be."""
import struct

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr,
                                IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.layers.sctp import SCTP, SCTPChunkData
from scapy.packet import Raw

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"
A6, B6, C6 = "2001:db8::a", "2001:db8::b", "2001:db8::c"
LOAD = b"heddle: forty bytes of payload, or more .."


def plain(dst=B, src=A, kind=0x88B5, tags=b"", load=LOAD):
    """An Ethernet frame without anything that a switch could know; `tags` are bytes."""
    mac = lambda text: bytes.fromhex(text.replace(":", ""))     # noqa: E731
    return mac(dst) + mac(src) + tags + struct.pack("!H", kind) + load.ljust(46, b"\0")


def tag(vid, pcp=0, tpid=0x8100, dei=0):
    return struct.pack("!HH", tpid, pcp << 13 | dei << 12 | vid)


def wrap(frame, header):
    """Puts bytes behind the two addresses of a frame."""
    frame = bytes(frame)
    return frame[:12] + header + frame[12:]


def eth(dst=B, src=A, **kw):
    return Ether(dst=dst, src=src, **kw)


def ip(load=None, dst=B, src=A, tags=None, s="10.0.0.1", d="10.0.0.2", **kw):
    head = eth(dst, src)
    if tags is not None:
        head = head / tags
    kw.setdefault("id", 7)
    if load is None:
        kw.setdefault("proto", 253)
        load = Raw(LOAD)
    return head / IP(src=s, dst=d, **kw) / load


def udp(sport=1000, dport=2000, load=LOAD, **kw):
    return ip(UDP(sport=sport, dport=dport) / Raw(load), **kw)


def tcp(sport=1000, dport=2000, flags="S", **kw):
    return ip(TCP(sport=sport, dport=dport, flags=flags, seq=3) / Raw(LOAD), **kw)


def sctp(sport=1000, dport=2000, **kw):
    return ip(SCTP(sport=sport, dport=dport, tag=9) / SCTPChunkData(data=LOAD), **kw)


def icmp(kind=8, code=0, **kw):
    return ip(ICMP(type=kind, code=code, id=5, seq=6) / Raw(LOAD), **kw)


def ip6(load=None, s=A6, d=B6, dst=B, src=A, tags=None, **kw):
    head = eth(dst, src)
    if tags is not None:
        head = head / tags
    if load is None:
        kw.setdefault("nh", 253)
        load = Raw(LOAD)
    return head / IPv6(src=s, dst=d, **kw) / load


def udp6(sport=1000, dport=2000, **kw):
    return ip6(UDP(sport=sport, dport=dport) / Raw(LOAD), **kw)


def tcp6(sport=1000, dport=2000, flags="S", **kw):
    return ip6(TCP(sport=sport, dport=dport, flags=flags, seq=3) / Raw(LOAD), **kw)


def sctp6(sport=1000, dport=2000, **kw):
    return ip6(SCTP(sport=sport, dport=dport, tag=9) / SCTPChunkData(data=LOAD), **kw)


def icmp6(kind=128, code=0, **kw):
    return ip6(ICMPv6EchoRequest(type=kind, code=code, id=5, seq=6, data=LOAD), **kw)


def ns(target=B6, sll=A, **kw):
    return ip6(ICMPv6ND_NS(tgt=target) / ICMPv6NDOptSrcLLAddr(lladdr=sll), hlim=255, **kw)


def na(target=B6, tll=B, **kw):
    return ip6(ICMPv6ND_NA(tgt=target) / ICMPv6NDOptDstLLAddr(lladdr=tll), hlim=255, **kw)


def arp(op=1, spa="10.0.0.1", tpa="10.0.0.2", sha=A, tha="00:00:00:00:00:00"):
    return bytes(eth("ff:ff:ff:ff:ff:ff") / ARP(op=op, hwsrc=sha, psrc=spa, hwdst=tha, pdst=tpa)).ljust(60, b"\0")


def label(value, tc=0, bos=1, ttl=64):
    """One entry of an MPLS label stack."""
    return struct.pack("!I", value << 12 | tc << 9 | bos << 8 | ttl)


def mpls(labels, frame=None, kind=0x8847):
    """A frame with these labels before the payload of `frame` (its Ethernet header stays)."""
    frame = bytes(frame if frame is not None else udp())
    return frame[:12] + struct.pack("!H", kind) + b"".join(labels) + frame[14:]


def itag(isid, pcp=0, uca=0):
    """What stands between the outer addresses and the inner frame (IEEE 802.1ah §9.7)."""
    return struct.pack("!HI", 0x88E7, pcp << 29 | uca << 27 | isid)


def pbb(frame=None, isid=0x123456, pcp=0, uca=0, dst=B, src=A, tags=b""):
    """A frame inside a backbone frame."""
    mac = lambda text: bytes.fromhex(text.replace(":", ""))     # noqa: E731
    return mac(dst) + mac(src) + tags + itag(isid, pcp, uca) + bytes(frame if frame is not None else udp())
