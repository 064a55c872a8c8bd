#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""OpenFlow over TLS: who is let in, who is not, and new certificates without a restart."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import shutil
import signal
import socket
import ssl
import warnings

from heddle_test import *    # noqa: F403
from heddle_test.case import Process

PORT = 26653
TARGET = f"tls:127.0.0.1:{PORT}"


def listening(t, authority, args=()):
    """A switch in a namespace of its own that listens for TLS."""
    net = Net(t)
    return Switch(t, net, args=["--listen", TARGET, *authority.options("switch"), *args]), net


def ofctl(net, options, *words, ok=True):
    return run([*net.enter(), "ovs-ofctl", "-O", "OpenFlow13", *options, *words], ok=ok, timeout=20)


def knows(switch, word):
    """Waits until the switch's log has the word."""
    wait_for(f"{word!r} in the log of the switch", lambda: word in switch.process.text())


def state(switch):
    return [c["state"] for c in switch.get("/v1/switch")["controllers"] if not c["passive"]]


warnings.simplefilter("ignore", DeprecationWarning)     # old versions are what is tested


def hello(net, authority=None, name="client", version=None):
    """A TLS client's first bytes from the switch, or the error."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = version
        if version < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("DEFAULT@SECLEVEL=0")
    if authority:
        key, cert = authority.sign(name)
        context.load_cert_chain(cert, key)
    with net.inside(), socket.create_connection(("127.0.0.1", PORT), timeout=10) as plain:
        try:
            with context.wrap_socket(plain) as s:
                return s.recv(8)
        except OSError as error:
            return error


@test("ovs-ofctl, heddle and others speak TLS with the switch when the CA signed both")
def _(t):
    ca = Authority(t)
    switch, net = listening(t, ca)
    ovs = ca.ovs_options("ofctl")
    ofctl(net, ovs, "add-flow", f"ssl:127.0.0.1:{PORT}", "priority=7,in_port=1,actions=drop")
    check("priority=7" in ofctl(net, ovs, "dump-flows", f"ssl:127.0.0.1:{PORT}").stdout, "the flow is not there")
    shown = run([*net.enter(), program("heddle"), "--of", TARGET, *ca.options("heddle"), "flow", "show"]).stdout
    check("priority=7" in shown, shown)
    # Many messages in both directions, in many records.
    flows = t.path("flows")
    with open(flows, "w", encoding="utf-8") as f:
        f.writelines(f"table=1,priority={i},in_port=1,actions=drop\n" for i in range(1, 5001))
    ofctl(net, ovs, "add-flows", f"ssl:127.0.0.1:{PORT}", flows)
    equal(len([l for l in ofctl(net, ovs, "dump-flows", f"ssl:127.0.0.1:{PORT}", "table=1").stdout.splitlines()
               if "actions=drop" in l]), 5000, "flows")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        got = hello(net, ca, version=version)
        check(isinstance(got, bytes) and got[1] == 0, f"{version}: {got!r}")


@test("who has no certificate of the CA, or speaks an old TLS or none, is turned away with a sentence")
def _(t):
    ca, other = Authority(t), Authority(t, "other")
    switch, net = listening(t, ca)
    check(not isinstance(hello(net), bytes) or hello(net) == b"", "a client without a certificate got in")
    knows(switch, "the peer shows no certificate")
    got = hello(net, other)
    check(not isinstance(got, bytes) or got == b"", f"a client of another CA got in: {got!r}")
    knows(switch, "the peer's certificate is refused")
    got = hello(net, ca, version=ssl.TLSVersion.TLSv1_1)
    check(not isinstance(got, bytes), f"TLS 1.1: {got!r}")
    key, cert = ca.sign("old", days=-1)
    done = ofctl(net, [f"--private-key={key}", f"--certificate={cert}", f"--ca-cert={ca.ca}"],
                 "show", f"ssl:127.0.0.1:{PORT}", ok=False)
    check(done.returncode, "an expired certificate got in")
    knows(switch, "expired")
    with net.inside(), socket.create_connection(("127.0.0.1", PORT), timeout=10) as plain:
        plain.sendall(b"\x04\x00\x00\x08\x00\x00\x00\x01" * 4)
        try:
            got = plain.recv(64)
        except ConnectionResetError:
            got = b""
        check(got[:1] != b"\x04", "plain OpenFlow was answered at a TLS port")
    knows(switch, "TLS with the peer failed")
    # And the tools say what is wrong.
    done = run([*net.enter(), program("heddle"), "--of", TARGET, *other.options("heddle", ca=ca.ca), "flow", "show"],
               ok=False, timeout=20)
    equal(done.returncode, 3, "status of heddle")
    check("certificate" in done.stderr or "CA" in done.stderr, done.stderr)
    done = run([*net.enter(), program("heddle"), "--of", TARGET, *ca.options("h2", ca=other.ca), "flow", "show"],
               ok=False, timeout=20)
    check("certificate is refused" in done.stderr, done.stderr)
    done = run([program("heddle"), "--of", TARGET, "flow", "show"], ok=False)
    check("--tls-key" in done.stderr and done.returncode == 2, f"{done.returncode}: {done.stderr}")
    metrics = switch.get("/metrics")
    check(f'heddle_listener_refused_total{{target="{TARGET}",reason="tls"}} 0' not in metrics, "they are not counted")
    check("n_tables" in switch.ofctl("show").stdout, "the switch suffered")


@test("a peer that stays silent in the handshake is dropped and holds up nobody")
def _(t):
    ca = Authority(t)
    switch, net = listening(t, ca)
    with net.inside():
        silent = [socket.create_connection(("127.0.0.1", PORT), timeout=20) for _ in range(80)]
    ofctl(net, ca.ovs_options("ofctl"), "show", f"ssl:127.0.0.1:{PORT}")
    knows(switch, "gives way")      # 64 may be under way
    for s in silent:
        s.settimeout(20)
        equal(s.recv(1), b"", "what a silent peer got")
        s.close()


@test("new certificates and a new CA count without a restart; a broken file leaves the old ones in force")
def _(t):
    old, new = Authority(t, "old"), Authority(t, "new")
    key, cert, ca = t.path("key.pem"), t.path("cert.pem"), t.path("ca-in-use.pem")

    def install(authority, name):
        for source, to in zip((*authority.sign(name), authority.ca), (key, cert, ca)):
            shutil.copy(source, to + ".new")
            os.rename(to + ".new", to)
    install(old, "switch")
    net = Net(t)
    switch = Switch(t, net, args=["--listen", TARGET, "--tls-key", key, "--tls-cert", cert, "--tls-ca", ca])
    mine, theirs = old.ovs_options("a"), new.ovs_options("b")
    show = ("show", f"ssl:127.0.0.1:{PORT}")
    ofctl(net, mine, *show)
    check(ofctl(net, theirs, *show, ok=False).returncode, "the other CA counts already")
    install(new, "switch2")
    ofctl(net, theirs, *show)
    check(ofctl(net, mine, *show, ok=False).returncode, "the former CA still counts")
    with open(cert, "w", encoding="utf-8") as f:
        f.write("no certificate")
    ofctl(net, theirs, *show)
    knows(switch, "cert.pem cannot be used as the TLS certificate")
    switch.process.child.send_signal(signal.SIGHUP)
    knows(switch, "has read its configuration again")
    ofctl(net, theirs, *show)


@test("heddled does not start without the files that TLS needs, and says which is wrong")
def _(t):
    ca, other = Authority(t), Authority(t, "other")
    key, cert = ca.sign("switch")
    for args, word in ((["--listen", TARGET], "--tls-key"),
                       (["--listen", TARGET, "--tls-key", key, "--tls-cert", cert], "--tls-ca"),
                       (["--tls-key", key, "--tls-cert", cert, "--tls-ca", t.path("none.pem")], "none.pem"),
                       (["--tls-key", other.sign("x")[0], "--tls-cert", cert, "--tls-ca", ca.ca], "x.key")):
        switch = Switch(t, args=args, start=False)
        done = run(switch.argv, ok=False, timeout=30)
        check(done.returncode > 0, f"{args}: it started")
        check(word in done.stderr, f"{args}: {done.stderr[-300:]}")


@test("the switch connects to a controller by TLS, and only to one whose certificate is of the CA")
def _(t):
    ca, other = Authority(t), Authority(t, "other")
    net = Net(t)

    def serve(authority, log):
        return Process(t, [*net.enter(), "ovs-testcontroller", "-O", "OpenFlow13", *authority.ovs_options("c" + log, ca=ca.ca),
                           f"pssl:{PORT}:127.0.0.1", f"--unixctl={t.path(log + '.ctl')}"], log)
    wrong = serve(other, "wrong.log")
    switch = Switch(t, net, args=["--controller", TARGET + ",backoff=1", *ca.options("switch")], fail_mode="secure")
    wait_for("the reason", lambda: "certificate is refused" in
             switch.get("/v1/switch")["controllers"][0]["last_error"], 20)
    check("connected" not in state(switch), f"{state(switch)}")
    wrong.stop()
    serve(ca, "right.log")
    wait_for("the controller is connected", lambda: state(switch) == ["connected"], 30)
    hosts = [switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in (1, 2)]
    hosts[0].must_ping(hosts[1].ip, tries=20)


@test("heddle-controller and heddled over TLS, each connecting to the other")
def _(t):
    ca = Authority(t)
    net = Net(t)
    config = ("switches: [{name: s, dpid: 0000000000000001}]\n"
              "networks: [{name: red, vlan: 10}]\n"
              "attachments: [{network: red, switch: s, port: p1}]\n")
    ports = ["p1,dev:net_null0,no-rx=1"]
    switch = Switch(t, net, ports=ports, args=["--dpid", "1", "--listen", TARGET, *ca.options("switch")])
    active = Controller(t, config, args=["--connect", TARGET, *ca.options("active")], net=net,
                        target=f"unix:{t.path('unused.sock')}")
    active.wait_applied(1)
    active.process.stop()
    switch.stop()
    target = f"tls:127.0.0.1:{PORT + 1}"
    Switch(t, net, ports=ports, args=["--dpid", "1", "--controller", target, *ca.options("switch2")])
    Controller(t, config, args=ca.options("passive"), net=net, target=target).wait_applied(1)


main()
