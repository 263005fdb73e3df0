#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The command: what it lists, and what it says to wrong words. Nothing is built.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
}

@test "wrong words end with status 2 and one line that names what is allowed" {
	py <<'EOF'
import os
from pathlib import Path
from commands import refused

tmp = Path(os.environ["TMP"])
refused(2, "invalid choice: 'bench' (choose from 'doctor', 'build', 'run', ", "bench")
refused(2, "the following arguments are required: COMMAND")
refused(2, "invalid choice: 'cells' (choose from 'variants',", "list", "cells")
refused(2, "design fish: allowed are plain, iommu, hook", "build", "hook", "fish")
refused(2, "profile nope: no such; allowed are designs, io, matrix, nightly, quick, shapes, validate", "run", "--profile", "nope")
refused(2, "variant x: allowed are native-plain, ", "run", "--variant", "x")
refused(2, "workload fio: allowed are ", "run", "--workload", "fio")
refused(2, "case micro: allowed are ", "validate", "micro")
refused(2, "variant x: allowed are native-plain, ", "validate", "--variant", "x")
refused(2, f"--workloads-from {tmp}/no: no folder", "validate", "--workloads-from", tmp / "no")
refused(2, "unrecognized arguments: --clock", "validate", "--clock", "wall")
refused(2, "(choose from 'insn', 'wall')", "run", "--clock", "tsc")
refused(2, "needs tcg; add --clock wall", "run", "--accelerator", "kvm")
refused(
    2, f"--workloads-from {tmp}/no: no folder", "run", "--workloads-from", tmp / "no"
)
refused(2, f"KERNEL={tmp}/no: no such thing", "run", "--kernel", tmp / "no")
refused(2, f"KERNEL={tmp}/no: no such thing", "build", "--kernel", tmp / "no")
# None of them got as far as the sources.
assert not (tmp / "cache/bouncemark/sources").exists()
EOF
}

@test "profiles and workloads of the user's own are checked before anything is done" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from commands import refused

tmp = Path(os.environ["TMP"])
mine = tmp / "mine.toml"
mine.write_text(trees.PROFILE.replace('"work"', '"mine"').replace("iommu", "pool"))
profile = ("run", "--profile", mine)
refused(2, "variant native-pool: allowed are ", *profile, "--workload", "micro")
refused(2, "workload mine: allowed are ", *profile, "--variant", "native-hook")
trees.write(tmp / "works", {"mine.toml": "description = 7"})
refused(2, f"{tmp}/works/mine.toml: ", "run", "--workloads-from", tmp / "works")
works = trees.WORK.replace("deadline = 60", 'deadline = 60\nboots = ["dom0"]')
trees.write(tmp / "works", {"mine.toml": works})
words = (*profile, "--workloads-from", tmp / "works", "--variant", "native-hook")
refused(2, "profile mine: no workload runs on its variants", *words)
mine.write_text(trees.PROFILE.replace("clock", "clocks"))
refused(2, f"{mine}: clocks: allowed are ", *profile)
assert not (tmp / "cache/bouncemark/sources").exists()
EOF
}

@test "compare and list find runs by name and path, and say where there are none" {
	py <<'EOF'
import json, os, re
from pathlib import Path
import fixtures
from commands import refused, said
from harness import record

runs = Path(os.environ["TMP"]) / "runs"
at = ("--results", str(runs))
hint = f"no runs in {runs}; make one with: bouncemark run"
refused(2, hint, "compare", *at)
refused(
    2, f"run nope: no such in {runs}; see: bouncemark list runs", "compare", *at, "nope"
)
refused(2, "compare: give one run, or two", "compare", *at, "a", "b", "c")
assert said("list", "runs", *at) == (0, "", "")
one = fixtures.saved(runs, 1)
fails = {"dom0-hook": (record.Verdict.FAIL, "wrong")}
two = fixtures.saved(runs, 2, ends=fails)
status, text, _ = said("list", "runs", *at)
assert status == 0 and re.fullmatch(
    f"{one.manifest.id} +PASS +6/6 cells +insn\n{two.manifest.id} +FAIL +6/6 cells +insn\n",
    text,
), text
# The last run, when none is named.
status, text, _ = said("compare", *at, "--json")
assert status == 4 and two.manifest.id in text and json.loads(text)
status, text, _ = said("compare", *at, one.manifest.id)
assert status == 0 and one.manifest.id in text
status, text, _ = said("compare", *at, one.manifest.id, str(two.path))
assert status == 4 and one.manifest.id in text and two.manifest.id in text
record.manifest_path(one.path).write_text("{\n")
# A run that cannot be read is listed with the reason, and hides no other.
status, text, _ = said("list", "runs", *at)
assert status == 0 and text.splitlines()[0] == (
    f"{one.manifest.id}  unreadable: line 2 column 1: is not JSON: Expecting property "
    "name enclosed in double quotes"
), text
assert text.splitlines()[1].startswith(f"{two.manifest.id}  FAIL "), text
refused(
    3, f"{one.path}/run.json: line 2 column 1: is not JSON", "compare", *at, one.path
)
EOF
}

