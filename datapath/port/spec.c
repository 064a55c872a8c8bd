// SPDX-License-Identifier: Apache-2.0
/* Reads the specs of ports. */
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "datapath/port/port.h"
#include "lib/text.h"

#define SOCKET_PATH_SIZE 108 /* sockaddr_un */

struct spec_parse {
	struct port_spec *spec;
	int (*other)(void *arg, const char *key, const char *value, char *why, size_t why_size);
	void *arg;
	char *why;
	size_t why_size;
};

static const struct {
	const char *name;
	enum port_kind kind;
} kinds[] = {
	{"vhost-user", PORT_VHOST}, {"tap", PORT_ETHDEV},  {"af_packet", PORT_PACKET},
	{"af_xdp", PORT_ETHDEV},    {"pcap", PORT_ETHDEV}, {"pci", PORT_ETHDEV},
	{"dev", PORT_ETHDEV},
};

static const char *const own_options[] = {"rate",   "queue", "ofport", "vlan",   "trunk", "native",
					  "queues", "mtu",   "mac",    "client", "server"};

/* Devices of DPDK that have options of the same names as ours: there, theirs go first. */
static const struct {
	const char *device;
	const char *option;
} dpdk_options[] = {
	{"net_virtio_user", "queues"}, {"net_virtio_user", "mac"}, {"net_virtio_user", "server"},
	{"virtio_user", "queues"},     {"virtio_user", "mac"},     {"virtio_user", "server"},
	{"net_vhost", "queues"},       {"net_vhost", "client"},    {"eth_vhost", "queues"},
	{"eth_vhost", "client"},       {"net_tap", "mac"},         {"net_tun", "mac"},
	{"net_memif", "mac"},          {"net_failsafe", "mac"},    {"net_bonding", "mac"},
	{"eth_bond", "mac"},
};

static int fail(struct spec_parse *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int fail(struct spec_parse *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->why, p->why_size, format, args);
	va_end(args);
	return -EINVAL;
}

/* Ends the first word of `text` at its comma, but not within () or []; returns the rest or NULL. */
static char *cut_word(char *text)
{
	int depth = 0;

	for (; *text != '\0'; text++) {
		if (*text == '(' || *text == '[') {
			depth++;
		} else if (*text == ')' || *text == ']') {
			depth--;
		} else if (*text == ',' && depth <= 0) {
			*text = '\0';
			return text + 1;
		}
	}
	return NULL;
}

static bool is_key(const char *word, const char *key)
{
	size_t len = strlen(key);

	return strncmp(word, key, len) == 0 &&
	       (word[len] == '=' || word[len] == ',' || word[len] == '\0');
}

static bool is_own_option(const char *word)
{
	for (size_t i = 0; i < sizeof(own_options) / sizeof(own_options[0]); i++) {
		if (is_key(word, own_options[i]))
			return true;
	}
	return false;
}

static bool is_dpdk_option(const char *device, const char *word)
{
	for (size_t i = 0; i < sizeof(dpdk_options) / sizeof(dpdk_options[0]); i++) {
		if (text_starts(device, dpdk_options[i].device) &&
		    is_key(word, dpdk_options[i].option))
			return true;
	}
	return false;
}

static int parse_name(struct spec_parse *p, const char *name)
{
	bool number = true;

	if (name[0] == '\0' || !text_copy(p->spec->name, sizeof(p->spec->name), name))
		return fail(p, "the port name '%.40s' has not 1 to %d characters; choose another",
			    name, PORT_NAME_SIZE - 1);
	for (; *name != '\0'; name++) {
		if (!isalnum((unsigned char)*name) && strchr("._-", *name) == NULL)
			return fail(p,
				    "the port name '%s' has a character other than letters, "
				    "digits, '.', '_' and '-'; choose another",
				    p->spec->name);
		number = number && isdigit((unsigned char)*name);
	}
	if (number)
		return fail(p,
			    "the port name '%s' is a number and so cannot be told from an "
			    "OpenFlow port; begin it with a letter",
			    p->spec->name);
	return 0;
}

static int parse_kind(struct spec_parse *p, char *word, char **arg)
{
	char *colon = strchr(word, ':');

	if (colon == NULL)
		return fail(p,
			    "port %s: '%.40s' is not KIND:ARG; write for example "
			    "vhost-user:/run/%s.sock or tap:%s",
			    p->spec->name, word, p->spec->name, p->spec->name);
	*colon = '\0';
	*arg = colon + 1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(word, kinds[i].name) == 0) {
			p->spec->kind = kinds[i].kind;
			text_copy(p->spec->kind_name, sizeof(p->spec->kind_name), word);
			return 0;
		}
	}
	return fail(p,
		    "port %s: there is no kind '%.40s'; use vhost-user, tap, af_packet, af_xdp, "
		    "pcap, pci or dev",
		    p->spec->name, word);
}

static bool is_kind(const struct spec_parse *p, const char *kind)
{
	return strcmp(p->spec->kind_name, kind) == 0;
}

