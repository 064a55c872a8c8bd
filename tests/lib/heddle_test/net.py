# SPDX-License-Identifier: Apache-2.0
"""Network namespaces: one for the switch, one for each host; raw sockets and counted streams.

Everything lives in namespaces of its own, so names cannot clash with the machine's or with
another test's, and the end of the namespaces ends the links.
"""
import ctypes
import os
import socket
import struct
import subprocess
import threading
import time

from .case import Failure, run, wait_for
from .frames import eth, udp

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 1 << 4, 1 << 6
ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
HOME = os.open("/proc/self/ns/net", os.O_RDONLY)
COUNT = 0


class Inside:
    """with Inside(name): this thread is in that network namespace."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        fd = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            self._go(fd)
        finally:
            os.close(fd)

    def __exit__(self, *_):
        self._go(HOME)

    def _go(self, fd):
        if LIBC.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns for {self.name}")


class Net:
    """The switch's namespace, and hosts around it."""

    def __init__(self, case):
        global COUNT    # pylint: disable=global-statement
        COUNT += 1
        self.case = case
        self.prefix = f"ht{os.getpid()}-{COUNT}"
        self.name = self.prefix + "-sw"
        self.hosts = []
        self._namespace(self.name)

    def _namespace(self, name):
        run(["ip", "netns", "add", name])
        self.case.defer(lambda: run(["ip", "netns", "del", name], ok=False))
        # IPv6 would talk by itself, and frames that nobody counts spoil counts.
        for knob in ("all", "default"):
            self._sysctl(name, f"net/ipv6/conf/{knob}/disable_ipv6", "1")
        run(["ip", "-n", name, "link", "set", "lo", "up"])

    def _sysctl(self, name, key, value):
        with Inside(name), open("/proc/sys/" + key, "w") as f:    # of who opens it
            f.write(value)

    def enter(self):
        """What to put before a command that shall run in the switch's namespace (same pid)."""
        return ["nsenter", f"--net=/run/netns/{self.name}"]

    def inside(self):
        """with net.inside(): this thread is in the switch's namespace."""
        return Inside(self.name)

    def host(self, name, ip=None, mac=None, mtu=1500):
        """A host on a veth pair: its side is eth0, the switch's side is called like the host."""
        host = Host(self, name, ip, mac)
        run(["ip", "-n", self.name, "link", "add", "name", name, "mtu", str(mtu), "type", "veth",
             "peer", "name", "eth0", "netns", host.ns, "mtu", str(mtu), "address", host.mac])
        run(["ip", "-n", self.name, "link", "set", "dev", name, "up"])
        # AF_PACKET and AF_XDP hand over frames whose checksums nobody has written yet.
        for where, link in ((host.ns, "eth0"), (self.name, name)):
            run(["nsenter", f"--net=/run/netns/{where}", "ethtool", "-K", link, "tx", "off", "tso", "off",
                 "gso", "off", "gro", "off", "rxvlan", "off", "txvlan", "off"], ok=False)
        host.up()
        return host

    def adopt(self, name, link, ip=None):
        """A host that takes over a link that the switch made (a tap); its name stays."""
        host = Host(self, name, ip, None)
        wait_for(f"the link {link}", lambda: run(["ip", "-n", self.name, "link", "show", "dev", link], ok=False).returncode == 0)
        run(["ip", "-n", self.name, "link", "set", "dev", link, "netns", host.ns])
        host.link = link
        host.mac = run(["ip", "-n", host.ns, "-o", "link", "show", "dev", link]).stdout.split("link/ether ")[1].split()[0]
        host.up()
        return host


class Host:
    """A network namespace with one link."""

    def __init__(self, net, name, ip, mac):
        self.net, self.name, self.ip, self.link = net, name, ip, "eth0"
        net.hosts.append(self)
        self.mac = mac or f"52:54:00:00:{len(net.hosts) >> 8:02x}:{len(net.hosts) & 255:02x}"
        self.ns = f"{net.prefix}-{name}"
        net._namespace(self.ns)         # pylint: disable=protected-access

    def up(self):
        run(["ip", "-n", self.ns, "link", "set", "dev", self.link, "up"])
        if self.ip:
            run(["ip", "-n", self.ns, "addr", "add", f"{self.ip}/24", "dev", self.link])

    def command(self, *argv):
        return ["nsenter", f"--net=/run/netns/{self.ns}", *argv]

    def run(self, *argv, **options):
        return run(self.command(*argv), **options)

    def pings(self, ip, count=1, size=56, wait=1, tries=1):
        """True when all of `count` echo requests are answered, in one of `tries` attempts."""
        for _ in range(tries):
            done = self.run("ping", "-n", "-q", "-c", str(count), "-i", "0.05", "-W", str(wait), "-s",
                            str(size), "-M", "do", ip, ok=False)
            if done.returncode == 0 and f" {count} received" in done.stdout:
                return True
        return False

    def must_ping(self, ip, **options):
        options.setdefault("tries", 10)
        if not self.pings(ip, **options):
            raise Failure(f"{self.name} does not reach {ip}")

    def must_not_ping(self, ip):
        if self.pings(ip, count=3):
            raise Failure(f"{self.name} reaches {ip} and must not")

    def raw(self):
        return RawSocket(self.ns, self.link)


