// SPDX-License-Identifier: Apache-2.0
/*
 * api_queues: the rate and the queues of a port in JSON. Control thread.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "datapath/agent/host.h"
#include "datapath/agent/port_settings.h"

/** What is set, and what each queue did; a new reference. */
json_t *api_egress_json(const struct host *host, const struct port_entry *entry);

/**
 * Reads the `egress` of a PATCH into `change`: queues that it names are set, or taken away by null,
 * others stay. False: it does not serve.
 */
bool api_egress_read(struct port_change *change, const json_t *egress);
