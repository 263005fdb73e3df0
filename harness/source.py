# SPDX-License-Identifier: GPL-2.0-only
"""Kernel sources: where they come from, what is in them, and the tree to build.

A source is a manifest: every file with the hash of its content. A build tree is
brought to a manifest by touching only the files that differ, so that make
rebuilds what changed and nothing else.
"""

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

from harness import command, hashing, manifest
from harness.errors import Failed, HarnessError, UsageError
from harness.manifest import Manifest
from harness.lock import locked
from harness.paths import Cache

DEFAULT = Path("/usr/src/linux-source-6.12.tar.xz")
UNPACK_SECONDS = 900
# In the .git of a clone that is bisected: the tree that it is a clone of.
ORIGIN = "bouncemark-origin"
# In a build tree: the manifest that it is at.
STATE = ".bouncemark-manifest"


@dataclass(frozen=True)
class Source:
    """One state of kernel sources.

    label: as the user named it; release: like "6.12"; root: the folder the files
    are in; manifest: name -> hash of content; key: hash of the manifest; slot:
    name of the place it is built at, the same for successive states of one tree;
    pristine: nobody edits root, so its files may be linked instead of copied.
    """

    label: str
    release: str
    root: Path
    manifest: Mapping[str, str]
    key: str
    slot: str
    pristine: bool


@dataclass(frozen=True)
class Series:
    """A patch series: files in order, and (name, hash) of each."""

    patches: tuple[Path, ...]
    hashes: tuple[tuple[str, str], ...]


def resolve(kernel: str | None, cache: Cache, log: Path) -> Source:
    """Return the source that KERNEL= names; the Debian package's without it.

    kernel: a tarball, a tree, or TREE@REF for a git ref in a tree. UsageError
    if it is none of them.
    """
    if not kernel:
        if not DEFAULT.exists():
            raise HarnessError(f"{DEFAULT}: not there; install linux-source-6.12")
        return _tarball(DEFAULT, cache, log)
    path = Path(kernel).expanduser().absolute()
    if path.is_file():
        return _tarball(path, cache, log)
    if path.is_dir():
        return _tree(path)
    folder, at, ref = kernel.rpartition("@")
    path = Path(folder).expanduser().absolute()
    if at and path.is_dir():
        return _ref(path, ref, cache, log)
    raise UsageError(
        f"KERNEL={kernel}: no such thing; allowed: a tarball, a kernel tree, "
        "or TREE@REF for a git ref in a tree"
    )


def _make(label: str, root: Path, files: Manifest, slot: str, own: bool) -> Source:
    return Source(
        label=label,
        release=_release(label, root),
        root=root,
        manifest=files,
        key=hashing.of(files),
        slot=slot,
        pristine=own,
    )


def _release(label: str, root: Path) -> str:
    makefile = root / "Makefile"
    if not makefile.is_file():
        raise UsageError(f"{label}: no kernel tree, it has no Makefile")
    head = makefile.read_text("utf-8", "replace")[:400]
    found = re.search(r"^VERSION = (\d+)\nPATCHLEVEL = (\d+)$", head, re.MULTILINE)
    if not found:
        raise UsageError(f"{label}: Makefile: not a kernel's, it names no version")
    return f"{found[1]}.{found[2]}"


def _tarball(path: Path, cache: Cache, log: Path) -> Source:
    name = hashing.file(path)[: hashing.DIGITS]
    unpack = ["tar", "-x", "--strip-components=1", "-f", str(path), "-C"]
    try:
        return _unpacked(str(path), name, unpack, cache, log)
    except Failed:
        # Is it the file that is wrong, or is there a disk that is full?
        if _is_tarball(path):
            raise
        raise UsageError(f"KERNEL={path}: cannot be unpacked; see {log}")


def _is_tarball(path: Path) -> bool:
    try:
        command.output(["tar", "-t", "-f", str(path)], seconds=UNPACK_SECONDS)
    except Failed:
        return False
    except HarnessError:
        pass
    return True


def _ref(tree: Path, ref: str, cache: Cache, log: Path) -> Source:
    git = ["git", "-C", str(tree)]
    find = [*git, "rev-parse", "--verify", "--end-of-options", ref + "^{tree}"]
    try:
        name = command.output(find).strip()
    except HarnessError:
        raise UsageError(f"KERNEL={tree}@{ref}: {tree} has no such git ref")
    script = 'git -C "$1" archive --format=tar "$2" | tar -x -C "$3"'
    unpack = ["bash", "-o", "pipefail", "-c", script, "unpack", str(tree), name]
    source = _unpacked(f"{tree}@{ref}", name[: hashing.DIGITS], unpack, cache, log)
    return _make(source.label, source.root, dict(source.manifest), _slot(tree), True)


