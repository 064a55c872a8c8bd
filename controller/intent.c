// SPDX-License-Identifier: Apache-2.0
#include "controller/intent.h"

#include "controller/yaml_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void intent_free(struct intent *intent)
{
	if (intent == NULL)
		return;
	for (unsigned i = 0; i < intent->n_uplinks; i++)
		free(intent->uplinks[i].networks);
	free(intent->switches);
	free(intent->networks);
	free(intent->attachments);
	free(intent->uplinks);
	free(intent);
}

int intent_switch_find(const struct intent *intent, uint64_t dpid)
{
	for (unsigned i = 0; i < intent->n_switches; i++) {
		if (intent->switches[i].dpid == dpid)
			return (int)i;
	}
	return -ENOENT;
}

bool intent_uplink_carries(const struct intent_uplink *uplink, unsigned network)
{
	if (uplink->has_native && uplink->native == network)
		return true;
	for (unsigned i = 0; i < uplink->n_networks; i++) {
		if (uplink->networks[i] == network)
			return true;
	}
	return false;
}

struct intent *intent_load(const char *path, char *why)
{
	FILE *file = fopen(path, "re");
	char *bytes = malloc(YAML_TREE_SIZE_MAX + 1);
	struct intent *intent = NULL;
	size_t size;

	if (file == NULL || bytes == NULL) {
		snprintf(why, INTENT_WHY_SIZE,
			 "%s: cannot be opened (%s); name a file that this user can read", path,
			 strerror(errno));
		goto out;
	}
	size = fread(bytes, 1, YAML_TREE_SIZE_MAX + 1, file);
	if (ferror(file)) {
		snprintf(why, INTENT_WHY_SIZE, "%s: cannot be read (%s); name a regular file", path,
			 strerror(errno));
		goto out;
	}
	intent = intent_parse(path, bytes, size, why);
out:
	free(bytes);
	if (file != NULL)
		fclose(file);
	return intent;
}
