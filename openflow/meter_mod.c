// SPDX-License-Identifier: Apache-2.0
#include "openflow/meter_mod.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

#include <errno.h>

#define BAND_SIZE 16

enum of_err of_meter_bands_unpack(struct cursor *c, struct of_arena *arena, struct of_meter *meter)
{
	size_t n = cursor_left(c) / BAND_SIZE;

	meter->n_bands = (uint16_t)n;
	meter->bands = NULL;
	if (cursor_left(c) % BAND_SIZE != 0)
		return OFPBRC_BAD_LEN;
	if (n == 0)
		return OF_OK;
	meter->bands = of_arena_alloc(arena, n * sizeof(*meter->bands));
	if (meter->bands == NULL)
		return OF_ERR_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		struct of_meter_band *band = &meter->bands[i];

		*band = (struct of_meter_band){.type = cursor_u16(c)};
		if (cursor_u16(c) != BAND_SIZE)
			return OFPBRC_BAD_LEN;
		band->rate = cursor_u32(c);
		band->burst_size = cursor_u32(c);
		switch (band->type) {
		case OFPMBT_DROP:
			cursor_skip(c, 4);
			break;
		case OFPMBT_DSCP_REMARK:
			band->prec_level = cursor_u8(c);
			cursor_skip(c, 3);
			break;
		case OFPMBT_EXPERIMENTER:
			band->experimenter = cursor_u32(c);
			break;
		default:
			return OFPMMFC_BAD_BAND;
		}
	}
	return OF_OK;
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

void of_meter_text(const struct of_meter *meter, struct text *t)
{
	text_add(t, "meter=");
	if (meter->meter_id == OFPM_ALL)
		text_add(t, "all");
	else
		text_add(t, "%u", meter->meter_id);
	if (meter->flags & OFPMF_KBPS)
		text_add(t, " kbps");
	if (meter->flags & OFPMF_PKTPS)
		text_add(t, " pktps");
	if (meter->flags & OFPMF_BURST)
		text_add(t, " burst");
	if (meter->flags & OFPMF_STATS)
		text_add(t, " stats");
	text_add(t, " bands=");
	for (unsigned i = 0; i < meter->n_bands; i++) {
		const struct of_meter_band *band = &meter->bands[i];

		text_add(t, "\ntype=%s rate=%u",
			 band->type == OFPMBT_DROP          ? "drop"
			 : band->type == OFPMBT_DSCP_REMARK ? "dscp_remark"
							    : "experimenter",
			 band->rate);
		if (meter->flags & OFPMF_BURST)
			text_add(t, " burst_size=%u", band->burst_size);
		if (band->type == OFPMBT_DSCP_REMARK)
			text_add(t, " prec_level=%u", band->prec_level);
	}
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
