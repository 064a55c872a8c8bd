// SPDX-License-Identifier: Apache-2.0
#include "openflow/types.h"

const char *of_version_name(enum of_version version)
{
	switch (version) {
	case OF10:
		return "1.0";
	case OF13:
		return "1.3";
	case OF14:
		return "1.4";
	case OF15:
		return "1.5";
	case OF_STORED:
		break;
	}
	return "?";
}
