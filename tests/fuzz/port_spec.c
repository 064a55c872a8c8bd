// SPDX-License-Identifier: Apache-2.0
/* Fuzzes the reader of port specs, and what is made of them, with text of any kind. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/port/devargs.h"
#include "datapath/port/port.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take_other(void *arg, const char *key, const char *value, char *why, size_t why_size)
{
	if (strlen(value) > 100) {
		why[0] = '\0';
		return -EINVAL;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char devargs[DEVARGS_SIZE];
	char why[64]; /* short, so that sentences are cut */
	struct port_spec spec;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (port_spec_parse(text, &spec, take_other, NULL, why, sizeof(why)) == 0 &&
	    spec.kind == PORT_ETHDEV)
		(void)devargs_write(&spec, devargs);
	free(text);
	return 0;
}
