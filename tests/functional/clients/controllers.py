#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Controllers that nobody here wrote teach heddled to switch: os-ken and Open vSwitch's."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../lib"))
from heddle_test import *    # noqa: F403
from heddle_test.case import Process

PORT = 16653
APP = os.path.join(os.path.dirname(os.path.realpath(__file__)), "osken_learning_switch.py")


def hosts(switch, net, n=3):
    return [switch.connect(net, f"h{i}", ip=f"10.0.0.{i}") for i in range(1, n + 1)]


def everybody_talks(found):
    for a in found:
        for b in found:
            if a is not b:
                a.must_ping(b.ip, tries=20)


def connected(switch):
    return any(c["state"] == "connected" for c in switch.get("/v1/switch")["controllers"])


def serve(t, net, argv, log):
    """Runs a controller in the switch's namespace."""
    return Process(t, net.enter() + argv, log, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONUNBUFFERED="1"))


@test("an os-ken learning switch sets up the flows between three hosts")
def _(t):
    net = Net(t)
    controller = serve(t, net, ["/usr/bin/python3", "/usr/bin/osken-manager", "--ofp-listen-host", "127.0.0.1",
                                "--ofp-tcp-listen-port", str(PORT), APP], "osken.log")
    switch = Switch(t, net, args=["--controller", f"tcp:127.0.0.1:{PORT}"], fail_mode="secure")
    found = hosts(switch, net)
    wait_for("the controller is connected", lambda: connected(switch), 30)
    wait_for("its table-miss flow", lambda: any("CONTROLLER" in f for f in switch.flows()))
    everybody_talks(found)
    wait_for("flows for every pair", lambda: len([f for f in switch.flows() if "dl_dst" in f]) >= 6)
    before = switch.counters("h1")["punted"]
    found[0].must_ping(found[1].ip, count=20)
    equal(switch.counters("h1")["punted"], before, "frames to the controller once the flows are there")
    check(controller.alive(), "the controller has ended")
    check("Traceback" not in controller.text(), controller.text()[-600:])


@test("ovs-testcontroller, OpenFlow 1.3, active connection")
def _(t):
    net = Net(t)
    serve(t, net, ["ovs-testcontroller", "-O", "OpenFlow13", f"ptcp:{PORT}:127.0.0.1", f"--unixctl={t.path('tc.ctl')}"],
          "testcontroller.log")
    switch = Switch(t, net, args=["--controller", f"tcp:127.0.0.1:{PORT}"], fail_mode="secure")
    found = hosts(switch, net)
    wait_for("the controller is connected", lambda: connected(switch), 30)
    everybody_talks(found)


@test("ovs-testcontroller connects to the switch's listener, and goes; a secure switch keeps the flows")
def _(t):
    net = Net(t)
    switch = Switch(t, net, args=["--listen", f"tcp:127.0.0.1:{PORT}"], fail_mode="secure")
    found = hosts(switch, net)
    controller = serve(t, net, ["ovs-testcontroller", "-O", "OpenFlow13", "--max-idle=permanent", f"tcp:127.0.0.1:{PORT}",
                                f"--unixctl={t.path('tc.ctl')}"], "testcontroller.log")
    everybody_talks(found)
    controller.stop()
    found[0].must_ping(found[1].ip)


@test("two controllers at once; one dies and comes back within seconds")
def _(t):
    net = Net(t)
    def start(i):
        return serve(t, net, ["ovs-testcontroller", "-O", "OpenFlow13", f"ptcp:{PORT + i}:127.0.0.1", f"--unixctl={t.path(f'tc{i}.ctl')}"],
                     f"testcontroller{i}.log")
    first = start(0)
    start(1)
    switch = Switch(t, net, fail_mode="secure",
                    args=["--controller", f"tcp:127.0.0.1:{PORT}", "--controller", f"tcp:127.0.0.1:{PORT + 1}"])
    found = hosts(switch, net)
    def n_connected():
        return sum(c["state"] == "connected" for c in switch.get("/v1/switch")["controllers"])
    wait_for("both are connected", lambda: n_connected() == 2, 30)
    everybody_talks(found)
    first.child.kill()
    first.child.wait()
    wait_for("one is left", lambda: n_connected() == 1)
    everybody_talks(found)
    start(0)
    wait_for("both again", lambda: n_connected() == 2, 20)


main()
