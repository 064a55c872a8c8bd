// SPDX-License-Identifier: Apache-2.0
/* The messages that 1.4 and 1.5 brought: bytes in, the same bytes out, and what they mean. */
#include "openflow/flow_text.h"
#include "openflow/msg.h"

#include "tests/unit/openflow/hex.h"
#include "tests/unit/openflow/message_vectors.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define N_VECTORS (sizeof(message_vectors) / sizeof(message_vectors[0]))

static struct of_arena arena;
static struct of_msg msg;
static uint8_t bytes[65536];

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

static size_t unpack_at(size_t i)
{
	size_t len = hex_read(message_vectors[i].hex, bytes, sizeof(bytes));
	enum of_err err;

	of_arena_reset(&arena);
	err = of_msg_unpack(bytes, len, &arena, &msg);
	if (err != OF_OK)
		fail_msg("%s: %s", message_vectors[i].name, of_err_name(err));
	return len;
}

static void unpack(const char *name)
{
	for (size_t i = 0; i < N_VECTORS; i++) {
		if (strcmp(message_vectors[i].name, name) == 0) {
			unpack_at(i);
			return;
		}
	}
	fail_msg("no vector %s", name);
}

static void every_message_packs_to_the_bytes_it_came_from(void **state)
{
	struct wbuf b = wbuf_init(65536);

	for (size_t i = 0; i < N_VECTORS; i++) {
		size_t len = unpack_at(i);

		b.len = 0;
		assert_int_equal(of_msg_pack(&msg, &b), 0);
		if (b.len != len)
			fail_msg("%s: %zu bytes instead of %zu", message_vectors[i].name, b.len,
				 len);
		for (size_t k = 0; k < len; k++)
			if (b.data[k] != bytes[k])
				fail_msg("%s: byte %zu is %02x instead of %02x",
					 message_vectors[i].name, k, b.data[k], bytes[k]);
	}
	wbuf_free(&b);
}

struct part {
	const char *name;
	size_t len;
};

static void on_part(void *context, const uint8_t *part, size_t len)
{
	struct part *whole = context;

	assert_int_equal(len, whole->len);
	for (size_t k = 0; k < len; k++)
		if (part[k] != bytes[k])
			fail_msg("%s: byte %zu is %02x instead of %02x", whole->name, k, part[k],
				 bytes[k]);
	whole->name = NULL;
}

static void every_entry_is_written_as_it_was_read(void **state)
{
	static union of_multipart_entry entry;

	for (size_t i = 0; i < N_VECTORS; i++) {
		struct part part = {.name = message_vectors[i].name, .len = unpack_at(i)};
		struct of_multipart_reader reader;
		struct of_multipart_writer w;

		if (msg.type != OFPT_MULTIPART_REPLY)
			continue;
		reader = of_multipart_reader_init(msg.version, &msg.multipart_reply);
		of_multipart_writer_init(&w, msg.version, msg.xid, msg.multipart_reply.type,
					 on_part, &part);
		while (of_multipart_next(&reader, &arena, &entry) == 1)
			assert_int_equal(of_multipart_writer_add(&w, &entry), 0);
		assert_int_equal(of_multipart_writer_end(&w), 0);
		assert_null(part.name);
	}
}

static void every_message_cut_short_is_refused_or_shorter(void **state)
{
	for (size_t i = 0; i < N_VECTORS; i++) {
		size_t len = hex_read(message_vectors[i].hex, bytes, sizeof(bytes));

		for (size_t cut = 4; cut < len; cut++) {
			uint8_t *exact = malloc(cut);

			memcpy(exact, bytes, cut);
			exact[2] = (uint8_t)(cut >> 8);
			exact[3] = (uint8_t)cut;
			of_arena_reset(&arena);
			(void)of_msg_unpack(exact, cut, &arena, &msg);
			free(exact);
		}
	}
}

static void every_message_has_a_text(void **state)
{
	struct text t = {0};

	for (size_t i = 0; i < N_VECTORS; i++) {
		unpack_at(i);
		text_free(&t);
		of_msg_text(&msg, &t);
		assert_non_null(strstr(text_get(&t), of_msg_type_name(msg.type)));
	}
	text_free(&t);
}

