// SPDX-License-Identifier: Apache-2.0
/*
 * request_forwards: tells controllers what another one changed (OFPT_REQUESTFORWARD, OpenFlow
 * 1.4.1 §7.4.6).
 */
#pragma once

#include "datapath/agent/connections.h"

/**
 * Forwards a group-mod or meter-mod that was carried out to those who asked for such, but not to
 * `from`, who sent it (NULL: nobody who is still there). Control thread.
 */
void request_forward(struct agent *agent, const struct connection *from, const struct of_msg *msg);
