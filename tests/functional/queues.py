#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Queues of ports: rates that hold, guarantees, counters, change under traffic.

    host ha ── af_packet:ha │ heddled │ af_packet:hb (rate, queues) ── host hb

Rates are taken from the switch's own counters and clock, as it tells controllers.
"""
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
from heddle_test import *    # noqa: F403
from heddle_test.switch import Refused

DST, SRC = "52:54:00:00:99:02", "52:54:00:00:99:01"
SIZE = 1400


class Flood:
    """Frames of several UDP destination ports in turn, at about `rate` bit/s altogether."""

    def __init__(self, t, source, ports=(1,), rate=30e6):
        self.raw, self.rate, self.sent, self.over = source.raw(), rate, 0, threading.Event()
        self.frames = [eth(DST, SRC, 0x0800, udp("10.0.0.1", "10.0.0.2", 7, port, b"x" * (SIZE - 42))) for port in ports]
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        t.defer(self.stop)

    def _run(self):
        start = time.monotonic()
        while not self.over.is_set():
            behind = (time.monotonic() - start) * self.rate / 8 / SIZE - self.sent
            if behind > 500:        # the machine was away
                start = time.monotonic() - self.sent * 8 * SIZE / self.rate
            for _ in range(max(0, min(int(behind), 64))):
                self.raw.send(self.frames[self.sent % len(self.frames)])
                self.sent += 1
            time.sleep(0.001)

    def stop(self):
        self.over.set()
        self.thread.join()
        self.raw.close()


def wire(t, egress="", flows=("in_port=1,actions=output:2",), between=False, **options):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure", **options)
    a = switch.connect(net, "ha", ",ofport=1")
    if between:         # the ports' lcores are chosen in turn
        switch.add_port("y,dev:net_null1,no-rx=1,ofport=12")
    b = switch.connect(net, "hb", f",ofport=2{egress}")
    for flow in flows:
        switch.ofctl("add-flow", flow, version="OpenFlow10" if "enqueue" in flow else "OpenFlow13")
    return switch, a, b


def queue_stats(switch, queue, port=2):
    """(packets, bytes, errors, seconds) of a queue, as the switch counts and times them."""
    out = switch.ofctl("queue-stats", str(port), str(queue)).stdout
    found = re.search(r"bytes=(\d+), pkts=(\d+), errors=(\d+), duration=([\d.]+)s", out)
    check(found, f"no statistics of queue {queue}: {out}")
    return int(found[2]), int(found[1]), int(found[3]), float(found[4])


def rates(switch, queues, seconds=3):
    """The rate of each queue in bit/s, over some seconds of the switch's clock."""
    before = {q: queue_stats(switch, q) for q in queues}
    wait_for("time passes", lambda: queue_stats(switch, queues[0])[3] > before[queues[0]][3] + seconds, seconds + 20)
    after = {q: queue_stats(switch, q) for q in queues}
    return {q: (after[q][1] - before[q][1]) * 8 / (after[q][3] - before[q][3]) for q in queues}


def near(what, value, wanted, part=0.05):
    check(wanted * (1 - part) <= value <= wanted * (1 + part), f"{what}: {value:.0f} where {wanted:.0f} is due")


def empty(switch, port="hb"):
    """Waits until nothing waits any more: the ledger of the sender adds up."""
    wait_for("queues are empty", lambda: not switch.ledger_faults(), 20)


@test("a port's rate is held within 5 %, and what is too much is dropped by name")
def _(t):
    switch, a, _ = wire(t, ",rate=8M")
    flood = Flood(t, a)
    wait_for("the queue is full", lambda: switch.dropped("ha", "queue_full") > 10, 20)
    near("rate", rates(switch, [0])[0], 8e6)
    flood.stop()
    empty(switch)
    c = switch.counters("ha")
    equal(c["forwarded"] + c["drops"]["queue_full"], flood.sent, "frames forwarded and dropped")
    equal(queue_stats(switch, 0)[2], c["drops"]["queue_full"], "errors of the queue")
    equal(switch.counters("hb")["tx_dropped"], c["drops"]["queue_full"], "tx_dropped of the port")


