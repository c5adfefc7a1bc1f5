"""A batch beside the last of its kind: amounts in steps, odd ones, customers that are new or there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.approvals.comparison import BARS, EARLIER, OddAmount, compare
from console.monitor.budgets import budget
from tests.bookkeeping import Line, create_batch, post_batch
from tests.models.writes import done

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None], admin: Connection) -> None:
    open_accounts({"lena": 0, "noor": 0, "hugo": 0})
    admin.execute("UPDATE ledger.users SET created_at = now() - interval '31 days' WHERE username <> 'hugo'")


def payout(operator: Connection, name: str, *amounts: tuple[str, int]) -> int:
    lines = [Line(n, "@external", who, amount, f"{name}-{n}") for n, (who, amount) in enumerate(amounts, 1)]
    return create_batch(operator, lines)


def test_it_is_compared_with_the_last_six_of_its_kind(
    operator: Connection, viewer: Database, statements: Statements
) -> None:
    for month in range(EARLIER + 2):
        # The first two would make the middle another.
        amount = 100_000 if month < 2 else 400 + 10 * month
        done(post_batch(operator, payout(operator, f"m{month}", ("lena", amount), ("noor", 100))))
    done(post_batch(operator, create_batch(operator, [Line(1, "lena", "noor", 7, "another-kind")])))
    batch = payout(operator, "now", ("lena", 9_900), ("noor", 110), ("hugo", 100), ("hugo", 100))
    with statements.counted() as sent:
        found = compare(viewer, batch)
    assert len(sent) == budget("batch.compare") == 1
    assert (found.earlier, found.least, found.most) == (EARLIER, 100, 9_900)
    assert found.odd == (OddAmount(1, "lena", 9_900, 440),)
    assert found.odd[0].times == 22
    assert (found.repeated, found.same, found.new) == (1, 1, 1)
    assert (sum(found.here), sum(found.there)) == (4, 2.0)
    assert found.here[found.bar_of(9_900)] == 1
    assert found.bar_of(9_900) == BARS - 1
    assert (found.here[0], found.there[0]) == (3, 1.0)
    assert found.there[found.bar_of(440)] > 0


def test_ten_times_the_middle_is_odd_and_a_little_less_is_not(operator: Connection, viewer: Database) -> None:
    done(post_batch(operator, payout(operator, "before", ("lena", 30), ("noor", 30), ("noor", 50))))
    found = compare(viewer, payout(operator, "now", ("lena", 299), ("noor", 300), ("lena", 300)))
    assert found.odd == (OddAmount(2, "noor", 300, 30), OddAmount(3, "lena", 300, 30))


def test_one_that_was_posted_is_compared_with_those_before_it(operator: Connection, viewer: Database) -> None:
    first = payout(operator, "a", ("lena", 100))
    done(post_batch(operator, first))
    done(post_batch(operator, payout(operator, "b", ("lena", 5_000))))
    found = compare(viewer, first)
    assert (found.earlier, found.odd, found.least, found.most) == (0, (), 100, 100)
    assert found.here == (1, *(0,) * (BARS - 1))


def test_a_file_that_was_loaded_before_is_told(operator: Connection, viewer: Database) -> None:
    ask = "SELECT ledger.create_batch(%s, 'CR', 'pay.csv', sha256(%s), false, '')"
    made = [
        operator.execute(ask, [name, file]).fetchone()
        for name, file in (("a", b"x"), ("b", b"x"), ("c", b"y"))
    ]
    numbers = [row[0] for row in made if row is not None]
    assert [compare(viewer, number).file_seen for number in numbers] == [1, 1, 0]
    assert compare(viewer, payout(operator, "typed", ("lena", 1))).file_seen is None


def test_a_batch_without_lines_is_beside_nothing(operator: Connection, viewer: Database) -> None:
    row = operator.execute("SELECT ledger.create_batch('empty', 'CR', '', NULL, false, '')").fetchone()
    assert row is not None
    found = compare(viewer, row[0])
    assert (found.earlier, found.least, found.most, found.new) == (0, 0, 0, 0)
    assert found.bar_of(5) == 0
