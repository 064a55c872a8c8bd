#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""heddle flow and group against a mock of an OpenFlow 1.3 switch; TAP on standard output.

usage: test_openflow.py HEDDLE
"""

import json
import os
import shutil
import struct
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mock_openflow import Mock, action_output, match_in_port
from tap import Tap, heddle_at

TMP = tempfile.mkdtemp(prefix="heddle-cli-of-")
tap = Tap()


class Case:
    def __init__(self):
        self.dir = tempfile.mkdtemp(dir=TMP)
        self.mock = Mock(self.dir)
        self.heddle = heddle_at(sys.argv[1], "--run-dir", self.dir)


def flow_mod(body):
    """(cookie, cookie_mask, table, command, idle, hard, priority, buffer, out_port, out_group,
    flags), the rest."""
    return struct.unpack("!QQBBHHHIIIH2x", body[:40]), body[40:]


@tap.test
def flow_show_prints_the_fields_syntax_with_port_names():
    c = Case()
    r = c.heddle("flow", "show")
    assert r.code == 0, r
    lines = r.out.splitlines()
    assert len(lines) == 2, r.out
    for part in ("cookie=0xabc", "duration=5.5", "table=0", "n_packets=3", "n_bytes=192",
                 "idle_timeout=60", "priority=100", "in_port=vm1", "actions=output:vm2"):
        assert part in lines[0], (part, r.out)
    assert "table=1" in lines[1] and "in_port=vm2" in lines[1], r.out


@tap.test
def flow_show_works_on_any_target():
    c = Case()
    r = heddle_at(sys.argv[1])("flow", "show", "--of", "unix:" + c.mock.path)
    assert r.code == 0 and len(r.out.splitlines()) == 2, r


@tap.test
def flow_show_json():
    c = Case()
    flows = json.loads(c.heddle("flow", "show", "-j").out)
    assert flows[0] == {
        "table": 0, "priority": 100, "match": "in_port=vm1", "actions": "output:vm2",
        "cookie": "0xabc", "n_packets": 3, "n_bytes": 192, "duration_s": 5.5,
        "idle_timeout_s": 60, "hard_timeout_s": 0}, flows
    assert len(flows) == 2
    c.mock.flows = []
    assert json.loads(c.heddle("flow", "show", "-j").out) == []


@tap.test
def flow_show_sends_its_filter():
    c = Case()
    r = c.heddle("flow", "show", "table=3,cookie=0x1/0xff,out_port=vm2,in_port=vm1")
    assert r.code == 0, r
    body = c.mock.multiparts[-1]
    table, out_port, out_group, cookie, mask = struct.unpack("!B3xII4xQQ", body[8:40])
    assert (table, out_port, out_group, cookie, mask) == (3, 2, 0xffffffff, 1, 0xff), body
    assert body[40:] == match_in_port(1), body


@tap.test
def flow_show_with_a_bad_filter_ends_with_2():
    c = Case()
    r = c.heddle("flow", "show", "in_prot=1")
    assert r.code == 2 and "in_prot" in r.err and r.out == "", r


@tap.test
def flow_add_sends_one_flow_mod():
    c = Case()
    r = c.heddle("flow", "add", "priority=100,table=2,cookie=7,idle_timeout=9,in_port=vm1,"
                                "actions=output:vm2")
    assert (r.code, r.out, r.err) == (0, "", ""), r
    head, rest = flow_mod(c.mock.flow_mods[0])
    assert head[0] == 7 and head[2:8] == (2, 0, 9, 0, 100, 0xffffffff), head
    assert rest == match_in_port(1) + struct.pack("!HH4x", 4, 24) + action_output(2), rest
    assert len(c.mock.flow_mods) == 1


@tap.test
def flow_add_takes_a_file_with_comments_and_commands():
    c = Case()
    path = os.path.join(c.dir, "flows.txt")
    with open(path, "w") as f:
        f.write("# a file\n\n  priority=1,actions=drop  # all\r\nadd priority=2,actions=vm1\n"
                "delete in_port=vm1\ndelete_strict priority=4,in_port=vm1\n")
    r = c.heddle("flow", "add", "--file", path)
    assert r.code == 0, r
    got = [(flow_mod(m)[0][3], flow_mod(m)[0][6]) for m in c.mock.flow_mods]
    assert [command for command, _ in got] == [0, 0, 3, 4], got
    assert got[0][1] == 1 and got[1][1] == 2 and got[3][1] == 4, got


@tap.test
def flow_add_takes_many_from_standard_input():
    c = Case()
    lines = "".join("priority=%d,in_port=1,actions=output:2\n" % (1000 + i) for i in range(3000))
    r = c.heddle("flow", "add", "-", stdin=lines)
    assert r.code == 0, r
    assert [flow_mod(m)[0][6] for m in c.mock.flow_mods] == list(range(1000, 4000))


@tap.test
def typing_error_in_a_file_sends_nothing():
    c = Case()
    r = c.heddle("flow", "add", "-", stdin="priority=1,actions=drop\nnonsense=1,actions=drop\n")
    assert r.code == 2 and "standard input:2: " in r.err and "nonsense" in r.err, r
    assert c.mock.flow_mods == []


@tap.test
def port_that_does_not_exist_is_named():
    c = Case()
    r = c.heddle("flow", "add", "in_port=vm9,actions=drop")
    assert r.code == 2 and "vm9" in r.err and r.err.count("\n") == 1, r


@tap.test
def refusal_is_said_with_its_line():
    c = Case()
    lines = "".join("priority=%d,actions=drop\n" % p for p in [1, 666] + [2] * 600 + [666])
    r = c.heddle("flow", "add", "-", stdin=lines)
    assert r.code == 1 and len(c.mock.flow_mods) == 603, r
    errors = r.err.splitlines()
    assert len(errors) == 2, r
    assert "standard input:2: the switch refused the flow 'priority=666,actions=drop'" in errors[0]
    assert "standard input:603: " in errors[1] and "delete some first" in errors[1], r


@tap.test
def flow_del_is_loose_and_strict_is_strict():
    c = Case()
    assert c.heddle("flow", "del", "in_port=vm1").code == 0
    assert c.heddle("flow", "del", "--strict", "priority=5,in_port=vm1").code == 0
    assert c.heddle("flow", "del").code == 0
    heads = [flow_mod(m)[0] for m in c.mock.flow_mods]
    assert [h[3] for h in heads] == [3, 4, 3] and heads[1][6] == 5, heads
    assert heads[0][2] == 255 and heads[2][2] == 255, heads
    assert heads[2][8:10] == (0xffffffff, 0xffffffff), heads


@tap.test
def group_show_has_counters_and_buckets():
    c = Case()
    r = c.heddle("group", "show")
    assert r.code == 0, r
    for part in ("group_id=5", "type=all", "n_packets=9", "output:vm2"):
        assert part in r.out, (part, r.out)
    groups = json.loads(c.heddle("group", "show", "-j").out)
    assert groups[0]["group_id"] == 5 and groups[0]["buckets"][0]["actions"] == "output:vm2"
    assert groups[0]["n_bytes"] == 576 and groups[0]["ref_count"] == 1, groups


@tap.test
def group_that_is_not_there_ends_with_1():
    c = Case()
    assert c.heddle("group", "show", "5").code == 0
    r = c.heddle("group", "show", "6")
    assert r.code == 1 and "there is no group 6" in r.err, r
    assert c.heddle("group", "show", "x").code == 2


@tap.test
def group_add_and_del():
    c = Case()
    r = c.heddle("group", "add", "group_id=7,type=all,bucket=output:vm1,bucket=output:2")
    assert r.code == 0, r
    assert struct.unpack("!HBxI", c.mock.group_mods[0][:8]) == (0, 0, 7)
    assert c.mock.group_mods[0].count(action_output(1)) == 1
    assert c.heddle("group", "del", "7").code == 0
    assert struct.unpack("!HBxI", c.mock.group_mods[1][:8]) == (2, 0, 7)
    assert c.heddle("group", "del").code == 0
    assert struct.unpack("!HBxI", c.mock.group_mods[2][:8]) == (2, 0, 0xfffffffc)
    r = c.heddle("group", "add", "group_id=666,type=all,bucket=output:vm1")
    assert r.code == 1 and "heddle group mod, or delete it first" in r.err, r


@tap.test
def multipart_that_the_switch_refuses_ends_with_1():
    c = Case()
    c.mock.refused_multiparts = {1}
    r = c.heddle("flow", "show")
    assert r.code == 1 and "refused to list" in r.err and r.err.count("\n") == 1, r


@tap.test
def nobody_there_ends_with_3():
    heddle = heddle_at(sys.argv[1])
    r = heddle("flow", "show", "--of", "unix:/nowhere/of.sock")
    assert r.code == 3 and "/nowhere/of.sock" in r.err and r.err.count("\n") == 1, r
    r = heddle("flow", "show", "--of", "tcp:127.0.0.1:1")
    assert r.code == 3 and "127.0.0.1" in r.err, r
    r = heddle("flow", "show", "--of", "nonsense")
    assert r.code == 2 and r.err.count("\n") == 1, r


@tap.test
def switch_that_hangs_up_ends_with_3():
    c = Case()
    c.mock.hangs_up = True
    r = c.heddle("flow", "add", "actions=drop")
    assert r.code == 3 and "closed the connection" in r.err, r


code = tap.run()
shutil.rmtree(TMP, ignore_errors=True)
sys.exit(code)
