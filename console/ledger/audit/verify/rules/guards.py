"""The guards themselves: triggers that are on, and functions that are the ones this console applied."""
# ruff: noqa: S608 - statements are put together from constants of this package

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from console.ledger.audit.verify.check import Question
from models import applied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FUNCTION: Final = re.compile(r"\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+ledger\.([a-z_0-9]+)\s*\(", re.IGNORECASE)
_BODY: Final = re.compile(r"\bAS \$\$(.*?)\$\$", re.DOTALL)

# Tables whose rows only ever come, and those whose rows change but never go.
_APPEND_ONLY: Final = (
    "transactions", "reversals", "lot_movements", "operations", "audit_events", "seals", "approvals",
    "acknowledgements", "identity",
)  # fmt: skip
_NEVER_DELETED: Final = (
    "wallets", "users", "credit_lots", "reservations", "approval_requests", "audit_head", "salts",
    "calendar", "account_follows",
)  # fmt: skip
# The text of a note may be erased, and a flag is closed.
_NOTES: Final = "account_notes"
_FLAGS: Final = "account_flags"


def _functions() -> set[tuple[str, str]]:
    """Return name and SHA-256 of each function's text as the files have it; of an expression, no hash.

    What a migration made and a file of its own makes anew counts as the file has it.
    """
    made = set(_texts(applied.MIGRATIONS.glob("sql/*.sql")))
    kept = set(_texts([*applied.functions(), *applied.role_functions()]))
    names = {name for name, _hash in kept}
    return kept | {(name, text) for name, text in made if name not in names}


def _texts(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for file in files:
        for piece in file.read_text(encoding="utf-8").split("\nCREATE"):
            named = _FUNCTION.match(piece.removeprefix("CREATE"))
            if named is not None:
                body = _BODY.search(piece)
                yield named[1], "" if body is None else sha256(body[1].encode()).hexdigest()


def _rows(rows: set[tuple[str, str]]) -> str:
    return ", ".join(f"('{name}', '{value}')" for name, value in sorted(rows))


# tgtype: 1 a row, 2 before, 8 delete, 16 update, 32 truncate. In any state but O or A a trigger is off.
_TRIGGERS: Final = f"""
    WITH due (name, type, guard) AS (
        SELECT name, type, 'guard_append_only'
        FROM unnest(ARRAY{list(_APPEND_ONLY)}) name, (VALUES (27), (34)) t (type)
        UNION ALL
        SELECT name, type, 'guard_append_only'
        FROM unnest(ARRAY{list(_NEVER_DELETED)}) name, (VALUES (11), (34)) t (type)
        UNION ALL
        VALUES ('{_NOTES}', 27, 'guard_account_notes'), ('{_NOTES}', 34, 'guard_append_only'),
            ('{_FLAGS}', 27, 'guard_account_flags'), ('{_FLAGS}', 34, 'guard_append_only'),
            ('currencies', 27, 'guard_currencies'), ('currencies', 34, 'guard_currencies'),
            ('batch_offsets', 31, 'guard_batch_offsets'), ('batch_offsets', 34, 'guard_append_only'),
            ('transactions', 5, 'number_reversal')
    )
    SELECT 'guard.triggers' AS code, 'ledger.' || due.name AS place, 0::bigint AS number,
        'a guard against ' || CASE due.type WHEN 34 THEN 'TRUNCATE' WHEN 11 THEN 'DELETE'
            WHEN 5 THEN 'reversals that nobody counts'
            ELSE 'UPDATE and DELETE' END
            AS expected, 'none that is on' AS found
    FROM due WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_trigger g
        WHERE g.tgrelid = to_regclass('ledger.' || due.name) AND g.tgtype = due.type AND g.tgenabled IN ('O',
            'A')
            AND (g.tgqual IS NULL OR (due.type = 5
                AND pg_get_triggerdef(g.oid) LIKE '%WHEN ((new.reverses IS NOT NULL))%'))
            AND g.tgfoid = to_regproc('ledger.' || due.guard))
    UNION ALL
    SELECT 'guard.triggers', 'ledger.' || c.relname::text, 1, g.tgname::text || ' on', g.tgname::text
        || ' off'
    FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
    WHERE c.relnamespace = 'ledger'::regnamespace AND g.tgenabled NOT IN ('O', 'A')
    UNION ALL
    SELECT 'guard.tables', 'ledger.' || due.name, 0, 'a table without rules or row security',
        coalesce('relkind ' || c.relkind::text, 'nothing')
    FROM (SELECT DISTINCT due.name FROM due) due
    LEFT JOIN pg_catalog.pg_class c ON c.relname = due.name AND c.relnamespace = 'ledger'::regnamespace
    WHERE c.relkind IS DISTINCT FROM 'r' OR c.relhasrules OR c.relrowsecurity"""


def _function_check() -> str:
    return f"""
    WITH due (name, hash) AS (VALUES {_rows(_functions())}), there AS (
        SELECT p.proname::text AS name, CASE WHEN p.prosqlbody IS NULL
            THEN encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex') ELSE '' END AS hash
        FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'ledger'::regnamespace
    )
    SELECT 'guard.functions' AS code, 'ledger.' || coalesce(there.name, due.name) AS place, 0::bigint
        AS number,
        CASE WHEN due.name IS NULL THEN 'no such function, or another text'
            ELSE 'the text of this console' END
            AS expected,
        CASE WHEN there.name IS NULL THEN 'missing or another text' ELSE 'another text' END AS found
    FROM due FULL JOIN there ON there.name = due.name AND there.hash = due.hash
    WHERE there.name IS NULL OR due.name IS NULL"""


QUESTIONS: Final = (
    Question(
        {
            "guard.triggers": "The triggers that keep history from being changed are there and on",
            "guard.tables": "The ledger's history is kept in plain tables",
        },
        _TRIGGERS,
    ),
    Question(
        {"guard.functions": "The ledger's functions are those that this console applies"}, _function_check()
    ),
)
