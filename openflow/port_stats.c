// SPDX-License-Identifier: Apache-2.0
/* OFPMP_PORT_STATS and OFPMP_PORT_DESC. */
#include "openflow/port_stats.h"
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"
#include "openflow/property.h"

#include <inttypes.h>

#define OFPPSPT_ETHERNET 0
#define PORT_STATS_SIZE_14 80 /* without properties */

static enum of_err port_request_unpack(struct cursor *c, enum of_version version,
				       struct of_arena *arena, struct of_multipart_request *request)
{
	(void)arena;
	if (version == OF10) {
		request->port_no = of_port_from_of10(cursor_u16(c));
		cursor_skip(c, 6);
	} else {
		request->port_no = cursor_u32(c);
		cursor_skip(c, 4);
	}
	return of_body_end(c);
}

static int port_request_pack(const struct of_multipart_request *request, enum of_version version,
			     struct wbuf *b)
{
	if (version == OF10) {
		wbuf_u16(b, of_port_to_of10(request->port_no));
		wbuf_zero(b, 6);
	} else {
		wbuf_u32(b, request->port_no);
		wbuf_zero(b, 4);
	}
	return 0;
}

/* Until 1.4 all ports are asked for (1.5.1 §7.3.5.7). */
static enum of_err port_desc_request_unpack(struct cursor *c, enum of_version version,
					    struct of_arena *arena,
					    struct of_multipart_request *request)
{
	request->port_no = OFPP_ANY;
	if (version < OF15)
		return of_body_end(c);
	return port_request_unpack(c, version, arena, request);
}

static int port_desc_request_pack(const struct of_multipart_request *request,
				  enum of_version version, struct wbuf *b)
{
	return version < OF15 ? 0 : port_request_pack(request, version, b);
}

static void port_request_text(const struct of_multipart_request *request, struct text *t)
{
	text_add(t, " port_no=");
	of_port_no_text(request->port_no, NULL, t);
}

static void counters_unpack(struct cursor *c, struct of_port_stats *stats)
{
	stats->rx_packets = cursor_u64(c);
	stats->tx_packets = cursor_u64(c);
	stats->rx_bytes = cursor_u64(c);
	stats->tx_bytes = cursor_u64(c);
	stats->rx_dropped = cursor_u64(c);
	stats->tx_dropped = cursor_u64(c);
	stats->rx_errors = cursor_u64(c);
	stats->tx_errors = cursor_u64(c);
}

static void ethernet_unpack(struct cursor *c, struct of_port_stats *stats)
{
	stats->rx_frame_err = cursor_u64(c);
	stats->rx_over_err = cursor_u64(c);
	stats->rx_crc_err = cursor_u64(c);
	stats->collisions = cursor_u64(c);
}

