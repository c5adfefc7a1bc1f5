"""The shape of a statement, and that no value stays in it."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.monitor.recording import fingerprint as shape_module
from console.monitor.recording.fingerprint import Fingerprints, fingerprint, normalise
from console.monitor.recording.label import label


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select  1.5e-3, .5,\n 0xFF, t1.c2 from T1", "SELECT ?, ?, ?, t1.c2 FROM t1"),
        ("SELECT 'it''s', E'a\\'b', U&'d\\0061t', B'101'", "SELECT ?, ?, ?, ?"),
        ("SELECT $tag$ it's $$ here $tag$, $$x$$, $1", "SELECT ?, ?, ?"),
        ("SELECT a /* one /* two */ three */ FROM t -- four 'five", "SELECT a FROM t"),
        ('SELECT "Odd ""name" FROM "T 1"', 'SELECT "Odd ""name" FROM "T 1"'),
        (
            "SELECT a %% 2 FROM t WHERE b = %(b)s AND c = %s AND d = :d",
            "SELECT a % ? FROM t WHERE b = ? AND c = ? AND d = ?",
        ),
        ("SELECT a::int FROM t WHERE b[1] = c;", "SELECT a::int FROM t WHERE b[…] = c"),
        ("SELECT 'never closed", "SELECT ?"),
        ("SELECT $a$ never closed", "SELECT ?"),
        ("SELECT 1 /* never closed", "SELECT ?"),
        ('SELECT "never closed', "SELECT ?"),
    ],
)
def test_values_and_comments_are_gone(sql: str, expected: str) -> None:
    assert normalise(sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM t WHERE a IN ({})",
        "SELECT a FROM t WHERE a = ANY (ARRAY[{}])",
        "INSERT INTO t VALUES ({})",
    ],
)
def test_the_length_of_a_list_makes_no_difference(sql: str) -> None:
    one = sql.format("%(p_1)s::INTEGER")
    many = sql.format(", ".join(f"%(p_{number})s::INTEGER" for number in range(2_000)))
    mixed = sql.format("-1, NULL, 'x'::VARCHAR(10), %(q)s::TIMESTAMP WITH TIME ZONE, DEFAULT")
    assert fingerprint(one).id == fingerprint(many).id == fingerprint(mixed).id


def test_the_number_of_rows_makes_no_difference() -> None:
    insert = "INSERT INTO t (a, b) VALUES {} RETURNING id"
    one = insert.format("(%(a__0)s::NUMERIC(10, 2), now())")
    many = insert.format("(%(a__0)s::NUMERIC(10, 2), now()), (%(a__1)s::NUMERIC(10, 2), now())")
    assert normalise(many) == normalise(one)


def test_other_statements_have_other_ids() -> None:
    texts = ["SELECT a FROM t", "SELECT b FROM t", "SELECT a FROM u", 'SELECT "A" FROM t', "SELECT 1 FROM t"]
    assert len({fingerprint(text).id for text in texts}) == len(texts)


@given(secret=st.text(min_size=1))
def test_no_text_of_a_literal_survives(secret: str) -> None:
    quoted = secret.replace("'", "''")
    assert normalise(f"SELECT '{quoted}' FROM t") == "SELECT ? FROM t"


@given(number=st.integers(min_value=0) | st.floats(min_value=0, allow_nan=False, allow_infinity=False))
def test_no_digit_of_a_number_survives(number: float) -> None:
    assert normalise(f"SELECT a FROM t WHERE b = {number!r}") == "SELECT a FROM t WHERE b = ?"


@given(sql=st.text(alphabet="SELECT'\"$(),;:%[]/*-ab1 \n?…", max_size=60))
def test_any_text_has_a_shape_whatever_space_surrounds_it(sql: str) -> None:
    assert fingerprint(f"\n {sql} \t").id == fingerprint(sql).id


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT 1",
        "BEGIN",
        "COMMIT",
        "ROLLBACK TO SAVEPOINT a",
        "SET LOCAL lock_timeout = '3s'",
        "SELECT set_config('statement_timeout', '15s', true)",
        "show server_version",
        "SELECT pg_catalog.version()",
    ],
)
def test_the_session_s_own_statements_are_housekeeping(sql: str) -> None:
    assert fingerprint(sql).housekeeping


@pytest.mark.parametrize("sql", ["SELECT 1 FROM t", "SELECT a", "UPDATE t SET a = 1", "SELECT settings()"])
def test_questions_are_not_housekeeping(sql: str) -> None:
    assert not fingerprint(sql).housekeeping


def test_the_memory_is_bounded_and_forgets_the_oldest() -> None:
    known = Fingerprints(capacity=3)
    first = known.of("SELECT a FROM t0")
    for number in range(1, 5):
        known.of(f"SELECT a FROM t{number}")
    assert len(known) == 3
    assert known.of("SELECT a FROM t4") is known.of("SELECT a FROM t4")
    assert known.of("SELECT a FROM t0") is not first


def test_what_differs_in_a_value_alone_is_described_once(monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[str] = []

    def noted(text: str) -> str:
        described.append(text)
        return label(text)

    monkeypatch.setattr(shape_module, "label", noted)
    known = Fingerprints()
    first = known.of("SELECT a FROM t WHERE b = 'one'")
    assert known.of("SELECT a FROM t WHERE b = 'two'") is first
    assert described == ["SELECT a FROM t WHERE b = ?"]


def test_the_memory_keeps_no_text_of_a_statement() -> None:
    known = Fingerprints()
    known.of("SELECT a FROM t WHERE name = 'Ludmila'")
    reached: list[object] = [known]
    seen: set[int] = set()
    while reached:
        thing = reached.pop()
        if id(thing) in seen or isinstance(thing, type):
            continue
        seen.add(id(thing))
        assert not (isinstance(thing, str) and "Ludmila" in thing)
        reached.extend(gc.get_referents(thing))


def test_a_huge_statement_is_cut_for_show_only() -> None:
    columns = ", ".join(f"column_{number}" for number in range(2_000))
    one, other = fingerprint(f"SELECT {columns} FROM t"), fingerprint(f"SELECT {columns} FROM u")
    assert len(one.text) == len(other.text) == 8_001
    assert one.id != other.id
