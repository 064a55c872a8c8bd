#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A switch's (and a controller's) HTTP API on a UNIX socket, with fixed answers and a log of requests."""

import http.server
import json
import os
import socketserver
import threading


def port(name, ofport, kind="vhost-user", vlan=None, **counters):
    return {
        "name": name, "ofport": ofport, "kind": kind, "arg": "/run/%s.sock" % name,
        "role": "server" if kind == "vhost-user" else None, "link": "up", "admin": "up",
        "mac": "02:00:00:00:00:%02x" % ofport, "mtu": 1500, "speed_bps": 10 ** 10, "queues": 1,
        "vlan": vlan or {"mode": "none"}, "connected": True, "features": ["mrg_rxbuf", "csum"],
        "counters": {"rx_packets": counters.get("rx", 0), "rx_bytes": counters.get("rx", 0) * 64,
                     "tx_packets": counters.get("tx", 0), "tx_bytes": counters.get("tx", 0) * 64,
                     "rx_dropped": 0, "tx_dropped": 0, "copies": 0, "punted": 0,
                     "forwarded": counters.get("rx", 0),
                     "drops": {"vlan_filtered": counters.get("drops", 0)}}}


class State:
    """What the mock answers; a test changes it."""

    def __init__(self):
        self.requests = []          # (method, path, body)
        self.ports = {
            "vm1": port("vm1", 1, vlan={"mode": "access", "access": 10}, rx=1000, tx=500, drops=7),
            "uplink": port("uplink", 2, "af_packet",
                           vlan={"mode": "trunk", "trunk": [[10, 10], [20, 30]], "native": 10})}
        self.step = 0               # added to the counters with each look at them
        self.raw = None             # (status, bytes) that is answered to everything
        self.cycles = 0

    def switch(self):
        return {"name": "mock0", "version": "0.1.0", "dpid": "0000000000000001", "uptime_s": 3661,
                "fail_mode": "standalone", "lcores": [1],
                "memory": {"pages": "normal", "mbufs": 8192, "mbufs_free": 8000,
                           "note": "39 MiB on normal pages"},
                "n_ports": 2, "n_flows": 12, "n_groups": 2, "n_macs": 4, "mac_table_size": 8192,
                "mac_ageing_s": 300, "rx_packets": 1250000, "tx_packets": 1200000, "drops": 7,
                "controllers": [{"target": "tcp:127.0.0.1:6653", "role": "equal",
                                 "state": "connected", "version": "1.3", "last_error": None},
                                {"target": "unix", "passive": True, "role": "equal",
                                 "state": "connected", "version": "1.3", "last_error": ""}],
                "listeners": ["unix:/run/heddle/mock0/of.sock"]}

    def list_ports(self):
        for p in self.ports.values():
            c = p["counters"]
            for key in ("rx_packets", "tx_packets"):
                c[key] += self.step
            for key in ("rx_bytes", "tx_bytes"):
                c[key] += self.step * 1000
        return list(self.ports.values())

    def lcores(self):
        self.cycles += 1000
        return [{"lcore": 1, "busy_cycles": self.cycles // 4, "idle_cycles": self.cycles * 3 // 4,
                 "packets": self.cycles // 100,
                 "rxqs": [{"port": "vm1", "queue": 0, "busy_cycles": self.cycles // 4,
                           "packets": self.cycles // 100}]}]

    def answer(self, method, path, body):
        if self.raw:
            return self.raw
        name = path.rsplit("/", 1)[-1]
        fixed = {
            "/v1/switch": self.switch, "/v1/ports": self.list_ports, "/v1/lcores": self.lcores,
            "/v1/macs": lambda: [{"mac": "02:00:00:00:00:01", "vlan": 10, "port": "vm1",
                                  "age_s": 3, "static": False}],
            "/v1/drops": lambda: [
                {"reason": "no_route", "meaning": "no flow matched", "packets": 0, "ports": {}},
                {"reason": "vlan_filtered", "meaning": "the port does not carry the VLAN",
                 "packets": 7, "ports": {"vm1": 7}}],
            "/v1/networks": lambda: [{"name": "red", "vlan": 10, "attachments": 2, "uplinks": 1}],
            "/v1/attachments": lambda: [{"network": "red", "switch": "sw1", "port": "vm1",
                                         "state": "applied", "mac": "02:00:00:00:00:01"}]}
        if method == "GET" and path in fixed:
            return 200, fixed[path]()
        if path.startswith("/v1/ports/"):
            if name not in self.ports:
                return 404, {"error": "there is no port '%s'; heddle port show lists them" % name}
            return {"GET": (200, self.ports[name]), "DELETE": (204, None),
                    "PATCH": (200, self.ports[name])}[method]
        if (method, path) == ("POST", "/v1/ports"):
            name = body["spec"].split(",")[0]
            if name in self.ports:
                return 409, {"error": "the port '%s' exists already; choose another name" % name}
            made = port(name, 3)
            made["qemu"] = ["-chardev", "socket,id=c-%s,path=/run/%s.sock" % (name, name),
                            "-netdev", "vhost-user,id=n-%s,chardev=c-%s" % (name, name)]
            made["libvirt"] = "<interface type='vhostuser'>\n</interface>\n"
            return 201, made
        if (method, path) == ("POST", "/v1/macs"):
            return 201, body
        if method == "DELETE" and path.startswith("/v1/macs"):
            return 204, None
        if (method, path) == ("POST", "/v1/reload"):
            return 200, {"added": 3, "deleted": 2, "modified": 1}
        return 404, {"error": "nothing is at %s; see docs/openapi.yaml" % path}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        state = self.server.state
        state.requests.append((self.command, self.path, body))
        status, answer = state.answer(self.command, self.path, body)
        if isinstance(answer, bytes):
            raw = answer
        else:
            raw = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        if raw:
            self.wfile.write(raw)

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any

    def address_string(self):
        return "unix"

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class Mock:
    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.path = os.path.join(directory, "api.sock")
        self.state = State()
        self.server = Server(self.path, Handler)
        self.server.state = self.state
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
