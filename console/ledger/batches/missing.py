"""Which accounts a file names that the ledger has not, before anything of the file is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from console.files.lines.parties import LINES_LOOKED_AT, parties_in

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection
    from pathlib import Path

    from sqlalchemy.orm import Session

    from console.files.lines.terms import Terms
    from console.files.mappings.mapping import Mapping
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

_MISSING = text("""
    SELECT asked.currency, asked.name, u.id IS NOT NULL AS known
    FROM unnest(CAST(:currencies AS text[]), CAST(:names AS text[])) asked (currency, name)
    LEFT JOIN ledger.users u ON u.username = asked.name
    WHERE NOT EXISTS (SELECT FROM ledger.wallets w WHERE w.user_id = u.id AND w.currency = asked.currency)""")


@dataclass(frozen=True, slots=True)
class MissingAccounts:
    """What the ledger lacks of the first `lines` of a file, the whole of it if `whole`.

    named: accounts that are not there in the line's currency, on `refused` lines. opened: customers that the
    batch would open, if its mapping says so; then only `hopeless` lines are still refused.
    """

    named: int
    refused: int
    opened: int
    hopeless: int
    lines: int
    whole: bool


def missing_accounts(
    database: Database,
    path: Path,
    mapping: Mapping,
    terms: Terms,
    *,
    limit: int = LINES_LOOKED_AT,
    cancel: Cancellation | None = None,
) -> MissingAccounts:
    """Read the names on the first `limit` lines of a file and ask the ledger for them, by one statement.

    Raises FileRefusedError as a reading of the file does.
    """
    found = parties_in(path, mapping, terms, limit=limit, cancel=cancel)
    asked = sorted({(money, name) for money, *names in found.pairs for name in names})
    values = {"currencies": [money for money, _name in asked], "names": [name for _money, name in asked]}

    def ask(session: Session) -> dict[tuple[str, str], bool]:
        return {(money, name): known for money, name, known in session.execute(_MISSING, values)}

    missing = database.read("batch.missing", ask, cancel=cancel)
    prefix = mapping.account_prefix
    # As post_batch opens them: no system account, and none outside of the prefix.
    never = {one for one in missing if one[1].startswith("@") or not one[1].startswith(prefix)}
    opened = {one[1] for one, known in missing.items() if not known and one not in never}
    return MissingAccounts(
        named=len(missing),
        refused=_lines_of(found.pairs, missing.keys()),
        opened=len(opened),
        hopeless=_lines_of(found.pairs, never),
        lines=found.lines,
        whole=found.whole,
    )


def _lines_of(pairs: Counter[tuple[str, str, str]], names: Collection[tuple[str, str]]) -> int:
    """Return on how many lines one of these names stands, on either side."""
    return sum(
        count for (money, payer, payee), count in pairs.items()
        if (money, payer) in names or (money, payee) in names
    )  # fmt: skip
