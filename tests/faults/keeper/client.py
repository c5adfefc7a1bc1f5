"""A process that keeps the ledger: a keeper alone, or an open console, which works at the same time.

python -m tests.faults.keeper.client ORDER     (JSON, of the bank under fire; without weights: a keeper alone)
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Final

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from typing_extensions import override

from console.ledger.jobs.keeper import Keeper
from console.ledger.jobs.states import Job
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings
from console.writes.ledger import Ledger
from tests.faults.fire.client import Order, die_with, follow

# By themselves they are due minutes after a posting; a run of a minute is to have them too.
_EARLY: Final = (Job.SWEEP, Job.SEAL, Job.CHECKPOINT, Job.FIGURES)
_AT_ONCE: Final = 0.9
# As a window that is closed does; who is killed leaves the others to wait for 20 s.
_LEAVING: Final = 0.1
# A job is done in milliseconds, and most kills would come between two.
_LINGERING: Final = 0.3
_LINGER_S: Final = 0.2


class EagerKeeper(Keeper):
    """Runs also what is not due, looks again more often than every few seconds, and leaves now and then."""

    def __init__(self, ledger: Ledger, dice: random.Random) -> None:
        super().__init__(ledger)
        self._dice = dice

    @override
    def look(self) -> bool:
        more = super().look()
        if self._token is not None:
            more = self._run(self._dice.choice(_EARLY), self._token) or more
        if self._dice.random() < _LEAVING:
            self._leave()
        return more or self._dice.random() < _AT_ONCE


def _linger(dice: random.Random) -> None:
    """Let transactions be open for a moment before they are committed."""

    def wait(_session: Session) -> None:
        if dice.random() < _LINGERING:
            time.sleep(dice.uniform(0, _LINGER_S))

    event.listen(Session, "before_commit", wait)


def _end_with(failed: threading.ExceptHookArgs) -> None:
    """End the process with a keeper that ended by an error, so that it is seen."""
    threading.__excepthook__(failed)
    sys.stderr.flush()
    os._exit(1)


def _wait(seconds: float) -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait(seconds)


def main() -> None:
    """Keep until SIGTERM comes or the time is over."""
    order = Order.parse(sys.argv[1])
    die_with(order.parent)
    threading.excepthook = _end_with
    dice = random.Random(order.seed)  # noqa: S311 - moments, not secrets
    _linger(dice)
    url = make_url(order.url).set(drivername="postgresql+psycopg")
    database = Database(url.render_as_string(hide_password=False), Recorder(), Settings.model_construct())
    keeper = EagerKeeper(Ledger(database), dice)
    keeper.start()
    if order.weights:
        follow(order)
    else:
        Path(order.outbox).touch()
        _wait(order.seconds)
    keeper.stop()
    database.close()


if __name__ == "__main__":
    main()
