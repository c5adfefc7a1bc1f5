"""What an administrator does about an operator: each is a dialog, a reason and one key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from console.errors import UsageError
from console.files.text import shown
from console.ledger.approvals.commands import submit
from console.ledger.operators import commands, orders
from console.ledger.operators.codes import digest_of, new_code
from console.ledger.operators.left_open import left_open
from console.ledger.operators.page import DISABLED
from console.server.commands import terminate_sessions
from console.server.sessions import sessions
from ui.acts.deeds.deed import Control, Deed, DeedDialog, controlled, open_deed
from ui.screens.control.operators.code_dialog import open_code
from ui.screens.control.operators.forms import HowPassword, LeftFacts, NewOperator, OtherRoles
from ui.screens.control.operators.words import code_words, left_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from PySide6.QtWidgets import QWidget

    from console.ledger.operators.commands import Disabled
    from console.ledger.operators.left_open import LeftOpen
    from console.ledger.operators.orders import CodeOrder
    from console.ledger.operators.page import OperatorRow
    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger
    from console.writes.operation import Operation
    from ui.acts.deeds.deed import Call, DeedForm, Order
    from ui.context import Context

_NOT_SEEN: Final = (
    "The server does not tell you since when these sessions are there, without which another could be hit: "
    "your role is not in pg_monitor. Disabling the operator ends all of them."
)


@dataclass(frozen=True, slots=True)
class Given:
    """A code that somebody was given; until is None where the ledger did not tell it.

    request: that another administrator decides on before the code is good; None when it is.
    """

    name: str
    code: str
    until: datetime | None
    request: int | None = None


class Deeds:
    """Opens the dialogs over a page; `then` follows what was done."""

    def __init__(self, context: Context, page: QWidget, *, then: Callable[[], None]) -> None:
        self._context = context
        self._page = page
        self._then = then

    def add(self, others: Sequence[OperatorRow]) -> DeedDialog:
        """Make an operator."""
        form = NewOperator(others)
        ledger = self._context.ledger

        def order(reason: str) -> Order:
            name, password = form.name.text().strip(), form.passwords.password
            roles, called = form.roles.roles, form.display_name.text().strip()
            if password is None:
                return _coded(
                    ledger, reason, lambda digest: orders.NewOperator(name, called, roles, digest, reason)
                )
            return _sent_once(
                ledger,
                lambda: commands.adding(ledger, name, password, roles, reason=reason, display_name=called),
            )

        def said(given: Given | None) -> str:
            name, roles = form.name.text().strip(), ", ".join(form.roles.roles)
            if given is not None and given.request is not None:
                return _submitted_words(given.request)
            when = "" if given is None else ", once they have set their password by the code"
            return f"{name} may sign in as {roles}{when}."

        words = "The server is sent a digest of the code, or the password's SCRAM verifier, and nothing else."
        deed = Deed("Add an operator", words, "Add", "Adding", order, said)
        return self._open_giving(deed, form, form.passwords)

    def set_password(self, row: OperatorRow) -> DeedDialog:
        """Give an operator a code in place of the password, or another password."""
        form, ledger, name = HowPassword(), self._context.ledger, row.name

        def order(reason: str) -> Order:
            password = form.password
            if password is None:
                return _coded(ledger, reason, lambda digest: orders.NewCode(name, digest, reason))
            return _sent_once(ledger, lambda: commands.new_password(ledger, name, password, reason=reason))

        def said(given: Given | None) -> str:
            if given is None:
                return f"{name} has a new password."
            if given.request is not None:
                return _submitted_words(given.request)
            return f"{name} has a code, and no password until it is set by it."

        words = "The password before it ends at once; sessions that are open go on."
        deed = Deed(f"Set the password of {shown(name)}", words, "Set password", "Setting", order, said)
        return self._open_giving(deed, form, form)

    def change_roles(self, row: OperatorRow) -> DeedDialog:
        """Give an operator other roles than they have."""
        form, ledger, name = OtherRoles(row), self._context.ledger, row.name

        def order(reason: str) -> Order:
            wanted = orders.Roles(name, form.roles, reason)
            return controlled(
                ledger, wanted, reason,
                lambda key, cancel: orders.change_roles(ledger, wanted, key=key, cancel=cancel),
            )  # fmt: skip

        words = "They hold at once, in open sessions too; a window shows them from the next sign-in on."
        deed = Deed(
            f"Change the roles of {shown(name)}", words, "Change roles", "Changing", order,
            lambda done: _changed_words(name, done),
        )  # fmt: skip
        return self._open(deed, form)

    def disable(self, row: OperatorRow) -> DeedDialog:
        """Take an operator's rights and way in; what they leave open is told first."""
        form, ledger, name = LeftFacts(), self._context.ledger, row.name

        def order(reason: str) -> Call:
            return lambda key, cancel: commands.disable_operator(
                ledger, name, reason=reason, key=key, cancel=cancel
            )

        words = (
            "Their rights end at once, in open sessions too, which are ended. What they left open stays as "
            "it is: others reject, take over or carry it out."
        )
        deed = Deed(
            f"Disable {shown(name)}", words, "Disable", "Disabling", order,
            lambda done: _disabled_words(name, done), danger=True,
        )  # fmt: skip
        dialog = self._open(deed, form)
        database, formats = self._context.database, self._context.formats

        def show(found: LeftOpen) -> None:
            form.tell(left_lines(found, formats))
            dialog.fit()

        self._context.worker.run(
            lambda cancel: left_open(database, name, cancel=cancel),
            done=show, failed=lambda error: form.tell(f"Not read: {error}"), owner=form,
        )  # fmt: skip
        return dialog

    def enable(self, row: OperatorRow) -> DeedDialog:
        """Give a disabled operator back what was taken."""
        ledger, name = self._context.ledger, row.name

        def order(reason: str) -> Order:
            return controlled(ledger, orders.Enabled(name, reason), reason)

        words = (
            f"They get their roles back: {', '.join(row.groups) or 'none'}. Their password is the one before."
        )
        deed = Deed(
            f"Enable {shown(name)}", words, "Enable", "Enabling", order,
            lambda _done: f"{name} may sign in again.",
        )  # fmt: skip
        return self._open(deed)

    def unlock(self, row: OperatorRow) -> DeedDialog:
        """End the lock of too many wrong passwords."""
        ledger, name = self._context.ledger, row.name

        def order(reason: str) -> Call:
            return lambda key, cancel: commands.unlock_operator(
                ledger, name, reason=reason, key=key, cancel=cancel
            )

        words = "Wrong passwords are counted anew. Ask them first whether it was they who tried."
        deed = Deed(
            f"Unlock {shown(name)}", words, "Unlock", "Unlocking", order,
            lambda _done: f"{name} may try again.",
        )  # fmt: skip
        return self._open(deed)

    def end_sessions(self, row: OperatorRow) -> DeedDialog:
        """End what sessions an operator has; one that is active may sign in again."""
        context, name = self._context, row.name
        again = row.status != DISABLED

        def order(reason: str) -> Call:
            if not again:
                return lambda key, cancel: (
                    commands.disable_operator(
                        context.ledger, name, reason=reason, key=key, cancel=cancel
                    ).ended
                )
            return lambda key, cancel: _end_all(context, name, reason, key, cancel)

        words = "The server closes them; what they have not committed is rolled back." + (
            " They may sign in again: to keep them out, disable them." if again else ""
        )
        formats = context.formats
        deed = Deed(
            f"End the sessions of {shown(name)}", words, "End sessions", "Ending", order,
            lambda ended: f"{formats.count(ended, 'session')} of {name} told to end.", danger=True,
        )  # fmt: skip
        return self._open(deed)

    def _open_giving(self, deed: Deed, form: DeedForm, how: HowPassword) -> DeedDialog:
        """Open a deed that may come to a code, which is shown when it is done."""
        came: list[Given] = []

        def said(given: Given | None) -> str:
            came.extend([] if given is None else [given])
            return deed.said(given)

        def show(_words: str) -> None:
            for one in came:
                words = code_words(one.name, one.until, self._context.formats, one.request)
                open_code(self._context.theme, one.name, one.code, words, self._page)

        dialog = self._open(replace(deed, said=said), form)
        how.now.toggled.connect(lambda _now: dialog.fit())
        dialog.ended.connect(show)
        return dialog

    def _open(self, deed: Deed, form: Any = None) -> DeedDialog:
        return open_deed(self._context, deed, self._page, form, then=self._then)


