// SPDX-License-Identifier: Apache-2.0
/* What a switch tells by itself, as it comes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/session.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

#define MONITOR_ID 1

/* Prints a message, each line of it made safe for a terminal. */
static void message_print(const struct of_msg *msg)
{
	struct text t = {0};

	of_msg_text(msg, &t);
	table_print_lines(text_get(&t), stdout);
	fflush(stdout);
	text_free(&t);
}

/* Prints what comes, until `count` messages came (0: without end) or the switch is gone. */
static int follow(struct session *s, uint64_t count)
{
	uint64_t n = 0;

	while (count == 0 || n < count) {
		const struct of_msg *msg;
		int rc = of_client_receive(session_client(s), &msg);

		if (rc == -ETIMEDOUT)
			continue;
		if (rc != 0)
			return session_lost(s, rc);
		if (msg->type == OFPT_ERROR) {
			cli_error("the switch at %s refused: %s; %s", session_target(s),
				  of_err_sentence(msg->error.err), session_remedy(msg->error.err));
			return CLI_REFUSED;
		}
		message_print(msg);
		n++;
	}
	return CLI_OK;
}

/* Version 1.0 sends packets to those only that say how much of each they want. */
static int ask_for_packets(struct session *s)
{
	struct of_msg msg;

	of_msg_init(&msg, of_client_version(session_client(s)), OFPT_SET_CONFIG, 0);
	msg.config = (struct of_config){.miss_send_len = UINT16_MAX};
	return of_client_send(session_client(s), &msg);
}

int monitor_show(const struct cli *cli, int argc, char **argv)
{
	struct session *s;
	int code, rc;

	s = session_open(cli, &code);
	if (s == NULL)
		return code;
	rc = ask_for_packets(s);
	code = rc == 0 ? follow(s, cli->count) : session_lost(s, rc);
	session_close(s);
	return code;
}

int monitor_flows(const struct cli *cli, int argc, char **argv)
{
	struct of_flow_monitor_request monitor = {
		.monitor_id = MONITOR_ID,
		.out_port = OFPP_ANY,
		.out_group = OFPG_ANY,
		.table_id = OFPTT_ALL,
		.flags = OFPFMF_INITIAL | OFPFMF_ADD | OFPFMF_REMOVED | OFPFMF_MODIFY |
			 OFPFMF_INSTRUCTIONS,
		.command = OFPFMC_ADD,
	};
	struct of_flow_stats_request filter;
	char why[OF_WHY_SIZE];
	struct session *s;
	struct of_msg msg;
	int code, rc;

	s = session_open(cli, &code);
	if (s == NULL)
		return code;
	if (of_flow_filter_parse(argc == 1 ? argv[0] : "", session_names(s), &filter, why,
				 sizeof(why)) != 0) {
		cli_error("%s", why);
		session_close(s);
		return CLI_USAGE;
	}
	monitor.table_id = filter.table_id;
	monitor.out_port = filter.out_port;
	monitor.out_group = filter.out_group;
	of_match_copy(&monitor.match, &filter.match);
	of_msg_init(&msg, of_client_version(session_client(s)), OFPT_MULTIPART_REQUEST, 0);
	of_multipart_request_init(&msg.multipart_request, OFPMP_FLOW_MONITOR);
	msg.multipart_request.flow_monitor.n = 1;
	msg.multipart_request.flow_monitor.monitors = &monitor;
	rc = of_client_send(session_client(s), &msg);
	if (rc == -EPROTONOSUPPORT) {
		cli_error("flows cannot be monitored in OpenFlow %s; give -O 1.4",
			  of_version_name(of_client_version(session_client(s))));
		code = CLI_REFUSED;
	} else {
		code = rc == 0 ? follow(s, cli->count) : session_lost(s, rc);
	}
	session_close(s);
	return code;
}
