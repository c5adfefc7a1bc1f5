"""Every act that the window has a form for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.ledger.accounts.commands import Open, OverdraftLimit, SetMetadata, SetStatus
from console.ledger.accounts.notes import AddNote
from console.ledger.credits.commands import Grant
from console.ledger.holds.commands import Reserve
from console.ledger.transactions.reversal import Reversal
from console.ledger.transactions.transfer import Transfer
from models.account import AccountStatus
from ui.acts.act import Act, Blank, Entry
from ui.acts.holds import CAPTURE, EXTEND, RELEASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.approvals.commands import Order
    from ui.acts.act import Subject, Values

_BANK: Final = "@external"
_INTO, _OUT_OF = "into", "out of"
_ACCOUNT: Final = Blank("username", "Account", Entry.ACCOUNT, filled="username")
_AMOUNT: Final = Blank("amount", "Amount", Entry.AMOUNT)
_REFERENCE: Final = Blank("reference", "Reference", optional=True, placeholder="such as the bank's")
_EXPIRY: Final = Blank("expires_at", "Until", Entry.EXPIRY, optional=True)


def _moved(values: Values, payer: str, payee: str) -> Transfer:
    return Transfer(
        payer,
        payee,
        values.currency.code,
        values.minor("amount"),
        reference=values.text("reference") or None,
        reason=values.reason,
        ticket=values.ticket,
    )


def _transfer(values: Values) -> Order:
    return _moved(values, values.text("username"), values.text("payee"))


def _deposit(values: Values) -> Order:
    return _moved(values, _BANK, values.text("username"))


def _payout(values: Values) -> Order:
    return _moved(values, values.text("username"), _BANK)


def _adjustment(values: Values) -> Order:
    sides = values.text("system"), values.text("username")
    return _moved(values, *(sides if values.text("direction") == _INTO else reversed(sides)))


def _reversal(values: Values) -> Order:
    return Reversal(
        values.minor("transaction"), values.reason, values.maybe_minor("amount"), ticket=values.ticket
    )


def _grant(values: Values) -> Order:
    return Grant(
        values.text("username"),
        values.currency.code,
        values.minor("amount"),
        values.text("source"),
        values.moment("expires_at"),
        reason=values.reason,
        ticket=values.ticket,
    )


def _hold(values: Values) -> Order:
    return Reserve(
        values.text("username"),
        values.currency.code,
        values.minor("amount"),
        values.text("reference"),
        values.moment("expires_at"),
        description=values.reason,
        ticket=values.ticket,
    )


def _open(values: Values) -> Order:
    return Open(
        values.text("username"),
        values.currency.code,
        values.reason,
        display_name=values.text("display_name"),
        email=values.text("email") or None,
        ticket=values.ticket,
    )


def _status(status: AccountStatus) -> Callable[[Values], Order]:
    def order(values: Values) -> Order:
        return SetStatus(values.text("username"), status, values.reason, ticket=values.ticket)

    return order


def _overdraft(values: Values) -> Order:
    return OverdraftLimit(
        values.text("username"),
        values.currency.code,
        values.minor("limit"),
        values.reason,
        ticket=values.ticket,
    )


def _note(values: Values) -> Order:
    return AddNote(values.text("username"), values.reason, ticket=values.ticket)


def _metadata(values: Values) -> Order:
    metadata = {values.text("name"): values.text("value") or None}
    return SetMetadata(values.text("username"), metadata, values.reason, ticket=values.ticket)


def _closed(subject: Subject) -> str:
    return "the account is closed" if subject.status is AccountStatus.CLOSED else ""


def _customer(subject: Subject) -> str:
    """Say why an act that is a customer's alone makes no sense here."""
    if subject.username.startswith("@"):
        return "only a customer's account"
    return _closed(subject)


def _only(status: AccountStatus, otherwise: str) -> Callable[[Subject], str]:
    def unfit(subject: Subject) -> str:
        known = subject.status is not None and subject.status is not status
        return _customer(subject) or (otherwise if known else "")

    return unfit


