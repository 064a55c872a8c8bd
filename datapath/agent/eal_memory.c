// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/eal_memory.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/units.h"

static uint64_t read_number(const char *dir, const char *file)
{
	char path[256];
	uint64_t value = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/%s/%s", dir, file);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%" SCNu64, &value) != 1)
		value = 0;
	fclose(f);
	return value;
}

/* Reserves that much for a moment, as the kernel's count includes pages others have a claim on. */
static bool can_have(uint64_t page_size, uint64_t size)
{
	int shift = __builtin_ctzll(page_size);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | shift << MAP_HUGE_SHIFT, -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, size);
	return true;
}

bool eal_memory_hugepages(uint64_t size, char *note, size_t note_size)
{
	DIR *dir = opendir("/sys/kernel/mm/hugepages");
	const struct dirent *d;
	uint64_t most = 0;
	bool found = false;
	char have[UNITS_TEXT_SIZE], need[UNITS_TEXT_SIZE];

	while (dir != NULL && !found && (d = readdir(dir)) != NULL) {
		uint64_t kb, free_pages, page_size, want;

		if (sscanf(d->d_name, "hugepages-%" SCNu64 "kB", &kb) != 1 || kb == 0 ||
		    (kb & (kb - 1)) != 0)
			continue;
		page_size = kb * 1024;
		want = (size + page_size - 1) / page_size * page_size;
		free_pages = read_number(d->d_name, "free_hugepages");
		if (free_pages * page_size > most)
			most = free_pages * page_size;
		found = free_pages * page_size >= want && can_have(page_size, want);
	}
	if (dir != NULL)
		closedir(dir);
	if (most == 0)
		snprintf(note, note_size, "there are no free hugepages");
	else
		snprintf(note, note_size, "only %s of hugepages are free and %s are needed",
			 units_bytes(most, have), units_bytes(size, need));
	return found;
}
