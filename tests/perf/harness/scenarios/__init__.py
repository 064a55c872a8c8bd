# SPDX-License-Identifier: Apache-2.0
"""The catalogue of scenarios, by name."""

from .. import rules
from ..systems import Heddled, Ovs
from ..traffic import Traffic
from .base import testpmd_io
from .control import FlowMods, Memory, PortAdd, Restart, Upcalls
from .load import Churn, Explosion, FirstPacket, Idle
from .p2p import P2P, Instructions
from .vhost import Pair, Uplink

ONE, ONE_K, TEN_K, HUNDRED_K = Traffic(1), Traffic(1000), Traffic(10000), Traffic(100000)
ZIPF, IMIX = Traffic(200000, dist="zipf"), Traffic(10002, "imix")
L2_10K, L2_100K = Traffic(10000, stations=10000), Traffic(100000, stations=100000)
FLOWS = (("1k", ONE_K), ("10k", TEN_K), ("100k", HUNDRED_K), ("zipf", ZIPF),
         ("fresh", Traffic(10000, fresh=True)))


def packets():
    """From a vdev source to a sink."""
    for flows, tr in (("1", ONE), ("10k", TEN_K), ("100k", HUNDRED_K), ("zipf", ZIPF), ("imix", IMIX)):
        yield P2P("p2p-normal-" + flows, rules.normal, tr)
        yield P2P("p2p-of1-" + flows, rules.one_rule, tr)
    for flows, n in (("10k", 10000), ("100k", 100000)):
        yield P2P("p2p-few-" + flows, rules.normal, Traffic(n, stations=8),
                  about="learning switch, %s flows between 8 stations a side" % flows)
    yield P2P("p2p-l2-10k", rules.normal, L2_10K, about="learning switch, 10k stations")
    yield P2P("p2p-l2-100k", rules.normal, L2_100K, about="learning switch, 100k stations")
    yield P2P("p2p-vlan-push", lambda: rules.vlan("access-trunk"), TEN_K)
    yield P2P("p2p-vlan-pop", lambda: rules.vlan("trunk-access"), Traffic(10000, 68, vlan=100))
    yield P2P("p2p-vlan-pass", lambda: rules.vlan("trunk-trunk"), Traffic(10000, 68, vlan=100))
    for name, make in (("exact1k", lambda: rules.exact(1000)), ("acl1k", lambda: rules.acl(1000)),
                       ("acl10k", lambda: rules.acl(10000)),
                       ("acl10k-m400", lambda: rules.acl(10000, 400)),
                       ("acl6-10k", lambda: rules.acl6(10000)),
                       ("acl100k", lambda: rules.acl(100000))):
        for flows, tr in FLOWS:
            yield P2P("p2p-%s-%s" % (name, flows), make, tr, about="one core, %s flows" % flows)
    yield P2P("p2p-tables5-10k", rules.five_tables, TEN_K,
              about="five tables: port ACL, VLAN, MAC, IP ACL, egress; 10k flows")


def sources():
    """One rule and different sources: what the source itself costs."""
    for name, dev, tr in (("null", "net_null2,size=60", ONE),
                          ("null-copy", "net_null2,size=60,copy=1", ONE),
                          ("pcap-1", "pcap", ONE), ("pcap-10k", "pcap", TEN_K),
                          ("flowgen-1", "flowgen", ONE), ("flowgen-10k", "flowgen", TEN_K),
                          ("flowgen-100k", "flowgen", HUNDRED_K)):
        yield P2P("gen-" + name, rules.one_rule, tr, source=dev, about="compare sources: " + dev)


def guests():
    """Between guests, and between a guest and an uplink."""
    for name, make, about, kw in (
            ("of-64", rules.pair, "closed loop, 512 packets", {}),
            ("of-64-packed", rules.pair, "closed loop, packed ring", {"ring": "packed"}),
            ("of-512", rules.pair, "closed loop, 512 B", {"size": 512}),
            ("of-1518", rules.pair, "closed loop, 1518 B", {"size": 1518}),
            ("of-9000", rules.pair, "closed loop, 9000 B", {"size": 9018, "mtu": 9000}),
            ("normal-64", rules.normal, "closed loop, learning switch", {"mode": "mac"}),
            ("normal-64-packed", rules.normal, "closed loop, learning switch, packed ring",
             {"mode": "mac", "ring": "packed"}),
            ("normal-1518", rules.normal, "closed loop, learning switch, 1518 B",
             {"mode": "mac", "size": 1518}),
            ("flowgen", rules.pair, "open loop, 10k flows", {"mode": "flowgen", "flows": 10000})):
        yield Pair("v2v-" + name, make, about, **kw)
    yield Pair("v2v-tso-64k", rules.pair, "closed loop, TSO frames of 64 KB", tso=True, size=64004,
               burst=8, bursts=4, makers=[testpmd_io, Ovs, Heddled])
    for ring in ("split", "packed"):
        yield Pair("v2v-latency-" + ring, rules.pair,
                   "ping-pong: 2 packets in flight, %s ring" % ring,
                   latency=True, ring=ring, burst=1, bursts=1)
    for size, tr in (("64", Traffic(1000)), ("imix", IMIX)):
        yield Uplink("u2v-" + size, rules.one_rule, tr, True)
        yield Uplink("v2u-" + size, rules.one_rule, tr, False)


def instructions():
    """Under callgrind."""
    for name, make, tr in (("of1-1", rules.one_rule, ONE), ("normal-1", rules.normal, ONE),
                           ("normal-10k", rules.normal, TEN_K), ("l2-10k", rules.normal, L2_10K),
                           ("vlan-push", lambda: rules.vlan("access-trunk"), ONE),
                           ("exact1k-10k", lambda: rules.exact(1000), TEN_K),
                           ("acl1k-1k", lambda: rules.acl(1000), ONE_K),
                           ("acl1k-10k", lambda: rules.acl(1000), TEN_K),
                           ("acl10k-10k", lambda: rules.acl(10000), TEN_K)):
        yield Instructions("instr-" + name, make, tr, [testpmd_io, Ovs, Heddled],
                           about="instructions per packet (callgrind)")


def management():
    """Rates, times and memory outside of forwarding, and what they do to it."""
    yield Explosion()
    yield FirstPacket()
    yield Churn()
    yield Idle()
    for n in (1000, 10000, 100000):
        yield FlowMods(n)
    for n in (1000, 10000):
        yield Upcalls(n)
    yield PortAdd()
    yield Restart()
    yield Memory()


def catalogue():
    return {s.name: s for make in (packets, sources, guests, instructions, management)
            for s in make()}
