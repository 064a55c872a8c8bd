// SPDX-License-Identifier: Apache-2.0
/*
 * Any text as a flow, a filter and a group: what is refused has a sentence, and what is accepted
 * packs, prints, and reads back to the same bytes.
 */
#include "openflow/flow_text.h"
#include "openflow/msg.h"

#include <errno.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void refusal_check(int rc, const char *why)
{
	if (rc != 0 && rc != -ENOMEM && (rc != -EINVAL || why[0] == '\0'))
		abort();
}

static void flow_check(const char *text, enum of_flow_mod_command command)
{
	struct of_arena arena = of_arena_init(1 << 20);
	struct wbuf first = wbuf_init(1 << 20), second = wbuf_init(1 << 20);
	static struct of_msg msg, again;
	struct text t = {0};
	char why[OF_WHY_SIZE] = "";
	int rc;

	of_msg_init(&msg, OF15, OFPT_FLOW_MOD, 1);
	rc = of_flow_parse(text, command, NULL, &arena, &msg.flow_mod, why, sizeof(why));
	refusal_check(rc, why);
	of_flow_text(&msg.flow_mod, NULL, &t);
	msg.version = OF13;
	/* Version 1.3 cannot say everything that the syntax can. */
	if (rc != 0 || of_msg_pack(&msg, &first) != 0)
		goto done;
	of_msg_init(&again, OF13, OFPT_FLOW_MOD, 1);
	if (of_flow_parse(text_get(&t), command, NULL, &arena, &again.flow_mod, why, sizeof(why)) !=
		    0 ||
	    of_msg_pack(&again, &second) != 0)
		abort();
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
done:
	text_free(&t);
	wbuf_free(&first);
	wbuf_free(&second);
	of_arena_free(&arena);
}

static void group_check(const char *text, enum of_group_command command)
{
	struct of_arena arena = of_arena_init(1 << 20);
	static struct of_msg msg;
	struct wbuf b = wbuf_init(1 << 20);
	struct text t = {0};
	char why[OF_WHY_SIZE] = "";
	int rc;

	of_msg_init(&msg, OF13, OFPT_GROUP_MOD, 1);
	rc = of_group_parse(text, command, NULL, &arena, &msg.group_mod, why, sizeof(why));
	refusal_check(rc, why);
	if (rc == 0) {
		of_msg_text(&msg, &t);
		(void)of_msg_pack(&msg, &b);
	}
	text_free(&t);
	wbuf_free(&b);
	of_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct of_flow_stats_request filter;
	char why[OF_WHY_SIZE] = "";
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	flow_check(text, OFPFC_ADD);
	flow_check(text, OFPFC_DELETE);
	group_check(text, OFPGC_ADD);
	group_check(text, OFPGC_DELETE);
	refusal_check(of_flow_filter_parse(text, NULL, &filter, why, sizeof(why)), why);
	free(text);
	return 0;
}
