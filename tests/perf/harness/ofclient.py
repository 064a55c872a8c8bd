# SPDX-License-Identifier: Apache-2.0
"""A minimal OpenFlow 1.3 controller connection, to drive any switch with identical messages."""

import socket
import struct
import time

from .util import Fail

HELLO, ERROR, ECHO_REQ, ECHO_REP, FEATURES_REQ, BARRIER_REQ, BARRIER_REP = 0, 1, 2, 3, 5, 20, 21


class Controller:
    """Connects actively: to a Unix socket path, or to (host, port)."""

    def __init__(self, where, timeout=120):
        if isinstance(where, str):
            self.s = socket.socket(socket.AF_UNIX)
        else:
            self.s = socket.socket(socket.AF_INET)
            self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.s.settimeout(timeout)
        try:
            self.s.connect(where)
        except OSError as e:
            raise Fail("cannot connect to the OpenFlow listener %s: %s" % (where, e))
        self.buf = b""
        self.errors, self.first_error = 0, ""
        self.xid = 1
        self.send(HELLO)
        self._until(HELLO)

    def send(self, kind, body=b"", xid=0):
        self.s.sendall(struct.pack("!BBHI", 4, kind, 8 + len(body), xid) + body)

    def _message(self):
        while True:
            if len(self.buf) >= 8:
                _, kind, length, xid = struct.unpack("!BBHI", self.buf[:8])
                if len(self.buf) >= length:
                    body, self.buf = self.buf[8:length], self.buf[length:]
                    return kind, xid, body
            try:
                more = self.s.recv(1 << 16)
            except socket.timeout:
                raise Fail("no OpenFlow answer within %g s" % self.s.gettimeout())
            if not more:
                raise Fail("switch closed the OpenFlow connection")
            self.buf += more

    def _until(self, want, xid=None):
        while True:
            kind, got, body = self._message()
            if kind == ECHO_REQ:
                self.send(ECHO_REP, body, got)
            elif kind == ERROR:
                self.errors += 1
                self.first_error = self.first_error or "type %d code %d" % struct.unpack("!HH", body[:4])
            elif kind == want and (xid is None or xid == got):
                return body

    def barrier(self):
        self.xid += 1
        self.send(BARRIER_REQ, xid=self.xid)
        self._until(BARRIER_REP, self.xid)

    def delete_all(self):
        self.s.sendall(_delete_all())
        self.barrier()

    def pipelined(self, messages):
        """Send all messages, one barrier at the end; seconds until its reply."""
        blob = b"".join(messages)
        t0 = time.perf_counter()
        self.s.sendall(blob)
        self.barrier()
        return time.perf_counter() - t0

    def one_by_one(self, messages):
        """A barrier after each message; the list of seconds each took."""
        times = []
        for m in messages:
            t0 = time.perf_counter()
            self.xid += 1
            self.s.sendall(m + struct.pack("!BBHI", 4, BARRIER_REQ, 8, self.xid))
            self._until(BARRIER_REP, self.xid)
            times.append(time.perf_counter() - t0)
        return times

    def close(self):
        self.s.close()


def _delete_all():
    body = struct.pack("!QQBBHHHIIIH2x", 0, 0, 0xFF, 3, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF,
                       0xFFFFFFFF, 0) + struct.pack("!HH4x", 1, 4)
    return struct.pack("!BBHI", 4, 14, 8 + len(body), 0) + body
