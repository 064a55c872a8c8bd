// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/eal_log.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <rte_log.h>

#include "lib/log.h"

static char first_error[240];

/* What DPDK calls an error or a warning and what nobody need know of. */
static bool is_noise(const char *line, size_t len)
{
	static const char *const noise[] = {
		/* one of several page sizes has no pages: we say which memory serves */
		"hugepages reported on node",
		"but no mounted hugetlbfs found",
		"No legacy callbacks, legacy socket not created",
		/* a kernel without the queueing disciplines that tap uses for rte_flow, which we
		   do not use */
		"Specified qdisc kind is unknown",
		"qdisc_create_multiq()",
		"failed to create multiq qdisc",
		"Disabling rte flow support",
		/* there are no secondary processes */
		"tap_mp_req_on_rxtx()",
	};

	for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
		if (memmem(line, len, noise[i], strlen(noise[i])) != NULL)
			return true;
	}
	return false;
}

static ssize_t write_line(void *cookie, const char *bytes, size_t size)
{
	int dpdk_level = rte_log_cur_msg_loglevel();
	enum log_level level = dpdk_level <= (int)RTE_LOG_ERR       ? LOG_LEVEL_ERROR
			       : dpdk_level <= (int)RTE_LOG_WARNING ? LOG_LEVEL_WARNING
			       : dpdk_level <= (int)RTE_LOG_INFO    ? LOG_LEVEL_INFO
								    : LOG_LEVEL_DEBUG;
	size_t len = size;

	while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == ' '))
		len--;
	if (len == 0)
		return (ssize_t)size;
	if (is_noise(bytes, len))
		level = LOG_LEVEL_DEBUG;
	if (level == LOG_LEVEL_ERROR && first_error[0] == '\0')
		snprintf(first_error, sizeof(first_error), "%.*s", (int)len, bytes);
	log_write(level, "dpdk", "%.*s", (int)len, bytes);
	return (ssize_t)size;
}

void eal_log_start(void)
{
	static FILE *stream;

	stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_line});
	if (stream == NULL)
		return;
	setvbuf(stream, NULL, _IOLBF, 0);
	rte_openlog_stream(stream);
	rte_log_set_global_level(RTE_LOG_WARNING);
}

const char *eal_log_first_error(void)
{
	return first_error;
}
