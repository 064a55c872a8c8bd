# SPDX-License-Identifier: Apache-2.0
"""docs/openflow.md: the tests that it names exist, and count for the versions of their row."""
import os
import re

from peer import NAMES

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../..")
TITLE = re.compile(r'@?(?:test|in_versions)\(f?"((?:[^"\\]|\\.)*)"')


def other_titles():
    """Titles of the tests of tests/functional, beside the table."""
    found = []
    for folder in ("tests/functional", "tests/functional/clients"):
        path = os.path.join(ROOT, folder)
        for name in sorted(os.listdir(path)):
            if name.endswith(".py"):
                with open(os.path.join(path, name), encoding="utf-8") as f:
                    found += TITLE.findall(f.read())
    return found


def faults(cases):
    """Sentences on rows that name what is not there."""
    titles, found = other_titles(), []
    with open(os.path.join(ROOT, "docs/openflow.md"), encoding="utf-8") as f:
        lines = f.read().splitlines()
    heads = []
    for number, line in enumerate(lines, 1):
        if not line.startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[-1] == "shown by":
            heads = cells
            continue
        names = re.findall(r"`([^`]+)`", cells[-1])
        if set(line) <= set("|- "):
            continue
        if not names:
            found.append(f"line {number} names no test")
        mine = [c for c in cases if any(c.name.startswith(n) for n in names)]
        for name in names:
            if not any(c.name.startswith(name) for c in cases) and not any(t.startswith(name) for t in titles):
                found.append(f"line {number}: there is no test '{name}'")
        elsewhere = any(t.startswith(n) for n in names for t in titles)
        for version, word in NAMES.items():
            said = cells[heads.index(word)] if word in heads else ""
            if said.startswith("yes") and not elsewhere and not any(c.counts_for(version) for c in mine):
                found.append(f"line {number}: no test of this row counts for {word}")
    return found
