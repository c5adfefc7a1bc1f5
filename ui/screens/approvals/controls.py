"""How changes of controls are called, and what each would change, beside what stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from console.files.text import shown
from console.ledger.approvals.rules.words import checkers, kind_words
from ui.screens.approvals.request.grid import GridRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from console.ledger.approvals.page import RequestRow
    from ui.kit.formats import Formats

CHIPS: Final[Mapping[str, str]] = {
    "set_approval_rule": "rule",
    "set_approval_terms": "terms",
    "set_limit": "limit",
    "set_allowance": "allowance",
    "set_dual_control": "dual control",
    "create_operator": "new operator",
    "set_operator_groups": "roles",
    "set_operator_password": "password",
    "enable_operator": "enabling",
}
"""The chip of each kind."""

_NONE: Final = "\N{EM DASH}"
_GROUP: Final = "ledger_"


def control_title(row: RequestRow, formats: Formats) -> str:
    """Say what would be changed: `Rule: transfer from 1,000.00 CR needs 2 checkers`."""
    return _TITLES[row.kind](row, formats)


def control_rows(row: RequestRow, now: Mapping[str, Any], formats: Formats) -> list[GridRow]:
    """Return what stands now beside what was asked for, a row a figure."""
    found = []
    for name, caption in _FIGURES.items():
        if name in now and (name in row.request or row.kind not in _WORDS_OF_OPERATORS):
            asked = row.request.get(name)
            before, after = (_written(row, name, value, formats) for value in (now[name], asked))
            found.append(GridRow(caption, before, after))
    if row.kind == "enable_operator":
        found.append(GridRow("Status", _written(row, "status", now.get("status"), formats), "active"))
    if "code_digest" in row.request:
        by = now.get("password_by")
        before = f"set by {shown(str(by))}" if by else _NONE
        found.append(GridRow("Password", before, "set by the operator, with a code"))
    return found


_WORDS_OF_OPERATORS: Final = frozenset({
    "create_operator", "set_operator_groups", "set_operator_password", "enable_operator",
})  # fmt: skip
_FIGURES: Final[Mapping[str, str]] = {
    "approvals": "Checkers",
    "days": "Waits",
    "typed_from": "Typed from",
    "per_operation": "At once",
    "per_day": "A day",
    "on": "Dual control",
    "groups": "Roles",
}
_AMOUNTS: Final = frozenset({"typed_from", "per_operation", "per_day"})


def _written(row: RequestRow, name: str, value: Any, formats: Formats) -> str:
    if isinstance(value, list):
        return ", ".join(shown(str(one)).removeprefix(_GROUP) for one in value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        if name in _AMOUNTS:
            return formats.amount(value, row.currency)
        return formats.count(value, "day") if name == "days" else checkers(value)
    return _NONE if value is None else shown(str(value))


def _rule(row: RequestRow, formats: Formats) -> str:
    count = row.request.get("approvals")
    amount = row.request.get("from_amount")
    money = formats.money(amount, row.currency) if isinstance(amount, int) else ""
    what = f"{kind_words(_word(row, 'kind'))} from {money}"
    return f"Rule: {what} needs {checkers(count)}" if count else f"Rule: the tier for {what} taken away"


def _terms(row: RequestRow, formats: Formats) -> str:
    return f"Terms of {row.currency.code}: {_of(row, ('days', 'typed_from'), formats)}"


def _limit(row: RequestRow, formats: Formats) -> str:
    return _holder("Limit", row, formats)


def _allowance(row: RequestRow, formats: Formats) -> str:
    return _holder("Allowance", row, formats)


def _holder(what: str, row: RequestRow, formats: Formats) -> str:
    amounts = _of(row, ("per_operation", "per_day"), formats)
    whose = f"{_word(row, 'holder')} for {kind_words(_word(row, 'kind'))} in {row.currency.code}"
    return f"{what} of {whose}: {amounts or 'taken away'}"


def _of(row: RequestRow, names: tuple[str, ...], formats: Formats) -> str:
    said = {"per_operation": "{} at once", "per_day": "{} a day", "days": "{}", "typed_from": "typed from {}"}
    return ", ".join(
        said[name].format(_written(row, name, row.request[name], formats))
        for name in names
        if row.request.get(name) is not None
    )


def _dual(row: RequestRow, _formats: Formats) -> str:
    return f"Dual control {'on' if row.request.get('on') else 'off'}"


def _created(row: RequestRow, formats: Formats) -> str:
    groups = _written(row, "groups", row.request.get("groups"), formats)
    return f"New operator {_word(row, 'operator')}: {groups}"


def _roles(row: RequestRow, formats: Formats) -> str:
    return f"Roles of {_word(row, 'operator')}: {_written(row, 'groups', row.request.get('groups'), formats)}"


def _password(row: RequestRow, _formats: Formats) -> str:
    return f"A new password for {_word(row, 'operator')}, by a code"


def _enabled(row: RequestRow, _formats: Formats) -> str:
    return f"{_word(row, 'operator')} enabled again"


def _word(row: RequestRow, name: str) -> str:
    return shown(str(row.request.get(name, "")))


_TITLES: Final[Mapping[str, Callable[[RequestRow, Formats], str]]] = {
    "set_approval_rule": _rule,
    "set_approval_terms": _terms,
    "set_limit": _limit,
    "set_allowance": _allowance,
    "set_dual_control": _dual,
    "create_operator": _created,
    "set_operator_groups": _roles,
    "set_operator_password": _password,
    "enable_operator": _enabled,
}
