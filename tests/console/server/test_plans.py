"""Plans on demand: of every statement the console sends, with what is slow in them, and no value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from sqlalchemy import text

from console.ledger.accounts.page import AccountFilter
from console.ledger.accounts.page import page as accounts_page
from console.ledger.balances.lookup import lookup
from console.ledger.books.overview.load import overview
from console.ledger.transactions.page import TransactionFilter, page
from console.monitor.recording.detail import statement_detail
from console.monitor.recording.fingerprint import fingerprint, template
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.server import plans
from console.server.plans import FindingKind, PlanRefusedError, explain
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.settings import Settings

WAYS = [pytest.param(160_000, id="generic plan"), pytest.param(10**9, id="prepared, as on 15")]


@pytest.fixture
def ledger(ledger_url: str, settings: Settings) -> Iterator[Database]:
    """Lend a ledger with a large table without the index that is asked for."""
    with connected(ledger_url) as connection:
        connection.execute(
            "CREATE TABLE big AS SELECT n AS id, n % 7 AS kind, 'name ' || n AS name"
            " FROM generate_series(1, 120000) n"
        )
        connection.execute("ALTER TABLE big ADD PRIMARY KEY (id)")
        connection.execute("CREATE TABLE small AS SELECT n AS id FROM generate_series(1, 200) n")
        connection.execute("ANALYZE big")
        connection.execute("ANALYZE small")
    database = Database(ledger_url, Recorder(), settings)
    yield database
    database.close()


def server_version(database: Database) -> int:
    number = text("SELECT current_setting('server_version_num')::integer")
    return database.read("session.rights", lambda session: cast("int", session.scalars(number).one()))


def plan_of(database: Database, sql: str) -> plans.Plan:
    return explain(database, fingerprint(sql))


@pytest.mark.parametrize("since", WAYS)
def test_a_scan_without_an_index_is_found(
    ledger: Database, since: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "_GENERIC_SINCE", since)
    plan = plan_of(ledger, "SELECT id FROM big WHERE name = 'Ada Lovelace' AND kind > 3 LIMIT 10")
    scan = next(node for node in plan.root.walk() if node.relation == "big")
    assert scan.kind.endswith("Seq Scan")
    assert (scan.schema, scan.alias) == ("public", "big")
    assert scan.total_cost > 100
    assert [finding.kind for finding in plan.findings] == [
        FindingKind.SEQUENTIAL_SCAN,
        FindingKind.MISSING_INDEX,
    ]
    assert plan.findings[0].text == "big is read from end to end, about 120,000 rows."
    assert plan.findings[1].text.startswith("No index of big begins with ")
    assert {"name", "kind"} <= set(plan.findings[1].text.replace(",", "").split())
    assert ("NULL" in plan.way) == (since > server_version(ledger))
    assert "Lovelace" not in plan.sql + plan.pev2_json() + repr(plan)
    assert json.loads(plan.pev2_json())[0]["Plan"]["Node Type"] == plan.root.kind
    driver_statements = ledger.read(
        "audit.head",
        lambda session: session.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar(),
    )
    assert driver_statements == 0


def test_what_has_an_index_or_is_small_is_not_found(ledger: Database) -> None:
    by_key = plan_of(ledger, "SELECT name FROM big WHERE id = 5")
    assert [node.index for node in by_key.root.walk()] == ["big_pkey"]
    assert by_key.findings == ()
    assert plan_of(ledger, "SELECT id FROM small WHERE id = 5").findings == ()


def test_a_nested_loop_over_many_rows_is_found(ledger: Database) -> None:
    plan = plan_of(ledger, "SELECT count(*) FROM big a CROSS JOIN small b")
    assert FindingKind.NESTED_LOOP in {finding.kind for finding in plan.findings}


def test_a_change_is_planned_and_never_done(ledger: Database) -> None:
    plan = plan_of(ledger, "DELETE FROM small WHERE id = 3")
    assert plan.root.kind == "ModifyTable"
    assert (
        ledger.read(
            "audit.head", lambda session: session.execute(text("SELECT count(*) FROM small")).scalar()
        )
        == 200
    )


def test_of_a_function_that_writes_there_is_the_select_around_it(ledger: Database) -> None:
    assert (
        plan_of(ledger, "SELECT ledger.transfer(%(key)s, %(a)s, %(b)s, %(c)s, %(n)s)").root.kind == "Result"
    )


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("COPY big FROM STDIN", "this is COPY"),
        ("CREATE TABLE x (a int)", "this is CREATE"),
        ("SELECT a FROM missing_table", 'relation "missing_table" does not exist'),
        ("SELECT 'x" + "y" * 20_000 + "' FROM big", "too long"),
    ],
)
def test_what_has_no_plan_is_refused_in_words(ledger: Database, sql: str, reason: str) -> None:
    with pytest.raises(PlanRefusedError, match=reason):
        plan_of(ledger, sql)
    assert plan_of(ledger, "SELECT id FROM small").root.relation == "small"


@pytest.mark.parametrize("since", WAYS)
def test_a_value_without_a_type_is_taken_for_text(
    ledger: Database, since: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "_GENERIC_SINCE", since)
    plan = plan_of(ledger, "SELECT jsonb_build_object('a', %(a)s, 'b', id) FROM small")
    assert plan.root.relation == "small"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT %(a)s, %(b)s, %(a)s", "SELECT $1, $2, $1"),
        ("SELECT %s, %s", "SELECT $1, $2"),
        ("SELECT now() - interval '1 day'", "SELECT now() - $1::interval"),
        ("SELECT 1, 1.5, 12345678901", "SELECT $1::integer, $2::numeric, $3::bigint"),
        ("SELECT a::numeric(10, 2) FROM t ORDER BY 1, 2 DESC LIMIT 5",
         "SELECT a::numeric(10, 2) FROM t ORDER BY 1, 2 DESC LIMIT $1::integer"),
        ("SELECT a -- 'x'\nFROM t WHERE b %% 2 = 'O''Hara'", "SELECT a FROM t WHERE b % $1::integer = $2"),
    ],
)  # fmt: skip
def test_a_template_has_a_place_for_each_value(sql: str, expected: str) -> None:
    assert template(sql) == expected


def test_the_consoles_own_questions_have_plans(
    operator_database: Database, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"marked-customer": 500})
    page(operator_database, TransactionFilter(user="marked-customer"))
    accounts_page(operator_database, AccountFilter(prefix="marked-customer", currency="CR"))
    lookup(operator_database, ["marked-customer"], "CR")
    overview(operator_database)
    recorder = operator_database.recorder
    snapshot = recorder.snapshot()
    seen = {snapshot.fingerprints[number] for number in snapshot.fingerprint}
    assert len(seen) >= 4
    for shape in seen:
        plan = explain(operator_database, shape)
        detail = statement_detail(recorder, shape.id)
        assert detail is not None
        assert "\n" in detail.sql
        assert "marked-customer" not in repr(plan) + plan.pev2_json() + repr(detail)
