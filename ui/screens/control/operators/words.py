"""What the screen of operators says of one; no Qt in here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from console.files.text import shown
from console.ledger.approvals.rules.words import kind_words
from console.ledger.operators.codes import GOOD_DAYS
from console.ledger.operators.left_open import DAYS
from console.ledger.operators.page import ACTIVE, BY_HAND, DISABLED, LOCKED, ROLE
from console.ledger.operators.roles import with_included
from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from console.ledger.operators.asked import Asked
    from console.ledger.operators.left_open import LeftOpen, OpenThing, OpenThings
    from console.ledger.operators.page import OperatorRow
    from console.ledger.operators.rights import Rights
    from ui.kit.formats import Formats

TONES: Final[Mapping[str, Tone]] = {
    ACTIVE: Tone.CREDIT,
    LOCKED: Tone.WARNING,
    DISABLED: Tone.NEUTRAL,
    BY_HAND: Tone.WARNING,
    ROLE: Tone.NEUTRAL,
}
MADE_BY_HAND: Final = "Made in the server by hand: the ledger can neither lock nor disable it."
NOT_TOLD: Final = (
    "Names, locks and sign-ins are shown to the roles admin and auditor. A ledger of this computer's own is "
    "looked after by its owner: ledgerctl operator."
)
_ACTS: Final = 6


def status_tip(row: OperatorRow, formats: Formats) -> str:
    """Say what a status means where the word alone does not; empty where it does."""
    if row.status == BY_HAND:
        return MADE_BY_HAND
    if row.locked_until is not None:
        return f"Too many wrong passwords: locked until {formats.timestamp(row.locked_until)}"
    return ""


def facts(row: OperatorRow, formats: Formats, *, told: bool) -> str:
    """Say who made an operator, when they came in last, and until when they are locked."""
    if not row.registered:
        return MADE_BY_HAND if told else ""
    lines = []
    if row.created_at is not None:
        lines.append(f"Made by {row.created_by} on {formats.timestamp(row.created_at)[:10]}.")
    if row.signed_in_at is None:
        lines.append("Has not signed in with a password through the console yet.")
    else:
        lines.append(f"Signed in last on {formats.timestamp(row.signed_in_at)}.")
    if row.code_until is not None:
        good = row.code_until > datetime.now(UTC)
        until = formats.timestamp(row.code_until)
        lines.append(
            f"Has a code that is good until {until} and was not used yet; no password until then."
            if good
            else f"Has no password: the code was not used in time, by {until}. Give another."
        )
    if row.locked_until is not None:
        lines.append(f"Locked by wrong passwords until {formats.timestamp(row.locked_until)}.")
    return "\n".join(lines)


def no_change(row: OperatorRow) -> str:
    """Say why nothing can be done about an operator, whatever it is; empty when something can."""
    return "" if row.registered else "made by hand in the server, where it is looked after"


def no_status_change(row: OperatorRow, rights: Rights) -> str:
    """Say why an operator is neither disabled nor enabled here."""
    if row.name == rights.operator:
        return "nobody disables themselves"
    return no_change(row)


def no_other_roles(row: OperatorRow, rights: Rights) -> str:
    """Say why an operator's roles are not changed here."""
    if row.name == rights.operator:
        return "nobody changes their own roles"
    return no_change(row) or ("it is disabled; enable it first" if row.status == DISABLED else "")


def role_changes(before: Sequence[str], after: Sequence[str]) -> str:
    """Say what other roles give and take, and what of that comes with a role that stays."""
    given = [role for role in after if role not in before]
    taken = [role for role in before if role not in after]
    parts = [f"Gives {', '.join(given)}."] if given else []
    parts += [f"Takes {', '.join(taken)}."] if taken else []
    still = [role for role in taken if role in with_included(after)]
    if still:
        parts.append(
            f"What {' and '.join(still)} may, they may still: it comes with the roles that they have."
        )
    return " ".join(parts) or "Nothing is given or taken yet."


