// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/port_numbers.h"

#include <string.h>

#include "lib/text.h"

void port_numbers_note(struct port_numbers *numbers, const char *name, uint32_t ofport)
{
	struct port_number *place = NULL;

	for (uint32_t i = 0; i < PORT_NUMBERS_MAX && place == NULL; i++) {
		if (strcmp(numbers->at[i].name, name) == 0)
			place = &numbers->at[i];
	}
	if (place == NULL)
		place = &numbers->at[numbers->next++ % PORT_NUMBERS_MAX];
	text_copy(place->name, sizeof(place->name), name);
	place->ofport = ofport;
}

uint32_t port_numbers_of(const struct port_numbers *numbers, const char *name)
{
	for (uint32_t i = 0; i < PORT_NUMBERS_MAX; i++) {
		if (strcmp(numbers->at[i].name, name) == 0)
			return numbers->at[i].ofport;
	}
	return 0;
}

bool port_numbers_taken(const struct port_numbers *numbers, uint32_t ofport, const char *name)
{
	for (uint32_t i = 0; i < PORT_NUMBERS_MAX; i++) {
		if (numbers->at[i].ofport == ofport && strcmp(numbers->at[i].name, name) != 0)
			return true;
	}
	return false;
}
