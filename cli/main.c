// SPDX-License-Identifier: Apache-2.0
#include <curl/curl.h>

#include "cli/cli.h"

int main(int argc, char **argv)
{
	int code;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	code = cli_run(argc, argv);
	curl_global_cleanup();
	return code;
}
