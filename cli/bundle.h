// SPDX-License-Identifier: Apache-2.0
/*
 * bundle: changes that come into force together or not at all (OpenFlow 1.4.1 §7.3.9; in 1.3 the
 * ONF's extension 230). One thread.
 */
#pragma once

#include "cli/apply.h"

/** Sends checked lines as one atomic, ordered bundle; a CLI_ code, with the error said. */
int bundle_send(struct session *s, const struct input *in, const struct line_kind *kind);
