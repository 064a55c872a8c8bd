// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as an OpenFlow message: what unpacks can be printed and packed, and what was packed
 * unpacks to what packs to the same bytes. Once the bytes are taken as they are, once the length
 * and the version are put right; the version's byte then chooses one that is served.
 */
#include "openflow/msg.h"

#include <errno.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void discard(void *context, const uint8_t *message, size_t len)
{
	(void)context;
	(void)message;
	(void)len;
}

/* Every entry of a reply can be printed and written. */
static void entries_check(const struct of_msg *msg)
{
	struct of_multipart_reader reader =
		of_multipart_reader_init(msg->version, &msg->multipart_reply);
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	static union of_multipart_entry entry;
	struct of_multipart_writer w;
	int rc;

	of_multipart_writer_init(&w, msg->version, msg->xid, reader.type, discard, NULL);
	while ((rc = of_multipart_next(&reader, &arena, &entry)) == 1) {
		rc = of_multipart_writer_add(&w, &entry);
		if (rc != 0 && rc != -EPROTONOSUPPORT) /* fields of later versions are read only */
			abort();
		of_arena_reset(&arena);
	}
	if (rc != 0)
		abort(); /* the entries were checked before */
	(void)of_multipart_writer_end(&w);
	of_arena_free(&arena);
}

static void message_check(const uint8_t *data, size_t size)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct wbuf first = wbuf_init(1 << 20), second = wbuf_init(1 << 20);
	static struct of_msg msg, again;
	struct text t = {0};
	int rc;

	if (of_msg_unpack(data, size, &arena, &msg) != OF_OK)
		goto done;
	of_msg_text(&msg, &t);
	if (msg.type == OFPT_MULTIPART_REPLY)
		entries_check(&msg);
	rc = of_msg_pack(&msg, &first);
	if (rc == -EPROTONOSUPPORT)
		goto done;
	if (rc != 0 || of_msg_unpack(first.data, first.len, &arena, &again) != OF_OK)
		abort();
	if (of_msg_pack(&again, &second) != 0)
		abort();
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
done:
	text_free(&t);
	wbuf_free(&first);
	wbuf_free(&second);
	of_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t versions[] = {OF13, OF10, OF14, OF15};
	uint8_t *copy;

	if (size > OF_MESSAGE_MAX)
		return 0;
	message_check(data, size);
	if (size < OF_HEADER_SIZE)
		return 0;
	copy = malloc(size);
	memcpy(copy, data, size);
	copy[0] = versions[data[0] % sizeof(versions)];
	copy[2] = (uint8_t)(size >> 8);
	copy[3] = (uint8_t)size;
	message_check(copy, size);
	free(copy);
	return 0;
}