static void bundles_of_onf_are_those_of_1_4(void **state)
{
	static struct of_msg inner;

	unpack("bundle_control_onf");
	assert_int_equal(msg.version, OF13);
	assert_int_equal(msg.type, OFPT_BUNDLE_CONTROL);
	assert_int_equal(msg.bundle_control.bundle_id, 0x22);
	assert_int_equal(msg.bundle_control.type, OFPBCT_OPEN_REQUEST);
	unpack("bundle_add_onf");
	assert_int_equal(msg.type, OFPT_BUNDLE_ADD_MESSAGE);
	assert_int_equal(
		of_msg_unpack(msg.bundle_add.message, msg.bundle_add.message_size, &arena, &inner),
		OF_OK);
	assert_int_equal(inner.type, OFPT_TABLE_MOD);
	assert_int_equal(inner.xid, msg.xid);
	unpack("role_status_onf");
	assert_int_equal(msg.type, OFPT_ROLE_STATUS);
	assert_int_equal(msg.role_status.role, OFPCR_ROLE_SLAVE);
	assert_int_equal(msg.role_status.generation_id, 77);
}

static void a_bundle_can_have_a_time(void **state)
{
	unpack("bundle_commit_at_15");
	assert_true(msg.bundle_control.has_time);
	assert_int_equal(msg.bundle_control.flags, OFPBF_TIME);
	assert_int_equal(msg.bundle_control.time.seconds, 1500000000);
	assert_int_equal(msg.bundle_control.time.nanoseconds, 5000);
	unpack("bundle_features_request_15");
	assert_true(msg.multipart_request.bundle_features.has_time);
	assert_int_equal(msg.multipart_request.bundle_features.timestamp.nanoseconds, 5000);
}

static void buckets_have_ids_and_properties(void **state)
{
	const struct of_group_mod *mod = &msg.group_mod;

	unpack("group_mod_15");
	assert_int_equal(mod->buckets.n, 2);
	assert_int_equal(mod->buckets.b[1].bucket_id, 7);
	assert_int_equal(mod->buckets.b[1].weight, 20);
	assert_int_equal(mod->buckets.b[1].watch_port, 1);
	assert_int_equal(mod->buckets.b[0].watch_port, OFPP_ANY);
	assert_int_equal(mod->buckets.b[1].actions.n, 2);
	unpack("group_mod_ff_15");
	assert_int_equal(mod->buckets.b[0].watch_port, 2);
	assert_int_equal(mod->buckets.b[1].watch_group, 3);
	unpack("group_insert_15");
	assert_int_equal(mod->command, OFPGC_INSERT_BUCKET);
	assert_int_equal(mod->command_bucket_id, OFPG_BUCKET_FIRST);
	assert_int_equal(mod->buckets.b[0].weight, 1); /* what is not said is 1 */
	unpack("group_remove_15");
	assert_int_equal(mod->command, OFPGC_REMOVE_BUCKET);
	assert_int_equal(mod->command_bucket_id, 9);
	unpack("group_mod_14");
	assert_int_equal(mod->command_bucket_id, OFPG_BUCKET_ALL);
	assert_int_equal(mod->buckets.b[1].bucket_id, 1); /* its place */
}

