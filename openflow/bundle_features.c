// SPDX-License-Identifier: Apache-2.0
/* OFPMP_BUNDLE_FEATURES (1.5.1 §7.3.5.18). */
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"
#include "openflow/property.h"

#include <inttypes.h>

#define PROPERTY_TIME 1 /* OFPTMPBF_TIME_CAPABILITY */

/* The four times of the property, in the wire's order. */
struct times {
	struct of_time *t[4];
};

static struct times times_of_request(const struct of_bundle_features_request *r)
{
	struct of_bundle_features_request *request = (struct of_bundle_features_request *)r;

	return (struct times){{&request->sched_accuracy, &request->sched_max_future,
			       &request->sched_max_past, &request->timestamp}};
}

static struct times times_of_reply(const struct of_bundle_features *f)
{
	struct of_bundle_features *features = (struct of_bundle_features *)f;

	return (struct times){{&features->sched_accuracy, &features->sched_max_future,
			       &features->sched_max_past, &features->timestamp}};
}

static enum of_err properties_unpack(struct cursor *c, bool *has_time, struct times times)
{
	*has_time = false;
	for (unsigned i = 0; i < 4; i++)
		*times.t[i] = (struct of_time){0};
	while (cursor_left(c) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(c, &property);

		if (err != OF_OK)
			return err;
		if (property.type != PROPERTY_TIME)
			return of_property_unknown(&property);
		if (*has_time)
			return OFPBPC_DUP_TYPE;
		*has_time = true;
		cursor_skip(&property.body, 4);
		for (unsigned i = 0; i < 4; i++) {
			times.t[i]->seconds = cursor_u64(&property.body);
			times.t[i]->nanoseconds = cursor_u32(&property.body);
			cursor_skip(&property.body, 4);
		}
		if (of_property_end(&property) != OF_OK)
			return OFPBPC_BAD_LEN;
	}
	return OF_OK;
}

static void properties_pack(bool has_time, struct times times, struct wbuf *b)
{
	size_t start;

	if (!has_time)
		return;
	start = of_property_start(b, PROPERTY_TIME);
	wbuf_zero(b, 4);
	for (unsigned i = 0; i < 4; i++) {
		wbuf_u64(b, times.t[i]->seconds);
		wbuf_u32(b, times.t[i]->nanoseconds);
		wbuf_zero(b, 4);
	}
	of_property_finish(b, start);
}

static void properties_text(bool has_time, struct times times, struct text *t)
{
	static const char *const names[] = {"sched_accuracy", "sched_max_future", "sched_max_past",
					    "timestamp"};

	for (unsigned i = 0; has_time && i < 4; i++)
		text_add(t, " %s=%" PRIu64 ".%09u", names[i], times.t[i]->seconds,
			 times.t[i]->nanoseconds);
}

static enum of_err request_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				  struct of_multipart_request *request)
{
	struct of_bundle_features_request *features = &request->bundle_features;

	(void)version;
	(void)arena;
	features->feature_request_flags = cursor_u32(c);
	cursor_skip(c, 4);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	return properties_unpack(c, &features->has_time, times_of_request(features));
}

static int request_pack(const struct of_multipart_request *request, enum of_version version,
			struct wbuf *b)
{
	const struct of_bundle_features_request *features = &request->bundle_features;

	(void)version;
	wbuf_u32(b, features->feature_request_flags);
	wbuf_zero(b, 4);
	properties_pack(features->has_time, times_of_request(features), b);
	return 0;
}

static void request_text(const struct of_multipart_request *request, struct text *t)
{
	const struct of_bundle_features_request *features = &request->bundle_features;

	text_add(t, " flags=0x%x", features->feature_request_flags);
	properties_text(features->has_time, times_of_request(features), t);
}

static enum of_err entry_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	struct of_bundle_features *features = &entry->bundle_features;

	(void)version;
	(void)arena;
	features->capabilities = cursor_u16(c);
	cursor_skip(c, 6);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	return properties_unpack(c, &features->has_time, times_of_reply(features));
}

static int entry_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_bundle_features *features = entry;

	(void)version;
	wbuf_u16(b, features->capabilities);
	wbuf_zero(b, 6);
	properties_pack(features->has_time, times_of_reply(features), b);
	return 0;
}

static void entry_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	const struct of_bundle_features *features = &entry->bundle_features;

	(void)names;
	text_add(t, " capabilities:%s%s%s", features->capabilities & OFPBF_ATOMIC ? " atomic" : "",
		 features->capabilities & OFPBF_ORDERED ? " ordered" : "",
		 features->capabilities & OFPBF_TIME ? " time" : "");
	properties_text(features->has_time, times_of_reply(features), t);
}

const struct of_multipart_ops of_multipart_bundle_features = {
	.name = "bundle_features",
	.since = OF15,
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = entry_unpack,
	.entry_pack = entry_pack,
	.entry_text = entry_text,
};
