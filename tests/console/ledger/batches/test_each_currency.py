"""Files with a currency column: a draft takes no other currency's lines, or each gets a draft of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from console.errors import FileRefusedError, LinesRefusedError, RefusedError, UsageError
from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.batches.commands import load, load_each
from console.ledger.batches.page import get, lines, page
from console.ledger.books.currencies import books
from console.monitor.budgets import budget
from tests.cluster import connected
from tests.console.ledger.books.many_currencies import BHD, BTC, CR, FOUR, JPY, ZONE, add_currencies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from console.ledger.batches.commands import LoadedBatch
    from console.money import Currency
    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements

MAPPING = TransfersMapping(
    from_column="from", to_column="to", amount_column="amount", reference_column="reference",
    currency_column="currency", date_column="date", source_column="source", expires_column="expires",
    create_missing=True, each_currency=True,
)  # fmt: skip
CREDITS = Terms(CR, ZoneInfo(ZONE))


@pytest.fixture(autouse=True)
def several(ledger_url: str) -> None:
    add_currencies(ledger_url, ZONE)


@pytest.fixture
def each(operator_database: Database, operator_ledger: Ledger) -> Callable[..., tuple[LoadedBatch, ...]]:
    """Return what loads a file as a draft a currency, by the books as they are now."""

    def load_file(
        file: Path, name: str = "May", mapping: TransfersMapping = MAPPING
    ) -> tuple[LoadedBatch, ...]:
        return load_each(operator_ledger, file, mapping, books(operator_database), name=name)

    return load_file


def csv_file(folder: Path, rows: Sequence[str]) -> Path:
    """Write lines of: payer, payee, amount, currency and, where they are given, date, source, expiry."""
    head = "reference,from,to,amount,currency,date,source,expires"
    body = [f"r-{number},{row}{',' * (6 - row.count(','))}" for number, row in enumerate(rows)]
    file = folder / "payout.csv"
    file.write_text("\n".join([head, *body, ""]), encoding="utf-8")
    return file


def paid(amount: str, code: str) -> str:
    return f"@issuance,alice,{amount},{code}"


def written(ledger_url: str) -> tuple[int, int]:
    """Return how many batches and lines there are."""
    with connected(ledger_url) as admin:
        row = admin.execute(
            "SELECT (SELECT count(*) FROM ledger.batches), (SELECT count(*) FROM ledger.batch_lines)"
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def told(refused: pytest.ExceptionInfo[LinesRefusedError]) -> list[tuple[int | None, str, str, str]]:
    return [(one.line, one.column, one.code, one.value) for one in refused.value.problems]


def test_the_draft_of_one_currency_names_every_line_of_another(
    operator_ledger: Ledger, ledger_url: str, tmp_path: Path
) -> None:
    """Another currency's line is a problem, also where its amount would fit; and nothing is written."""
    rows = [paid("1.50", "CR"), paid("2", "JPY"), paid("1.00", " cr "), paid("1.00", "EUR"), paid("1", "")]
    with pytest.raises(LinesRefusedError) as refused:
        load(operator_ledger, csv_file(tmp_path, rows), MAPPING, CREDITS, name="May")
    assert told(refused) == [
        (3, "currency", "currency.other", "JPY"),
        (5, "currency", "currency.other", "EUR"),
        (6, "currency", "currency.other", ""),
    ]
    assert "This batch is in CR" in refused.value.problems[0].message
    assert written(ledger_url) == (0, 0)
    fitting = csv_file(tmp_path, [rows[0], rows[2]])
    assert load(operator_ledger, fitting, MAPPING, CREDITS, name="May").summary.total == 250


