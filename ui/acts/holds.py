"""The acts on holds: let go, captured, given more time; one of them, or many at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from console.ledger.holds.commands import REVENUE, Capture, Extend, Release
from console.ledger.holds.many import MOST, CaptureMany, ExtendMany, ReleaseMany
from ui.acts.act import Act, Blank, Entry

if TYPE_CHECKING:
    from console.ledger.approvals.commands import Order
    from ui.acts.act import Subject, Values

OVERDUE: Final = "its time is over, the automatic jobs end it"
"""Why nothing can be done with a hold past its end: the ledger refuses it, whoever asks."""

_HOLDS: Final = Blank("holds", "Hold", Entry.HOLDS, placeholder="its reference")
_PAYEE: Final = Blank("payee", "To", optional=True, placeholder=REVENUE)


def _release(values: Values) -> Order:
    names = values.names("holds")
    if len(names) == 1:
        return Release(names[0], values.reason, ticket=values.ticket)
    return ReleaseMany(names, values.reason, ticket=values.ticket)


def _extend(values: Values) -> Order:
    names, until = values.names("holds"), values.moment("expires_at")
    if len(names) == 1:
        return Extend(names[0], until, values.reason, ticket=values.ticket)
    return ExtendMany(names, until, values.reason, ticket=values.ticket)


def _capture(values: Values) -> Order:
    (name,) = values.names("holds")
    return Capture(
        name,
        values.maybe_minor("amount"),
        values.text("payee") or REVENUE,
        description=values.reason,
        ticket=values.ticket,
    )


def _capture_many(values: Values) -> Order:
    return CaptureMany(
        values.names("holds"),
        values.text("payee") or REVENUE,
        description=values.reason,
        ticket=values.ticket,
    )


def _unfit(subject: Subject) -> str:
    """Say why nothing can be done with these holds, whoever asks."""
    if len(subject.holds) > MOST:
        return f"at most {MOST:,} at once"
    if len({one.currency for one in subject.holds}) > 1:
        return "they are of several currencies; choose those of one"
    ended = next((one for one in subject.holds if one.ended), None)
    if ended is None:
        return ""
    return ended.ended if len(subject.holds) == 1 else f"of {ended.reference}, {ended.ended}"


def no_later_capture(subject: Subject) -> str:
    """Say what a release means for whoever set the money aside."""
    if len(subject.holds) > 1:
        return "Later captures of them would then be refused."
    by = subject.holds[0].created_by if subject.holds else ""
    return f"A later capture{f' by {by}' if by else ''} would then be refused."


RELEASE: Final = Act(
    "release", "Release", "a release", (_HOLDS,),
    _release, "Release {holds}", "{holds} released", "Releasing",
    key="R", support=True, unfit=_unfit, follows=no_later_capture,
)  # fmt: skip
CAPTURE: Final = Act(
    "capture", "Capture", "a capture",
    (
        _HOLDS,
        Blank("amount", "Amount", Entry.AMOUNT, filled="taking", optional=True, placeholder="all of it"),
        _PAYEE,
    ),
    _capture, "Capture {amount}", "{amount} of {holds} captured", "Capturing",
    key="C", why="For, as the customer reads it", example="such as order 4711", wanted="say what it is for",
    asked=True, unfit=_unfit,
    follows=lambda _subject: "What is not captured is released with it.",
)  # fmt: skip
EXTEND: Final = Act(
    "extend", "Extend", "an extension", (_HOLDS, Blank("expires_at", "Until", Entry.EXPIRY)),
    _extend, "Extend {holds}", "{holds} extended to {expires_at}", "Extending",
    key="X", support=True, unfit=_unfit,
)  # fmt: skip
CAPTURE_MANY: Final = replace(
    CAPTURE,
    noun="captures",
    blanks=(_HOLDS, _PAYEE),
    order=_capture_many,
    deed="Capture {holds}",
    said="{holds} captured",
    asked=False,
    follows=lambda _subject: "Each is captured whole, all of them or none.",
)
"""The same on several: none of them in part."""


HOLD_ACTS: Final = (RELEASE, CAPTURE, EXTEND)
"""What is offered of a hold that is shown, the one that most people come for first."""


def on_holds(act: Act, subject: Subject) -> Act:
    """Return an act as it is done on so many holds."""
    return CAPTURE_MANY if act is CAPTURE and len(subject.holds) > 1 else act
