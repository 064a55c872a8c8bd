#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents name what the programs have; TAP on standard output.

usage: test_docs.py HEDDLE
"""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import Tap, heddle_at

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
tap = Tap()


def text(path):
    with open(os.path.join(ROOT, path)) as f:
        return f.read()


def page(path):
    """A man page without its mark-up."""
    plain = re.sub(r"\\f.|\\&", "", text(path)).replace("\\-", "-").replace('"', "")
    return re.sub(r"^\.[A-Z]+ ", "", plain, flags=re.M)


@tap.test
def operations_explains_every_drop_reason_and_no_other():
    reasons = re.findall(r'\[DROP_\w+\]\s*=\s*\{\s*"(\w+)"', text("datapath/table/drop.c"))
    chapter = text("docs/operations.md").split("\n## What drop reasons mean\n")[1].split("\n## ")[0]
    explained = [name for row in re.findall(r"^\| (`.*?) \|", chapter, re.M)
                 for name in re.findall(r"`(\w+)`", row)]
    assert len(reasons) > 20 and sorted(reasons) == sorted(explained), \
        set(reasons) ^ set(explained)


@tap.test
def man_page_of_heddle_has_every_verb():
    verbs = [line[2:18].strip() for line in heddle_at(sys.argv[1])("--help").out.splitlines()
             if line.startswith("  ") and line[2] not in "- "]
    manual = page("docs/man/heddle.8")
    assert len(verbs) > 20 and [v for v in verbs if v not in manual] == []


@tap.test
def man_page_of_heddled_has_every_option():
    options = re.findall(r'^\t\{"([a-z-]+)", (?:"|NULL)', text("datapath/agent/options.c"), re.M)
    manual = page("docs/man/heddled.8")
    assert len(options) > 15 and [o for o in options if "--" + o not in manual] == [], options


@tap.test
def links_between_documents_lead_somewhere():
    broken = []
    for name in ("README.md", "HACKING.md", "CHANGELOG.md", "docs/operations.md",
                 "docs/dependencies.md"):
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text(name)):
            path = os.path.join(ROOT, os.path.dirname(name), link)
            if "://" not in link and not os.path.exists(path):
                broken.append((name, link))
    assert broken == [], broken


sys.exit(tap.run())
