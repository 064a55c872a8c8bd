// SPDX-License-Identifier: Apache-2.0
/* Meters in ovs-ofctl's syntax, both ways. */
#include "openflow/flow_text.h"
#include "openflow/text_form.h"

#include <errno.h>
#include <stdlib.h>

static const struct {
	const char *word;
	uint16_t flag;
} flags[] = {{"kbps", OFPMF_KBPS},
	     {"pktps", OFPMF_PKTPS},
	     {"burst", OFPMF_BURST},
	     {"stats", OFPMF_STATS}};

static const struct {
	const char *word;
	uint32_t meter_id;
} reserved[] = {{"all", OFPM_ALL}, {"controller", OFPM_CONTROLLER}, {"slowpath", OFPM_SLOWPATH}};

void of_meter_id_text(uint32_t meter_id, struct text *t)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (reserved[i].meter_id == meter_id) {
			text_add(t, "%s", reserved[i].word);
			return;
		}
	}
	text_add(t, "%u", meter_id);
}

void of_meter_text(const struct of_meter *meter, struct text *t)
{
	text_add(t, "meter=");
	of_meter_id_text(meter->meter_id, t);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (meter->flags & flags[i].flag)
			text_add(t, " %s", flags[i].word);
	text_add(t, " bands=");
	for (unsigned i = 0; i < meter->n_bands; i++) {
		const struct of_meter_band *band = &meter->bands[i];

		text_add(t, "\ntype=%s rate=%u",
			 band->type == OFPMBT_DROP          ? "drop"
			 : band->type == OFPMBT_DSCP_REMARK ? "dscp_remark"
							    : "experimenter",
			 band->rate);
		if (meter->flags & OFPMF_BURST)
			text_add(t, " burst_size=%u", band->burst_size);
		if (band->type == OFPMBT_DSCP_REMARK)
			text_add(t, " prec_level=%u", band->prec_level);
	}
}

static int number_of(struct of_parser *p, const struct of_word *word, uint64_t max, uint64_t *value)
{
	if (word->value == NULL || text_parse_u64(word->value, max, value) != 0)
		return of_parser_fail(p, "%s=%.40s: it is no number up to %llu: write %s=N",
				      word->key, word->value != NULL ? word->value : "",
				      (unsigned long long)max, word->key);
	return 0;
}

static int meter_id_parse(struct of_parser *p, const struct of_word *word, uint32_t *meter_id)
{
	uint64_t number;
	int rc;

	for (size_t i = 0; word->value != NULL && i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (strcmp(reserved[i].word, word->value) == 0) {
			*meter_id = reserved[i].meter_id;
			return 0;
		}
	}
	rc = number_of(p, word, OFPM_MAX, &number);
	if (rc == 0 && number == 0)
		return of_parser_fail(p, "meter=0: meters are numbered from 1");
	if (rc == 0)
		*meter_id = (uint32_t)number;
	return rc;
}

/* What may stand in front of the bands. */
static int head_word(struct of_parser *p, const struct of_word *word, struct of_meter *meter)
{
	if (strcmp(word->key, "meter") == 0)
		return meter_id_parse(p, word, &meter->meter_id);
	for (size_t i = 0; word->value == NULL && i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(word->key, flags[i].word) == 0) {
			meter->flags |= flags[i].flag;
			return 0;
		}
	}
	return of_parser_fail(p,
			      "\"%.40s\" is not known in a meter: write meter=, kbps or pktps, "
			      "burst, stats, bands=type=drop,rate=",
			      word->key);
}

static int band_type_parse(struct of_parser *p, const char *name, struct of_meter_band *band)
{
	if (name != NULL && strcmp(name, "drop") == 0)
		band->type = OFPMBT_DROP;
	else if (name != NULL && strcmp(name, "dscp_remark") == 0)
		band->type = OFPMBT_DSCP_REMARK;
	else
		return of_parser_fail(p, "type=%.40s: bands are of type drop or dscp_remark",
				      name != NULL ? name : "");
	return 0;
}

/* Which words a band had. */
struct band_words {
	bool rate, burst_size, prec_level;
};

static int band_word(struct of_parser *p, const struct of_word *word, struct of_meter_band *band,
		     struct band_words *had)
{
	uint64_t number;
	int rc;

