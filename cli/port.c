// SPDX-License-Identifier: Apache-2.0
#include "cli/port.h"

#include <stdlib.h>
#include <string.h>

#include "cli/field.h"
#include "cli/http.h"
#include "cli/sample.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/units.h"
#include "openflow/types.h"

void port_number_cell(struct table *t, uint64_t ofport)
{
	if (ofport == OFPP_LOCAL)
		table_cell(t, "LOCAL");
	else
		table_cell(t, "%llu", (unsigned long long)ofport);
}

void port_vlan_text(const json_t *port, struct text *to)
{
	const json_t *vlan = json_object_get(port, "vlan");
	const char *mode = field_text(vlan, "mode");
	size_t i;
	json_t *range;

	if (strcmp(mode, "access") == 0) {
		text_add(to, "%llu", (unsigned long long)field_u64(vlan, "access"));
		return;
	}
	if (strcmp(mode, "trunk") != 0) {
		text_add(to, "-");
		return;
	}
	text_add(to, "trunk ");
	json_array_foreach(json_object_get(vlan, "trunk"), i, range)
	{
		json_int_t first = json_integer_value(json_array_get(range, 0));
		json_int_t last = json_integer_value(json_array_get(range, 1));

		text_add(to, "%s%" JSON_INTEGER_FORMAT, i != 0 ? ";" : "", first);
		if (last > first)
			text_add(to, "-%" JSON_INTEGER_FORMAT, last);
	}
	if (json_is_integer(json_object_get(vlan, "native")))
		text_add(to, " native %llu", (unsigned long long)field_u64(vlan, "native"));
}

/* One word as a shell takes it. */
static void shell_quote(const char *word, struct text *to)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./,:=@%+";

	if (*word != '\0' && word[strspn(word, plain)] == '\0') {
		text_add(to, "%s", word);
		return;
	}
	text_add(to, "'");
	for (; *word != '\0'; word++)
		text_add(to, *word == '\'' ? "'\\''" : "%c", *word);
	text_add(to, "'");
}

void port_qemu_text(const json_t *arguments, struct text *to)
{
	size_t i;
	json_t *argument;

	json_array_foreach((json_t *)arguments, i, argument)
	{
		const char *word = json_string_value(argument);

		if (word == NULL)
			continue;
		if (i != 0)
			text_add(to, *word == '-' ? " \\\n" : " ");
		if (*word == '-')
			text_add(to, "  ");
		shell_quote(word, to);
	}
	text_add(to, "\n");
}

static int port_path(const char *name, char **path)
{
	char *escaped = http_escape(name);

	if (*escaped == '\0') {
		free(escaped);
		cli_error("the name of the port is empty; see heddle port show for the names");
		return CLI_USAGE;
	}
	*path = text_format("/v1/ports/%s", escaped);
	free(escaped);
	return CLI_OK;
}

/* The lines for whoever starts the guest. */
static void guest_lines_print(const json_t *port)
{
	const json_t *qemu = json_object_get(port, "qemu");
	const char *libvirt = json_string_value(json_object_get(port, "libvirt"));
	struct text lines = {0};

	if (json_array_size(qemu) != 0) {
		port_qemu_text(qemu, &lines);
		printf("\nQEMU, on its command line:\n\n%s", text_get(&lines));
		text_free(&lines);
	}
	if (libvirt != NULL) {
		size_t len = strlen(libvirt);

		printf("\nlibvirt, in the <devices> of the domain:\n\n%s%s", libvirt,
		       len != 0 && libvirt[len - 1] == '\n' ? "" : "\n");
	}
}

