#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Access, trunk and native VLANs in NORMAL, as tags on the wire; forged and double tags.

     ha, hb  access 10        hc  access 20
     ht      trunk 10;20;30-40, native 10        hu  trunk 20
     hn      no VLAN options: every VLAN passes as it is
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
from heddle_test import *    # noqa: F403

ALL = "ff:ff:ff:ff:ff:ff"
KIND = 0x88B5       # an ethertype for experiments


class Scene:
    def __init__(self, t):
        net = Net(t)
        self.switch = Switch(t, net)
        specs = {"ha": ",vlan=10", "hb": ",vlan=10", "hc": ",vlan=20", "ht": ",trunk=10;20;30-40,native=10",
                 "hu": ",trunk=20", "hn": ""}
        self.hosts = {name: self.switch.connect(net, name, spec) for name, spec in specs.items()}
        self.raw = {name: host.raw() for name, host in self.hosts.items()}
        for raw in self.raw.values():
            t.defer(raw.close)
        self.count = 0

    def send(self, name, tags=b"", dst=ALL, src=None):
        """A frame with a mark of its own from that host; the mark."""
        self.count += 1
        mark = b"mark-%04d." % self.count
        self.raw[name].send(eth(dst, src or self.hosts[name].mac, KIND, mark, tags))
        return mark

    def seen(self, mark, sender):
        """{host: [VIDs of its tags]} of where the frame with the mark arrived.

        A second frame of the same sender that everybody gets would prove nothing; so wait for
        the switch to have counted the frame, then for the links to be quiet.
        """
        result = {}
        for name, raw in self.raw.items():
            if name == sender:
                continue
            for frame in raw.drain(0.15):
                if mark in frame:
                    tags, bare = untag(frame)
                    check(bare[12:14] == KIND.to_bytes(2, "big"), f"{name} got a mangled frame {frame.hex()}")
                    check(name not in result, f"{name} got the frame twice")
                    result[name] = [vid for _, vid, _ in tags]
        return result

    def goes(self, sender, wanted, tags=b"", dst=ALL):
        mark = self.send(sender, tags, dst)
        equal(self.seen(mark, sender), wanted, f"who got the frame of {sender} with tags {tags.hex() or 'none'}")


@test("untagged broadcasts stay in their access VLAN and are tagged on trunks")
def _(t):
    s = Scene(t)
    s.goes("ha", {"hb": [], "ht": [], "hn": [10]})
    s.goes("hc", {"ht": [20], "hu": [20], "hn": [20]})


@test("a trunk's tagged frames reach access ports without tag; its untagged ones are native")
def _(t):
    s = Scene(t)
    s.goes("ht", {"ha": [], "hb": [], "hn": [10]}, vlan(10))
    s.goes("ht", {"hc": [], "hu": [20], "hn": [20]}, vlan(20))
    s.goes("ht", {"hn": [35]}, vlan(35))
    s.goes("ht", {"ha": [], "hb": [], "hn": [10]})


@test("VLANs that a trunk does not carry do not pass, in or out")
def _(t):
    s = Scene(t)
    before = s.switch.dropped("hu", "vlan_filtered")
    s.goes("hu", {}, vlan(10))
    s.goes("hu", {}, vlan(30))
    s.goes("hu", {})                            # untagged, and it has no native VLAN
    s.goes("ht", {}, vlan(41))
    equal(s.switch.dropped("hu", "vlan_filtered"), before + 3, "drops")


@test("forged tags of an access port reach nobody, single and double, of its VLAN and others")
def _(t):
    s = Scene(t)
    for tags in (vlan(10), vlan(20), vlan(20) + vlan(10), vlan(10) + vlan(20), vlan(20, tpid=0x88A8) + vlan(20),
                 vlan(4095), vlan(1)):
        before = s.switch.dropped("ha", "vlan_filtered")
        mark = s.send("ha", tags)
        got = s.seen(mark, "ha")
        # 0x88a8 is no 802.1Q tag here: such a frame is an ordinary one of VLAN 10.
        wanted = {"hb", "ht", "hn"} if tags[:2] == b"\x88\xa8" else set()
        check(set(got) <= wanted, f"tags {tags.hex()} of an access port in VLAN 10 reached {got}")
        if not got:
            check(s.switch.dropped("ha", "vlan_filtered") == before + 1, f"the drop of tags {tags.hex()} has another name")
    check("hc" not in got and "hu" not in got, f"{got}")