def test_each_currency_gets_its_lines_and_totals_in_one_transaction(
    each: Callable[..., tuple[LoadedBatch, ...]],
    operator_database: Database,
    ledger_url: str,
    tmp_path: Path,
) -> None:
    """The amounts are read by each currency's own decimals, and all drafts are made at once."""
    file = csv_file(
        tmp_path,
        [
            paid("1.50", "CR"), paid("150", "jpy"), paid("0.00000001", "BTC"), paid("1.005", "BHD"),
            paid("90071992547409.93", "CR"), "@issuance,bob,92233720368.54775806,BTC", paid("7", "BHD"),
        ],
    )  # fmt: skip
    made = each(file)
    heads = [get(operator_database, one.batch_id) for one in made]
    assert [(head.name, head.currency, head.lines, head.total) for head in heads] == [
        ("May BHD", BHD, 2, 8_005),
        ("May BTC", BTC, 2, 2**63 - 1),
        ("May CR", CR, 2, 2**53 + 1 + 150),
        ("May JPY", JPY, 1, 150),
    ]
    assert [one.summary.total for one in made] == [head.total for head in heads]
    found = [
        [(row.line, row.amount, row.reference) for row in lines(operator_database, one.batch_id).rows]
        for one in made
    ]
    assert found == [
        [(5, 1_005, "r-3"), (8, 7_000, "r-6")],
        [(4, 1, "r-2"), (7, 2**63 - 2, "r-5")],
        [(2, 150, "r-0"), (6, 2**53 + 1, "r-4")],
        [(3, 150, "r-1")],
    ]
    with connected(ledger_url) as admin:
        assert admin.execute("SELECT count(DISTINCT xmin::text) FROM ledger.batches").fetchone() == (1,)


@pytest.mark.parametrize(
    ("wrong", "line", "column", "code"),
    [
        (paid("1", "EUR"), 4, "currency", "currency.other"),
        (paid("1", ""), 4, "currency", "currency.other"),
        (paid("1.5", "JPY"), 4, "amount", "amount.decimals"),
        (paid("0.000000001", "BTC"), 4, "amount", "amount.decimals"),
        (paid("1e3", "BHD"), 4, "amount", "amount.format"),
        (paid("92233720368547758.08", "CR"), 4, "amount", "amount.range"),
        ("alice,alice,1,JPY", 4, "to", "party.same"),
        ("nobody at all,alice,1,BTC", 4, "from", "user.name"),
        ("bob,alice,1,BTC", 4, "amount", "funds.short"),
        (f"{paid('1', 'BHD')},2026-02-30", 4, "date", "date.format"),
        (f"{paid('1', 'JPY')},,promo,2001-01-01", 4, "expires", "expiry.past"),
    ],
)
def test_a_wrong_line_of_any_currency_means_no_draft_at_all(
    each: Callable[..., tuple[LoadedBatch, ...]],
    ledger_url: str,
    tmp_path: Path,
    *,
    wrong: str,
    line: int,
    column: str,
    code: str,
) -> None:
    """One wrong line is told once, and the drafts of the other currencies are not made either."""
    rows = [paid("1.50", "CR"), paid("150", "JPY"), wrong, paid("1", "BTC"), paid("1", "BHD")]
    with pytest.raises(LinesRefusedError) as refused:
        each(csv_file(tmp_path, rows))
    assert [one[:3] for one in told(refused)] == [(line, column, code)]
    assert refused.value.total == 1
    assert written(ledger_url) == (0, 0)


def test_problems_of_all_drafts_come_in_the_order_of_the_lines(
    each: Callable[..., tuple[LoadedBatch, ...]], ledger_url: str, tmp_path: Path
) -> None:
    """However many readings of the file there are, each line's problem is told once and in its place."""
    rows = [paid("x", "JPY"), paid("x", "CR"), paid("x", "XYZ"), paid("x", "BHD"), paid("x", "BTC")]
    file = csv_file(tmp_path, rows)
    file.write_text(file.read_text() + "r-9,too,few\n")
    with pytest.raises(LinesRefusedError) as refused:
        each(file)
    assert [one[:3] for one in told(refused)] == [
        (2, "amount", "amount.format"),
        (3, "amount", "amount.format"),
        (4, "currency", "currency.other"),
        (5, "amount", "amount.format"),
        (6, "amount", "amount.format"),
        (7, "amount", "row.cells"),
    ]
    assert written(ledger_url) == (0, 0)


