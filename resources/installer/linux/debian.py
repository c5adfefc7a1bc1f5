"""Makes the Debian package of the bundle: the same bytes for the same commit, whoever builds it and where."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from resources.installer import elf, icons
from resources.installer.linux import completions, manuals

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP: Final = Path(__file__).parents[3]
PACKAGE: Final = "ledger-console"
COMMANDS: Final = ("ledger-console", "ledgerctl")
HOME: Final = f"usr/lib/{PACKAGE}"
MAINTAINER: Final = "Ledger Console maintainers <maintainers@ledger-console.invalid>"
"""Who answers for the package, unless its publisher says: make installer MAINTAINER='Name <address>'."""

_LINUX: Final = Path(__file__).parent
# A comma would end the name, and a second line begin another field.
_MAINTAINER: Final = re.compile(r"[^\s<>,][^<>,\r\n]* <[^\s<>@]+@[^\s<>@]+>")
# What Qt's table in ui/start/launch.py takes for granted, and its package.
_EVERYWHERE: Final = {
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
    "libgthread-2.0.so.0": "libglib2.0-0",
}
_C_LIBRARY: Final = {
    "libc.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "libutil.so.1", "libresolv.so.2",
    "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libcrypt.so.1",
}  # fmt: skip
# Since Debian 13 these are built for times after 2038, under a name that tells so.
_RENAMED: Final = {"libglib2.0-0": "libglib2.0-0t64"}
_DESCRIPTION: Final = """Description: desktop console for a credit ledger in PostgreSQL
 Ledger Console is for the people who run a ledger of credits: it shows and
 explains each balance, posts, captures, holds and reverses, loads batches from
 files with a dry run and the approval of a second person, and checks its audit
 trail. It runs on a PostgreSQL of its own, which this package brings along, or
 on a server of a team.
 .
 The package brings both commands: ledger-console, the window, and ledgerctl,
 the same work without a screen.
"""


def version() -> str:
    """Return the console's version, as pyproject.toml states it."""
    return str(import_module("console").console_version())


def maintainer() -> str:
    """Return who answers for the package; SystemExit when it is not in the form that Debian asks for."""
    named = os.environ.get("MAINTAINER") or MAINTAINER
    if not _MAINTAINER.fullmatch(named):
        raise SystemExit(f"MAINTAINER is to be as in 'Name <name@example.org>', and is {named!r}.")
    return named


def moment() -> int:
    """Return the time that all files of the package bear: the commit's, in seconds of the epoch."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    raise SystemExit(
        "SOURCE_DATE_EPOCH is not set: run this by `make installer`, which takes the commit's time."
    )


def depends(bundle: Path) -> list[str]:
    """Return the packages that bring what the bundle takes from the system.

    Raises SystemExit when the bundle asks for a library that no package is known for: it would not start.
    """
    launch = import_module("ui.start.launch")
    known = dict(_EVERYWHERE)
    known |= {one.file: one.debian for one in (*launch.DRAWING, *launch.X11, *launch.WAYLAND)}
    asked = {library: users for library, users in elf.needed(bundle).items() if library not in _C_LIBRARY}
    if unknown := sorted(set(asked) - set(known)):
        told = "; ".join(f"{name} (for {min(asked[name])})" for name in unknown)
        raise SystemExit(f"No package is known that brings {told}.")
    # What ui/start/launch.py looks for before Qt is loaded has to be there, asked for by a library or not.
    names = sorted({known[name] for name in asked} | {one.debian for one in (*launch.DRAWING, *launch.X11)})
    found = [f"libc6 (>= {elf.glibc(bundle)})"]
    return found + [f"{name} | {_RENAMED[name]}" if name in _RENAMED else name for name in names]


def share(folder: Path) -> None:
    """Write what both packages for Linux have beside the bundle: entry, icons, manuals, completions."""
    for source, place in (
        ("ledger-console.desktop", "applications/ledger-console.desktop"),
        ("mime.xml", "mime/packages/ledger-console.xml"),
    ):
        _copy(_LINUX / source, folder / place)
    for size, picture in icons.pictures().items():
        file = folder / f"icons/hicolor/{size}x{size}/apps/ledger-console.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture)
    _copy(icons.ICON, folder / "icons/hicolor/scalable/apps/ledger-console.svg")
    manuals.write(folder / "man/man1", version(), moment())
    completions.write(folder)


def stage(bundle: Path, root: Path) -> None:
    """Lay out the package's tree as it stands on a system."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(bundle, root / HOME, symlinks=True)
    (root / "usr/bin").mkdir(parents=True)
    for name in COMMANDS:
        (root / "usr/bin" / name).symlink_to(f"../lib/{PACKAGE}/{name}")
    share(root / "usr/share")
    _copy(
        _LINUX / "ledger-console-keeper.service", root / "usr/lib/systemd/user/ledger-console-keeper.service"
    )
    _copy(_LINUX / "lintian-overrides", root / f"usr/share/lintian/overrides/{PACKAGE}")
    papers = root / f"usr/share/doc/{PACKAGE}"
    _write(papers / "copyright", copyright_text())
    # A native package's changelog is its upstream's; the form is Debian's.
    packed = gzip.compress(_changelog().encode(), 9, mtime=0)
    (papers / "changelog.gz").write_bytes(packed)
    _copy(bundle.parent / f"{PACKAGE}.cdx.json", papers / "sbom.cdx.json")


