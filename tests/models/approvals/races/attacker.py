"""An admin in a process of their own who tries, by SQL alone and without end, whatever gives.

python -m tests.models.approvals.races.attacker ORDER PARENT     (JSON; see Order)
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from tests.bookkeeping import Line, content_hash, create_batch
from tests.cluster import CURRENCY, connected
from tests.models.approvals.races.process import child, orders, say
from tests.models.writes import REASON, soon, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

TIER: Final = 1_000
"""From this on a movement needs a checker; what is moved in parts of a day, too, in dual control."""
TYPED_FROM: Final = 5_000
LIMIT: Final = 1_000
RULED: Final = ("reverse_batch", 500)
"""The kind and amount of a tier that no movement here falls under, to be loosened."""
ROLES: Final = (["ledger_viewer"], ["ledger_operator", "ledger_viewer"])
DIGEST: Final = hashlib.sha256(b"0123-4567-89ab-cdef").digest()


@dataclass(frozen=True, slots=True)
class Order:
    """Whom an attack is about; names: those that are free for new operators."""

    url: str
    seed: int
    capped: str
    shut: str
    moved: str
    keyed: str
    names: list[str]

    def text(self) -> str:
        """Return the order as an argument of the command."""
        return json.dumps(asdict(self))


class Attacker:
    """Tries one thing after another, and keeps of each how far the audit chain went before and after."""

    def __init__(self, order: Order, connection: Connection) -> None:
        self.order = order
        self.calls: list[dict[str, Any]] = []
        self._connection = connection
        self._dice = random.Random(order.seed)  # noqa: S311 - a mix, not a secret
        self._more = 0
        self._ways: dict[str, Callable[[], dict[str, Any]]] = {
            "set_limit": self._limit, "set_approval_rule": self._rule, "set_approval_terms": self._terms,
            "set_allowance": self._allowance, "enable_operator": self._enable,
            "set_operator_groups": self._groups, "create_operator": self._create,
            "set_operator_password": self._password, "own request": self._own, "end_dual_control": self._end,
            "transfer": self._transfer, "grant_credit": self._grant, "post_batch": self._batch,
            "capture": self._capture,
        }  # fmt: skip

    def one(self) -> None:
        """Try one thing."""
        way = self._dice.choice([*self._ways])
        before = self._head()
        try:
            found = self._ways[way]()
        except psycopg.Error as error:
            found = {"status": "error", "code": error.sqlstate}
        self.calls.append({
            "way": way, "status": found["status"], "code": found.get("code"), "amount": found.get("moved", 0),
            "before": before, "after": self._head(),
        })  # fmt: skip

    def _head(self) -> int:
        row = self._connection.execute("SELECT h.id FROM ledger.audit_head h").fetchone()
        assert row is not None
        return int(row[0])

    def _write(self, function: Any, *values: object) -> dict[str, Any]:
        return write(self._connection, function, *values)

    def _higher(self) -> int:
        """Return more than ever before."""
        self._more += 1
        return self._more

    def _limit(self) -> dict[str, Any]:
        most = LIMIT + self._higher()
        return self._write("set_limit", self.order.capped, "*", CURRENCY, most, 10 * most, REASON)

    def _rule(self) -> dict[str, Any]:
        kind, amount = RULED
        return self._write("set_approval_rule", kind, CURRENCY, amount, self._dice.choice([1, 2]), REASON)

    def _terms(self) -> dict[str, Any]:
        return self._write("set_approval_terms", CURRENCY, TYPED_FROM + self._higher(), 14, REASON)

    def _allowance(self) -> dict[str, Any]:
        most = self._higher()
        return self._write("set_allowance", self.order.capped, "grant_credit", CURRENCY, most, most, REASON)

    def _enable(self) -> dict[str, Any]:
        verb = self._dice.choice(["enable_operator", "enable_operator", "disable_operator"])
        return self._write(verb, self.order.shut, REASON)

    def _groups(self) -> dict[str, Any]:
        return self._write("set_operator_groups", self.order.moved, self._dice.choice(ROLES), REASON)

    def _create(self) -> dict[str, Any]:
        if not self.order.names:
            return {"status": "skipped"}
        name = self.order.names[0]
        found = self._write("create_operator", name, "Hired", ["ledger_admin"], None, REASON, DIGEST)
        if found["status"] == "created":
            self.order.names.pop(0)
        return found

    def _password(self) -> dict[str, Any]:
        return self._write("set_operator_password", self.order.keyed, None, REASON, DIGEST)

    def _own(self) -> dict[str, Any]:
        """Ask for the end of dual control, and try to be one's own checker."""
        wanted = Jsonb({"on": False, "reason": REASON})
        asked = self._write("submit_request", "set_dual_control", wanted, REASON)
        if asked["status"] == "refused":
            return asked
        found = self._write("approve_request", asked["request"], bytes.fromhex(asked["content"]))
        return self._write("execute_request", asked["request"]) if found["status"] == "refused" else found

    def _end(self) -> dict[str, Any]:
        return self._write("end_dual_control", REASON)

    def _part(self) -> int:
        """Return what is below the tier; now and then so little that it fills what is left."""
        return self._dice.choice([1, 20, 60, 120, TIER - 1])

    def _moved(self, amount: int, found: dict[str, Any]) -> dict[str, Any]:
        return {**found, "moved": 0 if found["status"] == "refused" else amount}

    def _transfer(self) -> dict[str, Any]:
        amount = self._part()
        return self._moved(amount, self._write("transfer", "alice", "bob", CURRENCY, amount))

    def _grant(self) -> dict[str, Any]:
        amount = self._part()
        return self._moved(amount, self._write("grant_credit", "bob", CURRENCY, amount, "promo", None))

    def _batch(self) -> dict[str, Any]:
        amount = self._part()
        batch = create_batch(self._connection, [Line(1, "alice", "bob", amount, f"{uuid4()}")])
        return self._moved(amount, self._write("post_batch", batch, content_hash(self._connection, batch)))

    def _capture(self) -> dict[str, Any]:
        amount, hold = self._part(), f"{uuid4()}"
        self._write("reserve", "alice", CURRENCY, amount, hold, soon(1))
        return self._moved(amount, self._write("capture", hold))


def main() -> None:
    """Attack from the first order to the second, and answer with all that was tried."""
    with child() as (text,):
        order = Order(**json.loads(text))
        with connected(order.url) as connection:
            attacker = Attacker(order, connection)
            told = orders()
            next(told)
            stop = threading.Event()

            def wait() -> None:
                next(told, None)
                stop.set()

            threading.Thread(target=wait, daemon=True).start()
            while not stop.is_set():
                attacker.one()
        say(calls=attacker.calls)


if __name__ == "__main__":
    main()
