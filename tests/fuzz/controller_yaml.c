// SPDX-License-Identifier: Apache-2.0
/* The controller's YAML file, on to the plan of its first switch. */
#include "controller/intent.h"
#include "controller/plan.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct plan_port ports[] = {{1, "vm1"}, {2, "vm2"}, {3, "vm3"}, {4, "eth0"}};
	char why[INTENT_WHY_SIZE] = "";
	struct intent *intent = intent_parse("f", (const char *)data, size, why);
	struct rules rules = {0};
	struct plan *plan;

	if (intent == NULL) {
		if (why[0] == '\0')
			__builtin_trap(); /* refused without a word */
		return 0;
	}
	plan = plan_create(intent, 0, ports, 4);
	if (plan != NULL && plan_rules(plan, &rules) != 0)
		__builtin_trap();
	rules_clear(&rules);
	plan_destroy(plan);
	intent_free(intent);
	return 0;
}
