# SPDX-License-Identifier: Apache-2.0
"""What the system tests share. A test file:

    from heddle_test import Net, Switch, main, test

    @test("two hosts reach each other through the switch")
    def _(t):
        net = Net(t)
        switch = Switch(t, net=net)
        a, b = net.host("a"), net.host("b")
        …
    main()

`t` is the running test: it has a folder of its own (t.dir), undoes what t.defer() names when the
test ends, whatever way it ends, and skips with t.skip(reason).
"""
from .case import Failure, check, equal, main, run, test, wait_for
from .certificates import Authority
from .frames import (BROADCAST, arp, checksum, eth, icmp_echo, ip4, mac_bytes, tcp, udp, untag, vlan)
from .guest import Guest, ready_image
from .net import Host, Net, RawSocket, Stream, transfer
from .ovs import Ovs
from .switch import ROOT, Controller, Refused, Switch, heddle, program
from .testpmd import Testpmd

__all__ = [name for name in dir() if not name.startswith("_")]
