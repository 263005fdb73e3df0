#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Workload and profile files: what they stand for, and how a wrong one is refused.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "every workload and profile that is shipped loads, and they fit each other" {
	py <<'EOF'
import itertools
from harness import designs, paths, plan, profile, workload

repo = paths.repo()
works = workload.load_all(repo.workloads)
assert "micro" in works and all(work.steps for work in works.values())
keys = dict.fromkeys(designs.DESIGNS, "k")
for path in sorted(repo.profiles.glob("*.toml")):
    assert plan.cells(profile.load(path), works, keys), path
quick = profile.load(repo.profiles / "quick.toml")
assert {"native-plain", "dom0-iommu", "dom0-hook"} <= set(quick.variants)
for work in works.values():
    made = {path.parent.name for path in repo.modules.glob("*/Kbuild")}
    assert {words.split()[0] for words in work.modules} <= made, (work.name, made)
EOF
}

@test "a list is an axis: a step stands for the product of its axes, named by its members" {
	py <<'EOF'
import os
from pathlib import Path
import workloads
from harness import workload

tmp = Path(os.environ["TMP"])
axes = (
    "size = [64, 4096]",
    'size = [64, 4096]\ndir = ["to_device", "from_device"]\ndepth = 2',
)
path = workloads.written(tmp, axes, ('"map-{size}"', '"map-{size}x{depth}-{dir}"'))
work = workload.load(path)
assert [(step.kind, step.name) for step in work.steps] == [
    ("dmabench", "map-64x2-to_device"),
    ("dmabench", "map-64x2-from_device"),
    ("dmabench", "map-4096x2-to_device"),
    ("dmabench", "map-4096x2-from_device"),
]
assert dict(work.steps[3].parameters) == {
    "op": "map_single",
    "size": 4096,
    "dir": "from_device",
    "depth": 2,
}
assert (work.name, work.boots, work.pci) == ("work", ("native", "dom0"), "1234:11e8")
assert [(m.memory_mib, m.devices) for m in work.machines] == [(2048, ("edu",))]
assert work.deadline == 30.0 and work.arguments == ""
sha = work.sha
path.write_text(path.read_text() + "# a comment\n")
assert workload.load(path).sha != sha
EOF
}

@test "what a case needs: purpose, layouts, devices, disks, memory sizes, known defects" {
	py <<'EOF'
import os
from pathlib import Path
import workloads
from harness import workload
from harness.qemu import Disk

tmp = Path(os.environ["TMP"])
plain = workload.load(workloads.written(tmp))
assert (plain.purpose, plain.p2m) == ("benchmark", ("linear", "scattered"))
assert plain.console == plain.findings == plain.machines[0].disks == ()
head = """\
deadline = 30
purpose = "validation"
p2m = ["scattered"]
devices = ["mptsas1068", "e1000,id=a"]
console = ["WARNING: .* at lib/", "x"]

[[disk]]
device = "nvme,serial=bouncemark"
size_mib = 64

[[finding]]
id = "F1"
variants = ["dom0-iommu", "dom0-pool"]
step = "map-64"
shows = "frame [0-9]+"
"""
sizes = ("memory_mib = 2048", "memory_mib = [2048, 8192]")
work = workload.load(workloads.written(tmp, ("deadline = 30\n", head), sizes))
assert (work.purpose, work.p2m) == ("validation", ("scattered",))
assert work.console == ("WARNING: .* at lib/", "x")
disks = (Disk("nvme,serial=bouncemark", 64),)
assert [(m.memory_mib, m.low_mib) for m in work.machines] == [(2048, 1024), (8192, 1024)]
for machine in work.machines:
    assert machine.devices == ("edu", "mptsas1068", "e1000,id=a")
    assert machine.disks == disks
assert work.findings == (
    workload.Finding("F1", ("dom0-iommu", "dom0-pool"), "map-64", "frame [0-9]+"),
)
EOF
}

@test "a finding that a workload names is told of in docs/findings.md" {
	py <<'EOF'
import re
from harness import paths, workload

text = (paths.repo().root / "docs/findings.md").read_text()
told = re.findall(r"^#+ (F\d+)\b", text, re.M)
works = workload.load_all(paths.repo().workloads).values()
named = {finding.id for work in works for finding in work.findings}
# Not the other way round: what real I/O found is told of there, and no case shows it.
assert named and named <= set(told), (named, told)
EOF
}

