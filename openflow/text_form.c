// SPDX-License-Identifier: Apache-2.0
#include "openflow/text_form.h"
#include "openflow/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int of_parser_fail(struct of_parser *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (p->why != NULL && p->why_size > 0)
		vsnprintf(p->why, p->why_size, format, args);
	va_end(args);
	return -EINVAL;
}

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The end of the word at `at`: the first separator that stands in no parentheses. */
static char *word_end(char *at)
{
	int depth = 0;

	for (; *at != '\0'; at++) {
		if (*at == '(')
			depth++;
		else if (*at == ')')
			depth--;
		else if (depth <= 0 && is_separator(*at))
			break;
	}
	return at;
}

int of_words_split(struct of_parser *p, char *text, struct of_word *words)
{
	int n = 0;

	while (*text != '\0') {
		char *end;

		if (is_separator(*text)) {
			text++;
			continue;
		}
		if (n == OF_WORDS_MAX)
			return of_parser_fail(p,
					      "there are more than %d words before \"%.40s\": "
					      "leave out what is not needed",
					      OF_WORDS_MAX, text);
		end = word_end(text);
		if (*end != '\0')
			*end++ = '\0';
		words[n].key = text;
		words[n].value = strchr(text, '=');
		if (words[n].value != NULL)
			*words[n].value++ = '\0';
		n++;
		text = end;
	}
	return n;
}

static void put_be(uint8_t *to, unsigned n_bytes, uint64_t v)
{
	for (unsigned i = 0; i < n_bytes; i++, v >>= 8)
		to[n_bytes - 1 - i] = (uint8_t)v;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads `0x…` of any length. 0, -EINVAL, -ERANGE when it has more bytes than there are. */
static int long_hex_parse(const char *word, uint8_t *to, unsigned n_bytes)
{
	size_t len = strlen(word);

	if (len < 3 || word[0] != '0' || (word[1] | 0x20) != 'x')
		return -EINVAL;
	memset(to, 0, n_bytes);
	for (size_t i = 0; i < len - 2; i++) {
		int digit = hex_value(word[len - 1 - i]);

		if (digit < 0)
			return -EINVAL;
		if (i / 2 >= n_bytes && digit != 0)
			return -ERANGE;
		if (i / 2 < n_bytes)
			to[n_bytes - 1 - i / 2] |= (uint8_t)(digit << (i % 2 * 4));
	}
	return 0;
}

/* Reads a number into n_bytes bytes; the field's bits bound it. */
static int number_parse(struct of_parser *p, const struct of_field_info *info, const char *word,
			uint8_t *to)
{
	uint64_t max = info->n_bits < 64 ? (1ull << info->n_bits) - 1 : UINT64_MAX;
	uint64_t number = 0;
	int rc = text_parse_u64(word, max, &number);

	if (rc == 0)
		put_be(to, info->n_bytes, number);
	else if (info->n_bytes > 8)
		rc = long_hex_parse(word, to, info->n_bytes);
	if (rc == -ERANGE)
		return of_parser_fail(p, "%s: \"%.40s\" is too large: it has %u bits", info->text,
				      word, info->n_bits);
	if (rc != 0)
		return of_parser_fail(p, "%s: \"%.40s\" is no number: write 10 or 0xa", info->text,
				      word);
	return 0;
}

static int address_parse(struct of_parser *p, const struct of_field_info *info, const char *word,
			 uint8_t *to)
{
	struct eth_addr eth;

	switch (info->form) {
	case OF_FORM_ETH:
		if (eth_addr_parse(word, &eth) != 0)
			return of_parser_fail(p,
					      "%s: \"%.40s\" is no Ethernet address: write "
					      "00:11:22:33:44:55",
					      info->text, word);
		memcpy(to, eth.b, sizeof(eth.b));
		return 0;
	case OF_FORM_IPV4:
		if (inet_pton(AF_INET, word, to) != 1)
			return of_parser_fail(
				p, "%s: \"%.40s\" is no IPv4 address: write 10.0.0.1 or 10.0.0.0/8",
				info->text, word);
		return 0;
	case OF_FORM_IPV6:
		if (inet_pton(AF_INET6, word, to) != 1)
			return of_parser_fail(
				p, "%s: \"%.40s\" is no IPv6 address: write fe80::1 or fe80::/64",
				info->text, word);
		return 0;
	default:
		return number_parse(p, info, word, to);
	}
}

/* Reads a mask: like a value, or a prefix length for IP addresses. */
static int mask_parse(struct of_parser *p, const struct of_field_info *info, const char *word,
		      uint8_t *mask)
{
	uint64_t len;

	if ((info->form == OF_FORM_IPV4 || info->form == OF_FORM_IPV6) &&
	    strpbrk(word, ".:") == NULL) {
		if (text_parse_u64(word, info->n_bytes * 8u, &len) != 0)
			return of_parser_fail(p,
					      "%s: \"/%.40s\" is no prefix: write /0 to /%u or a "
					      "mask",
					      info->text, word, info->n_bytes * 8u);
		for (unsigned i = 0; i < len; i++)
			mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
		return 0;
	}
	return address_parse(p, info, word, mask);
}

static int port_value_parse(struct of_parser *p, const struct of_field_info *info, const char *word,
			    struct of_match_field *f)
{
	uint32_t port_no;

	if (of_port_no_parse(word, p->names, &port_no) != 0)
		return of_parser_fail(p,
				      "%s: there is no port \"%.40s\": write its number or a "
				      "name that the switch shows",
				      info->text, word);
	if (port_no == OFPP_ANY)
		return of_parser_fail(p, "%s: \"%.40s\" is no port: leave %s out for any port",
				      info->text, word, info->text);
	put_be(f->value, 4, port_no);
	memset(f->mask, 0xff, 4);
	return 0;
}

int of_field_value_parse(struct of_parser *p, enum of_field field, const char *word,
			 struct of_match_field *f)
{
	const struct of_field_info *info = of_field_info(field);
	const char *slash = strchr(word, '/');
	char value[64];
	int rc;

	*f = (struct of_match_field){.field = field};
	if (info->form == OF_FORM_PORT)
		return port_value_parse(p, info, word, f);
	rc = of_named_value_parse(p, field, word, f);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if ((slash != NULL ? (size_t)(slash - word) : strlen(word)) >= sizeof(value))
		return of_parser_fail(p, "%s: \"%.40s…\" is too long for a value", info->text,
				      word);
	text_copy(value, slash != NULL ? (size_t)(slash - word) + 1 : sizeof(value), word);
	rc = address_parse(p, info, value, f->value);
	if (rc != 0)
		return rc;
	if (slash == NULL) {
		uint64_t ones = info->n_bits < 64 ? (1ull << info->n_bits) - 1 : UINT64_MAX;

		if (info->n_bytes <= 8)
			put_be(f->mask, info->n_bytes, ones);
		else
			memset(f->mask, 0xff, info->n_bytes);
		return 0;
	}
	rc = mask_parse(p, info, slash + 1, f->mask);
	if (rc != 0)
		return rc;
	for (unsigned i = 0; i < info->n_bytes; i++)
		f->value[i] &= f->mask[i];
	f->masked = true;
	return 0;
}
