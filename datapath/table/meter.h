// SPDX-License-Identifier: Apache-2.0
/*
 * meter: how much a set of flows may send (OpenFlow 1.3.5 §5.7), behind a handle that stays.
 *
 * Programs point to the handle; a modification publishes other bands and retires the old ones.
 */
#pragma once

#include <stdint.h>

#include "datapath/table/flow_counters.h"

struct meter;

/* What becomes of a frame. */
enum meter_verdict { METER_PASS, METER_DROP, METER_REMARK };

/**
 * Charges a frame of `bytes` to the meter. METER_REMARK: the drop precedence of its DSCP is to be
 * raised by *prec_level. Any lcore; several may charge one meter at once.
 */
enum meter_verdict meter_run(struct meter *meter, struct flow_counters_lcore *counters,
			     uint32_t bytes, uint64_t now_tsc, uint8_t *prec_level);
