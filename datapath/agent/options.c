// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/agent/config_file.h"
#include "datapath/agent/options_openflow.h"
#include "datapath/agent/port_settings.h"
#include "datapath/port/port.h"
#include "lib/text.h"

/* One row: the name, the value it takes (NULL: none) and how it is read and explained. */
struct option_row {
	const char *name;
	const char *value;
	int (*set)(struct options *o, const char *value, char *why, size_t why_size);
	bool repeats;
	bool typed_only; /* makes no sense in the file */
	const char *help;
};

static int refuse(char *why, size_t why_size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(char *why, size_t why_size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, why_size, format, args);
	va_end(args);
	return -EINVAL;
}

int option_list_add(struct option_list *list, const char *word)
{
	char **bigger;

	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->at[i], word) == 0)
			return 0;
	}
	bigger = realloc(list->at, (list->n + 1) * sizeof(*bigger));
	if (bigger == NULL)
		return -ENOMEM;
	list->at = bigger;
	list->at[list->n] = strdup(word);
	if (list->at[list->n] == NULL)
		return -ENOMEM;
	list->n++;
	return 0;
}

static void list_free(struct option_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->at[i]);
	free(list->at);
	*list = (struct option_list){0};
}

static int set_name(struct options *o, const char *value, char *why, size_t why_size)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p) && strchr("-_.", *p) == NULL)
			return refuse(
				why, why_size,
				"name %s has a character that file names should not have; use "
				"letters, digits, '-', '_' and '.'",
				value);
	}
	if (value[0] == '\0' || value[0] == '.' || !text_copy(o->name, sizeof(o->name), value))
		return refuse(why, why_size,
			      "name \"%s\" is not usable; it needs 1 to %d letters or digits",
			      value, OPTIONS_NAME_SIZE - 1);
	return 0;
}

static int set_path(char *to, const char *value, const char *what, char *why, size_t why_size)
{
	/* Sockets live there: sockaddr_un holds 108 bytes. */
	if (value[0] == '\0' || strlen(value) > 90)
		return refuse(why, why_size, "%s \"%.100s\" must have 1 to 90 characters", what,
			      value);
	text_copy(to, OPTIONS_PATH_SIZE, value);
	return 0;
}

static int set_run_dir(struct options *o, const char *value, char *why, size_t why_size)
{
	return set_path(o->run_dir, value, "run-dir", why, why_size);
}

static int set_state_dir(struct options *o, const char *value, char *why, size_t why_size)
{
	return set_path(o->state_dir, value, "state-dir", why, why_size);
}

static int set_config(struct options *o, const char *value, char *why, size_t why_size)
{
	if (value[0] == '\0' || !text_copy(o->config, sizeof(o->config), value))
		return refuse(why, why_size,
			      "config \"%.60s\" is not a usable path; at most %d "
			      "characters",
			      value, OPTIONS_PATH_SIZE - 1);
	return 0;
}

static int set_dpid(struct options *o, const char *value, char *why, size_t why_size)
{
	char *end;

	errno = 0;
	o->dpid = strtoull(value, &end, 16);
	if (!isxdigit((unsigned char)value[0]) || *end != '\0' || errno != 0 ||
	    strlen(value) > 18 || o->dpid == 0)
		return refuse(
			why, why_size,
			"dpid %.40s is not a datapath id; give 1 to 16 hexadecimal digits that "
			"are not all zero, as in 0000000000000001",
			value);
	return 0;
}

static int set_port(struct options *o, const char *value, char *why, size_t why_size)
{
	size_t name_len = strcspn(value, ",");
	struct port_settings settings = {0};
	struct port_spec spec;

	if (name_len == 0 || value[name_len] == '\0')
		return refuse(why, why_size,
			      "port \"%.80s\" has no kind; write NAME,KIND:ARGUMENT as in "
			      "vm1,vhost-user:/run/vm1.sock",
			      value);
	for (size_t i = 0; i < o->ports.n; i++) {
		if (strncmp(o->ports.at[i], value, name_len + 1) != 0)
			continue;
		if (o->n_ports_typed > i && o->n_ports_typed != SIZE_MAX)
			return 0; /* the file's: the command line has said it */
		return refuse(why, why_size,
			      "port %.*s is given twice; give each port its own name",
			      (int)name_len, value);
	}
	if (port_spec_parse(value, &spec, port_settings_option, &settings, why, why_size) < 0)
		return -EINVAL;
	return option_list_add(&o->ports, value);
}

