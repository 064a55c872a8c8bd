// SPDX-License-Identifier: Apache-2.0
/*
 * eal_memory: are there hugepages to start with? Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * True when `size` bytes of free hugepages of one page size can be had now. When not, `note` says
 * in half a sentence what there is.
 */
bool eal_memory_hugepages(uint64_t size, char *note, size_t note_size);
