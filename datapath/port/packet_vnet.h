// SPDX-License-Identifier: Apache-2.0
/*
 * packet_vnet: between the header that the kernel puts before each frame of a packet socket
 * (struct virtio_net_hdr, in the host's byte order) and the offload flags of offload.h. Lcores.
 */
#pragma once

#include <linux/virtio_net.h>

#include <rte_mbuf.h>

/**
 * Sets the flags of a received frame, `tag_len` bytes of which were put back before the place that
 * the header's offsets count from. Checksums that no flag can say (SCTP, within a tunnel, under
 * MPLS) are completed here. 0, or -EINVAL: the frame is left to the caller, and is of no use.
 */
int packet_vnet_take(struct rte_mbuf *m, const struct virtio_net_hdr *h, uint16_t tag_len);

/**
 * Writes the header of a frame to send, whose flags and lengths fit it (prepare_tx); segments obey
 * `mtu`.
 */
void packet_vnet_write(const struct rte_mbuf *m, uint16_t mtu, struct virtio_net_hdr *h);
