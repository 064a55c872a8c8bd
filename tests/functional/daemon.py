#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon itself: starting, stopping, side by side, configuration, bad input."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import re
import signal
import socket
import subprocess

from heddle_test import *    # noqa: F403
from heddle_test.case import Process
from heddle_test.switch import Api, Refused

SENTENCE = re.compile(r"\w.{15,}")      # a message that says something


@test("--help and --version speak to a newcomer and end with 0")
def _(t):
    out = run([program("heddled"), "--help"]).stdout
    for word in ("--port", "--controller", "--listen", "--run-dir", "--dpid", "--fail-mode", "--config",
                 "vhost-user", "af_packet", "tap"):
        check(word in out, f"--help does not mention {word}")
    check(re.search(r"\d+\.\d+", run([program("heddled"), "--version"]).stdout), "--version says no number")
    for name in ("heddle", "heddle-controller"):
        check(name in run([program(name), "--help"]).stdout, f"{name} --help does not say what it is")


@test("a wrong option, a wrong port and a wrong file end it with one sentence and a status")
def _(t):
    bad = t.path("bad.conf")
    with open(bad, "w", encoding="utf-8") as f:
        f.write("# comment\nname = x\nno-such-option = 1\n")
    base = [program("heddled"), "--run-dir", t.path("r"), "--stateless"]
    for arguments, word in ((["--no-such"], "no-such"), (["--port", "vm1,carrier-pigeon:x"], "carrier-pigeon"),
                            (["--port", "vm1"], "vm1"), (["--port", "p,tap:x,vlan=5000"], "5000"),
                            (["--dpid", "xyz"], "xyz"), (["--fail-mode", "open"], "open"),
                            (["--controller", "smoke:signal"], "smoke"), (["--config", bad], "no-such-option"),
                            (["--config", t.path("absent.conf")], "absent.conf")):
        done = run(base + arguments, ok=False, timeout=20)
        check(done.returncode not in (0, None) and done.returncode > 0, f"{arguments}: status {done.returncode}")
        said = (done.stderr + done.stdout).strip()
        check(word in said and SENTENCE.search(said), f"{arguments}: said {said[-300:]!r}")
    done = run(base + ["--config", bad], ok=False)
    check("bad.conf:3" in done.stderr + done.stdout, f"no file:line in {done.stderr[-200:]!r}")


@test("it starts with nothing configured, answers, and ends cleanly on SIGTERM and SIGINT")
def _(t):
    for number in (signal.SIGTERM, signal.SIGINT):
        switch = Switch(t)
        about = switch.get("/v1/switch")
        equal(about["name"], switch.name, "name")
        equal(about["n_ports"], 0, "ports")
        check(about["memory"]["pages"] in ("hugepages", "normal"), f"memory: {about['memory']}")
        check(about["memory"]["note"], "memory says no cost")
        check(len(about["lcores"]) >= 1, "no lcore")
        pid = os.path.join(switch.run_dir, "pid")
        equal(int(open(pid, encoding="utf-8").read()), switch.process.pid, "pid file")
        equal(switch.process.stop(number), 0, f"exit status after signal {number}")
        for name in ("api.sock", "of.sock", "pid"):
            check(not os.path.exists(os.path.join(switch.run_dir, name)), f"{name} is left behind")


@test("a default start takes tens of MB")
def _(t):
    switch = Switch(t)
    with open(f"/proc/{switch.process.pid}/status", encoding="utf-8") as f:
        status = dict(line.split(":", 1) for line in f)
    size = (int(status["VmRSS"].split()[0]) + int(status["HugetlbPages"].split()[0])) // 1024
    t.note(f"{size} MB resident")
    check(size < 200, f"{size} MB")


@test("an idle daemon lets its processor sleep")
def _(t):
    switch = Switch(t, ports=["x,dev:net_null0,no-rx=1"])
    def ticks():
        with open(f"/proc/{switch.process.pid}/stat", encoding="utf-8") as f:
            field = f.read().rsplit(")", 1)[1].split()
        return int(field[11]) + int(field[12])
    import time
    time.sleep(1)
    before, start = ticks(), time.monotonic()
    time.sleep(2)
    share = (ticks() - before) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - start)
    t.note(f"{share:.0%} of a core")
    check(share < 0.5, f"idle, it uses {share:.0%} of a core")


