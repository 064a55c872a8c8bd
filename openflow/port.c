// SPDX-License-Identifier: Apache-2.0
#include "openflow/port.h"
#include "openflow/codec.h"

#include <errno.h>
#include <strings.h>

#define OF10_PORT_MAX 0xff00
#define OF10_PORT_NONE 0xffff

static const struct {
	uint32_t port_no;
	const char *name;
} reserved[] = {
	{OFPP_UNSET, "UNSET"},           {OFPP_IN_PORT, "IN_PORT"}, {OFPP_TABLE, "TABLE"},
	{OFPP_NORMAL, "NORMAL"},         {OFPP_FLOOD, "FLOOD"},     {OFPP_ALL, "ALL"},
	{OFPP_CONTROLLER, "CONTROLLER"}, {OFPP_LOCAL, "LOCAL"},     {OFPP_ANY, "ANY"},
};

static void features_text(const char *label, uint32_t features, struct text *t)
{
	static const char *const names[] = {
		"10MB-HD", "10MB-FD",  "100MB-HD",   "100MB-FD",        "1GB-HD", "1GB-FD",
		"10GB-FD", "40GB-FD",  "100GB-FD",   "1TB-FD",          "OTHER",  "COPPER",
		"FIBER",   "AUTO_NEG", "AUTO_PAUSE", "AUTO_PAUSE_ASYM",
	};

	if (features == 0)
		return;
	text_add(t, "     %-11s", label);
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (features & 1u << i)
			text_add(t, " %s", names[i]);
	text_add(t, "\n");
}

void of_port_text(const struct of_port *port, struct text *t)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} configs[] = {{OFPPC_PORT_DOWN, "PORT_DOWN"},
		       {OFPPC_NO_RECV, "NO_RECV"},
		       {OFPPC_NO_FLOOD, "NO_FLOOD"},
		       {OFPPC_NO_FWD, "NO_FWD"},
		       {OFPPC_NO_PACKET_IN, "NO_PACKET_IN"}},
	  states[] = {
		  {OFPPS_LINK_DOWN, "LINK_DOWN"}, {OFPPS_BLOCKED, "BLOCKED"}, {OFPPS_LIVE, "LIVE"}};
	char mac[ETH_ADDR_TEXT_SIZE];

	text_add(t, " ");
	of_port_no_text(port->port_no, NULL, t);
	text_add(t, "(");
	of_printable_text(t, port->name);
	text_add(t, "): addr:%s\n     config:    ", eth_addr_text(&port->hw_addr, mac));
	for (unsigned i = 0; i < sizeof(configs) / sizeof(configs[0]); i++)
		if (port->config & configs[i].bit)
			text_add(t, " %s", configs[i].name);
	text_add(t, "%s\n     state:     ", port->config == 0 ? " 0" : "");
	for (unsigned i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (port->state & states[i].bit)
			text_add(t, " %s", states[i].name);
	text_add(t, "%s\n", port->state == 0 ? " 0" : "");
	features_text("current:", port->curr, t);
	features_text("advertised:", port->advertised, t);
	features_text("supported:", port->supported, t);
	features_text("peer:", port->peer, t);
	text_add(t, "     speed: %u Mbps now, %u Mbps max\n", port->curr_speed_kbps / 1000,
		 port->max_speed_kbps / 1000);
}

/* A name that the parser would take apart or take for a number is printed as the number. */
static bool name_is_plain(const char *name)
{
	uint64_t number;

	if (*name == '\0' || text_parse_u64(name, UINT64_MAX, &number) != -EINVAL)
		return false;
	for (unsigned i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcasecmp(reserved[i].name, name) == 0)
			return false;
	for (; *name != '\0'; name++)
		if (*name <= ' ' || *name > '~' || strchr(",=:()[]\"/", *name) != NULL)
			return false;
	return true;
}

void of_port_no_text(uint32_t port_no, const struct of_names *names, struct text *t)
{
	const char *name = NULL;

	for (unsigned i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (reserved[i].port_no == port_no) {
			text_add(t, "%s", reserved[i].name);
			return;
		}
	}
	if (names != NULL && names->port_name != NULL)
		name = names->port_name(names->context, port_no);
	if (name != NULL && name_is_plain(name))
		text_add(t, "%s", name);
	else
		text_add(t, "%u", port_no);
}

int of_port_no_parse(const char *word, const struct of_names *names, uint32_t *port_no)
{
	uint64_t number;

	for (unsigned i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (strcasecmp(reserved[i].name, word) == 0) {
			*port_no = reserved[i].port_no;
			return 0;
		}
	}
	if (strcasecmp(word, "none") == 0) {
		*port_no = OFPP_ANY;
		return 0;
	}
	if (text_parse_u64(word, UINT32_MAX, &number) == 0) {
		*port_no = number >= OF10_PORT_MAX && number <= UINT16_MAX
				   ? of_port_from_of10((uint16_t)number)
				   : (uint32_t)number;
		return 0;
	}
	if (names != NULL && names->port_number != NULL &&
	    names->port_number(names->context, word, port_no) == 0)
		return 0;
	return -EINVAL;
}

uint32_t of_port_from_of10(uint16_t port)
{
	return port >= OF10_PORT_MAX ? 0xffff0000u | port : port;
}

uint16_t of_port_to_of10(uint32_t port_no)
{
	if (port_no < OF10_PORT_MAX || port_no >= OFPP_MAX)
		return (uint16_t)port_no;
	return OF10_PORT_NONE;
}
