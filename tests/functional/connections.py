#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""OpenFlow connections: who may come, what one may take, versions, auxiliary ones, and reloading."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import signal
import socket
import struct
import time

from heddle_test import *    # noqa: F403

PORT = 26753
HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, FEATURES_REQUEST, FEATURES_REPLY, SET_CONFIG = 0, 1, 2, 3, 5, 6, 9
PACKET_IN, FLOW_MOD, ROLE_REQUEST, ROLE_REPLY, ROLE_STATUS = 10, 14, 24, 25, 30
BARRIER = {1: (18, 19), 4: (20, 21), 5: (20, 21), 6: (20, 21)}


def message(version, kind, body=b"", xid=1):
    return struct.pack("!BBHI", version, kind, 8 + len(body), xid) + body


class Peer:
    """One end of an OpenFlow connection, made of bytes."""

    def __init__(self, s):
        self.socket, self.data = s, b""
        s.settimeout(20)

    def send(self, *messages):
        self.socket.sendall(b"".join(messages))
        return self

    def receive(self):
        """(version, type, xid, body); None at the end."""
        while len(self.data) < 8 or len(self.data) < struct.unpack("!H", self.data[2:4])[0]:
            try:
                got = self.socket.recv(65536)
            except ConnectionResetError:
                got = b""
            if not got:
                return None
            self.data += got
        version, kind, size, xid = struct.unpack("!BBHI", self.data[:8])
        body, self.data = self.data[8:size], self.data[size:]
        return version, kind, xid, body

    def expect(self, kind):
        """The next message of a type; what comes before it is passed over, echoes are answered."""
        end = time.monotonic() + 20
        while (got := self.receive()) and time.monotonic() < end:
            if got[1] == kind:
                return got
            check(got[1] != ERROR, f"error {got[3][:4].hex()} where a message of type {kind} must be")
            if got[1] == ECHO_REQUEST:
                self.send(message(got[0], ECHO_REPLY, got[3], got[2]))
        raise Failure(f"there is no message of type {kind}")

    def ended(self):
        while self.receive():
            pass
        return True

    def up(self, version=4):
        """Says hello in the old style and asks for the features: version and body of the reply."""
        self.send(message(version, HELLO), message(version, FEATURES_REQUEST))
        got = self.expect(FEATURES_REPLY)
        return got[0], got[3]

    def barrier(self, version):
        self.send(message(version, BARRIER[version][0], xid=99))
        return self.expect(BARRIER[version][1])

    def close(self):
        self.socket.close()


def unix(switch):
    s = socket.socket(socket.AF_UNIX)
    s.connect(os.path.join(switch.run_dir, "of.sock"))
    return Peer(s)


def tcp_peer(net, port=PORT, source=None):
    with net.inside():
        return Peer(socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0) if source else None))


def door(net, port=PORT):
    """A controller's listening socket in the switch's namespace."""
    with net.inside():
        s = socket.create_server(("127.0.0.1", port))
    s.settimeout(20)
    return s


def knows(switch, word):
    wait_for(f"{word!r} in the log of the switch", lambda: word in switch.process.text())


def controllers(switch):
    return [c for c in switch.get("/v1/switch")["controllers"] if not c["passive"]]


def table_miss(version):
    """A flow-mod of 1.3 and later: every frame to the controllers, whole."""
    output = struct.pack("!HHIH6x", 0, 16, 0xfffffffd, 0xffff)
    instruction = struct.pack("!HH4x", 4, 8 + len(output)) + output
    body = struct.pack("!QQBBHHHIIIH2x", 0, 0, 0, 0, 0, 0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0)
    return message(version, FLOW_MOD, body + struct.pack("!HH4x", 1, 4) + instruction)


