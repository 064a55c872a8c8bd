# SPDX-License-Identifier: Apache-2.0
"""Rule sets: the same set as ovs-ofctl text and as raw OpenFlow 1.3 messages.

Port numbers in rules: 1 is the traffic source, 2 the sink, 3 a second sink.
"""

import ipaddress
import random
import struct

TCP, UDP, ICMP = 6, 17, 1
PROTO_NAME = {TCP: "tcp", UDP: "udp", ICMP: "icmp"}


class Rule:
    """One IPv4 or IPv6 rule; None or length 0 is a wildcard."""
    __slots__ = ("prio", "sip", "slen", "dip", "dlen", "proto", "sport", "dport", "out", "family")

    def __init__(self, prio, sip=0, slen=0, dip=0, dlen=0, proto=None, sport=None, dport=None,
                 out=2, family=4):
        self.prio, self.sip, self.slen, self.dip, self.dlen = prio, sip, slen, dip, dlen
        self.proto, self.sport, self.dport, self.out = proto, sport, dport, out
        self.family = family

    def mask(self):
        return (self.slen, self.dlen, self.proto is not None, self.sport is not None,
                self.dport is not None)

    def to6(self):
        """The image of an IPv4 rule in 2001:db8::/32, with its nesting of prefixes."""
        return Rule(self.prio, spread6(self.sip, self.slen), length6(self.slen),
                    spread6(self.dip, self.dlen), length6(self.dlen), self.proto, self.sport,
                    self.dport, self.out, 6)

    def text(self):
        six = "6" if self.family == 6 else ""
        p = ["priority=%d" % self.prio,
             ("ip" + ("v6" if six else "")) if self.proto is None else PROTO_NAME[self.proto] + six]
        for name, ip, length in (("src", self.sip, self.slen), ("dst", self.dip, self.dlen)):
            if length:
                p.append("%s_%s=%s/%d" % ("ipv6" if six else "nw", name, dotted(ip, self.family), length))
        if self.sport is not None:
            p.append("tp_src=%d" % self.sport)
        if self.dport is not None:
            p.append("tp_dst=%d" % self.dport)
        return ",".join(p) + ",actions=output:%d" % self.out

    def flow_mod(self, command=0, xid=0):
        """OFPT_FLOW_MOD of OpenFlow 1.3 (command 0 adds, 4 deletes strictly)."""
        six = self.family == 6
        ox = oxm(5, struct.pack("!H", 0x86DD if six else 0x0800))
        proto = 58 if six and self.proto == ICMP else self.proto
        if proto is not None:
            ox += oxm(10, bytes((proto,)))
        if self.slen:
            ox += oxm(26 if six else 11, packed(self.sip, self.family), prefix(self.slen, self.family))
        if self.dlen:
            ox += oxm(27 if six else 12, packed(self.dip, self.family), prefix(self.dlen, self.family))
        base = 13 if self.proto == TCP else 15
        if self.sport is not None:
            ox += oxm(base, struct.pack("!H", self.sport))
        if self.dport is not None:
            ox += oxm(base + 1, struct.pack("!H", self.dport))
        match = struct.pack("!HH", 1, 4 + len(ox)) + ox
        match += b"\0" * (-len(match) % 8)
        action = struct.pack("!HHIH6x", 0, 16, self.out, 0xFFFF)
        inst = struct.pack("!HH4x", 4, 8 + len(action)) + action
        body = struct.pack("!QQBBHHHIIIH2x", 0, 0, 0, command, 0, 0, self.prio, 0xFFFFFFFF,
                           0xFFFFFFFF, 0xFFFFFFFF, 0) + match + inst
        return struct.pack("!BBHI", 4, 14, 8 + len(body), xid) + body

    def free(self):
        """The bits of (sip, dip, sport, dport) that the rule does not look at."""
        bits = 32 if self.family == 4 else 128
        ports = self.proto in (TCP, UDP, None)
        return ((1 << bits - self.slen) - 1, (1 << bits - self.dlen) - 1,
                0xFFFF if ports and self.sport is None else 0,
                0xFFFF if ports and self.dport is None else 0)


def oxm(field, value, mask=b""):
    return struct.pack("!HBB", 0x8000, field << 1 | bool(mask), len(value) + len(mask)) + value + mask


def packed(ip, family=4):
    return ip.to_bytes(4 if family == 4 else 16, "big")


def prefix(n, family=4):
    bits = 32 if family == 4 else 128
    return packed(((1 << n) - 1) << (bits - n), family)


def dotted(ip, family=4):
    return (ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address)(ip).compressed


def length6(n):
    """The IPv6 prefix length that stands for the IPv4 length n."""
    return 0 if n == 0 else n + (32 if n <= 16 else 40 if n <= 24 else 96)


def spread6(ip, length):
    """2001:db8:<first two bytes>:<third>::<fourth>, masked to the prefix."""
    if length == 0:
        return 0
    wide = 0x20010DB8 << 96 | (ip >> 16) << 80 | (ip >> 8 & 255) << 64 | (ip & 255)
    n = 128 - length6(length)
    return wide >> n << n


