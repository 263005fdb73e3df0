# SPDX-License-Identifier: GPL-2.0-only
"""The index over the runs: a SQLite file that can always be made again from them.

What is read of it is in storequery.py, how it follows the runs in indexing.py.
"""

import os
import sqlite3
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Sequence

from harness import lock
from harness.errors import HarnessError
from harness.storeschema import APPLICATION, TABLES, VERSION

# For as long one process waits until another has written a run.
BUSY_SECONDS = 60
_SUFFIXES = ("", "-wal", "-shm")
# Bytes: what SQLite's shared memory file grows by.
_ROOM = 32768
_OF_THE_DISK = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
)


class Damaged(HarnessError):
    """The index is not what was written."""


@dataclass(frozen=True)
class Store:
    """An index that is open; notes: what has to be said of how it was opened."""

    path: Path
    connection: sqlite3.Connection
    notes: tuple[str, ...]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all that the block writes, or nothing of it."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """Open an index for a while. HarnessError with the file when it cannot be.

    One that is not there, or is older, is made; then it is empty until it is
    brought up to date. One that is damaged is set aside first. One of a newer
    bouncemark is refused.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with lock.locked(path.with_name(f"{path.name}.lock")):
            connection, notes = _sound(path)
        try:
            yield Store(path, connection, notes)
        finally:
            connection.close()
    except sqlite3.Error as problem:
        said = "the disk is full" if _is_full(problem, path) else str(problem)
        raise HarnessError(f"{path}: {said}; the runs are as they were") from problem


def remove(path: Path) -> None:
    """Remove an index: the next time it is made anew."""
    with lock.locked(path.with_name(f"{path.name}.lock")):
        for suffix in _SUFFIXES:
            Path(f"{path}{suffix}").unlink(missing_ok=True)


def crc(values: Sequence[Any], metrics: bytes, figures: bytes) -> int:
    """Return the checksum of a run's row: of what it says, its layout, its values."""
    text = "\0".join(map(str, values)).encode()
    return zlib.crc32(figures, zlib.crc32(metrics, zlib.crc32(text)))


def _sound(path: Path) -> tuple[sqlite3.Connection, tuple[str, ...]]:
    """Return a connection to an index that can be used, and what was done for it."""
    notes = []
    try:
        connection = _connected(path)
        try:
            version = _version(connection, path)
            if version == VERSION:
                _check(connection)
                return connection, ()
        except BaseException:
            connection.close()
            raise
        connection.close()
        if version:
            notes.append(f"{path}: version {version} is made anew as {VERSION}")
            _away(path, None)
    except (Damaged, sqlite3.DatabaseError) as problem:
        if _is_of_the_disk(problem, path):
            raise
        aside = _aside(path)
        notes.append(f"{path}: {problem}; it is now {aside.name} and is made anew")
        _away(path, aside)
    connection = _connected(path)
    try:
        with Store(path, connection, ()).writing():
            for statement in TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection, tuple(notes)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # What a power cut takes from it can be made again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of an index, 0 if it is empty; newer ones are refused."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables and not version:
        return 0
    if application != APPLICATION or version < 1:
        raise Damaged("is no index of bouncemark's")
    if version > VERSION:
        raise HarnessError(
            f"{path}: version {version} is of a newer bouncemark, {VERSION} is known; "
            "use that one, or remove the file: it is made again from the runs"
        )
    return int(version)


def _check(connection: sqlite3.Connection) -> None:
    """Raise Damaged unless the tables, and what they say of each run, are whole.

    sqlite3.Error where it cannot be written to.
    """
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")
    if _schema(connection) != _fresh():
        raise Damaged("its tables are not those of its version")
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise Damaged(" ".join(str(said).split()))
    found = connection.execute(
        "SELECT r.name, r.at, r.profile, r.clock, r.debug, l.metrics, r.figures, r.crc"
        " FROM runs r LEFT JOIN layouts l ON l.id = r.layout"
    )
    for name, *about, metrics, figures, sum_ in found:
        if metrics is None or crc((name, *about), metrics, figures) != sum_:
            raise Damaged(f"what it says of run {name} is damaged")


def _schema(connection: sqlite3.Connection) -> list[tuple[str, str | None]]:
    found = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name")
    return list(found)


def _fresh() -> list[tuple[str, str | None]]:
    """Return the schema of an index that has just been made."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)
        return _schema(connection)


def _is_of_the_disk(problem: Exception, path: Path) -> bool:
    """Tell whether the disk, or who else is writing, made a problem; not the file."""
    code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code == sqlite3.SQLITE_READONLY:
        return not os.access(path, os.W_OK)
    return code in _OF_THE_DISK


def _is_full(problem: sqlite3.Error, path: Path) -> bool:
    """Tell whether a problem is that of a full disk, which SQLite may call I/O."""
    code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_IOERR:
        state = os.statvfs(path.parent)
        return state.f_bavail * state.f_frsize < _ROOM
    return code == sqlite3.SQLITE_FULL


def _aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return aside


def _away(path: Path, aside: Path | None) -> None:
    """Take the files of an index away: set the first aside, or remove it as well."""
    if aside:
        os.replace(path, aside)
    for suffix in _SUFFIXES:
        Path(f"{path}{suffix}").unlink(missing_ok=True)
