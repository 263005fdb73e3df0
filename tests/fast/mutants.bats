#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2119,SC2120
# Mutants: what their heads must say, that each of them applies, and which end of
# a cell counts as caught.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "every mutant there is has a good head, and the three designs have enough" {
	py <<'EOF'
from collections import Counter
from harness import mutants, paths, workload

repo = paths.repo()
known = mutants.load_all(repo.mutants, workload.load_all(repo.workloads))
designs = Counter(mutant.variant.design for mutant in known.values())
assert len(known) >= 20 and min(designs[d] for d in ("iommu", "hook", "pool")) >= 5
for name, mutant in known.items():
    assert name.startswith(f"{mutant.variant.design}-"), name
    assert len(mutant.case.machines) == 1, name
    # A name of a rule, or a step's: what else fails is not what was planted.
    assert ":" in mutant.symptom.pattern, name
EOF
}

@test "a bad head is refused in one sentence with the file, the key and what is allowed" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import boots, trees
from harness import mutants
from harness.qemu import Machine
from harness.errors import UsageError

machines = (Machine(2048, 1024, ("edu",)), Machine(6144, 1024, ("edu",)))
case = dataclasses.replace(boots.WORK, name="case", purpose="validation", machines=machines)
linear = dataclasses.replace(case, p2m=("linear",))
works = {
    "work": boots.WORK,
    "case": case,
    "flat": dataclasses.replace(linear, name="flat", boots=("dom0",)),
    "inside": dataclasses.replace(case, name="inside", boots=("native",)),
}
good = {
    "Design": "hook",
    "Variant": "dom0-hook",
    "Case": "case",
    "P2m": "scattered",
    "Memory": "6144",
    "Symptom": "leak: [0-9]+",
}
body = "The last slot is lost.\n\n" + trees.ONE

def load(text=None, name="hook-leak", rest=body, **changes):
    head = {key: value for key, value in {**good, **changes}.items() if value is not None}
    lines = "".join(f"{key}: {value}\n" for key, value in head.items())
    path = trees.patch(Path(os.environ["TMP"]) / f"{name}.patch", text or f"{lines}\n{rest}")
    return path, lambda: mutants.load(path, works)

path, get = load()
made = get()
assert (made.name, made.patch, made.p2m) == ("hook-leak", path, "scattered")
assert made.variant.name == "dom0-hook" and not made.module
assert made.case == dataclasses.replace(case, machines=machines[1:])
assert made.symptom.search("step a: leak: 7 slots")
assert load(Design="pool", Variant="dom0-pool")[1]().module

def refused(what, **changes):
    path, get = load(**changes)
    said = trees.refusal(UsageError, get)
    assert said.startswith(f"{path}: {what}") and "\n" not in said, said

for key in good:
    refused(f"{key}: must be a string", **{key: None})
    refused(f"{key}: must be a string", **{key: ""})
refused("Symptoms: allowed are Design, Variant, Case, P2m, Memory, Symptom", Symptoms="x")
refused("Design: nice: allowed are plain, iommu, hook, pool, exchange", Design="nice")
hooks = "native-hook, native-hook+force, dom0-hook, dom0-hook+force"
refused(f"Variant: dom0-pool: allowed are {hooks}", Variant="dom0-pool")
refused("Case: work: allowed are case, flat", Case="work")
refused("Case: inside: allowed are case, flat", Case="inside")
refused("Case: flat: allowed are case, inside", Case="flat", Variant="native-hook")
refused("P2m: scattered: allowed are linear", Case="flat")
refused("Memory: 4096: allowed are 2048, 6144", Memory="4096")
refused("Symptom: 'leak: (' is no regular expression: ", Symptom="leak: (")
refused("Symptom: '.*' is found in any reason", Symptom=".*")
refused("line 3: must be Key: value, or empty", text="Design: hook\nP2m: linear\nand so on\n")
refused("Design: stands twice", text="Design: hook\nDesign: hook\n\n" + body)
refused("below the head must stand what is planted", rest=trees.ONE)
refused("no patch, with names that begin with a/ and b/", rest="Words.\n")
refused("no patch", rest="Words.\n\n" + trees.ONE.replace(" a/", " ").replace(" b/", " "))
refused("name: allowed are 1 to 61 of a-z 0-9 _ -", name="Hook.leak")
EOF
}