@test("several daemons run side by side, each with its own ports")
def _(t):
    net = Net(t)
    switches = [Switch(t, net) for _ in range(3)]
    hosts = [[s.connect(net, f"h{i}{j}", ip=f"10.0.{i}.{j + 1}") for j in range(2)] for i, s in enumerate(switches)]
    for i, (a, b) in enumerate(hosts):
        a.must_ping(b.ip)
        equal(switches[i].get("/v1/switch")["n_ports"], 2, "ports")
    equal(len({s.get("/v1/switch")["dpid"] for s in switches}), 3, "different datapath ids")


@test("a second daemon of the same name is refused and the first is unharmed")
def _(t):
    switch = Switch(t)
    done = run(switch.argv, ok=False, timeout=20)
    check(done.returncode > 0, "it started")
    check("run" in done.stderr.lower() + done.stdout.lower(), f"said {done.stderr[-300:]!r}")
    equal(switch.get("/v1/switch")["name"], switch.name, "name")


@test("stale sockets of a killed daemon are no obstacle")
def _(t):
    path = t.path("vm1.sock")
    switch = Switch(t, ports=[f"vm1,vhost-user:{path}"])
    check(os.path.exists(path), "no socket for the guest")
    switch.kill()
    check(os.path.exists(path) and os.path.exists(switch.socket), "nothing stale to test with")
    switch.start()
    equal(switch.port("vm1")["link"], "down", "link of a port without guest")


@test("a file that is no socket is not removed for one")
def _(t):
    path = t.path("precious")
    with open(path, "w", encoding="utf-8") as f:
        f.write("data")
    switch = Switch(t)
    try:
        switch.add_port(f"vm1,vhost-user:{path}")
    except Refused as refused:
        check(path in refused.sentence, refused.sentence)
    else:
        raise Failure("the port was added")
    equal(open(path, encoding="utf-8").read(), "data", "content")
    equal(switch.get("/v1/ports"), [], "ports")


@test("a configuration file says what the command line says")
def _(t):
    net = Net(t)
    a, b = net.host("ha", ip="10.0.0.1"), net.host("hb", ip="10.0.0.2")
    conf = t.path("heddled.conf")
    run_dir = t.path("fromfile")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(f"""# a switch from a file
name = fromfile
run-dir = {run_dir}
dpid = 00000000000000ab
stateless = yes
mac-ageing = 77
port = ha,af_packet:ha,vlan=10
port = hb,af_packet:hb,vlan=10,ofport=9
listen = unix:{t.path('extra.sock')}
""")
    switch = Switch(t, net, start=False)
    switch.argv = net.enter() + [program("heddled"), "--config", conf]
    switch.socket = os.path.join(run_dir, "api.sock")
    switch.start()
    about = switch.get("/v1/switch")
    equal((about["name"], about["dpid"], about["mac_ageing_s"]), ("fromfile", "00000000000000ab", 77), "settings")
    equal(switch.port("hb")["ofport"], 9, "ofport")
    equal(switch.port("ha")["vlan"]["access"], 10, "vlan")
    a.must_ping(b.ip)
    check("00000000000000ab" in run(["ovs-ofctl", "-O", "OpenFlow13", "show", f"unix:{t.path('extra.sock')}"]).stdout,
          "the extra listener is another switch's")


