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
 * struct guest - what the steps run on
 * @channel: where the results go
 * @address: PCI address of the bound function, empty if none is bound
 * @broken: why no step can be run; empty if they can
 * @job: what is run
 */
struct guest {
	struct channel channel;
	char address[PCI_ADDRESS_MAX];
	char broken[OUTCOME_MESSAGE];
	const struct job *job;
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

/** power_off() - leave. Never returns. */
__attribute__((noreturn)) void power_off(void);

#endif /* BOUNCEMARK_STEPS_H */
