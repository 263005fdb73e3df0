#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# fio's output: what was recorded is read, what is damaged is refused by name.

setup() {
	load ../lib/records
}

@test "recorded outputs are read figure for figure" {
	py <<'EOF'
import json
import tooltexts
from harness import fio

for name, text in tooltexts.recorded("*/fio-*.json").items():
    (job,) = json.loads(text)["jobs"]
    result = fio.parse(text)
    assert result.version == json.loads(text)["fio version"]
    assert (result.jobname, result.errors) == (job["jobname"], 0)
    assert result.usr_cpu == job["usr_cpu"] and result.sys_cpu == job["sys_cpu"]
    assert result.context_switches == job["ctx"] and result.notes == ()
    values = {value.name: value for value in fio.values(result)}
    assert len(values) == len(fio.values(result))
    ways = [way for way in fio.DIRECTIONS if job[way]["total_ios"]]
    assert ways, name
    for way in fio.DIRECTIONS:
        done = getattr(result, way)
        if way not in ways:
            assert done is None and not [n for n in values if f".{way}_" in n]
            continue
        said, clat = job[way], job[way]["clat_ns"]
        assert done.clat.stddev == clat["stddev"] and done.slat.count == said["slat_ns"]["N"]
        assert done.lat.max == said["lat_ns"]["max"]
        for short, unit, right in (
            ("ios", "1", said["total_ios"]),
            ("bytes", "B", said["io_bytes"]),
            ("iops", "1/s", said["iops"]),
            ("bw", "B/s", said["bw_bytes"]),
            ("short_ios", "1", said["short_ios"]),
            ("dropped_ios", "1", said["drop_ios"]),
            ("clat_p50", "ns", clat["percentile"]["50.000000"]),
            ("clat_p90", "ns", clat["percentile"]["90.000000"]),
            ("clat_p99", "ns", clat["percentile"]["99.000000"]),
            ("clat_p99.9", "ns", clat["percentile"]["99.900000"]),
            ("clat_mean", "ns", clat["mean"]),
            ("lat_mean", "ns", said["lat_ns"]["mean"]),
        ):
            got = values[f"fio.{way}_{short}"]
            assert (got.unit, got.value) == (unit, right), (name, got, right)
EOF
}

@test "what is cut off anywhere is refused" {
	py <<'EOF'
import tooltexts
from harness import fio

for text in tooltexts.recorded("*/fio-*.json").values():
    tooltexts.each_cut(fio.parse, text, "fio")
EOF
}

@test "a figure that is missing, of another type or negative is named" {
	py <<'EOF'
import json
import tooltexts
from harness import fio

for text in tooltexts.recorded("*/fio-*.json").values():
    job = json.loads(text)["jobs"][0]
    way = "read" if job["read"]["total_ios"] else "write"
    places = [("error",), ("usr_cpu",), ("sys_cpu",), ("ctx",)]
    for name in "total_ios io_bytes runtime iops bw_bytes short_ios drop_ios".split():
        places.append((way, name))
    for kind in ("slat_ns", "clat_ns", "lat_ns"):
        places += [(way, kind, name) for name in ("min", "max", "mean", "stddev", "N")]
    for percent in ("50", "90", "99", "99.9"):
        places.append((way, "clat_ns", "percentile", f"{float(percent):.6f}"))
    for place in places:
        tooltexts.each_damage(fio.parse, text, ("jobs", 0, *place))
    huge = text.replace(f'"usr_cpu" : {job["usr_cpu"]:.6f}', '"usr_cpu" : 1e999')
    assert huge != text
    assert tooltexts.refusal(fio.parse, huge) == "fio: jobs[0].usr_cpu: is not a number"
    for place in (("jobs",), ("jobs", 0, way), ("jobs", 0, "trim"), ("fio version",)):
        said = tooltexts.refusal(fio.parse, tooltexts.without(text, place))
        assert said == f"fio: {tooltexts.words(place)}: is missing", said
        said = tooltexts.refusal(fio.parse, tooltexts.changed(text, place, 3))
        assert said.startswith(f"fio: {tooltexts.words(place)}: is not a"), said
EOF
}

@test "versions before 3.30 and things that are no version are refused" {
	py <<'EOF'
import tooltexts
from harness import fio

for text in tooltexts.recorded("*/fio-*.json").values():
    for version, right in (
        ("fio-3.29", "is fio-3.29, and 3.30 or later is needed"),
        ("fio-2.99", "is fio-2.99, and 3.30 or later is needed"),
        ("fio-3", "is no version: 'fio-3'"),
        ("3.33", "is no version: '3.33'"),
        ("", "is no version: ''"),
    ):
        said = tooltexts.refusal(fio.parse, tooltexts.changed(text, ("fio version",), version))
        assert said == f"fio: fio version: {right}", said
    for version in ("fio-3.30", "fio-3.38", "fio-4.0", "fio-3.36-12-gabcdef"):
        assert fio.parse(tooltexts.changed(text, ("fio version",), version)).version == version
EOF
}