def copyright_text() -> str:
    """Return the terms in Debian's form: the console's own, and where those of the parts stand."""
    own = (TOP / "LICENSE").read_text(encoding="utf-8").strip()
    _title, holder, *terms = [part.strip() for part in own.split("\n\n")]
    body = "\n .\n".join(" " + part.replace("\n", "\n ") for part in terms)
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: Ledger Console\n"
        f"Comment:\n The package brings other works along. /{HOME}/_internal/licenses has the\n"
        " licence of each, with an index, and sbom.cdx.json beside this file lists their versions.\n"
        " Qt and Qt for Python are under the LGPL, version 3: /usr/share/common-licenses/LGPL-3.\n\n"
        f"Files: *\nCopyright: {holder.removeprefix('Copyright (c) ')}\nLicense: Expat\n{body}\n"
    )


def _changelog() -> str:
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(moment()))
    return (
        f"{PACKAGE} ({version()}) stable; urgency=medium\n\n  * Release {version()}.\n\n"
        f" -- {maintainer()}  {when}\n"
    )


def control(root: Path, bundle: Path, architecture: str) -> None:
    """Write the package's own description and the checksums of its files."""
    debian = root / "DEBIAN"
    size_kib = sum(-(-file.lstat().st_size // 1024) for file in files(root))
    _write(
        debian / "control",
        f"Package: {PACKAGE}\nVersion: {version()}\nArchitecture: {architecture}\n"
        f"Maintainer: {maintainer()}\nInstalled-Size: {size_kib}\nSection: misc\nPriority: optional\n"
        f"Depends: {', '.join(depends(bundle))}\nRecommends: fonts-dejavu-core\n{_DESCRIPTION}",
    )
    sums = (
        f"{hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()}  {file.relative_to(root)}\n"
        for file in files(root)
        if not file.is_symlink() and debian not in file.parents
    )
    _write(debian / "md5sums", "".join(sums))


def files(root: Path) -> Iterator[Path]:
    """Walk files and links below a folder, by name."""
    yield from (file for file in sorted(root.rglob("*")) if file.is_symlink() or file.is_file())


def even(root: Path, moment_s: int) -> None:
    """Give all files one time and the rights of a system's files, whatever the builder's umask."""
    for path in sorted(root.rglob("*"), reverse=True):
        if not path.is_symlink():
            runs = path.is_dir() or (bool(path.stat().st_mode & 0o100) and not _is_loaded(path))
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (moment_s, moment_s), follow_symlinks=False)


def _is_loaded(path: Path) -> bool:
    """Whether a file is a library: loaded, never run."""
    return ".so" in path.suffixes or path.suffix == ".so"


def build(bundle: Path, target: Path) -> Path:
    """Write the package of a bundle into a folder and return its path."""
    command = ["dpkg", "--print-architecture"]
    architecture = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    root = target.parent / "build" / "deb"
    stage(bundle, root)
    control(root, bundle, architecture)
    even(root, moment())
    package = target / f"{PACKAGE}_{version()}_{architecture}.deb"
    # dpkg-deb sorts the members and, told the time, writes no other; the files belong to root.
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, package], check=True)
    shutil.rmtree(root)
    return package


def _copy(source: Path, target: Path) -> None:
    _write(target, source.read_text(encoding="utf-8"))


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    build(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
