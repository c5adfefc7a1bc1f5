"""The words that diagnostics may hold: those of our own code and of PostgreSQL, and no word of anybody's."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from psycopg import errors as driver_errors

from console.monitor.budgets import BUDGETS, STREAMS
from console.monitor.recording.label import KEYWORDS

UNKNOWN: Final = "\N{HORIZONTAL ELLIPSIS}"
"""What stands for each word that is not known."""

_PACKAGES: Final = ("console", "ui", "models", "resources")
# Those whose classes of errors may be named; a class's name is written by a programmer.
_OTHERS: Final = frozenset({
    "builtins", "psycopg", "sqlalchemy", "alembic", "pydantic", "pydantic_core", "pybreaker", "stamina",
    "filelock", "keyring", "sqlglot", "shiboken6", "PySide6", "json", "zoneinfo", "socket", "ssl",
    "subprocess", "tomllib", "zipfile", "concurrent",
})  # fmt: skip
# Of the catalogues and functions that the console asks; what of them is not here is shown as unknown.
_SERVER: Final = frozenset(
    re.findall(
        r"\w+",
        """
        application_name attname attnum attrelid backend_type blks_hit blks_read blocked_by bytea cast
        client_addr conname connections_at_most conrelid datname date_bin date_trunc deadlocks float8
        indexrelid indexrelname int json_agg json_build_array last_analyze last_autoanalyze
        last_autovacuum last_vacuum make_interval max_connections mean_exec_time n_dead_tup n_live_tup
        nspname numbackends oid proname query query_start queryid read_all relkind relname reltuples
        replay_lag replay_lsn rolname row_to_json schemaname seq_scan idx_scan state_change stats_reset
        sync_state temp_bytes temp_files total_exec_time tuple userid wait_event wait_event_type
        xact_commit xact_rollback xact_start pg_advisory_lock pg_advisory_unlock pg_advisory_xact_lock
        pg_auth_members pg_attribute pg_authid pg_backend_pid pg_blocking_pids pg_catalog
        pg_cancel_backend pg_class pg_constraint pg_current_wal_lsn pg_database pg_database_size pg_depend
        pg_description pg_extension pg_get_constraintdef pg_get_expr pg_get_functiondef pg_get_indexdef
        pg_has_role pg_index pg_is_in_recovery pg_locks pg_namespace pg_notify pg_postmaster_start_time
        pg_proc pg_read_all_stats pg_relation_size pg_roles pg_sequences pg_settings pg_sleep
        pg_stat_activity pg_stat_database pg_stat_replication pg_stat_statements pg_stat_user_indexes
        pg_stat_user_tables pg_table_size pg_terminate_backend pg_total_relation_size pg_trigger
        pg_try_advisory_lock pg_type pg_wal_lsn_diff
        """,
    )
)
_PIECE: Final = re.compile(r"(?P<word>[^\W\d][\w$]*)|(?P<number>\d\w*)|(?P<other>.)", re.DOTALL)
# A number of a place or of a type's size; what is longer may be an amount or somebody's number.
_DIGITS_AT_MOST: Final = 3


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Return all words that a statement of ours may hold, in lower case: 2,000, read in some 50 ms."""
    from models.base import Base  # noqa: PLC0415 - with all mapped classes, which the window has long loaded

    models = importlib.import_module("models")
    for one in pkgutil.iter_modules(models.__path__):
        if not one.ispkg:
            importlib.import_module(f"models.{one.name}")
    found = {word.lower() for word in KEYWORDS} | set(_SERVER)
    found |= {piece for name in (*BUDGETS, *STREAMS) for piece in re.split(r"[.-]", name)}
    for table in Base.metadata.tables.values():
        found |= {table.name, *(column.name for column in table.columns)}
    for file in Path(models.__path__[0]).rglob("*.sql"):
        found |= set(re.findall(r"[a-z_]\w*", file.read_text(encoding="utf-8").lower()))
    return frozenset(found)


@lru_cache(maxsize=1)
def known_tables() -> frozenset[str]:
    """Return the names of the ledger's tables."""
    known_words()
    from models.base import Base  # noqa: PLC0415 - see above

    return frozenset(table.name for table in Base.metadata.tables.values())


@lru_cache(maxsize=1)
def known_modules() -> frozenset[str]:
    """Return the dotted names of our own modules; none is imported."""
    found: set[str] = set()
    for package in _PACKAGES:
        found.add(package)
        for folder in importlib.import_module(package).__path__:
            _walk(package, folder, found)
    return frozenset(found)


def _walk(package: str, folder: str, found: set[str]) -> None:
    for one in pkgutil.iter_modules([folder]):
        name = f"{package}.{one.name}"
        found.add(name)
        if one.ispkg:
            _walk(name, f"{folder}/{one.name}", found)


def known_errors() -> frozenset[str]:
    """Return the names of the classes of errors that are loaded, of ours and of the libraries'."""
    waiting: list[type[BaseException]] = [BaseException]
    seen: set[type[BaseException]] = set()
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += one.__subclasses__()
    modules = known_modules()
    return frozenset(
        one.__name__
        for one in seen
        if one.__module__ in modules or one.__module__.partition(".")[0] in _OTHERS
    )


def known_action(name: str) -> str:
    """Return an action's name; what is no name of ours is unknown."""
    return name if name in BUDGETS or name in STREAMS else UNKNOWN if name else "outside actions"


def known_state(code: str | None) -> str:
    """Return an SQLSTATE that PostgreSQL has; nothing for anything else."""
    if code is None:
        return ""
    try:
        driver_errors.lookup(code)
    except KeyError:
        return ""
    return code


def state_of(error: str) -> str:
    """Return the SQLSTATE that an error class of the driver stands for; nothing for any other class."""
    return known_state(getattr(getattr(driver_errors, error, None), "sqlstate", None))


def spelled(text: str) -> str:
    """Return a statement's text with only known words in it, and no number of more than three digits."""
    return re.sub(rf"{UNKNOWN}+", UNKNOWN, "".join(_shown(match) for match in _PIECE.finditer(text)))


def _shown(piece: re.Match[str]) -> str:
    text = piece.group()
    if piece.lastgroup == "word":
        small = text.lower()
        return text if small in known_words() else UNKNOWN
    if piece.lastgroup == "number":
        return text if text.isascii() and text.isdigit() and len(text) <= _DIGITS_AT_MOST else UNKNOWN
    return text if text.isascii() and text.isprintable() else " " if text.isspace() else UNKNOWN
