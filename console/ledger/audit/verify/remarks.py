"""What the ledger cannot hold by itself: a server's own rights, and controls that one person may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ONE_PERSON: Final = (
    "One person may change controls: an administrator alone ends a rule, or makes an approver."
)
_BY_HAND: Final = "docs/safety.md has the lines that a superuser runs."

_ASKED: Final = text("""
    WITH operator AS (
        SELECT r.rolname, r.rolconnlimit FROM pg_catalog.pg_roles r
        WHERE r.rolcanlogin AND NOT r.rolsuper AND EXISTS (
            SELECT FROM pg_catalog.pg_roles g
            WHERE g.rolname IN ('ledger_viewer', 'ledger_keeper') AND pg_has_role(r.oid, g.oid, 'USAGE'))
    )
    SELECT
        EXISTS (
            SELECT FROM pg_catalog.pg_proc p
            CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) given
            WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname IN (
                    'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import', 'lo_put', 'lo_open', 'lowrite')
                AND given.grantee = 0 AND given.privilege_type = 'EXECUTE') AS large_objects,
        EXISTS (
            SELECT FROM pg_catalog.pg_database d
            CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) given
            WHERE d.datname = current_database() AND given.grantee = 0
                AND given.privilege_type = 'TEMPORARY') AS temporary,
        NOT (pg_has_role('ledger_roles', 'pg_signal_backend', 'USAGE')
            AND pg_has_role('ledger_roles', 'pg_read_all_stats', 'USAGE')) AS unheard,
        NOT has_parameter_privilege('ledger_roles', 'temp_file_limit', 'SET') AS unsorted,
        current_setting('max_prepared_transactions') <> '0' AS prepared,
        coalesce((SELECT c.dual_control FROM ledger.controls c), false) AS dual,
        (SELECT count(*) FROM operator WHERE operator.rolconnlimit = -1) AS unbounded,
        (SELECT min(operator.rolname::text) FROM operator WHERE operator.rolconnlimit = -1) AS first""")


def remarks(session: Session) -> tuple[str, ...]:
    """Return what is left to those who look after the server, a sentence each."""
    found = session.execute(_ASKED).one()
    said = [] if found.dual else [ONE_PERSON]
    if found.large_objects:
        said.append(f"Any operator may fill the server's disk with large objects. {_BY_HAND}")
    if found.temporary:
        said.append(f"Any operator may fill the server's disk with temporary tables. {_BY_HAND}")
    if found.unheard:
        said.append(
            f"The ledger cannot end a session, not even one that keeps all others waiting. {_BY_HAND}"
        )
    if found.unsorted:
        said.append(f"What an operator's statement sorts on the server's disk is not bounded. {_BY_HAND}")
    if found.prepared:
        said.append(f"A prepared transaction may keep everybody from writing. {_BY_HAND}")
    if found.unbounded:
        others = f" and {found.unbounded - 1} more" if found.unbounded > 1 else ""
        said.append(f"Without a limit of connections: operator {found.first}{others}. {_BY_HAND}")
    return tuple(said)
