"""The measurements measure: on a tiny ledger every figure is there, and its counts are those of a formula."""

from __future__ import annotations

import os
from collections import Counter as Counts
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from console.bench import pgbench, recorder, transfers, writers
from console.bench.credits import capture
from console.bench.investigate import customers, search
from console.bench.investigate import report as investigate
from console.bench.investigate.figure import Figure
from console.bench.place import Place
from console.bench.statements import overview
from console.bench.statements import report as statements
from console.bench.statements.counter import Counter, count_statements
from console.bench.statements.pairs import Sizes
from console.bench.upkeep import seals
from console.cli.main import main
from console.errors import ConsoleError, DatabaseUnreachableError, UnavailableError, UsageError
from console.ledger.accounts.detail import STATEMENT_SIZE
from console.monitor.budgets import BUDGETS
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings
from tests.bookkeeping import assert_adds_up
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster import Cluster

# The name of the ledger's database is made of these; another test process has one of its own.
USERS, TRANSACTIONS = 60, 1_000 + os.getpid() % 5_000
SIZES = Sizes(rows=10, names=7, lots=3, lines=20)


def silent(_sentence: str) -> None:
    """Take what is said of the progress."""


@pytest.fixture(scope="module")
def admin_url(cluster: Cluster) -> str:
    return cluster.url("postgres")


@pytest.fixture(scope="module")
def bench_url(admin_url: str) -> Iterator[str]:
    """Keep one ledger for all measurements of this file; at the end its books must add up."""
    place = Place(admin_url, Settings.model_construct(), USERS, TRANSACTIONS, keep=False, say=silent)
    with place.made() as url:
        yield url
        with connected(url) as connection:
            assert_adds_up(connection)


@pytest.fixture
def place(admin_url: str, settings: Settings) -> Place:
    return Place(admin_url, settings, USERS, TRANSACTIONS, keep=True, say=silent)


def run_statements(place: Place) -> tuple[statements.StatementsFigure, ...]:
    return statements.run(place, rounds=1, sizes=SIZES)


@pytest.mark.usefixtures("bench_url")
def test_every_action_is_counted_both_ways_and_ours_are_within(place: Place) -> None:
    figures = run_statements(place)
    rows, names, lots, lines = SIZES.rows, SIZES.names, SIZES.lots, SIZES.lines
    naive = [figure.naive_statements for figure in figures]
    assert naive[:-1] == [
        1 + 2 * rows, 2, 2 * names, 4, 10, 4, 5 + 3 * lots, names, 18, 1 + rows, 4, 4 * lines,
    ]  # fmt: skip
    assert naive[-1] > 10 + 1 + 2
    assert [figure.statements for figure in figures] == [1] * 11 + [4, 3]
    assert [figure.budget for figure in figures] == [1] * 11 + [4, 3]
    assert all(figure.within for figure in figures)
    assert all(figure.ms > 0 and figure.naive_ms > 0 for figure in figures)


def test_the_naive_writes_leave_nothing_behind(bench_url: str, place: Place) -> None:
    run_statements(place)
    with connected(bench_url) as connection:
        found = connection.execute(
            "SELECT to_regnamespace('scratch'), count(*) FROM ledger.transactions"
            " WHERE reference LIKE 'naive%'"
        ).fetchone()
        assert found == (None, 0)
        assert_adds_up(connection)


@pytest.mark.usefixtures("bench_url")
@pytest.mark.parametrize(("allowed", "ends_with"), [(BUDGETS["wallet.balance"], 0), (0, 1)])
def test_the_command_ends_with_1_only_when_an_action_is_over_its_budget(
    admin_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    allowed: int,
    ends_with: int,
) -> None:
    monkeypatch.setattr(statements, "BUDGETS", {**BUDGETS, "wallet.balance": allowed})
    monkeypatch.setattr(statements, "Sizes", lambda: SIZES)
    monkeypatch.setenv("LEDGER_DATABASE_URL", admin_url)
    monkeypatch.setenv("HOME", str(tmp_path))
    words = ["bench", "statements", "--users", str(USERS), "--transactions", str(TRANSACTIONS), "--keep"]
    assert main([*words, "--rounds", "1"]) == ends_with
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert len(lines) == 1 + 13
    assert [line.split()[0] for line in lines if line.endswith("NO")] == ["balance"] * ends_with
    assert ("Over budget: balance with wallet." in said.err.splitlines()) == bool(ends_with)