int port_add(const struct cli *cli, int argc, char **argv)
{
	json_t *body = json_pack("{s:s}", "spec", argv[0]);
	struct http *http;
	json_t *port = NULL;
	int code;

	if (body == NULL) {
		cli_error("the port's specification is not UTF-8 text; write it anew");
		return CLI_USAGE;
	}
	http = http_switch(cli, &code);
	if (http != NULL)
		code = http_request(http, "POST", "/v1/ports", body, &port);
	if (code == CLI_OK && cli->json) {
		http_print(port);
	} else if (code == CLI_OK) {
		printf("port %s added, OpenFlow port %llu\n", field_text(port, "name"),
		       (unsigned long long)field_u64(port, "ofport"));
		guest_lines_print(port);
	}
	json_decref(port);
	json_decref(body);
	http_free(http);
	return code;
}

int port_del(const struct cli *cli, int argc, char **argv)
{
	char *path = NULL;
	struct http *http;
	int code = port_path(argv[0], &path);

	if (code != CLI_OK)
		return code;
	http = http_switch(cli, &code);
	if (http != NULL)
		code = http_request(http, "DELETE", path, NULL, NULL);
	http_free(http);
	free(path);
	return code;
}

/* A rate or `none` as JSON; NULL: it is neither. */
static json_t *rate_json(const char *text)
{
	uint64_t bps;

	if (strcmp(text, "none") == 0)
		return json_null();
	if (units_parse_bit_rate(text, (uint64_t)INT64_MAX, &bps) != 0)
		return NULL;
	return json_integer((json_int_t)bps);
}

/* `1:min=10M,max=100M` (or with colons), `1:none`; false: it is not so. */
static bool queue_add(json_t *queues, const char *form)
{
	json_t *queue = json_object(), *rate;
	char copy[128], *at = copy, *id, *part;
	bool good = text_copy(copy, sizeof(copy), form);
	uint64_t number;

	id = strsep(&at, ":,");
	good = good && text_parse_u64(id, UINT32_MAX - 1, &number) == 0;
	while (good && (part = strsep(&at, ":,")) != NULL) {
		if (strcmp(part, "none") == 0) {
			json_decref(queue);
			queue = json_null();
			good = at == NULL;
			break;
		}
		good = text_starts(part, "min=") || text_starts(part, "max=");
		rate = good ? rate_json(part + 4) : NULL;
		good = rate != NULL &&
		       json_object_set_new(queue,
					   *part == 'm' && part[1] == 'i' ? "min_bps" : "max_bps",
					   rate) == 0;
	}
	if (good)
		good = json_object_set(queues, id, queue) == 0;
	json_decref(queue);
	return good;
}

/* Adds `rate=…` or `queue=…` to the body of a PATCH; a CLI_ code, with the error said. */
static int egress_add(json_t *body, const char *key, const char *value)
{
	json_t *egress = json_object_get(body, "egress"), *queues;
	json_t *rate;

	if (egress == NULL) {
		egress = json_object();
		json_object_set_new(body, "egress", egress);
	}
	if (strcmp(key, "rate") == 0) {
		rate = rate_json(value);
		if (rate != NULL && json_object_set_new(egress, "rate_bps", rate) == 0)
			return CLI_OK;
		cli_error("'%s' is no rate; give bits in a second such as 100M or 2.5G, or none",
			  value);
		return CLI_USAGE;
	}
	queues = json_object_get(egress, "queues");
	if (queues == NULL) {
		queues = json_object();
		json_object_set_new(egress, "queues", queues);
	}
	if (queue_add(queues, value))
		return CLI_OK;
	cli_error("'%s' is no queue; give queue=ID:min=RATE,max=RATE or queue=ID:none", value);
	return CLI_USAGE;
}