@test("bad requests are refused in one sentence and change nothing")
def _(t):
    net = Net(t)
    net.host("ha")
    switch = Switch(t, net, ports=["ha,af_packet:ha,vlan=10,ofport=3"])
    before = switch.port("ha")
    before.pop("counters")
    requests = [
        ("POST", "/v1/ports", {"spec": "ha,af_packet:ha"}, 409), ("POST", "/v1/ports", {"spec": "x"}, 400),
        ("POST", "/v1/ports", {"spec": "x,af_packet:no-such-iface"}, None),
        ("POST", "/v1/ports", {"spec": "x,tap:t0,ofport=3"}, None),
        ("POST", "/v1/ports", {"spec": "x,tap:t0,vlan=4096"}, 400), ("POST", "/v1/ports", {"spec": "x,tap:t0,mtu=10"}, 400),
        ("POST", "/v1/ports", {"spec": "x,vhost-user:" + "/y" * 80}, 400),
        ("POST", "/v1/ports", {"speck": "x"}, 400), ("POST", "/v1/ports", "{nonsense", 400),
        ("POST", "/v1/ports", [], 400), ("POST", "/v1/ports", {"spec": 7}, 400),
        ("PATCH", "/v1/ports/ha", {"vlan": 70000}, 400), ("PATCH", "/v1/ports/ha", {"trunk": "9;x"}, 400),
        ("PATCH", "/v1/ports/ha", {"colour": "red"}, 400), ("PATCH", "/v1/ports/none", {"vlan": 1}, 404),
        ("DELETE", "/v1/ports/none", None, 404), ("GET", "/v1/ports/none", None, 404), ("GET", "/v1/none", None, 404),
        ("DELETE", "/v1/switch", None, 405), ("POST", "/v1/macs", {"mac": "zz", "vlan": 1, "port": "ha"}, 400),
        ("POST", "/v1/macs", {"mac": "52:54:00:00:00:01", "vlan": 1, "port": "none"}, None),
    ]
    for method, path, body, status in requests:
        what = f"{method} {path} {body}"[:90]
        try:
            switch.request(method, path, body)
        except Refused as refused:
            check(400 <= refused.status < 500 and (status is None or refused.status == status),
                  f"{what}: status {refused.status} where {status} must be ({refused.sentence})")
            check(SENTENCE.search(refused.sentence) and "(no JSON" not in refused.sentence, f"{what}: {refused.sentence}")
        else:
            raise Failure(f"{what} was taken")
    after = switch.port("ha")
    after.pop("counters")
    equal(after, before, "port")
    equal(len(switch.get("/v1/ports")), 1, "number of ports")


@test("rubbish on its sockets harms nobody")
def _(t):
    switch = Switch(t)
    for name in ("api.sock", "of.sock"):
        path = os.path.join(switch.run_dir, name)
        for data in (b"\0" * 64, b"\x04\x00\x00\x04\0\0\0\0", b"\x04\x00\xff\xff\0\0\0\0" + b"A" * 70000, os.urandom(4096),
                     b"GET " + b"/" * 100000 + b" HTTP/1.1\r\n\r\n", b"\x04\x0e\x00\x09\0\0\0\0\0"):
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(2)
            s.connect(path)
            try:
                s.sendall(data)
                s.recv(65536)
            except OSError:
                pass
            s.close()
    check("n_tables" in switch.ofctl("show").stdout, "OpenFlow is gone")
    equal(switch.get("/v1/switch")["name"], switch.name, "name")


@test("metrics are Prometheus text")
def _(t):
    switch = Switch(t, ports=["x,dev:net_null0,no-rx=1,ofport=7"])
    text = switch.get("/metrics")
    names = set()
    for line in text.splitlines():
        if line and not line.startswith("#"):
            found = re.fullmatch(r"([a-zA-Z_:][\w:]*)(\{[^}]*\})? [-+\d.eE]+", line)
            check(found, f"not a sample: {line!r}")
            names.add(found.group(1))
    check(any("port" in n for n in names) and all(n.startswith("heddle") for n in names), f"{sorted(names)}")
    check('port="x"' in text or 'name="x"' in text, "the port is not in it")


@test("heddle shows and says 0, 1, 2, 3")
def _(t):
    switch = Switch(t, ports=["x,dev:net_null0,no-rx=1,ofport=7"])
    check("x" in switch.heddle("port", "show").stdout, "port show")
    import json
    equal(json.loads(switch.heddle("-j", "port", "show").stdout)[0]["ofport"], 7, "ofport in JSON")
    for words in (["show"], ["flow", "show"], ["mac", "show"], ["lcore", "show"], ["drops"], ["controller", "show"],
                  ["version"], ["stats", "--count", "1", "--interval", "1"]):
        check(switch.heddle(*words).stdout.strip(), f"{words}: says nothing")
    json.loads(switch.heddle("-j", "lcore", "show").stdout)
    for words, status in ((["port", "show", "none"], 1), (["port", "del", "none"], 1), (["no", "verb"], 2), (["port", "add"], 2)):
        done = switch.heddle(*words, ok=False)
        equal(done.returncode, status, f"status of {words}")
        check(SENTENCE.search(done.stderr), f"{words}: {done.stderr!r}")
    equal(heddle("--run-dir", t.path("nobody"), "show", ok=False).returncode, 3, "status without a switch")


main()
