// SPDX-License-Identifier: Apache-2.0
/*
 * err_wire: the numbers of errors in each version (1.0.0 §5.4.4, 1.3.5 §7.4.4, 1.5.1 §7.5.4).
 */
#pragma once

#include "openflow/err.h"
#include "openflow/types.h"

/* An error as it stands in a message. */
struct of_err_wire {
	uint16_t type, code; /* code: the experimenter's exp_type when type is OFPET_EXPERIMENTER */
	uint32_t experimenter; /* 0 unless the error itself says which */
};

/**
 * The numbers of an error in `version`: those of 1.0 are others, and where a version has no code
 * for it, the one that says it best. OFPBFC_* before 1.4 are those of the extension 230.
 */
struct of_err_wire of_err_to_wire(enum of_err err, enum of_version version);

/** The inverse, for all numbers that are known. */
enum of_err of_err_from_wire(const struct of_err_wire *wire, enum of_version version);