def _unpacked(
    label: str, name: str, unpack: Sequence[str], cache: Cache, log: Path
) -> Source:
    """Return a source unpacked into the cache, where it is by its name."""
    folder = cache.folder("sources")
    place, listing = folder / name, folder / f"{name}.json"
    with locked(folder / f"{name}.lock"):
        if not listing.exists():
            shutil.rmtree(place, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                command.run([*unpack, scratch], seconds=UNPACK_SECONDS, log=log)
                files = manifest.walk(Path(scratch))
                os.rename(scratch, place)
                os.mkdir(scratch)
            manifest.write(listing, files)
        cache.used(place)
    return _make(label, place, manifest.read(listing), name, True)


def _tree(path: Path) -> Source:
    # Before 80,000 files are read: is it a kernel's at all?
    _release(str(path), path)
    return _make(str(path), path, _files(path), _slot(path), False)


def _files(tree: Path) -> Manifest:
    """Return the files of a user's tree; git knows them faster, where it has them."""
    try:
        prefix = command.output(["git", "-C", str(tree), "rev-parse", "--show-prefix"])
    except HarnessError:
        return manifest.walk(tree)
    return manifest.walk(tree) if prefix.strip() else manifest.git_files(tree)


def _slot(tree: Path) -> str:
    """Return the name of the build place of a tree: the same for all its states.

    A clone that is bisected is built where its origin is.
    """
    mark = tree / ".git" / ORIGIN
    if mark.is_file():
        tree = Path(mark.read_text(encoding="utf-8").strip())
    return f"{tree.name}-{hashing.of(str(tree.resolve()))[:8]}"


def patched(source: Source, series: Series, scratch: Path, log: Path) -> Manifest:
    """Apply a series to copies of the files it touches, in scratch.

    Return the manifest of the whole; what the series made or changed is in
    scratch under its name. HarnessError if a patch does not apply.
    """
    touched: set[str] = set()
    for patch in series.patches:
        text = patch.read_text(encoding="utf-8")
        touched.update(re.findall(r"^(?:---|\+\+\+) [ab]/(\S+)", text, re.MULTILINE))
    for name in touched & set(source.manifest):
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source.root / name, scratch / name)
    for patch in series.patches:
        apply(patch, scratch, source.label, log)
    files = {
        name: content
        for name, content in source.manifest.items()
        if name not in touched
    }
    for name in touched:
        if os.path.lexists(scratch / name):
            files[name] = manifest.content(scratch / name)
    return files


def apply(patch: Path, folder: Path, label: str, log: Path) -> None:
    """Apply a patch to the files of a folder; HarnessError if it does not apply."""
    words = ["patch", "-p1", "--batch", "--forward", "--fuzz=0"]
    words += ["--no-backup-if-mismatch", "-r", "-", "-i", str(patch)]
    try:
        command.run(words, seconds=60, log=log, cwd=folder)
    except HarnessError as problem:
        raise HarnessError(f"{patch.name} does not apply to {label}: {problem}")


def sync(source: Source, series: Series, tree: Path, log: Path) -> None:
    """Bring a build tree to a source with a series applied, touching what differs.

    HarnessError if a patch does not apply, or the source is another one by now.
    """
    state = tree / STATE
    if not state.exists():
        shutil.rmtree(tree, ignore_errors=True)
        tree.parent.mkdir(parents=True, exist_ok=True)
        if source.pristine:
            words = ["cp", "-al", "--", str(source.root), str(tree)]
            command.run(words, seconds=UNPACK_SECONDS, log=log)
            manifest.write(state, dict(source.manifest))
        else:
            tree.mkdir()
            manifest.write(state, {})
    old = manifest.read(state)
    try:
        new = _bring(source, series, tree, old, log)
    except (HarnessError, OSError):
        # A file is gone, or a patch does not apply: because somebody works there?
        _refuse_changed(source)
        raise
    _refuse_changed(source)
    if new != old:
        manifest.write(state, new)


def _bring(
    source: Source, series: Series, tree: Path, old: Manifest, log: Path
) -> Manifest:
    """Bring a tree from its old manifest to a source's with a series; return that.

    The tree's own record of its manifest is gone from the first change on.
    """
    with tempfile.TemporaryDirectory() as place:
        scratch = Path(place)
        new = patched(source, series, scratch, log)
        if new != old:
            (tree / STATE).unlink()
        for name in sorted(set(old) - set(new)):
            (tree / name).unlink(missing_ok=True)
        for name, content in new.items():
            if old.get(name) != content:
                made = scratch / name
                origin = made if os.path.lexists(made) else source.root / name
                _place(origin, tree / name)
    return new


def _refuse_changed(source: Source) -> None:
    """Raise HarnessError if a file of a user's tree is not what the source says.

    Else a kernel would be kept under the key of sources that it was not built from.
    What is changed once it was copied does no harm, nor does a file that is new.
    """
    if source.pristine:
        return
    changed = source.manifest.items() - _files(source.root).items()
    if changed:
        raise HarnessError(
            f"{source.label}: {min(changed)[0]} changed since the build was planned; "
            "give it a tree that nobody works on, or TREE@REF"
        )


def _place(origin: Path, target: Path) -> None:
    """Put a copy of a file at target, as new: make goes by the time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    fresh = target.with_name(target.name + ".bouncemark-new")
    fresh.unlink(missing_ok=True)
    if origin.is_symlink():
        fresh.symlink_to(os.readlink(origin))
    else:
        shutil.copyfile(origin, fresh)
        shutil.copymode(origin, fresh)
    os.replace(fresh, target)
