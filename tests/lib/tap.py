#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tap run RESULTS SUITE TITLE SECONDS COMMAND...   runs a TAP test, notes its results
tap meson RESULTS SUITE BUILD MESON-SUITE…       runs meson's tests of these suites, the same
tap note RESULTS SUITE ok|fail|skip NAME [REASON]
tap summary RESULTS                              what ./check ends with; status 1 on a failure

RESULTS has a line a test: suite, ok|fail|skip, name, reason, separated by tabs. Each line of TAP
counts as one test; a test program that ends badly, says less than its plan or nothing at all
counts as one failure more.
"""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as xml

LINE = re.compile(r"^(not )?ok\b *(\d+)?(?: *- *| +)?(.*?)(?: *# *(SKIP|TODO)\S*(?: +(.*))?)?$", re.I)
PLAN = re.compile(r"^1\.\.(\d+)(?: *# *skip\S*(?: +(.*))?)?", re.I)


class Results:
    def __init__(self, path, suite):
        self.path, self.suite = path, suite

    def note(self, state, name, reason=""):
        clean = " ".join(reason.split())
        with open(self.path, "a", encoding="utf-8") as f:
            f.write(f"{self.suite}\t{state}\t{name}\t{clean}\n")


def end_group(process):
    """Ends a test and all that it started in its session; first politely, for its clean-up."""
    for number, seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, number)
            process.wait(seconds)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            pass


def run(results, title, seconds, command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, errors="replace", start_new_session=True)
    late = threading.Event()

    def stop():
        late.set()
        end_group(process)
    timer = threading.Timer(seconds, stop)
    timer.start()
    seen, failed, plan, skipped = 0, 0, None, ""
    try:
        for line in process.stdout:
            line = line.rstrip("\n")
            print(f"  {line}" if line.startswith("#") else line, flush=True)
            if found := PLAN.match(line):
                plan, skipped = int(found.group(1)), found.group(2) or ""
            elif found := LINE.match(line):
                seen += 1
                bad, _, name, directive, reason = found.groups()
                state = "skip" if (directive or "").upper() == "SKIP" else "fail" if bad else "ok"
                failed += state == "fail"
                results.note(state, f"{title}: {name}", reason or "")
        status = process.wait()
    except KeyboardInterrupt:
        end_group(process)
        raise
    finally:
        timer.cancel()
    if late.is_set():
        results.note("fail", title, f"did not end within {seconds} s")
    elif plan == 0 and not seen:
        results.note("skip", title, skipped)
    elif plan is not None and seen != plan:
        results.note("fail", title, f"said {seen} of {plan} results, then ended with {status}")
    elif not seen:
        results.note("fail", title, f"said no result and ended with {status}")
    elif status and not failed:
        results.note("fail", title, f"ended with status {status}")


def meson(results, build, suites):
    command = ["meson", "test", "-C", build, "--no-rebuild", "-t", "4", "--print-errorlogs"]
    for suite in suites:
        command += ["--suite", suite]
    report = os.path.join(build, "meson-logs", "testlog.junit.xml")
    if os.path.exists(report):
        os.unlink(report)
    process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             errors="replace", check=False)
    if not os.path.exists(report):
        print(process.stdout)
        results.note("fail", "meson test", process.stdout.strip().split("\n")[-1])
        return
    number, failures = 0, []
    for group in xml.parse(report).getroot().iter("testsuite"):
        for case in group.iter("testcase"):
            number += 1
            bad = [c for c in case if c.tag in ("failure", "error")]
            skip = case.find("skipped")
            state = "fail" if bad else "skip" if skip is not None else "ok"
            # "heddle:unit / openflow/match" or, for a plain test, the project's name
            name = f"{group.get('name').split('.', 1)[-1]}: {case.get('name')}"
            reason = (bad[0].get("message") or "") if bad else (skip.get("message") or "") if skip is not None else ""
            failures += [name] * bool(bad)
            print(f"{'not ok' if bad else 'ok'} {number} - {name}{' # SKIP ' + reason if state == 'skip' else ''}")
            results.note(state, name, reason)
    for name, state in ended_badly(build):
        if not any(row.startswith(name) for row in failures):
            print(f"not ok - {name}: {state}")
            failures.append(name)
            results.note("fail", name, f"{state} without a failing test: see its output above")
    if failures or process.returncode:
        sys.stdout.write("".join("  # " + line + "\n" for line in process.stdout.splitlines()[-120:]))
        if not failures:
            results.note("fail", "meson test", f"ended with status {process.returncode}")
    sys.stdout.flush()


def ended_badly(build):
    """Tests of meson's last run that failed as a whole: (name, result)."""
    with open(os.path.join(build, "meson-logs", "testlog.json"), encoding="utf-8") as f:
        for row in map(json.loads, f):
            if row["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
                yield row["name"], row["result"]


def summary(path):
    rows = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            rows = [line.rstrip("\n").split("\t") for line in f]
    count = {state: sum(row[1] == state for row in rows) for state in ("ok", "fail", "skip")}
    for suite in dict.fromkeys(row[0] for row in rows):
        mine = [row[1] for row in rows if row[0] == suite]
        print(f"{suite:12} {mine.count('ok'):5} passed {mine.count('fail'):4} failed {mine.count('skip'):4} skipped")
    for state, title in (("skip", "Skipped:"), ("fail", "Failed:")):
        if count[state]:
            print(title)
        for suite, what, name, reason in rows:
            if what == state:
                print(f"  {suite}: {name}{': ' + reason if reason else ''}")
    print(f"{count['ok']} passed, {count['fail']} failed, {count['skip']} skipped")
    return 1 if count["fail"] or not count["ok"] else 0


def main(arguments):
    verb, path = arguments[:2]
    if verb == "summary":
        return summary(path)
    results = Results(path, arguments[2])
    if verb == "run":
        run(results, arguments[3], int(arguments[4]), arguments[5:])
    elif verb == "meson":
        meson(results, arguments[3], arguments[4:])
    elif verb == "note":
        results.note(*arguments[3:])
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
