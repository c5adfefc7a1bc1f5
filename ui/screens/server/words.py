"""What the Server screen says of a session and of a size; no Qt in here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from console.ledger.operators.rights import Rights
    from console.server.blocking import Blocked
    from console.server.sessions import SessionRow
    from ui.kit.formats import Formats

HIDDEN: Final = "hidden"
_SHORT_STATES: Final = {
    "idle in transaction": "idle in tx",
    "idle in transaction (aborted)": "failed tx",
    "fastpath function call": "active",
}
_TONES: Final = {
    "active": Tone.ACCENT,
    "idle in tx": Tone.WARNING,
    "failed tx": Tone.ERROR,
    "blocked": Tone.ERROR,
}


def state_word(row: SessionRow) -> str:
    """Return a session's state in a word or two; a session that waits for another is blocked."""
    if row.blocked_by:
        return "blocked"
    if row.hidden:
        return HIDDEN
    return "server" if row.state is None else _SHORT_STATES.get(row.state, row.state)


def state_tone(row: SessionRow) -> Tone:
    """Return the tone of a session's state."""
    return _TONES.get(state_word(row), Tone.NEUTRAL)


def waits_words(row: SessionRow) -> str | None:
    """Say what a session waits for: `ShareLock on wallets`, `IO DataFileRead`."""
    if row.waits_for is not None:
        return f"{row.waits_for.mode} on {row.waits_for.relation or row.waits_for.kind}"
    if row.state != "active" or row.wait_type is None:
        return None
    return f"{row.wait_type} {row.wait_event}"


def who(row: SessionRow | None, pid: int) -> str:
    """Name whose a session is."""
    if pid == 0:
        return "a prepared transaction"
    if row is None:
        return "another database's"
    return row.operator or row.kind


def branch(one: Blocked) -> str:
    """Return a session's place in the tree: further in, the more it waits for those above."""
    lead = "\N{EM SPACE}" * one.depth + ("\N{BOX DRAWINGS LIGHT UP AND RIGHT} " if one.depth else "")
    return lead + who(one.session, one.pid)


def role_words(one: Blocked) -> str:
    """Say what a session is in the tree."""
    if one.deadlock:
        return "deadlock"
    return "waits" if one.depth else "holds"


def behind_words(one: Blocked) -> str:
    """Say who keeps a session waiting besides the one above it; empty when nobody does."""
    return f"also behind {', '.join(map(str, one.also_behind))}" if one.also_behind else ""


def no_ending(row: SessionRow | None, rights: Rights, *, cancel: bool) -> str:
    """Say why this operator cannot end a session's statement or the session; empty when they can."""
    # First what no choice changes.
    if not rights.administers:
        return "needs role admin"
    if row is None:
        return "choose a session"
    reasons = (
        (row.own, "it reads this list"),
        (row.foreign, "not an operator's"),
        # Without the session's start another of the same number could be hit.
        (row.started_at is None, "needs pg_monitor"),
        (cancel and row.state != "active", "runs no statement"),
    )
    return next((words for holds, words in reasons if holds), "")


def seconds_words(formats: Formats, seconds: float | None) -> str:
    """Write an age."""
    return "" if seconds is None else formats.duration(seconds * 1_000)


def share_words(formats: Formats, share: float | None) -> str:
    """Write a part of a whole, 0 to 1: `99.2 %`; an en dash when there is no whole."""
    return "\N{EN DASH}" if share is None else f"{formats.decimals(share * 100)} %"
