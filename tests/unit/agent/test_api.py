#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI files say what the programs serve; TAP on standard output.

usage: test_api.py HEDDLED
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

import yaml

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
sys.path.insert(0, os.path.join(ROOT, "tests/unit/cli"))
from tap import Tap

METHODS = ("get", "post", "put", "patch", "delete")
tap = Tap()


def text(path):
    with open(os.path.join(ROOT, path)) as f:
        return f.read()


SWITCH = yaml.safe_load(text("docs/openapi.yaml"))
CONTROLLER = yaml.safe_load(text("docs/openapi-controller.yaml"))


def described(api):
    """Methods and paths, with {} for every parameter."""
    return {(method, re.sub(r"\{\w+\}", "{}", path))
            for path, item in api["paths"].items() for method in item if method in METHODS}


def resolve(api, schema):
    while "$ref" in schema:
        assert schema["$ref"].startswith("#/")
        ref, schema = schema["$ref"], api
        for part in ref[2:].split("/"):
            schema = schema[part]
    return schema


TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def differences(api, schema, value, where="answer"):
    """What of a value its schema does not say, or the other way around."""
    schema = resolve(api, schema)
    if "allOf" in schema:
        parts = [resolve(api, part) for part in schema["allOf"]]
        schema = {"type": "object",
                  "required": sum((part.get("required", []) for part in parts), []),
                  "properties": {k: v for part in parts for k, v in part["properties"].items()}}
    if value is None:
        return [] if schema.get("nullable") else [where + " is null"]
    wrong = []
    if not isinstance(value, TYPES[schema["type"]]):
        return ["%s is no %s" % (where, schema["type"])]
    if "enum" in schema and value not in schema["enum"]:
        wrong.append("%s is %s" % (where, value))
    if "pattern" in schema and not re.search(schema["pattern"], value):
        wrong.append("%s is %s" % (where, value))
    if schema["type"] == "array":
        for item in value:
            wrong += differences(api, schema["items"], item, where + "[]")
    if schema["type"] == "object":
        wrong += ["%s has no %s" % (where, key) for key in schema.get("required", [])
                  if key not in value]
        for key, member in value.items():
            below = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            wrong += (differences(api, below, member, where + "." + key) if below else
                      ["%s.%s is not described" % (where, key)])
    return wrong


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("x", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


class Heddled:
    """A switch without ports, privileges and state."""

    def __enter__(self):
        self.dir = tempfile.TemporaryDirectory(prefix="heddle-api-")
        run = os.path.join(self.dir.name, "run")
        self.api = os.path.join(run, "api.sock")
        self.log = open(os.path.join(self.dir.name, "log"), "w+")
        self.process = subprocess.Popen(
            [sys.argv[1], "--name", "api", "--run-dir", run, "--stateless", "--eal", "--no-huge",
             "--memory", "4", "--controller", "unix:" + self.dir.name + "/nobody",
             "--port", "a,dev:net_null0,no-rx=1"],
            stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while not os.path.exists(self.api):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.log.seek(0)
                raise AssertionError("heddled does not start: " + self.log.read())
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()
        self.dir.cleanup()

    def ask(self, method, path, body=None):
        c = Connection(self.api)
        c.request(method.upper(), path, None if body is None else json.dumps(body))
        answer = c.getresponse()
        data = answer.read().decode()
        c.close()
        return answer.status, answer.getheader("Content-Type"), data


@tap.test
def every_route_of_the_switch_is_described_and_no_other():
    routes = {(method.lower(), path) for method, path in
              re.findall(r'\{EVHTTP_REQ_(\w+), "([^"]+)"', text("datapath/agent/api.c"))}
    assert len(routes) > 10 and routes == described(SWITCH), routes ^ described(SWITCH)


@tap.test
def every_route_of_the_controller_is_described_and_no_other():
    source = text("controller/api.c")
    routes = {("get", path) for path in re.findall(r'\{"(/v1/\w+)", view_', source)}
    routes |= {("post", path) for path in re.findall(r'strcmp\(path, "(/v1/\w+)"\)', source)}
    assert len(routes) > 4 and routes == described(CONTROLLER), routes ^ described(CONTROLLER)


@tap.test
def every_reference_leads_somewhere():
    for api in (SWITCH, CONTROLLER):
        for ref in set(re.findall(r"'\$ref': '([^']+)'", str(api))):
            resolve(api, {"$ref": ref})


# Method, path, body, the path as it is described, and the status.
REQUESTS = [
    ("get", "/v1/switch", None, "/v1/switch", 200),
    ("get", "/v1/ports", None, "/v1/ports", 200),
    ("post", "/v1/ports", {"spec": "b,dev:net_null1,no-rx=1,vlan=10"}, "/v1/ports", 201),
    ("post", "/v1/ports", {"spec": "b,dev:net_null2"}, "/v1/ports", 409),
    ("post", "/v1/ports", {"spec": "c"}, "/v1/ports", 400),
    ("get", "/v1/ports/b", None, "/v1/ports/{name}", 200),
    ("get", "/v1/ports/none", None, "/v1/ports/{name}", 404),
    ("patch", "/v1/ports/b", {"trunk": "10;20-30", "native": 10}, "/v1/ports/{name}", 200),
    ("patch", "/v1/ports/b", {"vlan": 4095}, "/v1/ports/{name}", 400),
    ("patch", "/v1/ports/none", {"vlan": 1}, "/v1/ports/{name}", 404),
    ("delete", "/v1/ports/none", None, "/v1/ports/{name}", 404),
    ("get", "/v1/lcores", None, "/v1/lcores", 200),
    ("post", "/v1/macs", {"mac": "52:54:00:00:00:01", "vlan": 10, "port": "b"}, "/v1/macs", 204),
    ("post", "/v1/macs", {"mac": "ff:ff:ff:ff:ff:ff", "port": "b"}, "/v1/macs", 400),
    ("post", "/v1/macs", {"mac": "52:54:00:00:00:01", "port": "none"}, "/v1/macs", 404),
    ("get", "/v1/macs", None, "/v1/macs", 200),
    ("delete", "/v1/macs", None, "/v1/macs", 200),
    ("delete", "/v1/macs/52:54:00:00:00:01/10", None, "/v1/macs/{mac}/{vlan}", 204),
    ("delete", "/v1/macs/52:54:00:00:00:01/10", None, "/v1/macs/{mac}/{vlan}", 404),
    ("delete", "/v1/macs/x/10", None, "/v1/macs/{mac}/{vlan}", 400),
    ("get", "/v1/drops", None, "/v1/drops", 200),
    ("get", "/metrics", None, "/metrics", 200),
    ("delete", "/v1/ports/b", None, "/v1/ports/{name}", 204),
]


@tap.test
def answers_are_as_described():
    wrong = []
    with Heddled() as switch:
        for method, path, body, pattern, expected in REQUESTS:
            where = "%s %s" % (method, path)
            status, kind, data = switch.ask(method, path, body)
            answers = SWITCH["paths"][pattern][method]["responses"]
            if status != expected or str(status) not in answers:
                wrong.append("%s: %d %s" % (where, status, data))
                continue
            content = resolve(SWITCH, answers[str(status)]).get("content", {})
            if not content:
                wrong += [where + " has a body"] if data else []
            elif "application/json" in content:
                wrong += differences(SWITCH, content["application/json"]["schema"],
                                     json.loads(data), where)
            elif not kind.startswith("text/plain"):
                wrong.append("%s: %s" % (where, kind))
    assert wrong == [], wrong


@tap.test
def every_operation_of_the_switch_was_asked():
    asked = {(r[0], re.sub(r"\{\w+\}", "{}", r[3])) for r in REQUESTS}
    assert asked == described(SWITCH), asked ^ described(SWITCH)


sys.exit(tap.run())
