"""Each part of the console tells its terms, from source and from a bundle alike."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from console.workspace import licences
from console.workspace.licences import bundled, installed
from resources.installer.licences import collect

if TYPE_CHECKING:
    from pathlib import Path


def test_every_part_has_a_name_a_licence_and_its_text() -> None:
    parts = installed()
    assert parts[0].name == "ledger-console"
    assert [part.name for part in parts if not part.licence or not part.text()] == []
    names = [part.name for part in parts]
    assert len(names) == len(set(names))
    assert {"Qt", "PostgreSQL", "OpenSSL", "Python", "psycopg-binary", "numpy", "keyring"} <= set(names)


def test_what_only_builds_or_tests_is_no_part() -> None:
    names = {part.name.lower() for part in installed()}
    assert names & {"pyinstaller", "pytest", "mypy", "ruff", "hypothesis", "cyclonedx-bom"} == set()


def test_qt_says_how_it_may_be_replaced() -> None:
    qt = next(part for part in installed() if part.name == "Qt")
    assert qt.version == version("PySide6-Essentials")
    text = qt.text()
    assert "You may replace them" in text
    assert "https://download.qt.io/" in text
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "GNU GENERAL PUBLIC LICENSE" in text


def test_a_bundle_tells_the_same_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collect(tmp_path / "licenses")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    frozen, source = licences.licences(), installed()
    assert [(part.name, part.version, part.licence) for part in frozen] == [
        (part.name, part.version, part.licence) for part in source
    ]
    assert [part.text() for part in frozen] == [part.text().strip() for part in source]


def test_texts_are_read_only_when_asked_for(tmp_path: Path) -> None:
    entry = {"name": "a", "version": "1", "licence": "MIT", "file": "a.txt"}
    (tmp_path / licences.INDEX).write_text(json.dumps([entry]))
    (part,) = bundled(tmp_path)
    with pytest.raises(FileNotFoundError):
        part.text()
    (tmp_path / "a.txt").write_bytes(b"terms of Andr\xe9")
    assert part.text() == "terms of Andr\N{REPLACEMENT CHARACTER}"


def test_a_bundle_without_an_index_has_no_parts(tmp_path: Path) -> None:
    assert bundled(tmp_path) == ()


def test_what_has_no_terms_is_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = licences.PartLicence("bare", "1", "MIT", ())
    monkeypatch.setattr(licences, "installed", lambda: (bare,))
    with pytest.raises(SystemExit, match="bare"):
        collect(tmp_path / "licenses")
