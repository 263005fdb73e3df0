#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The pages in a real browser, headless Chromium. One browser looks at all of them
# (tests/lib/browser.py); each test here is about what it found.

setup_file() {
	load ../lib/common
	export SAID=$BATS_FILE_TMPDIR/said
	"$PY" tests/lib/pages.py "$BATS_FILE_TMPDIR/pages"
	HOME=$BATS_FILE_TMPDIR "$PY" tests/lib/browser.py "$BATS_FILE_TMPDIR/pages" "$SAID"
}

# said NAME: what the browser said of a check.
said() {
	cat "$SAID/$1"
	[ "$(cat "$SAID/$1")" = ok ]
}

@test "browser: the charts are drawn" {
	said drawn
}

@test "browser: dragging zooms a trend in, a double click and the buttons back" {
	said zoom
}

@test "browser: no page has anything to say on the console" {
	said silent
}

@test "browser: no request leaves the page, nor the site's folder" {
	said closed
}

@test "browser: every text can be read, in light and in dark" {
	said dark
}

@test "browser: on a narrow screen nothing but tables and charts scrolls sideways" {
	said narrow
}

@test "browser: the keyboard reaches everything, and goes through a trend's runs" {
	said keyboard
}

@test "browser: a page prints, in light colours" {
	said printed
}

@test "browser: nothing of a hostile record is interpreted" {
	said inert
}

@test "browser: a run that is not good says so on the first screen" {
	said warned
}

@test "browser: the index finds metrics by words" {
	said filtered
}
