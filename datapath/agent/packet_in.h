// SPDX-License-Identifier: Apache-2.0
/*
 * packet_in: frames that lcores punted become OFPT_PACKET_IN (OpenFlow 1.3.5 §6.1.2, §7.4.1).
 */
#pragma once

#include "datapath/agent/agent_state.h"

/** Starts to serve the punted frames of agent->cfg.pmd from the event loop; 0 or -ENOMEM. */
int packet_in_start(struct agent *agent);

/** Ends it. */
void packet_in_stop(struct agent *agent);

/* A frame for controllers, whole. */
struct packet_in {
	const struct punt_info *info;
	const uint8_t *data;
	uint32_t size;
};

/* What became of it. */
enum packet_in_fate {
	PACKET_IN_NOBODY, /* no connection wants it */
	PACKET_IN_TAKEN,
	PACKET_IN_LIMITED, /* those that want it have had their rate */
};

/**
 * Sends it to every connection that wants it and has not had its rate; with auxiliary connections,
 * by one of them, the same one for frames of one pair of addresses.
 */
enum packet_in_fate packet_in_send(struct agent *agent, const struct packet_in *in);