static void features_of_tables_become_sets(void **state)
{
	static struct of_table_features f;
	struct cursor c;

	unpack("table_features_set_15");
	c = cursor_init(msg.multipart_request.table_features.data,
			msg.multipart_request.table_features.size);
	assert_int_equal(of_table_features_unpack(&c, OF15, &f), OF_OK);
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(f.table_id, 1);
	assert_int_equal(f.command, OFPTFC_MODIFY);
	assert_int_equal(f.features, OFPTFF_EGRESS_TABLE | OFPTFF_FIRST_EGRESS);
	assert_int_equal(f.max_entries, 1000);
	assert_int_equal(f.unknown, 0);
	assert_true(f.ethernet);
	assert_int_equal(f.apply_actions[0], 1u << OF_ACTION_OUTPUT | 1u << OF_ACTION_SET_FIELD);
	assert_true(of_table_set_has(&f.next[0], 253));
	assert_false(of_table_set_has(&f.next[0], 4));
	assert_true(of_field_set_has(&f.match, OF_FIELD_ETH_DST));
	assert_true(of_field_set_has(&f.match_mask, OF_FIELD_ETH_DST));
	assert_false(of_field_set_has(&f.match_mask, OF_FIELD_IN_PORT));
	assert_false(of_field_set_has(&f.wildcards, OF_FIELD_ETH_TYPE));
	assert_true(of_field_set_has(&f.write_copy[0], OF_FIELD_ETH_DST));
	assert_false(f.present & 1u << OFPTFPT_INSTRUCTIONS_MISS);
}

static void what_an_older_version_cannot_say_is_left_out(void **state)
{
	static struct of_table_features f, again;
	struct wbuf b = wbuf_init(65536);
	struct cursor c;

	f = (struct of_table_features){
		.present = 1u << OFPTFPT_APPLY_ACTIONS | 1u << OFPTFPT_APPLY_COPYFIELD |
			   1u << OFPTFPT_MATCH | 1u << OFPTFPT_TABLE_SYNC_FROM,
		.apply_actions = {1u << OF_ACTION_OUTPUT | 1u << OF_ACTION_METER, 0},
	};
	of_field_set_add(&f.match, OF_FIELD_ETH_TYPE);
	of_field_set_add(&f.match, OF_FIELD_PACKET_TYPE);
	assert_int_equal(of_table_features_pack(&f, OF13, &b), 0);
	c = cursor_init(b.data, b.len);
	assert_int_equal(of_table_features_unpack(&c, OF13, &again), OF_OK);
	assert_int_equal(again.present, 1u << OFPTFPT_APPLY_ACTIONS | 1u << OFPTFPT_MATCH);
	assert_int_equal(again.apply_actions[0], 1u << OF_ACTION_OUTPUT);
	assert_false(of_field_set_has(&again.match, OF_FIELD_PACKET_TYPE));
	assert_int_equal(again.unknown, 0);
	wbuf_free(&b);
	/* Nor can 1.4 say a bundle's time, or 1.3 how a table evicts. */
	b = wbuf_init(65536);
	unpack("bundle_commit_at_15");
	msg.version = OF14;
	assert_int_equal(of_msg_pack(&msg, &b), -EPROTONOSUPPORT);
	unpack("table_mod_15");
	msg.version = OF13;
	assert_int_equal(of_msg_pack(&msg, &b), -EPROTONOSUPPORT);
	unpack("group_remove_15");
	msg.version = OF14;
	assert_int_equal(of_msg_pack(&msg, &b), -EPROTONOSUPPORT);
	unpack("controller_status_15");
	msg.version = OF14;
	assert_int_equal(of_msg_pack(&msg, &b), -EPROTONOSUPPORT);
	wbuf_free(&b);
}

#define TABLE_FEATURES                                                                             \
	"01 00 00000000 6100000000000000000000000000000000000000000000000000000000000000 "         \
	"ffffffffffffffff ffffffffffffffff 00000000 00000000 "

