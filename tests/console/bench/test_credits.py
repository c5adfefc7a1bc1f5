"""The measurements of credits measure: on a small ledger every figure is there, and its books add up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from console.bench.credits import reading, report, writing
from console.bench.credits.made import SOURCES, make_credits
from console.bench.credits.reading import ALL_ROWS
from console.bench.driver import driver_to
from console.bench.investigate.figure import Figure, Measured
from console.bench.place import Place
from console.cli.main import main
from console.errors import UsageError
from console.ledger.credits.ahead.days import DAYS
from tests.bookkeeping import assert_adds_up
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.settings import Settings
    from tests.cluster import Cluster

# The name of the ledger's database is made of it; another test process has one of its own.
USERS = 1_000 + 2 * (os.getpid() % 2_000)
CREDITS, ENDED = 2_000, 3_000
EXTENDED = 30


def silent(_sentence: str) -> None:
    """Take what is said of the progress."""


@pytest.fixture(scope="module")
def admin_url(cluster: Cluster) -> str:
    return cluster.url("postgres")


@pytest.fixture
def place(admin_url: str, settings: Settings) -> Iterator[Place]:
    """Lend a place whose ledger is kept while a test lasts."""
    owner = Place(admin_url, settings, USERS, USERS, keep=False, say=silent)
    with owner.made():
        yield Place(admin_url, settings, USERS, USERS, keep=True, say=silent)


def test_each_question_is_one_statement_beside_its_naive_ways(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LOTS", 20)
    monkeypatch.setattr(writing, "EXTENDED", EXTENDED)
    found = report.run(place, open_credits=CREDITS, ended=ENDED, rounds=1)
    ours = {one.figure.what: one.figure for one in found if one.figure.budget is not None}
    assert [figure.statements for figure in ours.values()] == [1] * 10
    naive = [(one.figure.way, one.figure.statements) for one in found if one.figure.budget is None]
    assert naive == [
        ("a statement a day", DAYS), (ALL_ROWS, 1), ("all that ended, no sample", 1),
        ("OFFSET", 1), (ALL_ROWS, 1),
        (writing.BARE, 1), (writing.ONE_BY_ONE, 1 + EXTENDED), (writing.BARE, 1),
    ]  # fmt: skip
    assert all(one.figure.ms > 0 for one in found)
    bare = found[-1].figure.ms
    assert [one.limit_ms for one in found if one.limit_ms] == [
        reading.CALENDAR_MS, reading.FORECAST_MS, writing.EXTEND_MS, writing.CAPTURE_TIMES * bare,
    ]  # fmt: skip
    with place.made() as url, connected(url) as connection:
        assert_adds_up(connection)


def test_the_made_credits_add_up_and_are_made_once(place: Place) -> None:
    with place.made() as url:
        with driver_to(url, autocommit=True) as driver:
            assert make_credits(driver, USERS, CREDITS, ENDED)
            assert not make_credits(driver, USERS, CREDITS, ENDED)
            with pytest.raises(UsageError, match="5,000 credits of another"):
                make_credits(driver, USERS, CREDITS, ENDED + 1)
        with connected(url) as connection:
            assert_adds_up(connection)
            found = connection.execute("""
                SELECT count(*) FILTER (WHERE closed_at IS NULL), count(closed_at), count(DISTINCT source),
                    bool_and(expires_at > now()) FILTER (WHERE closed_at IS NULL) FROM ledger.credit_lots""")
            assert found.fetchone() == (CREDITS, ENDED, len(SOURCES), True)


@pytest.mark.parametrize(
    ("statements", "ms", "within"), [(1, 299.0, True), (1, 300.0, False), (2, 1.0, False)]
)
def test_a_figure_is_within_when_both_its_goals_are(statements: int, ms: float, *, within: bool) -> None:
    assert Measured(Figure("x", "console", statements, ms, ms, budget=1), 300.0).within is within


@pytest.mark.parametrize(("limit", "ends_with"), [(1e6, 0), (0.001, 1)])
def test_the_command_ends_with_1_off_a_goal(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    *, limit: float, ends_with: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(reading, "CALENDAR_MS", limit)
    monkeypatch.setattr(reading, "FORECAST_MS", 1e6)
    for name, value in (("LOTS", 20), ("EXTENDED", EXTENDED), ("EXTEND_MS", 1e6), ("CAPTURE_TIMES", 1e6)):
        monkeypatch.setattr(writing, name, value)
    monkeypatch.setenv("LEDGER_DATABASE_URL", place.admin_url)
    monkeypatch.setenv("HOME", str(tmp_path))
    words = ["bench", "credits", "--users", str(USERS), "--credits", str(CREDITS), "--ended", str(ENDED)]
    assert main([*words, "--rounds", "1", "--keep"]) == ends_with
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert len(lines) == 1 + 10 + 8
    assert sum(line.endswith("NO") for line in lines) == ends_with
    assert (f"Missed: calendar of {DAYS} days." in said.err.splitlines()) == bool(ends_with)
