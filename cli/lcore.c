// SPDX-License-Identifier: Apache-2.0
#include "cli/field.h"
#include "cli/sample.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/units.h"

#define INTERVAL_S 1.0

static void rate_cells(struct table *t, struct lcore_rate rate)
{
	char pps[UNITS_TEXT_SIZE];

	table_cell(t, "%.1f", rate.busy * 100);
	table_cell(t, "%s", units_count(rate.pps, pps));
	if (rate.cycles_per_frame > 0)
		table_cell(t, "%.0f", rate.cycles_per_frame);
	else
		table_cell(t, "-");
}

static void lcores_print(const struct sample *before, const struct sample *now)
{
	struct table *t = table_new(">LCORE|PORT|>QUEUE|>BUSY %|>FRAMES/S|>CYCLES/FRAME");
	size_t i, j;
	json_t *lcore, *rxq;

	json_array_foreach(now->lcores, i, lcore)
	{
		table_cell(t, "%llu", (unsigned long long)field_u64(lcore, "lcore"));
		table_cell(t, "all");
		table_cell(t, "%s", "");
		rate_cells(t, sample_lcore_rate(before, now, lcore));
		json_array_foreach(json_object_get(lcore, "rxqs"), j, rxq)
		{
			table_cell(t, "%s", "");
			table_cell(t, "%s", field_text(rxq, "port"));
			table_cell(t, "%llu", (unsigned long long)field_u64(rxq, "queue"));
			rate_cells(t, sample_rxq_rate(before, now, lcore, rxq));
		}
	}
	table_print(t, stdout, 0);
	table_free(t);
}

int lcore_show(const struct cli *cli, int argc, char **argv)
{
	struct sample before = {0}, now = {0};
	int code;
	struct http *http = http_switch(cli, &code);

	if (http != NULL)
		code = sample_take(http, false, true, &before);
	if (code == CLI_OK && cli->json) {
		http_print(before.lcores);
	} else if (code == CLI_OK) {
		sample_wait(cli->interval_s > 0 ? cli->interval_s : INTERVAL_S);
		code = sample_take(http, false, true, &now);
		if (code == CLI_OK)
			lcores_print(&before, &now);
	}
	sample_free(&before);
	sample_free(&now);
	http_free(http);
	return code;
}
