// SPDX-License-Identifier: Apache-2.0
/* Runs every file of the folders that are named through a fuzz target, once. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_run(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long size = -1;
	int rc = -1;

	if (file == NULL)
		goto done;
	if (fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
	    fseek(file, 0, SEEK_SET) != 0)
		goto done;
	data = malloc((size_t)size + (size == 0));
	if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size)
		goto done;
	LLVMFuzzerTestOneInput(data, (size_t)size);
	rc = 0;
done:
	free(data);
	if (file != NULL)
		fclose(file);
	if (rc != 0)
		fprintf(stderr, "replay: cannot read %s\n", path);
	return rc;
}

static int folder_run(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	unsigned n = 0;
	int rc = 0;

	if (folder == NULL) {
		fprintf(stderr, "replay: cannot open the folder %s\n", path);
		return -1;
	}
	while ((entry = readdir(folder)) != NULL) {
		char file[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		rc |= file_run(file);
		n++;
	}
	closedir(folder);
	printf("%s: %u files\n", path, n);
	return rc;
}

int main(int argc, char **argv)
{
	int rc = 0;

	for (int i = 1; i < argc; i++)
		rc |= folder_run(argv[i]);
	return rc != 0;
}