@test "a wrong workload is refused in one sentence: the file, the place, what is allowed" {
	py <<'EOF'
import os
from pathlib import Path
import workloads

tmp = Path(os.environ["TMP"])
unknown = "Additional properties are not allowed ('{}' was unexpected)"
line = "size = [64, 4096]"
again = '\n[[step]]\nkind = "dmabench"\nname = "map-64"\n'
allowed = "allowed are 1 to 80 of a-z 0-9 _ . + -"
found_like = """\
[[finding]]
id = "F1"
variants = ["dom0-iommu"]
step = "map-64"
shows = "lost"
"""
for old, new, said in (
    (
        'description = "made up"',
        "description = made up",
        "not TOML: Invalid value (at line 1, column 15)",
    ),
    ('description = "made up"', "", "'description' is a required property"),
    ('"made up"', '""', "description: '' is too short"),
    ('"made up"', "7", "description: 7 is not of type 'string'"),
    ("deadline = 30", "", "'deadline' is a required property"),
    (
        "deadline = 30",
        "deadline = 0",
        "deadline: 0 is less than or equal to the minimum of 0",
    ),
    (
        "deadline = 30",
        "deadline = 3601",
        "deadline: 3601 is greater than the maximum of 3600",
    ),
    ("deadline = 30", 'deadline = "30"', "deadline: '30' is not of type 'number'"),
    ("deadline = 30", "deadline = nan", "deadline: nan is not a number of seconds"),
    (
        "deadline = 30",
        "deadline = inf",
        "deadline: inf is greater than the maximum of 3600",
    ),
    (
        "deadline = 30",
        "deadline = 30\nretries = 2",
        unknown.format("retries") + "; allowed are schema, description, purpose, boots, p2m, device",
    ),
    (
        "deadline = 30",
        "deadline = 30\nschema = 2",
        "schema: version 2 is unknown here, 1 is known",
    ),
    (
        "deadline = 30",
        'deadline = 30\nboots = ["domU"]',
        "boots[0]: 'domU' is not one of ['native', 'dom0']",
    ),
    ("deadline = 30", "deadline = 30\nboots = []", "boots: [] is too short"),
    (
        "low_mib = 1024",
        "low_mib = 1024\ncpus = 1",
        "machine: " + unknown.format("cpus") + "; allowed are memory_mib, low_mib",
    ),
    (
        "low_mib = 1024",
        "low_mib = 2048",
        "machine.low_mib: must be less than memory_mib",
    ),
    (
        "low_mib = 1024",
        "low_mib = 3073",
        "machine.low_mib: 3073 is greater than the maximum of 3072",
    ),
    (
        "memory_mib = 2048",
        "memory_mib = 1.5",
        "machine.memory_mib: 1.5 is not of type 'integer', 'array'",
    ),
    (
        "memory_mib = 2048",
        "memory_mib = []",
        "machine.memory_mib: [] is too short",
    ),
    (
        "memory_mib = 2048",
        "memory_mib = [2048, 256]",
        "machine.memory_mib[1]: 256 is less than the minimum of 512",
    ),
    (
        "memory_mib = 2048",
        "memory_mib = [2048, 1024]",
        "machine.low_mib: must be less than memory_mib",
    ),
    (
        "memory_mib = 2048",
        "memory_mib = [2048, 2048]",
        "machine.memory_mib: [2048, 2048] has non-unique elements",
    ),
    (
        "deadline = 30",
        'deadline = 30\npurpose = "fun"',
        "purpose: 'fun' is not one of ['benchmark', 'validation']",
    ),
    (
        "deadline = 30",
        'deadline = 30\np2m = ["random"]',
        "p2m[0]: 'random' is not one of ['linear', 'scattered']",
    ),
    (
        "deadline = 30",
        'deadline = 30\ndevices = ["a b"]',
        "devices[0]: 'a b' does not match",
    ),
    ("deadline = 30", 'deadline = 30\nconsole = "x"', "console: 'x' is not of type"),
    (
        "deadline = 30",
        'deadline = 30\nconsole = ["x", "("]',
        "console[1]: '(' is no regular expression: missing )",
    ),
    (
        "deadline = 30",
        'deadline = 30\n[[disk]]\ndevice = "nvme"',
        "disk[0]: 'size_mib' is a required property",
    ),
    (
        "deadline = 30",
        'deadline = 30\n[[disk]]\ndevice = "nvme"\nsize_mib = 0',
        "disk[0].size_mib: 0 is less than the minimum of 1",
    ),
    (
        "deadline = 30",
        'deadline = 30\n[[disk]]\ndevice = "nvme"\nsize_mib = 1\nname = "x"',
        "disk[0]: " + unknown.format("name") + "; allowed are device, size_mib",
    ),
    (
        "deadline = 30",
        "deadline = 30\n" + found_like.replace("F1", "first"),
        "finding[0].id: 'first' ",
    ),
    (
        "deadline = 30",
        "deadline = 30\n" + found_like.replace("map-64", "map-65"),
        "finding F1: step map-65: allowed are map-64, map-4096",
    ),
    (
        "deadline = 30",
        "deadline = 30\n" + found_like.replace("dom0-iommu", "dom0-plain"),
        "finding F1: variant dom0-plain: allowed are native-plain, ",
    ),
    (
        "deadline = 30",
        "deadline = 30\n" + found_like.replace("lost", "["),
        "finding F1: shows: '[' is no regular expression: ",
    ),
    (
        'kind = "dmabench"',
        'kind = "dmacheck"\ncases = "oracle"',
        "step[0]: 'cases' is not one of ['kind', 'name', 'case', ",
    ),
    ('kind = "dmabench"', 'kind = "p2m"', "step[0]: 'op' is not one of ['kind', 'name']"),
    ('pci = "1234:11e8"', "", "'pci' is a dependency of 'device'"),
    ('device = "edu"', "", "'device' is a dependency of 'pci'"),
    (
        '"1234:11e8"',
        '"1234:11E8"',
        "pci: '1234:11E8' does not match '^[0-9a-f]{4}:[0-9a-f]{4}$'",
    ),
    (
        '["dmabench"]',
        '["../evil"]',
        "modules[0]: '../evil' does not match '^[a-z0-9_]+( [a-z0-9_]+=[a-z0-9_]+)*$'",
    ),
    (
        '"lower"',
        '"down"',
        "metric[0].direction: 'down' is not one of ['lower', 'higher', 'none']",
    ),
    ('unit = "instructions"', "", "metric[0]: 'unit' is a required property"),
    (
        'kind = "dmabench"',
        'kind = "dd"',
        "step[0].kind: 'dd' is not one of ['dmabench', 'dmacheck', 'map_benchmark', 'read', 'reload', 'balloon', 'p2m', 'fio', 'iperf3', 'bind', 'selftest']",
    ),
    ('name = "map-{size}"', "", "step[0]: 'name' is a required property"),
    (
        line,
        "sice = [64, 4096]",
        "step[0]: 'sice' is not one of ['kind', 'name', 'op', 'dir', 'place'",
    ),
    (
        'kind = "dmabench"',
        'kind = "selftest"',
        "step[0]: 'op' is not one of ['kind', 'name', 'do']",
    ),
    (line, line + '\n"a b" = 1', "step[0]: 'a b' is not one of"),
    (line, 'size = "4096\\n"', "step[0].size: '4096\\n' should not be valid under"),
    ('"map-{size}"', '"map-{size}\\n"', "step 'map-64\\n': "),
    ('"1234:11e8"', '"1234:11e8\\n"', "pci: '1234:11e8\\n' is too long"),
    ('["dmabench"]', '["dmabench\\n"]', "modules[0]: 'dmabench\\n' should not be"),
    (line, "size = []", "step[0].size: [] "),
    (line, "size = -1", "step[0].size: -1 "),
    (line, "size = 1.5", "step[0].size: 1.5 is not of type"),
    (line, "size = true", "step[0].size: True is not of type"),
    (line, 'size = "4 K"', "step[0].size: '4 K' does not match"),
    (line, "size = [64, {}]", "step[0].size[1]: {} is not of type"),
    ('"map-{size}"', '"Map-{size}"', f"step 'Map-64': {allowed}"),
    ('"map-{size}"', '"map {size}"', f"step 'map 64': {allowed}"),
    ('"map-{size}"', '"m{size:>99}"', f"step 'm{'64':>99}': {allowed}"),
    (
        '"map-{size}"',
        '"map-{op}"',
        "step map-map_single: stands twice; name must tell its axes apart",
    ),
    (line, line + again, "step map-64: stands twice"),
    (
        '"map-{size}"',
        '"map-{sice}"',
        "step 'map-{sice}': name: no member sice; allowed are op, size",
    ),
    (
        '"map-{size}"',
        '"map-{0}"',
        "step 'map-{0}': name: no member 0; allowed are op, size",
    ),
    (
        '"map-{size}"',
        '"map-{}"',
        "step 'map-{}': name: no member ; allowed are op, size",
    ),
    (
        '"map-{size}"',
        '"map-{size.real}"',
        "step 'map-{size.real}': name: no member size.real; allowed",
    ),
    (
        '"map-{size}"',
        '"map-{size[0]}"',
        "step 'map-{size[0]}': name: no member size[0]; allowed",
    ),
    ('"map-{size}"', '"map-{size"', "step 'map-{size': name: expected '}'"),
    (
        '"map-{size}"',
        '"map-{size:q}"',
        "step 'map-{size:q}': name: Unknown format code 'q'",
    ),
):
    found = workloads.refused(workloads.written(tmp, (old, new)))
    assert found.startswith(said) and len(found) < 300, (new, said, found)
(tmp / "latin.toml").write_bytes(b'description = "\xe4"\n')
assert workloads.refused(tmp / "latin.toml").startswith("not TOML: ")
assert workloads.refused(tmp / "nowhere.toml") == "No such file or directory"
EOF
}

