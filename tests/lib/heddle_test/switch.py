# SPDX-License-Identifier: Apache-2.0
"""The programs under test: heddled, heddle-controller and heddle."""
import http.client
import json
import os
import socket
import time

from .case import Failure, Process, check, run, wait_for

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../.."))
BUILD = os.environ.get("HEDDLE_BUILD", os.path.join(ROOT, "build"))
PROGRAMS = {"heddled": "datapath/agent/heddled", "heddle-controller": "controller/heddle-controller",
            "heddle": "cli/heddle"}
COUNT = 0


def program(name):
    path = os.path.join(BUILD, PROGRAMS[name])
    if not os.access(path, os.X_OK):
        raise Failure(f"{path} is not there: build it, or set HEDDLE_BUILD to where it is")
    return path


def heddle(*arguments, **options):
    """Runs the command line tool."""
    return run([program("heddle"), *arguments], **options)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Refused(Exception):
    """An HTTP answer of 4xx or 5xx; `status` and the sentence of its "error"."""

    def __init__(self, status, sentence):
        super().__init__(f"{status}: {sentence}")
        self.status, self.sentence = status, sentence


class Api:
    """HTTP + JSON on a UNIX socket."""

    def __init__(self, path):
        self.socket = path

    def request(self, method, path, body=None):
        connection = UnixConnection(self.socket)
        try:
            data = None if body is None else body if isinstance(body, (str, bytes)) else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json"} if data else {})
            answer = connection.getresponse()
            text = answer.read().decode()
            kind = answer.getheader("Content-Type") or ""
        finally:
            connection.close()
        if answer.status >= 400:
            try:
                sentence = json.loads(text)["error"]
            except (ValueError, KeyError, TypeError):
                sentence = f"(no JSON with an error) {text[:200]}"
            raise Refused(answer.status, sentence)
        return json.loads(text) if text and "json" in kind else text

    def get(self, path):
        return self.request("GET", path)