@test("the versions 1.0, 1.3, 1.4 and 1.5 are spoken, by bitmap and in the old style; others are refused")
def _(t):
    switch = Switch(t)
    for version in (1, 4, 5, 6):
        peer = unix(switch)
        equal(peer.up(version)[0], version, "version of the reply")
        peer.barrier(version)
        peer.close()
    for bitmap, chosen in ((1 << 4, 4), (1 << 4 | 1 << 5, 5), (1 << 1 | 1 << 3, 1), (1 << 6 | 1 << 7, 6)):
        peer = unix(switch).send(message(7, HELLO, struct.pack("!HHI", 1, 8, bitmap)))
        peer.send(message(chosen, FEATURES_REQUEST))
        equal(peer.expect(FEATURES_REPLY)[0], chosen, f"version for bitmap {bitmap:#x}")
        peer.close()
    for hello in (message(2, HELLO), message(3, HELLO), message(4, HELLO, struct.pack("!HHI", 1, 8, 1 << 2 | 1 << 3))):
        peer = unix(switch).send(hello)
        equal(peer.expect(ERROR)[3][:4], struct.pack("!HH", 0, 0), "HELLO_FAILED, INCOMPATIBLE")
        check(peer.ended(), "it goes on")
    only = Switch(t, args=["--of-versions", "1.3,1.4"])
    peer = unix(only)
    peer.send(message(6, HELLO), message(5, FEATURES_REQUEST))
    equal(peer.expect(FEATURES_REPLY)[0], 5, "the highest that is left")
    peer = unix(only).send(message(1, HELLO))
    peer.expect(ERROR)


@test("an allow-list turns others away, and counts them")
def _(t):
    net = Net(t)
    switch = Switch(t, net, args=["--listen", f"tcp:0.0.0.0:{PORT},allow=127.0.0.2/31;192.168.1.0/24"])
    tcp_peer(net, source="127.0.0.3").up()
    for source in ("127.0.0.1", "127.0.0.4"):
        check(tcp_peer(net, source=source).ended(), f"{source} was let in")
    knows(switch, "the allow-list does not name it")
    check(f'heddle_listener_refused_total{{target="tcp:0.0.0.0:{PORT}",reason="allow_list"}} 2' in switch.get("/metrics"),
          "they are not counted")


@test("a listener has as many connections as it may; those that said no hello make room")
def _(t):
    net = Net(t)
    switch = Switch(t, net, args=["--listen", f"tcp:127.0.0.1:{PORT},max=3"])
    silent = tcp_peer(net)
    peers = [tcp_peer(net) for _ in range(3)]
    for peer in peers:
        peer.up()
    check(silent.ended(), "the one without a hello is still there")
    check(tcp_peer(net).ended(), "a fourth one was let in")
    for peer in peers:
        peer.barrier(4)
    peers[0].close()
    wait_for("there is room again", lambda: sum(c["passive"] for c in switch.get("/v1/switch")["controllers"]) == 2)
    tcp_peer(net).up()


@test("a peer that says no hello, half a message or only half a hello is dropped in time, and the others go on")
def _(t):
    switch = Switch(t)
    good = unix(switch)
    good.up()
    late = [unix(switch), unix(switch).send(b"\x04\x00\x00"), unix(switch).send(message(4, HELLO)[:7])]
    for peer in late:
        check(peer.ended(), "it was not dropped")
    halves = [unix(switch) for _ in range(20)]
    for peer in halves:
        peer.up()
        peer.send(struct.pack("!BBHI", 4, FLOW_MOD, 65535, 1) + b"\0" * 60000)
    good.barrier(4)
    with open(f"/proc/{switch.process.pid}/status", encoding="utf-8") as f:
        size = next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) // 1024
    check(size < 300, f"{size} MB for half messages")