@pytest.mark.usefixtures("bench_url")
def test_a_capture_is_one_statement_over_any_number_of_lots(place: Place) -> None:
    figures = capture.run(place, rounds=1, lots=(1, 40))
    assert [(figure.lots, figure.statements) for figure in figures] == [(1, 1), (40, 1)]
    assert figures[1].ms_each < figures[0].ms_each == figures[0].ms


@pytest.mark.usefixtures("bench_url")
def test_the_overview_is_one_statement_beside_eighteen(place: Place) -> None:
    found = overview.run(place, posted=200)
    assert (found.ours.statements, found.ours.budget, found.naive.statements) == (1, 1, 18)
    assert found.transactions >= TRANSACTIONS + 200
    assert found.today >= 200
    assert found.ours.ms > 0
    assert found.naive.ms > 0


def test_what_support_asks_is_timed_beside_the_naive_ways(admin_url: str, settings: Settings) -> None:
    """On a ledger of its own, for it opens accounts; they must add up like all others."""
    place = Place(admin_url, settings, USERS + 4, TRANSACTIONS, keep=False, say=silent)
    with place.made() as url:
        found = investigate.run(replace(place, keep=True), rounds=20, movements=300)
        with connected(url) as connection:
            assert_adds_up(connection)
    ours, naive = found.figures[::2], found.figures[1::2]
    questions = [one.what for one in ours]
    assert questions == [one.what for one in naive]
    assert Counts(question.split()[0].strip(",") for question in questions) == {
        "search": 12, "accounts": 8, "account": 3,
    }  # fmt: skip
    assert [one.statements for one in ours] == [one.budget for one in ours] == [1] * 20 + [3] * 3
    # A statement an account of a page; on an account's page three a row: its two parties and its credits.
    everybody, asked = place.users + customers.RARE + 2, {one.what: one.statements for one in naive}
    assert [one.statements for one in naive[:12]] == [1] * 12
    assert asked["accounts, first page"] == 1 + everybody
    assert asked["accounts, page at half depth"] == 1 + everybody - everybody // 2
    assert asked["accounts, e-mail"] == 2
    assert asked["accounts, trust level of few"] == asked["accounts, status of few"] == 1 + customers.RARE
    assert asked["account page, 300 movements"] - asked["account page, 10 movements"] == 3 * (
        STATEMENT_SIZE - 10
    )
    assert all(0 < one.ms <= one.p95_ms for one in found.figures)
    assert found.many_to_few == ours[-1].ms / ours[-3].ms


@pytest.mark.parametrize(
    ("statements_sent", "p95_ms", "within"), [(1, 99.0, True), (2, 99.0, False), (1, 100.0, False)]
)
def test_a_figure_is_within_when_both_its_goals_are(
    statements_sent: int, p95_ms: float, *, within: bool
) -> None:
    figure = Figure("x", "console", statements_sent, 1.0, p95_ms, budget=1, p95_limit=100)
    assert figure.within is within
    assert replace(figure, budget=None, p95_limit=None).within


@pytest.mark.parametrize(("allowed", "ends_with"), [(1e6, 0), (0, 1)])
def test_a_page_that_takes_longer_for_many_movements_ends_with_1(
    admin_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    allowed: float,
    ends_with: int,
) -> None:
    monkeypatch.setattr(investigate, "MOST_RATIO", allowed)
    monkeypatch.setattr(search, "P95_LIMIT_MS", 60_000)
    monkeypatch.setenv("LEDGER_DATABASE_URL", admin_url)
    monkeypatch.setenv("HOME", str(tmp_path))
    words = ["bench", "investigate", "--users", str(USERS + 6), "--transactions", str(TRANSACTIONS)]
    assert main([*words, "--movements", "300", "--rounds", "20"]) == ends_with
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert len(lines) == 1 + 2 * 23 + 1
    assert [line.startswith(investigate.RATIO) for line in lines if line.endswith("NO")] == [True] * ends_with
    assert (f"Missed: {investigate.RATIO}." in said.err.splitlines()) == bool(ends_with)


