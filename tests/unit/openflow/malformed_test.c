// SPDX-License-Identifier: Apache-2.0
/* What is wrong with a message, and the error that the standard wants for it. */
#include "openflow/msg.h"

#include "tests/unit/openflow/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A flow-mod up to its match, length to be filled in. */
#define FLOW_MOD                                                                                   \
	"040e0000 00000001 0000000000000000 0000000000000000 0000 0000 0000 8000 ffffffff "        \
	"ffffffff ffffffff 0000 0000 "
#define MATCH_ALL "00010004 00000000 "
#define APPLY_8 "0004 0010 00000000 "
#define APPLY_16 "0004 0018 00000000 "

static const struct {
	const char *what;
	const char *hex;
	enum of_err err;
} cases[] = {
	{"unknown type", "04630008 00000001", OFPBRC_BAD_TYPE},
	{"type of 1.4 in 1.3", "041e0008 00000001", OFPBRC_BAD_TYPE},
	{"unknown version", "08050008 00000001", OFPBRC_BAD_VERSION},
	{"unknown type of 1.0", "01160008 00000001", OFPBRC_BAD_TYPE},
	{"too long", "0405000c 00000001 00000000", OFPBRC_BAD_LEN},
	{"config too short", "0409000a 00000001 0000", OFPBRC_BAD_LEN},
	{"flow-mod too short", "040e0010 00000001 0000000000000000", OFPBRC_BAD_LEN},
	{"unknown multipart", "04120010 00000001 0063 0000 00000000", OFPBRC_BAD_MULTIPART},
	{"multipart desc with a body", "04120014 00000001 0000 0000 00000000 00000000",
	 OFPBRC_BAD_LEN},
	{"bad role", "04180018 00000001 00000004 00000000 0000000000000000", OFPRRFC_BAD_ROLE},
	{"bad flow-mod command",
	 "040e0038 00000001 0000000000000000 0000000000000000 0005 0000 0000 8000 ffffffff "
	 "ffffffff ffffffff 0000 0000 00010004 00000000",
	 OFPFMFC_BAD_COMMAND},
	{"bad flow-mod flags",
	 "040e0038 00000001 0000000000000000 0000000000000000 0000 0000 0000 8000 ffffffff "
	 "ffffffff ffffffff 0020 0000 00010004 00000000",
	 OFPFMFC_BAD_FLAGS},
	/* match */
	{"match type standard", FLOW_MOD "00000058 00000000", OFPBMC_BAD_TYPE},
	{"match longer than the message", FLOW_MOD "00010020 00000000", OFPBMC_BAD_LEN},
	{"match shorter than its header", FLOW_MOD "00010003 00000000", OFPBMC_BAD_LEN},
	{"oxm cut", FLOW_MOD "00010008 80000004", OFPBMC_BAD_LEN},
	{"oxm of the wrong length", FLOW_MOD "0001000a 80000002 0001 000000000000", OFPBMC_BAD_LEN},
	{"oxm of an unknown field", FLOW_MOD "00010009 8000fe01 01 00000000000000",
	 OFPBMC_BAD_FIELD},
	{"oxm of an unknown class", FLOW_MOD "00010009 12340001 01 00000000000000",
	 OFPBMC_BAD_FIELD},
	{"field of 1.5 in 1.3", FLOW_MOD "0001000c 80005604 00000001 00000000", OFPBMC_BAD_FIELD},
	{"field twice", FLOW_MOD "00010014 80000004 00000001 80000004 00000001 00000000",
	 OFPBMC_DUP_FIELD},
	{"ip address without ip", FLOW_MOD "0001000c 80001604 0a000001 00000000",
	 OFPBMC_BAD_PREREQ},
	{"prerequisite behind its field",
	 FLOW_MOD "00010012 80001604 0a000001 80000a02 0800 000000000000", OFPBMC_BAD_PREREQ},
	{"tcp port with udp", FLOW_MOD "00010015 80000a02 0800 80001401 11 80001a02 0050 000000",
	 OFPBMC_BAD_PREREQ},
	{"vlan priority without a vlan", FLOW_MOD "00010009 80000e01 03 00000000000000",
	 OFPBMC_BAD_PREREQ},
	{"mask on in_port", FLOW_MOD "00010010 80000108 00000001 0000000f", OFPBMC_BAD_MASK},
	{"value outside of the mask",
	 FLOW_MOD "00010018 80000510 0000000000000003 0000000000000001", OFPBMC_BAD_WILDCARDS},
	{"dscp too large", FLOW_MOD "0001000f 80000a02 0800 80001001 40 00", OFPBMC_BAD_VALUE},
	{"vlan number without present bit", FLOW_MOD "0001000a 80000c02 000a 000000000000",
	 OFPBMC_BAD_VALUE},
	{"vlan_vid with 14 bits", FLOW_MOD "0001000a 80000c02 2001 000000000000", OFPBMC_BAD_VALUE},
	/* instructions */
	{"unknown instruction", FLOW_MOD MATCH_ALL "0063 0008 00000000", OFPBIC_UNKNOWN_INST},
	{"instruction longer than the message", FLOW_MOD MATCH_ALL "0001 0010 00000000",
	 OFPBIC_BAD_LEN},
	{"instruction of length 0", FLOW_MOD MATCH_ALL "0001 0000 00000000", OFPBIC_BAD_LEN},
	{"goto of the wrong length", FLOW_MOD MATCH_ALL "0001 0010 00000000 0000000000000000",
	 OFPBIC_BAD_LEN},
	{"goto table 255", FLOW_MOD MATCH_ALL "0001 0008 ff000000", OFPBIC_BAD_TABLE_ID},
	{"instruction twice", FLOW_MOD MATCH_ALL "0001 0008 01000000 0001 0008 02000000",
	 OFPBIC_UNSUP_INST},
	{"half an instruction", FLOW_MOD MATCH_ALL "00010008", OFPBIC_BAD_LEN},
	/* actions */
	{"unknown action", FLOW_MOD MATCH_ALL APPLY_8 "0063 0008 00000000", OFPBAC_BAD_TYPE},
	{"meter action of 1.5", FLOW_MOD MATCH_ALL APPLY_8 "001d 0008 00000001", OFPBAC_BAD_TYPE},
	{"action too long", FLOW_MOD MATCH_ALL APPLY_8 "0000 0010 00000001", OFPBAC_BAD_LEN},
	{"action of length 0", FLOW_MOD MATCH_ALL APPLY_8 "0000 0000 00000001", OFPBAC_BAD_LEN},
	{"output of the wrong length", FLOW_MOD MATCH_ALL APPLY_8 "0000 0008 00000001",
	 OFPBAC_BAD_LEN},
	{"output to port 0", FLOW_MOD MATCH_ALL APPLY_16 "0000 0010 00000000 0000000000000000",
	 OFPBAC_BAD_OUT_PORT},
	{"output to any", FLOW_MOD MATCH_ALL APPLY_16 "0000 0010 ffffffff 0000000000000000",
	 OFPBAC_BAD_OUT_PORT},
	{"push vlan with an ip type", FLOW_MOD MATCH_ALL APPLY_8 "0011 0008 08000000",
	 OFPBAC_BAD_ARGUMENT},
	{"push mpls with a vlan type", FLOW_MOD MATCH_ALL APPLY_8 "0013 0008 81000000",
	 OFPBAC_BAD_ARGUMENT},
	{"set in_port", FLOW_MOD MATCH_ALL APPLY_16 "0019 0010 80000004 00000001 00000000",
	 OFPBAC_BAD_SET_TYPE},
	{"set an unknown field", FLOW_MOD MATCH_ALL APPLY_16 "0019 0010 8000fe04 00000001 00000000",
	 OFPBAC_BAD_SET_TYPE},
	{"set with a mask in 1.3",
	 FLOW_MOD MATCH_ALL "0004 0020 00000000 0019 0018 8000070c 000000000001 0000000000ff "
			    "00000000",
	 OFPBAC_BAD_SET_TYPE},
	{"set with a lying length",
	 FLOW_MOD MATCH_ALL APPLY_16 "0019 0010 80001610 0a000001 00000000", OFPBAC_BAD_SET_LEN},
	{"set dscp too large", FLOW_MOD MATCH_ALL APPLY_16 "0019 0010 80001001 40000000 00000000",
	 OFPBAC_BAD_SET_ARGUMENT},
	/* groups and meters */
	{"bad group command", "040f0010 00000001 0009 00 00 00000001", OFPGMFC_BAD_COMMAND},
	{"bad group type", "040f0010 00000001 0000 09 00 00000001", OFPGMFC_BAD_TYPE},
	{"half a bucket", "040f0018 00000001 0000 00 00 00000001 0010000000000000",
	 OFPGMFC_BAD_BUCKET},
	{"bucket shorter than its header",
	 "040f0020 00000001 0000 00 00 00000001 0008 0000 ffffffff ffffffff 00000000",
	 OFPGMFC_BAD_BUCKET},
	{"bad meter command", "041d0010 00000001 0009 0001 00000001", OFPMMFC_BAD_COMMAND},
	{"bad meter band",
	 "041d0020 00000001 0000 0001 00000001 0063 0010 00000001 00000001 00000000",
	 OFPMMFC_BAD_BAND},
	{"half a meter band", "041d0018 00000001 0000 0001 00000001 0001001000000001",
	 OFPBRC_BAD_LEN},
	{"packet-out with too many actions",
	 "040d0018 00000001 ffffffff 00000001 0010 000000000000", OFPBAC_BAD_LEN},
	/* replies, which a switch could get wrong */
	{"flow entry of length 0", "04130018 00000001 0001 0000 00000000 0000 0000 00000000",
	 OFPBRC_BAD_LEN},
	{"port cut short", "04130018 00000001 000d 0000 00000000 0000000100000000", OFPBRC_BAD_LEN},
};

