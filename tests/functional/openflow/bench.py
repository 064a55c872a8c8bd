# SPDX-License-Identifier: Apache-2.0
"""One heddled with four ports on veth pairs, and what a case does with it.

               host 1   host 2   host 3   host 4        raw sockets
    peer ──────┬─p1───────p2───────p3───────p4─┐
    (os-ken)   └──────────── heddled ──────────┘

A marker tells when all frames of a case have passed: it enters behind them, by the same port, and
leaves by every port and to the controller. So nothing waits, and what must not come out is known
not to have come. Frames of different flows may overtake each other within a burst; a second marker,
sent when the first has left, cannot be in the burst of the frames.
"""
import os
import struct
import sys
import time

from heddle_test import Net, Switch
from heddle_test.case import PATIENCE, Failure, wait_for

from build import Build, Flow, flow, out
from peer import V10, Peer

PORTS = (1, 2, 3, 4)
MARK = "02:00:00:ff:ff:01"
MARKER = bytes.fromhex("020000ffff01" "020000ffff02" "88b6")
COOKIE = 0xFFFFFFFFFFFF0001


class Bench:
    def __init__(self, case, args=()):
        self.case = case
        self.net = Net(case)
        self.hosts = {n: self.net.host(f"p{n}") for n in PORTS}
        self.switch = Switch(case, self.net, ports=[f"p{n},af_packet:p{n},ofport={n}" for n in PORTS],
                             args=["--dpid", "00000000000000cf", *args], fail_mode="secure", sums=False)
        for n in PORTS:
            self.switch.wait_link(f"p{n}")
        self.raws = {n: host.raw() for n, host in self.hosts.items()}
        for raw in self.raws.values():
            case.defer(raw.close)
        self.target = os.path.join(self.switch.run_dir, "of.sock")
        self.peers, self.marks, self.undo = [], 0, []
        self.peer = self.build = self.version = None
        self.punted = []

    # --- the state of things

    def begin(self, version):
        """A new connection of this version, and a switch without flows, groups and meters."""
        self.version, self.build = version, Build(version)
        self.peers, self.undo, self.punted = [], [], []
        self.peer = self.connect()
        self.clear()
        for raw in self.raws.values():
            try:
                raw.drain()
            except OSError:     # says once that its link was down
                raw.drain()

    def clear(self):
        self.send(self.build.delete_all())
        if self.version > V10:
            self.send(self.build.delete_groups(), self.build.delete_meters())
        self.peer.barrier()
        self.peer.inbox.clear()

    def end(self):
        while self.undo:
            function, *arguments = self.undo.pop()
            function(*arguments)
        for peer in self.peers:
            peer.close()

    def defer(self, function, *arguments):
        self.undo.append((function, *arguments))

    @property
    def of(self):
        return self.build.of

    @property
    def parser(self):
        return self.build.parser

    @property
    def dp(self):
        return self.build.protocol

    def connect(self, version=None, hello=True):
        """One more connection."""
        peer = Peer(self.target, version or self.version, hello)
        self.peers.append(peer)
        if hello and peer.version == V10:       # 1.0: a peer is sent what it asks for
            peer.send(peer.parser.OFPSetConfig(peer.protocol, 0, 128))
        return peer

    # --- shorthands

    def send(self, *messages):
        return self.peer.send(*messages)

    def do(self, *messages):
        self.peer.do(*messages)

    def flows(self, *flows):
        """Adds flows, which must be accepted."""
        self.do(*[self.build.flow_mod(f) for f in flows])

    def groups(self, *groups, command="ADD"):
        self.do(*[self.build.group_mod(g, command) for g in groups])

    def meters(self, *meters, command="ADD"):
        self.do(*[self.build.meter_mod(m, command) for m in meters])

    def refused(self, message, error):
        """The message must be answered with this error: "BAD_MATCH/OFPBMC_BAD_PREREQ", or one of
        several, separated by blanks."""
        got = self.peer.refusal(message)
        wanted = [self.build.error(name) for name in error.split()]
        if got not in wanted:
            raise Failure(f"answered with {got}, where {wanted} ({error}) must be")

    def dump(self, table=0xFF, **more):
        """The flows as os-ken reads them: OFPFlowStats, or OFPFlowDesc in 1.5."""
        p = self.parser
        if self.version == V10:
            request = p.OFPFlowStatsRequest(self.dp, 0, self.build.match({}), table, more.get("out_port", self.of.OFPP_NONE))
        else:
            arguments = dict(table_id=table, out_port=self.of.OFPP_ANY, out_group=self.of.OFPG_ANY, cookie=0, cookie_mask=0,
                             match=self.build.match(more.pop("match", {})))
            arguments.update(more)
            kind = p.OFPFlowDescStatsRequest if hasattr(p, "OFPFlowDescStatsRequest") else p.OFPFlowStatsRequest
            request = kind(self.dp, 0, **arguments)
        return self.peer.stats(request)

    # --- frames

    def pass_frames(self, *sent, quiet=(), punt=True):
        """Sends frames, (port, bytes) each; what comes out of the ports: {port: [bytes]}.

        `quiet` are the ports that cannot send the marker. Packet-ins go to self.punted.
        """
        entries = [port for port in PORTS if port in {port for port, _ in sent}]
        reply = [("output", "CONTROLLER", 0xFFFF)] if punt else []
        marker = flow({"eth_dst": MARK, "eth_type": 0x88B6}, *out(*PORTS), ("output", "IN_PORT"), *reply,
                      priority=65535, cookie=COOKIE)
        self.do(self.build.flow_mod(marker))
        for port, frame in sent:
            self.raws[port].send(bytes(frame))
        got = {port: [] for port in PORTS if port not in quiet}
        for _ in range(2):
            self.marks += 1
            mark = MARKER + struct.pack("!I", self.marks).ljust(50, b"\0")
            for port in entries:
                self.raws[port].send(mark)
            for port, frames in got.items():
                frames += self._until_marks(port, mark, len(entries))
            if punt:
                self._punted_until(mark, len(entries))
        self.do(self.build.flow_mod(marker._replace(apply=None), "DELETE_STRICT"))
        return {port: frames for port, frames in got.items() if frames}

    def _until_marks(self, port, mark, n):
        frames, end = [], time.monotonic() + 5 * PATIENCE
        while n:
            try:
                frame = self.raws[port].receive(end - time.monotonic())
            except OSError:         # its link was down; it says so once
                continue
            if frame is None:
                raise Failure(f"the marker did not leave by port {port}; {len(frames)} frames did")
            if frame == mark:
                n -= 1
            elif frame[:14] != MARKER:
                frames.append(frame)
        return frames

    def _punted_until(self, mark, n):
        while n:
            message = self.peer.next(self.of.OFPT_PACKET_IN)
            if message.data == mark:
                n -= 1
            elif message.data[:14] != MARKER:
                self.punted.append(message)

    def must_leave(self, sent, wanted, **options):
        """Frames that enter, and {port: [frames]} that must leave: these and no other."""
        got = {port: sorted(frames) for port, frames in self.pass_frames(*sent, **options).items()}
        wanted = {port: sorted(bytes(f) for f in frames) for port, frames in wanted.items() if frames}
        if got != wanted:
            raise Failure("; ".join(difference(got, wanted)))

    def expect_frame(self, port, wanted, timeout=5.0):
        """A frame that leaves without having entered (packet-out)."""
        frame = self.raws[port].expect("the frame", lambda f: f[:14] != MARKER, timeout * PATIENCE)
        if frame != bytes(wanted):
            raise Failure("; ".join(difference({port: [frame]}, {port: [bytes(wanted)]})))

    def link(self, port, state):
        """Takes the host's end of a port up or down and waits until the switch has seen it."""
        self.hosts[port].run("ip", "link", "set", "dev", "eth0", state)
        self.switch.wait_link(f"p{port}", state)


def difference(got, wanted):
    """Sentences on what differs."""
    for port in sorted(set(got) | set(wanted)):
        a, b = got.get(port, []), wanted.get(port, [])
        if len(a) != len(b):
            yield f"port {port} sent {len(a)} frames where {len(b)} must be: {[f.hex() for f in a[:3]]}, wanted {[f.hex() for f in b[:3]]}"
        for x, y in zip(a, b):
            if x != y:
                at = next((i for i in range(min(len(x), len(y))) if x[i] != y[i]), min(len(x), len(y)))
                yield f"port {port}, from byte {at}: {x.hex()} where {y.hex()} must be"
