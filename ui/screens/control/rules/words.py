"""What the screen of rules says; no Qt in here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger.approvals.rules.ways_around import Around
from console.ledger.approvals.rules.what_needs_whom import Way
from console.ledger.approvals.rules.words import checkers, kind_words

if TYPE_CHECKING:
    from console.ledger.approvals.rules.allowances import AllowanceRow
    from console.ledger.approvals.rules.in_force import LimitRow
    from console.ledger.approvals.rules.ways_around import WayAround
    from console.ledger.approvals.rules.what_needs_whom import LimitMet, Needed, ThoughtOf
    from ui.kit.formats import Formats


def around_words(one: WayAround, formats: Formats) -> str:
    """Say how a rule is walked around, and what would close the way."""
    rule = one.rule
    money = formats.money(rule.from_amount, rule.currency)
    ruled = f"A {kind_words(rule.kind)} needs {checkers(rule.approvals)} from {money} on"
    if one.how is Around.IN_PARTS:
        return (
            f"{ruled}; several smaller ones need nobody. A limit a day for ledger_operator would count them."
        )
    *most, last = (f"a {kind_words(kind)}" for kind in one.kinds)
    others = f"{', '.join(most)} or {last}" if most else last
    return f"{ruled}; the same money goes by {others} without a rule or a limit a day."


def verdict(
    needed: Needed, formats: Formats, wanted: ThoughtOf | None = None, moved: int | None = None
) -> tuple[str, str]:
    """Return what the ledger would ask, in sentences, and the tone that it is said in.

    moved: in dual control, what counts of today already.
    """
    told, tone = _verdict(needed, formats)
    rule = needed.rule
    if wanted is None or moved is None or rule is None:
        return told, tone
    by_day = rule.kind != wanted.kind or rule.from_amount > wanted.amount
    if not by_day:
        return told, tone
    sum_ = formats.money(moved + wanted.amount, rule.currency)
    return f"{told} In dual control it is the day's sum of all kinds that counts: {sum_}.", tone


def _verdict(needed: Needed, formats: Formats) -> tuple[str, str]:
    if needed.way is Way.NONE:
        return (
            "They may neither do this nor ask for it: it takes the role operator, to ask for it support.",
            "error",
        )
    parts = [] if needed.way is Way.DO else ["They may only ask for it."]
    if needed.refused is not None:
        begins = "The"
        if needed.checkers and needed.allowance is None:
            parts.append(_why(needed, formats))
            begins = "Even then the"
        return " ".join([*parts, f"{begins} {_refusal(needed.refused, formats)}"]), "error"
    if not needed.checkers:
        return "It is done at once: no rule catches it.", "credit"
    why = _why(needed, formats)
    if needed.allowance is not None:
        allowed = needed.allowance
        once, day = (
            formats.money(amount, allowed.currency) for amount in (allowed.per_operation, allowed.per_day)
        )
        parts.append(
            f"{why} The allowance of {allowed.holder} lets it pass at once: {once} each, {day} a day."
        )
        return " ".join(parts), "credit"
    parts.append(f"{why} Then it is carried out.")
    return " ".join(parts), "warning"


def _refusal(met: LimitMet, formats: Formats) -> str:
    most = f"at most {formats.money(met.most, met.limit.currency)}"
    day = f"{most} a day, of which {formats.money(met.left, met.limit.currency)} is left"
    of_kind = kind_words(met.limit.kind)
    return f"limit of {met.limit.holder} for {of_kind} refuses it: {day if met.a_day else f'{most} at once'}."


def _why(needed: Needed, formats: Formats) -> str:
    agree = _agree(needed.checkers)
    if needed.rule is None:
        return f"{agree[:1].upper()}{agree[1:]}, as for all that is asked for."
    rule = needed.rule
    return (
        f"{agree[:1].upper()}{agree[1:]}: the rule from {formats.money(rule.from_amount, rule.currency)} on."
    )


def _agree(count: int) -> str:
    return f"{checkers(count)} must agree"


def most_used(row: LimitRow) -> tuple[str, int]:
    """Return who has used most of a limit's day, and how much in minor units; nobody: an empty name."""
    found = max(row.used_today, key=lambda one: one.amount, default=None)
    return ("", 0) if found is None else (found.operator, found.amount)


def used_words(row: LimitRow, formats: Formats) -> str | None:
    """Say what has been used of a day's limit by whoever used most; None where no day is limited."""
    if row.per_day is None:
        return None
    name, amount = most_used(row)
    return f"{formats.amount(amount, row.currency)} {name}" if name else "nothing yet"


def used_tip(row: LimitRow, formats: Formats) -> str:
    """Say who has used how much today."""
    if row.per_day is None:
        return ""
    day = formats.money(row.per_day, row.currency)
    return "\n".join(
        f"{one.operator}: {formats.money(one.amount, row.currency)} of {day}"
        for one in sorted(row.used_today, key=lambda one: -one.amount)
    )


def limit_name(row: LimitRow | AllowanceRow) -> str:
    """Name a limit or an allowance in a sentence: `of ledger_operator for transfer in CR`."""
    return f"of {row.holder} for {kind_words(row.kind)} in {row.currency.code}"
