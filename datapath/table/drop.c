// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/drop.h"

static const struct drop_text texts[DROP_N_REASONS] = {
	[DROP_TABLE_MISS] = {"table_miss",
			     "no flow of the table matched and it has no table-miss flow"},
	[DROP_RULE] = {"rule_drop", "the flow that matched sends the frame nowhere"},
	[DROP_SET_EMPTY] = {"action_set_empty",
			    "the action set had no output at the end of the pipeline"},
	[DROP_NO_SUCH_PORT] = {"no_such_port", "a flow or group names a port that does not exist"},
	[DROP_TO_IN_PORT] = {"to_in_port", "the frame would have left by the port it came from"},
	[DROP_FLOOD_EMPTY] = {"flood_empty", "a flood found no other port in the VLAN"},
	[DROP_GROUP_EMPTY] = {"group_empty", "the group has no bucket that can be used"},
	[DROP_GROUP_DEPTH] = {"group_depth", "groups name groups deeper than the switch follows"},
	[DROP_TOO_MANY_STEPS] = {"too_many_steps",
				 "buckets, resubmits and clones of one frame passed the bound"},
	[DROP_PORT_DOWN] = {"port_down", "the port is administratively down"},
	[DROP_PORT_NO_RECV] = {"port_no_recv", "the port's configuration refuses received frames"},
	[DROP_PORT_NO_FWD] = {"port_no_fwd", "the port's configuration refuses frames to send"},
	[DROP_VLAN_FILTERED] = {"vlan_filtered", "the port is not in the VLAN of the frame's tag"},
	[DROP_RESERVED_ADDRESS] = {"reserved_address",
				   "a link-local protocol address that a bridge never forwards"},
	[DROP_RUNT] = {"runt", "shorter than an Ethernet header"},
	[DROP_BAD_HEADER] = {"bad_header", "a header's length does not fit the frame"},
	[DROP_FRAGMENT] = {"ip_fragment", "the controller asked to drop IP fragments"},
	[DROP_TTL_EXPIRED] = {"ttl_expired", "the TTL or hop limit was used up"},
	[DROP_BAD_ACTION] =
		{"bad_action",
		 "an action does not fit the frame, such as a tag taken from an untagged one"},
	[DROP_NO_MBUF] = {"no_mbuf",
			  "no buffer for a copy of the frame: give the switch more with --memory"},
	[DROP_PUNT_FULL] = {"punt_full", "more packet-ins than the control thread takes"},
	[DROP_NO_CONTROLLER] = {"no_controller", "a packet-in that no connected controller takes"},
	[DROP_PACKET_IN_LIMIT] = {"packet_in_limit",
				  "a packet-in beyond the packet-in-rate of the controllers"},
	[DROP_TX_RING_FULL] = {"tx_ring_full", "the receiver does not empty its ring fast enough"},
	[DROP_TX_DOWN] = {"tx_down", "the receiver is not connected or has no link"},
	[DROP_TX_TOO_LONG] = {"tx_too_long", "longer than the MTU of the port it should leave by"},
	[DROP_TX_MALFORMED] = {"tx_malformed", "an offload request that does not fit the frame"},
	[DROP_TX_NO_MBUF] =
		{"tx_no_mbuf",
		 "no buffer for segments or checksums: give the switch more with --memory"},
	[DROP_RX_MALFORMED] = {"rx_malformed",
			       "a guest's frame with an impossible length or offload request"},
	[DROP_METER] = {"meter", "a meter's rate was exceeded"},
	[DROP_QUEUE_FULL] = {"queue_full",
			     "more frames wait for the rate of a queue than it has room for"},
};

const struct drop_text *drop_text(enum drop_reason reason)
{
	return &texts[reason];
}
