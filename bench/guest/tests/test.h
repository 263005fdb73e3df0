/* SPDX-License-Identifier: GPL-2.0-only */
/* What the unit tests share: a check that ends the test when it fails. */
#ifndef BOUNCEMARK_TEST_H
#define BOUNCEMARK_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** CHECK() - end the test with the place and the text of what is not true. */
#define CHECK(truth)							\
	do {								\
		if (truth)						\
			break;						\
		fprintf(stderr, "%s:%d: not true: %s\n", __FILE__,	\
			__LINE__, #truth);				\
		exit(1);						\
	} while (0)

/** CHECK_TEXT() - end the test unless @got is the text @wanted. */
#define CHECK_TEXT(got, wanted)						\
	do {								\
		if (!strcmp(got, wanted))				\
			break;						\
		fprintf(stderr, "%s:%d: got '%s', wanted '%s'\n",	\
			__FILE__, __LINE__, got, wanted);		\
		exit(1);						\
	} while (0)

#endif /* BOUNCEMARK_TEST_H */
