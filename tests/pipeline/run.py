#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""run.py HEDDLED HEDDLE [NAME…]: pcap in, flows, pcap out, without root and hugepages.

One switch serves all cases: for each, ports 1 to 4 (pcap files that only record) are added and its
flows are loaded; then port 1 comes again, with the input. When it has read its file the ports go, the files are compared with what the case expects, and the ledger of port 1
must add up.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
sys.dont_write_bytecode = True

from scapy.utils import PcapReader, PcapWriter  # noqa: E402

from cases import CASES  # noqa: E402

N_PORTS = 4


class Failed(Exception):
    pass


class Api(http.client.HTTPConnection):
    """The switch's HTTP API on its UNIX socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)

    def ask(self, method, url, body=None):
        self.request(method, url, json.dumps(body) if body is not None else None)
        answer = self.getresponse()
        text = answer.read()
        self.close()
        if answer.status >= 400:
            raise Failed("%s %s: %s" % (method, url, text.decode()))
        return json.loads(text) if text else None


def wait_for(what, check, timeout=20):
    end = time.monotonic() + timeout
    while True:
        got = check()
        if got:
            return got
        if time.monotonic() > end:
            raise Failed("waited in vain for " + what)
        time.sleep(0.005)


class Switch:
    def __init__(self, heddled, heddle, work):
        self.work, self.heddle = work, heddle
        self.run_dir = os.path.join(work, "run")
        self.log = open(os.path.join(work, "log"), "w+")
        self.process = subprocess.Popen(
            [heddled, "--name", "pipeline", "--run-dir", self.run_dir, "--stateless",
             "--fail-mode", "secure", "--memory", "64",
             "--eal", "--no-huge --in-memory -m 256"], stdout=self.log, stderr=self.log)
        self.api = Api(os.path.join(self.run_dir, "api.sock"))
        wait_for("the switch: " + self.text()[-300:], self.answers, 60)

    def text(self):
        self.log.flush()
        with open(self.log.name) as f:
            return f.read()

    def answers(self):
        if self.process.poll() is not None:
            raise Failed("the switch ended: " + self.text()[-2000:])
        try:
            return self.api.ask("GET", "/v1/switch")
        except OSError:
            self.api.close()
            return None

    def heddle_do(self, *args):
        p = subprocess.run([self.heddle, "--of", "unix:" + os.path.join(self.run_dir, "of.sock"),
                            *args], capture_output=True, text=True, timeout=30)
        if p.returncode:
            raise Failed("heddle %s: %s" % (" ".join(args), p.stderr.strip()))
        return p.stdout

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        if status != 0:
            raise Failed("the switch ended with %d: %s" % (status, self.text()[-4000:]))


def write_pcap(path, frames):
    writer = PcapWriter(path, linktype=1)
    writer.write_header(None)
    for f in frames:
        writer.write(bytes(f))
    writer.close()


def read_pcap(path):
    if not os.path.exists(path) or os.path.getsize(path) < 24:
        return []
    with PcapReader(path) as reader:
        return [bytes(p) for p in reader]


def ledger_of(switch):
    c = switch.api.ask("GET", "/v1/ports/p1")["counters"]
    left = c["rx_packets"] + c["copies"] + c["injected"]
    right = c["forwarded"] + c["punted"] + sum(c["drops"].values())
    return c, left, right


def add_port(switch, case, n, frames):
    inp = os.path.join(switch.work, "in%d.pcap" % n)
    out = os.path.join(switch.work, "out%d.pcap" % n)
    write_pcap(inp, frames)
    if os.path.exists(out):
        os.unlink(out)
    options = "," + case.ports[n] if n in case.ports else ""
    switch.api.ask("POST", "/v1/ports",
                   {"spec": "p%d,pcap:%s:%s,ofport=%d%s" % (n, inp, out, n, options)})
    return out


def run_case(switch, case):
    out = {n: add_port(switch, case, n, []) for n in range(1, N_PORTS + 1)}
    switch.heddle_do("flow", "del")
    switch.heddle_do("group", "del")
    for text in case.groups:
        switch.heddle_do("group", "add", text)
    for text in case.flows:
        switch.heddle_do("flow", "add", text)
    for n in [1, *case.gone]:
        switch.api.ask("DELETE", "/v1/ports/p%d" % n)
    add_port(switch, case, 1, case.frames)

    def through():
        c, left, right = ledger_of(switch)
        return c["rx_packets"] == len(case.frames) and left == right and c
    try:
        counters = wait_for("all frames to be through", through)
    finally:
        for port in switch.api.ask("GET", "/v1/ports"):
            switch.api.ask("DELETE", "/v1/ports/" + port["name"])
        wait_for("the ports to go", lambda: not switch.api.ask("GET", "/v1/ports"))
    for n, expected in case.out.items():
        got, want = read_pcap(out[n]), [bytes(f) for f in expected]
        if got != want:
            raise Failed("port %d sent\n%s\ninstead of\n%s" % (
                n, "\n".join(g.hex() for g in got), "\n".join(w.hex() for w in want)))
    drops = {k: v for k, v in counters["drops"].items() if v}
    if drops != case.drops:
        raise Failed("drops were %s instead of %s" % (drops, case.drops))


def main():
    heddled, heddle, only = sys.argv[1], sys.argv[2], sys.argv[3:]
    cases = [c for c in CASES if not only or any(o in c.name for o in only)]
    failed = 0
    print("1..%d" % (len(cases) + 1))
    with tempfile.TemporaryDirectory(prefix="hp-") as work:
        switch = Switch(heddled, heddle, work)
        for i, case in enumerate(cases, 1):
            try:
                run_case(switch, case)
                print("ok %d - %s" % (i, case.name), flush=True)
            except Failed as e:
                failed += 1
                print("not ok %d - %s" % (i, case.name))
                print("# " + str(e).replace("\n", "\n# "), flush=True)
        try:
            switch.stop()
            print("ok %d - the switch ends cleanly" % (len(cases) + 1))
        except (Failed, subprocess.TimeoutExpired) as e:
            failed += 1
            print("not ok %d - the switch ends cleanly" % (len(cases) + 1))
            print("# " + str(e).replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
