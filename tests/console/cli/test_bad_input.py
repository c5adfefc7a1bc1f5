"""Whatever is wrong in a file is told with line and column, all at once, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cluster import connected
from tests.console.files.samples import Taken

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.cli.conftest import Done, Run

MAPPING = """
shape = "transfers"
delimiter = ","
decimal = "."
from_column = "from"
to_column = "to"
amount_column = "amount"
reference_column = "reference"
"""
HEADER = "from,to,amount,reference\n"


@pytest.fixture
def load(
    ledgerctl: Run, ledger_url: str, open_accounts: Callable[..., None], tmp_path: Path
) -> Callable[[bytes], Done]:
    """Load a file that must be refused; four accounts are there, one of them frozen, and one reference."""
    open_accounts({"anna": 10_000, "bert": 0, "cold": 500})
    paid = ["transfer", "--from", "anna", "--to", "bert", "--amount", "1", "--reference", "used"]
    assert ledgerctl(*paid).code == 0
    assert ledgerctl("account", "freeze", "cold", "--reason", "ticket 12").code == 0
    mapping = tmp_path / "pay.mapping.toml"
    mapping.write_text(MAPPING)

    def refused(content: bytes) -> Done:
        file = tmp_path / "pay.csv"
        file.write_bytes(content)
        before = everything(ledger_url)
        done = ledgerctl("--format", "json", "batch", "load", str(file), "--mapping", str(mapping))
        assert done.code == 1, done
        assert everything(ledger_url) == before
        return done

    return refused


def everything(url: str) -> list[tuple[object, ...]]:
    """Return what a load might have changed."""
    with connected(url) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM ledger.batches), (SELECT count(*) FROM ledger.batch_lines),"
            " (SELECT count(*) FROM ledger.transactions), (SELECT count(*) FROM ledger.users),"
            " (SELECT array_agg(balance ORDER BY id) FROM ledger.wallets)"
        ).fetchall()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "empty", id="empty file"),
        pytest.param(HEADER.encode(), "no line after it", id="header only"),
        pytest.param(
            b"from,to,reference\nanna,bert,a\n", "line 1: this column is missing: amount", id="column"
        ),
        pytest.param((HEADER + 'anna,bert,"1.00,a\n').encode(), "line 2", id="unclosed quote"),
        pytest.param((HEADER + "anna,bert,1.00,a\n").encode("utf-16")[:-1], "pay.csv", id="wrong encoding"),
        pytest.param(HEADER.encode() + b"anna,bert,1.00,\xff\xfe\x00\x81\n", "pay.csv", id="no text"),
    ],
)
def test_a_file_that_cannot_be_read(load: Callable[[bytes], Done], content: bytes, words: str) -> None:
    done = load(content)
    assert words in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""


def test_every_wrong_cell_is_told_at_once(load: Callable[[bytes], Done]) -> None:
    lines = [
        "anna,bert,1e3,r2",
        "anna,bert,\uff11\uff12\uff13,r3",
        "anna,bert,NaN,r4",
        "anna,bert,-5,r5",
        "anna,bert,1.234,r6",
        "anna,nobody,1.00,r7",
        "bert,bert,1.00,r8",
        "anna,bert,1.00,twice",
        "anna,bert,1.00,twice",
        "anna,bert,1.00,used",
        "anna,cold,1.00,r12",
        "anna,bert",
        "an na,bert,1.00,r14",
        "anna,bert,,",
    ]
    done = load((HEADER + "\n".join(lines) + "\n").encode())
    told = {(row["line"], row["column"], row["code"]) for row in done.data}
    assert told >= {
        (2, "amount", "amount.format"),
        (3, "amount", "amount.format"),
        (4, "amount", "amount.format"),
        (5, "amount", "amount.sign"),
        (6, "amount", "amount.decimals"),
        (7, "to", "user.unknown"),
        (8, "to", "party.same"),
        (10, "reference", "reference.repeated"),
        (11, "reference", "reference.posted"),
        (12, "to", "account.frozen"),
        (13, "amount", "row.cells"),
        (15, "amount", "amount.empty"),
        (15, "reference", "reference.empty"),
    }
    assert {line for line, _, _ in told} == set(range(2, 16)) - {9}
    assert all(row["message"] for row in done.data)
    assert done.err == f"{len(done.data)} problems. Nothing was written.\n"


def test_an_overdraft_is_told_on_every_line_that_takes_from_the_account(
    load: Callable[[bytes], Done],
) -> None:
    done = load((HEADER + "anna,bert,60.00,a\nbert,anna,1.00,b\nanna,bert,60.00,c\n").encode())
    assert [(row["line"], row["column"], row["code"], row["value"]) for row in done.data] == [
        (2, "amount", "funds.short", "anna"),
        (4, "amount", "funds.short", "anna"),
    ]
    assert "20.00" in done.data[0]["message"]


def test_a_mapping_that_is_wrong_or_not_there(ledgerctl: Run, tmp_path: Path) -> None:
    file = tmp_path / "pay.csv"
    file.write_text(HEADER)
    missing = ledgerctl("batch", "load", str(file), "--mapping", "none")
    assert (missing.code, missing.err) == (2, 'There is no mapping named "none".\n')
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('shape = "transfers"\namount_column = 3\n')
    refused = ledgerctl("batch", "load", str(file), "--mapping", str(wrong))
    assert (refused.code, "amount_column" in refused.err) == (2, True)
    absent = ledgerctl("batch", "load", str(tmp_path / "none.csv"), "--mapping", str(_sample_mapping()))
    assert (absent.code, absent.err) == (2, f"{tmp_path / 'none.csv'}: there is no such file.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["balances", "--file", "/dev/zero"], "/dev/zero: this is a device; name a file."),
        (["credit", "list", "--file", "/dev/null"], "/dev/null: this is a device; name a file."),
        (["mapping", "suggest", "/dev/zero"], "/dev/zero: this is a device; name a file."),
        (["batch", "load", "/dev/zero", "--mapping", "SAMPLE"], "/dev/zero: this is a device; name a file."),
        (["batch", "load", "SAMPLE", "--mapping", "/dev/a.toml"], "/dev/a.toml: there is no such file."),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_no_device_is_read(ledgerctl: Run, arguments: list[str], said: str) -> None:
    sample = str(_sample_mapping())
    done = ledgerctl(*(sample if word == "SAMPLE" else word for word in arguments))
    assert (done.code, done.out, done.err) == (2, "", f"{said}\n")


def test_no_pipe_is_written_over(ledgerctl: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "rows.csv"
    Taken.PIPE.put(pipe)
    done = ledgerctl("transactions", "--export", str(pipe))
    said = f"{pipe}: there is a pipe, and only a file is written over. Choose another name.\n"
    assert (done.code, done.out, done.err, pipe.is_fifo()) == (2, "", said, True)


def _sample_mapping() -> Path:
    return Path(__file__).parents[3] / "resources" / "sample" / "payout.mapping.toml"