def transfer(source, sink, size=2 << 20):
    """size random bytes over TCP from one host to the other arrive as they were sent."""
    receive = ("import socket,sys,hashlib; s=socket.socket(); s.setsockopt(1,2,1); s.bind(('0.0.0.0',5001)); s.listen();"
               "print('ready',flush=True); s.settimeout(60); c,_=s.accept(); c.settimeout(60); h=hashlib.sha256()\n"
               "while d:=c.recv(65536): h.update(d)\n"
               "print(h.hexdigest())")
    send = (f"import socket,os,hashlib; d=os.urandom({size}); s=socket.create_connection(('{sink.ip}',5001),60);"
            "s.sendall(d); s.close(); print(hashlib.sha256(d).hexdigest())")
    child = subprocess.Popen(sink.command("/usr/bin/python3", "-c", receive), stdout=subprocess.PIPE, text=True)
    try:
        child.stdout.readline()
        sent = source.run("/usr/bin/python3", "-c", send, timeout=90).stdout.strip()
        got = child.communicate(timeout=60)[0].strip()
    finally:
        child.kill()
        child.wait()
    if got != sent:
        raise Failure(f"of {size} bytes from {source.name} to {sink.name} not all arrived as they were sent")


class RawSocket:
    """Frames in and out of a link, with their VLAN tags where they were."""

    def __init__(self, ns, link):
        with Inside(ns):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
            self.socket.bind((link, ETH_P_ALL))

    def send(self, *frames):
        for frame in frames:
            self.socket.send(frame)

    def receive(self, timeout):
        """The next frame, or None after timeout."""
        self.socket.settimeout(max(timeout, 0.001))
        try:
            frame, extra, _, _ = self.socket.recvmsg(65536, 256)
        except (TimeoutError, BlockingIOError):
            return None
        for level, kind, data in extra:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", data[:20])
                if status & TP_STATUS_VLAN_VALID:
                    tpid = tpid if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
                    frame = frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
        return frame

    def expect(self, what, wanted, timeout=5.0):
        """The next frame for which wanted(frame) holds; others are passed over; else Failure."""
        end, others = time.monotonic() + timeout, 0
        while time.monotonic() < end:
            frame = self.receive(end - time.monotonic())
            if frame is not None and wanted(frame):
                return frame
            others += frame is not None
        raise Failure(f"{what} did not arrive in {timeout:.0f} s ({others} other frames did)")

    def drain(self, timeout=0.0):
        """All frames that are there, or come within timeout of each other."""
        frames = []
        while (frame := self.receive(timeout)) is not None:
            frames.append(frame)
        return frames

    def close(self):
        self.socket.close()


class Stream:
    """Numbered UDP frames from one host to another at a modest rate, each one counted.

    The rate is low enough that no queue of a busy machine overflows: what is missing, the
    switch lost.
    """

    count = 0

    def __init__(self, source, sink, rate=400, size=200, tags=b""):
        self.source, self.sink, self.rate = source, sink, rate
        self.size, self.tags = size, tags
        self.sent = 0
        Stream.count += 1
        self.mark = b"stream-%06d:" % Stream.count
        self.got = set()
        self.doubles = 0
        self._stop = threading.Event()
        self._quiet = threading.Event()
        self._tx, self._rx = source.raw(), sink.raw()
        self._threads = [threading.Thread(target=self._send, daemon=True),
                         threading.Thread(target=self._receive, daemon=True)]
        for thread in self._threads:
            thread.start()
        source.net.case.defer(self._close)

    def _close(self):
        self._stop.set()
        self._quiet.set()
        for thread in self._threads:
            thread.join()
        self._tx.close()
        self._rx.close()

    def _send(self):
        start = time.monotonic()
        while not self._stop.is_set():
            payload = self.mark + struct.pack("!I", self.sent)
            self._tx.send(eth(self.sink.mac, self.source.mac, 0x0800, udp(
                "192.0.2.1", "192.0.2.2", 4000, 4001, payload), self.tags, self.size))
            self.sent += 1
            ahead = start + self.sent / self.rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            elif ahead < -1:            # the machine was away: no burst to catch up
                start = time.monotonic() - self.sent / self.rate

    def _receive(self):
        while not self._quiet.is_set():
            frame = self._rx.receive(0.1)
            if frame is None:
                continue
            at = frame.find(self.mark)
            if at >= 0:
                number, = struct.unpack_from("!I", frame, at + len(self.mark))
                self.doubles += number in self.got
                self.got.add(number)

    def flows(self, timeout=10):
        """Waits until frames arrive, and then some."""
        before = len(self.got)
        wait_for(f"frames from {self.source.name} to {self.sink.name}", lambda: len(self.got) > before + 20, timeout)

    def end(self):
        """Stops sending, waits for the last frame; (sent, missing numbers)."""
        self._stop.set()
        self._threads[0].join()
        end = time.monotonic() + 3
        while len(self.got) < self.sent and time.monotonic() < end:
            time.sleep(0.02)
        self._quiet.set()
        self._threads[1].join()
        return self.sent, sorted(set(range(self.sent)) - self.got)

    def must_be_whole(self):
        sent, missing = self.end()
        if missing or self.doubles:
            raise Failure(f"of {sent} frames from {self.source.name} to {self.sink.name} {len(missing)} are"
                          f" missing ({missing[:5]}…), {self.doubles} came twice")
        if sent < 20:
            raise Failure(f"the stream of {sent} frames is too short to show anything")