static void each_malformed_message_has_its_error(void **state)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	static struct of_msg msg;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[512];
		size_t len = hex_read(cases[i].hex, bytes, sizeof(bytes));
		uint8_t *exact;
		enum of_err err;

		if (bytes[2] == 0 && bytes[3] == 0)
			bytes[3] = (uint8_t)len;
		exact = malloc(len); /* so that the sanitizer sees a read beyond it */
		memcpy(exact, bytes, len);
		of_arena_reset(&arena);
		err = of_msg_unpack(exact, len, &arena, &msg);
		free(exact);
		if (err != cases[i].err)
			fail_msg("%s: %s instead of %s", cases[i].what, of_err_name(err),
				 of_err_name(cases[i].err));
	}
	of_arena_free(&arena);
}

static void a_length_that_differs_from_the_header_is_refused(void **state)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	static struct of_msg msg;
	static const uint8_t longer[] = {4, 2, 0, 9, 0, 0, 0, 1};
	static const uint8_t half[] = {4, 2, 0};

	assert_int_equal(of_msg_unpack(longer, sizeof(longer), &arena, &msg), OFPBRC_BAD_LEN);
	assert_int_equal(of_msg_unpack(half, sizeof(half), &arena, &msg), OFPBRC_BAD_LEN);
	of_arena_free(&arena);
}

static void a_message_that_needs_too_much_memory_is_refused(void **state)
{
	struct of_arena arena = of_arena_init(64);
	static struct of_msg msg;
	uint8_t bytes[512];
	size_t len = hex_read(FLOW_MOD MATCH_ALL "0004 0028 00000000 0012 0008 00000000 0012 0008 "
						 "00000000 0012 0008 00000000 0012 0008 00000000",
			      bytes, sizeof(bytes));

	bytes[3] = (uint8_t)len;
	assert_int_equal(of_msg_unpack(bytes, len, &arena, &msg), OF_ERR_NO_MEMORY);
	of_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_malformed_message_has_its_error),
		cmocka_unit_test(a_length_that_differs_from_the_header_is_refused),
		cmocka_unit_test(a_message_that_needs_too_much_memory_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
