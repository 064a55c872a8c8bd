#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
The LOCAL port: the host itself on its switch.

    host ── br0 (tap, OFPP_LOCAL) ── heddled ── h1 ── guest
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
from heddle_test import *    # noqa: F403


@test("the host reaches a guest by the LOCAL port, and flows know it by its name")
def _(t):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure", ports=["br0,tap:br0,ofport=local"])
    guest = switch.connect(net, "h1", ip="10.0.0.1")
    run(net.enter() + ["ip", "addr", "add", "10.0.0.9/24", "dev", "br0"])
    run(net.enter() + ["ip", "link", "set", "br0", "up"])
    guest.must_not_ping("10.0.0.9")
    switch.heddle("flow", "add", "in_port=1,actions=LOCAL", "in_port=LOCAL,actions=output:1")
    guest.must_ping("10.0.0.9", tries=20)
    check("LOCAL(br0)" in switch.ofctl("show").stdout, "ovs-ofctl does not show it")
    shown = switch.ofctl("dump-flows").stdout
    check("in_port=LOCAL" in shown and "actions=LOCAL" in shown, shown)
    check("LOCAL" in switch.heddle("port", "show").stdout, "heddle port show does not")
    switch.heddle("flow", "del")
    switch.heddle("flow", "add", "actions=NORMAL")
    guest.must_ping("10.0.0.9", tries=20)
    check(any(m["port"] == "br0" for m in switch.get("/v1/macs")), "the host's address was not learned")


main()