@test("a silent peer is probed and then dropped; probe=0 leaves it alone")
def _(t):
    net = Net(t)
    Switch(t, net, args=["--listen", f"tcp:127.0.0.1:{PORT},probe=1", "--listen", f"tcp:127.0.0.1:{PORT + 1},probe=0"])
    left_alone = tcp_peer(net, PORT + 1)
    left_alone.up()
    peer = tcp_peer(net)
    peer.up()
    got = peer.receive()
    equal(got[1], ECHO_REQUEST, "what a silent peer gets")
    check(peer.ended(), "it was not dropped")
    half = tcp_peer(net)
    half.up()
    half.send(message(4, FLOW_MOD, b"x" * 100)[:50])
    check(half.ended(), "a peer that does not end its message was not dropped")
    left_alone.socket.settimeout(0.5)
    try:
        raise Failure(f"a peer that is not to be probed got {left_alone.receive()}")
    except TimeoutError:
        pass


@test("a peer that asks and never reads is cut off; the switch stays small and answers the others")
def _(t):
    switch = Switch(t)
    deaf, good = unix(switch), unix(switch)
    good.up()
    deaf.up()
    echo = message(4, ECHO_REQUEST, b"x" * 60000)
    deaf.socket.settimeout(5)
    sent = 0
    try:
        while sent < 400 << 20:
            deaf.send(echo)
            sent += len(echo)
            if sent % (len(echo) * 16) == 0:
                good.barrier(4)
    except OSError:
        pass
    check(sent < 400 << 20, "it could go on for ever")
    good.barrier(4)
    with open(f"/proc/{switch.process.pid}/status", encoding="utf-8") as f:
        size = next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) // 1024
    check(size < 200, f"{size} MB")
    # The same with dumps: they wait, and cost nothing.
    flows = t.path("flows")
    with open(flows, "w", encoding="utf-8") as f:
        f.writelines(f"table=1,priority={i},in_port=1,actions=drop\n" for i in range(1, 20001))
    switch.ofctl("add-flows", flows)
    deaf = unix(switch)
    deaf.up()
    request = message(4, 18, struct.pack("!HH4xB3xII4xQQ", 1, 0, 0xff, 0xffffffff, 0xffffffff, 0, 0) + struct.pack("!HH4x", 1, 4))
    deaf.socket.settimeout(1)
    try:
        for _ in range(20000):
            deaf.send(request)
    except OSError:
        pass
    good.barrier(4)
    with open(f"/proc/{switch.process.pid}/status", encoding="utf-8") as f:
        size = next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) // 1024
    check(size < 200, f"{size} MB with dumps that nobody reads")


@test("packet-ins beyond a controller's rate are dropped, and the drops can be seen")
def _(t):
    net = Net(t)
    listening = door(net)
    switch = Switch(t, net, args=["--controller", f"tcp:127.0.0.1:{PORT},packet-in-rate=1,packet-in-burst=5,probe=0"], fail_mode="secure")
    peer = Peer(listening.accept()[0])
    peer.up()
    peer.send(table_miss(4))
    peer.barrier(4)
    host = switch.connect(net, "h1")
    before = controllers(switch)[0]
    sender = host.raw()
    for _ in range(100):
        sender.send(eth(BROADCAST, host.mac, 0x88b5, b"x" * 50))
    status = wait_for("the drops are counted", lambda: (lambda c: c if c["packet_ins"] + c["packet_ins_dropped"] >= 100 else None)(
        controllers(switch)[0]))
    check(status["packet_ins"] - before["packet_ins"] < 50, f"{status}")
    check(status["packet_ins_limited"] >= 50, f"{status}")
    check(switch.dropped("h1", "packet_in_limit") >= 50, f"{switch.counters('h1')['drops']}")
    check(str(status["packet_ins_dropped"]) in switch.heddle("controller", "show").stdout, "heddle does not show them")
    check('reason="rate"' in switch.get("/metrics"), "no metric")