@test "modules come first, then one design's kernels after another's; names choose" {
	py <<'EOF'
import re
import boots, trees
from harness import designs, mutants
from harness.errors import UsageError

def made(name):
    variant = designs.variant("dom0-" + name.partition("-")[0])
    return mutants.Mutant(name, None, variant, boots.WORK, "scattered", re.compile("a:"))

names = ["exchange-a", "hook-a", "hook-b", "iommu-a", "iommu-b", "pool-a"]
known = {name: made(name) for name in names}
order = ["pool-a", "iommu-a", "iommu-b", "hook-a", "hook-b", "exchange-a"]
assert [m.name for m in mutants.chosen(known, [])] == order
some = mutants.chosen(known, ["hook-b", "pool-a", "hook-b"])
assert [m.name for m in some] == ["pool-a", "hook-b"]
said = trees.refusal(UsageError, mutants.chosen, known, ["pool-a", "pool-b"])
assert said == f"mutant pool-b: allowed are {', '.join(names)}", said
assert trees.refusal(UsageError, mutants.chosen, {}, []) == "mutants: there is none"

whole = boots.profile(*designs.DESIGNS, p2m=("linear", "scattered"), purpose="validation", scatter_share=7)
one = mutants.single(whole, known["hook-a"])
assert (one.name, one.purpose, one.scatter_share) == ("mutant-hook-a", "", 7)
assert (one.variants, one.workloads, one.p2m) == (("dom0-hook",), ("work",), ("scattered",))
EOF
}

@test "caught is who fails under the right name; nothing else is" {
	py <<'EOF'
import dataclasses, re
import boots, fixtures
from harness import designs, mutants
from harness.mutants import Outcome
from harness.record import Verdict

variant = designs.variant("dom0-hook")
mutant = mutants.Mutant("hook-a", None, variant, boots.WORK, "linear", re.compile(r"leak: \d+"))

def judged(verdict, reason, **inputs):
    cell = fixtures.cell("dom0-hook", verdict=Verdict(verdict), reason=reason, inputs=inputs)
    found = mutants.judged(mutant, cell)
    assert found.name == "hook-a"
    return found

for verdict in ("FAIL", "CRASH"):
    good = judged(verdict, "step a: leak: 7 slots")
    assert good.line == "caught  hook-a: step a: leak: 7 slots", good.line
    other = judged(verdict, "step a: guard: byte 3")
    assert other.line == (
        "NOT CAUGHT hook-a: step a: guard: byte 3 is not its symptom, 'leak: \\\\d+'"
    ), other.line
for verdict, reason in (("SKIP", "leak: 7"), ("ERROR", "")):
    lost = judged(verdict, reason)
    said = reason or "nothing was said"
    assert lost.line == f"NOT CAUGHT hook-a: work ended as {verdict}: {said}", lost.line
# A known defect that showed, as it does without the mutant.
lost = judged("PASS", "known defect F1 (docs/findings.md): leak: 7")
assert lost.line == "NOT CAUGHT hook-a: work found nothing wrong", lost.line
broken = judged("ERROR", "make: leak: 7", kernel=None)
assert broken.line == "NOT BUILT hook-a: make: leak: 7", broken.line
assert judged("SKIP", "leak: 7", modules=None).outcome is Outcome.NOT_BUILT
for results, text, status in (
    ([good] * 3, "3 of 3 (100 %)", 0),
    ([good] * 299 + [other], "299 of 300 (99 %)", 4),
    ([good, broken], "1 of 2 (50 %)", 3),
    ([broken, lost], "0 of 2 (0 %)", 4),
):
    assert mutants.score(results) == f"mutation score: {text}"
    assert mutants.status(results) == status
EOF
}

@test "every mutant of a module applies to the module of its design" {
	py <<'EOF'
import os, shutil
from pathlib import Path
from harness import mutants, paths, source, workload

repo, tmp = paths.repo(), Path(os.environ["TMP"])
known = mutants.load_all(repo.mutants, workload.load_all(repo.workloads))
made = [mutant for mutant in known.values() if mutant.module]
assert len(made) >= 5, made
for mutant in made:
    name = mutant.variant.design
    scratch = tmp / mutant.name
    shutil.copytree(repo.designs / name, scratch)
    source.apply(mutant.patch, scratch, name, tmp / "log")
EOF
}

