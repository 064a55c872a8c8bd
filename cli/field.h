// SPDX-License-Identifier: Apache-2.0
/*
 * field: members of JSON objects that a peer sent. A member that is missing, or of another type
 * than the API promises, reads as the neutral value, so a table never fails on one cell. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

/** The string `key`, or "-" when there is none. */
static inline const char *field_text(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s != NULL && *s != '\0' ? s : "-";
}

/** The number `key`; 0 when there is none or it is negative. */
static inline uint64_t field_u64(const json_t *object, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(object, key));

	return v > 0 ? (uint64_t)v : 0;
}

/** True when `key` is true. */
static inline int field_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/** The sum of an object's numbers, as of the drops by reason. */
static inline uint64_t field_sum(const json_t *numbers)
{
	uint64_t sum = 0;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)numbers, key, value) sum +=
		(uint64_t)json_integer_value(value);
	return sum;
}
