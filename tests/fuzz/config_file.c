// SPDX-License-Identifier: Apache-2.0
/* The configuration file: any bytes either set options or give one sentence. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/agent/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options o;
	char why[512] = "";

	options_init(&o);
	if (options_parse_config(&o, "f", (const char *)data, size, why, sizeof(why)) < 0) {
		if (strncmp(why, "f:", 2) != 0)
			abort();
	} else {
		for (size_t i = 0; i < o.ports.n; i++) {
			if (strchr(o.ports.at[i], ',') == NULL)
				abort();
		}
	}
	options_free(&o);
	return 0;
}
