// SPDX-License-Identifier: Apache-2.0
#include "openflow/err_wire.h"
#include "openflow/msg.h"

#include "tests/unit/openflow/hex.h"
#include "tests/unit/openflow/vectors_by_version.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define N_VECTORS (sizeof(version_vectors) / sizeof(version_vectors[0]))

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

static size_t vector_unpack(const struct vector *vector)
{
	size_t len = hex_read(vector->hex, bytes, sizeof(bytes));
	enum of_err err;

	of_arena_reset(&arena);
	err = of_msg_unpack(bytes, len, &arena, &msg);
	if (err != OF_OK)
		fail_msg("%s: %s", vector->name, of_err_name(err));
	return len;
}

static void unpack_vector(const char *name)
{
	for (size_t i = 0; i < N_VECTORS; i++) {
		if (strcmp(version_vectors[i].name, name) == 0) {
			(void)vector_unpack(&version_vectors[i]);
			return;
		}
	}
	fail_msg("no vector %s", name);
}

static void bytes_equal(const char *name, const struct wbuf *b, size_t len)
{
	if (b->len != len)
		fail_msg("%s: %zu bytes instead of %zu", name, b->len, len);
	for (size_t k = 0; k < len; k++)
		if (b->data[k] != bytes[k])
			fail_msg("%s: byte %zu is %02x instead of %02x", name, k, b->data[k],
				 bytes[k]);
}

static void on_part(void *context, const uint8_t *part, size_t len)
{
	wbuf_put(context, part, len);
}

static void every_message_packs_to_the_bytes_it_came_from(void **state)
{
	struct wbuf b = wbuf_init(65536);

	for (size_t i = 0; i < N_VECTORS; i++) {
		size_t len = vector_unpack(&version_vectors[i]);
		int rc;

		b.len = 0;
		rc = of_msg_pack(&msg, &b);
		if (rc != 0)
			fail_msg("%s: %s", version_vectors[i].name, strerror(-rc));
		bytes_equal(version_vectors[i].name, &b, len);
	}
	wbuf_free(&b);
}

static void every_reply_is_written_again_entry_by_entry(void **state)
{
	struct wbuf b = wbuf_init(65536);

	for (size_t i = 0; i < N_VECTORS; i++) {
		size_t len = vector_unpack(&version_vectors[i]);
		struct of_multipart_reader reader;
		struct of_multipart_writer w;
		static union of_multipart_entry entry;

		if (msg.type != OFPT_MULTIPART_REPLY)
			continue;
		reader = of_multipart_reader_init(msg.version, &msg.multipart_reply);
		b.len = 0;
		of_multipart_writer_init(&w, msg.version, msg.xid, reader.type, on_part, &b);
		while (of_multipart_next(&reader, &arena, &entry) == 1)
			assert_int_equal(of_multipart_writer_add(&w, &entry), 0);
		assert_int_equal(of_multipart_writer_end(&w), 0);
		/* The last part has no REPLY_MORE. */
		bytes[11] = b.data[11];
		bytes[10] = b.data[10];
		bytes_equal(version_vectors[i].name, &b, len);
	}
	wbuf_free(&b);
}

static void every_message_cut_short_is_refused_or_read_within_its_bounds(void **state)
{
	for (size_t i = 0; i < N_VECTORS; i++) {
		size_t len = hex_read(version_vectors[i].hex, bytes, sizeof(bytes));

		for (size_t cut = OF_HEADER_SIZE; cut < len; cut++) {
			uint8_t *copy = malloc(cut);

			memcpy(copy, bytes, cut);
			copy[2] = (uint8_t)(cut >> 8);
			copy[3] = (uint8_t)cut;
			of_arena_reset(&arena);
			(void)of_msg_unpack(copy, cut, &arena, &msg);
			free(copy);
		}
	}
}

