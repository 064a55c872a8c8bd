// SPDX-License-Identifier: Apache-2.0
/*
 * meter_mod: OFPT_METER_MOD and bands (1.3.5 §7.3.4.5).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_meter_band {
	uint16_t type; /* enum of_meter_band_type */
	uint32_t rate; /* kb/s, or packets/s with OFPMF_PKTPS */
	uint32_t burst_size;
	uint8_t prec_level;    /* dscp_remark */
	uint32_t experimenter; /* experimenter */
};

struct of_meter {
	uint16_t flags; /* enum of_meter_flags */
	uint32_t meter_id;
	uint16_t n_bands;
	struct of_meter_band *bands;
};

struct of_meter_mod {
	uint16_t command; /* enum of_meter_command */
	struct of_meter meter;
};

/** Reads all that is left in `c` as bands into `meter`; OFPMMFC_BAD_BAND or BAD_REQUEST/BAD_LEN. */
enum of_err of_meter_bands_unpack(struct cursor *c, struct of_arena *arena, struct of_meter *meter);

/** Appends the bands. */
int of_meter_bands_pack(const struct of_meter *meter, struct wbuf *b);

/** Appends `1`, `all`, `controller`, `slowpath`. */
void of_meter_id_text(uint32_t meter_id, struct text *t);

/** Appends `meter=1 kbps bands=` and a line `type=drop rate=1000` for each band. */
void of_meter_text(const struct of_meter *meter, struct text *t);

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_meter_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_meter_mod_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_meter_mod_text(const struct of_msg *msg, struct text *t);
