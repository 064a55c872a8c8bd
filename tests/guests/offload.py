#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checksum and segmentation offload: between guests nothing is touched, towards what has none the switch does it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import threading

from heddle_test import *    # noqa: F403

CSUM, GUEST_CSUM, GUEST_TSO4, HOST_TSO4, MRG_RXBUF = 0, 1, 7, 11, 15
SIZE = 8 << 20      # bytes sent
# busybox' nc ends its side when its input ends, so it gets one that does not.
RECEIVE = "sleep 300 | nc -l -p 5001 > /tmp/got 2>/tmp/err & sleep 0.5"
SEND = f"dd if=/dev/urandom of=/tmp/data bs=64k count={SIZE >> 16} 2>/dev/null; nc 10.0.0.2 5001 < /tmp/data"


def sends_large_segments(switch):
    """The mean frame of guest a is longer than the MTU: some are segments for others to cut."""
    c = switch.counters("a")
    mean = c["rx_bytes"] / c["rx_packets"]
    check(mean > 1514, f"{c['rx_packets']} frames of {mean:.0f} bytes in the mean: the guest sent no large segments")


def numbers(guest):
    """(frames, bytes) that the guest sent."""
    return guest.link_counter("tx_packets"), guest.link_counter("tx_bytes")


@test("between guests: offloads are negotiated, large segments pass whole, the data arrives")
def _(t):
    switch = Switch(t, ports=[f"{n},vhost-user:{t.path(n)}" for n in "ab"])
    a, b = Guest(t, "a", t.path("a"), "10.0.0.1"), Guest(t, "b", t.path("b"), "10.0.0.2")
    Guest.boot(a, b)
    a.must_ping("10.0.0.2")
    for guest in (a, b):
        for name, bit in (("CSUM", CSUM), ("GUEST_CSUM", GUEST_CSUM), ("GUEST_TSO4", GUEST_TSO4), ("HOST_TSO4", HOST_TSO4),
                          ("MRG_RXBUF", MRG_RXBUF)):
            check(guest.feature(bit), f"{name} is not negotiated with guest {guest.name}")
    for name in "ab":
        features = switch.port(name)["features"]
        check({"csum", "mrg_rxbuf"} <= set(features), f"heddled says of {name}: {features}")
    b.run(RECEIVE)
    before = numbers(a)
    a.run(SEND, timeout=120)
    wait_for("all bytes", lambda: b.text("wc -c < /tmp/got") == str(SIZE), 60, 0.5)
    equal(b.text("sha256sum < /tmp/got"), a.text("sha256sum < /tmp/data"), "SHA-256")
    after = numbers(a)
    # Sent in segments of up to 64 KiB, which the switch passes on as they are.
    sends_large_segments(switch)
    check(switch.counters("b")["tx_packets"] <= switch.counters("a")["rx_packets"] + 50, "the switch cut frames between guests")
    t.note(f"{after[1] - before[1]} bytes in {after[0] - before[0]} frames")


@test("iperf3 between guests, TCP and UDP: every byte is accounted for")
def _(t):
    import json
    switch = Switch(t, ports=[f"{n},vhost-user:{t.path(n)}" for n in "ab"])
    a, b = Guest(t, "a", t.path("a"), "10.0.0.1"), Guest(t, "b", t.path("b"), "10.0.0.2")
    Guest.boot(a, b)
    a.must_ping("10.0.0.2")
    b.run("iperf3 -s -D; sleep 0.5")
    result = json.loads(a.text("iperf3 -c 10.0.0.2 -n 32M -J", timeout=120))
    # What is in flight when the sender ends is not in the receiver's count.
    sent, got = (result["end"][key]["bytes"] for key in ("sum_sent", "sum_received"))
    check(sent >= 32 << 20 and got > 0.9 * sent, f"{sent} bytes sent, {got} received over TCP")
    result = json.loads(a.text("iperf3 -c 10.0.0.2 -u -b 5M -n 2M -l 1400 -J", timeout=120))
    equal(result["end"]["sum"]["lost_packets"], 0, "datagrams lost")
    check(switch.counters("a")["rx_bytes"] > 32 << 20, "the switch did not count it")


