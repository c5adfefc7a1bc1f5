"""Sets a password by a code on a pool thread, and signs in with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr
from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from console.settings import Paths, Settings
    from console.workspace.identity import Identity
    from ui.kit.worker import Worker
    from ui.start.start_window import StartWindow


class Redeeming(QObject):
    """Leads from the sign-in to the form for a code and back; `redeemed` carries who signs in, and with what.

    asked: which ledger it is now, by its settings and folders, where it is in words, and what it is called.
    """

    redeemed = Signal(str, str)

    def __init__(
        self,
        start: StartWindow,
        worker: Worker,
        asked: Callable[[], tuple[Settings, Paths, str, Identity | None]],
    ) -> None:
        super().__init__()
        self._start = start
        self._worker = worker
        self._asked = asked
        start.sign_in.code_wanted.connect(self._ask)
        start.code.left.connect(self._leave)
        start.code.submitted.connect(self._try)

    def _ask(self) -> None:
        _settings, _paths, place, identity = self._asked()
        self._start.code.ask(place, self._start.sign_in.operator.text().strip(), identity=identity)
        self._start.setCurrentWidget(self._start.code)

    def _leave(self) -> None:
        self._start.code.forget()
        self._start.setCurrentWidget(self._start.sign_in)

    def _try(self, operator: str, code: str, password: str) -> None:
        settings, paths, _place, _identity = self._asked()

        def work(cancel: Cancellation) -> None:
            # The database's libraries take a second to load; the window is there meanwhile.
            from console.ledger.operators.codes import normal_code  # noqa: PLC0415 - see above
            from console.workspace.workspace import redeem_code  # noqa: PLC0415 - see above

            redeem_code(settings, paths, operator, normal_code(code), SecretStr(password), cancel=cancel)

        def done(_set: None) -> None:
            page = self._start.sign_in
            page.operator.setText(operator)
            page.password.clear()
            self._leave()
            self.redeemed.emit(operator, password)

        self._worker.run(work, done=done, failed=self._refuse, owner=self, replaces="redeem")

    def _refuse(self, error: ConsoleError) -> None:
        self._start.code.refuse(str(error))