static int set_fail_mode(struct options *o, const char *value, char *why, size_t why_size)
{
	if (strcmp(value, "secure") == 0)
		o->fail_mode = AGENT_FAIL_SECURE;
	else if (strcmp(value, "standalone") == 0)
		o->fail_mode = AGENT_FAIL_STANDALONE;
	else
		return refuse(why, why_size, "fail-mode %.40s is unknown; use secure or standalone",
			      value);
	return 0;
}

static int set_string(char **to, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

static int set_lcores(struct options *o, const char *value, char *why, size_t why_size)
{
	if (value[0] == '\0' || value[strspn(value, "0123456789,-")] != '\0')
		return refuse(why, why_size,
			      "lcores %.40s is not a list of CPUs; write it as in 1 or 2-3,6",
			      value);
	return set_string(&o->lcores, value);
}

static int set_stateless(struct options *o, const char *value, char *why, size_t why_size)
{
	if (value == NULL || strcmp(value, "true") == 0 || strcmp(value, "yes") == 0)
		o->stateless = true;
	else if (strcmp(value, "false") == 0 || strcmp(value, "no") == 0)
		o->stateless = false;
	else
		return refuse(why, why_size, "stateless %.40s is unknown; write yes or no", value);
	return 0;
}

static int set_eal(struct options *o, const char *value, char *why, size_t why_size)
{
	return set_string(&o->eal, value);
}

static int set_number(uint32_t *to, const char *what, const char *value, uint32_t min, uint32_t max,
		      char *why, size_t why_size)
{
	uint64_t number;

	if (text_parse_u64(value, max, &number) < 0 || number < min)
		return refuse(why, why_size, "%s %.40s is not a number from %u to %u", what, value,
			      min, max);
	*to = (uint32_t)number;
	return 0;
}

static int set_mac_table_size(struct options *o, const char *value, char *why, size_t why_size)
{
	return set_number(&o->mac_table_size, "mac-table-size", value, 64, 1u << 24, why, why_size);
}

static int set_mac_ageing(struct options *o, const char *value, char *why, size_t why_size)
{
	return set_number(&o->mac_ageing_s, "mac-ageing", value, 1, 1000000, why, why_size);
}

static int set_memory(struct options *o, const char *value, char *why, size_t why_size)
{
	return set_number(&o->memory_mb, "memory", value, 4, 1u << 16, why, why_size);
}

static int set_log_level(struct options *o, const char *value, char *why, size_t why_size)
{
	if (log_level_parse(value, &o->log_level) < 0)
		return refuse(why, why_size,
			      "log-level %.40s is unknown; use error, warning, info or debug",
			      value);
	return 0;
}

static int set_help(struct options *o, const char *value, char *why, size_t why_size)
{
	o->verb = OPTIONS_HELP;
	return 0;
}

static int set_version(struct options *o, const char *value, char *why, size_t why_size)
{
	o->verb = OPTIONS_VERSION;
	return 0;
}

/* clang-format off */
static const struct option_row rows[] = {
	{"name", "NAME", set_name, .help =
	 "name of the switch, heddle0 by default; several switches need several names"},
	{"port", "SPEC", set_port, .repeats = true, .help =
	 "a port to open, NAME,KIND:ARGUMENT[,option]…; see below"},
	{"controller", "TARGET", options_set_controller, .repeats = true, .help =
	 "OpenFlow controller to connect to, tcp:HOST:PORT, tls:HOST:PORT or unix:PATH"},
	{"listen", "TARGET", options_set_listen, .repeats = true, .help =
	 "where controllers and tools may connect; unix:RUN-DIR/of.sock is always there"},
	{"of-versions", "LIST", options_set_versions, .help =
	 "OpenFlow versions that are spoken, all of 1.0,1.3,1.4,1.5 by default"},
	{"tls-key", "FILE", options_set_tls_key, .help =
	 "PEM file with our key, for tls targets; read anew when it changes"},
	{"tls-cert", "FILE", options_set_tls_cert, .help = "PEM file with our certificate"},
	{"tls-ca", "FILE", options_set_tls_ca, .help =
	 "PEM file with the CA that signs our certificate and those of all peers"},
	{"fail-mode", "MODE", set_fail_mode, .help =
	 "without a controller: standalone (a learning switch, the default) or secure (only flows)"},
	{"dpid", "HEX", set_dpid, .help =
	 "OpenFlow datapath id; by default made from the machine's id and the name"},
	{"lcores", "LIST", set_lcores, .help =
	 "CPUs that carry frames, as in 1 or 2-3,6; picked from the machine by default"},
	{"memory", "MB", set_memory, .help =
	 "memory for frame buffers, 40 by default (some 16 thousand frames)"},
	{"mac-table-size", "N", set_mac_table_size, .help =
	 "addresses that the learning switch can know, 32768 by default"},
	{"mac-ageing", "S", set_mac_ageing, .help =
	 "seconds after which a silent address is forgotten, 300 by default"},
	{"run-dir", "DIR", set_run_dir, .help =
	 "for sockets and pid, /run/heddle/NAME by default"},
	{"state-dir", "DIR", set_state_dir, .help =
	 "for what survives a restart, /var/lib/heddle/NAME by default"},
	{"stateless", NULL, set_stateless, .help =
	 "keep nothing over a restart and restore nothing"},
	{"config", "FILE", set_config, .typed_only = true, .help =
	 "read options from a file, a line `option = value` for each"},
	{"eal", "'ARGS'", set_eal, .help =
	 "arguments for DPDK's environment, which win over those that heddled chooses"},
	{"log-level", "LEVEL", set_log_level, .help =
	 "error, warning, info (the default) or debug"},
	{"help", NULL, set_help, .typed_only = true, .help = "this text"},
	{"version", NULL, set_version, .typed_only = true, .help = "print the version"},
};
/* clang-format on */

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct option_row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
			return &rows[i];
	}
	return NULL;
}