@test "every mutant of a kernel applies to the sources of its design" {
	tarball=$(PYTHONPATH=$REPO "$PY" -c 'from harness import source; print(source.DEFAULT)')
	[ -e "$tarball" ] || skip "$tarball is not there; install linux-source-6.12"
	py <<'EOF'
import os, re, subprocess
from pathlib import Path
from harness import build, designs, hashing, mutants, paths, source, workload

repo, cache, tmp = paths.repo(), paths.cache(), Path(os.environ["TMP"])
log = tmp / "log"
known = mutants.load_all(repo.mutants, workload.load_all(repo.workloads))
made = [mutant for mutant in known.values() if not mutant.module]
assert len(made) >= 15, made

def some():
    """Unpack what patches touch, and the file that names the release."""
    patches = [mutant.patch for mutant in made]
    for name in {mutant.variant.design for mutant in made}:
        patches += sorted((repo.designs / name / "6.12").glob("0*.patch"))
    texts = [patch.read_text() for patch in patches]
    every = lambda what: {name for text in texts for name in re.findall(what, text, re.M)}
    made_here = every(r"^--- /dev/null\n\+\+\+ b/(\S+)")
    names = {"Makefile", *every(r"^--- a/(\S+)")} - made_here
    top = source.DEFAULT.name.partition(".tar")[0]
    words = ["tar", "-x", "--strip-components=1", "--occurrence=1"]
    words += ["-f", source.DEFAULT, "-C", tmp / "linux"]
    (tmp / "linux").mkdir()
    subprocess.run([*words, *(f"{top}/{name}" for name in sorted(names))], check=True)
    return str(tmp / "linux")

# Not unpacked for this: a hundred thousand files.
listing = f"{hashing.file(source.DEFAULT)[: hashing.DIGITS]}.json"
there = (cache.root / "sources" / listing).exists()
origin = source.resolve(None if there else some(), cache, log)
for mutant in made:
    design = designs.DESIGNS[mutant.variant.design]
    scratch = tmp / mutant.name
    scratch.mkdir()
    planned = build.plan_kernel(design, origin, repo, (mutant.patch,))
    stock = build.plan_kernel(design, origin, repo)
    assert planned.key != stock.key, mutant.name
    assert planned.series.patches == (*stock.series.patches, mutant.patch)
    source.patched(origin, planned.series, scratch, log)
EOF
}

@test "a mutant's kernel and modules are nobody else's, and are gone afterwards" {
	py <<'EOF'
import dataclasses, os, re
from pathlib import Path
import boots, trees
from harness import designs, kbuild, mutants, mutating
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
trees.write(repo.designs / "pool", {"pool.c": "int pool;\n", "Kbuild": ""})
trees.write(repo.root, {"bench/modules/a/Kbuild": "", "bench/guest/init.c": ""})
text = "Words.\n\n--- a/pool.c\n+++ b/pool.c\n@@ -1 +1 @@\n-int pool;\n+int leak;\n"
patch = trees.patch(tmp / "pool-leak.patch", text)
mutant = mutants.Mutant(
    "pool-leak", patch, designs.variant("dom0-pool"), boots.WORK, "linear", re.compile("a:")
)
with mutating.planted(mutant, repo, cache) as (changed, own):
    assert (changed.designs / "pool/pool.c").read_text() == "int leak;\n"
    assert (changed.designs / "hook/6.12/0001-two.patch").exists()
    assert changed.kconfigs.samefile(repo.kconfigs)
    assert own.folder("kernels").samefile(cache.folder("kernels"))
    (own.folder("modules") / "x").touch()
assert (repo.designs / "pool/pool.c").read_text() == "int pool;\n"
hook = dataclasses.replace(mutant, variant=designs.variant("dom0-hook"))
with mutating.planted(hook, repo, cache) as (changed, own):
    assert changed is repo
    (own.folder("kernels") / "mutant").mkdir()
    for name in ("sources", "trees", "ccache", "guest"):
        (own.folder(name) / "kept").touch()
    # Its path is part of every command of kbuild: another would compile all anew.
    assert kbuild.make(own, "x") == kbuild.make(cache, "x")
left = sorted(path.name for path in cache.root.iterdir())
assert left == ["bin", "ccache", "guest", "kernels", "logs", "sources", "trees", "xen"], left
assert not any(cache.folder("kernels").iterdir())
for name in ("sources", "trees", "ccache", "guest"):
    assert (cache.folder(name) / "kept").exists()
EOF
}
