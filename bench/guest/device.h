/* SPDX-License-Identifier: GPL-2.0-only */
/* PCI functions and their drivers, through sysfs. */
#ifndef BOUNCEMARK_DEVICE_H
#define BOUNCEMARK_DEVICE_H

#include <stddef.h>
#include <stdint.h>

/** PCI_ROOT - where the PCI bus is in sysfs. */
#define PCI_ROOT	"/sys/bus/pci"
/** PCI_ADDRESS_MAX - size of a PCI address as text, NUL included. */
#define PCI_ADDRESS_MAX	32

/**
 * device_find() - find the first PCI function of a kind
 * @root: PCI_ROOT, or a tree like it
 * @vendor: PCI vendor
 * @device: PCI device
 * @address: result, the lowest in alphabetical order; PCI_ADDRESS_MAX bytes
 * Return: 0 or a negative errno, -ENODEV if there is none.
 */
int device_find(const char *root, uint32_t vendor, uint32_t device,
		char *address);

/**
 * device_enable() - have a PCI function enabled, whether it has a driver or not
 * @root: PCI_ROOT, or a tree like it
 * @address: which function; it has no driver yet
 *
 * Drivers that come and go then enable it no more: each time the kernel would ask the
 * firmware's code for the interrupt, 60 million instructions of it on this machine.
 *
 * Return: 0 or a negative errno, of the kernel -EBUSY if it has a driver.
 */
int device_enable(const char *root, const char *address);

/**
 * device_bind() - bind a PCI function to a driver, whatever its ids
 * @root: PCI_ROOT, or a tree like it
 * @address: which function
 * @driver: name of a registered driver
 * Return: 0 or a negative errno: -ENOENT if there is no such driver, else what
 * the kernel said. After an error the function has no driver or its old one.
 */
int device_bind(const char *root, const char *address, const char *driver);

/**
 * device_rebind() - bind a PCI function, from its driver first if that has it
 * @root: PCI_ROOT, or a tree like it
 * @address: which function
 * @driver: name of a registered driver
 * Return: as device_bind().
 */
int device_rebind(const char *root, const char *address, const char *driver);

/**
 * device_unbind() - undo device_bind()
 * @root: PCI_ROOT, or a tree like it
 * @address: which function
 * @driver: name of the driver it is bound to
 * Return: 0 or what the kernel said, a negative errno.
 */
int device_unbind(const char *root, const char *address, const char *driver);

#endif /* BOUNCEMARK_DEVICE_H */