@pytest.mark.parametrize("others", [[], [paid("1.00", "CR")], [paid("1.00", "CR"), paid("1", "BTC")]])
def test_the_lines_of_a_closed_currency_are_a_problem(
    each: Callable[..., tuple[LoadedBatch, ...]], ledger_url: str, tmp_path: Path, others: list[str]
) -> None:
    """A closed currency gets no draft, whatever else is in the file, and keeps the others from theirs."""
    with connected(ledger_url) as admin:
        admin.execute("SELECT ledger.close_currency(gen_random_uuid(), 'JPY', 'for a test')")
    file = csv_file(tmp_path, [paid("5", "JPY"), *others, paid("6", "jpy")])
    if not others:
        with pytest.raises(FileRefusedError, match="names no currency that is open"):
            each(file)
    else:
        with pytest.raises(LinesRefusedError) as refused:
            each(file)
        assert told(refused) == [
            (2, "currency", "currency.other", "JPY"),
            (len(others) + 3, "currency", "currency.other", "jpy"),
        ]
    assert written(ledger_url) == (0, 0)


def test_a_currency_closed_since_the_books_were_read_is_refused(
    operator_database: Database, operator_ledger: Ledger, ledger_url: str, tmp_path: Path
) -> None:
    """The ledger itself takes no draft in a closed currency, and the others are not made either."""
    known = books(operator_database)
    with connected(ledger_url) as admin:
        admin.execute("SELECT ledger.close_currency(gen_random_uuid(), 'JPY', 'for a test')")
    file = csv_file(tmp_path, [paid("1", "BTC"), paid("5", "JPY")])
    with pytest.raises(RefusedError) as refused:
        load_each(operator_ledger, file, MAPPING, known, name="May")
    assert refused.value.code == "currency.closed"
    assert written(ledger_url) == (0, 0)


@pytest.mark.parametrize("currencies", [(CR,), (CR, JPY), FOUR])
def test_statements_grow_with_neither_the_currencies_nor_the_lines(
    operator_database: Database,
    operator_ledger: Ledger,
    tmp_path: Path,
    statements: Statements,
    currencies: tuple[Currency, ...],
) -> None:
    """Create, COPY, check; of several drafts also which references they share."""
    known = books(operator_database)
    sent = []
    for count in (4, 2_000):
        file = csv_file(
            tmp_path, [paid(str(n + 1), currencies[n % len(currencies)].code) for n in range(count)]
        )
        with statements.counted() as loading:
            made = load_each(operator_ledger, file, MAPPING, known, name=f"{count}")
        assert sum(one.summary.lines for one in made) == count
        sent.append(len(loading))
    assert sent == [3 if len(currencies) == 1 else 4] * 2


@pytest.mark.parametrize("apart", [True, False])
def test_dates_are_of_the_business_day(
    each: Callable[..., tuple[LoadedBatch, ...]],
    operator_database: Database,
    operator_ledger: Ledger,
    tmp_path: Path,
    *,
    apart: bool,
) -> None:
    """A date is the day's first moment, an expiry date its end, and a time without a zone is local."""
    rows = [
        f"{paid('1.00', 'CR')},2026-03-29,promo,2030-12-31",
        f"{paid('1.00', 'CR')},2026-03-30,promo,2030-07-01",
        f"{paid('1.00', 'CR')},2026-10-25T12:00,promo,2030-12-31T14:30",
        f"{paid('1.00', 'CR')},2026-07-01T12:00Z,,",
    ]
    if apart:
        rows.append(f"{paid('1', 'JPY')},2026-10-26,promo,2031-03-30")
    file = csv_file(tmp_path, rows)
    made = each(file) if apart else (load(operator_ledger, file, MAPPING, CREDITS, name="May"),)
    found = [
        tuple(
            None if moment is None else moment.isoformat()[:16]
            for moment in (row.effective_at, row.lot_expires_at)
        )
        for one in made
        for row in lines(operator_database, one.batch_id).rows
    ]
    expected: list[tuple[str, str | None]] = [
        ("2026-03-28T23:00", "2030-12-31T23:00"),
        ("2026-03-29T22:00", "2030-07-01T22:00"),
        ("2026-10-25T11:00", "2030-12-31T13:30"),
        ("2026-07-01T12:00", None),
    ]
    if apart:
        # The day on which the clocks go forward ends an hour early.
        expected.append(("2026-10-25T23:00", "2031-03-30T22:00"))
    assert found == expected
    row = lines(operator_database, made[0].batch_id).rows[0]
    assert row.effective_at is not None
    assert not row.effective_at.utcoffset(), "moments come in UTC"


