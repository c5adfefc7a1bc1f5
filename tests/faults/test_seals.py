"""A seal covers all that is posted below its end, also what moves between the ledger's own accounts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, LiteralString
from uuid import uuid4

import pytest

from tests.bookkeeping import outcome, wait_until_blocked
from tests.cluster import connected
from tests.faults.kit.books import broken_books
from tests.faults.kit.operations import CHORES, STATEMENTS, Town

if TYPE_CHECKING:
    from tests.faults.kit.bank import Server

_GATE: Final = 7
# Stops a posting where its id is drawn and its row not yet written: constraints are checked in between.
_STOP: Final[LiteralString] = """
    CREATE OR REPLACE FUNCTION ledger.is_plain_text(value text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    BEGIN
        IF value = 'stop here' THEN
            PERFORM pg_advisory_xact_lock(7);
        END IF;
        RETURN true;
    END $$"""


@pytest.mark.parametrize("payer", ["hot1", "@external"])
def test_a_seal_waits_for_ids_that_are_drawn(fire_server: Server, payer: str) -> None:
    with (
        fire_server.bank(Town(hot=2, cold=0)) as bank,
        connected(bank.admin_url) as admin,
        connected(bank.operator_url, autocommit=False) as slow,
        connected(bank.operator_url) as operator,
        ThreadPoolExecutor(1) as pool,
    ):
        admin.execute(_STOP)
        admin.execute("SELECT pg_advisory_lock(%s)", [_GATE])
        values = (uuid4(), payer, "@revenue", 5, "stop here")
        waiting = pool.submit(outcome, slow, STATEMENTS["transfer"], *values)
        wait_until_blocked(admin, slow)
        late = outcome(operator, STATEMENTS["transfer"], uuid4(), "@external", "hot0", 5, "")
        outcome(operator, CHORES["seal"])
        admin.execute("SELECT pg_advisory_unlock(%s)", [_GATE])
        early = waiting.result()
        assert early["transaction"] < late["transaction"]
        outcome(operator, CHORES["seal"])
        slow.commit()
        # The mark moves on with each call; the rows under the first one come with the next.
        for _ in range(3):
            outcome(operator, CHORES["seal"])
        assert list(broken_books(admin)) == []
        sealed = admin.execute("SELECT max(last_id) FROM ledger.seals").fetchone()
        assert sealed == (late["transaction"],)