@test "list prints every variant, workload and profile there is" {
	py <<'EOF'
import re
from commands import said
from harness import paths

repo = paths.repo()
status, text, errors = said("list", "variants")
names = text.split()
assert (status, errors) == (0, "") and len(names) == 13 and names[0] == "native-plain"
assert "dom0-hook+force" in names and "dom0-plain" not in names
for what, folder, line in (
    (
        "workloads",
        repo.workloads,
        r"^micro +[1-9]\d* steps  cost of each DMA API operation",
    ),
    ("profiles", repo.profiles, r"^quick +both designs"),
    ("profiles", repo.profiles, r"^validate +proves the designs right"),
    ("questions", repo.questions, r"^dma32 +A 32-bit device"),
):
    status, text, errors = said("list", what)
    assert (status, errors) == (0, "") and re.search(line, text, re.MULTILINE), text
    shown = [line.split()[0] for line in text.splitlines()]
    # A workload that drives devices is one for each of them.
    files = [name.partition("-")[0] for name in shown]
    stems = sorted(path.stem for path in folder.glob("*.toml"))
    assert sorted(dict.fromkeys(files)) == stems, shown
EOF
}

@test "a reader who leaves early gets no traceback, and no success either" {
	# A pipe nobody reads: even a short list cannot be written to it.
	"$PY" - <<'EOF'
import os, subprocess

for words in (["list", "variants"], ["--help"]):
    reader, writer = os.pipe()
    os.close(reader)
    # Buffered, as a user's is: the last of it is written when all is done.
    command = ["env", "-u", "PYTHONUNBUFFERED", "./bouncemark", *words]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b""), done
EOF
}

@test "of kernels that cannot be built the worst reason is the status" {
	py <<'EOF'
import types
from commands import said
from harness import run
from harness.errors import HarnessError, Missing

run.kernel_plans = lambda bench, designs: ({}, {})
for failed, status in (
    ({}, 0),
    ({"hook": Missing("no series")}, 6),
    ({"hook": Missing("no series"), "iommu": HarnessError("no make")}, 3),
):
    run.build_all = lambda *_: types.SimpleNamespace(kernels={}, failed=failed)
    assert said("build")[0] == status, (failed, said("build"))
EOF
}

@test "a profile whose name cannot be a run's is refused" {
	py <<'EOF'
import os, shutil
from pathlib import Path
from commands import refused
from harness import paths

tmp = Path(os.environ["TMP"])
path = tmp / "my profile.toml"
shutil.copy(paths.repo().profiles / "quick.toml", path)
words = ("run", "--profile", path, "--results", tmp / "results")
refused(2, f"{path}: its name may have letters, digits and _.+- only", *words)
assert not (tmp / "results").exists()
EOF
}

@test "a program that hangs, and a folder that cannot be copied, are told in a sentence" {
	py <<'EOF'
import shutil, subprocess
from commands import refused
from harness import telling

for problem, words in (
    (subprocess.TimeoutExpired(["git", "-C", "x"], 60), "git: not done after 60 s"),
    (
        shutil.Error([("/a", "/b", "[Errno 28] No space left on device"), ("c", "d", "e")]),
        "/b: [Errno 28] No space left on device",
    ),
    (shutil.Error("are the same file"), "are the same file"),
    (OSError(28, "No space left on device", "/f"), "/f: No space left on device"),
    (OSError("odd"), "odd"),
):

    def list_(options):
        raise problem

    telling.list_ = list_
    refused(3, f"bouncemark: {words}\n", "list", "variants")
EOF
}

@test "a terminal that is closed interrupts as Ctrl-C does, unless nohup had its way" {
	py <<'EOF'
import os, subprocess, sys

script = """
import os, signal, sys
from harness import cli, telling

def list_(options):
    os.kill(os.getpid(), signal.SIGHUP)
    return 0

telling.list_ = list_
sys.exit(cli.main(["list", "variants"]))
"""
for before, status in (("", 130), ("trap '' HUP; ", 0)):
    words = ["sh", "-c", before + 'exec "$@"', "sh", sys.executable, "-c", script]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == status, done
    assert done.stderr.startswith("bouncemark: interrupted") == (status == 130), done
EOF
}

@test "without a Python module one line names it and what installs it" {
	mkdir "$TMP/site"
	cat >"$TMP/site/sitecustomize.py" <<'EOF'
import os, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["MISSING"]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
EOF
	for module in rich jsonschema; do
		PYTHONPATH=$TMP/site MISSING=$module run ./bouncemark list variants
		echo "$output"
		[ "$status" -eq 3 ]
		[ "$output" = "bouncemark: Python module $module is missing; install what is needed with: make packages" ]
	done
}

@test "a cache that cannot be used, or sources that are not there, end with one line" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from commands import refused
from harness import source

tmp = Path(os.environ["TMP"])
source.DEFAULT = tmp / "linux-source-6.12.tar.xz"
hint = f"{source.DEFAULT}: not there; install linux-source-6.12"
refused(3, hint, "build", "plain")
packed = trees.tarball(trees.kernel(tmp / "linux"), source.DEFAULT)
assert trees.source("", tmp).label == str(packed)
os.environ["XDG_CACHE_HOME"] = str(packed)
refused(3, f"{packed}/bouncemark: Not a directory", "build", "plain")
EOF
}
