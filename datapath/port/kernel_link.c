// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/kernel_link.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/text.h"

static int request(const char *interface, unsigned long what, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (!text_copy(ifr->ifr_name, sizeof(ifr->ifr_name), interface))
		error = -ENODEV;
	else if (ioctl(fd, what, ifr) != 0)
		error = -errno;
	close(fd);
	return error;
}

int kernel_link_mtu(const char *interface)
{
	struct ifreq ifr = {0};
	int error = request(interface, SIOCGIFMTU, &ifr);

	return error != 0 ? error : ifr.ifr_mtu;
}

int kernel_link_set_mtu(const char *interface, uint16_t mtu)
{
	struct ifreq ifr = {.ifr_mtu = mtu};

	return request(interface, SIOCSIFMTU, &ifr);
}

bool kernel_link_running(const char *interface)
{
	struct ifreq ifr = {0};

	return request(interface, SIOCGIFFLAGS, &ifr) == 0 && (ifr.ifr_flags & IFF_UP) != 0 &&
	       (ifr.ifr_flags & IFF_RUNNING) != 0;
}

int kernel_link_set_up(const char *interface, bool up)
{
	struct ifreq ifr = {0};
	int error = request(interface, SIOCGIFFLAGS, &ifr);

	if (error != 0)
		return error;
	if (up)
		ifr.ifr_flags |= IFF_UP;
	else
		ifr.ifr_flags &= ~IFF_UP;
	return request(interface, SIOCSIFFLAGS, &ifr);
}

void kernel_link_driver(const char *interface, char *driver, uint32_t size)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq ifr = {.ifr_data = (char *)&info};

	driver[0] = '\0';
	if (request(interface, SIOCETHTOOL, &ifr) == 0)
		text_copy(driver, size, info.driver);
}

struct eth_addr kernel_link_mac(const char *interface)
{
	struct ifreq ifr = {0};
	struct eth_addr mac = {0};

	if (request(interface, SIOCGIFHWADDR, &ifr) == 0)
		memcpy(mac.b, ifr.ifr_hwaddr.sa_data, sizeof(mac.b));
	return mac;
}

int kernel_link_set_mac(const char *interface, const struct eth_addr *mac)
{
	struct ifreq ifr = {.ifr_hwaddr.sa_family = ARPHRD_ETHER};

	memcpy(ifr.ifr_hwaddr.sa_data, mac->b, sizeof(mac->b));
	return request(interface, SIOCSIFHWADDR, &ifr);
}

uint64_t kernel_link_speed_bps(const char *interface)
{
	struct ethtool_cmd settings = {.cmd = ETHTOOL_GSET};
	struct ifreq ifr = {.ifr_data = (char *)&settings};
	uint32_t mbps;

	if (request(interface, SIOCETHTOOL, &ifr) != 0)
		return 0;
	mbps = ethtool_cmd_speed(&settings);
	return mbps == (uint32_t)SPEED_UNKNOWN ? 0 : (uint64_t)mbps * 1000000;
}