@test("set_queue chooses a queue, whose rate is held; other traffic is not slowed")
def _(t):
    switch, a, _ = wire(t, ",queue=1:max=4M", ("in_port=1,udp,tp_dst=1,actions=set_queue:1,output:2", "in_port=1,priority=1,actions=output:2"))
    flood = Flood(t, a, (1, 2), 20e6)
    wait_for("the queue is full", lambda: switch.dropped("ha", "queue_full") > 10, 20)
    got = rates(switch, [1, 0])
    near("the shaped queue", got[1], 4e6)
    check(got[0] > 2 * got[1], f"the default queue had {got[0]:.0f} bit/s beside it")
    flood.stop()
    empty(switch)
    equal(queue_stats(switch, 0)[2], 0, "errors of the default queue")


@test("a guarantee is kept under the port's rate, the rest is shared")
def _(t):
    switch, a, _ = wire(t, ",rate=12M,queue=1:min=8M,queue=2", (
        "in_port=1,udp,tp_dst=1,actions=set_queue:1,output:2", "in_port=1,udp,tp_dst=2,actions=set_queue:2,output:2",
        "in_port=1,priority=1,actions=output:2"))
    flood = Flood(t, a, (1, 1, 2, 3), 60e6)
    wait_for("the queue is full", lambda: all(queue_stats(switch, q)[2] > 10 for q in (0, 1, 2)), 20)
    got = rates(switch, [1, 2, 0])
    near("all", sum(got.values()), 12e6)
    check(got[1] >= 8e6 * 0.95, f"the guaranteed queue had {got[1]:.0f}")
    near("the others, in equal parts", got[2], got[0], 0.1)
    flood.stop()
    empty(switch)


@test("enqueue of 1.0 chooses a queue; one that the port does not have is the default queue")
def _(t):
    switch, a, b = wire(t, ",queue=3:max=1G", (
        "in_port=1,udp,tp_dst=3,actions=enqueue:2:3", "in_port=1,udp,tp_dst=4,actions=set_queue:4,output:2"))
    source, sink = a.raw(), b.raw()
    for port in (3, 4, 3):
        source.send(eth(DST, SRC, 0x0800, udp("10.0.0.1", "10.0.0.2", 7, port)))
        sink.expect("the frame", lambda f: True)
    equal(queue_stats(switch, 3)[0], 2, "frames of queue 3")
    equal(queue_stats(switch, 0)[0], 1, "frames of the default queue")
    source.close()
    sink.close()


@test("controllers are told of queues in every version, and of those that are not there")
def _(t):
    switch, a, b = wire(t, ",rate=1G,queue=7:min=100M:max=500M")
    out = switch.ofctl("queue-get-config", "2").stdout
    check(re.search(r"queue 7:? *min_rate:10.0% max_rate:50.0%", out) and "queue 0" in out, out)
    for version in ("OpenFlow10", "OpenFlow14", "OpenFlow15"):
        out = switch.ofctl("queue-get-config", "2", version=version).stdout
        check("queue 7" in out and "min_rate:10.0%" in out, f"{version}: {out}")
    out = switch.ofctl("queue-stats").stdout
    equal(len(re.findall(r"queue \d+: bytes=", out)), 3, f"queues of all ports in {out}")
    equal(len(re.findall(r"queue 7: bytes=", switch.ofctl("queue-stats", "ALL", "7").stdout)), 1, "port with a queue 7")
    for arguments, error in ((("2", "8"), "OFPQOFC_BAD_QUEUE"), (("9", "0"), "OFPQOFC_BAD_PORT"), (("ALL", "8"), "OFPQOFC_BAD_QUEUE")):
        done = switch.ofctl("queue-stats", *arguments, ok=False)
        check(error in done.stdout + done.stderr, f"queue-stats {arguments}: {done.stdout}{done.stderr}")
    done = switch.ofctl("queue-get-config", "9", ok=False)
    check("OFPQOFC_BAD_PORT" in done.stdout + done.stderr, f"queue-get-config of no port: {done.stdout}{done.stderr}")
    # A port without queues counts everything in its default queue.
    a.raw().send(eth(DST, SRC, 0x88B5))
    switch.ofctl("add-flow", "in_port=2,actions=output:1")
    b.raw().send(eth(DST, SRC, 0x88B5))
    wait_for("the frame is counted", lambda: queue_stats(switch, 0, 1)[0] == 1)


