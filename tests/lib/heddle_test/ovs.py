# SPDX-License-Identifier: Apache-2.0
"""Open vSwitch in user space with a database of its own; no service is used or touched."""
import os

from .case import Process, run, wait_for

VSWITCHD = ("/usr/lib/openvswitch-switch/ovs-vswitchd", "/usr/sbin/ovs-vswitchd",
            "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk")
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"


class Ovs:
    """ovsdb-server and ovs-vswitchd in the switch's namespace of `net`; the bridge is br0."""

    def __init__(self, case, net, fail_mode="secure"):
        self.case, self.net, self.dir = case, net, case.path("ovs")
        os.mkdir(self.dir)
        self.env = dict(os.environ, OVS_RUNDIR=self.dir, OVS_LOGDIR=self.dir, OVS_DBDIR=self.dir,
                        OVS_SYSCONFDIR=self.dir)
        self.db = os.path.join(self.dir, "db.sock")
        conf = os.path.join(self.dir, "conf.db")
        run(["ovsdb-tool", "create", conf, SCHEMA], env=self.env)
        Process(case, ["ovsdb-server", conf, f"--remote=punix:{self.db}", "-vconsole:off",
                       f"--unixctl={self.dir}/ovsdb.ctl"], "ovsdb.log", env=self.env)
        wait_for("ovsdb-server", lambda: os.path.exists(self.db))
        self.vsctl("--no-wait", "init")
        path = next((p for p in VSWITCHD if os.access(p, os.X_OK)), None)
        if not path:
            case.skip("ovs-vswitchd is not installed (package openvswitch-switch)")
        Process(case, net.enter() + [path, f"unix:{self.db}", "-vconsole:warn",
                                     f"--unixctl={self.dir}/vswitchd.ctl"], "vswitchd.log", env=self.env)
        self.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev",
                   f"fail_mode={fail_mode}", "protocols=OpenFlow13", "other_config:datapath-id=00000000000000aa")
        self.of = f"unix:{self.dir}/br0.mgmt"

    def vsctl(self, *arguments):
        return run(["ovs-vsctl", "--timeout=30", f"--db=unix:{self.db}", *arguments], env=self.env)

    def ofctl(self, verb, *arguments, **options):
        return run(["ovs-ofctl", "-O", "OpenFlow13", verb, self.of, *arguments], env=self.env, **options)

    def add_port(self, link, number):
        self.vsctl("add-port", "br0", link, "--", "set", "interface", link, f"ofport_request={number}")