class Ruleset:
    """name, the rules (Rule objects and ovs-ofctl text), and how to draw flows that hit them.

    draw(n, rng, bits) gives n pairs (flow, free bits of its rule); with bits, only from rules that
    leave at least that many free. attack(): frames against the searches of a switch.
    """

    def __init__(self, name, rules=(), text=(), draw=None, vlan=None, family=4):
        self.name = name
        self.rules = list(rules)
        self.extra = list(text)
        self.draw = draw
        self.vlan = vlan            # {port: ("access"|"trunk", vid)} for L2 sets
        self.family = family

    def text(self):
        return [r.text() for r in self.rules] + self.extra

    def count(self):
        return len(self.rules) + len(self.extra)

    def masks(self):
        return len({r.mask() for r in self.rules})

    def uses(self, port):
        """Whether some rule sends to that port."""
        return any(r.out == port for r in self.rules) or \
            any(("output:%d" % port) in line for line in self.extra)


def _inside(ip, length, rng, bits):
    return ip | rng.getrandbits(bits - length) if length < bits else ip


def flows_hitting(rules):
    """Draw n distinct flows, each inside a random rule (as ClassBench's trace generator)."""
    def draw(n, rng, free_bits=0):
        pool = rules
        if free_bits:
            pool = [r for r in rules if sum(bin(b).count("1") for b in r.free()) >= free_bits]
        out, seen = [], set()
        while len(out) < n:
            r = rng.choice(pool)
            bits = 32 if r.family == 4 else 128
            proto = r.proto if r.proto is not None else rng.choice((TCP, UDP))
            sport = r.sport if r.sport is not None else rng.randrange(1024, 65536)
            dport = r.dport if r.dport is not None else rng.randrange(1, 65536)
            if proto == ICMP:
                sport = dport = 0
            f = (_inside(r.sip, r.slen, rng, bits), _inside(r.dip, r.dlen, rng, bits), proto,
                 sport, dport)
            if f in seen:
                if len(pool) == 1 or rng.random() < 0.02:
                    f = (rng.getrandbits(bits), f[1], proto, rng.randrange(65536), dport)
                    if f in seen:
                        continue
                else:
                    continue
            seen.add(f)
            out.append((f, r.free()))
        return out
    return draw


def exact(n, seed=7):
    """n services: exact destination address, protocol and port (one mask), then a default."""
    rng = random.Random(seed)
    keys = set()
    while len(keys) < n:
        keys.add((0x0B000000 | rng.getrandbits(16), rng.choice((TCP, UDP)), rng.randrange(1, 65536)))
    rules = [Rule(1000, dip=d, dlen=32, proto=p, dport=dp, out=2 + (i % 4 == 3))
             for i, (d, p, dp) in enumerate(sorted(keys))]
    return Ruleset("exact%s" % short(n), rules, ["priority=1,actions=output:2"],
                   flows_hitting(rules))


