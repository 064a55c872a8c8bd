// SPDX-License-Identifier: Apache-2.0
#include "cli/numbered.h"

#include <string.h>

#include "cli/table.h"
#include "lib/text.h"

int numbered_read(const struct numbered *sort, const char *word, uint32_t *id)
{
	uint64_t value;

	if (text_starts(word, sort->key))
		word += strlen(sort->key);
	if (text_parse_u64(word, sort->max, &value) != 0 || value < sort->min) {
		cli_error("'%s' is no %s; give its number, heddle %s show lists them", word,
			  sort->noun, sort->noun);
		return CLI_USAGE;
	}
	*id = (uint32_t)value;
	return CLI_OK;
}

int numbered_del(const struct numbered *sort, const struct cli *cli, int argc, char **argv)
{
	char text[48];
	uint32_t id = 0;
	int code = CLI_OK;

	snprintf(text, sizeof(text), "%sall", sort->key);
	if (argc == 1 && strcmp(argv[0], "all") != 0) {
		code = numbered_read(sort, argv[0], &id);
		snprintf(text, sizeof(text), "%s%u", sort->key, id);
	}
	return code != CLI_OK ? code : apply_text(cli, text, sort->del);
}

static int features_print(void *context, const union of_multipart_entry *entry)
{
	const struct numbered *sort = context;
	struct text line = {0};

	of_multipart_entry_text(sort->features, entry, NULL, &line);
	table_print_lines(text_get(&line), stdout);
	text_free(&line);
	return 0;
}

int numbered_features(const struct numbered *sort, const struct cli *cli)
{
	return session_list(cli, sort->features, features_print, (void *)(uintptr_t)sort);
}
