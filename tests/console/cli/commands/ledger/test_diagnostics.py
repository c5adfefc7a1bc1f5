"""Diagnostics by command: read first, or saved, and never over a file that is there."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from console.cli.main import main
from tests.cluster import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.console.cli.conftest import Run


def names(file: Path) -> list[str]:
    with zipfile.ZipFile(file) as archive:
        return [name.partition("/")[2] for name in archive.namelist()]


def test_what_is_shown_is_what_would_be_saved_and_has_no_way_to_the_ledger(
    ledgerctl: Run, as_role: Callable[[str], str]
) -> None:
    shown = ledgerctl("diagnostics", "--show", "--ledger")
    assert (shown.code, shown.err) == (0, "")
    for part in (
        "versions.txt: ",
        "database_url",
        "set, not shown",
        "server.txt: ",
        "Somebody runs the jobs",
    ):
        assert part in shown.out
    url = make_url(as_role("t_operator"))
    for secret in (PASSWORD, url.database, "t_operator"):
        assert secret
        assert secret not in shown.out


def test_files_can_be_left_out_and_nothing_is_overwritten_unasked(ledgerctl: Run, tmp_path: Path) -> None:
    target = tmp_path / "out.zip"
    saved = ledgerctl("diagnostics", str(target), "--without", "system.txt")
    assert (saved.code, saved.out) == (0, "")
    assert "which only you may read" in saved.err
    assert "system.txt" not in names(target)
    assert "settings.txt" in names(target)
    before = target.read_bytes()
    again = ledgerctl("diagnostics", str(target))
    assert again.code == 1
    assert "--overwrite" in again.err
    assert target.read_bytes() == before
    assert ledgerctl("diagnostics", str(target), "--overwrite").code == 0
    assert "system.txt" in names(target)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Name the archive's file"),
        (("out.zip", "--show"), "Name the archive's file"),
        (("--show", "--without", "nothing.txt"), "There is no file nothing.txt"),
    ],
)
def test_what_is_asked_wrongly_is_said(ledgerctl: Run, arguments: tuple[str, ...], words: str) -> None:
    refused = ledgerctl("diagnostics", *arguments)
    assert refused.code == 2
    assert words in refused.err


def test_settings_that_cannot_be_read_and_a_ledger_that_is_not_there_keep_the_rest(
    own_folders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEDGER_POOL_SIZE", "many")
    assert main(["diagnostics", "--show"]) == 0
    written = capsys.readouterr()
    assert "LEDGER_POOL_SIZE must be" in written.err
    assert "The settings cannot be read." in written.out
    monkeypatch.setenv("LEDGER_POOL_SIZE", "4")
    monkeypatch.setenv("LEDGER_DATABASE_URL", "postgresql://mara@127.0.0.1:1/payroll")
    assert main(["diagnostics", "--show", "--ledger"]) == 0
    written = capsys.readouterr()
    assert written.err.startswith("Without the ledger's figures: ")
    assert "payroll" not in written.out
    assert "server.txt" not in written.out
