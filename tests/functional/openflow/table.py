# SPDX-License-Identifier: Apache-2.0
"""The conformance table: what a case is, and which cases there are."""
from heddle_test.case import Failure, equal

from build import Build, Unsayable
from peer import NAMES, V10, V13, V14, V15

CASES = []


class Case:
    """Frames through flows: what must leave by each port, and what must reach the controller.

    frames: [(port, frame)]; out: {port: [frames]}; punted: [(reason's name, frame or None)].
    The case counts for each version from `since` to `until` that can say its flows.
    """

    def __init__(self, noun, name, flows, frames, out, groups=(), meters=(), since=V10, until=V15, punted=()):
        self.name = f"{noun}: {name}"
        self.sent, self.out, self.parts = [(p, bytes(f)) for p, f in frames], out, (flows, groups, meters)
        self.since, self.until, self.punted = since, until, punted
        CASES.append(self)

    def messages(self, build):
        flows, groups, meters = self.parts
        return ([build.group_mod(g) for g in groups] + [build.meter_mod(m) for m in meters]
                + [build.flow_mod(f) for f in flows])

    def counts_for(self, version):
        if not self.since <= version <= self.until:
            return False
        try:
            self.messages(Build(version))
        except Unsayable:
            return False
        return True

    def run(self, bench):
        bench.do(*self.messages(bench.build))
        bench.must_leave(self.sent, self.out)
        got = sorted((m.reason, m.data) for m in bench.punted)
        if bench.version == V10:        # a frame that matches nothing goes up by itself
            got = [(reason, data) for reason, data in got if reason != bench.of.OFPR_NO_MATCH]
        wanted = sorted((getattr(bench.of, "OFPR_" + r), bytes(f)) for r, f in self.punted)
        equal(got, wanted, "packet-ins (reason, data)")


class Bad:
    """A message that must be refused with an error that quotes it, and must change nothing.

    message(bench) makes it; None for a version that cannot say it.
    """

    def __init__(self, noun, name, message, error, since=V10, until=V15, before=None):
        self.name = f"{noun}: {name}"
        self.message, self.error, self.before = message, error, before
        self.since, self.until = since, until
        CASES.append(self)

    def counts_for(self, version):
        return self.since <= version <= self.until

    def run(self, bench):
        if self.before:
            self.before(bench)
        flows = len(bench.dump())
        error = self.error[bench.version] if isinstance(self.error, dict) else self.error
        bench.refused(self.message(bench), error)
        equal(len(bench.dump()), flows, "flows after the refusal")


class Act:
    """A function of the bench."""

    def __init__(self, noun, name, function, since, until):
        self.name = f"{noun}: {name}"
        self.run, self.since, self.until = function, since, until
        CASES.append(self)

    def counts_for(self, version):
        return self.since <= version <= self.until


def shows(noun, name, since=V10, until=V15):
    """Makes a function of one argument (the Bench) a case."""
    def register(function):
        Act(noun, name, function, since, until)
        return function
    return register


def load():
    """Every case, in the order of the modules."""
    import fields, actions, instructions, groups, meters, messages, multiparts    # noqa: E401
    import errors, tables, bundles, roles, monitors, nicira                       # noqa: E401
    assert all((fields, actions, instructions, groups, meters, messages, multiparts, errors, tables, bundles, roles,
                monitors, nicira))
    names = [c.name for c in CASES]
    doubles = {n for n in names if names.count(n) > 1}
    if doubles:
        raise Failure(f"two cases have one name: {sorted(doubles)}")
    return CASES
