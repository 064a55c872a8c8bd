// SPDX-License-Identifier: Apache-2.0
#include "openflow/role_status.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/onf.h"
#include "openflow/property.h"

#include <inttypes.h>

enum of_err of_role_status_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_role_status *status = &msg->role_status;

	(void)arena;
	status->role = cursor_u32(c);
	status->reason = cursor_u8(c);
	cursor_skip(c, 3);
	status->generation_id = cursor_u64(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (status->role > OFPCR_ROLE_SLAVE)
		return OFPRRFC_BAD_ROLE;
	/* There are only experimenters' properties, which mean nothing to who does not know them.
	 */
	while (cursor_left(c) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(c, &property);

		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

int of_role_status_pack(const struct of_msg *msg, struct wbuf *b)
{
	of_onf_header_pack(msg->version, msg->type, b);
	wbuf_u32(b, msg->role_status.role);
	wbuf_u8(b, msg->role_status.reason);
	wbuf_zero(b, 3);
	wbuf_u64(b, msg->role_status.generation_id);
	return 0;
}

void of_role_status_text(const struct of_msg *msg, struct text *t)
{
	static const char *const roles[] = {"nochange", "equal", "master", "slave"};
	static const char *const reasons[] = {"master_request", "configuration_changed",
					      "experimenter_data_changed"};
	const struct of_role_status *status = &msg->role_status;

	text_add(t, " role=%s generation_id=%" PRIu64 " reason=%s",
		 status->role <= OFPCR_ROLE_SLAVE ? roles[status->role] : "?",
		 status->generation_id,
		 status->reason <= OFPCRR_EXPERIMENTER ? reasons[status->reason] : "?");
}
