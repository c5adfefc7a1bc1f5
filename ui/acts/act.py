"""What an act is: what is filled in for it, who may do it or ask for it, and the order it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from console.ledger.approvals.commands import Order
    from console.ledger.operators.rights import Rights
    from console.money import Currency
    from models.account import AccountStatus


class Entry(StrEnum):
    """How one thing is filled in."""

    ACCOUNT = "account"
    AMOUNT = "amount"
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    EXPIRY = "expiry"
    HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Blank:
    """One thing to be filled in.

    filled: which of a Subject's facts stands in it at first. optional: whether it may stay empty. choices:
    of a CHOICE, each value with its words, the first chosen at first.
    """

    key: str
    title: str
    entry: Entry = Entry.TEXT
    filled: str = ""
    optional: bool = False
    placeholder: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """One hold as it was read: of whom, of how much in minor units, and who set it aside.

    ended: why nothing can be done with it any more, such as `it was released`; empty while it is active.
    """

    reference: str
    username: str
    amount: int
    currency: Currency
    created_by: str
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a form is opened on: an account in one of its currencies, a transaction, holds, or nothing yet.

    left: of a transaction, what can still be given back, in minor units; None where nobody knows. fixed: why
    it cannot be reversed, whoever asks. taking: of a hold, what is to be captured; None for all of it. ends:
    the last day that is proposed for an end.
    """

    username: str = ""
    currency: Currency | None = None
    status: AccountStatus | None = None
    transaction: int | None = None
    left: int | None = None
    fixed: str = ""
    holds: tuple[Held, ...] = ()
    taking: int | None = None
    ends: date | None = None


def reversal_of(
    transaction: int, left: int, currency: Currency, *, reverses: int | None, username: str = ""
) -> Subject:
    """Return a transaction of which so many minor units are left to be given back.

    reverses: what it gives back itself. username: on whose account's page it was chosen, if on one.
    """
    fixed = "it is a reversal itself" if reverses is not None else "" if left else "nothing is left of it"
    return Subject(username, currency, transaction=transaction, left=left, fixed=fixed)


@runtime_checkable
class ActsOn(Protocol):
    """A screen that shows what acts can be done on."""

    @property
    def acts_on(self) -> Subject:
        """What is shown now."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a form was filled in with: amounts in minor units of `currency`, an expiry as a moment."""

    filled: Mapping[str, str | int | datetime | tuple[str, ...] | None]
    currency: Currency
    reason: str
    ticket: str = ""

    def text(self, key: str) -> str:
        """Return a text; empty where none was given."""
        return str(self.filled[key] or "")

    def minor(self, key: str) -> int:
        """Return an amount that must be there, or a number."""
        value = self.filled[key]
        if not isinstance(value, int):
            raise TypeError(f"{key} holds no number")
        return value

    def maybe_minor(self, key: str) -> int | None:
        """Return an amount that may be left out."""
        return None if self.filled[key] is None else self.minor(key)

    def moment(self, key: str) -> datetime | None:
        """Return when something ends; None for never."""
        value = self.filled[key]
        if isinstance(value, str | int | tuple):
            raise TypeError(f"{key} holds no moment")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """Return names, one or many."""
        value = self.filled[key]
        if not isinstance(value, tuple):
            raise TypeError(f"{key} holds no names")
        return value


class Way(Enum):
    """What an operator can do about an act: do it, ask others for it, or neither."""

    DO = "do"
    ASK = "ask"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Act:
    """One act.

    deed: what its button says, with the names of its blanks in braces. said: the same once it is done, as the
    beginning of a sentence. noun: what is asked for. busy: what is under way meanwhile. key: the letter that
    opens it on a page. why: what the obligatory text is called; example: what it is like; wanted: what is
    said while it is missing. support: whether support does it too. asked: whether support may ask for it
    where it does not. opens: whether it opens an account, in a currency.
    unfit: why it makes no sense on a subject. follows: what else comes of it, as a sentence. tells: of what
    is done to many at once, lines on what it comes to, from the ledger's outcome; a `{credits}` in deed and
    said is how many it was.
    """

    id: str
    title: str
    noun: str
    blanks: tuple[Blank, ...]
    order: Callable[[Values], Order]
    deed: str
    said: str
    busy: str
    key: str = ""
    why: str = "Reason, for the audit"
    example: str = "why this is right, for whoever reads it later"
    wanted: str = "give a reason"
    support: bool = False
    asked: bool = False
    opens: bool = False
    danger: bool = False
    unfit: Callable[[Subject], str] = lambda _subject: ""
    follows: Callable[[Subject], str] = lambda _subject: ""
    tells: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda _outcome: ()

    @property
    def has_currency(self) -> bool:
        """Whether a currency belongs to it."""
        return self.opens or any(blank.entry is Entry.AMOUNT for blank in self.blanks)

    def way(self, rights: Rights) -> Way:
        """Return what an operator of these rights can do about it; the server decides anew."""
        if rights.operates or (self.support and rights.has("support")):
            return Way.DO
        return Way.ASK if self.asked and rights.has("support") else Way.NONE

    def refusal(self, rights: Rights, subject: Subject) -> str:
        """Say why its form cannot be opened; empty when it can."""
        if self.way(rights) is Way.NONE:
            return "needs role support or operator" if self.support else "needs role operator"
        return rights.no_writing() or self.unfit(subject)

    def offer(self, rights: Rights) -> str:
        """Return what leads to its form: `Transfer…`, or `Ask for a transfer…`."""
        words = f"Ask for {self.noun}" if self.way(rights) is Way.ASK else self.title
        return f"{words}\N{HORIZONTAL ELLIPSIS}"
