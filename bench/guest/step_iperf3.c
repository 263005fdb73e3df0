// SPDX-License-Identifier: GPL-2.0-only
/* A run of iperf3 against a server outside of the guest. */
#include <inttypes.h>
#include <stdio.h>

#include "net.h"
#include "sys.h"
#include "tool.h"

#define IPERF3 "/usr/bin/iperf3"

/* Put the interface in place, which keeps what it has from a step before. */
static struct outcome bring_up(const char *name, uint32_t mtu)
{
	char text[64];
	int ret = net_up(name, mtu);

	if (ret)
		return outcome(STATUS_ERROR, "%s cannot be brought up with MTU %u: %s",
			       name, mtu, describe(ret, text, sizeof(text)));
	if (net_wait(NET_ROOT, name, NET_CARRIER_SECONDS))
		return outcome(STATUS_ERROR, "%s has no link after %d seconds",
			       name, NET_CARRIER_SECONDS);
	return outcome(STATUS_OK, "%s", "");
}

static struct outcome send_interface(struct guest *guest,
				     const struct step *step, const char *name)
{
	char driver[64], features[128], text[64];
	int ret = net_driver(NET_ROOT, name, driver, sizeof(driver));

	if (!ret)
		ret = net_features(name, features, sizeof(features));
	if (ret)
		return outcome(STATUS_ERROR, "driver and offloads of %s cannot be read: %s",
			       name, describe(ret, text, sizeof(text)));
	emit_value_string(&guest->channel, step->name, "net.driver", driver);
	emit_value_string(&guest->channel, step->name, "net.features",
			  features);
	emit_value_u64(&guest->channel, step->name, "net.mtu", "bytes",
		       step->iperf3.mtu);
	return outcome(STATUS_OK, "%s", "");
}

static void send_counts(struct guest *guest, const struct step *step,
			const struct net_counts *before,
			const struct net_counts *after)
{
	for (size_t i = 0; i < NET_COUNTERS; i++)
		emit_value_u64(&guest->channel, step->name,
			       NET_COUNTERS_OF[i].name, NET_COUNTERS_OF[i].unit,
			       after->value[i] - before->value[i]);
}

static struct outcome run_iperf3(struct guest *guest, const struct step *step)
{
	const struct iperf3_step *iperf3 = &step->iperf3;
	char port[16], streams[16], bytes[32], length[16];
	const char *environment[] = { "TMPDIR=" TOOL_FOLDER, NULL };
	const char *argv[TOOL_WORDS] = {
		IPERF3, "-J", "--client", iperf3->server, "--port", port,
		"--parallel", streams, "--bytes", bytes,
	};
	const struct tool tool = {
		.name = "iperf3",
		.is_printing = true,
		.argv = argv,
		.environment = environment,
		.options = &iperf3->options,
	};
	size_t count = 10;

	snprintf(port, sizeof(port), "%u", iperf3->port);
	snprintf(streams, sizeof(streams), "%u", iperf3->streams);
	snprintf(bytes, sizeof(bytes), "%" PRIu64, iperf3->bytes);
	snprintf(length, sizeof(length), "%u", iperf3->length);
	if (iperf3->proto)
		argv[count++] = "--udp";
	if (iperf3->dir == IPERF3_RECEIVE)
		argv[count++] = "--reverse";
	if (iperf3->dir == IPERF3_BOTH)
		argv[count++] = "--bidir";
	if (iperf3->length) {
		argv[count++] = "--length";
		argv[count++] = length;
	}
	if (iperf3->bitrate) {
		argv[count++] = "--bitrate";
		argv[count++] = iperf3->bitrate;
	}
	return tool_run(guest, step, &tool);
}

struct outcome iperf3_prepare(struct guest *guest, const struct step *step)
{
	struct outcome result;
	char name[IFNAMSIZ];

	if (tool_missing(IPERF3, &result))
		return result;
	if (net_find(NET_ROOT, name))
		return outcome(STATUS_SKIP, "there is no network interface");
	result = bring_up(name, step->iperf3.mtu);
	if (!result.status)
		result = send_interface(guest, step, name);
	return result;
}

struct outcome step_iperf3(struct guest *guest, const struct step *step)
{
	struct net_counts before, after;
	struct outcome result;
	char name[IFNAMSIZ];
	int ret = net_find(NET_ROOT, name);

	if (!ret)
		ret = net_count(NET_ROOT, NET_SNMP, name, &before);
	if (ret)
		return outcome(STATUS_ERROR, "the interface's counters cannot be read");
	result = run_iperf3(guest, step);
	if (!net_count(NET_ROOT, NET_SNMP, name, &after))
		send_counts(guest, step, &before, &after);
	else if (!result.status)
		return outcome(STATUS_ERROR, "the counters of %s cannot be read",
			       name);
	return result;
}
