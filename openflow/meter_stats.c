// SPDX-License-Identifier: Apache-2.0
/* OFPMP_METER, OFPMP_METER_CONFIG and OFPMP_METER_FEATURES. */
#include "openflow/meter_stats.h"
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"

#include <errno.h>
#include <inttypes.h>

static enum of_err request_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				  struct of_multipart_request *request)
{
	(void)arena;
	(void)version;
	request->meter_id = cursor_u32(c);
	cursor_skip(c, 4);
	return of_body_end(c);
}

static int request_pack(const struct of_multipart_request *request, enum of_version version,
			struct wbuf *b)
{
	(void)version;
	wbuf_u32(b, request->meter_id);
	wbuf_zero(b, 4);
	return 0;
}

static void request_text(const struct of_multipart_request *request, struct text *t)
{
	text_add(t, " meter=");
	of_meter_id_text(request->meter_id, t);
}

static enum of_err meter_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	struct of_meter_stats *meter = &entry->meter;
	uint32_t meter_id = cursor_u32(c);
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 6 ? len - 6u : SIZE_MAX);
	size_t n;

	(void)version;
	meter->meter_id = meter_id;
	cursor_skip(&body, 6);
	meter->flow_count = cursor_u32(&body);
	meter->n_packets_in = cursor_u64(&body);
	meter->n_bytes_in = cursor_u64(&body);
	meter->duration_s = cursor_u32(&body);
	meter->duration_ns = cursor_u32(&body);
	n = cursor_left(&body) / sizeof(*meter->bands);
	meter->n_bands = (uint16_t)n;
	if (!cursor_ok(&body) || cursor_left(&body) % sizeof(*meter->bands) != 0)
		return OFPBRC_BAD_LEN;
	meter->bands = of_arena_alloc(arena, n * sizeof(*meter->bands));
	if (meter->bands == NULL)
		return OF_ERR_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		meter->bands[i].n_packets = cursor_u64(&body);
		meter->bands[i].n_bytes = cursor_u64(&body);
	}
	return OF_OK;
}

static int meter_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_meter_stats *meter = entry;
	size_t start = b->len;

	(void)version;
	wbuf_u32(b, meter->meter_id);
	wbuf_zero(b, 8);
	wbuf_u32(b, meter->flow_count);
	wbuf_u64(b, meter->n_packets_in);
	wbuf_u64(b, meter->n_bytes_in);
	wbuf_u32(b, meter->duration_s);
	wbuf_u32(b, meter->duration_ns);
	for (unsigned i = 0; i < meter->n_bands; i++) {
		wbuf_u64(b, meter->bands[i].n_packets);
		wbuf_u64(b, meter->bands[i].n_bytes);
	}
	if (b->len - start > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_set_u16(b, start + 4, (uint16_t)(b->len - start));
	return 0;
}

static void meter_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	const struct of_meter_stats *meter = &entry->meter;

	(void)names;
	text_add(t,
		 "meter:%u flow_count:%u packet_in_count:%" PRIu64 " byte_in_count:%" PRIu64
		 " duration:%u.%03us bands:",
		 meter->meter_id, meter->flow_count, meter->n_packets_in, meter->n_bytes_in,
		 meter->duration_s, meter->duration_ns / 1000000);
	for (unsigned i = 0; i < meter->n_bands; i++)
		text_add(t, "\n%u: packet_count:%" PRIu64 " byte_count:%" PRIu64, i,
			 meter->bands[i].n_packets, meter->bands[i].n_bytes);
}

static enum of_err config_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				 union of_multipart_entry *entry)
{
	struct of_meter *meter = &entry->meter_config;
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 2 ? len - 2u : SIZE_MAX);

	(void)version;
	meter->flags = cursor_u16(&body);
	meter->meter_id = cursor_u32(&body);
	if (!cursor_ok(&body))
		return OFPBRC_BAD_LEN;
	return of_meter_bands_unpack(&body, arena, meter);
}

static int config_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_meter *meter = entry;
	size_t start = b->len;
	int rc;

	(void)version;
	wbuf_u16(b, 0);
	wbuf_u16(b, meter->flags);
	wbuf_u32(b, meter->meter_id);
	rc = of_meter_bands_pack(meter, b);
	if (b->len - start > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return rc;
}

static void config_text(const union of_multipart_entry *entry, const struct of_names *names,
			struct text *t)
{
	(void)names;
	of_meter_text(&entry->meter_config, t);
}

static enum of_err features_unpack(struct cursor *c, enum of_version version,
				   struct of_arena *arena, union of_multipart_entry *entry)
{
	struct of_meter_features *features = &entry->meter_features;

	(void)arena;
	features->max_meter = cursor_u32(c);
	features->band_types = cursor_u32(c);
	features->capabilities = cursor_u32(c);
	features->max_bands = cursor_u8(c);
	features->max_color = cursor_u8(c);
	cursor_skip(c, 2);
	features->features = 0;
	/* Some switches write the shorter form of 1.3. */
	if (version >= OF15 && cursor_left(c) > 0) {
		features->features = cursor_u32(c);
		cursor_skip(c, 4);
	}
	return of_body_end(c);
}

static int features_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_meter_features *features = entry;

	wbuf_u32(b, features->max_meter);
	wbuf_u32(b, features->band_types);
	wbuf_u32(b, features->capabilities);
	wbuf_u8(b, features->max_bands);
	wbuf_u8(b, features->max_color);
	wbuf_zero(b, 2);
	if (version >= OF15) {
		wbuf_u32(b, features->features);
		wbuf_zero(b, 4);
	}
	return 0;
}

static void features_text(const union of_multipart_entry *entry, const struct of_names *names,
			  struct text *t)
{
	const struct of_meter_features *features = &entry->meter_features;

	(void)names;
	text_add(t, "max_meter:%u max_bands:%u max_color:%u\nband_types: 0x%x\ncapabilities: 0x%x",
		 features->max_meter, features->max_bands, features->max_color,
		 features->band_types, features->capabilities);
	if (features->features != 0)
		text_add(t, "\nfeatures: 0x%x", features->features);
}

const struct of_multipart_ops of_multipart_meter = {
	.name = "meter",
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = meter_unpack,
	.entry_pack = meter_pack,
	.entry_text = meter_text,
};

const struct of_multipart_ops of_multipart_meter_config = {
	.name = "meter_config",
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = config_unpack,
	.entry_pack = config_pack,
	.entry_text = config_text,
};

const struct of_multipart_ops of_multipart_meter_features = {
	.name = "meter_features",
	.entry_unpack = features_unpack,
	.entry_pack = features_pack,
	.entry_text = features_text,
};
