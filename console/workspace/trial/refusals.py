"""What a server's refusal of a sign-in means: which step it ends, who can fix it, and how."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from console.workspace.trial.steps import StepFailed, StepKey, Who

if TYPE_CHECKING:
    import psycopg

_LONGEST: Final = 200

# A connection that fails has no SQLSTATE in this driver, only words: the server's, which may be of another
# language, or libpq's own. What is in no line here is told as it is. {0}: what the server calls somebody.
_PATTERNS: Final = (
    (r"password authentication failed", "28P01"),
    (r"no password supplied|empty password", "password"),
    (r"valid client certificate|certificate authentication failed", "certificate"),
    (r"no pg_hba\.conf entry|pg_hba\.conf rejects", "pg_hba"),
    (r"is not permitted to log in", "locked"),
    (r"permission denied for database", "42501"),
    (r'role ".*" does not exist', "role"),
    (r'database ".*" does not exist', "3D000"),
    (r'database ".*" is not currently accepting', "closed"),
    (r"too many (clients|connections)|remaining connection slots", "53300"),
    (r"starting up|shutting down|in recovery mode|not yet accepting|recovery state", "57P03"),
    (r"unsupported startup parameter", "pooler"),
    (r"authentication failed", "28000"),
    (r"SSL error|server certificate|root certificate|private key file", "tls"),
    (r"timeout expired|could not receive|server closed the connection", "silent"),
)

_REFUSALS: Final[dict[str, tuple[StepKey, str, Who, str]]] = {
    "28P01": (
        StepKey.SIGN_IN,
        "The operator or the password is wrong.",
        Who.YOU,
        "Type both again. An administrator gives a new password with: ledgerctl operator password",
    ),
    "password": (
        StepKey.SIGN_IN, "The server asks for a password, and none was given.", Who.YOU, "Type the password.",
    ),
    "certificate": (
        StepKey.SIGN_IN,
        "The server asks for a certificate of yours, and takes none or not this one.",
        Who.YOU,
        "Name the client_certificate and client_key that who runs the server gave you.",
    ),
    "pg_hba": (
        StepKey.SIGN_IN,
        "The server lets this operator not in from this computer to this database.",
        Who.SERVER,
        "In its pg_hba.conf a line for operator, database and this computer is missing, or one rejects.",
    ),
    "locked": (
        StepKey.SIGN_IN,
        "This operator may not sign in: locked after wrong passwords, or disabled.",
        Who.ADMIN,
        "A lock ends by itself after 15 minutes. Else: ledgerctl operator unlock, or operator enable",
    ),
    "role": (
        StepKey.SIGN_IN,
        "The server knows no operator of this name.",
        Who.ADMIN,
        "Look at its spelling. An operator is made with: ledgerctl operator add",
    ),
    "28000": (
        StepKey.SIGN_IN,
        "The server does not accept who signs in.",
        Who.SERVER,
        "Its pg_hba.conf says how it is asked: an account, LDAP, Kerberos. Its log says more.",
    ),
    "53300": (
        StepKey.SIGN_IN,
        "The server has no connection left.",
        Who.SERVER,
        "Wait, and try again; if it stays so, max_connections is too low or somebody takes too many.",
    ),
    "57P03": (
        StepKey.SIGN_IN, "The server is starting, stopping or recovering.", Who.SERVER,
        "Try again in a minute; if it stays so, its log says why.",
    ),
    "pooler": (
        StepKey.SIGN_IN,
        "It is no server but a pooler, which takes no settings of a session.",
        Who.YOU,
        "Switch the profile's pooler on.",
    ),
    "tls": (
        StepKey.TLS,
        "The database's driver does not accept the server's certificate.",
        Who.YOU,
        "Name the certificate of the server's issuer as root_certificate.",
    ),
    "silent": (
        StepKey.SIGN_IN, "The server stopped answering while you signed in.", Who.SERVER, "Its log says why.",
    ),
    "3D000": (
        StepKey.DATABASE, "There is no database of this name.", Who.YOU,
        "Look at its spelling; else who runs the server makes one, with the encoding UTF8.",
    ),
    "closed": (
        StepKey.DATABASE, "The database takes no connections now.", Who.SERVER, "ALLOW_CONNECTIONS says so.",
    ),
    "42501": (
        StepKey.DATABASE, "This operator may not connect to the database.", Who.ADMIN,
        "GRANT CONNECT ON DATABASE lets the operator in.",
    ),
}  # fmt: skip


def refusal_of(error: psycopg.Error) -> tuple[str, StepFailed]:
    """Return the kind of a refusal, and what ends the step; without a line for it, the server's own words."""
    words = _words(error)
    kind = error.sqlstate or ""
    if kind not in _REFUSALS:
        kind = next((kind for pattern, kind in _PATTERNS if re.search(pattern, words)), "")
    if kind not in _REFUSALS:
        return "", StepFailed(f"The server refused the sign-in: {words}", Who.SERVER, "Its log says more.")
    step, wrong, who, advice = _REFUSALS[kind]
    return kind, StepFailed(f"{wrong} ({words})" if words else wrong, who, advice, key=step)


def _words(error: psycopg.Error) -> str:
    """Return what the server says, without where it said so and without unseen characters."""
    text = str(error).rpartition("FATAL:")[2] or str(error)
    line = text.strip().partition("\n")[0].strip()
    return "".join(one if one.isprintable() else "?" for one in line[:_LONGEST])
