# SPDX-License-Identifier: Apache-2.0
"""A controller's end of one connection, with os-ken's encoders and decoders of one version."""
import collections
import select
import socket
import struct
import time

from os_ken.ofproto import ofproto_parser, ofproto_protocol

import mend     # noqa: F401   os-ken's decoders
from heddle_test.case import PATIENCE, Failure

V10, V13, V14, V15 = 1, 4, 5, 6
NAMES = {V10: "1.0", V13: "1.3", V14: "1.4", V15: "1.5"}
HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY = 0, 1, 2, 3

Raw = collections.namedtuple("Raw", "version type xid data")        # data: the whole message


class Refused(Failure):
    """The switch answered with an OFPT_ERROR: `kind` is (type, code), `data` what it quotes."""

    def __init__(self, kind, data, what):
        super().__init__(f"{what[:400]} was refused with error type {kind[0]} code {kind[1]}")
        self.kind, self.data = kind, data


class Closed(Failure):
    """The switch has closed the connection."""


class Peer:
    """Connects to a path, or a (host, port) of this thread's namespace, and says hello."""

    def __init__(self, target, version, hello=True):
        self.version = version
        self.protocol = ofproto_protocol.ProtocolDesc(version=version)
        self.of, self.parser = self.protocol.ofproto, self.protocol.ofproto_parser
        self.socket = socket.socket(socket.AF_UNIX if isinstance(target, str) else socket.AF_INET)
        self.socket.connect(target)
        self.xid = 0x10000
        self.bytes = b""
        self.inbox = []         # Raw messages that nobody has asked for yet
        if hello:
            self.send_bytes(self.frame(HELLO, b"", 1))
            self.expect(lambda m: m.type == HELLO, "hello")

    def close(self):
        self.socket.close()

    # --- sending

    def frame(self, kind, body, xid=None):
        if xid is None:
            self.xid += 1
            xid = self.xid
        return struct.pack("!BBHI", self.version, kind, 8 + len(body), xid) + body

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            raise Closed("the switch closed the connection") from None

    def pack(self, message):
        """The bytes of an os-ken message, under a new xid, which is in message.xid."""
        self.xid += 1
        message.xid = None
        message.set_xid(self.xid)
        message.serialize()
        return bytes(message.buf)

    def send(self, *messages):
        """Sends os-ken messages, or bytes as they are; the bytes of the last."""
        data = [m if isinstance(m, bytes) else self.pack(m) for m in messages]
        self.send_bytes(b"".join(data))
        return data[-1] if data else b""

    # --- receiving

    def read(self, timeout):
        """Takes what has come into the inbox, waiting at most `timeout` for the first byte."""
        ready, _, _ = select.select([self.socket], [], [], max(0, timeout))
        if not ready:
            return
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed("the switch closed the connection")
        self.bytes += data
        at = 0
        while len(self.bytes) - at >= 8:
            version, kind, size, xid = struct.unpack_from("!BBHI", self.bytes, at)
            if size < 8:
                raise Failure(f"a message of {size} bytes came: {self.bytes[at:at + 16].hex()}")
            if len(self.bytes) - at < size:
                break
            message = Raw(version, kind, xid, self.bytes[at:at + size])
            if kind == ECHO_REQUEST:
                self.send_bytes(struct.pack("!BBHI", version, ECHO_REPLY, size, xid) + message.data[8:])
            else:
                self.inbox.append(message)
            at += size
        self.bytes = self.bytes[at:]

    def take(self, wanted):
        """The first message of the inbox for which wanted(raw) holds, or None."""
        for i, message in enumerate(self.inbox):
            if wanted(message):
                return self.inbox.pop(i)
        return None

    def expect(self, wanted, what, timeout=5.0):
        end = time.monotonic() + timeout * PATIENCE
        while (found := self.take(wanted)) is None:
            if time.monotonic() > end:
                raise Failure(f"{what} did not come in {timeout:.0f} s"
                              + (f"; messages of types {[m.type for m in self.inbox]} did" if self.inbox else ""))
            self.read(end - time.monotonic())
        return found

    def parse(self, raw):
        """os-ken's view of a message."""
        message = ofproto_parser.msg(self.protocol, raw.version, raw.type, len(raw.data), raw.xid, raw.data)
        if message is None:
            raise Failure(f"os-ken cannot read a message of type {raw.type}: {raw.data.hex()}")
        return message

    def next(self, kind, timeout=5.0):
        """The next message of a type (its number), parsed."""
        return self.parse(self.expect(lambda m: m.type == kind, f"a message of type {kind}", timeout))

    def none(self, kind):
        """Failure when a message of this type is there, once a barrier has been answered."""
        self.barrier()
        found = self.take(lambda m: m.type == kind)
        if found:
            raise Failure(f"a message of type {kind} came and must not: {found.data.hex()}")

    def all(self, kind):
        """All messages of a type that have come, parsed."""
        found = []
        while (raw := self.take(lambda m: m.type == kind)) is not None:
            found.append(self.parse(raw))
        return found

    # --- requests

    def barrier(self):
        """Everything before it is in force, and what it answered is in the inbox."""
        kind = self.of.OFPT_BARRIER_REQUEST
        data = self.send(self.frame(kind, b""))
        xid = struct.unpack_from("!I", data, 4)[0]
        self.expect(lambda m: m.type == kind + 1 and m.xid == xid, "a barrier reply", 20)

    def errors(self, data):
        """The errors that answer the message with these bytes: [((type, code), quoted bytes)]."""
        xid, found = struct.unpack_from("!I", data, 4)[0], []
        while (raw := self.take(lambda m: m.type == ERROR and m.xid == xid)) is not None:
            kind, code = struct.unpack_from("!HH", raw.data, 8)
            found.append(((kind, code), raw.data[12:]))
        return found

    def refusal(self, message):
        """Sends a message, or bytes: (type, code) of the error that answers it, or None. An error
        must quote the message: all of it or at least 64 bytes (1.3.5 §7.4.4)."""
        data = self.send(message)
        self.barrier()
        found = self.errors(data)
        if not found:
            return None
        kind, quoted = found[0]
        if len(found) > 1:
            raise Failure(f"one message was answered with errors {[k for k, _ in found]}")
        if quoted != data[:len(quoted)] or len(quoted) < min(64, len(data)):
            raise Failure(f"error {kind} quotes {quoted.hex()} of {data.hex()}")
        return kind

    def do(self, *messages):
        """Sends messages that must be accepted, and a barrier behind them."""
        sent = [self.send(m) for m in messages]
        self.barrier()
        for message, data in zip(messages, sent):
            for kind, quoted in self.errors(data):
                raise Refused(kind, quoted, type(message).__name__ + " " + data.hex())

    def ask(self, message, kind=None, timeout=10.0):
        """The reply to a request, parsed; one of several parts is a list of its parsed parts."""
        data = self.send(message)
        xid = struct.unpack_from("!I", data, 4)[0]
        raw = self.expect(lambda m: m.xid == xid, f"the reply to {type(message).__name__}", timeout)
        if raw.type == ERROR:
            raise Refused(struct.unpack_from("!HH", raw.data, 8), raw.data[12:], type(message).__name__)
        if kind is not None and raw.type != kind:
            raise Failure(f"the reply to {type(message).__name__} has type {raw.type}, not {kind}")
        return self.parse(raw)

    def stats(self, request):
        """The entries of all parts of a multipart's reply."""
        data = self.send(request)
        xid = struct.unpack_from("!I", data, 4)[0]
        entries = []
        while True:
            raw = self.expect(lambda m: m.xid == xid, f"the reply to {type(request).__name__}", 20)
            if raw.type == ERROR:
                raise Refused(struct.unpack_from("!HH", raw.data, 8), raw.data[12:], type(request).__name__)
            part = self.parse(raw)
            body = part.body
            entries += body if isinstance(body, list) else [body]
            if not part.flags & 1:
                return entries
