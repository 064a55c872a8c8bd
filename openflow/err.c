// SPDX-License-Identifier: Apache-2.0
#include "openflow/err.h"

#include <stddef.h>

#define N_TYPES 18
#define N_CODES 20

uint16_t of_err_type(enum of_err err)
{
	uint32_t type = ((uint32_t)err >> 16) & 0x7fff;

	if (err == OF_ERR_NO_MEMORY)
		return OFPET_BAD_REQUEST;
	return type == 0x7fff ? OFPET_EXPERIMENTER : (uint16_t)type;
}

uint16_t of_err_code(enum of_err err)
{
	if (err == OF_ERR_NO_MEMORY)
		return of_err_code(OFPBRC_BAD_LEN);
	return (uint16_t)err;
}

enum of_err of_err_make(uint16_t type, uint16_t code)
{
	return (enum of_err)OF_ERR_VALUE(type, code);
}

const char *of_err_name(enum of_err err)
{
#define NAME_ROW(name, type, code) [type][code] = #name,
	static const char *const names[N_TYPES][N_CODES] = {OF_ERR_LIST(NAME_ROW)};
	uint16_t type = of_err_type(err);
	uint16_t code = of_err_code(err);

	if (err == OF_OK)
		return "OF_OK";
	if (err == OF_ERR_NO_MEMORY)
		return "OF_ERR_NO_MEMORY";
	if (type >= N_TYPES || code >= N_CODES || names[type][code] == NULL)
		return "unknown error";
	return names[type][code];
}