/* Adds `key=value` to the body of a PATCH; a CLI_ code, with the error said. */
static int setting_add(json_t *body, const char *setting)
{
	static const char *const numbers[] = {"vlan", "native", "mtu"};
	const char *equals = strchr(setting, '=');
	char key[16] = "";
	const char *value;
	uint64_t number;

	if (equals == NULL || (size_t)(equals - setting) >= sizeof(key)) {
		cli_error("'%s' is no setting of a port; give KEY=VALUE, see heddle help port",
			  setting);
		return CLI_USAGE;
	}
	memcpy(key, setting, (size_t)(equals - setting));
	value = equals + 1;
	if (strcmp(key, "admin") == 0 && (strcmp(value, "up") == 0 || strcmp(value, "down") == 0))
		return json_object_set_new(body, key, json_string(value)) == 0 ? CLI_OK : CLI_USAGE;
	if (strcmp(key, "rate") == 0 || strcmp(key, "queue") == 0)
		return egress_add(body, key, value);
	if (strcmp(key, "vlan") == 0 || strcmp(key, "trunk") == 0 || strcmp(key, "native") == 0) {
		if (*value == '\0' || strcmp(value, "none") == 0) {
			json_object_set_new(body, key, json_null());
			return CLI_OK;
		}
	}
	if (strcmp(key, "trunk") == 0 && json_object_set_new(body, key, json_string(value)) == 0)
		return CLI_OK;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(key, numbers[i]) == 0 && text_parse_u64(value, 65535, &number) == 0) {
			json_object_set_new(body, key, json_integer((json_int_t)number));
			return CLI_OK;
		}
	}
	cli_error("'%s' is no setting of a port; give vlan=VID, trunk=10;20, native=VID, mtu=N, "
		  "rate=RATE, queue=ID:min=RATE,max=RATE, admin=up or admin=down",
		  setting);
	return CLI_USAGE;
}

int port_set(const struct cli *cli, int argc, char **argv)
{
	json_t *body = json_object();
	struct http *http = NULL;
	json_t *port = NULL;
	char *path = NULL;
	int code = port_path(argv[0], &path);

	for (int i = 1; i < argc && code == CLI_OK; i++)
		code = setting_add(body, argv[i]);
	if (code == CLI_OK)
		http = http_switch(cli, &code);
	if (http != NULL)
		code = http_request(http, "PATCH", path, body, &port);
	if (code == CLI_OK && cli->json)
		http_print(port);
	json_decref(port);
	json_decref(body);
	http_free(http);
	free(path);
	return code;
}

static void ports_print(const json_t *ports)
{
	struct table *t = table_new("PORT|>OFPORT|KIND|LINK|ADMIN|VLAN|>MTU|>RX FRAMES|>TX FRAMES|"
				    ">DROPS|WHERE");
	size_t i;
	json_t *p;

	json_array_foreach((json_t *)ports, i, p)
	{
		const json_t *c = json_object_get(p, "counters");
		struct text vlan = {0};

		port_vlan_text(p, &vlan);
		table_cell(t, "%s", field_text(p, "name"));
		port_number_cell(t, field_u64(p, "ofport"));
		table_cell(t, "%s", field_text(p, "kind"));
		table_cell(t, "%s", field_text(p, "link"));
		table_cell(t, "%s", field_text(p, "admin"));
		table_cell(t, "%s", text_get(&vlan));
		table_cell(t, "%llu", (unsigned long long)field_u64(p, "mtu"));
		table_cell(t, "%llu", (unsigned long long)field_u64(c, "rx_packets"));
		table_cell(t, "%llu", (unsigned long long)field_u64(c, "tx_packets"));
		table_cell(t, "%llu", (unsigned long long)sample_port_drops(p));
		table_cell(t, "%s", field_text(p, "arg"));
		text_free(&vlan);
	}
	table_print(t, stdout, 0);
	table_free(t);
}

static void counters_print(const json_t *counters)
{
	struct table *t = table_new("COUNTER|>VALUE");
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)counters, key, value)
	{
		if (!json_is_integer(value))
			continue;
		table_cell(t, "%s", key);
		table_cell(t, "%llu", (unsigned long long)field_u64(counters, key));
	}
	json_object_foreach(json_object_get(counters, "drops"), key, value)
	{
		table_cell(t, "dropped: %s", key);
		table_cell(t, "%llu", (unsigned long long)json_integer_value(value));
	}
	table_print(t, stdout, 0);
	table_free(t);
}

