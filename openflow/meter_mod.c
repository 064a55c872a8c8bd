// SPDX-License-Identifier: Apache-2.0
#include "openflow/meter_mod.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

#include <errno.h>

#define BAND_SIZE 16

static enum of_err band_unpack(struct cursor *c, struct of_meter_band *band)
{
	struct cursor body;
	uint16_t len;

	*band = (struct of_meter_band){.type = cursor_u16(c)};
	len = cursor_u16(c);
	/* Only an experimenter's is longer. */
	if (len < BAND_SIZE || len % 8 != 0 ||
	    (len != BAND_SIZE && band->type != OFPMBT_EXPERIMENTER))
		return OFPBRC_BAD_LEN;
	body = cursor_sub(c, len - 4u);
	band->rate = cursor_u32(&body);
	band->burst_size = cursor_u32(&body);
	if (band->type == OFPMBT_DSCP_REMARK)
		band->prec_level = cursor_u8(&body);
	else if (band->type == OFPMBT_EXPERIMENTER)
		band->experimenter = cursor_u32(&body);
	else if (band->type != OFPMBT_DROP)
		return OFPMMFC_BAD_BAND;
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

enum of_err of_meter_bands_unpack(struct cursor *c, struct of_arena *arena, struct of_meter *meter)
{
	size_t room = cursor_left(c) / BAND_SIZE;
	enum of_err err = OF_OK;

	meter->n_bands = 0;
	meter->bands = NULL;
	if (cursor_left(c) == 0)
		return OF_OK;
	meter->bands = of_arena_alloc(arena, room * sizeof(*meter->bands));
	if (meter->bands == NULL)
		return OF_ERR_NO_MEMORY;
	while (err == OF_OK && cursor_left(c) > 0) {
		if (meter->n_bands == room)
			return OFPBRC_BAD_LEN;
		err = band_unpack(c, &meter->bands[meter->n_bands++]);
	}
	return err;
}

int of_meter_bands_pack(const struct of_meter *meter, struct wbuf *b)
{
	for (unsigned i = 0; i < meter->n_bands; i++) {
		const struct of_meter_band *band = &meter->bands[i];

		wbuf_u16(b, band->type);
		wbuf_u16(b, BAND_SIZE);
		wbuf_u32(b, band->rate);
		wbuf_u32(b, band->burst_size);
		switch (band->type) {
		case OFPMBT_DSCP_REMARK:
			wbuf_u8(b, band->prec_level);
			wbuf_zero(b, 3);
			break;
		case OFPMBT_EXPERIMENTER:
			wbuf_u32(b, band->experimenter);
			break;
		default:
			wbuf_zero(b, 4);
		}
	}
	return 0;
}

enum of_err of_meter_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_meter_mod *mod = &msg->meter_mod;

	mod->command = cursor_u16(c);
	mod->meter.flags = cursor_u16(c);
	mod->meter.meter_id = cursor_u32(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (mod->command > OFPMC_DELETE)
		return OFPMMFC_BAD_COMMAND;
	return of_meter_bands_unpack(c, arena, &mod->meter);
}

int of_meter_mod_pack(const struct of_msg *msg, struct wbuf *b)
{
	wbuf_u16(b, msg->meter_mod.command);
	wbuf_u16(b, msg->meter_mod.meter.flags);
	wbuf_u32(b, msg->meter_mod.meter.meter_id);
	return of_meter_bands_pack(&msg->meter_mod.meter, b);
}

void of_meter_mod_text(const struct of_msg *msg, struct text *t)
{
	static const char *const commands[] = {"ADD", "MOD", "DEL"};
	uint16_t command = msg->meter_mod.command;

	text_add(t, " %s ", command <= OFPMC_DELETE ? commands[command] : "?");
	of_meter_text(&msg->meter_mod.meter, t);
}
