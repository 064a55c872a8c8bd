// SPDX-License-Identifier: Apache-2.0
/*
 * multipart: OFPT_MULTIPART_REQUEST and _REPLY (1.3.5 §7.3.5).
 *
 * Every reply is a list of entries, also those of exactly one entry (desc, aggregate, features).
 * An unpacked reply keeps the entries' bytes, which have been checked; of_multipart_next reads them
 * one by one. To answer, append entries to a writer, which cuts them into messages below 64 KiB.
 */
#pragma once

#include "openflow/bundle.h"
#include "openflow/controller_status.h"
#include "openflow/desc.h"
#include "openflow/flow_monitor.h"
#include "openflow/flow_stats.h"
#include "openflow/group_stats.h"
#include "openflow/meter_mod.h"
#include "openflow/meter_stats.h"
#include "openflow/port.h"
#include "openflow/port_stats.h"
#include "openflow/queue.h"
#include "openflow/table_mod.h"
#include "openflow/table_stats.h"

struct of_msg;

/* A request (OFPT_MULTIPART_REQUEST); `type` says which member is in use. */
struct of_multipart_request {
	uint16_t type;  /* enum of_multipart_type */
	uint16_t flags; /* OFPMPF_REQ_MORE */
	union {
		struct of_flow_stats_request flow; /* OFPMP_FLOW, _AGGREGATE, _FLOW_STATS */
		uint32_t port_no;                  /* OFPMP_PORT_STATS; OFPMP_PORT_DESC */
		struct of_queue_stats_request queue;
		uint32_t group_id; /* OFPMP_GROUP */
		uint32_t meter_id; /* OFPMP_METER and OFPMP_METER_CONFIG */
		struct {           /* OFPMP_TABLE_FEATURES: struct of_table_features in wire form */
			const uint8_t *data;
			size_t size;
		} table_features;
		struct { /* OFPMP_FLOW_MONITOR */
			uint16_t n;
			struct of_flow_monitor_request *monitors; /* in the arena */
		} flow_monitor;
		struct of_bundle_features_request bundle_features;
		struct {
			uint32_t id, exp_type;
			const uint8_t *data;
			size_t size;
		} experimenter;
	};
};

struct of_multipart_reply {
	uint16_t type;       /* enum of_multipart_type */
	uint16_t flags;      /* OFPMPF_REPLY_MORE */
	const uint8_t *body; /* the entries in wire form */
	size_t body_size;
};

/* One entry of a reply. */
union of_multipart_entry {
	struct of_desc desc;
	struct of_flow_stats flow;
	struct of_aggregate_stats aggregate;
	struct of_table_stats table;
	struct of_port_stats port_stats;
	struct of_queue_stats queue;
	struct of_group_stats group;
	struct of_group_desc group_desc;
	struct of_group_features group_features;
	struct of_meter_stats meter;
	struct of_meter meter_config;
	struct of_meter_features meter_features;
	struct of_table_features table_features;
	struct of_port port_desc;
	struct of_table_desc table_desc;
	struct of_queue queue_desc;
	struct of_flow_update flow_update;
	struct of_controller_status controller_status;
	struct of_bundle_features bundle_features;
	struct {
		uint32_t id, exp_type;
		const uint8_t *data;
		size_t size;
	} experimenter;
};

/* Reads the entries of one reply. */
struct of_multipart_reader {
	enum of_version version;
	uint16_t type;
	struct cursor at;
};

/** A reader of `reply`, whose bytes must stay. */
struct of_multipart_reader of_multipart_reader_init(enum of_version version,
						    const struct of_multipart_reply *reply);

/**
 * Reads the next entry; what it points to comes from `arena`, which the caller may reset between
 * entries. 1: an entry was read, 0: there is none left, -EBADMSG: the bytes are malformed (cannot
 * happen with an unpacked message) or the arena is at its bound.
 */
int of_multipart_next(struct of_multipart_reader *reader, struct of_arena *arena,
		      union of_multipart_entry *entry);

/* Writes a reply of any length. */
struct of_multipart_writer {
	enum of_version version;
	uint32_t xid;
	uint16_t type;
	void (*emit)(void *context, const uint8_t *message, size_t len);
	void *context;
	size_t header_size; /* of each part */
	struct wbuf b;
};

/** A writer that hands finished messages to `emit`; end it with of_multipart_writer_end. */
void of_multipart_writer_init(struct of_multipart_writer *w, enum of_version version, uint32_t xid,
			      uint16_t type,
			      void (*emit)(void *context, const uint8_t *message, size_t len),
			      void *context);

/**
 * Appends one entry, `entry` pointing to the struct of the type (`struct of_flow_stats` …); emits a
 * part with OFPMPF_REPLY_MORE when the next one would not fit. -EPROTONOSUPPORT: the version cannot
 * say it (the entry is left out); -EMSGSIZE: larger than a message; -ENOMEM.
 */
int of_multipart_writer_add(struct of_multipart_writer *w, const void *entry);

/** Emits the last part, without REPLY_MORE, and frees the buffer. */
int of_multipart_writer_end(struct of_multipart_writer *w);

/** Frees without emitting what is left (the peer is gone); legal after the end. */
void of_multipart_writer_abort(struct of_multipart_writer *w);

/** Fills `request` with the request of a type that wants everything (all tables, ports, groups). */
void of_multipart_request_init(struct of_multipart_request *request, uint16_t type);

/** `flow`, `port_desc` …; "?" for an unknown type. */
const char *of_multipart_name(uint16_t type);

/** Appends one entry as text. `names` may be NULL. */
void of_multipart_entry_text(uint16_t type, const union of_multipart_entry *entry,
			     const struct of_names *names, struct text *t);

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_multipart_request_unpack(struct cursor *c, struct of_arena *arena,
					struct of_msg *msg);

/** Appends the body. */
int of_multipart_request_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_multipart_request_text(const struct of_msg *msg, struct text *t);

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_multipart_reply_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_multipart_reply_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_multipart_reply_text(const struct of_msg *msg, struct text *t);
