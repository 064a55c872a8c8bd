#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""heddle's OpenFlow verbs, in every version, against a switch of ours."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
from heddle_test import *    # noqa: F403
from heddle_test.case import Process

VERSIONS = ("1.0", "1.3", "1.4", "1.5")


def scene(t):
    net = Net(t)
    switch = Switch(t, net, fail_mode="secure")
    for i in (1, 2, 3):
        switch.connect(net, f"h{i}", ip=f"10.0.0.{i}")
    return switch


def out(switch, *arguments):
    return switch.heddle(*arguments).stdout


def refused(switch, *arguments, code=1):
    result = switch.heddle(*arguments, ok=False)
    equal(result.returncode, code, f"the exit code of {arguments}")
    return result.stderr


@test("flows are added, changed and deleted in every version")
def _(t):
    switch = scene(t)
    for version in VERSIONS:
        v = ("-O", version)
        out(switch, *v, "flow", "add", "priority=7,tcp,nw_dst=10.0.0.2,tp_dst=80,actions=output:2",
            "priority=6,dl_vlan=10,actions=strip_vlan,output:h2")
        shown = json.loads(out(switch, *v, "-j", "flow", "show"))
        equal({f["match"] for f in shown},
              {"tcp,nw_dst=10.0.0.2,tp_dst=80", "dl_vlan=10"}, f"the matches in {version}")
        out(switch, *v, "flow", "mod", "tcp,actions=output:3")
        check("output:h3" in out(switch, *v, "flow", "show", "tcp"), f"{version}: no other actions")
        out(switch, *v, "flow", "mod", "--strict", "priority=7,tcp,nw_dst=10.0.0.2,tp_dst=80,actions=drop")
        check("actions=drop" in out(switch, *v, "flow", "show", "tcp"), f"{version}: no other actions")
        out(switch, *v, "flow", "del", "tcp")
        equal(len(json.loads(out(switch, *v, "-j", "flow", "show"))), 1, f"flows in {version}")
        out(switch, *v, "flow", "del")
        equal(out(switch, *v, "flow", "show"), "", f"flows in {version}")


@test("groups of each type are added, changed and deleted; buckets come and go")
def _(t):
    switch = scene(t)
    for version in VERSIONS[1:]:
        v = ("-O", version)
        out(switch, *v, "group", "add", "group_id=1,type=select,bucket=weight:10,output:h1,bucket=weight:20,output:h2",
            "group_id=2,type=ff,bucket=watch_port:h1,output:h1", "group_id=3,type=indirect,bucket=group:1")
        shown = {g["group_id"]: g for g in json.loads(out(switch, *v, "-j", "group", "show"))}
        equal([shown[i]["type"] for i in (1, 2, 3)], ["select", "ff", "indirect"], f"types in {version}")
        equal([b["weight"] for b in shown[1]["buckets"]], [10, 20], "weights")
        equal(shown[1]["ref_count"], 1, "references")
        out(switch, *v, "group", "mod", "group_id=2,type=all,bucket=output:h1,bucket=output:h3")
        check("type=all" in out(switch, *v, "group", "show", "2"), f"{version}: no other type")
        check("loop" in refused(switch, *v, "group", "mod", "group_id=1,type=all,bucket=group:3"), "no loop is named")
        check("select" in out(switch, *v, "group", "features"), "no features")
        out(switch, *v, "group", "del")
        equal(out(switch, *v, "group", "show"), "", f"groups in {version}")
    out(switch, "group", "add", "group_id=9,type=all,bucket=output:h1")
    out(switch, "group", "insert", "group_id=9,command_bucket_id=last,bucket=bucket_id:5,output:h2")
    equal(len(json.loads(out(switch, "-j", "group", "show", "9"))[0]["buckets"]), 2, "buckets")
    out(switch, "group", "remove", "group_id=9,command_bucket_id=5")
    equal(len(json.loads(out(switch, "-j", "group", "show", "9"))[0]["buckets"]), 1, "buckets")
    refused(switch, "group", "remove", "group_id=9,command_bucket_id=77")


