// SPDX-License-Identifier: Apache-2.0
#include "cli/verb.h"

#include <string.h>

#define ANY_NUMBER 1000

static int version_show(const struct cli *cli, int argc, char **argv)
{
	printf(cli->json ? "{\"heddle\": \"%s\"}\n" : "heddle %s\n", HEDDLE_VERSION);
	return CLI_OK;
}

static int help_show(const struct cli *cli, int argc, char **argv)
{
	int used;
	char why[256];

	if (argc != 0 && verb_find(argc, argv, &used, why, sizeof(why)) == NULL && used == 0) {
		cli_error("%s", why);
		return CLI_USAGE;
	}
	verb_help(argc, argv, stdout);
	return CLI_OK;
}

static const struct verb verbs[] = {
	{"show", NULL, "", 0, 0, 0, show_show, "how the switch is, on one page",
	 "Load and rates are taken over half a second.\n"},
	{"port", "show", "[NAME]", 0, 1, 0, port_show, "ports, or all about one of them", NULL},
	{"port", "add", "SPEC", 1, 1, 0, port_add,
	 "adds a port; for a guest it prints the QEMU and libvirt lines",
	 "SPEC is NAME,KIND:ARG[,option]...\n"
	 "  vhost-user:PATH   a guest; options: server (default) or client, queues=N\n"
	 "  tap:IFNAME        a tap device of this host, which is created\n"
	 "  af_packet:IFACE   a network device of this host that stays with the kernel\n"
	 "  af_xdp:IFACE      the same, faster, with a driver that can do XDP\n"
	 "  pci:ADDRESS       an adapter that is bound to vfio-pci\n"
	 "  pcap:IN[:OUT]     capture files\n"
	 "  dev:DEVARGS       any other DPDK device\n"
	 "and the options ofport=N (or local), mtu=N, mac=ADDRESS, vlan=VID (access port),\n"
	 "trunk=10;20;30-40, native=VID, rate=RATE, queue=ID:min=RATE:max=RATE.\n"
	 "Example: heddle port add vm1,vhost-user:/run/vm1.sock,vlan=10\n"},
	{"port", "del", "NAME", 1, 1, 0, port_del, "removes a port", NULL},
	{"port", "set", "NAME KEY=VALUE...", 2, ANY_NUMBER, 0, port_set, "changes a port",
	 "Keys: vlan=VID, trunk=10;20;30-40, native=VID (each may be 'none'), mtu=N,\n"
	 "admin=up or admin=down, rate=RATE or none, queue=ID:min=RATE,max=RATE or\n"
	 "queue=ID:none; rates in bit/s, as 10M. Example: heddle port set vm1 vlan=20\n"},
	{"flow", "show", "[FILTER]", 0, 1, CLI_OPT_OF, flow_show, "flows with their counters",
	 "FILTER is a match, and may hold table=N, cookie=C/MASK, out_port=PORT, out_group=N.\n"
	 "Example: heddle flow show table=0,dl_vlan=10\n"},
	{"flow", "add", "FLOW... | - | --file FILE", 0, ANY_NUMBER,
	 CLI_OPT_OF | CLI_OPT_FILE | CLI_OPT_BUNDLE, flow_add,
	 "adds flows, or replaces those with the same match and priority",
	 "FLOW is what ovs-ofctl(8) calls a flow. A file has one on each line; # begins a "
	 "comment.\n"
	 "A line of a file may begin with add, modify, modify_strict, delete or delete_strict.\n"
	 "With --bundle all lines come into force at once, or none.\n"
	 "Example: heddle flow add 'priority=100,in_port=vm1,dl_type=0x0806,actions=NORMAL'\n"},
	{"flow", "mod", "FLOW... | - | --file FILE", 0, ANY_NUMBER,
	 CLI_OPT_OF | CLI_OPT_FILE | CLI_OPT_BUNDLE | CLI_OPT_STRICT, flow_mod,
	 "gives the flows that a match covers other actions",
	 "With --strict only the flow with exactly this match and priority.\n"
	 "Example: heddle flow mod 'dl_vlan=10,actions=drop'\n"},
	{"flow", "del", "[FILTER]", 0, 1, CLI_OPT_OF | CLI_OPT_STRICT, flow_del,
	 "deletes the flows that the filter covers; without one, all",
	 "With --strict only the flow with exactly this match and priority.\n"},
	{"group", "show", "[ID]", 0, 1, CLI_OPT_OF, group_show, "groups with their counters", NULL},
	{"group", "add", "GROUP... | - | --file FILE", 0, ANY_NUMBER,
	 CLI_OPT_OF | CLI_OPT_FILE | CLI_OPT_BUNDLE, group_add, "adds groups",
	 "Types: all, select, indirect, ff.\n"
	 "Example: heddle group add 'group_id=1,type=all,bucket=output:vm1,bucket=output:vm2'\n"},
	{"group", "mod", "GROUP... | - | --file FILE", 0, ANY_NUMBER,
	 CLI_OPT_OF | CLI_OPT_FILE | CLI_OPT_BUNDLE, group_mod,
	 "gives groups another type and buckets", NULL},
	{"group", "del", "[ID]", 0, 1, CLI_OPT_OF, group_del, "deletes a group; without ID, all",
	 NULL},
	{"group", "insert", "GROUP... | - | --file FILE", 0, ANY_NUMBER,
	 CLI_OPT_OF | CLI_OPT_FILE | CLI_OPT_BUNDLE, group_insert,
	 "inserts buckets into a group (OpenFlow 1.5)",
	 "Example: heddle group insert "
	 "'group_id=1,command_bucket_id=last,bucket=bucket_id:7,output:vm3'\n"},
	{"group", "remove", "GROUP... | - | --file FILE", 0, ANY_NUMBER,
	 CLI_OPT_OF | CLI_OPT_FILE | CLI_OPT_BUNDLE, group_remove,
	 "removes a bucket, or all, from a group (OpenFlow 1.5)",
	 "Example: heddle group remove 'group_id=1,command_bucket_id=7'\n"},
	{"group", "features", "", 0, 0, CLI_OPT_OF, group_features,
	 "what groups of this switch can do", NULL},
	{"meter", "show", "[ID]", 0, 1, CLI_OPT_OF, meter_show, "meters with their counters", NULL},
	{"meter", "add", "METER... | - | --file FILE", 0, ANY_NUMBER,
	 CLI_OPT_OF | CLI_OPT_FILE | CLI_OPT_BUNDLE, meter_add, "adds meters",
	 "Flows use one with meter:ID among their actions.\n"
	 "Example: heddle meter add "
	 "'meter=1,kbps,burst,bands=type=drop,rate=1000,burst_size=100'\n"},
	{"meter", "mod", "METER... | - | --file FILE", 0, ANY_NUMBER,
	 CLI_OPT_OF | CLI_OPT_FILE | CLI_OPT_BUNDLE, meter_mod, "gives meters other bands", NULL},
	{"meter", "del", "[ID]", 0, 1, CLI_OPT_OF, meter_del,
	 "deletes a meter and the flows that use it; without ID, all", NULL},
	{"meter", "features", "", 0, 0, CLI_OPT_OF, meter_features,
	 "what meters of this switch can do", NULL},
	{"table", "show", "", 0, 0, CLI_OPT_OF, flow_table_show,
	 "flow tables that are in use, with their counters", NULL},
	{"table", "features", "[TABLE | all]", 0, 1, CLI_OPT_OF, flow_table_features,
	 "what a table can match and do; without TABLE, table 0", NULL},
	{"table", "set", "TABLE SETTING", 2, 2, CLI_OPT_OF, flow_table_set,
	 "what a table does when it is full (OpenFlow 1.4)",
	 "SETTING is eviction, vacancy:LOW,HIGH or none; TABLE may be all.\n"
	 "Example: heddle table set 0 eviction\n"},
	{"bundle", NULL, "LINE... | - | --file FILE", 0, ANY_NUMBER, CLI_OPT_OF | CLI_OPT_FILE,
	 bundle_apply, "changes flows, groups and meters together, or nothing at all",
	 "A line begins with flow, group or meter, then add, modify, delete …\n"
	 "Example: heddle bundle 'group add group_id=1,type=all,bucket=output:vm1' \\\n"
	 "         'flow add priority=1,actions=group:1'\n"},
	{"monitor", "show", "", 0, 0, CLI_OPT_OF | CLI_OPT_COUNT, monitor_show,
	 "prints what the switch tells controllers: packet-ins, ports, flows that ended",
	 "Ends after --count messages; without it, when interrupted.\n"},
	{"monitor", "flows", "[FILTER]", 0, 1, CLI_OPT_OF | CLI_OPT_COUNT, monitor_flows,
	 "prints the flows that a filter covers, and each change of them (OpenFlow 1.4)",
	 "Ends after --count messages; without it, when interrupted.\n"},
	{"mac", "show", "", 0, 0, 0, mac_show, "the table of the learning switch", NULL},
	{"mac", "add", "ADDRESS PORT [VLAN]", 2, 3, 0, mac_add, "adds a static entry", NULL},
	{"mac", "del", "ADDRESS [VLAN]", 1, 2, 0, mac_del, "deletes an entry", NULL},
	{"mac", "flush", "", 0, 0, 0, mac_flush, "forgets all learned entries", NULL},
	{"lcore", "show", "", 0, 0, CLI_OPT_INTERVAL, lcore_show,
	 "load and cycles per frame of lcores and their queues",
	 "Measured over --interval seconds (default 1). With -j: the counters since the start.\n"},
	{"stats", NULL, "", 0, 0, CLI_OPT_INTERVAL | CLI_OPT_COUNT, stats_show,
	 "rates of each port, every second",
	 "Ends after --count tables; without it, when interrupted. With -j: one JSON object in a\n"
	 "line for each interval.\n"},
	{"drops", NULL, "", 0, 0, 0, drops_show, "dropped frames by reason, and what it means",
	 NULL},
	{"controller", "show", "", 0, 0, 0, controller_show,
	 "the switch's connections to OpenFlow controllers", NULL},
	{"network", "show", "", 0, 0, 0, network_show, "networks of heddle-controller", NULL},
	{"attachment", "show", "", 0, 0, 0, attachment_show,
	 "which port is attached to which network, and its state", NULL},
	{"reload", NULL, "", 0, 0, 0, reload, "heddle-controller reads its file anew",
	 "A file with an error is refused whole, and the old state stays.\n"},
	{"version", NULL, "", 0, 0, 0, version_show, "the version of this program", NULL},
	{"help", NULL, "[VERB]", 0, 2, 0, help_show, "this page, or more about one verb", NULL},
};

