"""An operator in a process of its own, who does what they are told by the console's own functions.

python -m tests.models.approvals.races.checker URL PARENT
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.errors import ConsoleError
from console.errors.refusals import OperationRefusedError
from console.ledger.approvals import commands
from console.ledger.transactions.transfer import Transfer
from console.writes.ledger import Ledger
from console.writes.operation import Operation
from tests.cluster import CURRENCY
from tests.faults.tamper.found import opened
from tests.models.approvals.races.process import child, orders, say
from tests.models.writes import REASON

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDS: Final = {"reject": commands.reject, "send_back": commands.send_back, "withdraw": commands.withdraw}


@dataclass(frozen=True, slots=True)
class DualControl:
    """Dual control turned on or off."""

    on: bool

    @property
    def operation(self) -> Operation:
        """How the ledger is asked for it."""
        return Operation("control.set", "set_dual_control", {"on": self.on, "reason": REASON})


def decide(ledger: Ledger, order: Mapping[str, Any]) -> dict[str, Any]:
    """Do one thing; the answer has how it stands, or the code and the words of why not."""
    verb, request = order["verb"], order.get("request", 0)
    if verb == "submit":
        wanted = Transfer("alice", "bob", CURRENCY, order["amount"])
        return {"request": commands.submit(ledger, wanted, reason=REASON).request}
    if verb == "submit_control":
        asked = commands.submit(ledger, DualControl(on=order["on"]), reason=REASON)
        return {"request": asked.request, "content": asked.content.hex()}
    if verb == "approve":
        approval = commands.approve(ledger, request, bytes.fromhex(order["content"]))
        return {"status": "approved" if approval.enough else "pending"}
    if verb == "execute":
        return {"status": "executed", "transaction": commands.execute(ledger, request).transaction}
    return {"status": _ENDS[verb](ledger, request, reason=REASON).status}


def main() -> None:
    """Follow orders until there are none."""
    with child() as (url,), opened(url) as database:
        database.session_facts()
        ledger = Ledger(database)
        for order in orders():
            began = time.monotonic()
            try:
                answer = decide(ledger, order)
            except OperationRefusedError as error:
                answer = {"status": "refused", "code": error.code, "words": str(error)}
            except ConsoleError as error:
                answer = {"status": "error", "words": f"{type(error).__name__}: {error}"}
            say(**answer, began=began, ended=time.monotonic())


if __name__ == "__main__":
    main()
