"""Grant lines by command: loaded, checked, rehearsed and posted, each into a lot of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.bookkeeping import assert_adds_up
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.console.cli.conftest import Run

HEADER = "from,to,amount,reference,campaign,valid until"


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    """Write the mapping of the files below."""
    path = tmp_path / "grants.toml"
    path.write_text(
        'shape = "transfers"\nfrom_column = "from"\nto_column = "to"\namount_column = "amount"\n'
        'reference_column = "reference"\nsource_column = "campaign"\nexpires_column = "valid until"\n',
        encoding="utf-8",
    )
    return str(path)


def file_of(folder: Path, *rows: str) -> str:
    """Write a file of grant lines."""
    path = folder / "grants.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return str(path)


def lots(url: str) -> list[tuple[str, str, int, str | None]]:
    """Return user, source, amount and expiry of every lot."""
    with connected(url) as connection:
        rows = connection.execute(
            "SELECT u.username, l.source, l.remaining, (l.expires_at AT TIME ZONE 'UTC')::text "
            "FROM ledger.credit_lots l JOIN ledger.wallets w ON w.id = l.wallet_id "
            "JOIN ledger.users u ON u.id = w.user_id ORDER BY l.id"
        ).fetchall()
    return [(username, source, amount, expires) for username, source, amount, expires in rows]


def test_grant_lines_are_loaded_checked_rehearsed_and_posted_into_lots(
    ledgerctl: Run, ledger_url: str, open_accounts: Callable[..., None], tmp_path: Path, mapping: str
) -> None:
    open_accounts({"anna": 0, "bert": 500})
    file = file_of(
        tmp_path,
        "@issuance,anna,10.00,r1,Winter sale,2030-12-31",
        "@issuance,anna,2.50,r2,Winter sale,2030-12-31T12:00:00Z",
        "@issuance,bert,1.00,r3,Goodwill,",
        "@issuance,bert,4.00,r4,,",
        "bert,anna,3.00,r5,,",
    )
    loaded = ledgerctl("--format", "json", "batch", "load", file, "--mapping", mapping)
    assert loaded.code == 0, loaded.err
    assert loaded.data["total"] == "20.50"
    assert ledgerctl("batch", "validate", "1").code == 0
    rehearsed = ledgerctl("--format", "json", "batch", "dry-run", "1")
    assert rehearsed.code == 0, rehearsed.err
    assert lots(ledger_url) == []
    assert ledgerctl("batch", "post", "1").code == 0
    assert lots(ledger_url) == [
        ("anna", "Winter sale", 1_000, "2031-01-01 00:00:00"),
        ("anna", "Winter sale", 250, "2030-12-31 12:00:00"),
        ("bert", "Goodwill", 100, None),
    ]
    shown = json.loads(ledgerctl("--format", "json", "batch", "show", "1").out)
    assert [(row["credit_source"], row["credit_expires_at"]) for row in shown[:3]] == [
        ("Winter sale", "2031-01-01T00:00:00.000000+00:00"),
        ("Winter sale", "2030-12-31T12:00:00.000000+00:00"),
        ("Goodwill", None),
    ]
    with connected(ledger_url) as connection:
        assert_adds_up(connection)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("@issuance,anna,1,r1,Winter,2024-12-31", "expires", "this moment is past"),
        ("bert,anna,1,r1,Winter,2030-12-31", "source", "Only what @issuance grants"),
        ("@external,anna,1,r1,Winter,", "source", "Only what @issuance grants"),
        ("@issuance,anna,1,r1,,2030-12-31", "source", "needs a source"),
        ("@issuance,anna,1,r1,Winter,31.12.2030", "valid until", "write it as 2026-12-31"),
        (f"@issuance,anna,1,r1,{'w' * 101},2030-12-31", "campaign", "longer than 100"),
    ],
)
def test_a_wrong_grant_line_is_refused_by_line_and_column(
    ledgerctl: Run,
    ledger_url: str,
    open_accounts: Callable[..., None],
    tmp_path: Path,
    mapping: str,
    *,
    row: str,
    column: str,
    words: str,
) -> None:
    open_accounts({"anna": 0, "bert": 500})
    file = file_of(tmp_path, "@issuance,anna,1.00,good,Goodwill,2030-01-01", row)
    done = ledgerctl("--format", "json", "batch", "load", file, "--mapping", mapping)
    assert done.code == 1
    assert [(one["line"], one["column"]) for one in done.data] == [(3, column)], done.out
    assert words in done.out
    with connected(ledger_url) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.batches").fetchone() == (0,)


def test_a_line_whose_payer_cannot_be_read_is_not_called_no_grant(
    ledgerctl: Run, open_accounts: Callable[..., None], tmp_path: Path, mapping: str
) -> None:
    open_accounts({"anna": 0})
    file = file_of(tmp_path, "not a name,anna,1,r1,Winter,2030-12-31")
    done = ledgerctl("--format", "json", "batch", "load", file, "--mapping", mapping)
    assert [(one["line"], one["column"]) for one in done.data] == [(2, "from")]


def test_mapping_commands_know_both_columns(ledgerctl: Run, tmp_path: Path) -> None:
    file = file_of(tmp_path, "@issuance,anna,1.00,r1,Winter sale,2030-12-31")
    proposed = ledgerctl("mapping", "suggest", file, "--save", "grants")
    assert 'source_column = "campaign"\n' in proposed.out
    assert 'expires_column = "valid until"\n' in proposed.out
    assert ledgerctl("mapping", "show", "grants").out == proposed.out
    listed = ledgerctl("--format", "json", "mapping", "list").data
    assert listed[0]["columns"].endswith("campaign, valid until")
