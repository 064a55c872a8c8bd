// SPDX-License-Identifier: Apache-2.0
#include "cli/drops.h"

#include <stdlib.h>

#include "cli/field.h"
#include "cli/http.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/text.h"

static int more_packets(const void *a, const void *b)
{
	uint64_t na = field_u64(*(json_t *const *)a, "packets");
	uint64_t nb = field_u64(*(json_t *const *)b, "packets");

	return na < nb ? 1 : na > nb ? -1 : 0;
}

/* The ports as `vm1 12, vm2 3`. */
static char *ports_text(const json_t *ports)
{
	struct text t = {0};
	const char *name;
	json_t *n;

	json_object_foreach((json_t *)ports, name, n)
	{
		if (json_integer_value(n) > 0)
			text_add(&t, "%s%s %" JSON_INTEGER_FORMAT, t.len != 0 ? ", " : "", name,
				 json_integer_value(n));
	}
	return text_steal(&t);
}

void drops_print(const json_t *drops, size_t n_max, int indent)
{
	struct table *t = table_new("REASON|>FRAMES|PORTS|MEANING");
	size_t n = json_array_size(drops);
	json_t **sorted = calloc(n + 1, sizeof(json_t *));

	if (sorted == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		sorted[i] = json_array_get(drops, i);
	qsort(sorted, n, sizeof(json_t *), more_packets);
	for (size_t i = 0; i < n && (n_max == 0 || i < n_max); i++) {
		char *ports;

		if (field_u64(sorted[i], "packets") == 0)
			break;
		ports = ports_text(json_object_get(sorted[i], "ports"));
		table_cell(t, "%s", field_text(sorted[i], "reason"));
		table_cell(t, "%llu", (unsigned long long)field_u64(sorted[i], "packets"));
		table_cell(t, "%s", ports);
		table_cell(t, "%s", field_text(sorted[i], "meaning"));
		free(ports);
	}
	if (table_n_rows(t) != 0)
		table_print(t, stdout, indent);
	else
		printf("%*snothing was dropped\n", indent, "");
	free(sorted);
	table_free(t);
}

int drops_show(const struct cli *cli, int argc, char **argv)
{
	json_t *drops = NULL;
	int code;
	struct http *http = http_switch(cli, &code);

	if (http != NULL)
		code = http_get(http, "/v1/drops", JSON_ARRAY, &drops);
	if (code == CLI_OK && cli->json)
		http_print(drops);
	else if (code == CLI_OK)
		drops_print(drops, 0, 0);
	json_decref(drops);
	http_free(http);
	return code;
}
