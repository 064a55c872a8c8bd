// SPDX-License-Identifier: Apache-2.0
#include "openflow/err_wire.h"

#include <stdbool.h>
#include <stddef.h>

/* EXT-230 has OFPBFC_* as its own errors before 1.4, from this number on. */
#define ONF_BUNDLE_ERRORS 2300
#define ONF_N_BUNDLE_ERRORS 16

/* Beside the type of 1.0's errors that no later version has. */
#define OF10_ONLY 0x100

/* Errors that came after 1.3, and what says it best before. */
static const struct {
	enum of_err err;
	enum of_version since;
	enum of_err before;
} later[] = {
	{OFPBRC_MULTIPART_REQUEST_TIMEOUT, OF14, OFPBRC_MULTIPART_BUFFER_OVERFLOW},
	{OFPBRC_MULTIPART_REPLY_TIMEOUT, OF14, OFPBRC_MULTIPART_BUFFER_OVERFLOW},
	{OFPBRC_MULTIPART_BAD_SCHED, OF15, OFPBRC_EPERM},
	{OFPBRC_PIPELINE_FIELDS_ONLY, OF15, OFPBRC_BAD_PACKET},
	{OFPBRC_UNKNOWN, OF15, OFPBRC_EPERM},
	{OFPBAC_BAD_SET_MASK, OF15, OFPBAC_BAD_SET_ARGUMENT},
	{OFPBAC_BAD_METER, OF15, OFPBAC_BAD_ARGUMENT},
	{OFPBIC_DUP_INST, OF14, OFPBIC_UNSUP_INST},
	{OFPFMFC_CANT_SYNC, OF14, OFPFMFC_UNKNOWN},
	{OFPFMFC_BAD_PRIORITY, OF14, OFPFMFC_UNKNOWN},
	{OFPFMFC_IS_SYNC, OF15, OFPFMFC_CANT_SYNC},
	{OFPGMFC_UNKNOWN_BUCKET, OF15, OFPGMFC_BAD_BUCKET},
	{OFPGMFC_BUCKET_EXISTS, OF15, OFPGMFC_BAD_BUCKET},
	{OFPRRFC_ID_UNSUP, OF15, OFPRRFC_UNSUP},
	{OFPRRFC_ID_IN_USE, OF15, OFPRRFC_UNSUP},
	{OFPTFFC_BAD_CAPABILITIES, OF15, OFPTFFC_EPERM},
	{OFPTFFC_BAD_MAX_ENT, OF15, OFPTFFC_EPERM},
	{OFPTFFC_BAD_FEATURES, OF15, OFPTFFC_EPERM},
	{OFPTFFC_BAD_COMMAND, OF15, OFPTFFC_EPERM},
	{OFPTFFC_TOO_MANY, OF15, OFPTFFC_EPERM},
	/* In 1.3 only the features of tables have properties. */
	{OFPBPC_BAD_TYPE, OF14, OFPTFFC_BAD_TYPE},
	{OFPBPC_BAD_LEN, OF14, OFPTFFC_BAD_LEN},
	{OFPBPC_BAD_VALUE, OF14, OFPTFFC_BAD_ARGUMENT},
	{OFPBPC_TOO_MANY, OF14, OFPTFFC_BAD_ARGUMENT},
	{OFPBPC_DUP_TYPE, OF14, OFPTFFC_BAD_TYPE},
	{OFPBPC_BAD_EXPERIMENTER, OF14, OFPTFFC_BAD_TYPE},
	{OFPBPC_BAD_EXP_TYPE, OF14, OFPTFFC_BAD_TYPE},
	{OFPBPC_BAD_EXP_VALUE, OF14, OFPTFFC_BAD_ARGUMENT},
	{OFPBPC_EPERM, OF14, OFPTFFC_EPERM},
	{OFPACFC_INVALID, OF14, OFPBRC_EPERM},
	{OFPACFC_UNSUPPORTED, OF14, OFPBRC_EPERM},
	{OFPACFC_EPERM, OF14, OFPBRC_EPERM},
	{OFPMOFC_UNKNOWN, OF14, OFPBRC_EPERM},
	{OFPMOFC_MONITOR_EXISTS, OF14, OFPBRC_EPERM},
	{OFPMOFC_INVALID_MONITOR, OF14, OFPBRC_EPERM},
	{OFPMOFC_UNKNOWN_MONITOR, OF14, OFPBRC_EPERM},
	{OFPMOFC_BAD_COMMAND, OF14, OFPBRC_EPERM},
	{OFPMOFC_BAD_FLAGS, OF14, OFPBRC_EPERM},
	{OFPMOFC_BAD_TABLE_ID, OF14, OFPBRC_BAD_TABLE_ID},
	{OFPMOFC_BAD_OUT, OF14, OFPBRC_BAD_PORT},
};

