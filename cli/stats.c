// SPDX-License-Identifier: Apache-2.0
#include "cli/field.h"
#include "cli/sample.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/units.h"

#define INTERVAL_S 1.0

static void rates_print(const struct sample *before, const struct sample *now)
{
	struct table *t =
		table_new("PORT|LINK|>RX FRAMES/S|>RX RATE|>TX FRAMES/S|>TX RATE|>DROPS/S");
	char text[UNITS_TEXT_SIZE];
	size_t i;
	json_t *port;

	json_array_foreach(now->ports, i, port)
	{
		struct port_rate r = sample_port_rate(before, now, port);

		table_cell(t, "%s", field_text(port, "name"));
		table_cell(t, "%s", field_text(port, "link"));
		table_cell(t, "%s", units_count(r.rx_pps, text));
		table_cell(t, "%s", units_bit_rate(r.rx_bps, text));
		table_cell(t, "%s", units_count(r.tx_pps, text));
		table_cell(t, "%s", units_bit_rate(r.tx_bps, text));
		table_cell(t, "%s", units_count(r.drop_pps, text));
	}
	table_print(t, stdout, 0);
	table_free(t);
}

/* One line for each interval, so that a script reads lines. */
static void rates_print_json(const struct sample *before, const struct sample *now)
{
	json_t *ports = json_array();
	json_t *line;
	size_t i;
	json_t *port;

	json_array_foreach(now->ports, i, port)
	{
		struct port_rate r = sample_port_rate(before, now, port);

		json_array_append_new(ports, json_pack("{s:s, s:f, s:f, s:f, s:f, s:f}", "name",
						       field_text(port, "name"), "rx_pps", r.rx_pps,
						       "rx_bps", r.rx_bps, "tx_pps", r.tx_pps,
						       "tx_bps", r.tx_bps, "drops_ps", r.drop_pps));
	}
	line = json_pack("{s:f, s:o}", "interval_s", (double)(now->at_ms - before->at_ms) / 1000,
			 "ports", ports);
	json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
	putchar('\n');
	json_decref(line);
}

int stats_show(const struct cli *cli, int argc, char **argv)
{
	struct sample before = {0}, now = {0};
	int code;
	struct http *http = http_switch(cli, &code);

	if (http != NULL)
		code = sample_take(http, true, false, &before);
	for (uint64_t n = 0; code == CLI_OK && (cli->count == 0 || n < cli->count); n++) {
		sample_wait(cli->interval_s > 0 ? cli->interval_s : INTERVAL_S);
		code = sample_take(http, true, false, &now);
		if (code != CLI_OK)
			break;
		if (cli->json) {
			rates_print_json(&before, &now);
		} else {
			if (n != 0)
				putchar('\n');
			rates_print(&before, &now);
		}
		if (fflush(stdout) != 0)
			break;
		sample_free(&before);
		before = now;
		now = (struct sample){0};
	}
	sample_free(&before);
	sample_free(&now);
	http_free(http);
	return code;
}
