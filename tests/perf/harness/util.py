# SPDX-License-Identifier: Apache-2.0
"""Small helpers: waiting by polling, CPU time of threads, DPDK telemetry, hugepages."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time


class Fail(RuntimeError):
    """Something a scenario needs did not happen; carries a readable reason."""


def wait_for(what, check, timeout=15.0, step=0.01):
    """Poll check() until it returns something true; return that."""
    end = time.monotonic() + timeout
    while True:
        got = check()
        if got:
            return got
        if time.monotonic() > end:
            raise Fail("timed out after %.0f s: %s" % (timeout, what))
        time.sleep(step)


def run(argv, **kw):
    """Run a command to its end; return stdout; Fail with stderr when it fails."""
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kw)
    if p.returncode:
        raise Fail("%s: rc %d: %s" % (" ".join(argv)[:200], p.returncode, p.stderr.strip()[-600:]))
    return p.stdout


# --- processor time ---------------------------------------------------------

def tsc_hz():
    """Nominal clock in Hz (constant TSC), from /proc/cpuinfo."""
    mhz = re.search(r"^cpu MHz\s*:\s*([\d.]+)", open("/proc/cpuinfo").read(), re.M)
    return float(mhz.group(1)) * 1e6 if mhz else 1e9


def _threads(pid):
    try:
        return os.listdir("/proc/%d/task" % pid)
    except FileNotFoundError:
        return []


def thread_cpu_ns(pid):
    """{tid: (comm, ns on CPU, ns waited for the CPU)} for all threads of pid."""
    out = {}
    for tid in _threads(pid):
        base = "/proc/%d/task/%s/" % (pid, tid)
        try:
            ns, delay = (int(v) for v in open(base + "schedstat").read().split()[:2])
            comm = open(base + "comm").read().strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        out[int(tid)] = (comm, ns, delay)
    return out


def busiest(before, after):
    """The thread that used most CPU between two samples: (tid, comm, ns on CPU, ns waited for it)."""
    best = (0, "", 0, 0)
    for tid, (comm, ns, delay) in after.items():
        _, ns0, delay0 = before.get(tid, (comm, 0, 0))
        if ns - ns0 > best[2]:
            best = (tid, comm, ns - ns0, delay - delay0)
    return best


def memory_kb(pid):
    """{"rss_kb":…, "hugetlb_kb":…} of a process."""
    text = open("/proc/%d/status" % pid).read()
    
    def pick(key):
        return int((re.search(r"^%s:\s*(\d+)" % key, text, re.M) or [0, 0])[1])
    return {"rss_kb": pick("VmRSS"), "hugetlb_kb": pick("HugetlbPages")}


# --- hugepages --------------------------------------------------------------

def ensure_hugepages(free_mb):
    """Have at least free_mb MiB of free 2 MiB hugepages; only ever raises the pool."""
    def field(name):
        return int(re.search(r"^%s:\s*(\d+)" % name, open("/proc/meminfo").read(), re.M).group(1))
    want = free_mb // 2

    def enough():
        free = field("HugePages_Free") - field("HugePages_Rsvd")
        if free < want:         # others may be taking pages at the same time: look again
            with open("/proc/sys/vm/nr_hugepages", "w") as f:
                f.write(str(field("HugePages_Total") + want - free + 16))
        return free >= want
    wait_for("%d MiB of free hugepages" % free_mb, enough, 15, 0.1)
    if not any(" hugetlbfs " in line for line in open("/proc/mounts")):
        os.makedirs("/dev/hugepages", exist_ok=True)
        run(["mount", "-t", "hugetlbfs", "none", "/dev/hugepages"])


# --- DPDK telemetry ---------------------------------------------------------

class Telemetry:
    """Client of a DPDK process's telemetry socket (same for testpmd, OVS and others)."""

    def __init__(self, file_prefix):
        run_dir = os.environ.get("RUNTIME_DIRECTORY") or (
            "/var/run" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR", "/tmp"))
        self.path = os.path.join(run_dir, "dpdk", file_prefix, "dpdk_telemetry.v2")
        self.sock = None

    def connect(self, timeout=20):
        def attempt():
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                s.connect(self.path)
            except OSError:
                s.close()
                return None
            s.settimeout(10)
            s.recv(4096)
            return s
        self.sock = wait_for("telemetry socket " + self.path, attempt, timeout)
        return self

    def ask(self, cmd):
        self.sock.send(cmd.encode())
        answer = json.loads(self.sock.recv(65536))
        return answer.get(cmd.split(",")[0])

    def ports(self):
        return self.ask("/ethdev/list") or []

    def stats(self, port):
        return self.ask("/ethdev/stats,%d" % port) or {}

    def close(self):
        if self.sock:
            self.sock.close()
            self.sock = None


class UnixHttp(http.client.HTTPConnection):
    """HTTP with JSON bodies over a UNIX socket; one connection, kept open."""

    def __init__(self, path, timeout=60):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def ask(self, method, url, body=None):
        """The decoded answer (None when empty); Fail with the switch's own words on 4xx and 5xx."""
        try:
            self.request(method, url, json.dumps(body) if body is not None else None,
                         {"Content-Type": "application/json"} if body is not None else {})
            answer = self.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as e:
            self.close()
            raise Fail("%s %s: %s: %r" % (method, url, self.path, e))
        if answer.status >= 400:
            raise Fail("%s %s %s: status %d: %s" % (method, url, body or "", answer.status, text.strip()))
        return json.loads(text) if text.strip() else None


# --- child processes --------------------------------------------------------

class Child:
    """A process this harness started; it ends only these, by pid."""

    running = []                # those not yet stopped

    def __init__(self, argv, log, stdin=False, env=None, cwd=None):
        self.argv = argv
        self.log_path = log
        self.log = open(log, "wb")
        self.p = subprocess.Popen(argv, stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                                  stdout=self.log, stderr=subprocess.STDOUT, env=env, cwd=cwd,
                                  start_new_session=True)
        self.pid = self.p.pid
        Child.running.append(self)

    def alive(self):
        return self.p.poll() is None

    def say(self, line):
        self.p.stdin.write((line + "\n").encode())
        self.p.stdin.flush()

    def text(self):
        self.log.flush()
        with open(self.log_path, "rb") as f:
            return f.read().decode(errors="replace")

    def expect(self, pattern, timeout=15, start=0):
        """Wait until the output after offset start matches pattern; return the match."""
        def look():
            m = re.search(pattern, self.text()[start:], re.S)
            if not m and not self.alive():
                raise Fail("process ended: %s\n%s" % (" ".join(self.argv)[:300], self.text()[-1500:]))
            return m
        return wait_for("%r in output of %s\n%s" % (pattern, self.argv[0], self.text()[-300:]),
                        look, timeout)

    def pause(self):
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def stop(self, timeout=5, sig=signal.SIGTERM):
        if self.alive():
            try:
                self.resume()
                self.p.send_signal(sig)
                self.p.wait(timeout)
            except subprocess.TimeoutExpired:
                self.p.kill()
                self.p.wait(timeout)
        if self in Child.running:
            Child.running.remove(self)
        if self.p.stdin:
            try:
                self.p.stdin.close()
            except OSError:
                pass
        self.log.close()