/* Errors of 1.3 that 1.4 gave up for those of properties. */
static const struct {
	enum of_err err, since_14;
} earlier[] = {
	{OFPTFFC_BAD_TYPE, OFPBPC_BAD_TYPE},
	{OFPTFFC_BAD_LEN, OFPBPC_BAD_LEN},
	{OFPTFFC_BAD_ARGUMENT, OFPBPC_BAD_VALUE},
};

enum of10_err_type {
	OFPET10_HELLO_FAILED = 0,
	OFPET10_BAD_REQUEST = 1,
	OFPET10_BAD_ACTION = 2,
	OFPET10_FLOW_MOD_FAILED = 3,
	OFPET10_PORT_MOD_FAILED = 4,
	OFPET10_QUEUE_OP_FAILED = 5,
};

/* Every error that 1.0 has, with its number there. */
static const struct {
	uint16_t type, code;
	enum of_err err;
} of10[] = {
	{OFPET10_HELLO_FAILED, 0, OFPHFC_INCOMPATIBLE},
	{OFPET10_HELLO_FAILED, 1, OFPHFC_EPERM},
	{OFPET10_BAD_REQUEST, 0, OFPBRC_BAD_VERSION},
	{OFPET10_BAD_REQUEST, 1, OFPBRC_BAD_TYPE},
	{OFPET10_BAD_REQUEST, 2, OFPBRC_BAD_MULTIPART},
	{OFPET10_BAD_REQUEST, 3, OFPBRC_BAD_EXPERIMENTER},
	{OFPET10_BAD_REQUEST, 4, OFPBRC_BAD_EXP_TYPE},
	{OFPET10_BAD_REQUEST, 5, OFPBRC_EPERM},
	{OFPET10_BAD_REQUEST, 6, OFPBRC_BAD_LEN},
	{OFPET10_BAD_REQUEST, 7, OFPBRC_BUFFER_EMPTY},
	{OFPET10_BAD_REQUEST, 8, OFPBRC_BUFFER_UNKNOWN},
	{OFPET10_BAD_ACTION, 0, OFPBAC_BAD_TYPE},
	{OFPET10_BAD_ACTION, 1, OFPBAC_BAD_LEN},
	{OFPET10_BAD_ACTION, 2, OFPBAC_BAD_EXPERIMENTER},
	{OFPET10_BAD_ACTION, 3, OFPBAC_BAD_EXP_TYPE},
	{OFPET10_BAD_ACTION, 4, OFPBAC_BAD_OUT_PORT},
	{OFPET10_BAD_ACTION, 5, OFPBAC_BAD_ARGUMENT},
	{OFPET10_BAD_ACTION, 6, OFPBAC_EPERM},
	{OFPET10_BAD_ACTION, 7, OFPBAC_TOO_MANY},
	{OFPET10_BAD_ACTION, 8, OFPBAC_BAD_QUEUE},
	{OFPET10_FLOW_MOD_FAILED, 0, OFPFMFC_TABLE_FULL},
	{OFPET10_FLOW_MOD_FAILED, 1, OFPFMFC_OVERLAP},
	{OFPET10_FLOW_MOD_FAILED, 2, OFPFMFC_EPERM},
	{OFPET10_FLOW_MOD_FAILED, 3, OFPFMFC_BAD_TIMEOUT},
	{OFPET10_FLOW_MOD_FAILED, 4, OFPFMFC_BAD_COMMAND},
	{OFPET10_FLOW_MOD_FAILED, 5, OFPBAC_UNSUPPORTED_ORDER},
	{OFPET10_PORT_MOD_FAILED, 0, OFPPMFC_BAD_PORT},
	{OFPET10_PORT_MOD_FAILED, 1, OFPPMFC_BAD_HW_ADDR},
	{OFPET10_QUEUE_OP_FAILED, 0, OFPQOFC_BAD_PORT},
	{OFPET10_QUEUE_OP_FAILED, 1, OFPQOFC_BAD_QUEUE},
	{OFPET10_QUEUE_OP_FAILED, 2, OFPQOFC_EPERM},
};

