// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/options_openflow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The entry of the list that is about the same target; NULL: there is none. */
static const char *find_same(const struct option_list *list, const struct endpoint *e,
			     enum endpoint_side side)
{
	char name[TARGET_TEXT_SIZE], other_name[TARGET_TEXT_SIZE], why[300];
	struct endpoint other;

	target_text(&e->target, name);
	for (size_t i = 0; i < list->n; i++) {
		if (endpoint_parse(list->at[i], side, &other, why, sizeof(why)) == 0 &&
		    strcmp(target_text(&other.target, other_name), name) == 0)
			return list->at[i];
	}
	return NULL;
}

static int add(struct options *o, struct option_list *list, enum endpoint_side side,
	       const char *what, const char *value, char *why, size_t why_size)
{
	bool typed = o->n_ports_typed == SIZE_MAX; /* not from the file */
	struct text text = {0};
	struct endpoint e;
	const char *same;
	char sentence[300];
	int rc;

	if (endpoint_parse(value, side, &e, sentence, sizeof(sentence)) != 0) {
		snprintf(why, why_size, "%s: %s", what, sentence);
		return -EINVAL;
	}
	endpoint_text(&e, &text);
	same = find_same(list, &e, side);
	if (same == NULL) {
		rc = option_list_add(list, text_get(&text));
	} else if (typed && strcmp(same, text_get(&text)) != 0) {
		snprintf(why, why_size,
			 "%s %.100s is given twice, with other options; give it once", what, value);
		rc = -EINVAL;
	} else {
		rc = 0; /* the command line has said it */
	}
	text_free(&text);
	return rc;
}

int options_set_controller(struct options *o, const char *value, char *why, size_t why_size)
{
	return add(o, &o->controllers, ENDPOINT_CONTROLLER, "controller", value, why, why_size);
}

int options_set_listen(struct options *o, const char *value, char *why, size_t why_size)
{
	return add(o, &o->listeners, ENDPOINT_LISTENER, "listen", value, why, why_size);
}

int options_set_versions(struct options *o, const char *value, char *why, size_t why_size)
{
	static const enum of_version known[] = {OF10, OF13, OF14, OF15};
	char *copy = text_format("%s", value), *rest = NULL;
	uint32_t versions = 0;
	bool good = true;

	for (char *word = strtok_r(copy, ",", &rest); word != NULL && good;
	     word = strtok_r(NULL, ",", &rest)) {
		good = false;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (strcmp(word, of_version_name(known[i])) == 0) {
				versions |= OF_VERSION_BIT(known[i]);
				good = true;
			}
		}
	}
	free(copy);
	if (!good || versions == 0) {
		snprintf(why, why_size,
			 "of-versions %.40s is no list of versions; write some of 1.0,1.3,1.4,1.5",
			 value);
		return -EINVAL;
	}
	o->of_versions = versions;
	return 0;
}

static int set_file(char *to, const char *name, const char *value, char *why, size_t why_size)
{
	if (value[0] != '\0' && text_copy(to, OPTIONS_PATH_SIZE, value))
		return 0;
	snprintf(why, why_size, "%s \"%.60s\" is not a usable path; at most %d characters", name,
		 value, OPTIONS_PATH_SIZE - 1);
	return -EINVAL;
}

int options_set_tls_key(struct options *o, const char *value, char *why, size_t why_size)
{
	return set_file(o->tls_key, "tls-key", value, why, why_size);
}

int options_set_tls_cert(struct options *o, const char *value, char *why, size_t why_size)
{
	return set_file(o->tls_cert, "tls-cert", value, why, why_size);
}

int options_set_tls_ca(struct options *o, const char *value, char *why, size_t why_size)
{
	return set_file(o->tls_ca, "tls-ca", value, why, why_size);
}

int options_check_openflow(const struct options *o, char *why, size_t why_size)
{
	int n = (o->tls_key[0] != '\0') + (o->tls_cert[0] != '\0') + (o->tls_ca[0] != '\0');
	bool wanted = n != 0;

	for (size_t i = 0; i < o->controllers.n; i++)
		wanted |= text_starts(o->controllers.at[i], "tls:");
	for (size_t i = 0; i < o->listeners.n; i++)
		wanted |= text_starts(o->listeners.at[i], "tls:");
	if (!wanted || n == 3)
		return 0;
	snprintf(why, why_size, "%s", TLS_FILES_MISSING);
	return -EINVAL;
}

struct endpoint *options_endpoints(const struct option_list *list, enum endpoint_side side)
{
	struct endpoint *all = calloc(list->n + 1, sizeof(*all));
	char why[300];

	/* They were read once, so they can be read again. */
	for (size_t i = 0; all != NULL && i < list->n; i++)
		(void)endpoint_parse(list->at[i], side, &all[i], why, sizeof(why));
	return all;
}
