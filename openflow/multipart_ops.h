// SPDX-License-Identifier: Apache-2.0
/*
 * multipart_ops: what one kind of multipart is to the dispatch in multipart.c. For `.c` files of
 * openflow/ only.
 */
#pragma once

#include "openflow/multipart.h"

struct of_multipart_ops {
	const char *name;
	enum of_version since; /* 0: in every version that has multiparts */
	/* The request's body, all that is left in the cursor; NULL: there is none. */
	enum of_err (*request_unpack)(struct cursor *c, enum of_version version,
				      struct of_arena *arena, struct of_multipart_request *request);
	int (*request_pack)(const struct of_multipart_request *request, enum of_version version,
			    struct wbuf *b);
	void (*request_text)(const struct of_multipart_request *request, struct text *t);
	/* One entry of the reply from the cursor; consumes at least a byte or fails. */
	enum of_err (*entry_unpack)(struct cursor *c, enum of_version version,
				    struct of_arena *arena, union of_multipart_entry *entry);
	/* `entry` is the struct of the kind, as a member of union of_multipart_entry. */
	int (*entry_pack)(const void *entry, enum of_version version, struct wbuf *b);
	void (*entry_text)(const union of_multipart_entry *entry, const struct of_names *names,
			   struct text *t);
};

/* The request for queues of a port is the same for their counters and descriptions. */
enum of_err of_queue_request_unpack(struct cursor *c, enum of_version version,
				    struct of_arena *arena, struct of_multipart_request *request);
int of_queue_request_pack(const struct of_multipart_request *request, enum of_version version,
			  struct wbuf *b);
void of_queue_request_text(const struct of_multipart_request *request, struct text *t);

extern const struct of_multipart_ops of_multipart_desc;
extern const struct of_multipart_ops of_multipart_flow;
extern const struct of_multipart_ops of_multipart_flow_counters; /* 1.5: counters only */
extern const struct of_multipart_ops of_multipart_aggregate;
extern const struct of_multipart_ops of_multipart_table;
extern const struct of_multipart_ops of_multipart_table_features;
extern const struct of_multipart_ops of_multipart_port_stats;
extern const struct of_multipart_ops of_multipart_port_desc;
extern const struct of_multipart_ops of_multipart_queue;
extern const struct of_multipart_ops of_multipart_group;
extern const struct of_multipart_ops of_multipart_group_desc;
extern const struct of_multipart_ops of_multipart_group_features;
extern const struct of_multipart_ops of_multipart_meter;
extern const struct of_multipart_ops of_multipart_meter_config;
extern const struct of_multipart_ops of_multipart_meter_features;
extern const struct of_multipart_ops of_multipart_table_desc;
extern const struct of_multipart_ops of_multipart_queue_desc;
extern const struct of_multipart_ops of_multipart_flow_monitor;
extern const struct of_multipart_ops of_multipart_controller_status;
extern const struct of_multipart_ops of_multipart_bundle_features;
extern const struct of_multipart_ops of_multipart_nx_flow;
extern const struct of_multipart_ops of_multipart_nx_aggregate;
extern const struct of_multipart_ops of_multipart_nx_flow_monitor;
extern const struct of_multipart_ops of_multipart_onf_flow_monitor;

/** Appends what stands before the body: type, flags, and the experimenter's header for Nicira's. */
void of_multipart_header_pack(enum of_version version, uint16_t type, uint16_t flags,
			      struct wbuf *b);

/** Appends one entry of a reply of `type`; -EPROTONOSUPPORT for an unknown type. */
int of_multipart_entry_pack(uint16_t type, const void *entry, enum of_version version,
			    struct wbuf *b);
