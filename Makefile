# SPDX-License-Identifier: GPL-2.0-only
# The front door.
#   make bench   from a clone to the table
#   make test    the tests; those that boot included
#   make test-long  nights and bisections of a git tree of the real kernel: half an hour
#   make report  what the last run found, in every format: results/reports/RUN
#   make nightly one night: run, validate, judge what changed since the nights before
#   make mutants bugs planted on purpose: the validation has to find each of them
#   make lint    what the tools say of the code
#   make clean   what make left in the checkout; runs and the cache stay
#   KERNEL=<tarball, tree, or TREE@REF>: make bench, nightly with a kernel of your own

KERNEL ?=
kernel := $(if $(KERNEL),--kernel '$(KERNEL)')
NOTIFY ?=
RESULTS ?=

.PHONY: help bench report nightly test test-fast test-vm test-long mutants lint clean packages packages-test

help:
	@sed -n 's/^#   //p' $(MAKEFILE_LIST)

bench: packages
	@./bouncemark run --profile quick --compare $(kernel)

test: packages-test
	@tests/run fast vm

test-fast: packages-test
	@tests/run fast

test-vm: packages-test
	@tests/run vm

test-long: packages-test
	@tests/run long

report: packages
	@./bouncemark report --format all

# make ends with 2 whatever its command ends with: ./bouncemark nightly does not.
nightly: packages
	@./bouncemark nightly $(kernel) $(if $(NOTIFY),--notify '$(NOTIFY)') \
		$(if $(RESULTS),--results '$(RESULTS)')

mutants: packages
	@./bouncemark mutants

lint: packages-test
	@ci/lint

packages:
	@ci/install packages.txt

packages-test:
	@ci/install packages.txt packages-test.txt

clean:
	rm -rf bench/guest/build .mypy_cache harness/__pycache__