@test "a wrong profile is refused in one sentence: the file, the member, what is allowed" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import profile
from harness.errors import UsageError

path = Path(os.environ["TMP"]) / "mine.toml"
good = """
description = "made up"
clock = "insn"
p2m = "linear"
workloads = ["micro"]
variants = ["dom0-iommu", "dom0-hook"]
"""
path.write_text(good)
made = profile.load(path)
assert (made.name, made.clock, made.p2m) == ("mine", "insn", ("linear",))
assert made.variants == ("dom0-iommu", "dom0-hook") and made.workloads == ("micro",)
assert (made.purpose, made.scatter_seed, made.scatter_share) == ("", 1, 50)
more = '["scattered", "linear"]\nscatter_seed = 9\nscatter_share = 100'
whole = good.replace('"linear"', more).replace(
    'workloads = ["micro"]', 'purpose = "validation"'
)
path.write_text(whole)
made = profile.load(path)
assert (made.p2m, made.purpose) == (("scattered", "linear"), "validation")
assert (made.workloads, made.scatter_seed, made.scatter_share) == ((), 9, 100)
names = (
    "description, clock, p2m, scatter_seed, scatter_share, counting, purpose, workloads, variants"
)
for old, new, said in (
    ("clock", "[clock", "not TOML: "),
    (
        'p2m = "linear"',
        'p2m = "linear"\nvariant = "x"',
        f"variant: allowed are {names}",
    ),
    ('description = "made up"', "", "description: must be a string"),
    ('"insn"', "1", "clock: must be a string"),
    ('"insn"', '"tsc"', "clock: tsc: allowed are insn, wall"),
    ('"linear"', '"random"', "p2m: random: allowed are linear, scattered"),
    ('"linear"', '["linear", "random"]', "p2m: random: allowed are linear, scattered"),
    ('"linear"', "[]", "p2m: must be a list of names"),
    ('"linear"', "7", "p2m: must be a string"),
    (
        'p2m = "linear"',
        'p2m = "linear"\nscatter_share = 0',
        "scatter_share: 0: allowed are 1 to 100",
    ),
    (
        'p2m = "linear"',
        'p2m = "linear"\nscatter_share = "50"',
        "scatter_share: 50: allowed are 1 to 100",
    ),
    (
        'p2m = "linear"',
        'p2m = "linear"\nscatter_seed = -1',
        "scatter_seed: -1: allowed are 0 to 4294967295",
    ),
    (
        'p2m = "linear"',
        'p2m = "linear"\npurpose = "validation"',
        "purpose: must not be given beside workloads",
    ),
    (
        'workloads = ["micro"]',
        'purpose = "fun"',
        "purpose: fun: allowed are benchmark, validation",
    ),
    ('["micro"]', "[]", "workloads: must be a list of names"),
    ('["micro"]', '"micro"', "workloads: must be a list of names"),
    ('"dom0-hook"]', "7]", "variants: must be a list of names"),
    ('variants = ["dom0-iommu", "dom0-hook"]', "", "variants: must be a list of names"),
):
    assert good.count(old) == 1, old
    path.write_text(good.replace(old, new))
    found = trees.refusal(UsageError, profile.load, path)
    assert found.startswith(f"{path}: {said}") and "\n" not in found, found
EOF
}
