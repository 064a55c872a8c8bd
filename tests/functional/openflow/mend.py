# SPDX-License-Identifier: Apache-2.0
"""Mends of os-ken's decoders where they cannot read what its own version's specification says:
the buckets and group descriptions of 1.5 in a list of several, and the full flow updates of 1.4 and 1.5 but for one event."""
import struct

from os_ken.ofproto import ofproto_v1_4_parser, ofproto_v1_5_parser


def mend_sized(entry):
    decode = entry.parser.__func__

    def parser(cls, buf, offset):
        size, = struct.unpack_from("!H", buf, offset)
        return decode(cls, buf[:offset + size], offset)
    entry.parser = classmethod(parser)


def mend_flow_updates(parser, proto):
    header, full = parser.OFPFlowUpdateHeader, parser.OFPFlowUpdateFull
    for event in (proto.OFPFME_INITIAL, proto.OFPFME_ADDED, proto.OFPFME_REMOVED, proto.OFPFME_MODIFIED):
        header._EVENT[event] = type("OFPFlowUpdateFull", (full,), {"cls_flow_update_event": event})


mend_sized(ofproto_v1_5_parser.OFPBucket)
mend_sized(ofproto_v1_5_parser.OFPGroupDescStats)
for module in (ofproto_v1_4_parser, ofproto_v1_5_parser):
    mend_flow_updates(module, module.ofproto)
