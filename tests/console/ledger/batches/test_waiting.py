"""What waits is every batch that is not posted yet and every reversal that is not carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.approvals import commands as approvals
from console.ledger.batches import commands as batches
from console.ledger.batches.reversal import BatchReversal, ReversalPolicy
from console.ledger.batches.waiting import waiting
from console.money import Currency
from console.monitor.budgets import budget
from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements

MAPPING = TransfersMapping(
    from_constant="@issuance", to_column="to", amount_column="amount", create_missing=True
)


def test_what_waits_is_counted_by_one_statement(
    operator_database: Database,
    operator_ledger: Ledger,
    as_role: Callable[[str], str],
    tmp_path: Path,
    statements: Statements,
) -> None:
    loaded = []
    for number in range(3):
        file = tmp_path / f"{number}.csv"
        file.write_text(f"to,amount\nanna,{number + 1}.00\n", "utf-8")
        loaded.append(
            batches.load(operator_ledger, file, MAPPING, Terms(Currency(CURRENCY, 2)), name=file.name)
        )
    with statements.counted() as sent:
        assert waiting(operator_database) == 3
    assert len(sent) == budget("session.waiting") == 1
    first, second, _third = loaded
    batches.post(operator_ledger, first.batch_id, first.summary.content_hash, key=uuid4())
    approvals.submit_batch(operator_ledger, second.batch_id, second.summary.content_hash, reason="a test")
    assert waiting(operator_database) == 2
    with connected(as_role("t_admin")) as admin:
        admin.execute(
            "SELECT ledger.set_approval_rule("
            "gen_random_uuid(), 'reverse_batch', 'CR', 0, 1::smallint, 'a test')"
        )
    order = BatchReversal(first.batch_id, ReversalPolicy.ALL, "a test")
    approvals.submit(operator_ledger, order, reason="a test")
    assert waiting(operator_database) == 3
