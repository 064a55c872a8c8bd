// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/numbered.h"
#include "cli/parse.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

static const struct numbered meters = {
	.noun = "meter",
	.key = "meter=",
	.min = 1,
	.max = OFPM_MAX,
	.del = &line_meter_delete,
	.features = OFPMP_METER_FEATURES,
};

/* What was counted of one meter. */
struct total {
	uint32_t meter_id, flow_count;
	uint64_t n_packets, n_bytes;
	uint64_t n_dropped; /* or marked: by all its bands */
	double duration_s;
};

struct listing {
	struct total *totals;
	size_t n_totals;
	json_t *json; /* NULL: lines for people */
};

static int total_take(void *context, const union of_multipart_entry *entry)
{
	struct listing *list = context;
	const struct of_meter_stats *m = &entry->meter;
	struct total *total;

	if ((list->n_totals & (list->n_totals - 1)) == 0) {
		list->totals =
			realloc(list->totals, (list->n_totals != 0 ? list->n_totals * 2 : 1) *
						      sizeof(*list->totals));
		if (list->totals == NULL)
			abort();
	}
	total = &list->totals[list->n_totals++];
	*total = (struct total){
		.meter_id = m->meter_id,
		.flow_count = m->flow_count,
		.n_packets = m->n_packets_in,
		.n_bytes = m->n_bytes_in,
		.duration_s = m->duration_s + m->duration_ns / 1e9,
	};
	for (uint16_t i = 0; i < m->n_bands; i++)
		total->n_dropped += m->bands[i].n_packets;
	return 0;
}

static struct total total_find(const struct listing *list, uint32_t meter_id)
{
	for (size_t i = 0; i < list->n_totals; i++) {
		if (list->totals[i].meter_id == meter_id)
			return list->totals[i];
	}
	return (struct total){.meter_id = meter_id};
}

static int meter_print(void *context, const union of_multipart_entry *entry)
{
	struct listing *list = context;
	const struct of_meter *m = &entry->meter_config;
	struct total total = total_find(list, m->meter_id);
	struct text line = {0};

	of_meter_text(m, &line);
	if (list->json != NULL) {
		json_array_append_new(list->json,
				      json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:f}", "meter_id",
						(json_int_t)m->meter_id, "meter", text_get(&line),
						"flows", (json_int_t)total.flow_count, "n_packets",
						(json_int_t)total.n_packets, "n_bytes",
						(json_int_t)total.n_bytes, "n_packets_in_bands",
						(json_int_t)total.n_dropped, "duration_s",
						total.duration_s));
	} else {
		printf("duration=%.3fs, flows=%u, n_packets=%" PRIu64 ", n_bytes=%" PRIu64
		       ", in_bands=%" PRIu64 ", ",
		       total.duration_s, total.flow_count, total.n_packets, total.n_bytes,
		       total.n_dropped);
		table_print_lines(text_get(&line), stdout);
	}
	text_free(&line);
	return 0;
}

int meter_show(const struct cli *cli, int argc, char **argv)
{
	struct of_multipart_request request;
	struct listing list = {0};
	uint32_t meter_id = OFPM_ALL;
	struct session *s;
	int code = argc == 1 ? numbered_read(&meters, argv[0], &meter_id) : CLI_OK;

	if (code != CLI_OK)
		return code;
	s = session_open(cli, &code);
	if (s == NULL)
		return code;
	list.json = cli->json ? json_array() : NULL;
	of_multipart_request_init(&request, OFPMP_METER);
	request.meter_id = meter_id;
	code = session_multipart(s, &request, total_take, &list);
	if (code == CLI_OK) {
		of_multipart_request_init(&request, OFPMP_METER_CONFIG);
		request.meter_id = meter_id;
		code = session_multipart(s, &request, meter_print, &list);
	}
	if (code == CLI_OK && list.json != NULL) {
		json_dumpf(list.json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
		putchar('\n');
	}
	json_decref(list.json);
	free(list.totals);
	session_close(s);
	return code;
}

int meter_add(const struct cli *cli, int argc, char **argv)
{
	return apply_verb(cli, argc, argv, &line_meter_add);
}

int meter_mod(const struct cli *cli, int argc, char **argv)
{
	return apply_verb(cli, argc, argv, &line_meter_modify);
}

int meter_del(const struct cli *cli, int argc, char **argv)
{
	return numbered_del(&meters, cli, argc, argv);
}

int meter_features(const struct cli *cli, int argc, char **argv)
{
	return numbered_features(&meters, cli);
}
