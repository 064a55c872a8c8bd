# SPDX-License-Identifier: Apache-2.0
"""What every system under test offers.

A system is started with a Setup (its ports, rules and processor), then paused and
resumed around measuring windows (SIGSTOP/SIGCONT), so that several systems can take
turns on the same core.  To add one, subclass System; see the README.
"""

import os
import shutil
import time

from ..util import Child, Fail, Telemetry, memory_kb, thread_cpu_ns


class Port:
    """A switch port: kind "vdev" (devargs) or "vhost" (socket path; the peer is the server)."""

    def __init__(self, kind, arg, mtu=None):
        self.kind, self.arg, self.mtu = kind, arg, mtu


class Setup:
    """Everything a system needs to be started."""

    def __init__(self, ports, ruleset, core=1, traffic=None, mbufs=262144, eal=(), env=None,
                 tso=False):
        self.ports, self.ruleset, self.core = ports, ruleset, core
        self.traffic, self.mbufs = traffic, mbufs
        self.eal, self.env = list(eal), env or {}       # more EAL arguments, environment
        self.tso = tso              # guests exchange TSO frames
        self.wrap = []              # command to run the switch under (valgrind)
        self.memory = ["--in-memory"]

    def mtu(self):
        return max((p.mtu or 1500) for p in self.ports) if self.ports else 1500


class System:
    name = "?"
    family = "?"                # what targets compare: "io", "mac", "ovs", "heddled"
    rules = True                # False: forwards without looking up rules
    settle = 0.3                # seconds to run after a pause before measuring

    def __init__(self, directory, tag):
        self.dir = os.path.join(directory, tag)
        os.makedirs(self.dir, exist_ok=True)
        self.prefix = "perf-%d-%s" % (os.getpid(), tag)
        self.children = []
        self.tele = Telemetry(self.prefix)
        self.setup = None

    def child(self, argv, log, **kw):
        c = Child(argv, os.path.join(self.dir, log), **kw)
        self.children.append(c)
        return c

    @property
    def main(self):
        """The child process that forwards packets."""
        if not self.children:
            raise Fail(self.name + " is not running")
        return self.children[-1]

    def start(self, setup):
        raise NotImplementedError

    def warm(self, timeout=30):
        """Run until the steady state."""
        time.sleep(0.5)

    def pause(self):
        self.main.pause()

    def resume(self):
        self.main.resume()

    def counters(self):
        """(packets received, packets sent) over all ethdev ports."""
        rx = tx = 0
        for p in self.tele.ports():
            s = self.tele.stats(p)
            rx += s.get("ipackets", 0)
            tx += s.get("opackets", 0)
        return rx, tx

    def cpu(self):
        return thread_cpu_ns(self.main.pid)

    def busy_start(self):
        """Begin counting busy cycles."""

    def busy_end(self):
        """{"busy_cycles":…, "packets":…} since busy_start, or {} when the system cannot tell."""
        return {}

    def memory(self):
        return memory_kb(self.main.pid)

    def openflow(self):
        """Where a controller connects: a UNIX socket path or (host, port); None without OpenFlow."""
        return None

    def forget(self):
        """Empty the caches of flows, where there are any."""

    def add_port(self, i, port, check=True):
        """Add port number i + 1."""
        raise Fail(self.name + " adds no ports")

    def del_port(self, i):
        raise Fail(self.name + " deletes no ports")

    def restart(self):
        """Kill the daemon and start it again: seconds from exec to its control socket and to the
        first packet out."""
        raise Fail(self.name + " does not restart")

    def stop(self):
        self.tele.close()
        for c in reversed(self.children):
            c.stop()
        self.children = []
        shutil.rmtree(os.path.dirname(self.tele.path), ignore_errors=True)      # the EAL leaves it