#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

const struct verb *verb_find(int n_words, char **words, int *n_used, char *why, size_t why_size)
{
	size_t len = 0;

	*n_used = 0;
	if (n_words == 0) {
		snprintf(why, why_size, "no verb is given; see heddle --help");
		return NULL;
	}
	for (size_t i = 0; i < N_VERBS; i++) {
		const struct verb *v = &verbs[i];

		if (strcmp(v->noun, words[0]) != 0)
			continue;
		*n_used = 1;
		if (v->action == NULL)
			return v;
		if (n_words > 1 && strcmp(v->action, words[1]) == 0) {
			*n_used = 2;
			return v;
		}
	}
	if (*n_used == 0) {
		snprintf(why, why_size, "there is no verb '%s'; see heddle --help", words[0]);
		return NULL;
	}
	len = (size_t)snprintf(why, why_size,
			       n_words > 1 ? "'%s' has no action '%s'; it has"
					   : "'%s' needs an action%s; it has",
			       words[0], n_words > 1 ? words[1] : "");
	for (size_t i = 0; i < N_VERBS && len < why_size; i++) {
		if (strcmp(verbs[i].noun, words[0]) == 0)
			len += (size_t)snprintf(why + len, why_size - len, " %s", verbs[i].action);
	}
	return NULL;
}