static void rate_cell(struct table *t, uint64_t bps)
{
	char text[UNITS_TEXT_SIZE];

	table_cell(t, "%s", bps != 0 ? units_bit_rate((double)bps, text) : "-");
}

/* The rate and the queues of a port that has any. */
static void egress_print(const json_t *egress)
{
	json_t *queues = json_object_get(egress, "queues"), *queue;
	uint64_t rate = field_u64(egress, "rate_bps");
	char text[UNITS_TEXT_SIZE];
	const char *id;
	struct table *t;

	if (rate == 0 && json_object_size(queues) < 2)
		return;
	printf("rate %s\n\n", rate != 0 ? units_bit_rate((double)rate, text) : "-");
	t = table_new(">QUEUE|>MIN|>MAX|>FRAMES|>BYTES|>ERRORS");
	json_object_foreach(queues, id, queue)
	{
		table_cell(t, "%s", id);
		rate_cell(t, field_u64(queue, "min_bps"));
		rate_cell(t, field_u64(queue, "max_bps"));
		table_cell(t, "%llu", (unsigned long long)field_u64(queue, "tx_packets"));
		table_cell(t, "%llu", (unsigned long long)field_u64(queue, "tx_bytes"));
		table_cell(t, "%llu", (unsigned long long)field_u64(queue, "tx_errors"));
	}
	table_print(t, stdout, 0);
	table_free(t);
}

static void port_print(const json_t *p)
{
	struct text vlan = {0};
	struct text features = {0};
	char speed[UNITS_TEXT_SIZE];
	const char *mac = field_text(p, "mac");
	uint64_t bps = field_u64(p, "speed_bps");
	size_t i;
	json_t *feature;

	port_vlan_text(p, &vlan);
	json_array_foreach(json_object_get(p, "features"), i, feature)
		text_add(&features, " %s", json_string_value(feature));
	printf("%s: OpenFlow port %llu, %s %s", field_text(p, "name"),
	       (unsigned long long)field_u64(p, "ofport"), field_text(p, "kind"),
	       field_text(p, "arg"));
	if (json_is_string(json_object_get(p, "role")))
		printf(" (%s, %s)", field_text(p, "role"),
		       field_true(p, "connected") ? "connected" : "nobody connected");
	printf("\nlink %s, admin %s, speed %s, mtu %llu, queues %llu\nmac %s, vlan %s\n",
	       field_text(p, "link"), field_text(p, "admin"),
	       bps != 0 ? units_bit_rate((double)bps, speed) : "-",
	       (unsigned long long)field_u64(p, "mtu"), (unsigned long long)field_u64(p, "queues"),
	       strcmp(mac, "00:00:00:00:00:00") != 0 ? mac : "-", text_get(&vlan));
	if (features.len != 0)
		printf("features%s\n", text_get(&features));
	egress_print(json_object_get(p, "egress"));
	putchar('\n');
	counters_print(json_object_get(p, "counters"));
	guest_lines_print(p);
	text_free(&vlan);
	text_free(&features);
}

int port_show(const struct cli *cli, int argc, char **argv)
{
	struct http *http;
	json_t *answer = NULL;
	char *path = NULL;
	int code = CLI_OK;

	if (argc == 1)
		code = port_path(argv[0], &path);
	if (code != CLI_OK)
		return code;
	http = http_switch(cli, &code);
	if (http != NULL)
		code = http_get(http, argc == 1 ? path : "/v1/ports",
				argc == 1 ? JSON_OBJECT : JSON_ARRAY, &answer);
	if (code == CLI_OK && cli->json)
		http_print(answer);
	else if (code == CLI_OK && argc == 1)
		port_print(answer);
	else if (code == CLI_OK)
		ports_print(answer);
	json_decref(answer);
	http_free(http);
	free(path);
	return code;
}
