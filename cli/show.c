// SPDX-License-Identifier: Apache-2.0
#include "cli/controller.h"
#include "cli/drops.h"
#include "cli/field.h"
#include "cli/port.h"
#include "cli/sample.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/units.h"

#define INTERVAL_S 0.5
#define N_DROP_REASONS 5 /* on the page; `heddle drops` has all */

static void switch_print(const json_t *sw)
{
	const json_t *memory = json_object_get(sw, "memory");
	uint64_t mbufs = field_u64(memory, "mbufs");
	char rx[UNITS_TEXT_SIZE], tx[UNITS_TEXT_SIZE], drops[UNITS_TEXT_SIZE];
	char up[UNITS_TEXT_SIZE];

	printf("%s  Heddle %s, datapath id %s, up %s, fail mode %s\n", field_text(sw, "name"),
	       field_text(sw, "version"), field_text(sw, "dpid"),
	       units_span(field_u64(sw, "uptime_s"), up), field_text(sw, "fail_mode"));
	printf("frames   %s in, %s out, %s dropped\n",
	       units_count((double)field_u64(sw, "rx_packets"), rx),
	       units_count((double)field_u64(sw, "tx_packets"), tx),
	       units_count((double)field_u64(sw, "drops"), drops));
	printf("tables   %llu flows, %llu groups, %llu of %llu MAC addresses (forgotten after "
	       "%llu s)\n",
	       (unsigned long long)field_u64(sw, "n_flows"),
	       (unsigned long long)field_u64(sw, "n_groups"),
	       (unsigned long long)field_u64(sw, "n_macs"),
	       (unsigned long long)field_u64(sw, "mac_table_size"),
	       (unsigned long long)field_u64(sw, "mac_ageing_s"));
	printf("memory   %s\n", json_is_string(json_object_get(memory, "note"))
					? field_text(memory, "note")
					: field_text(memory, "pages"));
	printf("buffers  %llu of %llu in use\n",
	       (unsigned long long)(mbufs - field_u64(memory, "mbufs_free")),
	       (unsigned long long)mbufs);
}

static void lcores_print(const struct sample *before, const struct sample *now)
{
	size_t i;
	json_t *lcore;

	fputs("lcores  ", stdout);
	json_array_foreach(now->lcores, i, lcore)
	{
		struct lcore_rate r = sample_lcore_rate(before, now, lcore);

		printf("%s %llu busy %.0f %%", i != 0 ? "," : "",
		       (unsigned long long)field_u64(lcore, "lcore"), r.busy * 100);
		if (r.cycles_per_frame > 0)
			printf(" (%.0f cycles per frame)", r.cycles_per_frame);
	}
	puts(i == 0 ? " none" : "");
}

static void ports_print(const struct sample *before, const struct sample *now)
{
	struct table *t = table_new("PORT|>OFPORT|KIND|LINK|VLAN|>RX FRAMES/S|>RX RATE|"
				    ">TX FRAMES/S|>TX RATE|>DROPS");
	char text[UNITS_TEXT_SIZE];
	size_t i;
	json_t *p;

	json_array_foreach(now->ports, i, p)
	{
		struct port_rate r = sample_port_rate(before, now, p);
		struct text vlan = {0};

		port_vlan_text(p, &vlan);
		table_cell(t, "%s", field_text(p, "name"));
		port_number_cell(t, field_u64(p, "ofport"));
		table_cell(t, "%s", field_text(p, "kind"));
		table_cell(t, "%s%s", field_text(p, "link"),
			   field_text(p, "admin")[0] == 'd' ? " (admin down)" : "");
		table_cell(t, "%s", text_get(&vlan));
		table_cell(t, "%s", units_count(r.rx_pps, text));
		table_cell(t, "%s", units_bit_rate(r.rx_bps, text));
		table_cell(t, "%s", units_count(r.tx_pps, text));
		table_cell(t, "%s", units_bit_rate(r.tx_bps, text));
		table_cell(t, "%s", units_count((double)sample_port_drops(p), text));
		text_free(&vlan);
	}
	if (table_n_rows(t) != 0)
		table_print(t, stdout, 0);
	else
		puts("no ports; see heddle help port add");
	table_free(t);
}

static void page_print(const json_t *sw, const json_t *drops, const struct sample *before,
		       const struct sample *now)
{
	switch_print(sw);
	lcores_print(before, now);
	putchar('\n');
	ports_print(before, now);
	putchar('\n');
	controllers_print(sw, 0);
	putchar('\n');
	drops_print(drops, N_DROP_REASONS, 0);
}

int show_show(const struct cli *cli, int argc, char **argv)
{
	struct sample before = {0}, now = {0};
	json_t *sw = NULL, *drops = NULL;
	int code;
	struct http *http = http_switch(cli, &code);

	if (http != NULL)
		code = sample_take(http, true, true, &before);
	if (code == CLI_OK)
		code = http_get(http, "/v1/switch", JSON_OBJECT, &sw);
	if (code == CLI_OK)
		code = http_get(http, "/v1/drops", JSON_ARRAY, &drops);
	if (code == CLI_OK && cli->json) {
		json_t *page = json_pack("{s:O, s:O, s:O, s:O}", "switch", sw, "ports",
					 before.ports, "lcores", before.lcores, "drops", drops);

		http_print(page);
		json_decref(page);
	} else if (code == CLI_OK) {
		sample_wait(INTERVAL_S);
		code = sample_take(http, true, true, &now);
		if (code == CLI_OK)
			page_print(sw, drops, &before, &now);
	}
	sample_free(&before);
	sample_free(&now);
	json_decref(sw);
	json_decref(drops);
	http_free(http);
	return code;
}
