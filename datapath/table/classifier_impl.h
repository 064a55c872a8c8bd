// SPDX-License-Identifier: Apache-2.0
/* What the two halves of classifier share: its writer (classifier.c) and the search. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/table/classifier.h"
#include "datapath/table/tuple.h"
#include "datapath/table/tuple_filter.h"

/*
 * The tuples in the order of the search. bound[i] is at least the best priority in tuples i and
 * later: with that much in hand a search ends at i. Bounds rise in place before a rule that
 * raises them can be seen; everything else makes a new list.
 */
struct tuple_list {
	uint32_t n;
	struct tuple *tuple[CLASSIFIER_MAX_TUPLES];
	uint32_t bound[CLASSIFIER_MAX_TUPLES]; /* atomic; priority + 1, so that 0 is none */
	uint8_t place[CLASSIFIER_MAX_TUPLES];  /* of the tuple with that id */
	uint64_t ids;                          /* of all tuples, as bits */
};

struct classifier {
	struct classifier_shape shape; /* the first member: see classifier_shape */
	struct tuple_list *list;       /* atomic */
	struct tuple_filter *filter;   /* atomic; NULL: with few tuples each is asked */
	struct reclaim *reclaim;
	uint32_t n_rules; /* writer only */
	bool untidy;
};
