// SPDX-License-Identifier: Apache-2.0
/* Reads the actions that send a packet somewhere. */
#include "openflow/action_words.h"
#include "openflow/port.h"

#include <errno.h>
#include <strings.h>

int of_output_port_parse(struct of_parser *p, const char *word, uint32_t *port)
{
	if (of_port_no_parse(word, p->names, port) != 0)
		return of_parser_fail(p,
				      "actions: \"%.40s\" is no action and no port: see "
				      "ovs-actions(7), or write output:N",
				      word);
	if (*port == 0 || *port == OFPP_ANY)
		return of_parser_fail(p, "actions: a frame cannot be sent to port %.40s", word);
	return 0;
}

static int append_output(struct of_parser *p, struct of_action_list *list, uint32_t port,
			 uint16_t max_len)
{
	struct of_action action = {.type = OF_ACTION_OUTPUT,
				   .output = {.port = port, .max_len = max_len}};

	return of_action_append(p, list, &action);
}

/* `output:2`, or `output:NXM_NX_REG0[0..15]`. */
static int output(struct of_parser *p, struct of_action_list *list, const char *word)
{
	struct of_action action = {.type = OF_ACTION_OUTPUT_REG,
				   .output_reg = {.max_len = OFPCML_NO_BUFFER}};
	struct of_written_part from;
	uint32_t port;
	int rc;

	if (strchr(word, '[') != NULL) {
		rc = of_subfield_parse(p, "output", word, &from);
		if (rc == 0 && from.part.n_bits > 64)
			rc = of_parser_fail(p, "output:%.40s: a port has 32 bits at most", word);
		action.output_reg.from = from.part;
		return rc != 0 ? rc : of_action_append(p, list, &action);
	}
	if (text_starts(word, "port="))
		return of_parser_fail(p, "output: this switch does not cut frames: leave out "
					 "max_len");
	rc = of_output_port_parse(p, word, &port);
	if (rc != 0)
		return rc;
	return append_output(p, list, port, port == OFPP_CONTROLLER ? OFPCML_NO_BUFFER : 0);
}

static const char *const reasons[] = {"no_match",   "action", "invalid_ttl",
				      "action_set", "group",  "packet_out"};

static int reason_parse(struct of_parser *p, const char *value, uint64_t *reason)
{
	for (size_t i = 0; value != NULL && i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reasons[i], value) == 0) {
			*reason = i;
			return 0;
		}
	}
	return of_parser_fail(p,
			      "controller: \"%.40s\" is no reason: write action, no_match, "
			      "invalid_ttl, action_set, group or packet_out",
			      value != NULL ? value : "");
}

const char *of_reason_text(unsigned reason)
{
	return reason < sizeof(reasons) / sizeof(reasons[0]) ? reasons[reason] : "?";
}

/* `max_len=128,id=3,reason=action` */
static int controller_words(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_CONTROLLER};
	struct of_word words[OF_WORDS_MAX];
	uint64_t max_len = OFPCML_NO_BUFFER, id = 0, reason = OFPR_ACTION;
	int n = of_words_split(p, arg, words);
	int rc = n < 0 ? n : 0;

	for (int i = 0; i < n && rc == 0; i++) {
		if (strcmp(words[i].key, "max_len") == 0)
			rc = of_argument_parse(p, "max_len", words[i].value, UINT16_MAX, &max_len);
		else if (strcmp(words[i].key, "id") == 0)
			rc = of_argument_parse(p, "id", words[i].value, UINT16_MAX, &id);
		else if (strcmp(words[i].key, "reason") == 0)
			rc = reason_parse(p, words[i].value, &reason);
		else
			rc = of_parser_fail(p,
					    "controller: \"%.40s\" is not served: write max_len=, "
					    "id= or reason=",
					    words[i].key);
	}
	if (rc != 0)
		return rc;
	if (id == 0 && reason == OFPR_ACTION)
		return append_output(p, list, OFPP_CONTROLLER, (uint16_t)max_len);
	action.controller.max_len = (uint16_t)max_len;
	action.controller.controller_id = (uint16_t)id;
	action.controller.reason = (uint8_t)reason;
	return of_action_append(p, list, &action);
}

/* `controller`, `controller:128`, `controller(max_len=128)`. */
static int controller(struct of_parser *p, struct of_action_list *list, char *arg)
{
	uint64_t max_len = OFPCML_NO_BUFFER;
	int rc;

	if (arg != NULL && *arg != '\0') {
		if (*arg < '0' || *arg > '9')
			return controller_words(p, list, arg);
		rc = of_argument_parse(p, "controller", arg, UINT16_MAX, &max_len);
		if (rc != 0)
			return rc;
	}
	return append_output(p, list, OFPP_CONTROLLER, (uint16_t)max_len);
}

/* `enqueue:PORT:QUEUE`, `enqueue(PORT,QUEUE)` */
static int enqueue(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_ENQUEUE};
	char *queue = arg != NULL ? strpbrk(arg, ":,") : NULL;
	uint64_t number;
	int rc;

	if (queue == NULL)
		return of_parser_fail(p, "enqueue: the queue is missing: write enqueue:PORT:QUEUE");
	*queue++ = '\0';
	rc = of_output_port_parse(p, arg, &action.enqueue.port);
	if (rc == 0)
		rc = of_argument_parse(p, "enqueue", queue, UINT32_MAX, &number);
	if (rc != 0)
		return rc;
	action.enqueue.queue_id = (uint32_t)number;
	return of_action_append(p, list, &action);
}

int of_output_word(struct of_parser *p, struct of_action_list *list, const char *word, char *arg)
{
	int rc;

	if (strcmp(word, "output") == 0 && arg != NULL)
		rc = output(p, list, arg);
	else if (strcasecmp(word, "controller") == 0)
		rc = controller(p, list, arg);
	else if (strcmp(word, "enqueue") == 0)
		rc = enqueue(p, list, arg);
	else if (arg == NULL)
		rc = output(p, list, word);
	else
		return 0;
	return rc != 0 ? rc : 1;
}
