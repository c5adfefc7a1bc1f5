"""Nobody keeps the controls by idling: one admin alone would keep dual control from being turned on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, LiteralString

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.cluster import CURRENCY, connected
from tests.models.writes import REASON, done, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection
    from tests.operators import Staff

AT_MOST_S: Final = 4.0
ENDED: Final[LiteralString] = """
    SELECT actor, detail ->> 'operator', (detail ->> 'pid')::integer FROM ledger.audit_events
    WHERE action = 'end_blocker' AND reason = 'it held the controls' ORDER BY id"""


@pytest.fixture
def boss(connect: Callable[[str], Connection]) -> Connection:
    """Lend the connection of an admin."""
    return connect("t_admin")


def test_who_idles_with_the_controls_is_ended(boss: Connection, staff: Staff, admin: Connection) -> None:
    with connected(staff.url(staff.hire("admin"))) as holder:
        holder.execute("BEGIN")
        # A refusal keeps nothing; a limit that is tightened keeps the row until the end.
        done(write(holder, "set_limit", "ledger_operator", "*", CURRENCY, 5, None, REASON))
        name, pid = holder.info.user, holder.info.backend_pid
        started = time.monotonic()
        asked = done(
            write(boss, "submit_request", "set_dual_control", Jsonb({"on": True, "reason": REASON}), REASON)
        )
        assert time.monotonic() - started < AT_MOST_S
        with pytest.raises(psycopg.OperationalError):
            holder.execute("COMMIT")
    assert asked["approvals_required"] == 1
    # What was tried and undone tells nothing; what is done does.
    with connected(staff.url(name)) as again:
        again.execute("BEGIN")
        done(write(again, "set_limit", "ledger_operator", "*", CURRENCY, 5, None, REASON))
        pid = again.info.backend_pid
        done(write(boss, "set_limit", "ledger_operator", "*", CURRENCY, 7, None, REASON))
        with pytest.raises(psycopg.OperationalError):
            again.execute("COMMIT")
    assert admin.execute(ENDED).fetchall() == [("t_admin", name, pid)]
    assert admin.execute("SELECT per_operation FROM ledger.limits").fetchall() == [(7,)]


def test_who_works_is_waited_for(boss: Connection, staff: Staff, admin: Connection) -> None:
    """A second of idling is none yet."""
    with connected(staff.url(staff.hire("admin"))) as holder:
        holder.execute("BEGIN")
        done(write(holder, "set_limit", "ledger_operator", "*", CURRENCY, 5, None, REASON))
        holder.execute("SELECT pg_sleep(0.3)")
        holder.execute("COMMIT")
    done(write(boss, "set_limit", "ledger_operator", "*", CURRENCY, 6, None, REASON))
    assert admin.execute(ENDED).fetchall() == []