@test "what fio says before its JSON is kept, other text around it is refused" {
	py <<'EOF'
import tooltexts
from harness import fio

note = "fio: this platform does not support process shared mutexes"
for text in tooltexts.recorded("*/fio-*.json").values():
    noted = fio.parse(f"{note}\n\n{note} 2\n{text}")
    assert noted.notes == (note, f"{note} 2")
    assert fio.values(noted) == fio.values(fio.parse(text))
    for bad, right in (
        ("", "fio: printed nothing"),
        (" \n", "fio: printed nothing"),
        (note, f"fio: printed no JSON: {note}"),
        ("Segmentation fault\n" + text, "is not JSON, it begins with: Segmentation fault"),
        (f"{note}\nx{text}", "is not JSON, it begins with: x{"),
        (text + "Killed\n", "fio: something follows its JSON: Killed"),
        (text + text, "fio: something follows its JSON: {"),
        (text.replace(":", "=", 1), "fio: its output is not JSON: line 2 column"),
        ("[" + text + "]", "is not JSON, it begins with: [{"),
        ("{}", "fio: fio version: is missing"),
    ):
        said = tooltexts.refusal(fio.parse, bad)
        assert right in said, (right, said)
EOF
}

@test "a job file that fio does not take is refused with what fio said of it" {
	py <<'EOF'
import tooltexts
from harness import fio

for text in tooltexts.recorded("*/bad-fio-job.json").values():
    said = tooltexts.refusal(fio.parse, text)
    assert said == "fio: printed no JSON: fio: failed parsing bs=${BS}", said
EOF
}

@test "a block that does not verify is FAIL, with what fio said of the first" {
	py <<'EOF'
import tooltexts
from harness import fio

for text in tooltexts.recorded("*/bad-fio-verify.json").values():
    said = tooltexts.refusal(fio.parse, text)
    assert said.startswith(
        "fio: job verify: data read back is not what was written: "
        "crc32c: verify failed at file /dev/nvme0n1 offset 40960, length 4096"
    ), said
    assert tooltexts.verdict(fio.parse, text) == "FAIL"
    tooltexts.each_cut(fio.parse, text[text.index("{") :], "fio")
EOF
}

@test "an error of the job's is told; data that is not what was written is FAIL" {
	py <<'EOF'
import errno
import tooltexts
from harness import fio

error, total, first = (("jobs", 0, n) for n in ("error", "total_err", "first_error"))
for text in tooltexts.recorded("*/fio-*.json").values():
    name = fio.parse(text).jobname
    for number, verdict, right in (
        (errno.EILSEQ, "FAIL", "data read back is not what was written"),
        (errno.EIO, "FAIL", "error 5: Input/output error"),
        (errno.ENOENT, "ERROR", "error 2: No such file or directory"),
        (errno.EINVAL, "ERROR", "error 22: Invalid argument"),
    ):
        bad = tooltexts.changed(text, error, number)
        assert tooltexts.refusal(fio.parse, bad) == f"fio: job {name}: {right}"
        assert tooltexts.verdict(fio.parse, bad) == verdict, number
        if number == errno.EILSEQ:
            lines = "crc32c: verify failed at file x offset 40960\n       Expected CRC: 1\n"
            said = tooltexts.refusal(fio.parse, lines + bad)
            assert said == f"fio: job {name}: {right}: {lines.splitlines()[0]}", said
        # With continue_on_error fio counts and goes on.
        bad = tooltexts.changed(tooltexts.changed(bad, total, 7), first, number)
        if number == errno.EILSEQ:
            assert tooltexts.verdict(fio.parse, bad) == "FAIL"
            continue
        result = fio.parse(bad)
        assert (result.errors, result.first_error) == (7, number)
        assert [v.value for v in fio.values(result) if v.name == "fio.errors"] == [7]
EOF
}

@test "several jobs, no I/O, and figures that contradict each other are refused" {
	py <<'EOF'
import json
import tooltexts
from harness import fio

for text in tooltexts.recorded("*/fio-*.json").values():
    jobs = json.loads(text)["jobs"]
    way = "read" if jobs[0]["read"]["total_ios"] else "write"
    idle = jobs[0]["trim"]
    assert not idle["total_ios"]
    several = tooltexts.changed(text, ("jobs",), jobs * 2)
    none = tooltexts.changed(text, ("jobs",), [])
    still = text
    for name in ("read", "write"):
        still = tooltexts.changed(still, ("jobs", 0, name), idle)

    def in_way(name, value):
        return tooltexts.changed(text, ("jobs", 0, way, *name.split("/")), value)

    runtime, ios = jobs[0][way]["runtime"], jobs[0][way]["total_ios"]
    assert runtime and ios
    for bad, right in (
        (several, "fio: holds 2 jobs, not one; use group_reporting"),
        (none, "fio: holds 0 jobs, not one"),
        (still, f"fio: job {jobs[0]['jobname']} did no I/O at all"),
        (in_way("total_ios", 0), "0 I/Os and"),
        (in_way("io_bytes", 0), f"{ios} I/Os and 0 bytes cannot be"),
        (in_way("iops", 0.0), f"{ios} I/Os in {runtime} ms, yet a rate of 0"),
        (in_way("bw_bytes", 0), f"{ios} I/Os in {runtime} ms, yet a rate of 0"),
        (in_way("clat_ns/mean", 1e15), "clat_ns: its mean is not between min and max"),
    ):
        said = tooltexts.refusal(fio.parse, bad)
        assert right in said, (right, said)
    # Over in less than a millisecond: there are no rates, and no rates of 0.
    quick = tooltexts.changed(in_way("runtime", 0), ("jobs", 0, way, "iops"), 0.0)
    result = getattr(fio.parse(quick), way)
    assert result.iops is None and result.bandwidth is None and result.ios == ios
    names = [value.name for value in fio.values(fio.parse(quick))]
    assert f"fio.{way}_ios" in names
    assert f"fio.{way}_iops" not in names and f"fio.{way}_bw" not in names
EOF
}
