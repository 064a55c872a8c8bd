# SPDX-License-Identifier: Apache-2.0
"""Ethernet frames as bytes, and back: the little that the tests need."""
import struct

BROADCAST = "ff:ff:ff:ff:ff:ff"


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


def ip_bytes(address):
    return bytes(int(part) for part in address.split("."))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def vlan(vid, pcp=0, tpid=0x8100):
    """A tag; several are joined with +."""
    return struct.pack("!HH", tpid, pcp << 13 | vid)


def eth(dst, src, ethertype, payload=b"", tags=b"", size=60):
    frame = mac_bytes(dst) + mac_bytes(src) + tags + struct.pack("!H", ethertype) + payload
    return frame.ljust(size, b"\0")


def ip4(src, dst, protocol, payload, ttl=64):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, ttl, protocol, 0)
    head += ip_bytes(src) + ip_bytes(dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def _pseudo(src, dst, protocol, segment):
    return ip_bytes(src) + ip_bytes(dst) + struct.pack("!BBH", 0, protocol, len(segment)) + segment


def udp(src, dst, sport, dport, payload=b""):
    """An IPv4 packet with a UDP datagram in it."""
    head = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0)
    value = checksum(_pseudo(src, dst, 17, head + payload)) or 0xFFFF
    return ip4(src, dst, 17, head[:6] + struct.pack("!H", value) + payload)


def tcp(src, dst, sport, dport, payload=b"", flags=0x10):
    head = struct.pack("!HHIIBBHHH", sport, dport, 1, 1, 5 << 4, flags, 8192, 0, 0)
    value = checksum(_pseudo(src, dst, 6, head + payload))
    return ip4(src, dst, 6, head[:16] + struct.pack("!H", value) + head[18:] + payload)


def icmp_echo(src, dst, ident=1, seq=1, payload=b"heddle"):
    body = struct.pack("!BBHHH", 8, 0, 0, ident, seq) + payload
    return ip4(src, dst, 1, body[:2] + struct.pack("!H", checksum(body)) + body[4:])


def arp(sender_mac, sender_ip, target_ip, operation=1, target_mac="00:00:00:00:00:00"):
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + mac_bytes(sender_mac) + ip_bytes(
        sender_ip) + mac_bytes(target_mac) + ip_bytes(target_ip)


def untag(frame):
    """(list of (tpid, vid, pcp), frame without them)."""
    tags, at = [], 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8", b"\x91\x00"):
        tpid, tci = struct.unpack_from("!HH", frame, at)
        tags.append((tpid, tci & 0xFFF, tci >> 13))
        at += 4
    return tags, frame[:12] + frame[at:]
