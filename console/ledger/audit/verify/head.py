"""Which ledger this is, and how far its audit chain and its seals go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from console.ledger.audit.verify.check import Head, SealMark

if TYPE_CHECKING:
    from sqlalchemy import Row

# The place is the server's own number and the database's: a ledger cannot change its name and stay there.
HEAD: Final = """
    SELECT i.ledger,
        (SELECT p.system_identifier FROM pg_catalog.pg_control_system() p)::text || '/' || d.oid::text
            AS place,
        h.id, h.hash, s.last_id AS sealed_to, s.hash AS seal
    FROM ledger.identity i
    JOIN pg_catalog.pg_database d ON d.datname = current_database()
    LEFT JOIN ledger.audit_head h ON true
    LEFT JOIN (SELECT * FROM ledger.seals ORDER BY last_id DESC LIMIT 1) s ON true"""
"""One row: ledger, place, id, hash, sealed_to, seal."""


def head_in(row: Row[Any]) -> Head:
    """Return the head in a row of HEAD; one that is gone counts as the beginning."""
    seal = None if row.seal is None else SealMark(row.sealed_to, bytes(row.seal))
    return Head(row.ledger, row.place, row.id or 0, bytes(row.hash or b""), seal)
