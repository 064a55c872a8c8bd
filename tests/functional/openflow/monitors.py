# SPDX-License-Identifier: Apache-2.0
"""Flow monitors (1.4.1 §7.3.5.17): a controller follows the flows."""
from heddle_test.case import check, equal

from build import flow, out
from peer import V14, V15
from samples import B, C
from table import shows


def request(bench, monitor=1, flags="INITIAL ADD REMOVED MODIFY INSTRUCTIONS NO_ABBREV", match=None, command="ADD", table=0xFF, out_port="ANY"):
    of, bits = bench.of, 0
    for word in flags.split():
        bits |= getattr(of, "OFPFMF_" + word)
    return bench.parser.OFPFlowMonitorRequest(bench.dp, 0, monitor, bench.build.port(out_port), of.OFPG_ANY, bits, table, getattr(of, "OFPFMC_" + command),
                                              bench.build.match(match or {}))


def updates(bench, peer=None):
    """What came, all in one list: (event's name, table, cookie, instructions' count)."""
    peer, found = peer or bench.peer, []
    peer.barrier()
    names = {getattr(bench.of, "OFPFME_" + n): n for n in "INITIAL ADDED REMOVED MODIFIED ABBREV PAUSED RESUMED".split()}
    for reply in peer.all(bench.of.OFPT_MULTIPART_REPLY):
        for update in reply.body:
            found.append((names[update.event], getattr(update, "cookie", None), len(getattr(update, "instructions", None) or [])))
    return found


@shows("flow-monitor", "initial, added, modified, removed, by another's changes", since=V14)
def _(bench):
    other = bench.connect()
    bench.flows(flow({"in_port": 1}, *out(2), cookie=1))
    watch(bench, other, request(bench))
    equal(updates(bench, other), [("INITIAL", 1, 1)], "updates")
    bench.flows(flow({"in_port": 2}, *out(2), cookie=2))
    equal(updates(bench, other), [("ADDED", 2, 1)], "updates")
    bench.do(bench.build.flow_mod(flow({"in_port": 2}, *out(3)), "MODIFY"))
    equal(updates(bench, other), [("MODIFIED", 2, 1)], "updates")
    bench.do(bench.build.flow_mod(flow({"in_port": 2}), "DELETE"))
    equal([(e, c) for e, c, _ in updates(bench, other)], [("REMOVED", 2)], "updates")
    equal(updates(bench), [], "updates of who asked for nothing")


def watch(bench, peer, message):
    peer.send(message)
    peer.barrier()
    errors = [m for m in peer.inbox if m.type == 1]
    equal(errors, [], "errors")


@shows("flow-monitor", "one's own changes are abbreviated, unless NO_ABBREV", since=V14)
def _(bench):
    watch(bench, bench.peer, request(bench, flags="ADD INSTRUCTIONS"))
    bench.peer.inbox.clear()
    bench.send(bench.build.flow_mod(flow({"in_port": 2}, *out(2), cookie=2)))
    equal([e for e, _, _ in updates(bench)], ["ABBREV"], "updates")


@shows("flow-monitor", "only what matches, in its table, with its output; without INSTRUCTIONS none", since=V14)
def _(bench):
    other = bench.connect()
    watch(bench, other, request(bench, 1, "ADD", match={"in_port": 1}))
    watch(bench, other, request(bench, 2, "ADD INSTRUCTIONS", table=5))
    watch(bench, other, request(bench, 3, "ADD INSTRUCTIONS", out_port=4))
    other.inbox.clear()
    bench.flows(flow({"in_port": 1, "eth_dst": B}, *out(2), cookie=1), flow({"in_port": 2}, *out(2), cookie=2), flow({}, *out(2), cookie=3, table=5),
                flow({"in_port": 2}, *out(4), cookie=4, table=6))
    equal(sorted(updates(bench, other)), sorted([("ADDED", 1, 0), ("ADDED", 3, 1), ("ADDED", 4, 1)]), "updates")


@shows("flow-monitor", "add twice, modify and delete of an unknown one are refused", since=V14)
def _(bench):
    watch(bench, bench.peer, request(bench))
    bench.refused(request(bench), "FLOW_MONITOR_FAILED/OFPMOFC_MONITOR_EXISTS")
    bench.refused(request(bench, 9, command="MODIFY"), "FLOW_MONITOR_FAILED/OFPMOFC_UNKNOWN_MONITOR")
    bench.refused(request(bench, 9, command="DELETE"), "FLOW_MONITOR_FAILED/OFPMOFC_UNKNOWN_MONITOR")


@shows("flow-monitor", "a deleted monitor is silent", since=V14)
def _(bench):
    watch(bench, bench.peer, request(bench, flags="ADD NO_ABBREV"))
    watch(bench, bench.peer, request(bench, command="DELETE", flags=""))
    bench.peer.inbox.clear()
    bench.flows(flow({}, *out(2)))
    equal(updates(bench), [], "updates")