static const struct {
	const char *what;
	const char *hex; /* a length of 0 in the header is filled in */
	enum of_err err;
} malformed[] = {
	{"bundle control cut short", "0521 0000 00000001 00000001 0000", OFPBRC_BAD_LEN},
	{"bundle property of an experimenter",
	 "0521 0000 00000001 00000001 00000000 ffff 000c 00000001 00000002 00000000",
	 OFPBPC_BAD_EXPERIMENTER},
	{"bundle time in 1.4",
	 "0521 0000 00000001 00000001 00000000 0001 0018 00000000 0000000000000001 00000001 "
	 "00000000",
	 OFPBPC_BAD_TYPE},
	{"bundle time twice",
	 "0621 0000 00000001 00000001 00000000 0001 0018 00000000 0000000000000001 00000001 "
	 "00000000 0001 0018 00000000 0000000000000001 00000001 00000000",
	 OFPBPC_DUP_TYPE},
	{"bundle time cut short",
	 "0621 0000 00000001 00000001 00000000 0001 0010 00000000 0000000000000001",
	 OFPBPC_BAD_LEN},
	{"bundle time of two seconds in nanoseconds",
	 "0621 0000 00000001 00000001 00000000 0001 0018 00000000 0000000000000001 77359400 "
	 "00000000",
	 OFPBPC_BAD_VALUE},
	{"property longer than the message",
	 "0621 0000 00000001 00000001 00000000 0001 0020 00000000", OFPBPC_BAD_LEN},
	{"property shorter than its header",
	 "0621 0000 00000001 00000001 00000000 0001 0000 00000000", OFPBPC_BAD_LEN},
	{"bundled message longer than the bundle's",
	 "0522 0000 00000001 00000001 00000001 0502 0010 00000001", OFPBFC_MSG_BAD_LEN},
	{"bundled message without a header", "0522 0000 00000001 00000001 00000001 05020008",
	 OFPBFC_MSG_BAD_LEN},
	{"bundle numbers in 1.3", "0421 0000 00000001 00000001 00000000", OFPBRC_BAD_TYPE},
	{"controller status in 1.4", "0523 0000 00000001 0010 0001 00000001 00 00 000000000000",
	 OFPBRC_BAD_TYPE},
	{"controller status of another length",
	 "0623 0000 00000001 0018 0001 00000001 00 00 000000000000", OFPBRC_BAD_LEN},
	{"role status of an unknown role", "051e 0000 00000001 00000009 00 000000 0000000000000001",
	 OFPRRFC_BAD_ROLE},
	{"table mod with half a property",
	 "0511 0000 00000001 01 000000 00000004 0002 0006 00000000", OFPBPC_BAD_LEN},
	{"table mod with an unknown property",
	 "0511 0000 00000001 01 000000 00000004 0009 0008 00000000", OFPBPC_BAD_TYPE},
	{"table mod with a property in 1.3",
	 "0411 0000 00000001 01 000000 00000004 0002 0008 00000000", OFPBRC_BAD_LEN},
	{"forwarded request of another length",
	 "0520 0000 00000001 051d 0018 00000001 0002000000000001", OFPBRC_BAD_LEN},
	{"insert bucket in 1.4", "050f 0000 00000001 0003 00 00 00000001", OFPGMFC_BAD_COMMAND},
	{"group command 4", "060f 0000 00000001 0004 00 00 00000001 0000 0000 ffffffff",
	 OFPGMFC_BAD_COMMAND},
	{"buckets beyond the message", "060f 0000 00000001 0000 00 00 00000001 0010 0000 ffffffff",
	 OFPGMFC_BAD_BUCKET},
	{"actions beyond the bucket",
	 "060f 0000 00000001 0000 00 00 00000001 0008 0000 ffffffff 0008 0010 00000001",
	 OFPGMFC_BAD_BUCKET},
	{"a reserved bucket id",
	 "060f 0000 00000001 0000 00 00 00000001 0008 0000 ffffffff 0008 0000 fffffffe",
	 OFPGMFC_BAD_BUCKET},
	{"a weight twice",
	 "060f 0000 00000001 0000 01 00 00000001 0018 0000 ffffffff 0018 0000 00000001 "
	 "0000 0008 0001 0000 0000 0008 0001 0000",
	 OFPBPC_DUP_TYPE},
	{"a weight of another length",
	 "060f 0000 00000001 0000 01 00 00000001 0010 0000 ffffffff 0010 0000 00000001 "
	 "0000 0006 0001 0000",
	 OFPBPC_BAD_LEN},
	{"an unknown property of a group",
	 "060f 0000 00000001 0000 01 00 00000001 0000 0000 ffffffff ffff 000c 0000154d 00000001 "
	 "00000000",
	 OFPBPC_BAD_EXPERIMENTER},
	{"removing with buckets",
	 "060f 0000 00000001 0005 00 00 00000001 0008 0000 ffffffff 0008 0000 00000001",
	 OFPGMFC_BAD_BUCKET},
	{"meter command 3", "061d 0000 00000001 0003 0001 00000001", OFPMMFC_BAD_COMMAND},
	{"meter band longer than the message",
	 "061d 0000 00000001 0000 0001 00000001 ffff 0020 00000001 00000001 00000000",
	 OFPBRC_BAD_LEN},
	{"meter band of an unknown type",
	 "061d 0000 00000001 0000 0001 00000001 0009 0010 00000001 00000001 00000000",
	 OFPMMFC_BAD_BAND},
	{"flow monitor in 1.3", "0412 0000 00000001 0010 0000 00000000", OFPBRC_BAD_MULTIPART},
	{"half a flow monitor", "0512 0000 00000001 0010 0000 00000000 0000000100000000",
	 OFPBRC_BAD_LEN},
	{"flow monitor with a bad match",
	 "0512 0000 00000001 0010 0000 00000000 00000001 ffffffff ffffffff 0001 ff 00 "
	 "0001 0008 80000603",
	 OFPBMC_BAD_LEN},
	{"flow update of an unknown event",
	 "0513 0000 00000001 0010 0000 00000000 0008 0009 00000000", OFPBRC_BAD_LEN},
	{"bundle features in 1.4", "0512 0000 00000001 0013 0000 00000000 00000000 00000000",
	 OFPBRC_BAD_MULTIPART},
	{"table features shorter than an entry",
	 "0412 0000 00000001 000c 0000 00000000 0020 01 0000000000", OFPTFFC_BAD_LEN},
	{"the same in 1.4", "0512 0000 00000001 000c 0000 00000000 0020 01 0000000000",
	 OFPBRC_BAD_LEN},
	{"table features with half a property",
	 "0412 0000 00000001 000c 0000 00000000 0048" TABLE_FEATURES "0000 0010 00000000",
	 OFPTFFC_BAD_LEN},
	{"the same in 1.5",
	 "0612 0000 00000001 000c 0000 00000000 0048" TABLE_FEATURES "0000 0010 00000000",
	 OFPBPC_BAD_LEN},
	{"table features with half an instruction",
	 "0412 0000 00000001 000c 0000 00000000 0048" TABLE_FEATURES "0000 0006 0001 0000",
	 OFPTFFC_BAD_LEN},
	{"table features with a property twice",
	 "0512 0000 00000001 000c 0000 00000000 0050" TABLE_FEATURES
	 "0000 0004 00000000 0000 0004 00000000",
	 OFPBPC_DUP_TYPE},
	{"table features with a field of another length",
	 "0512 0000 00000001 000c 0000 00000000 0048" TABLE_FEATURES "0008 0008 80000003",
	 OFPBPC_BAD_LEN},
};

