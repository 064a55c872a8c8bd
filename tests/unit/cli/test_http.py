#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every HTTP verb of heddle against a mock of the API; TAP on standard output.

usage: test_http.py HEDDLE
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mock_switch import Mock
from tap import Tap, heddle_at

TMP = tempfile.mkdtemp(prefix="heddle-cli-")
tap = Tap()


class Case:
    """A fresh mock for each test."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(dir=TMP)
        self.mock = Mock(self.dir)
        self.state = self.mock.state
        self.heddle = heddle_at(sys.argv[1], "--run-dir", self.dir)


@tap.test
def port_show_aligns_numbers_right():
    c = Case()
    r = c.heddle("port", "show")
    assert r.code == 0, r
    lines = r.out.splitlines()
    assert lines[0].split() == ["PORT", "OFPORT", "KIND", "LINK", "ADMIN", "VLAN", "MTU", "RX",
                                "FRAMES", "TX", "FRAMES", "DROPS", "WHERE"], r.out
    assert lines[1].split()[:6] == ["vm1", "1", "vhost-user", "up", "up", "10"], r.out
    assert "trunk 10;20-30 native 10" in lines[2], r.out
    end = lines[0].index("RX FRAMES") + len("RX FRAMES")
    assert lines[1][:end].endswith("1000"), r.out


@tap.test
def port_show_json_is_the_api_as_it_is():
    c = Case()
    r = c.heddle("-j", "port", "show")
    assert r.code == 0 and json.loads(r.out) == c.state.list_ports(), r


@tap.test
def port_show_of_one_port_shows_its_drops():
    c = Case()
    r = c.heddle("port", "show", "vm1")
    assert r.code == 0 and "OpenFlow port 1" in r.out and "vlan 10" in r.out, r
    assert any(line.split() == ["dropped:", "vlan_filtered", "7"] for line in r.out.splitlines()), r


@tap.test
def port_that_is_not_there_ends_with_1_and_the_switchs_sentence():
    c = Case()
    r = c.heddle("port", "show", "vm9")
    assert r.code == 1 and r.err == \
        "heddle: there is no port 'vm9'; heddle port show lists them\n", r


@tap.test
def port_name_is_escaped_in_the_path():
    c = Case()
    c.heddle("port", "show", "a/../b c")
    assert c.state.requests == [("GET", "/v1/ports/a%2F..%2Fb%20c", None)], c.state.requests


@tap.test
def port_add_prints_lines_that_a_shell_takes():
    c = Case()
    r = c.heddle("port", "add", "vm3,vhost-user:/run/vm3.sock,vlan=10")
    assert r.code == 0, r
    assert c.state.requests == [("POST", "/v1/ports",
                                 {"spec": "vm3,vhost-user:/run/vm3.sock,vlan=10"})]
    assert "  -chardev socket,id=c-vm3,path=/run/vm3.sock \\\n" \
           "  -netdev vhost-user,id=n-vm3,chardev=c-vm3\n" in r.out, r.out
    assert "<interface type='vhostuser'>\n</interface>\n" in r.out, r.out


@tap.test
def port_add_of_a_name_that_exists_is_refused():
    c = Case()
    r = c.heddle("port", "add", "vm1,tap:t0")
    assert r.code == 1 and "exists already" in r.err and r.out == "", r


@tap.test
def port_set_sends_numbers_texts_and_nulls():
    c = Case()
    r = c.heddle("port", "set", "vm1", "vlan=none", "trunk=10;20", "native=10", "mtu=9000",
                 "admin=down")
    assert r.code == 0 and r.out == "", r
    assert c.state.requests == [("PATCH", "/v1/ports/vm1", {
        "vlan": None, "trunk": "10;20", "native": 10, "mtu": 9000, "admin": "down"})]


@tap.test
def port_set_refuses_what_is_no_setting_before_it_asks():
    c = Case()
    for word in ("vlan=ten", "colour=red", "vlan", "admin=maybe", "mtu=99999999"):
        r = c.heddle("port", "set", "vm1", word)
        assert r.code == 2 and "'%s' is no setting" % word in r.err, r
    assert c.state.requests == []


@tap.test
def port_del_deletes():
    c = Case()
    r = c.heddle("port", "del", "vm1")
    assert (r.code, r.out, r.err) == (0, "", "") and \
        c.state.requests == [("DELETE", "/v1/ports/vm1", None)], r


@tap.test
def mac_verbs():
    c = Case()
    r = c.heddle("mac", "show")
    assert r.code == 0 and r.out.splitlines()[1].split() == \
        ["02:00:00:00:00:01", "10", "vm1", "3", "s"], r
    assert c.heddle("mac", "add", "02:00:00:00:00:0A", "vm1", "20").code == 0
    assert c.heddle("mac", "del", "02:00:00:00:00:0a", "20").code == 0
    assert c.heddle("mac", "flush").code == 0
    assert c.state.requests[1:] == [
        ("POST", "/v1/macs", {"mac": "02:00:00:00:00:0a", "vlan": 20, "port": "vm1"}),
        ("DELETE", "/v1/macs/02:00:00:00:00:0a/20", None), ("DELETE", "/v1/macs", None)]
    assert c.heddle("mac", "add", "02:00", "vm1").code == 2
    assert c.heddle("mac", "del", "02:00:00:00:00:0a", "5000").code == 2


@tap.test
def stats_shows_rates_of_the_interval():
    c = Case()
    c.state.step = 1000000
    r = c.heddle("-j", "stats", "--interval", "0.2", "--count", "2")
    lines = [json.loads(line) for line in r.out.splitlines()]
    assert r.code == 0 and len(lines) == 2, r
    vm1 = lines[0]["ports"][0]
    frames = vm1["rx_pps"] * lines[0]["interval_s"]
    assert abs(frames - 1000000) < 1 and vm1["name"] == "vm1", lines
    assert abs(vm1["rx_bps"] / vm1["rx_pps"] - 8000) < 0.1 and vm1["drops_ps"] == 0, lines
    r = c.heddle("stats", "--interval", "0.1", "--count", "1")
    assert r.code == 0 and "RX FRAMES/S" in r.out and "bit/s" in r.out, r


@tap.test
def lcore_show_says_load_and_cycles_per_frame():
    c = Case()
    r = c.heddle("lcore", "show", "--interval", "0.1")
    assert r.code == 0, r
    lines = r.out.splitlines()
    assert lines[1].split()[:3] == ["1", "all", "25.0"] and lines[1].split()[-1] == "25", r.out
    assert lines[2].split()[:3] == ["vm1", "0", "25.0"], r.out


@tap.test
def drops_leaves_out_what_did_not_happen():
    c = Case()
    r = c.heddle("drops")
    assert r.code == 0 and len(r.out.splitlines()) == 2, r
    assert r.out.splitlines()[1].split() == \
        "vlan_filtered 7 vm1 7 the port does not carry the VLAN".split(), r


@tap.test
def show_is_one_page():
    c = Case()
    r = c.heddle("show")
    assert r.code == 0, r
    for part in ("mock0", "datapath id 0000000000000001", "up 1 h 1 m", "12 flows, 2 groups",
                 "192 of 8192", "1 busy 25 %", "vm1", "tcp:127.0.0.1:6653", "vlan_filtered",
                 "39 MiB on normal pages", "unix (passive)"):
        assert part in r.out, (part, r.out)
    r = c.heddle("show", "-j")
    assert sorted(json.loads(r.out)) == ["drops", "lcores", "ports", "switch"], r


@tap.test
def controller_show():
    c = Case()
    r = c.heddle("controller", "show")
    assert r.code == 0 and "connected" in r.out and "listens at unix:/run/heddle" in r.out, r
    r = c.heddle("controller", "show", "-j")
    assert json.loads(r.out)["controllers"][0]["state"] == "connected", r


@tap.test
def controllers_verbs_go_to_the_controller():
    c = Case()
    r = c.heddle("network", "show")
    assert r.code == 0 and r.out.splitlines()[1].split() == ["red", "10", "2", "1"], r
    r = c.heddle("attachment", "show")
    assert r.code == 0 and r.out.splitlines()[1].split() == \
        ["red", "sw1", "vm1", "applied", "02:00:00:00:00:01"], r
    r = c.heddle("reload")
    assert r.code == 0 and r.out == "reloaded: 3 flows and groups added, 2 deleted, 1 modified\n", r


@tap.test
def nobody_there_ends_with_3_and_a_sentence():
    empty = tempfile.mkdtemp(dir=TMP)
    r = heddle_at(sys.argv[1], "--run-dir", empty)("show")
    assert r.code == 3 and r.err == (
        "heddle: cannot reach the switch '%s' at %s/api.sock: no such file; "
        "start heddled, or name the switch with -s\n" % (os.path.basename(empty), empty)), r
    r = heddle_at(sys.argv[1], "--run-dir", empty)("network", "show")
    assert r.code == 3 and "cannot reach the controller" in r.err, r


@tap.test
def socket_that_was_left_behind_ends_with_3():
    c = Case()
    c.mock.stop()
    r = c.heddle("show")
    assert r.code == 3 and "nobody listens there any more" in r.err, r


@tap.test
def answers_that_are_no_api_are_refused():
    c = Case()
    for raw, words in (((200, b"<html>"), "something else than JSON"),
                       ((500, b"oops"), "HTTP status 500"),
                       ((200, b"{}"), "wrong type of JSON"),
                       ((204, b""), "wrong type of JSON")):
        c.state.raw = raw
        r = c.heddle("port", "show")
        assert r.code == 1 and words in r.err and r.err.count("\n") == 1, r


@tap.test
def members_of_wrong_types_show_as_missing():
    c = Case()
    c.state.raw = (200, json.dumps([{"name": 5, "ofport": "x", "vlan": [], "counters": 1}, 7,
                                    None]).encode())
    r = c.heddle("port", "show")
    assert r.code == 0 and len(r.out.splitlines()) == 4, r


@tap.test
def control_characters_of_a_peer_do_not_reach_the_terminal():
    c = Case()
    c.state.raw = (400, json.dumps({"error": "bad \x1b[31mport\nheddle: forged"}).encode())
    r = c.heddle("port", "show")
    assert "\x1b" not in r.err and r.err.count("\n") == 1, r
    c.state.raw = (200, json.dumps([{"name": "a\x1b[2Jb"}]).encode())
    r = c.heddle("port", "show")
    assert "\x1b" not in r.out and "a?[2Jb" in r.out, r


@tap.test
def wrong_command_lines_end_with_2():
    heddle = heddle_at(sys.argv[1])
    for words, part in ((["prot", "show"], "there is no verb 'prot'"),
                        (["port"], "'port' needs an action; it has show add del set"),
                        (["port", "shwo"], "'port' has no action 'shwo'"),
                        (["port", "add"], "'port add' needs SPEC"),
                        (["port", "del", "a", "b"], "'port del' takes not more than NAME"),
                        (["--colour", "show"], "there is no option '--colour'"),
                        (["-q", "show"], "there is no option '-q'"),
                        (["show", "--api"], "--api needs a value"),
                        (["show", "--strict"], "--strict is no option of 'show'"),
                        (["stats", "--interval", "0"], "'0' is not a time"),
                        (["stats", "--count", "0"], "'0' is not a number"),
                        (["-s", "a", "--api", "b", "show"], "both name the peer"),
                        (["-s", "a/b", "show"], "cannot be the name of a switch"),
                        (["flow", "add"], "nothing to add is given"),
                        (["flow", "add", "--file", "/nowhere/at/all"], "cannot read"),
                        ([], "no verb is given")):
        r = heddle(*words)
        assert r.code == 2 and part in r.err and r.err.count("\n") == 1, (words, r)


@tap.test
def help_is_there_for_the_program_and_every_verb():
    heddle = heddle_at(sys.argv[1])
    r = heddle("--help")
    assert r.code == 0 and "Usage: heddle" in r.out and r.err == "", r
    verbs = [line[2:18].split() for line in r.out.splitlines()
             if line.startswith("  ") and line[2] not in "- "]
    assert ["port", "add"] in verbs and len(verbs) > 20, verbs
    for verb in verbs:
        for words in (["help"] + verb, verb + ["--help"]):
            r = heddle(*words)
            assert r.code == 0 and r.out.startswith("heddle " + " ".join(verb)), (words, r)
    assert heddle("version").out == heddle("--version").out


def complete(heddle, *words):
    """What bash offers for the last word."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")
    script = """
heddle() { "$program" "$@"; }
source "$root/completion/heddle.bash"
COMP_WORDS=(heddle "$@"); COMP_CWORD=$#; _heddle; printf '%s\\n' "${COMPREPLY[@]}"
"""
    r = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True,
                       env=dict(os.environ, program=heddle, root=root))
    assert r.returncode == 0 and r.stderr == "", r
    return r.stdout.split()


@tap.test
def bash_completes_verbs_options_and_port_names():
    c = Case()
    heddle, where = sys.argv[1], ["--run-dir", c.dir]
    assert complete(heddle, "po") == ["port"]
    assert complete(heddle, "port", "") == ["show", "add", "del", "set"]
    assert complete(heddle, *where, "port", "del", "") == ["vm1", "uplink"]
    assert complete(heddle, *where, "-j", "port", "set", "v") == ["vm1"]
    assert "vlan=" in complete(heddle, *where, "port", "set", "vm1", "")
    assert complete(heddle, "flow", "del", "--st") == ["--strict"]
    assert complete(heddle, "help", "mac", "f") == ["flush"]


code = tap.run()
shutil.rmtree(TMP, ignore_errors=True)
sys.exit(code)