	if (strcmp(word->key, "rate") == 0) {
		rc = number_of(p, word, UINT32_MAX, &number);
		band->rate = (uint32_t)(rc == 0 ? number : 0);
		had->rate = true;
	} else if (strcmp(word->key, "burst_size") == 0) {
		rc = number_of(p, word, UINT32_MAX, &number);
		band->burst_size = (uint32_t)(rc == 0 ? number : 0);
		had->burst_size = true;
	} else if (strcmp(word->key, "prec_level") == 0) {
		rc = number_of(p, word, UINT8_MAX, &number);
		band->prec_level = (uint8_t)(rc == 0 ? number : 0);
		had->prec_level = true;
	} else {
		rc = of_parser_fail(p,
				    "\"%.40s\" is not known in a band: write type=, rate=, "
				    "burst_size= and prec_level=",
				    word->key);
	}
	return rc;
}

static int band_check(struct of_parser *p, const struct of_meter *meter,
		      const struct of_meter_band *band, const struct band_words *had)
{
	if (!had->rate)
		return of_parser_fail(p, "a band has no rate: add rate=N");
	if (had->burst_size && !(meter->flags & OFPMF_BURST))
		return of_parser_fail(p, "burst_size needs the word burst in front of the bands");
	if (!had->burst_size && (meter->flags & OFPMF_BURST))
		return of_parser_fail(p, "a band of a meter with burst has no burst_size: add "
					 "burst_size=N");
	if (band->type == OFPMBT_DSCP_REMARK && !had->prec_level)
		return of_parser_fail(p, "a dscp_remark band has no prec_level: add prec_level=1");
	return 0;
}

static int bands_parse(struct of_parser *p, char *text, struct of_meter *meter)
{
	struct of_word words[OF_WORDS_MAX];
	int n = of_words_split(p, text, words);
	struct band_words had = {false};
	struct of_meter_band *band = NULL;
	int rc = 0;

	if (n < 0)
		return n;
	meter->bands = of_arena_alloc(p->arena, (size_t)n * sizeof(*meter->bands));
	if (meter->bands == NULL)
		return -ENOMEM;
	for (int i = 0; i < n && rc == 0; i++) {
		if (strcmp(words[i].key, "type") == 0) {
			if (band != NULL)
				rc = band_check(p, meter, band, &had);
			band = &meter->bands[meter->n_bands++];
			*band = (struct of_meter_band){0};
			had = (struct band_words){false};
			if (rc == 0)
				rc = band_type_parse(p, words[i].value, band);
		} else if (band == NULL) {
			rc = of_parser_fail(p, "\"%.40s\": a band starts with type=", words[i].key);
		} else {
			rc = band_word(p, &words[i], band, &had);
		}
	}
	if (rc == 0 && band != NULL)
		rc = band_check(p, meter, band, &had);
	return rc;
}

/* Cuts the text in front of `bands=`; returns what follows it, or NULL. */
static char *bands_cut(char *text)
{
	char *at = strstr(text, "band");
	char *equal = at != NULL ? strchr(at, '=') : NULL;

	if (equal == NULL || (!text_starts(at, "band=") && !text_starts(at, "bands=")))
		return NULL;
	*at = '\0';
	return equal + 1;
}

static int meter_check(struct of_parser *p, const struct of_meter_mod *mod, bool has_bands)
{
	if (mod->command == OFPMC_DELETE)
		return has_bands ? of_parser_fail(p, "a delete takes no bands: leave them out") : 0;
	if (mod->meter.meter_id == OFPM_ALL)
		return of_parser_fail(p, "the meter's number is missing: write meter=N");
	if (!(mod->meter.flags & (OFPMF_KBPS | OFPMF_PKTPS)))
		return of_parser_fail(p, "the unit of the rates is missing: write kbps or pktps");
	if (!has_bands)
		return of_parser_fail(p, "the bands are missing: write bands=type=drop,rate=N");
	return 0;
}

int of_meter_parse(const char *text, enum of_meter_command command, struct of_arena *arena,
		   struct of_meter_mod *mod, char *why, size_t why_size)
{
	struct of_parser p = {.arena = arena, .why = why, .why_size = why_size, .ip_proto = -1};
	struct of_word words[OF_WORDS_MAX];
	char *copy = strdup(text);
	char *bands;
	int n, rc = 0;

	if (copy == NULL)
		return -ENOMEM;
	*mod = (struct of_meter_mod){.command = (uint16_t)command, .meter = {.meter_id = OFPM_ALL}};
	bands = bands_cut(copy);
	n = of_words_split(&p, copy, words);
	if (n == 1 && strcmp(words[0].key, "all") == 0 && command == OFPMC_DELETE)
		n = 0;
	for (int i = 0; i < n && rc == 0; i++)
		rc = head_word(&p, &words[i], &mod->meter);
	if (n < 0)
		rc = n;
	if (rc == 0)
		rc = meter_check(&p, mod, bands != NULL);
	if (rc == 0 && bands != NULL)
		rc = bands_parse(&p, bands, &mod->meter);
	free(copy);
	return rc;
}
