"""Lines that are set aside: a new draft of their own, with nothing lost, and only of one's own draft."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from psycopg import errors

from tests.bookkeeping import Line, content_hash, create_batch, post_batch
from tests.cluster import CURRENCY
from tests.faults.tamper.found import broken
from tests.models.writes import REASON, done, everything, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


@pytest.fixture
def draft(operator: Connection) -> int:
    """Make a draft of four lines, of which one has no account."""
    lines = [
        Line(1, "alice", "bob", 10, "r-1"),
        Line(2, "alice", "nobody", 20, "r-2"),
        Line(3, "alice", "bob", 30, "r-3"),
        Line(4, "alice", "bob", 40, "r-4"),
    ]
    return create_batch(operator, lines)


def lines_of(connection: Connection, batch: int) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT line_no, from_name, to_name, amount, reference FROM ledger.batch_lines WHERE batch_id = %s"
        " ORDER BY line_no",
        [batch],
    ).fetchall()


def aside(connection: Connection, batch: int, lines: object, reason: str = REASON) -> dict[str, Any]:
    row = connection.execute(
        "SELECT ledger.set_aside(%s, %s, %s::integer[], %s)", [uuid4(), batch, lines, reason]
    ).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def test_lines_keep_their_numbers_in_a_draft_of_their_own(
    operator: Connection, draft: int, ledger_url: str
) -> None:
    whole = lines_of(operator, draft)
    found = done(aside(operator, draft, [4, 2, 2]))
    assert (found["lines"], found["total"]) == (2, "60")
    assert (found["before_lines"], found["before_total"]) == (4, "100")
    assert lines_of(operator, draft) == [whole[0], whole[2]]
    assert lines_of(operator, found["aside"]) == [whole[1], whole[3]]
    row = operator.execute(
        "SELECT name, status::text, created_by, file_sha256 FROM ledger.batches WHERE id = %s",
        [found["aside"]],
    ).fetchone()
    assert row is not None
    assert row[0].endswith(f", set aside from #{draft}")
    assert row[1:] == ("draft", "t_operator", None)
    done(post_batch(operator, draft))
    assert refused(post_batch(operator, found["aside"])) == "batch.lines"
    assert broken(ledger_url) == {}


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "aside.number"), (None, "aside.number"), ([1, 9], "aside.unknown"), ([0], "aside.unknown"),
        ([1, 2, 3, 4], "aside.all"), (list(range(10_001)), "aside.number"), ([1, None], "aside.unknown"),
        ([[1, 2], [3, 9]], "aside.unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_aside_leaves_the_draft_as_it_is(
    operator: Connection, draft: int, lines: list[Any] | None, code: str
) -> None:
    before = everything(operator)
    assert refused(aside(operator, draft, lines)) == code
    assert refused(aside(operator, draft, [2], "")) == "reason.empty"
    assert refused(aside(operator, 99_999, [2])) == "batch.unknown"
    assert everything(operator) == before


def test_a_frozen_batch_and_anothers_draft_stay_whole(
    operator: Connection, draft: int, connect: Callable[[str], Connection]
) -> None:
    assert refused(aside(connect("t_operator2"), draft, [2])) == "batch.maker"
    done(aside(operator, draft, [2]))
    done(write(operator, "submit_batch", draft, content_hash(operator, draft), REASON))
    assert refused(aside(operator, draft, [1])) == "batch.status"
    for role in ("t_viewer", "t_support", "t_approver", "t_auditor"):
        with pytest.raises(errors.InsufficientPrivilege):
            aside(connect(role), draft, [1])


def test_of_a_batch_that_was_sent_back_the_rest_is_submitted(
    operator: Connection, draft: int, connect: Callable[[str], Connection]
) -> None:
    done(aside(operator, draft, [2]))
    asked = done(write(operator, "submit_batch", draft, content_hash(operator, draft), REASON))
    done(write(connect("t_approver"), "send_back_request", asked["request"], "line 3 is not owed"))
    done(aside(operator, draft, [3]))
    again = done(write(operator, "submit_batch", draft, content_hash(operator, draft), REASON))
    assert again["follows"] == asked["request"]
    assert [line[0] for line in lines_of(operator, draft)] == [1, 4]


def test_the_same_lines_are_set_aside_once(
    operator: Connection, draft: int, connect: Callable[[str], Connection]
) -> None:
    hands = [connect("t_operator") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda hand: aside(hand, draft, [2]), hands))
    assert sorted(one.get("code", "") for one in found) == ["", "aside.unknown"]
    count = operator.execute("SELECT count(*) FROM ledger.batches WHERE currency = %s", [CURRENCY]).fetchone()
    assert count == (2,)
