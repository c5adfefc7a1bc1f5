"""What the server asks of whoever signs in: what this session was asked, and the rules for all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

# From PostgreSQL 16 on the word system_user is a function, whatever columns there are; before, a column.
_OWN = text("""
    SELECT coalesce(s.ssl, false) AS is_encrypted, coalesce(s.version, '') AS protocol,
        coalesce(s.client_dn, '') AS certificate, system_user AS told,
        current_setting('server_version_num')::integer >= 160000 AS tells,
        inet_server_addr() IS NULL AS is_local,
        has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')
            AND has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') AS reads_rules
    FROM (VALUES (NULL::text)) AS before_16 ("system_user")
    LEFT JOIN pg_catalog.pg_stat_ssl s ON s.pid = pg_catalog.pg_backend_pid()""")

_RULES = text("""
    SELECT r.line_number, r.type, r.database, r.user_name, coalesce(r.address, '') AS address, r.auth_method,
        coalesce(r.error, '') AS error
    FROM pg_catalog.pg_hba_file_rules r ORDER BY r.line_number""")

METHODS: Final = {
    "trust": "nothing at all",
    "reject": "no one is let in",
    "scram-sha-256": "a password (scram-sha-256)",
    "md5": "a password (md5, which PostgreSQL gives up)",
    "password": "a password, sent as it is",
    "peer": "the user of the server's own system",
    "ident": "the user that the client's system names",
    "cert": "a certificate",
    "ldap": "a password that the LDAP directory knows",
    "radius": "what the RADIUS server asks, a second factor perhaps",
    "pam": "what the server's PAM asks, a second factor perhaps",
    "bsd": "what the server's system asks",
    "gss": "a Kerberos ticket",
    "sspi": "the Windows domain's ticket",
    "oauth": "a token of the sign-in page (OAuth)",
}
"""What each method of pg_hba asks, in words."""


@dataclass(frozen=True, slots=True)
class SignInRule:
    """One line of the server's pg_hba: of whom it asks which method; error: why the server cannot read it."""

    line: int
    kind: str
    databases: tuple[str, ...]
    operators: tuple[str, ...]
    address: str
    method: str
    error: str

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        return METHODS.get(self.method, self.method)


@dataclass(frozen=True, slots=True)
class Asked:
    """How this session came in, and the server's rules for all; None where this session may not read them.

    method: such as `scram-sha-256`; empty when nothing was asked, None when the server does not tell, as
    before PostgreSQL 16. protocol: of the encryption, such as `TLSv1.3`; empty without one.
    """

    method: str | None
    protocol: str
    certificate: str
    is_local: bool
    rules: tuple[SignInRule, ...] | None

    @property
    def sentence(self) -> str:
        """Say what this session was asked, and on which way it came."""
        if self.method is None:
            asked = "what this session was asked the server does not tell (from PostgreSQL 16 on it does)"
        else:
            asked = f"this session was asked for {METHODS.get(self.method or 'trust', self.method)}"
        if self.protocol:
            way = f"over an encrypted connection ({self.protocol})"
        else:
            way = (
                "on the server's own computer" if self.is_local else "over a connection that is not encrypted"
            )
        holder = f", with the certificate {self.certificate}" if self.certificate else ""
        return f"{asked[:1].upper()}{asked[1:]}, {way}{holder}."


def asked(database: Database, *, cancel: Cancellation | None = None) -> Asked:
    """Return what the server asks, in one statement; the rules for all are another, if they may be read."""

    def ask(session: Session) -> tuple[Asked, bool]:
        own = session.execute(_OWN).one()
        method = (own.told or "").partition(":")[0] if own.tells else None
        return Asked(method, own.protocol, own.certificate, own.is_local, None), own.reads_rules

    found, may = database.read("operators.asked", ask, cancel=cancel)
    if not may:
        return found
    return replace(found, rules=database.read("operators.sign-in-rules", _rules, cancel=cancel))


def _rules(session: Session) -> tuple[SignInRule, ...]:
    return tuple(
        SignInRule(
            row.line_number,
            row.type or "",
            tuple(row.database or ()),
            tuple(row.user_name or ()),
            row.address,
            row.auth_method or "",
            row.error,
        )
        for row in session.execute(_RULES)
    )
