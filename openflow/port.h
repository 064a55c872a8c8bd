// SPDX-License-Identifier: Apache-2.0
/*
 * port: the description of a port, `struct ofp_port` (1.3.5 §7.2.1).
 */
#pragma once

#include "lib/addr.h"
#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/names.h"
#include "openflow/types.h"

struct of_msg;

#define OF_PORT_WIRE_NAME_SIZE 16

struct of_port {
	uint32_t port_no;
	struct eth_addr hw_addr;
	char name[OF_PORT_WIRE_NAME_SIZE + 1];      /* cut to 15 characters on the wire */
	uint32_t config;                            /* enum of_port_config */
	uint32_t state;                             /* enum of_port_state */
	uint32_t curr, advertised, supported, peer; /* enum of_port_features */
	uint32_t curr_speed_kbps, max_speed_kbps;
};

/** Reads one port in the version's form. OFPBRC_BAD_LEN: it is cut; 1.4: OFPBPC_BAD_LEN. */
enum of_err of_port_unpack(struct cursor *c, enum of_version version, struct of_port *port);

/** Appends one port in the version's form. */
int of_port_pack(const struct of_port *port, enum of_version version, struct wbuf *b);

/** Appends the port over several lines as `ovs-ofctl show` does. */
void of_port_text(const struct of_port *port, struct text *t);

/** Appends a port number or reserved name (`2`, `NORMAL`), or the name that `names` knows. */
void of_port_no_text(uint32_t port_no, const struct of_names *names, struct text *t);

/** The number behind `2`, `LOCAL`, `normal` or a name of `names`; -EINVAL. */
int of_port_no_parse(const char *word, const struct of_names *names, uint32_t *port_no);

/** A 16-bit port of version 1.0 as 32 bits: its reserved numbers become today's. */
uint32_t of_port_from_of10(uint16_t port);

/** The inverse; numbers that have no 16-bit form become OFPP_NONE (0xffff). */
uint16_t of_port_to_of10(uint32_t port_no);

/** The bits of enum of_port_features for those of version 1.0. */
uint32_t of_port_features_from_of10(uint32_t features);

/** The inverse; what version 1.0 has no bit for is lost. */
uint32_t of_port_features_to_of10(uint32_t features);

/** The bits of a port's configuration that `version` has. */
uint32_t of_port_config_to_wire(enum of_version version, uint32_t config);
