#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Flows that change under frames: barriers and bundles as the frames see them."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import socket
import struct
import threading

from heddle_test import *    # noqa: F403

FLOW_MOD, BARRIER, BARRIER_REPLY, BUNDLE_CONTROL, BUNDLE_ADD = 14, 20, 21, 33, 34
OPEN, COMMIT, COMMIT_REPLY = 0, 4, 5
BOTH = 3    # atomic, ordered


class Peer:
    """A controller that speaks 1.4 in bytes."""

    def __init__(self, switch):
        self.socket, self.data, self.xid = socket.socket(socket.AF_UNIX), b"", 1
        self.socket.settimeout(20)
        self.socket.connect(os.path.join(switch.run_dir, "of.sock"))
        self.send(0)

    def message(self, kind, body=b""):
        self.xid += 1
        return struct.pack("!BBHI", 5, kind, 8 + len(body), self.xid) + body

    def send(self, kind, body=b""):
        self.socket.sendall(self.message(kind, body))

    def expect(self, kind):
        while True:
            while len(self.data) < 8 or len(self.data) < struct.unpack("!H", self.data[2:4])[0]:
                got = self.socket.recv(65536)
                check(got, "the switch closed the connection")
                self.data += got
            size, = struct.unpack("!H", self.data[2:4])
            whole, self.data = self.data[:size], self.data[size:]
            check(whole[1] != 1, f"error {whole[8:12].hex()}")
            if whole[1] == kind:
                return whole

    def barrier(self):
        self.send(BARRIER)
        self.expect(BARRIER_REPLY)

    def bundle(self, number, *bodies):
        """Flow-mods in one bundle, committed."""
        self.send(BUNDLE_CONTROL, struct.pack("!IHH", number, OPEN, BOTH))
        for body in bodies:
            inner = struct.pack("!BBHI", 5, FLOW_MOD, 8 + len(body), self.xid + 1) + body
            self.send(BUNDLE_ADD, struct.pack("!IHH", number, 0, BOTH) + inner)
        self.send(BUNDLE_CONTROL, struct.pack("!IHH", number, COMMIT, BOTH))
        while struct.unpack("!H", self.expect(BUNDLE_CONTROL)[12:14])[0] != COMMIT_REPLY:
            pass


def output(port):
    return struct.pack("!HHIH6x", 0, 16, port, 0)


def set_mac(field, mac):
    """OFPAT_SET_FIELD of eth_dst (3) or eth_src (4)."""
    return struct.pack("!HHHBB6s2x", 25, 16, 0x8000, field << 1, 6, mac)


def flow(table, in_port, actions, goto=None, priority=100, eth_type=None):
    """The body of an OFPFC_ADD."""
    oxm = struct.pack("!HBBI", 0x8000, 0, 4, in_port)
    if eth_type is not None:
        oxm += struct.pack("!HBBH", 0x8000, 5 << 1, 2, eth_type)
    match = struct.pack("!HH", 1, 4 + len(oxm)) + oxm
    match += bytes(-len(match) % 8)
    instructions = struct.pack("!HH4x", 4, 8 + len(actions)) + actions
    if goto is not None:
        instructions += struct.pack("!HHB3x", 1, 8, goto)
    return struct.pack("!QQBBHHHIIIHH", 0, 0, table, 0, 0, 0, priority, 0xffffffff, 0xffffffff, 0xffffffff, 0,
                       0) + match + instructions


class Flood:
    """Frames from a host as fast as they go, until it ends."""

    def __init__(self, t, host):
        self.raw, self.over = host.raw(), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        t.defer(self.end)

    def _run(self):
        frame = eth("02:00:00:00:00:99", "02:00:00:00:00:98", 0x0800)
        while not self.over.is_set():
            for _ in range(50):
                self.raw.send(frame)

    def end(self):
        self.over.set()
        self.thread.join()


def scene(t, n):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure")
    return switch, [switch.connect(net, f"h{i}") for i in range(1, n + 1)]


@test("a frame sent right behind the barrier's reply meets what the barrier covers, under load")
def _(t):
    switch, hosts = scene(t, 4)
    peer, churn = Peer(switch), Peer(switch)
    raws = [host.raw() for host in hosts]
    peer.send(FLOW_MOD, flow(0, 4, b""))
    Flood(t, hosts[3])
    for i in range(200):
        # Another controller's changes, in the same table, before and behind.
        churn.socket.sendall(b"".join(churn.message(FLOW_MOD, flow(0, 1000 + k, output(2))) for k in range(20)))
        to = 1 + i % 2
        peer.send(FLOW_MOD, flow(0, 1, output(to + 1), eth_type=0x9000))
        peer.barrier()
        frame = eth(f"02:00:00:00:00:{i:02x}", "02:00:00:00:01:01", 0x9000)
        raws[0].send(frame)
        raws[to].expect(f"frame {i} on port {to + 1}", lambda got: got[:14] == frame[:14])
    churn.barrier()


@test("a frame meets one bundle from its first table to its last, and none is lost in between")
def _(t):
    switch, (a, b) = scene(t, 2)
    peer = Peer(switch)
    source, sink = a.raw(), b.raw()

    def generation(g):
        mac = struct.pack("!HI", 0x0200, g)
        peer.bundle(g, flow(0, 1, set_mac(3, mac), goto=1), flow(1, 1, set_mac(4, mac) + output(2)))

    generation(1)
    got, over = [], threading.Event()

    def send():
        frame = eth("02:00:00:00:00:02", "02:00:00:00:00:01", 0x9000)
        while not over.is_set():
            source.send(frame)

    def receive():
        while (frame := sink.receive(1.0)) is not None or not over.is_set():
            if frame is not None and frame[12:14] == b"\x90\x00":
                got.append(frame[:12])

    threads = [threading.Thread(target=f, daemon=True) for f in (receive, send)]
    for thread in threads:
        thread.start()
    for g in range(2, 150):
        generation(g)
    over.set()
    for thread in reversed(threads):
        thread.join()
    mixed = [m for m in got if m[:6] != m[6:]]
    equal(mixed, [], "frames that met two bundles")
    # What a busy machine's rings did not take (rx_missed) is no frame that the tables lost.
    counters = switch.counters("h1")
    equal(counters["drops"], {}, "drops")
    equal(counters["forwarded"], counters["rx_packets"], "frames that were forwarded")
    equal(len(got), counters["forwarded"], "frames that arrived")
    check(len(set(got)) > 20, f"frames met {len(set(got))} bundles only")


def untimed(flows):
    return [re.sub("duration=[^,]*, ", "", f) for f in flows]


@test("a bundle of which one message fails is never seen")
def _(t):
    switch, _ = scene(t, 2)
    switch.ofctl("add-flow", "priority=10,in_port=1,actions=output:2")
    switch.ofctl("add-flow", "priority=10,in_port=2,actions=output:1")
    before = switch.flows()
    path = os.path.join(t.dir, "flows")
    with open(path, "w") as f:
        f.write("delete\nadd in_port=1,actions=drop\nadd in_port=2,actions=output:77\n")
    tried = run(["ovs-ofctl", "-O", "OpenFlow14", "--bundle", "add-flows", switch.of, path], ok=False)
    check("BAD_OUT_PORT" in tried.stderr, f"no such error: {tried.stderr}")
    equal(untimed(switch.flows()), untimed(before), "flows")
    with open(path, "w") as f:
        f.write("delete\nadd in_port=1,actions=drop\n")
    run(["ovs-ofctl", "-O", "OpenFlow14", "--bundle", "add-flows", switch.of, path])
    equal(len(switch.flows()), 1, "flows")


main()
