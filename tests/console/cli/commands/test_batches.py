"""`ledgerctl batch load` and `show`: the mapping beside the file, and where the money goes."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from console.files.mappings.store import place_beside
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.cli.conftest import Run

GRANTS = Path(str(files("resources") / "sample" / "grants.csv"))
BANK = GRANTS.with_name("bank.csv")


def test_the_mapping_beside_the_file_is_used_and_said(ledgerctl: Run) -> None:
    done = ledgerctl("--format", "json", "batch", "load", str(GRANTS))
    assert done.code == 0, done.err
    assert done.err == (
        "Using grants.mapping.toml.\n"
        "Batch 1 is a draft; nothing is posted yet. Customers' balances rise by 299.75 CR.\n"
    )
    found = {name: done.data[name] for name in ("leaves_the_ledger", "balances_change", "accounts_to_open")}
    assert found == {"leaves_the_ledger": "0.00", "balances_change": "299.75", "accounts_to_open": 12}


def test_without_any_mapping_nothing_is_guessed(ledgerctl: Run, tmp_path: Path) -> None:
    file = tmp_path / "grants.csv"
    shutil.copy(GRANTS, file)
    done = ledgerctl("batch", "load", str(file))
    assert done.code == 2
    assert done.err.startswith(
        "grants.csv needs a mapping: give --mapping, or put grants.mapping.toml beside it."
    )
    place_beside(file).write_text('shape = "transfers"\n', "utf-8")
    wrong = ledgerctl("batch", "load", str(file))
    assert (wrong.code, "amount_column" in wrong.err) == (2, True)
    absent = ledgerctl("batch", "load", str(tmp_path / "none.csv"))
    assert (absent.code, "none.csv: there is no such file" in absent.err) == (2, True)


def test_a_batch_says_where_its_money_goes(ledgerctl: Run) -> None:
    assert ledgerctl("batch", "load", str(BANK)).code == 0
    words = "4,745.69 CR leaves the ledger; customers' balances rise by 31,061.27 CR."
    assert words in ledgerctl("batch", "validate", "1").err
    assert words in ledgerctl("batch", "show", "1").err
    assert ledgerctl("batch", "post", "1").code == 0
    words = "4,745.69 CR left the ledger; customers' balances rose by 31,061.27 CR."
    assert words in ledgerctl("batch", "show", "1").err


def test_what_was_loaded_before_is_refused_unless_again(ledgerctl: Run, tmp_path: Path) -> None:
    assert ledgerctl("batch", "load", str(GRANTS)).code == 0
    refused = ledgerctl("batch", "load", str(GRANTS))
    assert (refused.code, refused.out) == (1, "")
    assert "This file was loaded on " in refused.err
    assert " by t_operator as batch 1, a draft. Nothing was written. Give --again " in refused.err
    assert ledgerctl("batch", "load", str(GRANTS), "--again").code == 0

    copy = tmp_path / "copy.csv"
    copy.write_bytes(GRANTS.read_bytes().replace(b"\n", b"\r\n"))
    mapping = str(place_beside(GRANTS))
    refused = ledgerctl("batch", "load", str(copy), "--mapping", mapping)
    assert (refused.code, "The same lines were loaded from grants.csv on " in refused.err) == (1, True)
    assert ledgerctl("batch", "load", str(copy), "--mapping", mapping, "--again").code == 0


def test_a_frozen_account_is_read_once_and_given_to_programs_line_by_line(
    ledgerctl: Run, open_accounts: Callable[..., None], ledger_url: str, tmp_path: Path
) -> None:
    open_accounts({"noor": 10_000})
    with connected(ledger_url) as connection:
        connection.execute(
            "SELECT ledger.set_account_status(gen_random_uuid(), 'noor', 'frozen', 'for a test')"
        )
    file = tmp_path / "pay.csv"
    rows = [f"noor,{number}.00,r{number}" for number in range(1, 4)]
    file.write_text("\n".join(["username,amount,reference", *rows, ""]), "utf-8")
    place_beside(file).write_text(
        'shape = "transfers"\nfrom_column = "username"\nto_constant = "@external"\n'
        'amount_column = "amount"\nreference_column = "reference"\n',
        "utf-8",
    )
    read = ledgerctl("batch", "load", str(file))
    assert (read.code, read.err.splitlines()[-1]) == (1, "3 problems. Nothing was written.")
    assert len(read.out.splitlines()) == 2, "the head and one row"
    assert "noor is frozen: 3 lines, first line 2. Unfreeze it first." in read.out
    given = ledgerctl("--format", "json", "batch", "load", str(file))
    assert [row["line"] for row in given.data] == [2, 3, 4]


def test_faulty_lines_are_set_aside_and_the_rest_is_posted(
    ledgerctl: Run, open_accounts: Callable[..., None]
) -> None:
    assert ledgerctl("batch", "load", str(GRANTS)).code == 0
    why = ("--reason", "line 3 is asked about")
    assert ledgerctl("batch", "set-aside", "1", *why).code == 2
    nothing = ledgerctl("batch", "set-aside", "1", "--faulty", *why)
    assert nothing.err == "A check finds nothing wrong with the lines of batch 1.\n"
    open_accounts({"b.okonkwo": 0})
    assert ledgerctl("account", "freeze", "b.okonkwo", *why).code == 0
    done = ledgerctl("--format", "json", "batch", "set-aside", "1", "--faulty", *why)
    assert done.code == 0, done.err
    assert [row["batch"] for row in done.data] == [1, 2]
    assert sum(row["lines"] for row in done.data) == 12
    assert "What was set aside is batch 2." in done.err
    assert ledgerctl("batch", "post", "1").code == 0
    assert ledgerctl("batch", "post", "2").code == 1