static enum of_err properties_unpack(struct cursor *c, struct of_port_stats *stats)
{
	while (cursor_left(c) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(c, &property);

		if (err != OF_OK)
			return err;
		if (property.type != OFPPSPT_ETHERNET)
			continue; /* of other media, or an experimenter's */
		cursor_skip(&property.body, 4);
		ethernet_unpack(&property.body, stats);
		err = of_property_end(&property);
		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

static enum of_err of14_unpack(struct cursor *c, struct of_port_stats *stats)
{
	struct cursor properties;
	uint16_t len = cursor_u16(c);

	cursor_skip(c, 2);
	stats->port_no = cursor_u32(c);
	stats->duration_s = cursor_u32(c);
	stats->duration_ns = cursor_u32(c);
	counters_unpack(c, stats);
	stats->rx_frame_err = stats->rx_over_err = UINT64_MAX;
	stats->rx_crc_err = stats->collisions = UINT64_MAX;
	if (!cursor_ok(c) || len < PORT_STATS_SIZE_14)
		return OFPBRC_BAD_LEN;
	properties = cursor_sub(c, len - PORT_STATS_SIZE_14);
	return cursor_ok(c) ? properties_unpack(&properties, stats) : OFPBRC_BAD_LEN;
}

static enum of_err port_stats_unpack(struct cursor *c, enum of_version version,
				     struct of_arena *arena, union of_multipart_entry *entry)
{
	struct of_port_stats *stats = &entry->port_stats;

	(void)arena;
	if (version >= OF14)
		return of14_unpack(c, stats);
	stats->port_no = version == OF10 ? of_port_from_of10(cursor_u16(c)) : cursor_u32(c);
	cursor_skip(c, version == OF10 ? 6 : 4);
	counters_unpack(c, stats);
	ethernet_unpack(c, stats);
	stats->duration_s = version == OF10 ? 0 : cursor_u32(c);
	stats->duration_ns = version == OF10 ? 0 : cursor_u32(c);
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

static void counters_pack(const struct of_port_stats *stats, struct wbuf *b)
{
	wbuf_u64(b, stats->rx_packets);
	wbuf_u64(b, stats->tx_packets);
	wbuf_u64(b, stats->rx_bytes);
	wbuf_u64(b, stats->tx_bytes);
	wbuf_u64(b, stats->rx_dropped);
	wbuf_u64(b, stats->tx_dropped);
	wbuf_u64(b, stats->rx_errors);
	wbuf_u64(b, stats->tx_errors);
}

static void ethernet_pack(const struct of_port_stats *stats, struct wbuf *b)
{
	wbuf_u64(b, stats->rx_frame_err);
	wbuf_u64(b, stats->rx_over_err);
	wbuf_u64(b, stats->rx_crc_err);
	wbuf_u64(b, stats->collisions);
}

static void of14_pack(const struct of_port_stats *stats, struct wbuf *b)
{
	size_t start = b->len, property;

	wbuf_zero(b, 4);
	wbuf_u32(b, stats->port_no);
	wbuf_u32(b, stats->duration_s);
	wbuf_u32(b, stats->duration_ns);
	counters_pack(stats, b);
	property = of_property_start(b, OFPPSPT_ETHERNET);
	wbuf_zero(b, 4);
	ethernet_pack(stats, b);
	of_property_finish(b, property);
	wbuf_set_u16(b, start, (uint16_t)(b->len - start));
}

static int port_stats_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_port_stats *stats = entry;

	if (version >= OF14) {
		of14_pack(stats, b);
		return 0;
	}
	if (version == OF10)
		wbuf_u16(b, of_port_to_of10(stats->port_no));
	else
		wbuf_u32(b, stats->port_no);
	wbuf_zero(b, version == OF10 ? 6 : 4);
	counters_pack(stats, b);
	ethernet_pack(stats, b);
	if (version != OF10) {
		wbuf_u32(b, stats->duration_s);
		wbuf_u32(b, stats->duration_ns);
	}
	return 0;
}

static void port_stats_text(const union of_multipart_entry *entry, const struct of_names *names,
			    struct text *t)
{
	const struct of_port_stats *stats = &entry->port_stats;

	text_add(t, "  port ");
	of_port_no_text(stats->port_no, names, t);
	of_counter_text(": rx pkts", stats->rx_packets, t);
	of_counter_text(", bytes", stats->rx_bytes, t);
	of_counter_text(", drop", stats->rx_dropped, t);
	of_counter_text(", errs", stats->rx_errors, t);
	of_counter_text(", frame", stats->rx_frame_err, t);
	of_counter_text(", over", stats->rx_over_err, t);
	of_counter_text(", crc", stats->rx_crc_err, t);
	of_counter_text("\n           tx pkts", stats->tx_packets, t);
	of_counter_text(", bytes", stats->tx_bytes, t);
	of_counter_text(", drop", stats->tx_dropped, t);
	of_counter_text(", errs", stats->tx_errors, t);
	of_counter_text(", coll", stats->collisions, t);
	text_add(t, "\n           duration=%u.%03us", stats->duration_s,
		 stats->duration_ns / 1000000);
}

static enum of_err port_desc_unpack(struct cursor *c, enum of_version version,
				    struct of_arena *arena, union of_multipart_entry *entry)
{
	(void)arena;
	return of_port_unpack(c, version, &entry->port_desc);
}

static int port_desc_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	return of_port_pack(entry, version, b);
}

static void port_desc_text(const union of_multipart_entry *entry, const struct of_names *names,
			   struct text *t)
{
	(void)names;
	of_port_text(&entry->port_desc, t);
}

const struct of_multipart_ops of_multipart_port_stats = {
	.name = "port_stats",
	.request_unpack = port_request_unpack,
	.request_pack = port_request_pack,
	.request_text = port_request_text,
	.entry_unpack = port_stats_unpack,
	.entry_pack = port_stats_pack,
	.entry_text = port_stats_text,
};

const struct of_multipart_ops of_multipart_port_desc = {
	.name = "port_desc",
	.request_unpack = port_desc_request_unpack,
	.request_pack = port_desc_request_pack,
	.request_text = port_request_text,
	.entry_unpack = port_desc_unpack,
	.entry_pack = port_desc_pack,
	.entry_text = port_desc_text,
};
