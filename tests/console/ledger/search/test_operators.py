"""Operators are found by those who may read them, and by their own names only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from console.ledger.operators.rights import Rights
from console.ledger.search.everything import Answer, Kind, everything
from console.money import Currency
from console.monitor.budgets import budget
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from tests.cluster import CURRENCY, LOGINS, connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.settings import Settings
    from tests.conftest import Statements
    from tests.operators import Staff

READERS = {"t_auditor", "t_admin"}
HOSTILE = ("%", "_", "%%", "'", "\\", '"', "<b>", "maria' OR true --", "maria & x", ":*", "m%")


@pytest.fixture
def databases(as_role: Callable[[str], str], settings: Settings) -> Iterator[Callable[[str], Database]]:
    """Return what connects as one of the logins."""
    opened: list[Database] = []

    def connect(login: str) -> Database:
        opened.append(Database(as_role(login), Recorder(), settings))
        return opened[-1]

    yield connect
    for database in opened:
        database.close()


def find(database: Database, text: str) -> Answer:
    rights = Rights.of(database.session_facts())
    return everything(database, text, (Currency(CURRENCY, 2),), operators=rights.reads_operators)


@pytest.fixture
def maria(staff: Staff) -> str:
    """Hire Maria Bell-Østby, and one more."""
    name = staff.hire("support")
    staff.hire("viewer")
    with connected(staff.ledger_url) as owner:
        owner.execute("UPDATE ledger.operators SET display_name = 'Maria Bell-Østby' WHERE name = %s", [name])
    return name


@pytest.mark.parametrize("login", LOGINS)
def test_who_may_not_read_operators_finds_none_and_meets_no_error(
    databases: Callable[[str], Database], maria: str, login: str
) -> None:
    answer = find(databases(login), maria)
    assert [one.name for one in answer.found] == ([maria] if login in READERS else [])
    assert (Kind.OPERATOR in answer.looked) == (login in READERS)


def test_an_operator_is_found_by_name_by_its_beginning_and_by_words(
    databases: Callable[[str], Database], maria: str, statements: Statements
) -> None:
    auditor = databases("t_auditor")
    for text in (maria, maria[:8], maria.upper(), "maria", "MAR", "bell", "øst", "bell maria"):
        (found,) = find(auditor, text).found
        assert (found.kind, found.name, found.note) == (Kind.OPERATOR, maria, "Maria Bell-Østby")
        assert found.exact == (text.lower() == maria)
    for text in (*HOSTILE, "ma", "aria", "maria x"):
        assert find(auditor, text).found == ()
    with statements.counted() as sent:
        everything(auditor, "maria", (), operators=True)
    assert len(sent) == budget("search.everything")


def test_the_sessions_of_this_ledger_are_counted_and_who_is_at_work_comes_first(
    databases: Callable[[str], Database], maria: str, staff: Staff
) -> None:
    other = staff.hire("viewer")
    first, second = sorted((maria, other))
    with connected(staff.ledger_url) as owner:
        owner.execute(
            "UPDATE ledger.operators SET display_name = 'Twin' WHERE name IN (%s, %s)", [first, second]
        )
    elsewhere = make_url(staff.url(first)).set(database="postgres").render_as_string(hide_password=False)
    with connected(staff.url(second)), connected(staff.url(second)), connected(elsewhere):
        found = find(databases("t_auditor"), "twin").found
    assert [(one.name, one.sessions) for one in found] == [(second, 2), (first, 0)]
