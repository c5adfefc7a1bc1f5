"""Clients with a bug each, which the bank under fire must find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb
from typing_extensions import override

from tests.faults.fire.client import Client
from tests.faults.kit.operations import CHORES
from tests.faults.kit.outbox import Entry

if TYPE_CHECKING:
    from tests.faults.kit.outbox import Outcome

_PARTIES = """
    SELECT u.username, w.id, w.balance, w.kind::text
    FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
    WHERE u.username IN (%s, %s)"""


_WRITE: Final = """
    INSERT INTO ledger.transactions (
        posted_at, effective_at, kind, from_wallet, to_wallet, amount, from_balance_after, to_balance_after,
        description, currency)
    VALUES (clock_timestamp(), now(), 'transfer', %s, %s, %s, %s, %s, %s,
        (SELECT w.currency FROM ledger.wallets w WHERE w.id = %s)) RETURNING id"""
_KEEP: Final = """
    INSERT INTO ledger.operations (key, kind, request_hash, outcome) VALUES (%s, 'transfer', '', %s)"""


class NewKeyOnRetry(Client):
    """Takes a lost answer for a failure and asks anew."""

    @override
    def pass_over(self, error: psycopg.Error, entry: Entry | None) -> None:
        super().pass_over(error, entry)
        if entry is not None:
            entry.key = str(uuid4())
            self.outbox.rekeyed(entry)


class ReadComputeWrite(Client):
    """Reads the balances, computes in Python and writes what it computed."""

    @override
    def send(self, entry: Entry) -> Outcome:
        if entry.kind != "transfer":
            return super().send(entry)
        payer, payee, amount, intent = entry.arguments
        with psycopg.connect(self.order.admin_url, connect_timeout=2) as connection:
            rows = connection.execute(_PARTIES, [payer, payee]).fetchall()
            wallets = {name: (number, balance, kind) for name, number, balance, kind in rows}
            after = {}
            for name, delta in ((payer, -amount), (payee, amount)):
                number, balance, kind = wallets[name]
                if kind == "customer":
                    after[name] = balance + delta
                    connection.execute(
                        "UPDATE ledger.wallets SET balance = %s WHERE id = %s", [after[name], number]
                    )
            row = connection.execute(
                _WRITE,
                [
                    *(wallets[payer][0], wallets[payee][0], amount),
                    *(after.get(payer), after.get(payee), intent, wallets[payer][0]),
                ],
            ).fetchone()
            assert row is not None
            outcome = {"status": "posted", "transaction": row[0]}
            connection.execute(_KEEP, [entry.key, Jsonb(outcome)])
        return outcome


class LineByLine(Client):
    """Posts a batch as single transfers."""

    @override
    def batch(self, intent: str, lines: list[list[Any]]) -> None:
        self.outbox.intend(Entry(intent, intent, "lines", [], expected=lines))
        for payer, payee, amount in lines:
            line = Entry(intent, str(uuid4()), "transfer", [payer, payee, amount, intent])
            while self.going:
                try:
                    self.call(self.session, line, "alone")
                    break
                except psycopg.Error as error:
                    self.pass_over(error, None)

    @override
    def settle(self, entry: Entry) -> None:
        if entry.kind != "lines":
            super().settle(entry)


class StaleCheckpoints(Client):
    """Takes checkpoints from a snapshot older than the lock."""

    @override
    def chore(self, kind: str) -> None:
        try:
            with self.session.connection() as connection:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                connection.execute("SELECT count(*) FROM ledger.wallets")
                connection.execute("SELECT pg_sleep(0.02)")
                connection.execute(CHORES[kind])
                connection.commit()
        except psycopg.Error as error:
            self.pass_over(error, None)


QUIRKS: Final[dict[str, type[Client]]] = {
    "new key on retry": NewKeyOnRetry,
    "read, compute, write": ReadComputeWrite,
    "line by line": LineByLine,
    "checkpoint under REPEATABLE READ": StaleCheckpoints,
}