static void each_malformed_message_has_its_error(void **state)
{
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		size_t len = hex_read(malformed[i].hex, bytes, sizeof(bytes));
		uint8_t *exact = malloc(len + (len == 0)); /* a sanitizer sees reads beyond */
		enum of_err err;

		memcpy(exact, bytes, len);
		exact[3] = (uint8_t)len;
		of_arena_reset(&arena);
		err = of_msg_unpack(exact, len, &arena, &msg);
		free(exact);
		if (err != malformed[i].err)
			fail_msg("%s: %s instead of %s", malformed[i].what, of_err_name(err),
				 of_err_name(malformed[i].err));
	}
}

static void meters_read_as_they_print(void **state)
{
	static const char *const meters[] = {
		"meter=1 kbps bands=\ntype=drop rate=1000",
		"meter=7 pktps burst stats bands=\ntype=drop rate=1000 burst_size=100\n"
		"type=dscp_remark rate=500 burst_size=0 prec_level=2",
		"meter=controller kbps bands=\ntype=drop rate=5",
	};
	char why[OF_WHY_SIZE];

	for (size_t i = 0; i < sizeof(meters) / sizeof(meters[0]); i++) {
		struct of_meter_mod mod;
		struct text t = {0};

		of_arena_reset(&arena);
		if (of_meter_parse(meters[i], OFPMC_ADD, &arena, &mod, why, sizeof(why)) != 0)
			fail_msg("%s: %s", meters[i], why);
		of_meter_text(&mod.meter, &t);
		assert_string_equal(text_get(&t), meters[i]);
		text_free(&t);
	}
}