static int check_arg(struct spec_parse *p)
{
	const char *arg = p->spec->arg;

	if (arg[0] == '\0' || strcmp(arg, ":") == 0)
		return fail(p, "port %s: %s: needs an argument; write %s:%s", p->spec->name,
			    p->spec->kind_name, p->spec->kind_name,
			    p->spec->kind == PORT_VHOST ? "PATH" : "DEVICE");
	if (p->spec->kind == PORT_VHOST && strlen(arg) >= SOCKET_PATH_SIZE)
		return fail(p,
			    "port %s: the socket path is longer than %d bytes; choose a shorter "
			    "one",
			    p->spec->name, SOCKET_PATH_SIZE - 1);
	if ((is_kind(p, "tap") || is_kind(p, "af_packet") || is_kind(p, "af_xdp")) &&
	    (strlen(arg) >= IFNAMSIZ || strpbrk(arg, "/ =:\t\n") != NULL))
		return fail(p,
			    "port %s: '%.40s' cannot be the name of a network interface; it has "
			    "at most %d characters and no '/', ':', '=' or space",
			    p->spec->name, arg, IFNAMSIZ - 1);
	if (is_kind(p, "pci") && (strchr(arg, ':') == NULL || strchr(arg, '.') == NULL))
		return fail(p,
			    "port %s: '%.40s' is no PCI address; write it as lspci -D does, "
			    "0000:01:00.0",
			    p->spec->name, arg);
	return 0;
}

static int parse_number(struct spec_parse *p, const char *key, const char *value, uint16_t min,
			uint16_t max, uint16_t *number)
{
	uint64_t n;

	if (text_parse_u64(value, max, &n) != 0 || n < min)
		return fail(p, "port %s: %s=%.40s is not a number from %u to %u; correct it",
			    p->spec->name, key, value, min, max);
	*number = (uint16_t)n;
	return 0;
}

static int parse_role(struct spec_parse *p, const char *key, const char *value)
{
	if (p->spec->kind != PORT_VHOST)
		return fail(p, "port %s: '%s' is for vhost-user ports only; leave it out",
			    p->spec->name, key);
	if (value[0] != '\0')
		return fail(p, "port %s: '%s' takes no value; leave '=%.40s' out", p->spec->name,
			    key, value);
	p->spec->client = strcmp(key, "client") == 0;
	return 0;
}

/* An option of the port's owner, whose sentence knows no names. */
static int other_option(struct spec_parse *p, const char *key, const char *value)
{
	char sentence[320] = "";
	int error = p->other(p->arg, key, value, sentence, sizeof(sentence));

	if (error != 0)
		snprintf(p->why, p->why_size, "port %s: %s", p->spec->name, sentence);
	return error;
}

static int parse_option(struct spec_parse *p, char *word)
{
	char *value = strchr(word, '=');

	if (!is_own_option(word))
		return fail(p,
			    "port %s: there is no option '%.40s'; use ofport, vlan, trunk, "
			    "native, rate, queue, queues, mtu, mac, server or client",
			    p->spec->name, word);
	if (value != NULL)
		*value++ = '\0';
	else
		value = word + strlen(word);
	if (strcmp(word, "queues") == 0)
		return parse_number(p, word, value, 1, PORT_MAX_QUEUES, &p->spec->n_queues);
	if (strcmp(word, "mtu") == 0)
		return parse_number(p, word, value, PORT_MTU_MIN, PORT_MTU_MAX, &p->spec->mtu);
	if (strcmp(word, "client") == 0 || strcmp(word, "server") == 0)
		return parse_role(p, word, value);
	if (strcmp(word, "mac") == 0) {
		if (eth_addr_parse(value, &p->spec->mac) != 0 ||
		    eth_addr_is_multicast(&p->spec->mac) || eth_addr_is_zero(&p->spec->mac))
			return fail(p,
				    "port %s: mac=%.40s is not the address of one station; write "
				    "it as 52:54:00:12:34:56",
				    p->spec->name, value);
		p->spec->has_mac = true;
		return 0;
	}
	return other_option(p, word, value);
}

/* DPDK's part of `dev:`: words up to the first that is ours. */
static char *take_devargs(struct spec_parse *p, char *arg, char *rest)
{
	while (rest != NULL) {
		if (is_own_option(rest) && !is_dpdk_option(arg, rest))
			return rest;
		rest[-1] = ',';
		rest = cut_word(rest);
	}
	return NULL;
}

int port_spec_parse(const char *text, struct port_spec *spec,
		    int (*other)(void *arg, const char *key, const char *value, char *why,
				 size_t why_size),
		    void *arg, char *why, size_t why_size)
{
	struct spec_parse p = {spec, other, arg, why, why_size};
	char copy[PORT_ARG_SIZE + 2048];
	char *kind, *rest, *kind_arg = NULL;
	int error;

	*spec = (struct port_spec){0};
	if (!text_copy(copy, sizeof(copy), text))
		return fail(&p, "the port's text is longer than %zu bytes; shorten it",
			    sizeof(copy) - 1);
	kind = cut_word(copy);
	error = parse_name(&p, copy);
	if (error != 0)
		return error;
	if (kind == NULL)
		return fail(&p, "port %s: no kind follows the name; write %s,vhost-user:PATH",
			    spec->name, spec->name);
	rest = cut_word(kind);
	error = parse_kind(&p, kind, &kind_arg);
	if (error != 0)
		return error;
	if (is_kind(&p, "dev"))
		rest = take_devargs(&p, kind_arg, rest);
	if (!text_copy(spec->arg, sizeof(spec->arg), kind_arg))
		return fail(&p, "port %s: the argument is longer than %d bytes; shorten it",
			    spec->name, PORT_ARG_SIZE - 1);
	error = check_arg(&p);
	while (error == 0 && rest != NULL) {
		char *word = rest;

		rest = cut_word(word);
		error = parse_option(&p, word);
	}
	return error;
}
