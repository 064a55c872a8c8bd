// SPDX-License-Identifier: Apache-2.0
#include "cli/field.h"
#include "cli/http.h"
#include "cli/table.h"
#include "cli/verb.h"

/* Asks the controller for the list at `path`, and prints it. */
static int list_show(const struct cli *cli, const char *path, void (*print)(const json_t *))
{
	json_t *list = NULL;
	int code;
	struct http *http = http_controller(cli, &code);

	if (http != NULL)
		code = http_get(http, path, JSON_ARRAY, &list);
	if (code == CLI_OK && cli->json)
		http_print(list);
	else if (code == CLI_OK)
		print(list);
	json_decref(list);
	http_free(http);
	return code;
}

static void networks_print(const json_t *networks)
{
	struct table *t = table_new("NETWORK|>VLAN|>ATTACHMENTS|>UPLINKS");
	size_t i;
	json_t *n;

	json_array_foreach((json_t *)networks, i, n)
	{
		table_cell(t, "%s", field_text(n, "name"));
		table_cell(t, "%llu", (unsigned long long)field_u64(n, "vlan"));
		table_cell(t, "%llu", (unsigned long long)field_u64(n, "attachments"));
		table_cell(t, "%llu", (unsigned long long)field_u64(n, "uplinks"));
	}
	table_print(t, stdout, 0);
	table_free(t);
}

static void attachments_print(const json_t *attachments)
{
	struct table *t = table_new("NETWORK|SWITCH|PORT|STATE|ADDRESS");
	size_t i;
	json_t *a;

	json_array_foreach((json_t *)attachments, i, a)
	{
		table_cell(t, "%s", field_text(a, "network"));
		table_cell(t, "%s", field_text(a, "switch"));
		table_cell(t, "%s", field_text(a, "port"));
		table_cell(t, "%s", field_text(a, "state"));
		table_cell(t, "%s", field_text(a, "mac"));
	}
	table_print(t, stdout, 0);
	table_free(t);
}

int network_show(const struct cli *cli, int argc, char **argv)
{
	return list_show(cli, "/v1/networks", networks_print);
}

int attachment_show(const struct cli *cli, int argc, char **argv)
{
	return list_show(cli, "/v1/attachments", attachments_print);
}

int reload(const struct cli *cli, int argc, char **argv)
{
	json_t *answer = NULL;
	int code;
	struct http *http = http_controller(cli, &code);

	if (http != NULL)
		code = http_request(http, "POST", "/v1/reload", NULL, &answer);
	if (code == CLI_OK && cli->json)
		http_print(answer);
	else if (code == CLI_OK)
		printf("reloaded: %llu flows and groups added, %llu deleted, %llu modified\n",
		       (unsigned long long)field_u64(answer, "added"),
		       (unsigned long long)field_u64(answer, "deleted"),
		       (unsigned long long)field_u64(answer, "modified"));
	json_decref(answer);
	http_free(http);
	return code;
}
