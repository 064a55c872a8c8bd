// SPDX-License-Identifier: Apache-2.0
#include "lib/addr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

char *eth_addr_text(const struct eth_addr *a, char *to)
{
	snprintf(to, ETH_ADDR_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", a->b[0], a->b[1], a->b[2],
		 a->b[3], a->b[4], a->b[5]);
	return to;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int eth_addr_parse(const char *text, struct eth_addr *a)
{
	if (strlen(text) != ETH_ADDR_TEXT_SIZE - 1)
		return -EINVAL;
	for (int i = 0; i < 6; i++) {
		int high = hex_digit(text[i * 3]), low = hex_digit(text[i * 3 + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[i * 3 + 2] != ':'))
			return -EINVAL;
		a->b[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

bool eth_addr_is_zero(const struct eth_addr *a)
{
	static const struct eth_addr zero;

	return memcmp(a, &zero, sizeof(zero)) == 0;
}

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned n_bits)
{
	unsigned rest = n_bits % 8;

	if (memcmp(a, b, n_bits / 8) != 0)
		return false;
	return rest == 0 || (a[n_bits / 8] ^ b[n_bits / 8]) >> (8 - rest) == 0;
}

int addr_range_parse(const char *text, struct addr_range *range)
{
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	uint64_t bits;
	uint8_t base[16];

	*range = (struct addr_range){0};
	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, range->b + 12) == 1) {
		memcpy(range->b, mapped, sizeof(mapped));
		bits = 32;
	} else if (inet_pton(AF_INET6, host, range->b) == 1) {
		bits = 128;
	} else {
		return -EINVAL;
	}
	range->len = (uint8_t)(128 - bits);
	if (slash != NULL && text_parse_u64(slash + 1, bits, &bits) != 0)
		return -EINVAL;
	range->len = (uint8_t)(range->len + bits);
	memcpy(base, range->b, sizeof(base));
	for (unsigned i = range->len; i < 128; i++)
		base[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
	return memcmp(base, range->b, sizeof(base)) == 0 ? 0 : -EINVAL;
}

bool addr_range_has(const struct addr_range *range, const struct sockaddr *peer)
{
	uint8_t b[16];

	if (peer->sa_family == AF_INET) {
		memcpy(b, mapped, sizeof(mapped));
		memcpy(b + 12, &((const struct sockaddr_in *)peer)->sin_addr, 4);
	} else if (peer->sa_family == AF_INET6) {
		memcpy(b, &((const struct sockaddr_in6 *)peer)->sin6_addr, 16);
	} else {
		return false;
	}
	return bits_equal(range->b, b, range->len);
}

char *addr_range_text(const struct addr_range *range, char *to)
{
	bool v4 = range->len >= 96 && memcmp(range->b, mapped, sizeof(mapped)) == 0;
	unsigned len = v4 ? range->len - 96u : range->len;

	inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? range->b + 12 : range->b, to, INET6_ADDRSTRLEN);
	if (len != (v4 ? 32 : 128))
		snprintf(to + strlen(to), 5, "/%u", len);
	return to;
}

static int parse_unix(const char *path, struct target *target, char *why, size_t why_size)
{
	if (path[0] == '\0') {
		snprintf(why, why_size, "a unix target has no path: write unix:/path/to/socket");
		return -EINVAL;
	}
	if (!text_copy(target->path, sizeof(target->path), path)) {
		snprintf(why, why_size,
			 "the socket path %s is longer than the %zu bytes that a UNIX socket "
			 "allows: use a shorter folder",
			 path, sizeof(target->path) - 1);
		return -EINVAL;
	}
	target->kind = TARGET_UNIX;
	return 0;
}

/* `HOST:PORT`, `[V6]:PORT`, or either without the port. */
static int parse_host(const char *text, uint16_t default_port, struct target *target, char *why,
		      size_t why_size)
{
	const char *host = text, *end, *port_text = NULL;
	uint64_t port = default_port;

	if (text[0] == '[') {
		host = text + 1;
		end = strchr(host, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			goto bad;
		if (end[1] == ':')
			port_text = end + 2;
	} else {
		end = strchr(text, ':');
		if (end != NULL && strchr(end + 1, ':') != NULL)
			goto bad; /* a bare IPv6 address, whose port nobody can tell */
		if (end != NULL)
			port_text = end + 1;
		else
			end = text + strlen(text);
	}
	if (end == host || (size_t)(end - host) >= sizeof(target->host))
		goto bad;
	if (port_text != NULL && (text_parse_u64(port_text, UINT16_MAX, &port) != 0 || port == 0))
		goto bad;
	memcpy(target->host, host, (size_t)(end - host));
	target->host[end - host] = '\0';
	target->port = (uint16_t)port;
	return 0;
bad:
	snprintf(why, why_size, "'%s' is not a host and a port: write HOST:PORT or [IPV6]:PORT",
		 text);
	return -EINVAL;
}

int target_parse(const char *text, uint16_t default_port, struct target *target, char *why,
		 size_t why_size)
{
	*target = (struct target){0};
	if (text_starts(text, "unix:"))
		return parse_unix(text + 5, target, why, why_size);
	if (text_starts(text, "tcp:")) {
		target->kind = TARGET_TCP;
		return parse_host(text + 4, default_port, target, why, why_size);
	}
	if (text_starts(text, "tls:") || text_starts(text, "ssl:")) {
		target->kind = TARGET_TLS;
		return parse_host(text + 4, default_port, target, why, why_size);
	}
	snprintf(why, why_size,
		 "'%s' is no address of a controller or listener: write tcp:HOST:PORT, "
		 "tls:HOST:PORT or unix:PATH",
		 text);
	return -EINVAL;
}

char *target_text(const struct target *target, char *to)
{
	if (target->kind == TARGET_UNIX)
		snprintf(to, TARGET_TEXT_SIZE, "unix:%s", target->path);
	else
		snprintf(to, TARGET_TEXT_SIZE,
			 strchr(target->host, ':') != NULL ? "%s:[%s]:%u" : "%s:%s:%u",
			 target->kind == TARGET_TLS ? "tls" : "tcp", target->host, target->port);
	return to;
}