/* What says in 1.0 best what only later versions have a code for. */
static enum of_err of10_nearest(enum of_err err)
{
	switch (of_err_type(err)) {
	case OFPET_BAD_ACTION:
		return err == OFPBAC_BAD_SET_LEN ? OFPBAC_BAD_LEN : OFPBAC_BAD_ARGUMENT;
	case OFPET_BAD_INSTRUCTION:
		return err == OFPBIC_BAD_LEN ? OFPBRC_BAD_LEN : OFPBAC_UNSUPPORTED_ORDER;
	case OFPET_BAD_MATCH:
		return err == OFPBMC_BAD_LEN ? OFPBRC_BAD_LEN : OFPBAC_UNSUPPORTED_ORDER;
	case OFPET_FLOW_MOD_FAILED:
		return err == OFPFMFC_BAD_FLAGS ? OFPBAC_UNSUPPORTED_ORDER : OFPFMFC_EPERM;
	case OFPET_GROUP_MOD_FAILED:
	case OFPET_TABLE_MOD_FAILED:
	case OFPET_METER_MOD_FAILED:
	case OFPET_TABLE_FEATURES_FAILED:
	case OFPET_BUNDLE_FAILED:
		return OFPBRC_BAD_TYPE;
	default:
		return err == OFPBRC_BAD_PACKET || err == OFPSCFC_BAD_LEN ? OFPBRC_BAD_LEN
									  : OFPBRC_EPERM;
	}
}

static bool of10_to_wire(enum of_err err, struct of_err_wire *wire)
{
	if (of_err_type(err) & OF10_ONLY) {
		*wire = (struct of_err_wire){.type = of_err_type(err) & ~OF10_ONLY,
					     .code = of_err_code(err)};
		return true;
	}
	for (size_t i = 0; i < sizeof(of10) / sizeof(of10[0]); i++) {
		if (of10[i].err != err)
			continue;
		*wire = (struct of_err_wire){.type = of10[i].type, .code = of10[i].code};
		return true;
	}
	return false;
}

static enum of_err err_in(enum of_err err, enum of_version version)
{
	for (size_t i = 0; version >= OF14 && i < sizeof(earlier) / sizeof(earlier[0]); i++)
		if (earlier[i].err == err)
			return earlier[i].since_14;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (later[i].err == err && version < later[i].since)
			return err_in(later[i].before, version);
	return err;
}

struct of_err_wire of_err_to_wire(enum of_err err, enum of_version version)
{
	struct of_err_wire wire;

	if (err == OF_ERR_NO_MEMORY)
		err = OFPBRC_BAD_LEN;
	if (of_err_type(err) == OFPET_EXPERIMENTER)
		return (struct of_err_wire){.type = OFPET_EXPERIMENTER, .code = of_err_code(err)};
	if (version == OF10) {
		if (!of10_to_wire(err, &wire))
			(void)of10_to_wire(of10_nearest(err), &wire);
		return wire;
	}
	if (version < OF14 && of_err_type(err) == OFPET_BUNDLE_FAILED &&
	    of_err_code(err) < ONF_N_BUNDLE_ERRORS)
		return (struct of_err_wire){
			.type = OFPET_EXPERIMENTER,
			.code = (uint16_t)(ONF_BUNDLE_ERRORS + of_err_code(err)),
			.experimenter = OFP_EXPERIMENTER_ONF};
	err = err_in(err, version);
	return (struct of_err_wire){.type = of_err_type(err), .code = of_err_code(err)};
}

enum of_err of_err_from_wire(const struct of_err_wire *wire, enum of_version version)
{
	if (wire->type == OFPET_EXPERIMENTER && wire->experimenter == OFP_EXPERIMENTER_ONF &&
	    version < OF14 && wire->code >= ONF_BUNDLE_ERRORS &&
	    wire->code < ONF_BUNDLE_ERRORS + ONF_N_BUNDLE_ERRORS)
		return of_err_make(OFPET_BUNDLE_FAILED, wire->code - ONF_BUNDLE_ERRORS);
	if (version != OF10 || wire->type == OFPET_EXPERIMENTER)
		return of_err_make(wire->type, wire->code);
	for (size_t i = 0; i < sizeof(of10) / sizeof(of10[0]); i++)
		if (of10[i].type == wire->type && of10[i].code == wire->code)
			return of10[i].err;
	return of_err_make(wire->type | OF10_ONLY, wire->code);
}