static void meters_that_say_too_little_are_refused(void **state)
{
	static const char *const meters[] = {
		"kbps,bands=type=drop,rate=1",
		"meter=1,bands=type=drop,rate=1",
		"meter=1,kbps",
		"meter=0,kbps,bands=type=drop,rate=1",
		"meter=1,kbps,bands=rate=1",
		"meter=1,kbps,bands=type=drop",
		"meter=1,kbps,bands=type=colour,rate=1",
		"meter=1,kbps,burst,bands=type=drop,rate=1",
		"meter=1,kbps,bands=type=drop,rate=1,burst_size=1",
		"meter=1,kbps,bands=type=dscp_remark,rate=1",
		"meter=1,mbps,bands=type=drop,rate=1",
	};
	char why[OF_WHY_SIZE];
	struct of_meter_mod mod;

	for (size_t i = 0; i < sizeof(meters) / sizeof(meters[0]); i++) {
		of_arena_reset(&arena);
		why[0] = '\0';
		if (of_meter_parse(meters[i], OFPMC_ADD, &arena, &mod, why, sizeof(why)) != -EINVAL)
			fail_msg("%s was taken", meters[i]);
		assert_true(why[0] != '\0');
	}
	assert_int_equal(of_meter_parse("all", OFPMC_DELETE, &arena, &mod, why, sizeof(why)), 0);
	assert_int_equal(mod.meter.meter_id, OFPM_ALL);
}

static void buckets_are_inserted_and_removed_by_text(void **state)
{
	char why[OF_WHY_SIZE];
	struct of_group_mod mod;

	of_arena_reset(&arena);
	assert_int_equal(of_group_parse("group_id=3,command_bucket_id=first,bucket=bucket_id:4,"
					"weight:2,actions=output:1",
					OFPGC_INSERT_BUCKET, NULL, &arena, &mod, why, sizeof(why)),
			 0);
	assert_int_equal(mod.command_bucket_id, OFPG_BUCKET_FIRST);
	assert_int_equal(mod.buckets.b[0].bucket_id, 4);
	assert_int_equal(mod.buckets.b[0].weight, 2);
	assert_int_equal(of_group_parse("group_id=3,command_bucket_id=4", OFPGC_REMOVE_BUCKET, NULL,
					&arena, &mod, why, sizeof(why)),
			 0);
	assert_int_equal(mod.command_bucket_id, 4);
	assert_int_equal(of_group_parse("group_id=3,command_bucket_id=4,bucket=actions=drop",
					OFPGC_ADD, NULL, &arena, &mod, why, sizeof(why)),
			 -EINVAL);
	assert_int_equal(of_group_parse("group_id=3,type=select,selection_method=hash,"
					"bucket=actions=output:1",
					OFPGC_ADD, NULL, &arena, &mod, why, sizeof(why)),
			 -EINVAL);
	assert_non_null(strstr(why, "selection_method"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_packs_to_the_bytes_it_came_from),
		cmocka_unit_test(every_entry_is_written_as_it_was_read),
		cmocka_unit_test(every_message_cut_short_is_refused_or_shorter),
		cmocka_unit_test(every_message_has_a_text),
		cmocka_unit_test(bundles_of_onf_are_those_of_1_4),
		cmocka_unit_test(a_bundle_can_have_a_time),
		cmocka_unit_test(buckets_have_ids_and_properties),
		cmocka_unit_test(features_of_tables_become_sets),
		cmocka_unit_test(what_an_older_version_cannot_say_is_left_out),
		cmocka_unit_test(each_malformed_message_has_its_error),
		cmocka_unit_test(meters_read_as_they_print),
		cmocka_unit_test(meters_that_say_too_little_are_refused),
		cmocka_unit_test(buckets_are_inserted_and_removed_by_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
