/* SPDX-License-Identifier: GPL-2.0-only */
/* The modules of a job and its device: put in place, and taken away again. */
#ifndef BOUNCEMARK_SETUP_H
#define BOUNCEMARK_SETUP_H

#include <stddef.h>

#include "job.h"

/**
 * setup_begin() - insert the job's modules in order and bind its device
 * @job: the job
 * @address: result, PCI address of the bound function, empty if the job names
 *	none; PCI_ADDRESS_MAX bytes
 * @what: on error "module.<file>" or "device", what it is about
 * @why: on error, what the kernel said
 * @size: of @what and of @why, bytes
 * Return: 0 or a negative errno; nothing behind the first failure is tried.
 */
int setup_begin(const struct job *job, char *address, char *what, char *why,
		size_t size);

/**
 * setup_end() - unbind the device and delete the modules, the last one first
 * @job: the job
 * @address: what setup_begin() gave
 * @what: as for setup_begin()
 * @why: as for setup_begin()
 * @size: of @what and of @why, bytes
 * Return: 0 or a negative errno; nothing behind the first failure is tried.
 */
int setup_end(const struct job *job, const char *address, char *what, char *why,
	      size_t size);

/**
 * setup_module_name() - what the kernel calls a module
 * @module: which
 * @name: result, its file's name without ".ko"
 * @size: of @name, bytes
 */
void setup_module_name(const struct module *module, char *name, size_t size);

#endif /* BOUNCEMARK_SETUP_H */
