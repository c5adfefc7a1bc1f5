"""The plan of a statement on demand: what the server would do, never doing it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from psycopg import Error as DriverError
from psycopg.rows import tuple_row
from psycopg.sql import SQL

from console.errors import ConsoleError
from console.postgres.driver_errors import is_broken
from console.server.plan_findings import Finding, FindingKind, findings
from console.server.plan_nodes import PlanNode, node_of, relations_of

if TYPE_CHECKING:
    from psycopg import Connection as Driver
    from sqlalchemy.orm import Session

    from console.monitor.recording.fingerprint import Fingerprint
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database

__all__ = ["ACTION", "Finding", "FindingKind", "Plan", "PlanNode", "PlanRefusedError", "explain"]

ACTION: Final = "queries.plan"
_GENERIC_SINCE: Final = 160_000
_EXPLAINED: Final = re.compile(r"(?:SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|VALUES|TABLE)\b", re.IGNORECASE)
_UNTYPED: Final = re.compile(r"parameter \$(\d+)")
_INDETERMINATE: Final = frozenset({"42P18", "42P08"})
# Each untyped value costs a try; no statement of the console has as many.
_TRIES: Final = 8
_OPTIONS: Final = "FORMAT JSON, VERBOSE"
_GENERIC: Final = "generic plan (GENERIC_PLAN)"
_PREPARED: Final = "generic plan (prepared, every value a NULL of its type)"
_PREPARED_NAME: Final = "ledger_console_plan"
_PREPARED_VALUES: Final = (
    f"SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = '{_PREPARED_NAME}'"  # noqa: S608 - a name of ours
)


class PlanRefusedError(ConsoleError):
    """There is no plan to be had for this statement."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"There is no plan for this statement: {reason}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What the server would do for any values; `way` says how it was asked.

    sql: the statement with `$1`, `$2`… for its values, `document` what EXPLAIN answered.
    """

    sql: str
    way: str
    root: PlanNode
    findings: tuple[Finding, ...]
    document: Any

    def pev2_json(self) -> str:
        """Return the plan as PEV2 and its kin read it; there is no value in it."""
        return json.dumps(self.document, ensure_ascii=False, indent=2)


def explain(database: Database, fingerprint: Fingerprint, *, cancel: Cancellation | None = None) -> Plan:
    """Ask for the plan in a read-only transaction, by EXPLAIN without ANALYZE: nothing is executed.

    Of a function that writes, it is the plan of the SELECT around it. Raises PlanRefusedError.
    """
    sql = fingerprint.template
    if not sql:
        raise PlanRefusedError("it is too long to be kept.")
    if _EXPLAINED.match(sql.lstrip("( ")) is None:
        verb = sql.split(maxsplit=1)[0].upper()
        raise PlanRefusedError(f"PostgreSQL plans queries and changes of rows, and this is {verb}.")

    def work(session: Session) -> Plan:
        driver = cast("Driver[Any]", session.connection().connection.driver_connection)
        is_generic = driver.info.server_version >= _GENERIC_SINCE
        found = _Explainer(driver, is_generic=is_generic).document(sql)
        root = node_of(found[0]["Plan"])
        tables = relations_of(session, root)
        way = _GENERIC if is_generic else _PREPARED
        return Plan(sql, way, root, findings(root, tables), found)

    return database.snapshot(ACTION, work, cancel=cancel)


class _Explainer:
    """Asks one connection for a plan, with or without GENERIC_PLAN."""

    def __init__(self, driver: Driver[Any], *, is_generic: bool) -> None:
        self._driver = driver
        self._ask = self._generic if is_generic else self._prepared

    def document(self, sql: str) -> Any:
        """Return what EXPLAIN answers; a value whose type nothing tells is taken for text."""
        for _try in range(_TRIES):
            try:
                with self._driver.transaction():
                    return self._ask(sql)
            except DriverError as error:
                if is_broken(error) or error.sqlstate == "57014":
                    raise
                untyped = _UNTYPED.search(str(error)) if error.sqlstate in _INDETERMINATE else None
                if untyped is None:
                    raise PlanRefusedError(_reason(error)) from error
                sql = re.sub(rf"\${untyped.group(1)}\b(?!::)", f"${untyped.group(1)}::text", sql)
        raise PlanRefusedError("the server cannot tell the types of its values.")

    def _generic(self, sql: str) -> Any:
        return self._answer(f"EXPLAIN ({_OPTIONS}, GENERIC_PLAN) {sql}")

    def _prepared(self, sql: str) -> Any:
        """Plan on PostgreSQL 15: a prepared statement whose generic plan is forced."""
        self._send("SET LOCAL plan_cache_mode = force_generic_plan")
        self._send(f"PREPARE {_PREPARED_NAME} AS {sql}")
        try:
            with self._driver.transaction():
                row = self._send(_PREPARED_VALUES).fetchone()
                count = 0 if row is None else int(row[0])
                values = f"({', '.join(['NULL'] * count)})" if count else ""
                return self._answer(f"EXPLAIN ({_OPTIONS}) EXECUTE {_PREPARED_NAME}{values}")
        finally:
            # It outlives the transaction, and the connection goes back to the pool.
            self._send(f"DEALLOCATE {_PREPARED_NAME}")

    def _answer(self, statement: str) -> Any:
        return self._send(statement).fetchone()[0]

    def _send(self, statement: str) -> Any:
        """Send it as it is: `$1` is for EXPLAIN, and no parameter of ours."""
        cursor = self._driver.cursor(row_factory=tuple_row)
        return cursor.execute(SQL(cast("Any", statement)), prepare=False)


def _reason(error: DriverError) -> str:
    """Return the server's words; there is no value in the statement that they could repeat."""
    words = (error.diag.message_primary or type(error).__name__).strip()
    return f"{words[:1].lower()}{words[1:].rstrip('.')}."
