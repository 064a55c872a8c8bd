// SPDX-License-Identifier: Apache-2.0
/*
 * send-frames IFACE [COUNT]: sends the Ethernet frames that it reads as hex, one a line, COUNT
 * times each. It runs in the test guest, where it plays the tenant who forges headers.
 */
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FRAME_SIZE 9216

static size_t frame_parse(const char *line, unsigned char *frame)
{
	size_t n = 0;

	while (n < FRAME_SIZE && sscanf(line + 2 * n, "%2hhx", &frame[n]) == 1)
		n++;
	return n;
}

int main(int argc, char **argv)
{
	static char line[2 * FRAME_SIZE + 2];
	static unsigned char frame[FRAME_SIZE];
	int count = argc > 2 ? atoi(argv[2]) : 1;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = 6};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (argc < 2 || fd < 0 || !(to.sll_ifindex = (int)if_nametoindex(argv[1]))) {
		fprintf(stderr, "usage: send-frames IFACE [COUNT] < HEX-LINES, as root\n");
		return 2;
	}
	while (fgets(line, sizeof(line), stdin)) {
		size_t size = frame_parse(line, frame);

		for (int i = 0; size && i < count; i++) {
			if (sendto(fd, frame, size, 0, (struct sockaddr *)&to, sizeof(to)) < 0) {
				perror("send-frames: sendto");
				return 1;
			}
		}
	}
	return 0;
}