def _sent_once(ledger: Ledger, make: Callable[[], Operation]) -> Call:
    """Return a call that sends the same operation however often: a password's verifier is drawn once."""
    made: list[Operation] = []

    def call(key: UUID, cancel: Cancellation) -> None:
        if not made:
            made.append(make())
        commands.carry_out(ledger, made[0], key, cancel=cancel)

    return call


def _coded(ledger: Ledger, reason: str, order: Callable[[bytes], CodeOrder]) -> Control:
    """Return calls that give one code, or ask for it, however often they are sent, and return it."""
    code = new_code()
    ordered = order(digest_of(code))

    def call(key: UUID, cancel: Cancellation) -> Given:
        return Given(ordered.name, code, orders.give_code(ledger, ordered, key=key, cancel=cancel))

    def ask(key: UUID, cancel: Cancellation) -> Given:
        asked = submit(ledger, ordered, reason=reason, key=key, cancel=cancel)
        return Given(ordered.name, code, None, asked.request)

    return Control(call, ask)


def _submitted_words(request: int) -> str:
    return f"Submitted as request {request}: another administrator decides on it."


def _changed_words(name: str, done: orders.Changed) -> str:
    words = f"{name} has {', '.join(done.now)}; before: {', '.join(done.before) or 'none'}."
    return f"{words} {_kept_words(name, done.kept)}" if done.kept else words


def _kept_words(name: str, kept: Sequence[str]) -> str:
    return (
        f"{name} still has {', '.join(kept)}, granted by hand; who granted that must revoke it: "
        f"REVOKE ledger_{kept[0]} FROM {name}"
    )


def _end_all(context: Context, name: str, reason: str, key: UUID, cancel: Cancellation) -> int:
    seen = [one for one in sessions(context.database, cancel=cancel).sessions if one.operator == name]
    if any(one.started_at is None for one in seen):
        raise UsageError(_NOT_SEEN)
    chosen = [(one.pid, one.started_at) for one in seen if one.started_at is not None and not one.own]
    return len(terminate_sessions(context.ledger, chosen, reason=reason, key=key, cancel=cancel))


def _disabled_words(name: str, done: Disabled) -> str:
    parts = [f"{name} is disabled. Sessions ended: {done.ended:,}."]
    if done.kept:
        parts.append(_kept_words(name, done.kept))
    if done.left is None:
        parts.append(f"Open sessions can write nothing, but are not ended. {done.why}")
    elif done.left:
        parts.append(f"{done.left:,} have not ended yet; end them again.")
    return " ".join(parts)
