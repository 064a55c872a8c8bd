// SPDX-License-Identifier: Apache-2.0
/* The wire forms of a port: 1.0.0 §5.2.1, 1.3.5 §7.2.1, 1.4.1 and 1.5.1 §7.2.1. */
#include "openflow/codec.h"
#include "openflow/port.h"
#include "openflow/property.h"

#define OFPPDPT_ETHERNET 0
#define PORT_SIZE_14 40 /* without properties */

/* Version 1.0's states of spanning tree, of which one has a successor. */
#define OF10_STP_MASK 0x300u
#define OF10_STP_BLOCK 0x300u

/* What version 1.3 left of the bits of a port's configuration. */
#define CONFIG_SINCE_13 (OFPPC_PORT_DOWN | OFPPC_NO_RECV | OFPPC_NO_FWD | OFPPC_NO_PACKET_IN)

/* In version 1.0 the media follow the speed of 10 Gb/s. */
#define OF10_SPEEDS 0x7fu
#define OF10_MEDIA_SHIFT 4

uint32_t of_port_features_from_of10(uint32_t features)
{
	return (features & OF10_SPEEDS) | (features & 0xfffu & ~OF10_SPEEDS) << OF10_MEDIA_SHIFT;
}

uint32_t of_port_features_to_of10(uint32_t features)
{
	return (features & OF10_SPEEDS) | ((features >> OF10_MEDIA_SHIFT) & 0xfffu & ~OF10_SPEEDS);
}

uint32_t of_port_config_to_wire(enum of_version version, uint32_t config)
{
	return version == OF10 ? config & 0x7f : config & CONFIG_SINCE_13;
}

static void of10_unpack(struct cursor *c, struct of_port *port)
{
	uint32_t state;

	port->port_no = of_port_from_of10(cursor_u16(c));
	cursor_copy(c, port->hw_addr.b, sizeof(port->hw_addr.b));
	of_string_unpack(c, port->name, OF_PORT_WIRE_NAME_SIZE);
	port->config = cursor_u32(c);
	state = cursor_u32(c);
	port->state = (state & OFPPS_LINK_DOWN) |
		      ((state & OF10_STP_MASK) == OF10_STP_BLOCK ? OFPPS_BLOCKED : 0);
	port->curr = of_port_features_from_of10(cursor_u32(c));
	port->advertised = of_port_features_from_of10(cursor_u32(c));
	port->supported = of_port_features_from_of10(cursor_u32(c));
	port->peer = of_port_features_from_of10(cursor_u32(c));
	port->curr_speed_kbps = 0;
	port->max_speed_kbps = 0;
}

static void of10_pack(const struct of_port *port, struct wbuf *b)
{
	wbuf_u16(b, of_port_to_of10(port->port_no));
	wbuf_put(b, port->hw_addr.b, sizeof(port->hw_addr.b));
	of_string_pack(b, port->name, OF_PORT_WIRE_NAME_SIZE);
	wbuf_u32(b, of_port_config_to_wire(OF10, port->config));
	wbuf_u32(b, (port->state & OFPPS_LINK_DOWN) |
			    (port->state & OFPPS_BLOCKED ? OF10_STP_BLOCK : 0));
	wbuf_u32(b, of_port_features_to_of10(port->curr));
	wbuf_u32(b, of_port_features_to_of10(port->advertised));
	wbuf_u32(b, of_port_features_to_of10(port->supported));
	wbuf_u32(b, of_port_features_to_of10(port->peer));
}

/* The link as it is told since 1.3; since 1.4 as a property. */
static void ethernet_unpack(struct cursor *c, struct of_port *port)
{
	port->curr = cursor_u32(c);
	port->advertised = cursor_u32(c);
	port->supported = cursor_u32(c);
	port->peer = cursor_u32(c);
	port->curr_speed_kbps = cursor_u32(c);
	port->max_speed_kbps = cursor_u32(c);
}

static void ethernet_pack(const struct of_port *port, struct wbuf *b)
{
	wbuf_u32(b, port->curr);
	wbuf_u32(b, port->advertised);
	wbuf_u32(b, port->supported);
	wbuf_u32(b, port->peer);
	wbuf_u32(b, port->curr_speed_kbps);
	wbuf_u32(b, port->max_speed_kbps);
}

/* Properties of other media and of experimenters tell nothing that is kept. */
static enum of_err properties_unpack(struct cursor *c, struct of_port *port)
{
	while (cursor_left(c) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(c, &property);

		if (err != OF_OK)
			return err;
		if (property.type != OFPPDPT_ETHERNET)
			continue;
		cursor_skip(&property.body, 4);
		ethernet_unpack(&property.body, port);
		err = of_property_end(&property);
		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

static void port_head_unpack(struct cursor *c, struct of_port *port)
{
	cursor_copy(c, port->hw_addr.b, sizeof(port->hw_addr.b));
	cursor_skip(c, 2);
	of_string_unpack(c, port->name, OF_PORT_WIRE_NAME_SIZE);
	port->config = cursor_u32(c);
	port->state = cursor_u32(c);
}

static enum of_err of14_unpack(struct cursor *c, struct of_port *port)
{
	struct cursor properties;
	uint16_t len;

	port->port_no = cursor_u32(c);
	len = cursor_u16(c);
	cursor_skip(c, 2);
	port_head_unpack(c, port);
	port->curr = port->advertised = port->supported = port->peer = 0;
	port->curr_speed_kbps = port->max_speed_kbps = 0;
	if (!cursor_ok(c) || len < PORT_SIZE_14)
		return OFPBRC_BAD_LEN;
	properties = cursor_sub(c, len - PORT_SIZE_14);
	return cursor_ok(c) ? properties_unpack(&properties, port) : OFPBRC_BAD_LEN;
}

enum of_err of_port_unpack(struct cursor *c, enum of_version version, struct of_port *port)
{
	if (version >= OF14)
		return of14_unpack(c, port);
	if (version == OF10) {
		of10_unpack(c, port);
		return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
	}
	port->port_no = cursor_u32(c);
	cursor_skip(c, 4);
	port_head_unpack(c, port);
	ethernet_unpack(c, port);
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

int of_port_pack(const struct of_port *port, enum of_version version, struct wbuf *b)
{
	size_t start = b->len, property;

	if (version == OF10) {
		of10_pack(port, b);
		return 0;
	}
	wbuf_u32(b, port->port_no);
	wbuf_zero(b, 4);
	wbuf_put(b, port->hw_addr.b, sizeof(port->hw_addr.b));
	wbuf_zero(b, 2);
	of_string_pack(b, port->name, OF_PORT_WIRE_NAME_SIZE);
	wbuf_u32(b, of_port_config_to_wire(version, port->config));
	wbuf_u32(b, port->state);
	if (version < OF14) {
		ethernet_pack(port, b);
		return 0;
	}
	property = of_property_start(b, OFPPDPT_ETHERNET);
	wbuf_zero(b, 4);
	ethernet_pack(port, b);
	of_property_finish(b, property);
	wbuf_set_u16(b, start + 4, (uint16_t)(b->len - start));
	return 0;
}
