// SPDX-License-Identifier: Apache-2.0
#include "openflow/msg.h"
#include "openflow/multipart_ops.h"

#include <errno.h>

/* Two of the largest: one part under way, and the entry that turns out not to fit into it. */
#define BUFFER_LIMIT (2u * (OF_MESSAGE_MAX + 1))

static void part_start(struct of_multipart_writer *w)
{
	wbuf_u8(&w->b, (uint8_t)w->version);
	wbuf_u8(&w->b, (uint8_t)of_msg_type_to_wire(w->version, OFPT_MULTIPART_REPLY));
	wbuf_u16(&w->b, 0);
	wbuf_u32(&w->b, w->xid);
	of_multipart_header_pack(w->version, w->type, 0, &w->b);
	w->header_size = w->b.len;
}

/* Emits the first `size` bytes; what stands behind them becomes the start of the next part. */
static void part_emit(struct of_multipart_writer *w, size_t size, uint16_t flags)
{
	size_t header_size = w->header_size;

	wbuf_set_u16(&w->b, 2, (uint16_t)size);
	wbuf_set_u16(&w->b, 10, flags);
	w->emit(w->context, w->b.data, size);
	memmove(w->b.data + header_size, w->b.data + size, w->b.len - size);
	w->b.len = header_size + w->b.len - size;
}

void of_multipart_writer_init(struct of_multipart_writer *w, enum of_version version, uint32_t xid,
			      uint16_t type,
			      void (*emit)(void *context, const uint8_t *message, size_t len),
			      void *context)
{
	*w = (struct of_multipart_writer){
		.version = version,
		.xid = xid,
		.type = type,
		.emit = emit,
		.context = context,
		.b = wbuf_init(BUFFER_LIMIT),
	};
	part_start(w);
}

int of_multipart_writer_add(struct of_multipart_writer *w, const void *entry)
{
	size_t before = w->b.len;
	int rc;

	if (w->b.bad)
		return -ENOMEM;
	rc = of_multipart_entry_pack(w->type, entry, w->version, &w->b);
	if (w->b.bad) {
		/* Room for a largest entry was there, so it is too large unless memory ran out;
		 * what was complete before it is still whole. */
		rc = w->b.room > OF_MESSAGE_MAX ? -EMSGSIZE : -ENOMEM;
		w->b.bad = false;
	} else if (rc == 0 && w->b.len - before > OF_MESSAGE_MAX - w->header_size) {
		rc = -EMSGSIZE;
	}
	if (rc != 0) {
		w->b.len = before;
		return rc;
	}
	if (w->b.len > OF_MESSAGE_MAX)
		part_emit(w, before, OFPMPF_REPLY_MORE);
	return 0;
}

int of_multipart_writer_end(struct of_multipart_writer *w)
{
	int rc = w->b.bad ? -ENOMEM : 0;

	if (rc == 0)
		part_emit(w, w->b.len, 0);
	wbuf_free(&w->b);
	return rc;
}

void of_multipart_writer_abort(struct of_multipart_writer *w)
{
	wbuf_free(&w->b);
}
