/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of a job. */
#ifndef BOUNCEMARK_STEPS_H
#define BOUNCEMARK_STEPS_H

#include "channel.h"
#include "device.h"
#include "emit.h"
#include "job.h"

#define OUTCOME_MESSAGE 512

/**
 * struct outcome - how a step ended
 * @status: enum status
 * @message: why; empty if there is nothing to say
 */
struct outcome {
	enum status status;
	char message[OUTCOME_MESSAGE];
};

/**
 * struct scope - the window that is open, see scope.h
 * @fd: of the dmascope module
 * @pool_used: slots of the pool in use when it began
 * @device: what is counted
 */
struct scope {
	int fd;
	uint64_t pool_used;
	char device[PCI_ADDRESS_MAX];
};

/**
 * struct guest - what the steps run on
 * @channel: where the results go
 * @address: PCI address of the bound function, empty if none is bound
 * @broken: why no step can be run; empty if they can
 * @job: what is run
 * @driven: PCI address of the function that a bind step gave to its driver, or empty
 * @driver: which driver that is
 * @scope: while a step with scope=1 runs
 */
struct guest {
	struct channel channel;
	char address[PCI_ADDRESS_MAX];
	char broken[OUTCOME_MESSAGE];
	const struct job *job;
	char driven[PCI_ADDRESS_MAX];
	const char *driver;
	struct scope scope;
};

/** outcome() - make an outcome. @format: of its message. */
__attribute__((format(printf, 2, 3)))
struct outcome outcome(enum status status, const char *format, ...);

/** steps_run() - run all steps of @job in order and send their frames. */
void steps_run(struct guest *guest, const struct job *job);

/*
 * One function per kind. Each may send series, counts and value frames and
 * returns how the step ended.
 */
struct outcome step_dmabench(struct guest *guest, const struct step *step);
struct outcome step_map_benchmark(struct guest *guest, const struct step *step);
struct outcome step_read(struct guest *guest, const struct step *step);
struct outcome step_selftest(struct guest *guest, const struct step *step);
struct outcome step_dmacheck(struct guest *guest, const struct step *step);
struct outcome step_reload(struct guest *guest, const struct step *step);
struct outcome step_balloon(struct guest *guest, const struct step *step);
struct outcome step_p2m(struct guest *guest, const struct step *step);
struct outcome step_fio(struct guest *guest, const struct step *step);
struct outcome step_iperf3(struct guest *guest, const struct step *step);
struct outcome step_bind(struct guest *guest, const struct step *step);

/**
 * bind_undo() - take the driven function, if there is one, from its driver again
 * @guest: whose it is
 *
 * A network device keeps its ring mapped as long as it is up: nothing of the pool is
 * free before.
 *
 * Return: 0 or a negative errno.
 */
int bind_undo(struct guest *guest);

/*
 * What comes before and after a step that is not a part of it. A step that cannot
 * be prepared ends like that and is not run; nothing is to be finished then. What is
 * finished after a step that has failed may still be in use.
 */
struct outcome fio_prepare(struct guest *guest, const struct step *step);
struct outcome fio_finish(const struct guest *guest, const struct step *step,
			  bool has_failed);
struct outcome iperf3_prepare(struct guest *guest, const struct step *step);

/** power_off() - leave. Never returns. */
__attribute__((noreturn)) void power_off(void);

#endif /* BOUNCEMARK_STEPS_H */