class Switch(Api):
    """One heddled, in a folder of its own, stateless unless state=True."""

    def __init__(self, case, net=None, ports=(), args=(), name=None, state=False, sums=True, start=True,
                 fail_mode=None):
        global COUNT    # pylint: disable=global-statement
        COUNT += 1
        self.case, self.net = case, net
        self.name = name or f"ht{os.getpid()}-{COUNT}"
        self.run_dir, self.state_dir = case.path(self.name), case.path(self.name + ".state")
        super().__init__(os.path.join(self.run_dir, "api.sock"))
        self.argv = (net.enter() if net else []) + [
            program("heddled"), "--name", self.name, "--run-dir", self.run_dir]
        self.argv += ["--state-dir", self.state_dir] if state else ["--stateless"]
        if fail_mode:
            self.argv += ["--fail-mode", fail_mode]
        for port in ports:
            self.argv += ["--port", port]
        self.argv += list(args)
        self.sums = sums        # False: ports go away, and take what they counted with them
        self.portless = 0       # frames sent out for packet-outs that name no port as ingress
        self.process = None
        case.checks.append(self.ledger)
        if start:
            self.start()

    def start(self, more=()):
        self.process = Process(self.case, self.argv + list(more), f"{self.name}.log")
        self.ready()
        return self

    def ready(self):
        def answers():
            if not self.process.alive():
                raise Failure(f"heddled ended with {self.process.child.returncode} instead of starting")
            try:
                return self.get("/v1/switch")
            except (OSError, http.client.HTTPException, Refused):
                return None
        wait_for("heddled answers on its API", answers, 30)

    def stop(self):
        """Ends heddled politely; its exit status."""
        return self.process.stop()

    def kill(self):
        self.process.child.kill()
        self.process.child.wait()

    # --- ports

    def add_port(self, spec):
        return self.request("POST", "/v1/ports", {"spec": spec})

    def del_port(self, name):
        self.request("DELETE", f"/v1/ports/{name}")

    def set_port(self, name, **values):
        return self.request("PATCH", f"/v1/ports/{name}", values)

    def port(self, name):
        return self.get(f"/v1/ports/{name}")

    def ports(self):
        return {port["name"]: port for port in self.get("/v1/ports")}

    def counters(self, name):
        return self.port(name)["counters"]

    def dropped(self, name, reason):
        return self.counters(name)["drops"].get(reason, 0)

    def wait_link(self, name, state="up", timeout=20):
        wait_for(f"port {name} is {state}", lambda: self.port(name)["link"] == state, timeout)

    def connect(self, net, name, spec="", **options):
        """A host on a veth pair, and the af_packet port for it; spec is like ",vlan=10"."""
        host = net.host(name, **options)
        self.add_port(f"{name},af_packet:{name}{spec}")
        self.wait_link(name)
        return host

    # --- flows, through other people's tool

    @property
    def of(self):
        return "unix:" + os.path.join(self.run_dir, "of.sock")

    def ofctl(self, verb, *arguments, **options):
        version = options.pop("version", "OpenFlow13")
        return run(["ovs-ofctl", "-O", version, verb, self.of, *arguments], **options)

    def flows(self, *arguments):
        """The flows as ovs-ofctl prints them, without its head line."""
        return [line.strip() for line in self.ofctl("dump-flows", *arguments).stdout.splitlines()
                if "actions=" in line or "table=" in line]

    def heddle(self, *arguments, **options):
        return heddle("--run-dir", self.run_dir, *arguments, **options)

    # --- what must always hold

    def ledger_faults(self):
        """Sentences on ports whose counters do not add up."""
        faults, forwarded, sent = [], 0, 0
        for port in self.get("/v1/ports"):
            c = port["counters"]
            came = c["rx_packets"] + c["copies"] + c.get("injected", 0)
            went = c["forwarded"] + c["punted"] + sum(c["drops"].values())
            forwarded += c["forwarded"]
            sent += c["tx_packets"]
            if came != went:
                faults.append(f"port {port['name']}: rx {c['rx_packets']} + copies {c['copies']} + injected"
                              f" {c.get('injected', 0)} = {came}, but forwarded {c['forwarded']} + punted"
                              f" {c['punted']} + drops {c['drops']} = {went}")
        if self.sums and forwarded + self.portless != sent:
            faults.append(f"forwarded over all ports {forwarded + self.portless}, but sent {sent}")
        return faults

    def ledger(self):
        """Failure when the counters of the ports do not add up, once traffic has stopped."""
        if not self.process or not self.process.alive():
            return
        end = time.monotonic() + 5
        while faults := self.ledger_faults():
            if time.monotonic() > end:
                raise Failure("the ledger does not add up: " + "; ".join(faults))
            time.sleep(0.05)


class Controller(Api):
    """One heddle-controller with a declarative file."""

    def __init__(self, case, config, args=(), net=None, start=True, target=None):
        self.case, self.dir = case, case.path("controller")
        os.makedirs(self.dir, exist_ok=True)
        super().__init__(os.path.join(self.dir, "api.sock"))
        self.file = case.path("controller.yaml")
        self.write(config)
        self.target = target or f"unix:{case.path('controller.sock')}"
        self.argv = (net.enter() if net else []) + [
            program("heddle-controller"), "--config", self.file, "--listen", self.target,
            "--run-dir", self.dir, "--state-dir", self.dir, *args]
        self.process = None
        if start:
            self.start()

    def write(self, config):
        with open(self.file, "w", encoding="utf-8") as f:
            f.write(config)

    def start(self):
        self.process = Process(self.case, self.argv, "controller.log")

        def answers():
            check(self.process.alive(), "heddle-controller ended instead of starting")
            try:
                return self.get("/v1/networks") is not None
            except (OSError, http.client.HTTPException):
                return None
        wait_for("heddle-controller answers on its API", answers)

    def reload(self, config=None):
        if config is not None:
            self.write(config)
        return self.request("POST", "/v1/reload")

    def wait_applied(self, n, timeout=15):
        def applied():
            rows = self.get("/v1/attachments")
            return len(rows) == n and all(row["state"] in ("applied", "up") for row in rows)
        wait_for(f"{n} attachments are applied", applied, timeout)
