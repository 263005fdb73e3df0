#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# README and docs/ are held to the code: commands, options, files that they show.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "the parser takes every command that a document shows" {
	py <<'PY'
import documents

found = 0
for path in documents.files():
    for command in documents.commands(path.read_text()):
        found += 1
        why = documents.refusal(command)
        assert not why, f"{path.name}: {command}: {why}"
assert found > 40, found
PY
}

@test "a command or an option that is not there is seen, in a line, a usage and a sentence" {
	py <<'PY'
import documents

page = """
    ./bouncemark run --prof io              # no such option
    ./bouncemark list cells
    ./bouncemark report [RUN...] [--form text|...]
    ./bouncemark repeat [RUN...]
    ./bouncemark compare --json RUN --without RUN | less

Say `./bouncemark accept METRIC
--since RUN --reason TEXT`, or `source <(./bouncemark completion fish)`.

```
./bouncemark output --of that
```
"""
whys = {c.removeprefix("./bouncemark "): documents.refusal(c) for c in documents.commands(page)}
assert len(whys) == 7 and all(whys.values()), whys
assert whys["run --prof io"] == "run has no --prof"
assert "invalid choice: 'cells'" in whys["list cells"]
assert whys["report [RUN...] [--form text|...]"] == "report has no --form"
assert whys["repeat [RUN...]"] == "no command repeat"
assert "accept METRIC --since RUN --reason TEXT" in whys
assert "completion fish" in whys and "compare --json RUN --without RUN" in whys
good = "    ./bouncemark run --compare   # so\n`./bouncemark explain CELL [CELL] [--top N]`\n"
assert [documents.refusal(c) for c in documents.commands(good)] == ["", ""]
PY
}

@test "every command and every option stands in a document, and none that is not there" {
	py <<'PY'
import re
import documents

text = "\n".join(path.read_text() for path in documents.files())
known = documents.known()
shown = set(re.findall(r"--[a-z][a-z0-9-]*", text))
for name, parser in known.items():
    assert re.search(rf"\./bouncemark {name}\b|`{name}`", text), name
    missing = documents.options(parser) - shown
    assert not missing, f"{name}: {missing}: in no document"
there = set().union(*map(documents.options, known.values())) | documents.OTHERS
for path in documents.files():
    wrong = set(documents.spans(path.read_text())) - there
    assert not wrong, f"{path.name}: {wrong}: of no command"
PY
}

@test "the TOML that a document shows is TOML, and its workloads load" {
	py <<'PY'
import os, tomllib
from pathlib import Path
import documents
from harness import workload

tmp, loaded = Path(os.environ["TMP"]), 0
for path in documents.files():
    for number, block in enumerate(documents.blocks(path.read_text(), "toml")):
        if "step" in tomllib.loads(block):
            file = tmp / f"{path.stem}{number}.toml"
            file.write_text(block)
            assert workload.load(file).steps
            loaded += 1
assert loaded == 2, loaded
works = workload.load_all(tmp)
assert any("-nvme" in name for name in works), list(works)
PY
}

@test "every member of a workload, profile, device and question stands in the document" {
	py <<'PY'
import json, re
from harness import driven, paths, profile, question, workload

root = paths.repo().root
text = (root / "docs/adding-a-workload.md").read_text()
head = {**json.loads(workload.SCHEMA_FILE.read_text())["properties"]}
machine = head["machine"]["properties"]
kinds = head["step"]["items"]["properties"]["kind"]["enum"]
device = json.loads(driven.SCHEMA_FILE.read_text())["properties"]
for name in [*head, *machine, *kinds]:
    assert name == "schema" or re.search(rf"^(\[+{name}\]|{name} =|\| `{name}`)", text, re.M), name
tables = text.split("## Profiles, devices, questions")[1]
for name in [*profile._MEMBERS, *device, *question._MEMBERS]:
    assert name == "schema" or re.search(rf"^\|[^|]*`{name}`", tables, re.M), name
PY
}
