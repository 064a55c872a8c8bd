#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""./quickstart does what it says: four guests in two VLANs, and nothing left behind."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import re

from heddle_test import *    # noqa: F403

MATRIX = """vm1 (VLAN 10) . yes no no
vm2 (VLAN 10) yes . no no
vm3 (VLAN 20) no no . yes
vm4 (VLAN 20) no no yes .""".splitlines()


def quickstart(name, *words, **options):
    return run([os.path.join(ROOT, "quickstart"), *words], timeout=400,
               env=dict(os.environ, HEDDLE_QUICKSTART_NAME=name, HEDDLE_BUILD=os.environ.get(
                   "HEDDLE_BUILD", os.path.join(ROOT, "build"))), **options)


def processes(word):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if word.encode() in f.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


def cells(text):
    return [" ".join(line.split()) for line in text.splitlines() if re.match(r" *vm\d \(VLAN", line)]


@test("it shows who reaches whom, the throughput and the switch, and leaves nothing behind")
def _(t):
    name = f"q{os.getpid()}"
    done = quickstart(name)
    equal(cells(done.stdout), MATRIX, "matrix")
    check(re.search(r"vm1 to vm2.*[\d.]+ [KMG]?bits/sec", done.stdout), "no throughput")
    for word in ("datapath id", "red", "blue", "Done"):
        check(word in done.stdout, f"{word!r} is not in what it says")
    for line in done.stdout.splitlines():
        if re.search(r"\] (vm1 to|Done|Booting)", line):
            t.note(line)
    equal(processes(f"/run/heddle/{name}"), [], "processes left")
    check(not os.path.exists(f"/run/heddle/{name}"), "its folder is left")


@test("--keep leaves all running for heddle and guest-exec, --stop ends it")
def _(t):
    name = f"k{os.getpid()}"
    t.defer(lambda: quickstart(name, "--stop", ok=False))
    done = quickstart(name, "--keep")
    check("quickstart --stop" in done.stdout, "it does not say how to end it")
    equal(len(processes(f"/run/heddle/{name}/guests")), 4, "guests that run")
    check("vm1" in heddle("-s", name, "port", "show").stdout, "heddle -s does not find it")
    again = quickstart(name, ok=False)
    equal(again.returncode, 1, "status of a second one")
    check("--stop" in again.stderr, again.stderr)
    quickstart(name, "--stop")
    equal(processes(f"/run/heddle/{name}"), [], "processes left")
    check(not os.path.exists(f"/run/heddle/{name}"), "its folder is left")


main()
