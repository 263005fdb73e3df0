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
from harness import build, paths, plan, workload

repo = paths.repo()
works = workload.load_all(repo.workloads)
assert "micro" in works and all(work.steps for work in works.values())
keys = dict.fromkeys(build.DESIGNS, "k")
for path in sorted(repo.profiles.glob("*.toml")):
    profile = workload.load_profile(path)
    assert plan.cells(profile, works, keys), path
quick = workload.load_profile(repo.profiles / "quick.toml")
assert {"native-plain", "dom0-iommu", "dom0-hook"} <= set(quick.variants)
for work in works.values():
    made = {path.parent.name for path in repo.modules.glob("*/Kbuild")}
    assert set(work.modules) <= made, (work.name, made)
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
assert (work.machine.memory_mib, work.machine.devices) == (2048, ("edu",))
assert work.deadline == 30.0 and work.arguments == ""
sha = work.sha
path.write_text(path.read_text() + "# a comment\n")
assert workload.load(path).sha != sha
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
        unknown.format("retries") + "; allowed are schema, description, boots, device",
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
        "machine.memory_mib: 1.5 is not of type 'integer'",
    ),
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
        "modules[0]: '../evil' does not match '^[a-z0-9_]+$'",
    ),
    (
        '"lower"',
        '"down"',
        "metric[0].direction: 'down' is not one of ['lower', 'higher', 'none']",
    ),
    ('unit = "instructions"', "", "metric[0]: 'unit' is a required property"),
    (
        'kind = "dmabench"',
        'kind = "fio"',
        "step[0].kind: 'fio' is not one of ['dmabench', 'map_benchmark', 'read', 'selftest']",
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
from harness import workload
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
profile = workload.load_profile(path)
assert (profile.name, profile.clock, profile.p2m) == ("mine", "insn", "linear")
assert profile.variants == ("dom0-iommu", "dom0-hook") and profile.workloads == (
    "micro",
)
names = "description, clock, p2m, workloads, variants"
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
    ('"linear"', '"random"', "p2m: random: allowed are linear"),
    ('["micro"]', "[]", "workloads: must be a list of names"),
    ('["micro"]', '"micro"', "workloads: must be a list of names"),
    ('"dom0-hook"]', "7]", "variants: must be a list of names"),
    ('variants = ["dom0-iommu", "dom0-hook"]', "", "variants: must be a list of names"),
):
    assert good.count(old) == 1, old
    path.write_text(good.replace(old, new))
    found = trees.refusal(UsageError, workload.load_profile, path)
    assert found.startswith(f"{path}: {said}") and "\n" not in found, found
EOF
}