static uint64_t row_bit(const struct option_row *row)
{
	return 1ull << (row - rows);
}

void options_init(struct options *o)
{
	*o = (struct options){
		.fail_mode = AGENT_FAIL_STANDALONE,
		.of_versions = AGENT_VERSIONS,
		.mac_table_size = 32768,
		.mac_ageing_s = 300,
		.memory_mb = 40,
		.log_level = LOG_LEVEL_INFO,
		.n_ports_typed = SIZE_MAX,
	};
	text_copy(o->name, sizeof(o->name), "heddle0");
}

void options_free(struct options *o)
{
	list_free(&o->ports);
	list_free(&o->controllers);
	list_free(&o->listeners);
	free(o->lcores);
	free(o->eal);
	o->lcores = NULL;
	o->eal = NULL;
}

/* One option of the file; those that the command line set stay as they are. */
static int set_from_file(void *context, const char *key, const char *value, char *why,
			 size_t why_size)
{
	struct options *o = context;
	const struct option_row *row = find_row(key, strlen(key));

	if (row == NULL || row->typed_only)
		return refuse(why, why_size,
			      "option %.40s is unknown; the options are those of heddled --help, "
			      "without dashes",
			      key);
	if (!row->repeats && (o->given & row_bit(row)) != 0)
		return 0;
	return row->set(o, value, why, why_size);
}

int options_parse_config(struct options *o, const char *file, const char *text, size_t size,
			 char *why, size_t why_size)
{
	if (o->n_ports_typed == SIZE_MAX)
		o->n_ports_typed = 0;
	return config_file_parse(file, text, size, set_from_file, o, why, why_size);
}

static int parse_words(struct options *o, int argc, char **argv, char *why, size_t why_size)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		const struct option_row *row;
		const char *value = NULL;
		size_t len;
		int err;

		if (!text_starts(word, "--"))
			return refuse(
				why, why_size,
				"\"%.60s\" is not an option; options start with --, see heddled "
				"--help",
				word);
		len = strcspn(word + 2, "=");
		row = find_row(word + 2, len);
		if (row == NULL)
			return refuse(why, why_size,
				      "option %.60s is unknown; heddled --help lists all", word);
		if (word[2 + len] == '=')
			value = word + 3 + len;
		else if (row->value != NULL && ++i < argc)
			value = argv[i];
		if (row->value != NULL && value == NULL)
			return refuse(why, why_size, "option --%s needs a value: --%s %s",
				      row->name, row->name, row->value);
		if (row->value == NULL && value != NULL && row->typed_only)
			return refuse(why, why_size, "option --%s takes no value", row->name);
		err = row->set(o, value, why, why_size);
		if (err < 0)
			return err;
		o->given |= row_bit(row);
	}
	o->n_ports_typed = o->ports.n;
	return 0;
}

