"""A process with an outbox of its own making: it pays and is killed, or writes many entries and leaves some.

python -m tests.console.writes.outbox_client pay URL OUTBOX KEY [die]
python -m tests.console.writes.outbox_client write OUTBOX COUNT
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from uuid import UUID, uuid4

from console.writes.ledger import Ledger
from console.writes.outbox import Outbox
from tests.console.waiting_room import opened, payment

LEFT_OF = 10


def pay(url: str, path: str, key: str, *, dies_after_commit: bool) -> None:
    """Pay through an outbox; die between the server's answer and the outbox hearing of it."""
    with opened(url) as database:
        ledger = Ledger(database, Outbox(Path(path), profile="test", operator="t_operator"))
        if dies_after_commit:
            database.recorder.on_action(lambda _cost: os.kill(os.getpid(), signal.SIGKILL))
        ledger.perform(payment(), key=UUID(key))


def write(path: str, count: int) -> None:
    """Note many operations; one of ten stays in doubt."""
    outbox = Outbox(Path(path), profile="test", operator="t_operator")
    for number in range(count):
        entry, _ = outbox.note(uuid4(), payment(number))
        outbox.done(entry, known=number % LEFT_OF != 0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["pay", url, path, key, *dies]:
            pay(url, path, key, dies_after_commit=bool(dies))
        case ["write", path, count]:
            write(path, int(count))
        case other:
            raise SystemExit(f"not understood: {other}")