static void fields_of_1_0_mean_those_of_later_versions(void **state)
{
	static const struct {
		const char *vector;
		enum of_field field;
		uint64_t value, mask; /* mask 0: all bits */
	} rows[] = {
		{"l2", OF_FIELD_IN_PORT, 7, 0},
		{"l2", OF_FIELD_ETH_SRC, 0x020102030405, 0},
		{"l2", OF_FIELD_ETH_DST, 0xffffffffffff, 0},
		{"no_vlan", OF_FIELD_VLAN_VID, OFPVID_NONE, 0},
		{"vlan", OF_FIELD_VLAN_VID, OFPVID_PRESENT | 10, 0},
		{"vlan", OF_FIELD_VLAN_PCP, 5, 0},
		{"vlan_pcp_only", OF_FIELD_VLAN_VID, OFPVID_PRESENT, OFPVID_PRESENT},
		{"vlan_pcp_only", OF_FIELD_VLAN_PCP, 3, 0},
		{"tcp", OF_FIELD_ETH_TYPE, 0x0800, 0},
		{"tcp", OF_FIELD_IP_PROTO, 6, 0},
		{"tcp", OF_FIELD_IPV4_SRC, 0x0a010200, 0xffffff00},
		{"tcp", OF_FIELD_IPV4_DST, 0x0a000001, 0},
		{"tcp", OF_FIELD_TCP_SRC, 1234, 0},
		{"tcp", OF_FIELD_TCP_DST, 80, 0},
		{"udp", OF_FIELD_UDP_DST, 53, 0},
		{"udp", OF_FIELD_IP_DSCP, 46, 0},
		{"icmp", OF_FIELD_ICMPV4_TYPE, 8, 0},
		{"icmp", OF_FIELD_ICMPV4_CODE, 0, 0},
		{"arp", OF_FIELD_ARP_OP, 1, 0},
		{"arp", OF_FIELD_ARP_SPA, 0x0a000001, 0},
		{"arp", OF_FIELD_ARP_TPA, 0x0a010000, 0xffff0000},
		{"local", OF_FIELD_IN_PORT, OFPP_LOCAL, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct of_match_field *f;
		char name[64];

		snprintf(name, sizeof(name), "of10_flow_mod_%s", rows[i].vector);
		unpack_vector(name);
		assert_int_equal(of_match_check(&msg.flow_mod.match), OF_OK);
		f = of_match_find(&msg.flow_mod.match, rows[i].field);
		assert_non_null(f);
		assert_int_equal(of_match_field_value(f), rows[i].value);
		assert_int_equal(f->masked, rows[i].mask != 0);
		if (f->masked)
			assert_int_equal(of_match_field_mask(f), rows[i].mask);
	}
}

static void fields_of_1_0_without_their_protocol_are_ignored(void **state)
{
	unpack_vector("of10_flow_mod_tcp");
	assert_int_equal(msg.flow_mod.match.n, 6);
	/* The same bytes with the protocol's type left open. */
	bytes[8 + 3] |= 0x10;
	of_arena_reset(&arena);
	assert_int_equal(of_msg_unpack(bytes, (size_t)(bytes[2] << 8 | bytes[3]), &arena, &msg),
			 OF_OK);
	assert_int_equal(msg.flow_mod.match.n, 0);
}

static void a_match_of_1_0_without_wildcards_goes_before_all(void **state)
{
	unpack_vector("of10_flow_mod_any");
	assert_int_equal(msg.flow_mod.priority, 100);
	memset(bytes + 8, 0, 4);
	of_arena_reset(&arena);
	assert_int_equal(of_msg_unpack(bytes, (size_t)(bytes[2] << 8 | bytes[3]), &arena, &msg),
			 OF_OK);
	assert_int_equal(msg.flow_mod.priority, UINT16_MAX);
}

static void actions_of_1_0_keep_what_they_mean(void **state)
{
	const struct of_action *a;

	unpack_vector("of10_flow_mod_every_action");
	assert_int_equal(msg.flow_mod.instructions.n, 1);
	a = msg.flow_mod.instructions.i[0].actions.a;
	assert_int_equal(a[0].type, OF_ACTION_SET_VLAN_VID);
	assert_int_equal(a[0].vlan_vid, 10);
	assert_int_equal(a[1].type, OF_ACTION_SET_VLAN_PCP);
	assert_int_equal(a[2].type, OF_ACTION_POP_VLAN);
	assert_int_equal(a[7].set_field.field, OF_FIELD_IP_DSCP);
	assert_int_equal(a[7].set_field.value[0], 46);
	assert_int_equal(a[8].set_field.field, OF_FIELD_TCP_SRC);
	assert_true(a[8].of10);
	assert_int_equal(a[10].type, OF_ACTION_ENQUEUE);
	assert_int_equal(a[10].enqueue.queue_id, 4);
	assert_int_equal(a[11].output.port, OFPP_IN_PORT);
}

/* What a switch keeps reads back as it was, whichever version told it. */
static void instructions_are_kept_whole_whatever_their_version(void **state)
{
	static const char *const names[] = {"of10_flow_mod_every_action", "of14_flow_mod",
					    "of15_flow_mod_new_actions"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct of_instructions kept;
		struct wbuf b = wbuf_init(65536), again = wbuf_init(65536);
		struct cursor c;

		unpack_vector(names[i]);
		assert_int_equal(of_instructions_pack(&msg.flow_mod.instructions, OF_STORED, &b),
				 0);
		c = cursor_init(b.data, b.len);
		assert_int_equal(of_instructions_unpack(&c, OF_STORED, &arena, &kept), OF_OK);
		assert_true(of_instructions_equal(&kept, &msg.flow_mod.instructions));
		assert_int_equal(of_instructions_pack(&kept, OF_STORED, &again), 0);
		assert_int_equal(again.len, b.len);
		assert_memory_equal(again.data, b.data, b.len);
		wbuf_free(&b);
		wbuf_free(&again);
	}
}

/* An instruction until 1.4, an action in 1.5. */
static void a_meter_is_said_as_each_version_says_it(void **state)
{
	static const uint8_t instruction[] = {0, 6, 0, 8, 0, 0, 0, 3};
	struct cursor c = cursor_init(instruction, sizeof(instruction));
	struct wbuf b = wbuf_init(4096), back = wbuf_init(4096);
	struct of_instructions in;

	assert_int_equal(of_instructions_unpack(&c, OF13, &arena, &in), OF_OK);
	assert_int_equal(of_instructions_pack(&in, OF15, &b), 0);
	c = cursor_init(b.data, b.len);
	assert_int_equal(of_instructions_unpack(&c, OF15, &arena, &in), OF_OK);
	assert_int_equal(in.i[0].type, OF_INSTRUCTION_APPLY_ACTIONS);
	assert_int_equal(in.i[0].actions.a[0].type, OF_ACTION_METER);
	assert_int_equal(in.i[0].actions.a[0].meter_id, 3);
	assert_int_equal(of_instructions_pack(&in, OF13, &back), 0);
	assert_int_equal(back.len, sizeof(instruction));
	assert_memory_equal(back.data, instruction, sizeof(instruction));
	wbuf_free(&b);
	wbuf_free(&back);
}

/* Bytes put over a vector's, and what that is refused with. */
static void each_malformed_message_has_the_error_of_its_version(void **state)
{
	static const struct {
		const char *vector;
		size_t at;
		const char *hex;
		enum of_err err;
	} rows[] = {
		{"of10_flow_mod_any", 57, "05", OFPFMFC_BAD_COMMAND},
		{"of10_flow_mod_any", 70, "0004", OFPFMFC_BAD_TIMEOUT},
		{"of10_flow_mod_any", 58, "00000000 0064 ffffffff ffff 0004", OFPFMFC_TABLE_FULL},
		{"of10_flow_mod_any", 72, "000c", OFPBAC_BAD_TYPE},
		{"of10_flow_mod_any", 72, "00000010", OFPBAC_BAD_LEN},
		{"of10_flow_mod_any", 72, "0004", OFPBAC_BAD_LEN},
		{"of10_flow_mod_any", 76, "0000", OFPBAC_BAD_OUT_PORT},
		{"of10_flow_mod_any", 76, "ffff", OFPBAC_BAD_OUT_PORT},
		{"of10_flow_mod_any", 72, "000100081000", OFPBAC_BAD_ARGUMENT},
		{"of10_flow_mod_any", 72, "0002000808", OFPBAC_BAD_ARGUMENT},
		{"of10_flow_mod_any", 72, "0008000801", OFPBAC_BAD_ARGUMENT},
		{"of10_desc_request", 8, "0006", OFPBRC_BAD_MULTIPART},
		{"of14_desc_request", 8, "0011", OFPBRC_BAD_MULTIPART},
		{"of14_flow_mod", 25, "05", OFPFMFC_BAD_COMMAND},
		{"of14_flow_mod", 44, "0020", OFPFMFC_BAD_FLAGS},
		{"of14_flow_mod", 88, "0007", OFPBIC_UNKNOWN_INST},
		{"of15_flow_mod", 88, "0006", OFPBIC_UNSUP_INST},
		{"of14_flow_mod", 88, "0006", OFPBIC_BAD_LEN},
		{"of14_port_mod", 32, "0001", OFPBPC_BAD_TYPE},
		{"of14_port_mod", 32, "ffff", OFPBPC_BAD_EXPERIMENTER},
		{"of14_port_mod", 34, "0003", OFPBPC_BAD_LEN},
		{"of14_port_mod", 34, "000c", OFPBPC_BAD_LEN},
		{"of14_set_async", 8, "0010", OFPBPC_BAD_TYPE},
		{"of14_set_async", 8, "000c", OFPBPC_BAD_TYPE},
		{"of14_set_async", 8, "ffff", OFPBPC_BAD_EXPERIMENTER},
		{"of14_set_async", 16, "0000", OFPBPC_DUP_TYPE},
		{"of14_set_async", 12, "00000100", OFPACFC_INVALID},
		{"of15_role_request", 8, "00000004", OFPRRFC_BAD_ROLE},
		{"of15_packet_out_pipeline", 28, "80004c08", OFPBMC_DUP_FIELD},
		{"of15_flow_mod_new_actions", 124, "0021", OFPBAC_BAD_SET_LEN},
		{"of15_flow_mod_new_actions", 124, "0000", OFPBAC_BAD_SET_LEN},
		{"of15_flow_mod_new_actions", 120, "001e", OFPBAC_BAD_TYPE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len, size;
		enum of_err err;

		unpack_vector(rows[i].vector);
		len = (size_t)(bytes[2] << 8 | bytes[3]);
		size = hex_read(rows[i].hex, bytes + rows[i].at, len - rows[i].at);
		assert_true(size > 0);
		of_arena_reset(&arena);
		err = of_msg_unpack(bytes, len, &arena, &msg);
		if (err != rows[i].err)
			fail_msg("%s at %zu: %s instead of %s", rows[i].vector, rows[i].at,
				 of_err_name(err), of_err_name(rows[i].err));
	}
}

static void a_packet_out_of_1_5_names_its_port_and_pipeline_fields_only(void **state)
{
	static const struct {
		const char *hex;
		enum of_err err;
	} rows[] = {
		{"060d0020 00000001 ffffffff 00000000 00010010 80000408 0000000000000005",
		 OFPBRC_BAD_PORT},
		{"060d0028 00000001 ffffffff 00000000 00010012 80000004 00000001 80000a02 0800"
		 "000000000000",
		 OFPBRC_PIPELINE_FIELDS_ONLY},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = hex_read(rows[i].hex, bytes, sizeof(bytes));

		of_arena_reset(&arena);
		assert_int_equal(of_msg_unpack(bytes, len, &arena, &msg), rows[i].err);
	}
	unpack_vector("of15_packet_out_pipeline");
	assert_int_equal(msg.packet_out.in_port, 4);
	assert_int_equal(of_match_get_u64(&msg.packet_out.match, OF_FIELD_METADATA, 0), 5);
	assert_null(of_match_find(&msg.packet_out.match, OF_FIELD_IN_PORT));
}

/* The foundation's extension 320 in 1.3 and 1.4, an action of its own in 1.5. */
static void a_copy_of_a_field_is_said_as_each_version_says_it(void **state)
{
	static const char of13[] =
		"ffff0020 4f4e4600 0c80 0000 0020 0000 0000 0000 80001604 80001804"
		"00000000";
	size_t len = hex_read(of13, bytes, sizeof(bytes));
	struct cursor c = cursor_init(bytes, len);
	struct wbuf b = wbuf_init(4096), back = wbuf_init(4096);
	struct of_actions actions;

	assert_int_equal(of_actions_unpack(&c, len, OF13, &arena, &actions), OF_OK);
	assert_int_equal(actions.a[0].type, OF_ACTION_COPY_FIELD);
	assert_int_equal(actions.a[0].copy_field.from, OF_FIELD_IPV4_SRC);
	assert_int_equal(actions.a[0].copy_field.to, OF_FIELD_IPV4_DST);
	assert_int_equal(actions.a[0].copy_field.n_bits, 32);
	assert_int_equal(of_actions_pack(&actions, OF15, &b), 0);
	assert_int_equal(b.len, 24);
	assert_int_equal(b.data[1], OF_ACTION_COPY_FIELD);
	c = cursor_init(b.data, b.len);
	assert_int_equal(of_actions_unpack(&c, b.len, OF15, &arena, &actions), OF_OK);
	assert_int_equal(of_actions_pack(&actions, OF13, &back), 0);
	assert_int_equal(back.len, len);
	assert_memory_equal(back.data, bytes, len);
	wbuf_free(&b);
	wbuf_free(&back);
}

/* What 1.0 says by one action, later versions say by two, or by a set_field. */
static void actions_of_1_0_are_told_in_later_versions(void **state)
{
	struct of_actions actions;
	struct wbuf b = wbuf_init(4096);
	struct cursor c;

	unpack_vector("of10_flow_mod_every_action");
	actions = msg.flow_mod.instructions.i[0].actions;
	assert_int_equal(of_actions_pack(&actions, OF13, &b), 0);
	c = cursor_init(b.data, b.len);
	assert_int_equal(of_actions_unpack(&c, b.len, OF13, &arena, &actions), OF_OK);
	assert_int_equal(actions.n, 16);
	assert_int_equal(actions.a[0].type, OF_ACTION_SET_FIELD);
	assert_int_equal(actions.a[0].set_field.field, OF_FIELD_VLAN_VID);
	assert_int_equal(actions.a[10].type, OF_ACTION_SET_QUEUE);
	assert_int_equal(actions.a[11].type, OF_ACTION_OUTPUT);
	assert_int_equal(actions.a[11].output.port, 3);
	wbuf_free(&b);
}

static void a_port_set_by_1_0_is_that_of_the_protocol_that_the_match_asks_for(void **state)
{
	const struct of_action *a;

	unpack_vector("of10_flow_mod_every_action");
	bytes[8 + 25] = 17; /* nw_proto */
	of_arena_reset(&arena);
	assert_int_equal(of_msg_unpack(bytes, (size_t)(bytes[2] << 8 | bytes[3]), &arena, &msg),
			 OF_OK);
	a = msg.flow_mod.instructions.i[0].actions.a;
	assert_int_equal(a[8].set_field.field, OF_FIELD_UDP_SRC);
	assert_int_equal(a[9].set_field.field, OF_FIELD_UDP_DST);
}

/* Open vSwitch tells the ports of 1.0 so, too. */
static void ports_are_described_in_1_0_too(void **state)
{
	struct of_multipart_writer w;
	struct of_port port = {.port_no = OFPP_LOCAL,
			       .name = "br0",
			       .config = OFPPC_NO_FLOOD,
			       .state = OFPPS_LINK_DOWN | OFPPS_LIVE,
			       .curr = OFPPF_10GB_FD | OFPPF_FIBER | OFPPF_1TB_FD};
	struct of_multipart_reader reader;
	union of_multipart_entry entry;
	struct wbuf b = wbuf_init(65536);

	of_multipart_writer_init(&w, OF10, 1, OFPMP_PORT_DESC, on_part, &b);
	assert_int_equal(of_multipart_writer_add(&w, &port), 0);
	assert_int_equal(of_multipart_writer_end(&w), 0);
	assert_int_equal(b.len, 12 + 48);
	assert_int_equal(of_msg_unpack(b.data, b.len, &arena, &msg), OF_OK);
	reader = of_multipart_reader_init(OF10, &msg.multipart_reply);
	assert_int_equal(of_multipart_next(&reader, &arena, &entry), 1);
	assert_int_equal(entry.port_desc.port_no, OFPP_LOCAL);
	assert_int_equal(entry.port_desc.config, OFPPC_NO_FLOOD);
	assert_int_equal(entry.port_desc.state, OFPPS_LINK_DOWN);
	assert_int_equal(entry.port_desc.curr, OFPPF_10GB_FD | OFPPF_FIBER);
	wbuf_free(&b);
}

static void masks_that_a_message_does_not_name_stay(void **state)
{
	/* packet_in as slave only */
	static const char hex[] = "051c0010 00000001 0000 0008 00000001";
	struct of_async async = {.packet_in_mask = {7, 0}, .role_status_mask = {1, 1}};
	size_t len = hex_read(hex, bytes, sizeof(bytes));

	of_arena_reset(&arena);
	assert_int_equal(of_msg_unpack(bytes, len, &arena, &msg), OF_OK);
	of_async_merge(&async, &msg.async);
	assert_int_equal(async.packet_in_mask[0], 7);
	assert_int_equal(async.packet_in_mask[1], 1);
	assert_int_equal(async.role_status_mask[1], 1);
}

static void errors_have_the_numbers_of_their_version(void **state)
{
	static const struct {
		enum of_err err;
		enum of_version version;
		uint16_t type, code;
	} rows[] = {
		{OFPFMFC_OVERLAP, OF10, 3, 1},
		{OFPFMFC_OVERLAP, OF13, 5, 3},
		{OFPPMFC_BAD_PORT, OF10, 4, 0},
		{OFPPMFC_BAD_PORT, OF14, 7, 0},
		{OFPQOFC_BAD_QUEUE, OF10, 5, 1},
		{OFPFMFC_BAD_TIMEOUT, OF10, 3, 3},
		{OFPBMC_BAD_LEN, OF10, 1, 6},
		{OFPGMFC_UNKNOWN_GROUP, OF10, 1, 1},
		{OFPBRC_IS_SLAVE, OF10, 1, 5},
		{OFPBIC_DUP_INST, OF13, 3, 1},
		{OFPBIC_DUP_INST, OF14, 3, 9},
		{OFPBAC_BAD_SET_MASK, OF14, 2, 15},
		{OFPBAC_BAD_SET_MASK, OF15, 2, 16},
		{OFPFMFC_IS_SYNC, OF13, 5, 0},
		{OFPFMFC_IS_SYNC, OF14, 5, 8},
		{OFPTFFC_BAD_LEN, OF13, 13, 3},
		{OFPTFFC_BAD_LEN, OF15, 14, 1},
		{OFPBPC_BAD_TYPE, OF13, 13, 2},
		{OFPBFC_MSG_FAILED, OF13, 0xffff, 2313},
		{OFPBFC_MSG_FAILED, OF14, 17, 13},
		{OF_ERR_NO_MEMORY, OF15, 1, 6},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct of_err_wire wire = of_err_to_wire(rows[i].err, rows[i].version);

		if (wire.type != rows[i].type || wire.code != rows[i].code)
			fail_msg("%s in %s: %u/%u", of_err_name(rows[i].err),
				 of_version_name(rows[i].version), wire.type, wire.code);
	}
}

/* Every error of every version, there and back; 1.0 has its own numbers for the same errors. */
static void errors_that_a_version_has_come_back_as_they_were(void **state)
{
	static const enum of_version versions[] = {OF10, OF13, OF14, OF15};

	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		for (uint16_t type = 0; type < 18; type++) {
			for (uint16_t code = 0; code < 20; code++) {
				enum of_err err = of_err_make(type, code);
				struct of_err_wire wire = of_err_to_wire(err, versions[v]), again;

				again = of_err_to_wire(of_err_from_wire(&wire, versions[v]),
						       versions[v]);
				assert_int_equal(again.type, wire.type);
				assert_int_equal(again.code, wire.code);
			}
		}
	}
}

static void types_of_other_versions_are_refused(void **state)
{
	static const struct {
		enum of_version version;
		uint8_t wire_type;
	} rows[] = {{OF10, 22}, {OF10, 29}, {OF13, 30}, {OF13, 33}, {OF14, 22},
		    {OF14, 23}, {OF14, 35}, {OF15, 22}, {OF15, 36}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t header[8] = {(uint8_t)rows[i].version, rows[i].wire_type, 0, 8};

		assert_int_equal(of_msg_unpack(header, sizeof(header), &arena, &msg),
				 OFPBRC_BAD_TYPE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_packs_to_the_bytes_it_came_from),
		cmocka_unit_test(every_reply_is_written_again_entry_by_entry),
		cmocka_unit_test(every_message_cut_short_is_refused_or_read_within_its_bounds),
		cmocka_unit_test(fields_of_1_0_mean_those_of_later_versions),
		cmocka_unit_test(fields_of_1_0_without_their_protocol_are_ignored),
		cmocka_unit_test(a_match_of_1_0_without_wildcards_goes_before_all),
		cmocka_unit_test(actions_of_1_0_keep_what_they_mean),
		cmocka_unit_test(instructions_are_kept_whole_whatever_their_version),
		cmocka_unit_test(a_meter_is_said_as_each_version_says_it),
		cmocka_unit_test(each_malformed_message_has_the_error_of_its_version),
		cmocka_unit_test(a_packet_out_of_1_5_names_its_port_and_pipeline_fields_only),
		cmocka_unit_test(a_copy_of_a_field_is_said_as_each_version_says_it),
		cmocka_unit_test(actions_of_1_0_are_told_in_later_versions),
		cmocka_unit_test(a_port_set_by_1_0_is_that_of_the_protocol_that_the_match_asks_for),
		cmocka_unit_test(ports_are_described_in_1_0_too),
		cmocka_unit_test(masks_that_a_message_does_not_name_stay),
		cmocka_unit_test(errors_have_the_numbers_of_their_version),
		cmocka_unit_test(errors_that_a_version_has_come_back_as_they_were),
		cmocka_unit_test(types_of_other_versions_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