@pytest.mark.usefixtures("bench_url")
def test_too_few_accounts_are_said_so(place: Place) -> None:
    with pytest.raises(UsageError, match="take more --users"):
        capture.run(place, lots=(1,) * (USERS + 1))


@pytest.mark.alone
def test_pgbench_drives_both_sides_and_leaves_no_database(bench_url: str, place: Place) -> None:
    figures = transfers.run(place, seconds=1, warm_up=1, rounds=1, scale=1)
    assert [figure.clients for figure in figures] == [1, 8]
    for figure in figures:
        assert figure.transfers_per_s > 0
        assert figure.ratio == figure.transfers_per_s / figure.tpcb_per_s
    with connected(bench_url) as connection:
        found = connection.execute(
            "SELECT count(*), (SELECT count(*) FROM pg_database WHERE datname LIKE 'ledger_bench_tpcb%')"
            " FROM ledger.users WHERE username ~ '^b[0-9]+$'"
        ).fetchone()
    assert found == (USERS, 0)


@pytest.mark.alone
@pytest.mark.usefixtures("bench_url")
def test_writers_on_few_wallets_do_not_deadlock(place: Place) -> None:
    found = writers.run(place, seconds=2)
    assert (found.writers, found.wallets, found.deadlocks, found.failed) == (16, 12, 0, 0)
    assert found.transfers_per_s > 0


def test_only_what_was_posted_counts_as_a_transfer(bench_url: str) -> None:
    bench = pgbench.Pgbench.find(bench_url, embedded=True)
    refused = "SELECT ledger.transfer(gen_random_uuid(), 'nobody', 'no-one', 'CR', 1);"
    assert transfers.posted(bench, refused, 1, 1) == 0


def test_a_script_that_fails_is_an_error_and_not_a_speed(bench_url: str) -> None:
    bench = pgbench.Pgbench.find(bench_url, embedded=True)
    with pytest.raises(ConsoleError, match="no_such_table"):
        bench.script("SELECT * FROM no_such_table;", 1, 1)


def test_a_server_elsewhere_needs_a_pgbench_on_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, admin_url: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = Settings.model_construct(database_url=SecretStr(admin_url))
    place = Place(admin_url, settings, USERS, TRANSACTIONS, keep=True, say=silent)
    with pytest.raises(UnavailableError, match="pgbench"):
        writers.run(place)


def test_the_counter_counts_copy_and_not_what_is_sent_around(bench_url: str) -> None:
    with connected(bench_url, autocommit=False) as connection:
        counter = Counter(connection)
        connection.execute("SET LOCAL work_mem = '8MB'")
        connection.execute("SELECT 1")
        with connection.cursor() as cursor:
            cursor.executemany("SELECT %s", [[1]])
            with cursor.copy("COPY (SELECT 1) TO STDOUT") as copy:
                assert b"".join(bytes(piece) for piece in copy) == b"1\n"
        connection.rollback()
        assert counter.statements == 3


def test_only_a_pool_of_one_can_be_counted(bench_url: str, settings: Settings) -> None:
    database = Database(bench_url, Recorder(), settings)
    with pytest.raises(ValueError, match="8 connections"):
        count_statements(database)
    database.close()


def test_no_server_is_said_so(settings: Settings) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    with pytest.raises(DatabaseUnreachableError):
        run_statements(Place(nowhere, settings, USERS, TRANSACTIONS, keep=True, say=silent))


@pytest.mark.alone
def test_recording_is_cheap_and_takes_no_memory(admin_url: str) -> None:
    found = recorder.run(admin_url, records=100_000, say=silent)
    assert found.records == 100_000
    # Measured 10 to 25 µs, 7 µs and 0.1 MiB; the limits leave room for a loaded machine.
    assert found.added_us < 200
    assert 0 < found.record_us < 100
    assert found.after_mib - found.before_mib < 5


def test_what_is_sealed_and_verified_was_posted_by_operations(admin_url: str, settings: Settings) -> None:
    """On a ledger of its own: other measurements rename accounts and write past the ledger's functions."""
    place = Place(admin_url, settings, USERS + 2, TRANSACTIONS, keep=False, say=silent)
    found = seals.run(place, rows=30)
    assert found.rows == 30
    assert min(found.unsealed_s, found.seal_s, found.sealed_s, found.deep_s) > 0
