"""The parts that the console is made of, and under which terms each may be passed on."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console import version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

INDEX: Final = "index.json"
"""In the bundle's folder of licences: [{name, version, licence, file}], the file beside it."""

_CONSOLE: Final = "ledger-console"
_BINARY: Final = re.compile(r"\.(py|pyc|so|dll|json)$")
_LICENCE_FILE: Final = re.compile(r"(^|[/\\])(licen[cs]e|copying|notice|copyright|ofl)", re.IGNORECASE)
_REQUIREMENT: Final = re.compile(r"^(?P<name>[\w.-]+)\s*(?:\[(?P<extras>[^]]*)\])?[^;]*(?:;(?P<marker>.*))?$")
_EXTRA: Final = re.compile(r"extra\s*==\s*[\"']([\w.-]+)[\"']")
_LONGEST_NAME: Final = 80
# Qt for Python ships no text of its licence, and Inter's stands among the console's own.
_LGPL: Final = ("Qt-notice.txt", "LGPL-3.0.txt", "GPL-3.0.txt")
_WITHOUT_TEXT: Final = {"pyside6-essentials": _LGPL, "shiboken6": _LGPL}


@dataclass(frozen=True, slots=True)
class PartLicence:
    """One part: its version, the licence's short name (SPDX where its makers give that), and the texts."""

    name: str
    version: str
    licence: str
    files: tuple[Path, ...]
    source: str = ""

    def text(self) -> str:
        """Return the licence's whole text, read only now; empty when the part brings none.

        A text whose bytes are no UTF-8 is shown with the odd ones replaced.
        """
        texts = (file.read_text(encoding="utf-8", errors="replace").strip() for file in self.files)
        return "\n\n".join(texts)


def licences() -> tuple[PartLicence, ...]:
    """Return all parts, the console first, then by name: those of the bundle, else what is installed."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return bundled(Path(frozen) / "licenses")
    return installed()


def bundled(folder: Path) -> tuple[PartLicence, ...]:
    """Return the parts that a bundle's index names; nothing when the bundle was built without one."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    return tuple(
        PartLicence(
            one["name"],
            one["version"],
            one["licence"],
            (folder / one["file"],) if one["file"] else (),
            one.get("source", ""),
        )
        for one in index
    )


def installed() -> tuple[PartLicence, ...]:
    """Return the console, the packages that it needs as they are installed, and the libraries in them."""
    found = {name: _of(name, package) for name, package in _needed(_CONSOLE, set())}
    first = [part for name, part in found.items() if name == _CONSOLE]
    others = [part for name, part in found.items() if name != _CONSOLE]
    others += [_python(), *_native(found)]
    return (*first, *sorted(others, key=lambda part: (part.name.casefold(), part.version)))


def _needed(
    name: str, seen: set[tuple[str, str]], extras: Iterable[str] = ()
) -> Iterator[tuple[str, Distribution]]:
    """Walk the packages that one needs, itself first; what is not installed is for another system."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return
    for extra in ("", *extras):
        if (_key(name), extra) in seen:
            continue
        seen.add((_key(name), extra))
        if not extra:
            yield _key(name), package
        for line in package.requires or ():
            if (found := _REQUIREMENT.match(line)) is None:
                continue
            asked = _EXTRA.search(found["marker"] or "")
            if (asked[1] if asked else "") == extra:
                wanted = (one.strip() for one in (found["extras"] or "").split(",") if one.strip())
                yield from _needed(found["name"], seen, wanted)


def _of(key: str, package: Distribution) -> PartLicence:
    """Return what a package says of itself."""
    metadata = package.metadata
    files = sorted(
        Path(str(package.locate_file(file)))
        for file in package.files or ()
        if ".dist-info" in str(file) and _LICENCE_FILE.search(str(file)) and not _BINARY.search(str(file))
    )
    if not files:
        files = [_folder() / name for name in _WITHOUT_TEXT.get(key, ())]
    source = next(
        (
            url.partition(",")[2].strip()
            for url in metadata.get_all("Project-URL") or ()
            if url.partition(",")[0].strip().lower()
            in {"source", "source code", "repository", "homepage", "code"}
        ),
        _told(package, "Home-page"),
    )
    return PartLicence(metadata["Name"], package.version, _short_name(package), tuple(files), source)


def _short_name(package: Distribution) -> str:
    """Return the licence's name: the expression, else its short words, else the classifiers."""
    metadata = package.metadata
    if expression := _told(package, "License-Expression"):
        return expression
    told = " ".join(_told(package, "License").split())
    if told and told != "UNKNOWN" and len(told) <= _LONGEST_NAME:
        return told
    classifiers = metadata.get_all("Classifier") or ()
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License :: ")]
    return " AND ".join(named) or "see the text"


def _told(package: Distribution, name: str) -> str:
    """Return one field of a package's metadata; empty when it is not there."""
    return str((package.metadata.get_all(name) or [""])[0])


def _python() -> PartLicence:
    """Return Python itself, with the standard library."""
    library = Path(json.__file__).parent.parent
    text = next(
        (file for file in (library / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt") if file.is_file()),
        None,
    )
    version = ".".join(map(str, sys.version_info[:3]))
    return PartLicence(
        "Python",
        version,
        "PSF-2.0",
        () if text is None else (text,),
        "https://www.python.org/downloads/source/",
    )


def _native(carriers: Iterable[str]) -> Iterator[PartLicence]:
    """Walk the libraries that are no packages, of those packages that are there."""
    table = tomllib.loads((_folder() / "native.toml").read_text(encoding="utf-8"))
    for part in table["part"]:
        if part["carrier"] and _key(part["carrier"]) not in carriers:
            continue
        version = part["version"]
        if version.startswith("{"):
            version = version_of(version.strip("{}"))
        elif version in _LOADED:
            version = _LOADED[version]()
        files = tuple(_folder() / name for name in part["files"])
        yield PartLicence(part["name"], version, part["licence"], files, part["source"])


def _openssl() -> str:
    import ssl  # noqa: PLC0415 - 20 ms that only this list pays

    return ssl.OPENSSL_VERSION.split()[1]


def _sqlite() -> str:
    import sqlite3  # noqa: PLC0415 - see above

    return sqlite3.sqlite_version


_LOADED: Final = {"<openssl>": _openssl, "<sqlite>": _sqlite}


def _folder() -> Path:
    """Return where the texts are that no package brings."""
    return Path(__file__).parents[2] / "resources" / "licences"


def _key(name: str) -> str:
    """Return a package's name as all its spellings agree on."""
    return re.sub(r"[-_.]+", "-", name).lower()
