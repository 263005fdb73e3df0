#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Completion and the manual: made from the parser, tried in real shells.

bats_require_minimum_version 1.5.0

setup() {
	load ../lib/common
	export TMP=$BATS_TEST_TMPDIR XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	export COMMAND=$REPO/bouncemark
}

# bash_offers WORD...: what bash offers for the last of these words, in one line.
bash_offers() {
	bash --norc -c '
		source "$TMP/bash"
		COMP_WORDS=("$COMMAND" "$@") COMP_CWORD=$#
		_bouncemark
		echo "${COMPREPLY[*]}"' - "$@"
}

# zsh_offers WORD...: the same. That what does not begin as the word is left out is
# zsh's own work, which is done here.
zsh_offers() {
	zsh -f -c '
		source "$TMP/zsh"
		emulate sh
		COMP_WORDS=("$COMMAND" "$@") COMP_CWORD=$#
		_bouncemark
		printf "%s\n" "${COMPREPLY[@]}"' - "$@" |
		awk -v word="${!#}" 'index($0, word) == 1' | paste -s -d ' '
}

@test "commands, options, their values and names complete, in bash and in zsh" {
	for shell in bash zsh; do
		./bouncemark completion $shell >"$TMP/$shell"
		$shell -n "$TMP/$shell"
		[ "$(${shell}_offers comp)" = "compare completion" ]
		[ "$(${shell}_offers run --cl)" = "--clock" ]
		[ "$(${shell}_offers run --clock '')" = "insn wall" ]
		[ "$(${shell}_offers report --format ope)" = "openmetrics" ]
		[ "$(${shell}_offers list q)" = "questions" ]
		[ "$(${shell}_offers run --variant dom0-ho)" = "dom0-hook dom0-hook+force" ]
		[ "$(${shell}_offers run --workload micr)" = "micro" ]
	done
	[ "$(bash_offers run --results "$REPO/har")" = "$REPO/harness" ]
	run bash --norc -c 'source "$TMP/bash"; complete -p bouncemark'
	[ "$output" = "complete -o filenames -F _bouncemark bouncemark" ]
	run zsh -f -c 'source "$TMP/zsh"; print -r -- "${_comps[bouncemark]}"'
	[[ $output == *"_bash_complete"*"-F _bouncemark" ]]
}

@test "every command, option and exit status of the parser is in the completion and in the manual" {
	./bouncemark completion bash >"$TMP/bash"
	./bouncemark manual >"$TMP/man"
	PYTHONPATH=$REPO "$PY" - <<'EOF'
import argparse, os, re
from pathlib import Path
from harness import cli

tmp = Path(os.environ["TMP"])
bash, man = ((tmp / name).read_text() for name in ("bash", "man"))
# Every status that --help tells, and in the same order.
told = re.findall(r"^  (\d+) +(\S.*)$", cli.parser().format_help(), re.MULTILINE)
shown = man.replace("\\-", "-").split(".SH EXIT STATUS")[1]
assert re.findall(r"^\.TP\n\\fB(\d+)\\fR\n(.*)\.$", shown, re.MULTILINE) == told, told
assert len(told) == 12 and ("1", "a regression") in told, told
# A bare hyphen would be one that cannot be copied.
assert "\\-\\-profile" in man and "--profile" not in man
man = man.replace("\\-", "-")
(commands,) = [a for a in cli.parser()._actions if isinstance(a, argparse._SubParsersAction)]
assert len(commands.choices) >= 10
for name, one in commands.choices.items():
    part = man.split(f".SS {name}\n")[1].split("\n.SS ")[0]
    offered = re.search(rf"^    {name}\) words='(-h --help[^']*)' ;;$", bash, re.MULTILINE)[1]
    for action in one._actions:
        for option in action.option_strings:
            assert option in offered.split(), (name, option)
            assert option in ("-h", "--help") or f"\\fB{option}\\fR" in part, (name, option)
EOF
}

@test "the manual passes mandoc's and man's own checks, whatever the terminal" {
	./bouncemark manual >"$TMP/bouncemark.1"
	run mandoc -Tlint -W style "$TMP/bouncemark.1"
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run --separate-stderr env LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$TMP/bouncemark.1"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ $output == *"CRASH: a guest died."*" 130 "*"nightly has its own"*" a regression."* ]]
	[[ $output == *"--workloads-from DIR"* ]]
	COLUMNS=30 ./bouncemark manual | cmp - "$TMP/bouncemark.1"
	# Both would have found something.
	sed '$a .XX' "$TMP/bouncemark.1" >"$TMP/bad.1"
	run mandoc -Tlint -W style "$TMP/bad.1"
	[ "$status" -ne 0 ]
	[[ $output == *"unknown macro: .XX"* ]]
	run --separate-stderr env LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$TMP/bad.1"
	[[ $stderr == *"XX"* ]]
}
