# SPDX-License-Identifier: Apache-2.0
"""An OpenFlow 1.3 switch on a UNIX socket with two ports, one flow and one group.

It answers with fixed bytes, written from the standard and not with our codec, and keeps the
flow-mods and group-mods that it gets.
"""

import os
import socketserver
import struct
import threading

VERSION = 4
HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY = 0, 1, 2, 3
FEATURES_REQUEST, FEATURES_REPLY = 5, 6
FLOW_MOD, GROUP_MOD = 14, 15
MULTIPART_REQUEST, MULTIPART_REPLY, BARRIER_REQUEST, BARRIER_REPLY = 18, 19, 20, 21
FLOW, GROUP, GROUP_DESC, PORT_DESC = 1, 6, 7, 13
REFUSED_PRIORITY = 666          # answered with FLOW_MOD_FAILED/TABLE_FULL
REFUSED_GROUP = 666             # answered with GROUP_MOD_FAILED/GROUP_EXISTS


def port(number, name):
    return struct.pack("!I4x6s2x16s8I", number, b"\x02\0\0\0\0" + bytes([number]), name.encode(),
                       0, 0, 0, 0, 0, 0, 0, 0)


def match_in_port(number):
    return struct.pack("!HHII4x", 1, 12, 0x80000004, number)


def action_output(number):
    return struct.pack("!HHIH6x", 0, 16, number, 0)


def flow(table, priority, in_port, out_port, packets):
    body = struct.pack("!BxIIHHHH4xQQQ", table, 5, 500000000, priority, 60, 0, 0, 0xabc, packets,
                       packets * 64)
    body += match_in_port(in_port)
    body += struct.pack("!HH4x", 4, 24) + action_output(out_port)
    return struct.pack("!H", len(body) + 2) + body


def group_desc(number, out_port):
    bucket = struct.pack("!HHII4x", 32, 0, 0xffffffff, 0xffffffff) + action_output(out_port)
    return struct.pack("!HBxI", 8 + len(bucket), 0, number) + bucket


def group_stats(number, packets):
    return struct.pack("!H2xII4xQQII", 56, number, 1, packets, packets * 64, 7, 0) + \
        struct.pack("!QQ", packets, packets * 64)


class Handler(socketserver.BaseRequestHandler):
    def take(self, n):
        data = b""
        while len(data) < n:
            more = self.request.recv(n - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def say(self, kind, xid, body=b""):
        self.request.sendall(struct.pack("!BBHI", VERSION, kind, 8 + len(body), xid) + body)

    def refuse(self, kind, code, xid, message):
        self.say(ERROR, xid, struct.pack("!HH", kind, code) + message[:64])

    def multipart(self, kind, xid):
        mock = self.server.mock
        parts = {FLOW: mock.flows, GROUP: mock.group_stats, GROUP_DESC: mock.group_descs,
                 PORT_DESC: [port(1, "vm1"), port(2, "vm2"), port(3, "a-very-long-na")]}
        if kind not in parts or kind in mock.refused_multiparts:
            self.refuse(1, 2, xid, b"")
            return
        entries = parts[kind] or [b""]
        for i, entry in enumerate(entries):        # one part for each entry
            more = 1 if i < len(entries) - 1 else 0
            self.say(MULTIPART_REPLY, xid, struct.pack("!HH4x", kind, more) + entry)

    def one(self, header, body):
        _, kind, _, xid = struct.unpack("!BBHI", header)
        mock = self.server.mock
        if kind == ECHO_REQUEST:
            self.say(ECHO_REPLY, xid, body)
        elif kind == FEATURES_REQUEST:
            self.say(FEATURES_REPLY, xid, struct.pack("!QIBB2xII", 1, 0, 254, 0, 0x4f, 0))
        elif kind == MULTIPART_REQUEST:
            mock.multiparts.append(body)
            self.multipart(struct.unpack("!H", body[:2])[0], xid)
        elif kind == FLOW_MOD:
            mock.flow_mods.append(body)
            if struct.unpack("!H", body[22:24])[0] == REFUSED_PRIORITY:
                self.refuse(5, 1, xid, header + body)
        elif kind == GROUP_MOD:
            mock.group_mods.append(body)
            if struct.unpack("!HBxI", body[:8]) == (0, 0, REFUSED_GROUP):
                self.refuse(6, 0, xid, header + body)
        elif kind == BARRIER_REQUEST:
            if mock.hangs_up:
                raise EOFError
            self.say(ECHO_REQUEST, 99, b"still there?")
            self.say(BARRIER_REPLY, xid)

    def handle(self):
        try:
            self.say(HELLO, 1)
            while True:
                header = self.take(8)
                self.one(header, self.take(struct.unpack("!BBHI", header)[2] - 8))
        except (EOFError, ConnectionError):
            pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class Mock:
    def __init__(self, directory):
        self.path = os.path.join(directory, "of.sock")
        self.flow_mods, self.group_mods, self.multiparts = [], [], []
        self.flows = [flow(0, 100, 1, 2, 3), flow(1, 7, 2, 1, 0)]
        self.group_descs, self.group_stats = [group_desc(5, 2)], [group_stats(5, 9)]
        self.refused_multiparts = set()
        self.hangs_up = False
        server = Server(self.path, Handler)
        server.mock = self
        threading.Thread(target=server.serve_forever, daemon=True).start()
