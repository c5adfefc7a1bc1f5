"""Hears the ledger's hints that something happened; what it was, whoever hears one asks the ledger."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from psycopg import Error as DriverError

from console.errors import ConsoleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database

logger = logging.getLogger(__name__)

CHANNEL: Final = "ledger_hint"
_SLICE_S: Final = 0.5
# An echo takes a millisecond; a pooler that shares sessions between transactions never brings one.
_ECHO_S: Final = 2.0
_FIRST_PAUSE_S: Final = 2.0
_LAST_PAUSE_S: Final = 60.0


class HintListener:
    """Listens on a connection and a thread of its own; `heard` is called on that thread, with nothing.

    Anybody who may connect can send a hint, with any words: none of them is looked at. is_heard tells whether
    hints pass at all: behind a pooler they may not, and whoever wants to know must ask by itself more often.
    """

    def __init__(self, database: Database, heard: Callable[[], None]) -> None:
        self._database = database
        self._heard = heard
        self._stopped = threading.Event()
        self._is_heard = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hints", daemon=True)

    @property
    def is_heard(self) -> bool:
        """Whether a hint of its own came back on this connection."""
        return self._is_heard.is_set()

    def start(self) -> None:
        """Begin to listen; not behind a pooler, which would lose it."""
        if not self._database.settings.pooled:
            self._thread.start()

    def stop(self) -> None:
        """End within half a second; `join` waits for that."""
        self._stopped.set()

    def join(self) -> None:
        """Wait until the connection is given back."""
        if self._thread.is_alive():
            self._thread.join(4 * _SLICE_S)

    def _run(self) -> None:
        pause = _FIRST_PAUSE_S
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                self._listen()
            except (ConsoleError, DriverError, OSError) as error:
                logger.info("hints are not heard: %s", error)
            self._is_heard.clear()
            # A connection that held for a while was a good one.
            pause = (
                _FIRST_PAUSE_S if time.monotonic() - began > _LAST_PAUSE_S else min(2 * pause, _LAST_PAUSE_S)
            )
            self._stopped.wait(pause)

    def _listen(self) -> None:
        with self._database.own_connection() as connection:
            connection.execute(f"LISTEN {CHANNEL}".encode())
            echo = str(uuid4())
            connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, echo])
            until = time.monotonic() + _ECHO_S
            # What happened before it listened nobody told it.
            self._heard()
            while not self._stopped.is_set():
                for notice in connection.notifies(timeout=_SLICE_S, stop_after=1):
                    if notice.payload == echo:
                        self._is_heard.set()
                    else:
                        self._heard()
                if not self.is_heard and time.monotonic() > until:
                    logger.info("hints do not pass: a pooler is between")
                    self._stopped.wait()
