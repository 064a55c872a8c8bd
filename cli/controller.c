// SPDX-License-Identifier: Apache-2.0
#include "cli/controller.h"

#include "cli/field.h"
#include "cli/http.h"
#include "cli/table.h"
#include "cli/verb.h"

void controllers_print(const json_t *sw, int indent)
{
	struct table *t =
		table_new("CONTROLLER|STATE|ROLE|OPENFLOW|>PACKET-INS|>DROPPED|LAST ERROR");
	size_t i;
	json_t *c;

	json_array_foreach(json_object_get(sw, "controllers"), i, c)
	{
		/* A passive one connected to us: a tool, or a controller that was told where we
		 * are. */
		table_cell(t, "%s%s%s", field_text(c, "target"),
			   field_true(c, "passive") ? " (passive)" : "",
			   field_u64(c, "auxiliary_id") != 0 ? " (auxiliary)" : "");
		table_cell(t, "%s", field_text(c, "state"));
		table_cell(t, "%s", field_text(c, "role"));
		table_cell(t, "%s", field_text(c, "version"));
		table_cell(t, "%llu", (unsigned long long)field_u64(c, "packet_ins"));
		table_cell(t, "%llu", (unsigned long long)field_u64(c, "packet_ins_dropped"));
		table_cell(t, "%s", field_text(c, "last_error"));
	}
	if (table_n_rows(t) != 0)
		table_print(t, stdout, indent);
	else
		printf("%*sno controller is configured (fail mode %s)\n", indent, "",
		       field_text(sw, "fail_mode"));
	table_free(t);
}

int controller_show(const struct cli *cli, int argc, char **argv)
{
	json_t *sw = NULL;
	int code;
	struct http *http = http_switch(cli, &code);

	if (http != NULL)
		code = http_get(http, "/v1/switch", JSON_OBJECT, &sw);
	if (code == CLI_OK && cli->json) {
		json_t *part =
			json_pack("{s:O?, s:O?}", "controllers", json_object_get(sw, "controllers"),
				  "listeners", json_object_get(sw, "listeners"));

		http_print(part);
		json_decref(part);
	} else if (code == CLI_OK) {
		size_t i;
		json_t *listener;

		controllers_print(sw, 0);
		json_array_foreach(json_object_get(sw, "listeners"), i, listener)
			printf("%s%s", i == 0 ? "listens at " : ", ", json_string_value(listener));
		if (i != 0)
			putchar('\n');
	}
	json_decref(sw);
	http_free(http);
	return code;
}
