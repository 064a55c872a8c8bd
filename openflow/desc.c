// SPDX-License-Identifier: Apache-2.0
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"

static enum of_err desc_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
			       union of_multipart_entry *entry)
{
	struct of_desc *desc = &entry->desc;

	(void)version;
	(void)arena;
	of_string_unpack(c, desc->mfr_desc, sizeof(desc->mfr_desc) - 1);
	of_string_unpack(c, desc->hw_desc, sizeof(desc->hw_desc) - 1);
	of_string_unpack(c, desc->sw_desc, sizeof(desc->sw_desc) - 1);
	of_string_unpack(c, desc->serial_num, sizeof(desc->serial_num) - 1);
	of_string_unpack(c, desc->dp_desc, sizeof(desc->dp_desc) - 1);
	return of_body_end(c);
}

static int desc_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_desc *desc = entry;

	(void)version;
	of_string_pack(b, desc->mfr_desc, sizeof(desc->mfr_desc) - 1);
	of_string_pack(b, desc->hw_desc, sizeof(desc->hw_desc) - 1);
	of_string_pack(b, desc->sw_desc, sizeof(desc->sw_desc) - 1);
	of_string_pack(b, desc->serial_num, sizeof(desc->serial_num) - 1);
	of_string_pack(b, desc->dp_desc, sizeof(desc->dp_desc) - 1);
	return 0;
}

static void desc_text(const union of_multipart_entry *entry, const struct of_names *names,
		      struct text *t)
{
	const struct of_desc *desc = &entry->desc;

	(void)names;
	text_add(t, "Manufacturer: ");
	of_printable_text(t, desc->mfr_desc);
	text_add(t, "\nHardware: ");
	of_printable_text(t, desc->hw_desc);
	text_add(t, "\nSoftware: ");
	of_printable_text(t, desc->sw_desc);
	text_add(t, "\nSerial Num: ");
	of_printable_text(t, desc->serial_num);
	text_add(t, "\nDP Description: ");
	of_printable_text(t, desc->dp_desc);
}

const struct of_multipart_ops of_multipart_desc = {
	.name = "desc",
	.entry_unpack = desc_unpack,
	.entry_pack = desc_pack,
	.entry_text = desc_text,
};
