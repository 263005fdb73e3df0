# SPDX-License-Identifier: GPL-2.0-only
"""The tables of the index. Whoever changes them gives VERSION the next number.

A run's values are one array of doubles, and the ids of their metrics another, which
runs of one plan share as a layout. One row a point was measured beside it, see
tests/bench/archive.py.
"""

# Says that a file is our index, and which. An older one is made anew.
APPLICATION = 0x626D6931
VERSION = 1

TABLES = """
CREATE TABLE metrics (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    variant TEXT NOT NULL,
    workload TEXT NOT NULL,
    p2m TEXT NOT NULL,
    memory_mib INTEGER NOT NULL,
    clock TEXT NOT NULL,
    step TEXT NOT NULL,
    figure TEXT NOT NULL,
    -- As declared when its latest run was taken.
    unit TEXT NOT NULL,
    direction TEXT NOT NULL
);
CREATE TABLE layouts (
    id INTEGER PRIMARY KEY,
    -- Little-endian int32 each, ascending: ids of metrics.
    metrics BLOB NOT NULL UNIQUE
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    started TEXT NOT NULL,
    -- Seconds since the epoch: runs are ordered by (at, name).
    at REAL NOT NULL,
    profile TEXT NOT NULL,
    clock TEXT NOT NULL,
    debug INTEGER NOT NULL,
    verdict TEXT,
    -- finished, unfinished, or unsummed: finished, without SHA256SUMS.
    state TEXT NOT NULL,
    -- What tells whether the run's folder is still what was taken.
    stamp TEXT NOT NULL,
    sha TEXT NOT NULL,
    layout INTEGER NOT NULL REFERENCES layouts(id),
    -- Little-endian doubles, in the layout's order.
    figures BLOB NOT NULL,
    -- CRC-32 of the row and its layout.
    crc INTEGER NOT NULL
);
CREATE INDEX runs_in_order ON runs (at, name);
CREATE TABLE cells (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    variant TEXT NOT NULL,
    workload TEXT NOT NULL,
    p2m TEXT NOT NULL,
    memory_mib INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (run, id)
) WITHOUT ROWID;
CREATE TABLE problems (
    run TEXT NOT NULL,
    file TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (run, file)
) WITHOUT ROWID;
"""
