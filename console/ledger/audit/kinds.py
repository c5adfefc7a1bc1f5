"""What kinds of audit events there are, in the families in which one looks for them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Family(StrEnum):
    """Kinds that are looked for together."""

    MONEY = "money"
    CREDITS = "credits"
    HOLDS = "holds"
    BATCHES = "batches"
    ACCOUNTS = "accounts"
    APPROVALS = "approvals"
    CONTROLS = "controls"
    OPERATORS = "operators"
    SIGN_IN = "sign-in"
    BOOKS = "books"
    CHAIN = "chain"


FAMILIES: Final[Mapping[Family, tuple[str, ...]]] = {
    Family.MONEY: ("transfer", "reverse_transaction"),
    Family.CREDITS: ("grant_credit", "extend_lots", "end_lots", "revive_lots"),
    Family.HOLDS: (
        "reserve", "capture", "release", "extend_reservation", "capture_holds", "release_holds",
        "extend_holds",
    ),
    Family.BATCHES: (
        "create_batch", "set_aside", "discard_batch", "submit_batch", "post_batch", "reverse_batch",
        "offset_batch",
    ),
    Family.ACCOUNTS: (
        "open_account", "set_account_status", "set_overdraft_limit", "set_account_metadata", "erase_account",
        "add_note", "flag_account", "assign_flag", "close_flag", "follow_account",
    ),
    Family.APPROVALS: (
        "submit_request", "approve_request", "approve_requests", "reject_request", "send_back_request",
        "expire_request", "withdraw_request", "execute_request", "delegate", "end_delegation",
    ),
    Family.CONTROLS: (
        "set_approval_rule", "set_approval_terms", "set_limit", "set_allowance", "set_dual_control",
        "end_dual_control",
    ),
    Family.OPERATORS: (
        "create_operator", "disable_operator", "enable_operator", "unlock_operator", "set_operator_groups",
        "set_operator_password", "redeem_code", "apply_login", "end_sessions", "cancel_session",
        "terminate_session", "end_blocker",
    ),
    Family.SIGN_IN: ("sign_in", "lock_operator", "release_operator"),
    Family.BOOKS: (
        "add_currency", "correct_currency", "close_currency", "reopen_currency", "set_business_zone",
        "unlock_writing", "note_restore", "make_demo",
    ),
    Family.CHAIN: ("seal", "acknowledge_transaction", "job", "run_job", "sweep"),
}  # fmt: skip

TITLES: Final[Mapping[Family, str]] = {
    Family.MONEY: "money moved",
    Family.CREDITS: "credits",
    Family.HOLDS: "holds",
    Family.BATCHES: "batches",
    Family.ACCOUNTS: "accounts",
    Family.APPROVALS: "approvals",
    Family.CONTROLS: "rules and limits",
    Family.OPERATORS: "operators and sessions",
    Family.SIGN_IN: "signing in",
    Family.BOOKS: "currencies and zone",
    Family.CHAIN: "seals and automatic jobs",
}

ACTIONS: Final = tuple(sorted(action for actions in FAMILIES.values() for action in actions))
"""Every kind of event there is, by its name."""

_NAMES: Final[Mapping[str, str]] = {
    "reserve": "make hold",
    "capture": "capture hold",
    "release": "release hold",
    "extend_reservation": "extend hold",
    "extend_lots": "extend credits",
    "end_lots": "end credits",
    "revive_lots": "revive credits",
    "execute_request": "carry out request",
    "set_aside": "set lines aside",
    "set_operator_groups": "change operator's roles",
    "redeem_code": "set password by code",
    "apply_login": "change of a login",
    "end_blocker": "end blocking session",
    "lock_operator": "lock sign-in",
    "release_operator": "end of a sign-in's lock",
    "unlock_operator": "unlock sign-in",
    "job": "automatic job",
    "run_job": "automatic job",
    "sweep": "end expired",
}


def actions_of(families: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds in some families."""
    return tuple(action for family in families for action in FAMILIES[Family(family)])


def name_of(action: str) -> str:
    """Return a kind as people read it: `set approval rule`."""
    return _NAMES.get(action, action.replace("_", " "))