/* FNV-1a (public domain): a stable number from text. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3ull;
	return hash;
}

/* The same on every start of this switch on this machine, and locally administered. */
static uint64_t default_dpid(const char *name)
{
	char machine[64] = "";
	FILE *f = fopen("/etc/machine-id", "re");
	uint64_t hash = 0xcbf29ce484222325ull;

	if (f != NULL) {
		if (fgets(machine, sizeof(machine), f) == NULL)
			machine[0] = '\0';
		fclose(f);
	}
	hash = hash_text(hash_text(hash, machine), name);
	return (hash & 0x0000fcffffffffffull) | 0x0000020000000000ull;
}

int options_parse(struct options *o, int argc, char **argv, char *why, size_t why_size)
{
	int err = parse_words(o, argc, argv, why, why_size);

	if (err < 0 || o->verb != OPTIONS_RUN)
		return err;
	if (o->config[0] != '\0') {
		size_t size;
		char *text = config_file_read(o->config, &size, why, why_size);

		if (text == NULL)
			return -errno;
		err = options_parse_config(o, o->config, text, size, why, why_size);
		free(text);
		if (err < 0)
			return err;
	}
	err = options_check_openflow(o, why, why_size);
	if (err < 0)
		return err;
	if (o->run_dir[0] == '\0')
		snprintf(o->run_dir, sizeof(o->run_dir), "/run/heddle/%s", o->name);
	if (o->state_dir[0] == '\0')
		snprintf(o->state_dir, sizeof(o->state_dir), "/var/lib/heddle/%s", o->name);
	if (o->dpid == 0)
		o->dpid = default_dpid(o->name);
	return 0;
}

void options_help(FILE *to)
{
	fprintf(to,
		"heddled: a virtual switch for the guests of a host. It carries frames between "
		"guests\n(vhost-user), network interfaces and adapters, as a VLAN-aware learning "
		"switch or as\nOpenFlow controllers program it.\n\n"
		"usage: heddled [option]…\n\n"
		"  heddled --port vm1,vhost-user:/run/vm1.sock,vlan=10 --port up,af_packet:eth1\n\n"
		"options:\n");
	for (size_t i = 0; i < N_ROWS; i++) {
		char head[40];

		snprintf(head, sizeof(head), "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
			 rows[i].value ? rows[i].value : "");
		fprintf(to, "  %-22s %s%s\n", head, rows[i].help,
			rows[i].repeats ? " (may be repeated)" : "");
	}
	fprintf(to,
		"\nports:\n"
		"  NAME,vhost-user:PATH   a guest; the switch makes the socket, or with ,client "
		"connects to it\n"
		"  NAME,tap:IFNAME        a tap interface of the kernel, made by the switch\n"
		"  NAME,af_packet:IFACE   an interface of the kernel (also af_xdp:IFACE, faster)\n"
		"  NAME,pci:ADDRESS       an adapter bound to vfio-pci\n"
		"  NAME,pcap:IN[:OUT]     files\n"
		"  NAME,dev:DEVARGS       any other DPDK device, as in dev:net_null0,no-rx=1\n"
		"port options:\n"
		"  vlan=VID               an access port of that VLAN\n"
		"  rate=R queue=ID:min=R:max=R   what leaves by the port, in bit/s, as 100M\n"
		"  trunk=10;20;30-40      carries these VLANs tagged; native=VID is the untagged "
		"one\n"
		"  ofport=N               its OpenFlow number, or local; else the lowest that is "
		"free\n"
		"  queues=N mtu=N mac=ADDRESS, and for vhost-user server or client\n"
		"controller and listener options:\n"
		"  probe=S packet-in-rate=N packet-in-burst=N, for controllers backoff=S aux=N, "
		"for\n  listeners allow=10.0.0.0/8;192.168.1.7 max=N\n\n"
		"Ports come and go at run time with `heddle port add|del|set|show`; `heddle show` "
		"says "
		"how the\nswitch is. The manual page heddled(8) has more.\n");
}
