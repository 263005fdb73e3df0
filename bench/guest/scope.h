/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a step did to the DMA API, by the counters of the dmascope module. A step
 * with scope=1 runs in a window of its own, which steps.c opens and closes around
 * it: a kind needs the key in its table, and a case in scope_target() if it
 * drives another device than the one the job binds.
 */
#ifndef BOUNCEMARK_SCOPE_H
#define BOUNCEMARK_SCOPE_H

#include <stddef.h>

#include "job.h"
#include "steps.h"

/** SCOPE_DEVICE_MAX - longest name of a device, with the NUL behind it */
#define SCOPE_DEVICE_MAX PCI_ADDRESS_MAX

/**
 * scope_target() - which device a step's window is about
 * @guest: whose bound function dmabench drives
 * @step: with scope=1
 * @device: result: a PCI address, or empty for all devices
 * @size: of @device, bytes
 * Return: 0 or a negative errno: the step's device is not there.
 */
int scope_target(const struct guest *guest, const struct step *step,
		 char *device, size_t size);

/**
 * scope_pci_of() - the PCI function that does the DMA of a class device
 * @path: in sysfs, such as /sys/class/block/nvme0n1 or /sys/class/net/eth0
 * @device: result: the address of the nearest PCI function above it
 * @size: of @device, bytes
 * Return: 0; -ENODEV if there is none above it; another negative errno.
 */
int scope_pci_of(const char *path, char *device, size_t size);

/**
 * scope_begin() - open a window: from now on is counted
 * @guest: holds the window; one at a time
 * @device: PCI address of the device to count; empty for all
 * @why: on error what is wrong
 * @size: of @why, bytes
 * Return: 0 or a negative errno: -ENOENT if the module is not loaded, -ENODEV if
 * there is no such device, -EBUSY if a window is open.
 */
int scope_begin(struct guest *guest, const char *device, char *why,
		size_t size);

/**
 * scope_end() - close the window and send what was counted
 * @guest: with an open window, which is closed in any case
 * @step: name of the step that the values are of
 * @why: on error what is wrong
 * @size: of @why, bytes
 *
 * Values, unit in brackets; an entry is a mapping of one piece of memory: a
 * single mapping has one, a scatterlist one for each of its entries.
 *   scope.device                       the device, "all" for all [text]
 *   scope.maps scope.unmaps            calls that mapped, unmapped [calls]
 *   scope.sg_maps                      of scope.maps, scatterlists [calls]
 *   scope.syncs                        [calls]
 *   scope.failed                       single mappings refused [calls]
 *   scope.entries                      entries of scope.maps [entries]
 *   scope.unmapped_entries             entries of scope.unmaps [entries]
 *   scope.bounced                      of scope.entries, bounced; the sum of the
 *                                      next four [entries]
 *   scope.forced scope.mask scope.contiguity scope.unexplained
 *   scope.missed                       had to bounce and did not [entries]
 *   scope.stray                        of scope.bounced, not in the pool either
 *                                      [entries]
 *   scope.bytes scope.bounced_bytes    of scope.entries [bytes]
 *   scope.bytes_bidirectional scope.bytes_to_device scope.bytes_from_device
 *                                      scope.bytes by direction [bytes]
 *   scope.copied_bytes                 copied by bounces, worked out from what
 *                                      was mapped, synced and unmapped [bytes]
 *   scope.swiotlb_bounced              events of the tracepoint [events]
 *   scope.failed_bounced               of scope.failed, had to bounce [calls]
 *   scope.refused_entries              events of entries whose scatterlist was
 *                                      refused in the end [entries]
 *   scope.unannounced                  bounced without an event: all of them
 *                                      where the pool is not swiotlb's [entries]
 *   scope.allocs scope.frees scope.alloc_failed   of coherent memory [calls]
 *   scope.unmaps_before                at least so many entries that were
 *                                      unmapped had been mapped before the
 *                                      window [entries]
 *   scope.live scope.live_high         entries mapped at the end, at most
 *   scope.slots_before scope.slots scope.slots_high   slots of the pool that they
 *                                      take, as the three above [slots]
 *   scope.pool_before scope.pool_after the whole pool's slots in use by its own
 *                                      count when the window began, ended [slots]
 *   scope.pool_high                    and at most [slots]
 *   scope.ticks                        how long it was open, TSC ticks [ticks]
 *   scope.live_time scope.slots_time   ticks spent with so many of them: "0:T
 *                                      1:T 2:T 4:T ...", the least of each
 *                                      bucket [text]
 *   scope.sizes                        entries by size: "512:N 1024:N ...
 *                                      1048576:N": at most so many bytes, the
 *                                      last one any more [text]
 * Return: 0 or a negative errno.
 */
int scope_end(struct guest *guest, const char *step, char *why, size_t size);

#endif /* BOUNCEMARK_SCOPE_H */