static const struct {
	enum of_err err;
	const char *sentence;
} sentences[] = {
	{OFPHFC_INCOMPATIBLE, "the two sides have no OpenFlow version in common"},
	{OFPBRC_BAD_VERSION, "the message is of another OpenFlow version than agreed"},
	{OFPBRC_BAD_TYPE, "the type of message is not known in this OpenFlow version"},
	{OFPBRC_BAD_MULTIPART, "the kind of statistics is not supported"},
	{OFPBRC_BAD_EXPERIMENTER, "the experimenter's extension is not supported"},
	{OFPBRC_BAD_LEN, "the length of the message is wrong"},
	{OFPBRC_BUFFER_UNKNOWN, "the packet buffer does not exist"},
	{OFPBRC_IS_SLAVE, "the connection has the role slave and may not change anything"},
	{OFPBRC_BAD_PORT, "the port does not exist"},
	{OFPBRC_BAD_PACKET, "the packet is malformed"},
	{OFPBRC_BAD_TABLE_ID, "the table does not exist"},
	{OFPBRC_PIPELINE_FIELDS_ONLY,
	 "a packet-out's match has a field that the packet itself has"},
	{OFPBRC_MULTIPART_BUFFER_OVERFLOW, "the parts of the request are too many"},
	{OFPBRC_EPERM, "this may not be done"},
	{OFPBAC_BAD_TYPE, "the action is not supported"},
	{OFPBAC_BAD_OUT_PORT, "an action outputs to a port that does not exist"},
	{OFPBAC_BAD_OUT_GROUP, "an action names a group that does not exist"},
	{OFPBAC_BAD_ARGUMENT, "an action's argument is not valid"},
	{OFPBAC_MATCH_INCONSISTENT, "an action needs a protocol that the match does not ask for"},
	{OFPBAC_BAD_SET_TYPE, "the field cannot be set"},
	{OFPBAC_BAD_SET_ARGUMENT, "the value does not fit the field that is to be set"},
	{OFPBAC_BAD_SET_MASK, "the mask does not fit the field that is to be set"},
	{OFPBAC_BAD_SET_LEN, "the length or the bits do not fit the field"},
	{OFPBAC_BAD_LEN, "the length of an action is wrong"},
	{OFPBAC_BAD_EXPERIMENTER, "the action's experimenter is not known"},
	{OFPBAC_BAD_EXP_TYPE, "the experimenter's action is not supported"},
	{OFPBAC_BAD_QUEUE, "an action names a queue that cannot be"},
	{OFPBAC_BAD_METER, "an action names a meter that does not exist"},
	{OFPBAC_UNSUPPORTED_ORDER, "the request cannot be said or done in this version"},
	{OFPBIC_UNKNOWN_INST, "the instruction is not known"},
	{OFPBIC_UNSUP_INST, "the instruction is not supported"},
	{OFPBIC_BAD_TABLE_ID, "goto_table must name a higher table that exists"},
	{OFPBIC_DUP_INST, "an instruction is there twice"},
	{OFPBMC_BAD_FIELD, "the match has a field that is not supported"},
	{OFPBMC_BAD_VALUE, "the match has a value that its field cannot have"},
	{OFPBMC_BAD_MASK, "the match masks a field that takes no mask"},
	{OFPBMC_BAD_WILDCARDS, "the match has value bits outside of the mask"},
	{OFPBMC_BAD_PREREQ, "a match field lacks the protocol field that it depends on"},
	{OFPBMC_DUP_FIELD, "the match has a field twice"},
	{OFPFMFC_TABLE_FULL, "the table is full"},
	{OFPFMFC_BAD_TABLE_ID, "the table does not exist"},
	{OFPFMFC_OVERLAP, "a flow of the same priority overlaps (check_overlap)"},
	{OFPFMFC_BAD_COMMAND, "the flow-mod's command is not known"},
	{OFPFMFC_BAD_FLAGS, "the flow-mod's flags are not supported"},
	{OFPFMFC_BAD_TIMEOUT, "the flow's timeouts are not supported"},
	{OFPGMFC_GROUP_EXISTS, "the group exists already"},
	{OFPGMFC_INVALID_GROUP, "the group is not valid"},
	{OFPGMFC_UNKNOWN_GROUP, "the group does not exist"},
	{OFPGMFC_LOOP, "the groups would form a loop"},
	{OFPGMFC_CHAINED_GROUP, "the group is used by another group"},
	{OFPGMFC_BAD_TYPE, "the type of group is not supported"},
	{OFPGMFC_UNKNOWN_BUCKET, "the group has no such bucket"},
	{OFPGMFC_BUCKET_EXISTS, "the group has the bucket already"},
	{OFPPMFC_BAD_PORT, "the port does not exist"},
	{OFPPMFC_BAD_HW_ADDR, "the hardware address is not the port's"},
	{OFPMMFC_UNKNOWN_METER, "the meter does not exist"},
	{OFPMMFC_METER_EXISTS, "the meter exists already"},
	{OFPRRFC_STALE, "the generation id is older than the last one"},
	{OFPRRFC_BAD_ROLE, "the role is not known"},
	{OFPTFFC_BAD_TABLE, "a table does not exist, is named twice, or is table 0 and would go"},
	{OFPTFFC_BAD_TYPE, "a property of a table is not known or is there twice"},
	{OFPTFFC_BAD_ARGUMENT, "a table cannot do what a property asks for"},
	{OFPTFFC_BAD_MAX_ENT, "a table cannot have so many flows"},
	{OFPTFFC_BAD_FEATURES, "one table can be the first egress table, and not table 0"},
	{OFPTFFC_BAD_COMMAND, "the command is not known, or not the one of the other tables"},
	{OFPBPC_BAD_TYPE, "the type of a property is not known"},
	{OFPBPC_BAD_LEN, "the length of a property is wrong"},
	{OFPBPC_DUP_TYPE, "a property is there twice"},
	{OFPBPC_BAD_EXPERIMENTER, "a property's experimenter is not known"},
	{OFPACFC_INVALID, "a mask has a reason that does not exist"},
	{OFPBFC_BAD_ID, "the bundle does not exist"},
	{OFPBFC_BUNDLE_EXIST, "the bundle exists already"},
	{OFPBFC_BUNDLE_CLOSED, "the bundle is closed"},
	{OFPBFC_MSG_FAILED, "a message of the bundle was refused, so none is in force"},
	{OFPBFC_TIMEOUT, "the bundle waited too long and is gone"},
	{OF_ERR_NO_MEMORY, "the message would need too much memory"},
};

const char *of_err_sentence(enum of_err err)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (sentences[i].err == err)
			return sentences[i].sentence;
	return of_err_name(err);
}
