"""What can happen to an account, once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.models.writes import REASON, capture, done, grant, refused, release, reserve, reverse, write

if TYPE_CHECKING:
    from tests.bookkeeping import Connection


def make_a_life(operator: Connection) -> None:
    """Let alice, who has money, do one thing of each kind with bob."""
    done(write(operator, "add_note", "alice", "Called about <b>a refund</b>"))
    done(grant(operator, "alice", 40))
    sent = done(transfer(operator, "alice", "bob", 30, reference="r-1", description="Lunch"))
    done(reverse(operator, sent["transaction"], 10))
    for reference in ("order-1", "order-2"):
        done(reserve(operator, "alice", 20, reference))
    done(capture(operator, "order-1"))
    done(release(operator, "order-2"))
    done(write(operator, "set_overdraft_limit", "alice", CURRENCY, 500, REASON))
    assert refused(transfer(operator, "alice", "bob", 5_000)) == "funds.short"
    done(write(operator, "set_account_status", "alice", "frozen", "stolen phone"))