def to_host(t, connect, cuts=True):
    """Guest a sends a file to a host on a port that has no offloads, and gets one back."""
    net = Net(t)
    switch = Switch(t, net, ports=[f"a,vhost-user:{t.path('a')}"])
    a = Guest(t, "a", t.path("a"), "10.0.0.1")
    a.begin()
    host = connect(net, switch)
    a.up()
    a.must_ping("10.0.0.2")
    check(a.feature(HOST_TSO4) and a.feature(CSUM), "the guest has no offloads: nothing is shown")
    longest = [0]
    raw, quiet = host.raw(), threading.Event()

    def look():
        while not quiet.is_set():
            if (frame := raw.receive(0.2)) is not None:
                longest[0] = max(longest[0], len(frame))
    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    # It reads late and slowly: then the guest always has more to send than the window lets it, and
    # sends large segments however its processor and ours share the time.
    server = ("import hashlib,socket,time; s=socket.socket(); s.setsockopt(1,2,1); s.bind(('0.0.0.0',5001)); s.listen(); print('up',flush=True)\n"
              "c,_=s.accept(); h=hashlib.sha256(); n=0; time.sleep(2)\n"
              f"while n<{SIZE}:\n d=c.recv(65536)\n if not d: break\n n+=len(d); h.update(d); time.sleep(0.02)\n"
              "print(n,h.hexdigest())")
    import subprocess
    child = subprocess.Popen(host.command("/usr/bin/python3", "-c", server), stdout=subprocess.PIPE, text=True)
    try:
        child.stdout.readline()
        a.run(SEND, timeout=180)
        got = child.communicate(timeout=120)[0].split()
    finally:
        child.kill()
        child.wait()
        quiet.set()
        watcher.join()
        raw.close()
    equal(got, [str(SIZE), a.text("sha256sum < /tmp/data").split()[0]], "bytes and SHA-256 at the host")
    check(longest[0] > 0 and (longest[0] <= 1514 or not cuts), f"the host got a frame of {longest[0]} bytes")
    c = switch.counters("a")
    sends_large_segments(switch)
    if cuts:
        check(c["copies"] > 500, f"{c['copies']} copies: the switch cut nothing")
    else:
        equal(c["copies"], 0, "segments that the switch made")
    # UDP with checksums left to the device, and no bad checksum seen by the host
    before = host.run("cat", "/proc/net/snmp").stdout
    a.run("echo hello | nc -u -w 1 10.0.0.2 9 || true")
    after = host.run("cat", "/proc/net/snmp").stdout
    def errors(text):
        rows = [line.split() for line in text.splitlines()]
        return [int(rows[i + 1][rows[i].index("InCsumErrors")]) for i in range(0, len(rows), 2) if "InCsumErrors" in rows[i]]
    equal(errors(after), [0] * len(errors(before)), "frames with a bad checksum at the host")
    t.note(f"{c['rx_packets']} frames from the guest, {c['copies']} more to the host, none longer than {longest[0]} bytes")


@test("from a guest to a tap, which has none: segments and checksums are made by the switch")
def _(t):
    def connect(net, switch):
        switch.add_port("tp,tap:tap0")
        return net.adopt("hb", "tap0", ip="10.0.0.2")
    to_host(t, connect)


@test("from a guest to an af_packet port, which hands segments and checksums on to the kernel")
def _(t):
    to_host(t, lambda net, switch: switch.connect(net, "hb", ip="10.0.0.2"), cuts=False)


@test("a guest without offloads gets cut and complete frames from one that has them")
def _(t):
    switch = Switch(t, ports=[f"{n},vhost-user:{t.path(n)}" for n in "ab"])
    off = "csum=off,gso=off,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off,host_tso4=off,host_tso6=off,host_ecn=off,host_ufo=off,mrg_rxbuf=off"
    a, b = Guest(t, "a", t.path("a"), "10.0.0.1"), Guest(t, "b", t.path("b"), "10.0.0.2", net_opts=off)
    Guest.boot(a, b)
    a.must_ping("10.0.0.2")
    check(a.feature(HOST_TSO4) and not b.feature(GUEST_TSO4) and not b.feature(GUEST_CSUM), "not what this test is about")
    b.run(RECEIVE)
    a.run(SEND, timeout=180)
    wait_for("all bytes", lambda: b.text("wc -c < /tmp/got") == str(SIZE), 60, 0.5)
    equal(b.text("sha256sum < /tmp/got"), a.text("sha256sum < /tmp/data"), "SHA-256")
    sends_large_segments(switch)
    check(switch.counters("a")["copies"] > 500, "the switch cut nothing")
    equal(b.text("awk '/^Tcp: [0-9]/ {print $15}' /proc/net/snmp"), "0", "TCP segments with a bad checksum")


main()