@test("a priority tag (VID 0) counts as untagged")
def _(t):
    s = Scene(t)
    mark = s.send("ha", vlan(0, 5))
    got = s.seen(mark, "ha")
    equal({n: [v for v in vids if v] for n, vids in got.items()}, {"hb": [], "ht": [], "hn": [10]}, "who got it")


@test("a priority tag hides no other tag: the frame gets into no VLAN by it")
def _(t):
    s = Scene(t)
    for sender in ("ha", "ht"):
        got = s.seen(s.send(sender, vlan(0, 3) + vlan(20)), sender)
        equal({n: vids for n, vids in got.items() if vids[:1] == [20]}, {}, f"frames of {sender} that look like VLAN 20")


@test("a double-tagged frame on a trunk loses only its outer tag at an access port")
def _(t):
    s = Scene(t)
    s.goes("ht", {"hc": [777], "hu": [20, 777], "hn": [20, 777]}, vlan(20) + vlan(777))


@test("unicast: learned per VLAN, so the same address lives in two VLANs")
def _(t):
    s = Scene(t)
    mac = "52:54:00:77:77:77"
    s.raw["hb"].send(eth(ALL, mac, KIND, b"here in 10"))
    s.raw["hc"].send(eth(ALL, mac, KIND, b"here in 20"))
    wait_for("both are learned", lambda: {(m["vlan"], m["port"]) for m in s.switch.get("/v1/macs") if m["mac"] == mac} ==
             {(10, "hb"), (20, "hc")})
    for raw in s.raw.values():
        raw.drain(0.1)
    s.goes("ha", {"hb": []}, dst=mac)
    s.goes("ht", {"hc": []}, vlan(20), dst=mac)
    s.goes("ht", {"hb": []}, vlan(10), dst=mac)
    # A known address of another VLAN is no way into it.
    s.goes("hu", {"hc": []}, vlan(20), dst=mac)


@test("a frame to a station of another VLAN floods its own VLAN and goes nowhere else")
def _(t):
    s = Scene(t)
    s.raw["hc"].send(eth(ALL, s.hosts["hc"].mac, KIND, b"hello"))
    wait_for("learned", lambda: any(m["mac"] == s.hosts["hc"].mac for m in s.switch.get("/v1/macs")))
    for raw in s.raw.values():
        raw.drain(0.1)
    s.goes("ha", {"hb": [], "ht": [], "hn": [10]}, dst=s.hosts["hc"].mac)


@test("VLAN settings change on a running port, at once and in both directions")
def _(t):
    s = Scene(t)
    s.switch.set_port("hb", vlan=20)
    s.goes("ha", {"ht": [], "hn": [10]})
    s.goes("hb", {"hc": [], "ht": [20], "hu": [20], "hn": [20]})
    s.switch.set_port("hb", vlan=None, trunk="10;20", native=None)
    s.goes("ha", {"hb": [10], "ht": [], "hn": [10]})
    s.switch.set_port("hb", vlan=None, trunk=None, native=None)
    equal(s.switch.port("hb")["vlan"]["mode"], "none", "mode")
    s.goes("hb", {"hc": [], "ht": [20], "hu": [20], "hn": [20]}, vlan(20))


@test("link-local protocol addresses are not forwarded by NORMAL")
def _(t):
    s = Scene(t)
    s.goes("ha", {}, dst="01:80:c2:00:00:00")
    check(s.switch.dropped("ha", "reserved_address") == 1, "not under its name")


@test("the priority of a tag survives from trunk to trunk")
def _(t):
    s = Scene(t)
    s.send("ht", vlan(20, 6))
    frame = s.raw["hu"].expect("the frame", lambda f: b"mark-" in f)
    equal(untag(frame)[0], [(0x8100, 20, 6)], "tag")


main()