@pytest.mark.parametrize("length", [1, 195, 196, 197, 198, 200, 300])
def test_a_long_name_is_cut_so_that_the_code_fits(
    each: Callable[..., tuple[LoadedBatch, ...]],
    operator_database: Database,
    ledger_url: str,
    tmp_path: Path,
    length: int,
) -> None:
    """The code stands whole behind what of the name has room; a short name is not cut."""
    with connected(ledger_url) as admin:
        admin.execute("SELECT ledger.add_currency('LONGESTCODES', 0::smallint)")
    name = "a" * (length - 1) + "b"
    each(csv_file(tmp_path, [paid("1.00", "CR"), paid("1", "BTC"), paid("1", "LONGESTCODES")]), name)
    found = {row.currency.code: row.name for row in page(operator_database).rows}
    assert found == {code: f"{name[: 199 - len(code)]} {code}" for code in ("CR", "BTC", "LONGESTCODES")}
    assert all(len(one) == min(200, length + 1 + len(code)) for code, one in found.items())


def test_progress_goes_on_over_all_readings_of_the_file(
    operator_database: Database, operator_ledger: Ledger, tmp_path: Path
) -> None:
    """The bar never goes back when the next currency's lines are read, and ends full."""
    rows = [paid("1", FOUR[n % 4].code) for n in range(8_000)]
    seen: list[tuple[int, int]] = []
    load_each(
        operator_ledger, csv_file(tmp_path, rows), MAPPING, books(operator_database), name="May",
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert len({total for _done, total in seen}) == 1
    assert [done for done, _total in seen] == sorted(done for done, _total in seen)
    assert seen[-1][0] == seen[-1][1]


def test_without_a_column_that_says_it_no_draft_is_made(
    each: Callable[..., tuple[LoadedBatch, ...]], ledger_url: str, tmp_path: Path
) -> None:
    """Nobody guesses currencies: the mapping must name their column."""
    mapping = MAPPING.model_copy(update={"currency_column": None, "each_currency": False})
    with pytest.raises(UsageError, match="needs a mapping with a currency column"):
        each(csv_file(tmp_path, [paid("1.00", "CR")]), mapping=mapping)
    assert written(ledger_url) == (0, 0)


def test_a_reference_that_stands_in_two_currencies_is_a_problem(
    each: Callable[..., tuple[LoadedBatch, ...]], ledger_url: str, tmp_path: Path
) -> None:
    """References are unique in the whole ledger, so the second of these drafts could never be posted."""
    file = csv_file(tmp_path, [paid("1.00", "CR"), paid("1", "JPY")])
    file.write_text(file.read_text().replace("r-1", "r-0"))
    with pytest.raises(LinesRefusedError) as refused:
        each(file)
    assert [one[1:3] for one in told(refused)] == [("reference", "reference.repeated")]
    assert written(ledger_url) == (0, 0)


def test_loading_each_currency_keeps_to_a_budget(
    each: Callable[..., tuple[LoadedBatch, ...]], tmp_path: Path
) -> None:
    """What is declared for the action holds for four drafts too: the fixture budgets_are_kept looks at it."""
    assert (budget("batch.load"), budget("batch.load-each")) == (3, 4)
    each(csv_file(tmp_path, [paid("1", currency.code) for currency in FOUR]))