@test("auxiliary connections carry packet-ins, answer where they are asked, and end with the main one")
def _(t):
    net = Net(t)
    listening = door(net)
    switch = Switch(t, net, args=["--controller", f"tcp:127.0.0.1:{PORT},aux=2,backoff=1"], fail_mode="secure")
    peers = {}
    for _ in range(3):
        peer = Peer(listening.accept()[0])
        hello = peer.expect(HELLO)
        if peers:
            equal(hello[0], 4, "version of an auxiliary connection's hello")
            check(hello[3] in (b"", struct.pack("!HHI", 1, 8, 1 << 4)), f"{hello}")
        peers[peer.up()[1][13]] = peer
    equal(sorted(peers), [0, 1, 2], "auxiliary ids")
    equal(switch.get("/v1/switch")["controllers"][1]["auxiliary_id"], 1, "what the API says")
    peers[1].send(table_miss(4))
    equal(peers[1].barrier(4)[2], 99, "the barrier's reply comes where it was asked for")
    host = switch.connect(net, "h1")
    sender = host.raw()
    for i in range(64):
        sender.send(eth(BROADCAST, f"52:54:00:00:01:{i:02x}", 0x88b5, b"x" * 50))
    for i in (1, 2):
        peers[i].expect(PACKET_IN)
    # A role is the controller's, whatever connection it is asked for on.
    peers[2].send(message(4, ROLE_REQUEST, struct.pack("!I4xQ", 3, 1)))
    equal(peers[2].expect(ROLE_REPLY)[3][:4], struct.pack("!I", 3), "role in the reply")
    peers[1].send(table_miss(4))
    equal(peers[1].expect(ERROR)[3][:4], struct.pack("!HH", 1, 10), "BAD_REQUEST, IS_SLAVE")
    peers[0].close()
    for i in (1, 2):
        check(peers[i].ended(), "an auxiliary connection outlived the main one")
    peer = Peer(listening.accept()[0])
    equal(peer.up()[1][13], 0, "the first that comes back is the main one")


@test("a master that another controller takes over from is told since 1.4, with a role of its own again")
def _(t):
    switch = Switch(t)
    for version in (4, 5, 6):
        first, second = unix(switch), unix(switch)
        for peer, generation in ((first, 1), (second, 2)):
            peer.up(version)
            peer.send(message(version, ROLE_REQUEST, struct.pack("!I4xQ", 2, version * 10 + generation)))
            got = peer.expect(ROLE_REPLY)
            equal(struct.unpack("!IH2xQ", got[3])[::2], (2, version * 10 + generation), "role and generation")
        if version >= 5:
            role, reason, generation = struct.unpack("!IB3xQ", first.expect(ROLE_STATUS)[3][:16])
            equal((role, reason, generation), (3, 0, version * 10 + 2), "role-status")
        first.send(message(version, ROLE_REQUEST, struct.pack("!I4xQ", 2, 1)))
        equal(first.expect(ERROR)[3][:4], struct.pack("!HH", 11, 0), "ROLE_REQUEST_FAILED, STALE")
        first.send(message(version, ROLE_REQUEST, struct.pack("!I4xQ", 9, 99)))
        equal(first.expect(ERROR)[3][:4], struct.pack("!HH", 11, 2), "ROLE_REQUEST_FAILED, BAD_ROLE")
        first.close()
        second.close()


@test("frames that no flow matches go to a controller of version 1.0, and only while one is there")
def _(t):
    net = Net(t)
    listening = door(net)
    switch = Switch(t, net, args=["--controller", f"tcp:127.0.0.1:{PORT},backoff=1"], fail_mode="secure")
    peer = Peer(listening.accept()[0])
    version, features = peer.up(1)
    equal(version, 1, "version")
    host = switch.connect(net, "h1")
    equal(struct.unpack("!Q", features[:8])[0], int(switch.get("/v1/switch")["dpid"], 16), "datapath id")
    sender = host.raw()
    frame = eth(BROADCAST, host.mac, 0x88b5, b"y" * 300)
    sender.send(frame)
    got = peer.expect(PACKET_IN)
    while frame not in got[3]:      # the host may have said something of its own
        got = peer.expect(PACKET_IN)
    buffer_id, total, port, reason = struct.unpack("!IHHB", got[3][:9])
    equal((buffer_id, total, reason), (0xffffffff, len(frame), 0), "buffer, length, NO_MATCH")
    equal(port, switch.port("h1")["ofport"], "port")
    peer.send(message(1, SET_CONFIG, struct.pack("!HH", 0, 0)))
    peer.barrier(1)
    wait_for("misses are dropped again", lambda: (sender.send(frame), switch.dropped("h1", "table_miss") > 0)[1])
    # A tool that drops in does not change what becomes of misses.
    peer.close()
    tool = unix(switch)
    tool.up(1)
    before = switch.dropped("h1", "table_miss")
    sender.send(frame)
    wait_for("they still are", lambda: switch.dropped("h1", "table_miss") > before)


