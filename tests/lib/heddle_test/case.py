# SPDX-License-Identifier: Apache-2.0
"""Tests, their clean-up and TAP; polling; running commands."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

PATIENCE = float(os.environ.get("HEDDLE_PATIENCE", "1"))    # factor on every deadline


class Failure(AssertionError):
    """What a test says when it fails: one sentence."""


class Skip(Exception):
    """The reason why a test cannot run here."""


class Case:
    """One running test."""

    def __init__(self, title):
        self.title = title
        self.dir = tempfile.mkdtemp(prefix="ht-", dir="/tmp")    # short: sockets live here
        self.undo = []
        self.logs = []          # files whose end is shown on a failure
        self.checks = []        # run before the clean-up of a test that passed

    def defer(self, function, *arguments):
        """Calls function(*arguments) when the test ends; the last one named is called first."""
        self.undo.append((function, arguments))

    def skip(self, reason):
        raise Skip(reason)

    def note(self, text):
        print(f"# {text}", flush=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def end(self):
        errors = []
        while self.undo:
            function, arguments = self.undo.pop()
            try:
                function(*arguments)
            except Exception as error:      # pylint: disable=broad-except
                errors.append(f"clean-up: {error}")
        return errors


TESTS = []


def test(title):
    """Makes a function of one argument (the Case) a test."""
    def register(function):
        TESTS.append((title, function))
        return function
    return register


def show_logs(case):
    for path in dict.fromkeys(case.logs):
        try:
            with open(path, errors="replace") as f:
                tail = f.read().splitlines()[-25:]
        except OSError:
            continue
        print(f"# --- end of {os.path.basename(path)}")
        for line in tail:
            print("#   " + line)


def run_case(number, title, function):
    """Runs one test; prints its line; True when it passed."""
    case, error, skipped = Case(title), None, None
    try:
        function(case)
        for late_check in case.checks:
            late_check()
    except Skip as reason:
        skipped = reason
    except (Exception, SystemExit, KeyboardInterrupt) as caught:    # pylint: disable=broad-except
        error = caught
        trace = traceback.format_exc()
    result = "not ok" if error else "ok"
    print(f"{result} {number} - {title}" + (f" # SKIP {skipped}" if skipped else ""), flush=True)
    if error:
        for line in (str(error) if isinstance(error, Failure) else trace).splitlines():
            print("# " + line)
        if isinstance(error, Failure):
            at = [f for f in traceback.extract_tb(error.__traceback__) if "heddle_test" not in f.filename]
            print(f"# at {', '.join(f'line {f.lineno}' for f in at if f.name != 'run_case')}")
        show_logs(case)
    for problem in case.end():
        print("# " + problem)
    shutil.rmtree(case.dir, ignore_errors=True)
    sys.stdout.flush()
    if isinstance(error, (SystemExit, KeyboardInterrupt)):
        raise error
    return not error


def main():
    """Runs the tests of the file, or those whose title has the first argument in it."""
    wanted = [(t, f) for t, f in TESTS if len(sys.argv) < 2 or sys.argv[1] in t]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    print(f"1..{len(wanted)}", flush=True)
    passed = [run_case(number, *entry) for number, entry in enumerate(wanted, 1)]
    sys.exit(0 if all(passed) else 1)


def wait_for(what, condition, timeout=15.0, step=0.03):
    """Polls condition() until it is true and returns what it returned; Failure in the end."""
    end = time.monotonic() + timeout * PATIENCE
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise Failure(f"waited {timeout * PATIENCE:.0f} s in vain: {what}")
        time.sleep(step)


def check(condition, sentence):
    if not condition:
        raise Failure(sentence)


def equal(got, wanted, what="value"):
    if got != wanted:
        raise Failure(f"{what}: {got!r} where {wanted!r} must be")


def run(argv, ok=True, timeout=60, **options):
    """Runs a command to its end: its CompletedProcess with text; a Failure when ok and it fails."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="replace", timeout=timeout * PATIENCE, check=False,
                          stdin=None if "input" in options else subprocess.DEVNULL, **options)
    if ok and done.returncode:
        raise Failure(f"{' '.join(argv)}: status {done.returncode}: {(done.stderr or done.stdout).strip()[-800:]}")
    return done


class Process:
    """A child of a test, with its output in a log; ended with the test."""

    def __init__(self, case, argv, log, **options):
        self.log_path = case.path(log)
        case.logs.append(self.log_path)
        with open(self.log_path, "ab") as out:
            options.setdefault("stdin", subprocess.DEVNULL)
            self.child = subprocess.Popen(argv, stdout=out, stderr=subprocess.STDOUT,
                                          start_new_session=True, **options)
        self.pid = self.child.pid
        case.defer(self.stop)

    def alive(self):
        return self.child.poll() is None

    def text(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def stop(self, number=signal.SIGTERM, timeout=10):
        """Ends the process; its exit status (negative: the signal)."""
        if self.alive():
            self.child.send_signal(number)
            try:
                self.child.wait(timeout * PATIENCE)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                raise Failure(f"{os.path.basename(self.log_path)}: signal {number} did not end it in {timeout} s") from None
        return self.child.returncode
