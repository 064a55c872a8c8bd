// SPDX-License-Identifier: Apache-2.0
#include "openflow/channel_state.h"

#include <errno.h>
#include <event2/buffer.h>

/* Bytes of a request that its error repeats (§7.4.4 asks for 64 at least). */
#define ERROR_DATA_MAX 256

static int output_add(struct channel *channel, const void *data, size_t len)
{
	struct evbuffer *output = bufferevent_get_output(channel->stream);

	if (channel->state == STATE_DOWN || channel->closing)
		return -ENOTCONN;
	if (evbuffer_get_length(output) + len > channel->config.output_limit) {
		channel_close(channel, "the peer does not read what it is sent: its connection is "
				       "cut off");
		return -ENOBUFS;
	}
	if (evbuffer_add(output, data, len) != 0)
		return -ENOMEM;
	channel->counters.tx_bytes += len;
	if (evbuffer_get_length(output) > channel->config.output_limit / 2)
		channel->stalled = true;
	return 0;
}

int channel_message_send(struct channel *channel, const struct of_msg *msg)
{
	int rc;

	channel->out.len = 0;
	channel->out.bad = false;
	rc = of_msg_pack(msg, &channel->out);
	if (rc != 0)
		return rc;
	channel->counters.tx_messages++;
	return output_add(channel, channel->out.data, channel->out.len);
}

int channel_send(struct channel *channel, const struct of_msg *msg)
{
	static __thread struct of_msg copy; /* kilobytes, and only for callers of another version */

	if (channel->state != STATE_UP)
		return -ENOTCONN;
	if (msg->version == channel->version)
		return channel_message_send(channel, msg);
	memcpy(&copy, msg, sizeof(copy));
	copy.version = channel->version;
	return channel_message_send(channel, &copy);
}

int channel_send_raw(struct channel *channel, const void *data, size_t len)
{
	if (channel->state != STATE_UP)
		return -ENOTCONN;
	channel->counters.tx_messages++;
	return output_add(channel, data, len);
}

int channel_error_send(struct channel *channel, enum of_version version, enum of_err err,
		       const uint8_t *data, size_t len, uint32_t xid)
{
	struct of_msg msg;

	of_msg_init(&msg, version, OFPT_ERROR, xid);
	msg.error = (struct of_error){.err = err, .data = data, .data_len = len};
	channel->counters.errors_sent++;
	return channel_message_send(channel, &msg);
}

int channel_send_error(struct channel *channel, enum of_err err, const uint8_t *request, size_t len)
{
	struct cursor c = cursor_init(request, len);
	uint32_t xid;

	if (channel->state != STATE_UP)
		return -ENOTCONN;
	cursor_skip(&c, 4);
	xid = cursor_u32(&c);
	return channel_error_send(channel, channel->version, err, request,
				  len < ERROR_DATA_MAX ? len : ERROR_DATA_MAX, xid);
}

size_t channel_output_pending(const struct channel *channel)
{
	return evbuffer_get_length(bufferevent_get_output(channel->stream));
}