@test("SIGHUP: controllers, listeners and allow-lists follow the file; a bad file changes nothing")
def _(t):
    net = Net(t)
    config = t.path("heddled.conf")

    def write(*lines):
        with open(config, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")

    def hup(word):
        before = switch.process.text().count(word)
        switch.process.child.send_signal(signal.SIGHUP)
        wait_for(f"{word!r} in the log", lambda: switch.process.text().count(word) > before)

    stays, goes, comes = (f"tcp:127.0.0.1:{PORT + i}" for i in range(3))
    write(f"controller = {stays}", f"controller = {goes}", f"listen = tcp:127.0.0.1:{PORT + 5}")
    doors = [door(net, PORT + i) for i in range(3)]
    switch = Switch(t, net, args=["--config", config])
    peers = [Peer(d.accept()[0]) for d in doors[:2]]
    for peer in peers:
        peer.up()
    tool = tcp_peer(net, PORT + 5)
    tool.up()
    write(f"controller = {stays}", f"controller = {comes}", f"listen = tcp:127.0.0.1:{PORT + 5},allow=127.0.0.9")
    hup("has read its configuration again")
    Peer(doors[2].accept()[0]).up()
    check(peers[1].ended(), "a controller that is gone from the file is still connected")
    equal(sorted(c["target"] for c in controllers(switch)), [stays, comes], "controllers")
    peers[0].barrier(4)
    tool.barrier(4)
    check(tcp_peer(net, PORT + 5).ended(), "the new allow-list does not count")
    write("controller = nonsense")
    hup("goes on as it is")
    equal(sorted(c["target"] for c in controllers(switch)), [stays, comes], "controllers after a bad file")
    peers[0].barrier(4)
    write(f"controller = {stays}", "memory = 77")
    hup("count at the next start only")
    wait_for("only one controller", lambda: [c["target"] for c in controllers(switch)] == [stays])
    peers[0].barrier(4)


@test("options of controllers and listeners that make no sense are refused with a sentence")
def _(t):
    for option, value, word in (("--controller", "tcp:h:1,probe=x", "probe"), ("--controller", "tcp:h:1,allow=10.0.0.0/8", "allow"),
                                ("--controller", "tcp:h:1,aux=9", "aux"), ("--controller", "tcp:h:1,backoff=0", "backoff"),
                                ("--controller", "tcp:h:1,packet-in-burst=3", "packet-in-rate"), ("--controller", "tcp:h:1,probe", "probe"),
                                ("--listen", "tcp:h:1,allow=10.0.0.1/8", "allow"), ("--listen", "tcp:h:1,aux=1", "aux"),
                                ("--listen", "tcp:h:1,max=0", "max"), ("--listen", "unix:/x,allow=::1", "allow"),
                                ("--of-versions", "1.1", "1.1"), ("--of-versions", "", "of-versions"), ("--listen", "tls:h:1", "--tls-key")):
        done = run([program("heddled"), "--run-dir", t.path("r"), "--stateless", option, value], ok=False, timeout=20)
        equal(done.returncode, 2, f"{option} {value}")
        check(word in done.stderr, f"{option} {value}: {done.stderr}")


main()