/* `port add SPEC` */
static void usage_print(const struct verb *v, FILE *to)
{
	fprintf(to, "%s%s%s%s%s", v->noun, v->action != NULL ? " " : "",
		v->action != NULL ? v->action : "", *v->args != '\0' ? " " : "", v->args);
	if (v->options & CLI_OPT_STRICT)
		fputs(" [--strict]", to);
	if (v->options & CLI_OPT_BUNDLE)
		fputs(" [--bundle]", to);
	if (v->options & CLI_OPT_INTERVAL)
		fputs(" [--interval S]", to);
	if (v->options & CLI_OPT_COUNT)
		fputs(" [--count N]", to);
}

static const char intro[] =
	"heddle: looks after the Heddle switches of this host, and any OpenFlow switch.\n"
	"\n"
	"Usage: heddle [OPTION]... VERB [ARGUMENT]...\n"
	"\n";

static const char options_help[] =
	"\n"
	"Which one is meant (needed only where several switches run):\n"
	"  -s, --switch NAME  the switch that was started with --name NAME\n"
	"  --run-dir DIR      the switch, or the controller, with this run directory\n"
	"  --api PATH         the switch, or the controller, with this HTTP socket\n"
	"  --of TARGET        flow, group, meter, table, bundle, monitor: any OpenFlow switch, "
	"tcp:HOST:PORT, tls:HOST:PORT "
	"                     unix:PATH; tls wants --tls-key, --tls-cert and --tls-ca, PEM files\n"
	"\n"
	"  -O, --of-version V the versions of OpenFlow to offer: some of 1.0, 1.3, 1.4, 1.5\n"
	"\n"
	"Other options:\n"
	"  -j, --json         answer in JSON\n"
	"  -h, --help         this page; behind a verb, more about it\n"
	"  -V, --version      the version\n"
	"\n"
	"Ends with 0: done; 1: refused, or not there; 2: wrong command line; 3: nobody answers.\n"
	"\n"
	"First steps: heddle show; heddle help port add; man heddle.\n";

void verb_help(int n_words, char **words, FILE *to)
{
	int shown = 0;

	for (size_t i = 0; i < N_VERBS && n_words > 0; i++) {
		const struct verb *v = &verbs[i];

		if (strcmp(v->noun, words[0]) != 0 ||
		    (v->action != NULL && n_words > 1 && strcmp(v->action, words[1]) != 0))
			continue;
		fputs(shown++ != 0 ? "\nheddle " : "heddle ", to);
		usage_print(v, to);
		fprintf(to, "\n  %s\n%s%s", v->summary, v->help != NULL ? "\n" : "",
			v->help != NULL ? v->help : "");
	}
	if (shown != 0)
		return;
	fputs(intro, to);
	for (size_t i = 0; i < N_VERBS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s%s%s", verbs[i].noun,
			 verbs[i].action != NULL ? " " : "",
			 verbs[i].action != NULL ? verbs[i].action : "");
		fprintf(to, "  %-16s %s\n", name, verbs[i].summary);
	}
	fputs(options_help, to);
}
