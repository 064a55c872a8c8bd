// SPDX-License-Identifier: Apache-2.0
/*
 * desc: OFPMP_DESC, who made the switch (1.3.5 §7.3.5.1).
 */
#pragma once

struct of_desc {
	char mfr_desc[257];
	char hw_desc[257];
	char sw_desc[257];
	char serial_num[33];
	char dp_desc[257];
};
