#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The samples of ci/: what can check them checks them, and their scripts run, with a
# stand-in for make and for bouncemark.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR
}

@test "systemd finds nothing wrong with service and timer" {
	run systemd-analyze verify --user ci/bouncemark-nightly.service ci/bouncemark-nightly.timer
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	# It would have found something.
	sed 's/^Nice/Nicer/' ci/bouncemark-nightly.service >"$TMP/bad.service"
	run systemd-analyze verify --user "$TMP/bad.service"
	[ -n "$output" ]
}

@test "the night of the timer is two in the morning, every day" {
	calendar=$(sed -n 's/^OnCalendar=//p' ci/bouncemark-nightly.timer)
	run systemd-analyze calendar "$calendar"
	[ "$status" -eq 0 ]
	[[ "$output" == *"Normalized form: *-*-* 02:00:00"* ]]
}

@test "yamllint finds nothing wrong with the pipelines" {
	yamllint --strict ci/gitlab-ci.yml ci/github-workflow.yml
}

@test "the pipelines have what their systems demand, and no key that is unknown" {
	py <<'PY'
from pathlib import Path
import jsonschema, trees, pipelines

for name in ("gitlab-ci.yml", "github-workflow.yml", "Jenkinsfile"):
    found = pipelines.scripts(Path("ci") / name)
    assert "./bouncemark nightly" in found["night"] and "night" in found["after"], found
text = Path("ci/gitlab-ci.yml").read_text().replace("after_script", "script_after")
bad = Path(__file__).parent / "gitlab-ci.yml"
bad.write_text(text)
try:
    pipelines.scripts(bad)
except jsonschema.ValidationError as problem:
    assert "script_after" in problem.message
else:
    raise AssertionError("a key that nobody knows was taken")
PY
	# A Jenkinsfile is Groovy: braces at least must match outside of strings.
	py <<'PY'
import re
from pathlib import Path

text = Path("ci/Jenkinsfile").read_text()
text = re.sub(r"'(?:[^'\\]|\\.)*'|^\s*//.*$", "", text, flags=re.MULTILINE)
depth = 0
for letter in text:
    depth += {"{": 1, "}": -1}.get(letter, 0)
    assert depth >= 0
assert depth == 0 and "'" not in text, text
blocks = re.findall(r"^ {0,4}(\w+) \{", text, re.MULTILINE)
assert blocks[0] == "pipeline" and {"stages", "post", "agent"} <= set(blocks), blocks
PY
}

@test "their scripts give bouncemark words it takes, and end as the night ended" {
	py <<'PY'
import os, shutil, subprocess
from pathlib import Path
import pipelines
from harness import commands

tmp = Path(os.environ["TMP"])
(tmp / "bin").mkdir()
(tmp / "bin/make").write_text("#!/bin/sh\necho make \"$@\" >>$TMP/made\n")
(tmp / "bouncemark").write_text(
    '#!/bin/sh\nprintf "%s\\n" "$@" >$TMP/words\n'
    'sleep 0.05; test -z "$WRITES" || mkdir -p $TMP/home/results/nightly/$WRITES\nexit 4\n'
)
for path in (tmp / "bin/make", tmp / "bouncemark"):
    path.chmod(0o755)
about = {
    **os.environ,
    "PATH": f"{tmp}/bin:{os.environ['PATH']}",
    "BOUNCEMARK_HOME": str(tmp / "home"),
}
# GitLab's images and GitHub's machines have bash; Jenkins's sh step is /bin/sh.
shells = {"gitlab-ci.yml": "bash", "github-workflow.yml": "bash", "Jenkinsfile": "sh"}
for name, shell in shells.items():
    scripts = pipelines.scripts(Path("ci") / name)
    for kernel, writes in (("", "1-night-1"), ("/src/a tree@v6.12", ""), ("", "")):
        night = tmp / "home/results/nightly/1-night-1"
        shutil.rmtree(night, ignore_errors=True)
        if not writes:
            # Of another night; tonight's did not come so far.
            night.mkdir(parents=True)
            os.utime(night, (1, 1))
        about["WRITES"] = writes
        (tmp / "made").unlink(missing_ok=True)
        about["KERNEL"] = kernel
        done = subprocess.run([shell, "-e", "-c", scripts["night"]], cwd=tmp, env=about)
        assert done.returncode == 4, (name, done)
        assert (tmp / "made").read_text() == "make packages\n"
        words = (tmp / "words").read_text().splitlines()
        asked = commands.parser().parse_args(words)
        assert asked.kernel == (kernel or None), (name, words)
        assert asked.results == tmp / "home/results", (name, words)
        done = subprocess.run([shell, "-e", "-c", scripts["after"]], cwd=tmp, env=about)
        assert done.returncode == 0, (name, done)
        assert (tmp / "night").is_dir() == bool(writes), (name, writes)
PY
}

@test "make nightly hands on kernel, command and folder" {
	mkdir "$TMP/copy"
	cp Makefile "$TMP/copy"
	mkdir "$TMP/copy/ci"
	ln -s /bin/true "$TMP/copy/ci/install"
	printf '#!/bin/sh\nprintf "<%%s>" "$@"\n' >"$TMP/copy/bouncemark"
	chmod +x "$TMP/copy/bouncemark"
	run make -s -C "$TMP/copy" nightly KERNEL='/a tree' NOTIFY='mail -s "a night" me' RESULTS=/r
	echo "$output"
	[ "$output" = '<nightly><--kernel></a tree><--notify><mail -s "a night" me><--results></r>' ]
	run make -s -C "$TMP/copy" nightly
	[ "$output" = '<nightly>' ]
}
