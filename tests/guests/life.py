#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Guests come, reboot and go; the switch dies and comes back under them."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
from heddle_test import *    # noqa: F403


def scene(t, rings="packed=on", **options):
    """Guest a is client of the switch's socket, b makes its own and has two queue pairs."""
    switch = Switch(t, args=["--dpid", "00000000000000f2"], state=True, ports=[
        f"a,vhost-user:{t.path('a.sock')},vlan=10,ofport=11",
        f"b,vhost-user:{t.path('b.sock')},client,vlan=10,queues=2,ofport=12"], **options)
    a = Guest(t, "a", t.path("a.sock"), "10.0.0.1")
    b = Guest(t, "b", t.path("b.sock"), "10.0.0.2", server=True, queues=2, cpus=2, net_opts=rings)
    Guest.boot(a, b)
    return switch, a, b


@test("guests in both socket roles reach each other; one reboots and keeps port, number and counters")
def _(t):
    switch, a, b = scene(t)
    a.must_ping("10.0.0.2")
    check("ring_packed" in switch.port("b")["features"], f"b negotiated {switch.port('b')['features']}")
    check("ring_packed" not in switch.port("a")["features"], f"a negotiated {switch.port('a')['features']}")
    for guest, name in ((a, "a"), (b, "b")):
        before = switch.port(name)
        guest.kill()
        switch.wait_link(name, "down")
        other = "10.0.0.2" if guest is b else "10.0.0.1"
        (a if guest is b else b).must_not_ping(other)
        guest.start()
        switch.wait_link(name)
        a.must_ping("10.0.0.2")
        now = switch.port(name)
        equal((now["ofport"], now["vlan"]), (before["ofport"], before["vlan"]), f"number and VLAN of {name}")
        for key in ("rx_packets", "tx_packets", "rx_bytes"):
            check(now["counters"][key] > before["counters"][key], f"{key} of {name} began anew")


@test("a guest's driver is unbound and bound again; frames flow")
def _(t):
    switch, a, b = scene(t)
    a.must_ping("10.0.0.2")
    a.run("echo virtio0 > /sys/bus/virtio/drivers/virtio_net/unbind")
    switch.wait_link("a", "down")
    b.must_not_ping("10.0.0.1")
    a.run("echo virtio0 > /sys/bus/virtio/drivers/virtio_net/bind; sleep 0.5; ip link set eth0 up; ip addr add 10.0.0.1/24 dev eth0")
    switch.wait_link("a")
    a.must_ping("10.0.0.2")


@test("the switch is killed and starts again: both guests come back by themselves")
def _(t):
    # Of packed rings QEMU cannot say where a killed switch was in them; that is only in split rings.
    switch, a, b = scene(t, rings="packed=off")
    a.must_ping("10.0.0.2")
    for _ in range(2):
        switch.kill()
        a.must_not_ping("10.0.0.2")
        switch.start()
        switch.wait_link("a", timeout=30)
        switch.wait_link("b", timeout=30)
        a.must_ping("10.0.0.2", tries=15)
        equal((switch.port("a")["ofport"], switch.port("b")["ofport"]), (11, 12), "numbers")
        equal(switch.port("a")["vlan"]["access"], 10, "VLAN")


@test("the MTU that a port has is the MTU that the guest's jumbo frames pass with")
def _(t):
    switch, a, b = scene(t)
    for name in ("a", "b"):
        switch.set_port(name, mtu=9000)
    for guest in (a, b):
        guest.run("ip link set eth0 mtu 9000")
    a.must_ping("10.0.0.2", options="-s 8972")
    b.must_ping("10.0.0.1", options="-s 8972")
    equal(a.text("awk '/^Ip: [0-9]/ {print $19}' /proc/net/snmp"), "0", "fragments that a made")


@test("both queue pairs of a guest carry frames")
def _(t):
    switch, a, b = scene(t)
    a.must_ping("10.0.0.2")
    # Linux sends on the queue of the processor that it runs on.
    b.run("for mask in 1 2; do taskset $mask ping -c 3 -i 0.2 10.0.0.1; done")
    queues = {q["queue"]: q["packets"] for lcore in switch.get("/v1/lcores") for q in lcore["rxqs"] if q["port"] == "b"}
    check(len(queues) == 2 and all(queues.values()), f"frames by queue: {queues}")


main()