def code_words(name: str, until: datetime | None, formats: Formats, request: int | None = None) -> str:
    """Say until when a code is good and how it is used; None: the ledger did not tell until when.

    request: that must be approved and carried out before it is good.
    """
    if request is not None:
        end = f"for {GOOD_DAYS} days from when request {request} is carried out, and not before"
    else:
        end = f"until {formats.timestamp(until)}" if until is not None else f"for {GOOD_DAYS} days"
    return (
        f"It is good once, {end}. At the sign-in {shown(name)} presses "
        "\N{LEFT DOUBLE QUOTATION MARK}I have a code\N{RIGHT DOUBLE QUOTATION MARK} and sets a password that "
        "nobody else knows."
    )


def no_unlock(row: OperatorRow) -> str:
    """Say why there is no lock to end."""
    return no_change(row) or ("it is disabled" if row.status == DISABLED else "")


def no_ending(row: OperatorRow, rights: Rights) -> str:
    """Say why no sessions are ended."""
    if row.name == rights.operator:
        return "these are your own; sign out instead"
    return "" if row.sessions else "there are none"


def left_lines(found: LeftOpen, formats: Formats) -> str:
    """Say what an operator leaves open, a line each, and what they did in the last week."""
    lines = [
        _line(found.drafts, "draft of a batch", "drafts of batches", _named, formats),
        _line(found.requests, "request of theirs waits", "requests of theirs wait", _asked_for, formats),
        _line(
            found.approved, "request they agreed to is not carried out",
            "requests they agreed to are not carried out", _asked_for, formats,
        ),
        _line(
            found.flags, "account's note waits for them", "accounts' notes wait for them",
            lambda one: shown(one.words), formats,
        ),
        _line(
            found.delegations, "delegation lasts", "delegations last", lambda one: shown(one.words), formats
        ),
    ]  # fmt: skip
    open_lines = [line for line in lines if line] or ["Nothing waits for them."]
    return "\n".join([*open_lines, acts_line(found, formats)])


def acts_line(found: LeftOpen, formats: Formats) -> str:
    """Say what an operator did in the last seven days."""
    if not found.acts:
        return f"No act of theirs in the last {DAYS} days."
    named = [
        f"{formats.integer(count)} \N{MULTIPLICATION SIGN} {action.replace('_', ' ')}"
        for action, count in found.acts[:_ACTS]
    ]
    more = len(found.acts) - _ACTS
    rest = f" and {formats.count(more, 'other kind')}" if more > 0 else ""
    total = formats.count(sum(count for _action, count in found.acts), "act")
    return f"Last {DAYS} days, {total}: {', '.join(named)}{rest}."


def sign_in_words(asked: Asked) -> str:
    """Say what the server asks at sign-in: of this session, and of others where that is told."""
    if asked.rules is None:
        return (
            f"{asked.sentence} What others are asked stands in the server's pg_hba.conf, which a superuser "
            "of the server reads."
        )
    asks = dict.fromkeys(rule.asks for rule in asked.rules if not rule.error and rule.method != "reject")
    broken = sum(bool(rule.error) for rule in asked.rules)
    wrong = f" {broken} of its lines cannot be read by the server." if broken else ""
    return f"{asked.sentence} The server's pg_hba asks, as the way in may be: {'; '.join(asks)}.{wrong}"


def _named(one: OpenThing) -> str:
    return f"{shown(one.words)} ({one.number})"


def _asked_for(one: OpenThing) -> str:
    return f"{kind_words(one.words)} {one.number}"


def _line(
    things: OpenThings, single: str, many: str, name: Callable[[OpenThing], str], formats: Formats
) -> str:
    if not things.count:
        return ""
    named = ", ".join(name(one) for one in things.newest)
    more = things.count - len(things.newest)
    rest = f" and {formats.integer(more)} more" if more else ""
    return f"{formats.integer(things.count)} {single if things.count == 1 else many}: {named}{rest}."
