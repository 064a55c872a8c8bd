// SPDX-License-Identifier: Apache-2.0
#include "openflow/onf.h"

#include <stddef.h>

static const struct {
	enum of_msg_type type;
	uint32_t exp_type;
} rows[] = {
	{OFPT_ROLE_STATUS, 1911},
	{OFPT_BUNDLE_CONTROL, 2300},
	{OFPT_BUNDLE_ADD_MESSAGE, 2301},
};

uint32_t of_onf_exp_type(enum of_version version, enum of_msg_type type)
{
	for (size_t i = 0; version == OF13 && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			return rows[i].exp_type;
	return 0;
}

void of_onf_header_pack(enum of_version version, enum of_msg_type type, struct wbuf *b)
{
	uint32_t exp_type = of_onf_exp_type(version, type);

	if (exp_type == 0)
		return;
	wbuf_u32(b, OFP_EXPERIMENTER_ONF);
	wbuf_u32(b, exp_type);
}

int of_onf_msg_type(enum of_version version, uint32_t exp_type)
{
	for (size_t i = 0; version == OF13 && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].exp_type == exp_type)
			return (int)rows[i].type;
	return -1;
}
