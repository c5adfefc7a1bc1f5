"""What free text in the palette leads to: only what the ledger has of that name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from console.files.text import party
from console.ledger.search.everything import PLURALS, Answer, Kind, everything, nothing_found
from ui.kit.commands import Match
from ui.kit.formats import DOT
from ui.routes import (
    OpenAccount,
    OpenAmount,
    OpenBatch,
    OpenCredit,
    OpenHold,
    OpenReference,
    OpenRequest,
    OpenSessions,
    OpenTransaction,
    OpenUserTransactions,
)

if TYPE_CHECKING:
    from console.errors import ConsoleError
    from console.ledger.search.everything import Found
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.routes import Route

DEBOUNCE_MS = 300

# Nothing in the window shows an operator but the sessions.
_LOOKED = {**PLURALS, Kind.OPERATOR: "operators at work"}


class Search(QObject):
    """Asks the database what a text names, once the operator has paused; each question cancels the last.

    `found` carries the text, its matches, and the line to end with: what there is more of, or that there
    is nothing; `failed` the text and why nobody knows.
    """

    found = Signal(str, object, str)
    failed = Signal(str, str)

    def __init__(self, context: Context) -> None:
        super().__init__(context.commands)
        self._context = context
        self._text = ""
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._pause.timeout.connect(self._ask)

    def look_for(self, text: str, *, now: bool = False) -> None:
        """Look for a text after a pause, or at once; an empty text looks for nothing any more."""
        self._text = text
        self._pause.stop()
        self._context.worker.drop(self)
        if text and now:
            self._ask()
        elif text:
            self._pause.start()

    def _ask(self) -> None:
        database, text = self._context.database, self._text
        currencies, read = self._context.session.currencies, self._context.formats.parse
        operators = self._context.session.rights.reads_operators

        def work(cancel: Cancellation) -> Answer:
            return everything(
                database, text, currencies, operators=operators, read_amount=read, cancel=cancel
            )

        def fail(error: ConsoleError) -> None:
            self.failed.emit(text, str(error))

        self._context.worker.run(
            work, done=partial(self._take, text), failed=fail, owner=self, replaces="named"
        )

    def _take(self, text: str, answer: Answer) -> None:
        order = answer.looked.index
        found = sorted(answer.found, key=lambda one: order(one.kind))
        lines = [line for one in found for line in self._matches(one, text)]
        self.found.emit(text, lines, _more(answer) if lines else _nothing(answer))

    def _matches(self, one: Found, text: str) -> list[Match]:
        """Return the lines of one thing; what it is stands before the details unless the title says it."""
        formats, matches = self._context.formats, []
        for title, route in _places(one, text, formats):
            kind = "" if title.casefold().startswith(one.kind.value) else one.kind.value
            detail = DOT.join(fact for fact in (kind, *_details(one, text, formats)) if fact)
            matches.append(Match(title, detail, "", "", partial(self._context.navigator.go, route)))
        return matches


def _more(answer: Answer) -> str:
    """Return the line that says of what there is more than is shown, empty when that is all."""
    more = [PLURALS[kind] for kind in answer.looked if kind in answer.more]
    return f"There are more {' and '.join(more)}" if more else ""


def _nothing(answer: Answer) -> str:
    """Return the line for when nothing fits, which says what was looked through."""
    if answer.looked:
        return nothing_found(["commands", *(_LOOKED[kind] for kind in answer.looked)])
    return answer.refusal or "Nothing found in commands; no name in the ledger has such characters"


def _places(one: Found, text: str, formats: Formats) -> list[tuple[str, Route]]:
    """Return the title and the place of each line about one thing."""
    if one.kind is Kind.ACCOUNT:
        return _account(one)
    if one.kind is Kind.OPERATOR:
        return [(f"Sessions of operator {one.name}", OpenSessions(one.name))] if one.sessions else []
    return _amount(one, formats) if one.kind is Kind.AMOUNT else [_place(one, text)]


def _place(one: Found, text: str) -> tuple[str, Route]:
    number, code = one.number or 0, "" if one.currency is None else one.currency.code
    match one.kind:
        case Kind.TRANSACTION if not _by_id(one, text):
            return f"Transaction with reference {one.name}", OpenReference(one.name)
        case Kind.TRANSACTION:
            return f"Transaction {number}", OpenTransaction(number)
        case Kind.BATCH:
            return f"Batch {number}", OpenBatch(number)
        case Kind.REQUEST:
            return f"Request {number}", OpenRequest(number)
        case Kind.HOLD:
            return f"Hold {one.name} of {one.account}", OpenHold(one.account, code, one.name)
    return f"Credit {number} of {one.account}", OpenCredit(one.account, code, number, one.name)


def _by_id(one: Found, text: str) -> bool:
    """Whether a transaction is called by its id: it was asked for by it, or has no reference."""
    return not one.name or text.removeprefix("#") == str(one.number)


def _account(one: Found) -> list[tuple[str, Route]]:
    """Return what there is of an account: of one that was written out, each place that shows it."""
    listed = (f"Transactions of {one.name}", OpenUserTransactions(one.name))
    if one.name.startswith("@"):
        return [listed]
    page = (f"Account {one.name}", OpenAccount(one.name))
    return [page, listed] if one.exact else [page]


def _amount(one: Found, formats: Formats) -> list[tuple[str, Route]]:
    if one.amount is None or one.currency is None:
        return []
    count = f"{formats.integer(one.times or 0)}{' or more' if one.uncounted else ''}"
    noun = "transaction" if one.times == 1 and not one.uncounted else "transactions"
    title = f"{count} {noun} of {formats.money(one.amount, one.currency)}"
    return [(title, OpenAmount(one.amount, one.currency.code))]


def _details(one: Found, text: str, formats: Formats) -> list[str]:
    """Return what tells one thing from others of its kind and is not in its title; some may be empty."""
    named = one.kind in {Kind.BATCH, Kind.REQUEST, Kind.CREDIT} or (
        one.kind is Kind.TRANSACTION and _by_id(one, text)
    )
    found = [one.name if named else "", one.note]
    if one.amount is not None and one.currency is not None and one.kind is not Kind.AMOUNT:
        found.append(formats.money(one.amount, one.currency))
    if one.kind is Kind.TRANSACTION:
        found.append(f"{party(one.account)} to {party(one.other)}")
    return found