@test("frames that another lcore received keep the rate and their order")
def _(t):
    if os.cpu_count() < 2:
        t.skip("there is one CPU")
    switch, a, b = wire(t, ",rate=8M", between=True, ports=["x,dev:net_null0,no-rx=1,ofport=11"], args=["--lcores", "0,1"])
    sink = b.raw()
    flood = Flood(t, a)
    wait_for("the queue is full", lambda: switch.dropped("ha", "queue_full") > 10, 20)
    near("rate", rates(switch, [0])[0], 8e6)
    flood.stop()
    empty(switch)
    source = a.raw()
    frames = [eth(DST, SRC, 0x88B5, bytes([i]) * 40) for i in range(100)]
    source.send(*frames)
    wait_for("all have left", lambda: not switch.ledger_faults())
    equal([f for f in sink.drain(0.2) if f[12:14] == b"\x88\xb5"], frames, "frames in order")
    source.close()
    sink.close()


@test("queues are set, changed and taken away under traffic; no frame is lost but by name")
def _(t):
    switch, a, b = wire(t, "", ("in_port=1,udp,tp_dst=1,actions=set_queue:1,output:2", "in_port=1,priority=1,actions=output:2"))
    flood = Flood(t, a, (1, 2), 12e6)
    for settings in (("rate=6M",), ("queue=1:max=2M",), ("queue=1:min=1M,max=3M", "rate=20M"), ("queue=1:none",), ("rate=none",)) * 3:
        switch.heddle("port", "set", "hb", *settings)
        time.sleep(0.1)
    equal(switch.port("hb")["egress"]["rate_bps"], 0, "rate")
    equal(list(switch.port("hb")["egress"]["queues"]), ["0"], "queues")
    flood.stop()
    empty(switch)
    c = switch.counters("ha")
    equal(c["forwarded"] + c["drops"].get("queue_full", 0), flood.sent, "frames forwarded and dropped")


@test("a port is removed while frames wait in its queues; another takes its place")
def _(t):
    switch, a, b = wire(t, ",rate=100k", sums=False)
    flood = Flood(t, a)
    wait_for("the queue is full", lambda: switch.dropped("ha", "queue_full") > 10, 20)
    switch.del_port("hb")
    switch.add_port("hb,af_packet:hb,ofport=2,rate=100k")
    wait_for("the new port's queue is full", lambda: queue_stats(switch, 0)[2] > 10, 20)
    # The port that they came by goes, too: nobody else is charged for them.
    flood.stop()
    switch.del_port("ha")
    switch.add_port("ha,af_packet:ha,ofport=1")
    time.sleep(0.2)
    equal(switch.counters("ha")["forwarded"], 0, "frames charged to the new port")


@test("what does not fit together is refused, and nothing changes")
def _(t):
    switch, _, _ = wire(t, ",rate=10M,queue=1:min=4M")
    before = switch.port("hb")["egress"]
    for egress in ({"queues": {"2": {"min_bps": 7000000}}}, {"rate_bps": 3000000}, {"queues": {"1": {"min_bps": 9000, "max_bps": 8000}}},
                   {"rate_bps": -1}, {"rate_bps": "x"}, {"queues": {"x": {}}}, {"queues": {"4294967295": {}}}, {"queues": [1]}, [], {"y": 1},
                   {"queues": {str(i): {} for i in range(2, 18)}}):
        try:
            switch.set_port("hb", egress=egress)
        except Refused as refused:
            check(len(refused.sentence) > 20, refused.sentence)
        else:
            raise Failure(f"{egress} was taken")
        equal(switch.port("hb")["egress"], before, "what is set")
    for spec in ("rate=x", "rate=1", "queue=", "queue=1:max", "queue=1:max=2X", "queue=1:min=1M,queue=1", "queue=1:min=2M:max=1M"):
        try:
            switch.add_port(f"hx,dev:net_null7,{spec}")
        except Refused as refused:
            check(refused.status == 400, f"{spec}: {refused}")
        else:
            raise Failure(f"{spec} was taken")


@test("queues outlive a crash")
def _(t):
    switch, _, _ = wire(t, ",rate=10M", state=True, sums=False)
    switch.set_port("hb", egress={"queues": {"1": {"min_bps": 4000000, "max_bps": 5000000}, "70000": {}}})
    before = switch.port("hb")["egress"]
    switch.kill()
    switch.start()
    wait_for("the port is back", lambda: "hb" in switch.ports())
    after = switch.port("hb")["egress"]
    equal(after, before, "rate and queues")


main()
