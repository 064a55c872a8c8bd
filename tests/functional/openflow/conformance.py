#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""conformance.py [--names] [VERSION…] [PART OF A NAME]

Drives heddled through the conformance table in OpenFlow 1.0, 1.3, 1.4 and 1.5: one switch for all
cases of a version, a new connection for each case. os-ken encodes and decodes; the bytes that leave
the ports, and the errors, are compared with what the specification says. --names lists the cases.
"""
import os
import sys
import traceback

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../lib")]
import logging
import signal

logging.disable(logging.CRITICAL)       # os-ken's and scapy's
from heddle_test.case import Case, Failure, show_logs

import documentation
from bench import Bench
from peer import NAMES
from table import CASES, load


class Stage:
    """The bench of one version, replaced when a case has ended the switch."""

    def __init__(self, version):
        self.version, self.case, self.bench = version, None, None

    def get(self):
        if self.bench is None:
            self.case = Case(NAMES[self.version])
            self.bench = Bench(self.case)
        return self.bench

    def down(self):
        if self.case is not None:
            for problem in self.case.end():
                print("# " + problem)
        self.case = self.bench = None


def run_one(stage, case):
    """None, or lines that say why the case failed."""
    try:
        bench = stage.get()
        bench.begin(stage.version)
        try:
            case.run(bench)
        finally:
            bench.end()
    except Exception as error:      # pylint: disable=broad-except
        lines = traceback.format_exc().splitlines()
        if isinstance(error, Failure):
            at = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename not in (__file__,)]
            lines = [str(error), f"at {os.path.basename(case.run.__code__.co_filename)}, line {at[0] if at else '?'}"]
        process = stage.bench.switch.process if stage.bench else None
        if process is None or not process.alive():
            lines.append(f"heddled ended with {process.child.returncode if process else 'no start'}")
            if stage.case:
                show_logs(stage.case)
            stage.down()
        return lines
    return None


def main():
    words = [w for w in sys.argv[1:] if w != "--names"]
    versions = [v for v, name in NAMES.items() if name in words] or list(NAMES)
    part = next((w for w in words if w not in NAMES.values()), "")
    cases = [c for c in load() if part in c.name]
    if "--names" in sys.argv:
        for case in cases:
            print(case.name + "\t" + " ".join(NAMES[v] for v in NAMES if case.counts_for(v)))
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    todo = {v: [c for c in cases if c.counts_for(v)] for v in versions}
    print(f"1..{1 + sum(map(len, todo.values())) + len(versions)}", flush=True)
    lines, number, failed = documentation.faults(CASES), 1, 0
    print(f"{'not ok' if lines else 'ok'} 1 - docs/openflow.md names tests that exist and count for its versions", flush=True)
    for line in lines:
        print("# " + line)
    failed += bool(lines)
    for version in versions:
        stage = Stage(version)
        try:
            for case in todo[version] + [None]:
                number += 1
                if case is None:
                    lines, name = ledger(stage), "ledger: every frame of every case is accounted for"
                else:
                    lines, name = run_one(stage, case), case.name
                print(f"{'not ok' if lines else 'ok'} {number} - {NAMES[version]} {name}", flush=True)
                for line in lines or ():
                    print("# " + line)
                failed += bool(lines)
        finally:
            stage.down()
    return 1 if failed else 0


def ledger(stage):
    try:
        stage.get().switch.ledger()
    except Failure as error:
        return [str(error)]
    return None


if __name__ == "__main__":
    sys.exit(main())
