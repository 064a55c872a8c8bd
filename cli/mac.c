// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "cli/field.h"
#include "cli/http.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/addr.h"
#include "lib/text.h"

#define VLAN_MAX 4095

static void macs_print(const json_t *macs)
{
	struct table *t = table_new("ADDRESS|>VLAN|PORT|>AGE");
	size_t i;
	json_t *m;

	json_array_foreach((json_t *)macs, i, m)
	{
		table_cell(t, "%s", field_text(m, "mac"));
		table_cell(t, "%llu", (unsigned long long)field_u64(m, "vlan"));
		table_cell(t, "%s", field_text(m, "port"));
		if (field_true(m, "static"))
			table_cell(t, "static");
		else
			table_cell(t, "%llu s", (unsigned long long)field_u64(m, "age_s"));
	}
	table_print(t, stdout, 0);
	table_free(t);
}

int mac_show(const struct cli *cli, int argc, char **argv)
{
	json_t *macs = NULL;
	int code;
	struct http *http = http_switch(cli, &code);

	if (http != NULL)
		code = http_get(http, "/v1/macs", JSON_ARRAY, &macs);
	if (code == CLI_OK && cli->json)
		http_print(macs);
	else if (code == CLI_OK)
		macs_print(macs);
	json_decref(macs);
	http_free(http);
	return code;
}

/* Checks an address and a VLAN (NULL: 0, untagged); a CLI_ code, with the error said. */
static int entry_read(const char *address, const char *vlan_word, char *mac, uint64_t *vlan)
{
	struct eth_addr addr;

	if (eth_addr_parse(address, &addr) != 0) {
		cli_error("'%s' is no MAC address; give it as 02:00:00:00:00:01", address);
		return CLI_USAGE;
	}
	eth_addr_text(&addr, mac);
	*vlan = 0;
	if (vlan_word != NULL && text_parse_u64(vlan_word, VLAN_MAX, vlan) != 0) {
		cli_error("'%s' is no VLAN; give 1 to 4094, or 0 for no VLAN", vlan_word);
		return CLI_USAGE;
	}
	return CLI_OK;
}

int mac_add(const struct cli *cli, int argc, char **argv)
{
	char mac[ETH_ADDR_TEXT_SIZE];
	struct http *http = NULL;
	json_t *body, *answer = NULL;
	uint64_t vlan;
	int code = entry_read(argv[0], argc > 2 ? argv[2] : NULL, mac, &vlan);

	if (code != CLI_OK)
		return code;
	body = json_pack("{s:s, s:I, s:s}", "mac", mac, "vlan", (json_int_t)vlan, "port", argv[1]);
	if (body == NULL) {
		cli_error("the name of the port is not UTF-8 text; see heddle port show");
		return CLI_USAGE;
	}
	http = http_switch(cli, &code);
	if (http != NULL)
		code = http_request(http, "POST", "/v1/macs", body, &answer);
	if (code == CLI_OK && cli->json)
		http_print(answer);
	json_decref(answer);
	json_decref(body);
	http_free(http);
	return code;
}

static int delete_path(const struct cli *cli, const char *path)
{
	int code;
	struct http *http = http_switch(cli, &code);

	if (http != NULL)
		code = http_request(http, "DELETE", path, NULL, NULL);
	http_free(http);
	return code;
}

int mac_del(const struct cli *cli, int argc, char **argv)
{
	char mac[ETH_ADDR_TEXT_SIZE];
	uint64_t vlan;
	char *path;
	int code = entry_read(argv[0], argc > 1 ? argv[1] : NULL, mac, &vlan);

	if (code != CLI_OK)
		return code;
	path = text_format("/v1/macs/%s/%llu", mac, (unsigned long long)vlan);
	code = delete_path(cli, path);
	free(path);
	return code;
}

int mac_flush(const struct cli *cli, int argc, char **argv)
{
	return delete_path(cli, "/v1/macs");
}
