// SPDX-License-Identifier: Apache-2.0
#include "openflow/error.h"
#include "openflow/codec.h"
#include "openflow/err_wire.h"
#include "openflow/msg.h"

enum of_err of_error_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_error *error = &msg->error;
	struct of_err_wire wire = {.type = cursor_u16(c)};

	(void)arena;
	wire.code = cursor_u16(c);
	error->experimenter = 0;
	error->exp_type = 0;
	if (wire.type == OFPET_EXPERIMENTER) {
		error->exp_type = wire.code;
		error->experimenter = wire.experimenter = cursor_u32(c);
	}
	error->err = of_err_from_wire(&wire, msg->version);
	error->data_len = cursor_left(c);
	error->data = cursor_take(c, error->data_len);
	return of_body_end(c);
}

int of_error_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_error *error = &msg->error;
	struct of_err_wire wire = of_err_to_wire(error->err, msg->version);

	if (wire.type == OFPET_EXPERIMENTER && wire.experimenter == 0)
		wire = (struct of_err_wire){OFPET_EXPERIMENTER, error->exp_type,
					    error->experimenter};
	wbuf_u16(b, wire.type);
	wbuf_u16(b, wire.code);
	if (wire.type == OFPET_EXPERIMENTER)
		wbuf_u32(b, wire.experimenter);
	wbuf_put(b, error->data, error->data_len);
	return 0;
}

void of_error_text(const struct of_msg *msg, struct text *t)
{
	const struct of_error *error = &msg->error;

	if (of_err_type(error->err) == OFPET_EXPERIMENTER)
		text_add(t, " experimenter 0x%x, type %u", error->experimenter, error->exp_type);
	else
		text_add(t, " %s (type %u, code %u): %s", of_err_name(error->err),
			 of_err_type(error->err), of_err_code(error->err),
			 of_err_sentence(error->err));
}