@test("meters read back as they were added, and take their flows along")
def _(t):
    switch = scene(t)
    for version in VERSIONS[1:]:
        v = ("-O", version)
        out(switch, *v, "meter", "add", "meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=100",
            "meter=2,pktps,bands=type=dscp_remark,rate=5,prec_level=1")
        shown = out(switch, *v, "meter", "show")
        for words in ("meter=1 kbps burst stats", "type=drop rate=1000 burst_size=100",
                      "type=dscp_remark rate=5 prec_level=1"):
            check(words in shown, f"{version}: '{words}' is not in {shown}")
        out(switch, *v, "flow", "add", "priority=3,actions=meter:1,output:h2")
        equal(json.loads(out(switch, *v, "-j", "meter", "show", "1"))[0]["flows"], 1, "flows of the meter")
        out(switch, *v, "meter", "mod", "meter=1,kbps,bands=type=drop,rate=2000")
        check("rate=2000" in out(switch, *v, "meter", "show", "1"), "no other rate")
        refused(switch, *v, "meter", "add", "meter=1,kbps,bands=type=drop,rate=1")
        check("max_meter" in out(switch, *v, "meter", "features"), "no features")
        out(switch, *v, "meter", "del", "1")
        equal(out(switch, *v, "flow", "show"), "", "flows without their meter")
        out(switch, *v, "meter", "del")
        equal(out(switch, *v, "meter", "show"), "", f"meters in {version}")


@test("a bundle does all of it or nothing")
def _(t):
    switch = scene(t)
    for version in VERSIONS[1:]:
        v = ("-O", version)
        said = refused(switch, *v, "flow", "add", "--bundle", "priority=1,actions=output:h1",
                       "priority=2,actions=group:77")
        check("group:77" in said and "nothing of the bundle was done" in said, said)
        equal(out(switch, *v, "flow", "show"), "", f"flows of a refused bundle in {version}")
        out(switch, *v, "bundle", "group add group_id=7,type=all,bucket=output:h1", "flow priority=1,actions=group:7",
            "flow add priority=2,actions=drop", "flow delete_strict priority=2")
        check("group:7" in out(switch, *v, "flow", "show"), f"{version}: no flow of the bundle")
        out(switch, *v, "bundle", "flow delete", "group delete group_id=7")
        equal(out(switch, *v, "flow", "show") + out(switch, *v, "group", "show"), "", f"what is left in {version}")
    refused(switch, "-O", "1.0", "flow", "add", "--bundle", "actions=drop")
    refused(switch, "bundle", "nonsense add", code=2)


@test("tables show what they hold, can do, and do when they are full")
def _(t):
    switch = scene(t)
    out(switch, "flow", "add", "table=3,actions=drop", "actions=goto_table:3")
    equal({row["table"]: row["flows"] for row in json.loads(out(switch, "-j", "table", "show"))}, {0: 1, 3: 1}, "tables")
    out(switch, "table", "set", "0", "eviction")
    out(switch, "table", "set", "3", "vacancy:20,80")
    shown = {row["table"]: row["config"] for row in json.loads(out(switch, "-j", "table", "show"))}
    equal(shown[0], "eviction", "table 0")
    check(shown[3].startswith("vacancy 20-80"), shown[3])
    out(switch, "table", "set", "all", "none")
    equal([r["config"] for r in json.loads(out(switch, "-j", "table", "show"))], ["", ""], "settings")
    features = out(switch, "table", "features", "5")
    check("table 5" in features and "push_pbb" in features and "ipv6_exthdr" in features, features)
    refused(switch, "table", "set", "0", "nonsense", code=2)


@test("monitors print what comes")
def _(t):
    switch = scene(t)
    out(switch, "flow", "add", "priority=9,arp,actions=drop")
    first = out(switch, "monitor", "flows", "--count", "1")
    check("INITIAL" in first and "priority=9,arp" in first, first)
    watch = Process(t, [program("heddle"), "--run-dir", switch.run_dir, "monitor", "flows", "--count", "2"],
                    "monitor.log")
    wait_for("the first update", lambda: "INITIAL" in watch.text(), 10)
    out(switch, "flow", "add", "priority=8,ip,actions=output:h2")
    wait_for("the update", lambda: "ADDED" in watch.text() and "priority=8,ip" in watch.text(), 10)


main()
