# SPDX-License-Identifier: Apache-2.0
"""Test Anything Protocol, and running heddle."""

import collections
import subprocess
import traceback

Result = collections.namedtuple("Result", "code out err")


def heddle_at(program, *options):
    """A function that runs heddle with these options before its words."""
    def run(*words, stdin=""):
        r = subprocess.run([program, *options, *words], capture_output=True, text=True,
                           input=stdin, timeout=60)
        return Result(r.returncode, r.stdout, r.stderr)
    return run


class Tap:
    def __init__(self):
        self.tests = []

    def test(self, f):
        self.tests.append(f)
        return f

    def run(self):
        failed = 0
        print("1..%d" % len(self.tests))
        for i, f in enumerate(self.tests, 1):
            name = f.__name__.replace("_", " ")
            try:
                f()
                print("ok %d - %s" % (i, name), flush=True)
            except Exception:
                failed += 1
                print("not ok %d - %s" % (i, name), flush=True)
                for line in traceback.format_exc().splitlines():
                    print("# " + line, flush=True)
        return 1 if failed else 0