def short(n):
    return "%dk" % (n // 1000) if n >= 1000 and n % 1000 == 0 else str(n)


_SRC = ((0, 22), (8, 3), (12, 2), (16, 12), (20, 5), (22, 3), (24, 22), (26, 3), (28, 5), (32, 23))
_DST = ((0, 5), (12, 2), (16, 10), (18, 3), (20, 4), (23, 3), (24, 23), (27, 5), (30, 3), (32, 42))
_SERVICE = (80, 443, 22, 25, 53, 123, 161, 389, 445, 1433, 3306, 3389, 5060, 8080, 8443)


def _pick(table, rng):
    return rng.choices([v for v, _ in table], [w for _, w in table])[0]


def acl(n, masks=None, seed=11):
    """A ClassBench-like access list: nested prefixes, skewed lengths, services, unique priorities.

    masks bounds the distinct (lengths, fields) combinations: 32 up to 1k rules, else 64.
    """
    rng = random.Random(seed)
    masks = masks or (32 if n <= 1000 else 64)
    nets = [rng.getrandbits(32) & 0xFFFF0000 for _ in range(24)]
    subs = [net | rng.getrandbits(8) << 8 for net in nets for _ in range(20)]

    def address(length):
        if length == 0:
            return 0
        base = rng.choice(subs) if length > 16 else rng.choice(nets)
        if length > 24:
            base |= rng.getrandbits(8)
        return base & (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF

    shapes = []                            # the distinct masks, most used first
    while len(shapes) < masks:
        with_proto = rng.random() < 0.88
        shape = (_pick(_SRC, rng), _pick(_DST, rng), with_proto,
                 with_proto and rng.random() < 0.08, with_proto and rng.random() < 0.65)
        if shape not in shapes and shape[0] + shape[1] >= (20 if shape[4] else 32):
            shapes.append(shape)           # and no rule that swallows everything
    weights = [1.0 / (i + 1) ** 0.7 for i in range(masks)]

    rules, seen = [], set()
    top = min(60000, n + 1000)
    while len(rules) < n:
        slen, dlen, with_proto, with_sport, with_dport = rng.choices(shapes, weights)[0]
        proto = sport = dport = None
        if with_proto:
            proto = TCP if rng.random() < 0.7 else UDP
            if not with_sport and not with_dport and rng.random() < 0.1:
                proto = ICMP
        if with_dport:
            dport = rng.choice(_SERVICE) if rng.random() < 0.7 else rng.randrange(1, 65536)
        if with_sport:
            sport = rng.choice(_SERVICE)
        key = (address(slen), slen, address(dlen), dlen, proto, sport, dport)
        if key in seen:
            continue
        seen.add(key)
        prio = top - len(rules) % (top - 2)
        rules.append(Rule(prio, key[0], slen, key[2], dlen, proto, sport, dport,
                          out=2 + (rng.random() < 0.3)))
    name = "acl%s%s" % (short(n), "-m%d" % masks if masks not in (32, 64) else "")
    return Ruleset(name, rules, ["priority=1,actions=output:2"], flows_hitting(rules))


def acl6(n, masks=None, seed=11):
    """The same list as acl(), over IPv6."""
    four = acl(n, masks, seed)
    rules = list({(r.mask(), r.sip, r.dip, r.proto, r.sport, r.dport): r
                  for r in (r.to6() for r in four.rules)}.values())
    return Ruleset(four.name.replace("acl", "acl6-"), rules, ["priority=1,actions=output:2"],
                   flows_hitting(rules), family=6)


BAIT = (0x0A00000A, 0x0B000001, TCP, 12345, 40856)


def attacked(n=1000):
    """An access list below three rules that an attacker knows: one host, one source port, one service.

    The other traffic differs from them in the first bit, so that it needs few masks by itself.
    """
    base = acl(n)
    bait = [Rule(65003, sip=BAIT[0], slen=32), Rule(65002, proto=TCP, sport=BAIT[3]),
            Rule(65001, proto=TCP, dport=BAIT[4])]

    def draw(count, rng, free_bits=0):
        pairs = []
        while len(pairs) < count:
            pairs += [p for p in base.draw(count, rng, free_bits)
                      if p[0][0] >> 31 and p[0][3] >> 15 and not p[0][4] >> 15]
        return pairs[:count]
    return Ruleset("attacked" + short(n), bait + base.rules, base.extra, draw)


def explosion():
    """Flows that differ from BAIT at every combination of first bits: one mask each in a switch that
    derives its masks from what it has seen (the tuple space explosion attack)."""
    return [(BAIT[0] ^ 1 << a, BAIT[1], TCP, BAIT[3] ^ 1 << b, BAIT[4] ^ 1 << c)
            for a in range(32) for b in range(16) for c in range(16)]


def five_tables(seed=5):
    """Port ACL, VLAN, MAC, IP ACL, egress: 64, 64, 1k, 1k and 4 rules; the traffic passes all five."""
    rng = random.Random(seed)
    out = ["table=0,priority=100,in_port=1,dl_src=02:00:00:00:00:01,actions=goto_table:1"]
    out += ["table=0,priority=90,in_port=%d,dl_src=06:00:00:00:00:%02x,actions=goto_table:1" % (2 + i % 2, i)
            for i in range(63)]
    out += ["table=1,priority=10,in_port=1,vlan_tci=0,actions=write_metadata:0x64/0xfff,goto_table:2"]
    out += ["table=1,priority=10,in_port=1,dl_vlan=%d,actions=write_metadata:0x%x/0xfff,goto_table:2"
            % (i, i) for i in range(101, 164)]
    out += ["table=2,priority=10,metadata=0x64/0xfff,dl_dst=02:00:00:00:00:02,"
            "actions=write_metadata:0x20000/0xff0000,goto_table:3"]
    out += ["table=2,priority=10,metadata=0x64/0xfff,dl_dst=02:11:00:00:%02x:%02x,"
            "actions=write_metadata:0x%x0000/0xff0000,goto_table:3" % (i >> 8, i & 255, 2 + i % 2)
            for i in range(999)]
    lists = acl(1000, seed=rng.randrange(1000))
    out += ["table=3," + r.text().split(",actions=")[0] + ",actions=goto_table:4" for r in lists.rules]
    out += ["table=3,priority=1,actions=goto_table:4"]
    out += ["table=4,priority=10,metadata=0x%x0000/0xff0000,actions=output:%d" % (p, p) for p in (2, 3)]
    return Ruleset("tables5", text=out, draw=lists.draw)


def normal():
    return Ruleset("normal", text=["priority=0,actions=NORMAL"])


def vlan(kind):
    """L2 switching with VLANs: from an access port to a trunk, the reverse, or trunk to trunk."""
    ports = {"access-trunk": {1: ("access", 100), 2: ("trunk", 100)},
             "trunk-access": {1: ("trunk", 100), 2: ("access", 100)},
             "trunk-trunk": {1: ("trunk", 100), 2: ("trunk", 100)}}[kind]
    return Ruleset("vlan-" + kind, text=["priority=0,actions=NORMAL"], vlan=ports)


def one_rule():
    return Ruleset("of1", text=["priority=1,in_port=1,actions=output:2"])


def pair():
    return Ruleset("of-pair", text=["priority=1,in_port=1,actions=output:2",
                                    "priority=1,in_port=2,actions=output:1"])


def none():
    return Ruleset("none")
