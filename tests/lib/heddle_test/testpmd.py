# SPDX-License-Identifier: Apache-2.0
"""dpdk-testpmd with virtio-user ports: a guest's side of vhost-user ports, without a guest."""
import os
import re
import subprocess

from .case import Failure, Process, wait_for


class Testpmd:
    """One testpmd with a virtio-user device for each path.

    server: testpmd makes the sockets, the switch connects. It forwards between pairs of ports
    when told so; `mode` is testpmd's forwarding mode.
    """

    count = 0

    def __init__(self, case, paths, server=False, packed=False, queues=1, mode="io", options="",
                 more=(), wait=True):
        Testpmd.count += 1
        prefix = f"ht{os.getpid()}-t{Testpmd.count}"
        argv = ["stdbuf", "-oL", "dpdk-testpmd", "--lcores", "0@0-1,1@0-1", "--no-huge", "--no-shconf",
                "-m", "256", "--no-pci", "--file-prefix", prefix, "--no-telemetry"]
        self.macs = []
        for i, path in enumerate(paths):
            self.macs.append(f"52:54:01:00:{Testpmd.count & 255:02x}:{i:02x}")
            argv += ["--vdev", f"net_virtio_user{i},path={path},queues={queues},queue_size=256,mac={self.macs[i]}"
                     + (",server=1" if server else "") + (",packed_vq=1" if packed else "") + options]
        argv += ["--", "-i", "--nb-cores=1", "--no-mlockall", "--total-num-mbufs=8192", f"--rxq={queues}",
                 f"--txq={queues}", f"--forward-mode={mode}"]
        self.case, self.n = case, len(paths)
        self.process = Process(case, argv + list(more), f"testpmd{Testpmd.count}.log", stdin=subprocess.PIPE)
        if wait:
            self.ready()

    def ready(self):
        self.expect(r"testpmd> ", 0, 60)

    def expect(self, pattern, at=0, timeout=20):
        def found():
            if not self.process.alive():
                raise Failure(f"dpdk-testpmd ended: {self.process.text()[-300:]}")
            return re.search(pattern, self.process.text()[at:], re.M)
        return wait_for(f"dpdk-testpmd says {pattern}", found, timeout)

    def say(self, command, answer=None, timeout=20):
        """A command; waits for the prompt behind its answer and returns what came."""
        at = len(self.process.text())
        self.process.child.stdin.write((command + "\n").encode())
        self.process.child.stdin.flush()
        self.expect(answer or r"testpmd> ", at, timeout)
        return self.process.text()[at:]

    def stats(self, port):
        """{"RX-packets":…, "TX-packets":…, …} of a port."""
        text = self.say(f"show port stats {port}", r"########\n(.|\n)*#######\n")
        return {key: int(value) for key, value in re.findall(r"([RT]X-[\w-]+): +(\d+)", text)}

    def links_up(self):
        text = self.say("show port summary all")
        return len(re.findall(r"^\d+ +\S+ +\S+ +\S+ +up", text, re.M)) == self.n

    def wait_links(self):
        wait_for("virtio-user links are up", self.links_up, 20, 0.1)
