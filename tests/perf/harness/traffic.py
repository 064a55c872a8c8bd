# SPDX-License-Identifier: Apache-2.0
"""Packet traces for the generators, written as pcap files with the standard library only.

A trace is a list of frames that a generator loops over; "flows" is the number of
distinct 5-tuples (or MAC pairs) it was drawn from.  Sizes are on-the-wire sizes
with the 4-byte FCS, as testers count them: a "64" is a 60-byte frame in the file.
"""

import os
import random
import struct

from .rules import ICMP, TCP, UDP

GEN_MAC = bytes.fromhex("020000000001")     # source side
SINK_MAC = bytes.fromhex("020000000002")    # behind port 2
IMIX = (64, 64, 64, 64, 64, 64, 64, 594, 594, 594, 594, 1518)
SIZE6 = 78                                  # the shortest IPv6 TCP frame


def mac_str(mac):
    return ":".join("%02x" % b for b in mac)


def station(i, side):
    """MAC address of station i behind port 'side'."""
    return bytes((0x02, 0x10 + side)) + struct.pack("!I", i)


def frame(flow, size=64, vlan=None, src=GEN_MAC, dst=SINK_MAC, family=4):
    """An IP frame for flow=(sip, dip, proto, sport, dport) of that wire size."""
    sip, dip, proto, sport, dport = flow
    body = size - 4 - 14 - (4 if vlan is not None else 0)
    l4len = body - (20 if family == 4 else 40)
    if proto == TCP:
        l4 = struct.pack("!HHIIBBHHH", sport, dport, 1, 1, 0x50, 0x10, 8192, 0, 0)
    elif proto == UDP:
        l4 = struct.pack("!HHHH", sport, dport, l4len, 0)
    else:
        l4 = struct.pack("!BBHI", 8 if family == 4 else 128, 0, 0, 0)
    if family == 4:
        head = struct.pack("!BBHHHBBHII", 0x45, 0, body, 0, 0, 64, proto, 0, sip, dip)
        s = sum(struct.unpack("!10H", head))
        s = (s & 0xFFFF) + (s >> 16)
        s = ~((s & 0xFFFF) + (s >> 16)) & 0xFFFF
        head = head[:10] + struct.pack("!H", s) + head[12:]
    else:
        head = struct.pack("!IHBB", 6 << 28, l4len, 58 if proto == ICMP else proto, 64) + \
            sip.to_bytes(16, "big") + dip.to_bytes(16, "big")
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    kind = b"\x08\x00" if family == 4 else b"\x86\xdd"
    return (dst + src + tag + kind + head + l4).ljust(size - 4, b"\0")


def free_mask(bits, vlan=None, family=4):
    """The mask of a frame whose bits=(sip, dip, sport, dport) may take any value."""
    sip, dip, sport, dport = bits
    at = bytes(14 + (4 if vlan is not None else 0))
    if family == 4:
        return at + bytes(12) + struct.pack("!IIHH", sip, dip, sport, dport)
    return at + bytes(8) + sip.to_bytes(16, "big") + dip.to_bytes(16, "big") + \
        struct.pack("!HH", sport, dport)


def plain_flows(n, rng):
    """n distinct UDP/TCP 5-tuples from 10/8 to 11/8."""
    out, seen = [], set()
    while len(out) < n:
        f = (0x0A000000 | rng.getrandbits(20), 0x0B000000 | rng.getrandbits(16),
             rng.choice((TCP, UDP)), rng.randrange(1024, 65536), rng.randrange(1, 1024))
        if f not in seen:
            seen.add(f)
            out.append(f)
    return out


def order(n, packets, dist, rng):
    """Flow numbers of the packets of a trace: every flow once (uniform, shuffled), or Zipf(1)."""
    if dist == "uniform":
        idx = [i % n for i in range(max(n, packets))]
        rng.shuffle(idx)
        return idx
    cum, acc = [], 0.0
    for i in range(n):
        acc += 1.0 / (i + 1)
        cum.append(acc)
    return rng.choices(range(n), cum_weights=cum, k=packets)


def write_pcap(path, frames):
    with open(path + ".tmp", "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for fr in frames:
            f.write(struct.pack("<IIII", 0, 0, len(fr), len(fr)))
            f.write(fr)
    os.replace(path + ".tmp", path)


class Traffic:
    """What to send: flows, size (64, 1518 or "imix"), distribution, VLAN tag, L2 stations.

    fresh: every packet is a flow that was never seen before, drawn inside the rule that the
    frame of the trace hits.
    """

    def __init__(self, flows=1, size=64, dist="uniform", vlan=None, stations=0, fresh=False):
        self.flows, self.size, self.dist = flows, size, dist
        self.vlan, self.stations, self.fresh = vlan, stations, fresh

    def name(self):
        return "f%d-%s%s%s%s%s" % (self.flows, self.size, "-zipf" if self.dist == "zipf" else "",
                                   "-v%d" % self.vlan if self.vlan is not None else "",
                                   "-l2x%d" % self.stations if self.stations else "",
                                   "-fresh" if self.fresh else "")

    def packets(self):
        """Frames in the trace."""
        if self.size == "imix":
            return max(self.flows, 12)
        return 200000 if self.dist == "zipf" else self.flows

    def _flows(self, ruleset, seed):
        """(the flows, the order of the packets, the free bits of each flow)."""
        rng = random.Random(seed)
        if ruleset and ruleset.draw:
            pairs = ruleset.draw(self.flows, rng, 20 if self.fresh else 0)
        else:
            pairs = [(f, (0xFFFFF, 0xFFFF, 0xFFFF, 0)) for f in plain_flows(self.flows, rng)]
        return pairs, order(len(pairs), self.packets(), self.dist, rng)

    def frames(self, ruleset, seed=1):
        family = ruleset.family if ruleset else 4
        flows, turns = self._flows(ruleset, seed)
        for k, i in enumerate(turns):
            size = IMIX[k % len(IMIX)] if self.size == "imix" else self.size
            if family == 6:
                size = max(size, SIZE6)
            if self.stations:
                yield frame(flows[i][0], size, self.vlan, station(i % self.stations, 0),
                            station((i * 7919 + 13) % self.stations, 1), family)
            else:
                yield frame(flows[i][0], size, self.vlan, family=family)

    def masks(self, ruleset, seed=1):
        """The free bits of each frame of the trace, for flowgen."""
        family = ruleset.family if ruleset else 4
        flows, turns = self._flows(ruleset, seed)
        for i in turns:
            yield free_mask(flows[i][1], self.vlan, family)

    def _file(self, directory, ruleset, kind, make):
        tag = ruleset.name if ruleset and ruleset.draw else "plain"
        path = os.path.join(directory, "%s-%s%s.pcap" % (tag, self.name(), kind))
        if not os.path.exists(path):
            write_pcap(path, make(ruleset))
        return path

    def pcap(self, directory, ruleset=None):
        """The path of the trace, written on first use."""
        return self._file(directory, ruleset, "", self.frames)

    def free_pcap(self, directory, ruleset=None):
        """The path of the masks beside the trace."""
        return self._file(directory, ruleset, "-free", self.masks)

    def mbuf_size(self, ruleset=None):
        """Bytes of the largest frame without its FCS."""
        size = 1518 if self.size == "imix" else self.size
        return (max(size, SIZE6) if ruleset and ruleset.family == 6 else size) - 4