TRANSFER: Final = Act(
    "transfer", "Transfer", "a transfer",
    (
        Blank("username", "From", Entry.ACCOUNT, filled="username"),
        Blank("payee", "To", Entry.ACCOUNT), _AMOUNT, _REFERENCE,
    ),
    _transfer, "Post {amount}", "{amount} moved from {username} to {payee}", "Posting",
    key="T", asked=True, unfit=_customer,
)  # fmt: skip
DEPOSIT: Final = Act(
    "deposit", "Deposit", "a deposit", (_ACCOUNT, _AMOUNT, _REFERENCE),
    _deposit, "Post {amount}", "{amount} deposited to {username}", "Posting",
    key="D", asked=True, unfit=_customer,
)  # fmt: skip
PAYOUT: Final = Act(
    "payout", "Pay out", "a payout", (_ACCOUNT, _AMOUNT, _REFERENCE),
    _payout, "Pay out {amount}", "{amount} paid out of {username}", "Posting",
    key="O", asked=True, unfit=_customer,
)  # fmt: skip
ADJUSTMENT: Final = Act(
    "adjustment", "Adjust", "an adjustment",
    (
        _ACCOUNT,
        Blank(
            "direction", "Moves", Entry.CHOICE,
            choices=((_INTO, "into the account"), (_OUT_OF, "out of the account")),
        ),
        Blank(
            "system", "Other side", Entry.CHOICE,
            choices=tuple((name, name) for name in ("@revenue", "@suspense", "@breakage")),
        ),
        _AMOUNT, _REFERENCE,
    ),
    _adjustment, "Post {amount}", "{amount} moved {direction} {username}, {system} on the other side",
    "Posting", asked=True, unfit=_customer,
)  # fmt: skip
REVERSAL: Final = Act(
    "reversal", "Reverse", "the reversal",
    (
        Blank("transaction", "Transaction", Entry.NUMBER, filled="transaction"),
        Blank("amount", "Amount", Entry.AMOUNT, filled="left", optional=True, placeholder="all that is left"),
    ),
    _reversal, "Reverse {amount}", "{amount} of transaction {transaction} given back", "Reversing",
    key="R", asked=True, unfit=lambda subject: subject.fixed,
)  # fmt: skip
GRANT: Final = Act(
    "grant", "Grant", "a grant",
    (_ACCOUNT, _AMOUNT, Blank("source", "Source", placeholder="such as goodwill"), _EXPIRY),
    _grant, "Grant {amount}", "{amount} granted to {username}", "Granting",
    key="G", asked=True, unfit=_customer,
)  # fmt: skip
HOLD: Final = Act(
    "hold", "Hold", "a hold",
    (_ACCOUNT, _AMOUNT, Blank("reference", "Reference", placeholder="one that no other hold has"), _EXPIRY),
    _hold, "Hold {amount}", "{amount} of {username} put on hold", "Holding", key="H", unfit=_customer,
)  # fmt: skip
OPEN: Final = Act(
    "open", "Open account", "an account",
    (
        Blank("username", "Username", Entry.ACCOUNT),
        Blank("display_name", "Name", optional=True), Blank("email", "E-mail", optional=True),
    ),
    _open, "Open account", "account {username} opened", "Opening", support=True, opens=True,
)  # fmt: skip
FREEZE: Final = Act(
    "freeze", "Freeze", "a freeze", (_ACCOUNT,), _status(AccountStatus.FROZEN), "Freeze {username}",
    "account {username} frozen", "Freezing", key="F", support=True,
    unfit=_only(AccountStatus.ACTIVE, "the account is frozen already"),
)  # fmt: skip
UNFREEZE: Final = Act(
    "unfreeze", "Unfreeze", "an unfreeze", (_ACCOUNT,), _status(AccountStatus.ACTIVE), "Unfreeze {username}",
    "account {username} active again", "Unfreezing", key="F", support=True,
    unfit=_only(AccountStatus.FROZEN, "the account is not frozen"),
)  # fmt: skip
CLOSE: Final = Act(
    "close", "Close account", "a closing", (_ACCOUNT,), _status(AccountStatus.CLOSED), "Close {username}",
    "account {username} closed, for ever", "Closing", support=True, danger=True, unfit=_customer,
)  # fmt: skip
OVERDRAFT: Final = Act(
    "overdraft", "Overdraft limit", "an overdraft limit",
    (_ACCOUNT, Blank("limit", "New limit", Entry.AMOUNT)),
    _overdraft, "Set {limit}", "the overdraft limit of {username} set to {limit}", "Setting",
    asked=True, unfit=_customer,
)  # fmt: skip
NOTE: Final = Act(
    "note", "Note", "a note", (_ACCOUNT,), _note, "Add note", "note on {username} written", "Writing",
    key="N", why="Note", support=True, unfit=_customer,
)  # fmt: skip
METADATA: Final = Act(
    "metadata", "Metadata", "a change of metadata",
    (
        _ACCOUNT, Blank("name", "Key", placeholder="such as segment"),
        Blank("value", "Value", optional=True, placeholder="empty takes it away"),
    ),
    _metadata, "Set {name}", "metadata {name} of {username} set", "Setting", support=True, unfit=_customer,
)  # fmt: skip

ACTS: Final = (
    TRANSFER, DEPOSIT, PAYOUT, ADJUSTMENT, REVERSAL, GRANT, HOLD, RELEASE, CAPTURE, EXTEND, OPEN, FREEZE,
    UNFREEZE, CLOSE, OVERDRAFT, NOTE, METADATA,
)  # fmt: skip
"""All of them, in the order of the palette."""


def status_act(subject: Subject) -> Act:
    """Return what the status of an account makes of the key F: Freeze, or Unfreeze."""
    return UNFREEZE if subject.status is AccountStatus.FROZEN else FREEZE
