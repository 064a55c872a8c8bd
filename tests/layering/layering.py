#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""layering [ROOT]: does the source keep to the design?

Prints TAP. The rules:
  - a folder includes only what its row of ALLOWED names;
  - includes of our own headers are path-qualified from the root and exist;
  - a header whose name ends in _private.h or _impl.h is included only in its own folder;
  - nobody includes a .c file;
  - the fast path (datapath/pmd) calls nothing that allocates, locks, logs or enters the kernel;
  - every file says its licence in an SPDX line at its top;
  - no file names a path of somebody's machine.
The design's table stands in docs/architecture.md.
"""
import os
import re
import subprocess
import sys

# folder -> (our folders whose headers it may include, groups of libraries it may include)
ALLOWED = {
    "lib": ((), ()),
    "openflow": (("lib",), ("libevent", "openssl", "uthash")),    # its channel is a bufferevent
    "vhost-user": (("lib",), ("dpdk",)),
    "datapath/table": (("lib",), ("dpdk",)),
    "datapath/port": (("lib",), ("dpdk",)),
    "datapath/pmd": (("lib", "datapath/table", "datapath/port"), ("dpdk",)),
    "datapath/agent": (("lib", "openflow", "datapath/table", "datapath/port", "datapath/pmd",
                        "vhost-user"),
                       ("dpdk", "libevent", "jansson", "libnl", "pcap", "sqlite", "openssl",
                        "uthash", "systemd", "yaml")),
    "controller": (("lib", "openflow"),
                   ("libevent", "jansson", "sqlite", "openssl", "uthash", "systemd", "yaml")),
    "cli": (("lib", "openflow"), ("curl", "jansson", "libevent", "openssl", "uthash")),
}
# What one file may include beyond its folder: the one place where two worlds meet.
EXTRA = {
    "datapath/port/vhost.c": ("vhost-user",),
}
# <header> -> library
LIBRARIES = [
    ("dpdk", r"rte_|ethdev_|bus_.*driver"),
    ("libevent", r"event2?/|event\.h|evhttp|evutil"),
    ("jansson", r"jansson"),
    ("libnl", r"netlink/|libnl"),
    ("pcap", r"pcap[/.]"),
    ("sqlite", r"sqlite3"),
    ("openssl", r"openssl/"),
    ("uthash", r"ut(hash|list|array|string|ringbuffer|stack)\.h"),
    ("systemd", r"systemd/"),
    ("yaml", r"c?yaml[/.]"),
    ("curl", r"curl/"),
]
# What a lcore never does; a name here is a call in the fast path.
FORBIDDEN_IN_PMD = ("malloc", "calloc", "realloc", "free", "strdup", "printf", "fprintf",
                    "pthread_mutex_lock", "pthread_mutex_unlock", "rte_malloc", "rte_zmalloc",
                    "rte_free", "log_info", "log_warn", "log_error", "log_debug", "read", "write",
                    "open", "ioctl", "syslog")
# Set-up of lcores runs on the control thread, although it stands beside the loop.
PMD_CONTROL_SIDE = re.compile(r"datapath/pmd/(pmd|lcore_setup|tx_sched_setup)\.c$")
# The kick that wakes the control thread when it sleeps, as a guest is kicked.
PMD_KICK = ("datapath/pmd/loop.c", "write")

SOURCE = re.compile(r"\.[ch]$")
TEXT = re.compile(r"\.(c|h|py|sh|yaml|yml|md|txt|build|map|conf|service|in|ofp|flows)$")
MACHINE_PATH = re.compile(r"(/home/[a-z]\w*/|/Users/|/root/|/mnt/[a-z]+/)")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def files(root):
    """Every file that git knows or would take, relative to root."""
    try:
        out = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                             check=True, capture_output=True, text=True).stdout
        names = out.splitlines()
    except (OSError, subprocess.CalledProcessError):    # a tarball
        names = [os.path.relpath(os.path.join(d, f), root)
                 for d, _, fs in os.walk(root) for f in fs if "/build" not in d and "/.git" not in d]
    return [n for n in names if os.path.isfile(os.path.join(root, n))]


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8", errors="replace") as f:
        return f.read()


def folder_of(name):
    """The folder of the table that a file belongs to, or None (tests, docs, …)."""
    for folder in sorted(ALLOWED, key=len, reverse=True):
        if name.startswith(folder + "/"):
            return folder
    return None


def library_of(header):
    for library, pattern in LIBRARIES:
        if re.match(pattern, header):
            return library
    return None


def strip_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


def check_includes(root, names):
    wrong = []
    for name in names:
        if not SOURCE.search(name):
            continue
        folder = folder_of(name)
        for quote, header in INCLUDE.findall(read(root, name)):
            where = f"{name}: #include {quote}{header}: "
            if header.endswith(".c"):
                wrong.append(where + "nobody includes a .c file")
            if quote == '"':
                wrong += check_own(root, name, folder, header, where)
            elif folder and (library := library_of(header)) and library not in ALLOWED[folder][1]:
                wrong.append(where + f"{folder}/ must not see {library}")
    return wrong


def check_own(root, name, folder, header, where):
    target = folder_of(header)
    if not os.path.isfile(os.path.join(root, header)):
        return [where + "no such file from the root: include our headers by their path from there"]
    if re.search(r"_(private|impl)\.h$", header) and os.path.dirname(header) != os.path.dirname(name):
        return [where + "that header is private to its folder"]
    if not folder or target == folder:
        return []
    if target is None:
        return [where + f"{folder}/ must not see {os.path.dirname(header)}/"]
    if target not in ALLOWED[folder][0] + EXTRA.get(name, ()):
        return [where + f"{folder}/ must not see {target}/"]
    return []


def check_fast_path(root, names):
    wrong = []
    call = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(FORBIDDEN_IN_PMD))
    for name in names:
        if (not name.startswith("datapath/pmd/") or not name.endswith(".c") or
                PMD_CONTROL_SIDE.search(name)):
            continue
        for number, line in enumerate(strip_comments(read(root, name)).splitlines(), 1):
            found = call.search(line)
            if found and (name, found.group(1)) != PMD_KICK:
                wrong.append(f"{name}:{number}: {found.group(1)}() on the fast path")
    return wrong


def needs_licence(root, name):
    base = os.path.basename(name)
    if base in ("LICENSE", ".gitignore") or "/corpus/" in name:
        return False
    if TEXT.search(name) or base == "meson.build":
        return True
    with open(os.path.join(root, name), "rb") as f:     # scripts without a suffix
        return f.read(2) == b"#!"


def check_licence(root, names):
    wrong = []
    for name in names:
        if needs_licence(root, name):
            head = read(root, name).split("\n")[:3]
            if not any("SPDX-License-Identifier: Apache-2.0" in line for line in head):
                wrong.append(f"{name}: no line '// SPDX-License-Identifier: Apache-2.0' at its top")
    return wrong


def check_machine_paths(root, names):
    wrong = []
    for name in names:
        if name == "tests/layering/layering.py" or "/corpus/" in name:
            continue
        for number, line in enumerate(read(root, name).splitlines(), 1):
            if found := MACHINE_PATH.search(line):
                wrong.append(f"{name}:{number}: {found.group()} is a path of one machine")
    return wrong


def main():
    root = os.path.abspath(sys.argv[1] if sys.argv[1:] else
                           os.path.join(os.path.dirname(os.path.realpath(__file__)), "../.."))
    names = files(root)
    tests = [("folders include only what the design lets them", check_includes),
             ("the fast path allocates, locks and logs nothing", check_fast_path),
             ("every file says its licence", check_licence),
             ("no file names a path of one machine", check_machine_paths)]
    failed = 0
    print(f"1..{len(tests)}")
    for number, (title, check) in enumerate(tests, 1):
        wrong = check(root, names)
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {title}")
        for line in wrong:
            print("# " + line)
    return failed > 0


sys.exit(main())
