// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_text.h"
#include "openflow/msg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct of_arena arena;
static struct of_msg msg;

/* What the writer emitted: checked and counted part by part. */
struct heard {
	unsigned n_parts, n_last, n_entries;
	uint64_t next_cookie;
};

static void on_part(void *context, const uint8_t *bytes, size_t len)
{
	struct heard *heard = context;
	struct of_multipart_reader reader;
	union of_multipart_entry entry;
	int rc;

	of_arena_reset(&arena);
	assert_int_equal(of_msg_unpack(bytes, len, &arena, &msg), OF_OK);
	assert_int_equal(msg.type, OFPT_MULTIPART_REPLY);
	assert_int_equal(msg.xid, 77);
	heard->n_parts++;
	assert_int_equal(heard->n_last, 0); /* nothing follows the last part */
	if (!(msg.multipart_reply.flags & OFPMPF_REPLY_MORE))
		heard->n_last++;
	reader = of_multipart_reader_init(OF13, &msg.multipart_reply);
	while ((rc = of_multipart_next(&reader, &arena, &entry)) == 1) {
		assert_true(entry.flow.cookie == heard->next_cookie);
		heard->next_cookie++;
		heard->n_entries++;
	}
	assert_int_equal(rc, 0);
}

static void a_long_list_is_cut_into_parts_in_order(void **state)
{
	static struct of_flow_stats flow;
	struct of_multipart_writer w;
	struct heard heard = {0};

	of_match_init(&flow.match);
	(void)of_match_add_u64(&flow.match, OF_FIELD_IN_PORT, 3);
	of_multipart_writer_init(&w, OF13, 77, OFPMP_FLOW, on_part, &heard);
	for (unsigned i = 0; i < 5000; i++) {
		flow.cookie = i;
		assert_int_equal(of_multipart_writer_add(&w, &flow), 0);
	}
	assert_int_equal(of_multipart_writer_end(&w), 0);
	assert_int_equal(heard.n_entries, 5000);
	assert_int_equal(heard.n_last, 1);
	assert_true(heard.n_parts > 1);
}

static void an_empty_list_is_one_empty_part(void **state)
{
	struct of_multipart_writer w;
	struct heard heard = {0};

	of_multipart_writer_init(&w, OF13, 77, OFPMP_FLOW, on_part, &heard);
	assert_int_equal(of_multipart_writer_end(&w), 0);
	assert_int_equal(heard.n_parts, 1);
	assert_int_equal(heard.n_last, 1);
	assert_int_equal(heard.n_entries, 0);
}

static void what_cannot_be_said_is_left_out_alone(void **state)
{
	static struct of_flow_stats flow;
	static struct of_action many[8000];
	struct of_instruction apply = {.type = OF_INSTRUCTION_APPLY_ACTIONS,
				       .actions = {.n = 8000, .a = many}};
	struct of_multipart_writer w;
	struct heard heard = {0};

	for (unsigned i = 0; i < 8000; i++)
		many[i] = (struct of_action){.type = OF_ACTION_OUTPUT, .output = {.port = 1}};
	of_match_init(&flow.match);
	of_multipart_writer_init(&w, OF13, 77, OFPMP_FLOW, on_part, &heard);
	assert_int_equal(of_multipart_writer_add(&w, &flow), 0);
	/* A field of 1.5 in a reply of 1.3. */
	(void)of_match_add_u64(&flow.match, OF_FIELD_PACKET_TYPE, 0);
	assert_int_equal(of_multipart_writer_add(&w, &flow), -EPROTONOSUPPORT);
	of_match_init(&flow.match);
	flow.instructions = (struct of_instructions){.n = 1, .i = &apply};
	assert_int_equal(of_multipart_writer_add(&w, &flow), -EMSGSIZE);
	flow.instructions.n = 0;
	flow.cookie = 1;
	assert_int_equal(of_multipart_writer_add(&w, &flow), 0);
	assert_int_equal(of_multipart_writer_end(&w), 0);
	assert_int_equal(heard.n_entries, 2);
}

static void a_writer_can_be_given_up(void **state)
{
	struct of_multipart_writer w;
	struct heard heard = {0};

	of_multipart_writer_init(&w, OF13, 77, OFPMP_FLOW, on_part, &heard);
	of_multipart_writer_abort(&w);
	of_multipart_writer_abort(&w);
	assert_int_equal(heard.n_parts, 0);
}

static void a_message_too_large_is_not_packed(void **state)
{
	static uint8_t data[70000];
	struct wbuf b = wbuf_init(200000);

	of_msg_init(&msg, OF13, OFPT_ECHO_REQUEST, 1);
	msg.echo = (struct of_echo){.data = data, .data_len = sizeof(data)};
	assert_int_equal(of_msg_pack(&msg, &b), -EMSGSIZE);
	assert_int_equal(b.len, 0);
	msg.echo.data_len = 65535 - OF_HEADER_SIZE;
	assert_int_equal(of_msg_pack(&msg, &b), 0);
	assert_int_equal(b.len, 65535);
	wbuf_free(&b);
}

static int setup(void **state)
{
	arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	return 0;
}

static int teardown(void **state)
{
	of_arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_list_is_cut_into_parts_in_order),
		cmocka_unit_test(an_empty_list_is_one_empty_part),
		cmocka_unit_test(what_cannot_be_said_is_left_out_alone),
		cmocka_unit_test(a_writer_can_be_given_up),
		cmocka_unit_test(a_message_too_large_is_not_packed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
