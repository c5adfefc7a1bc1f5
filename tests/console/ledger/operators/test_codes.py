"""Codes: how one is drawn, typed and kept; orders that give them; and a password set by one at the gate."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from console.errors import AccessDeniedError, DatabaseUnreachableError, RefusedError
from console.ledger.approvals.commands import request_of
from console.ledger.operators import sign_in as gate_way
from console.ledger.operators.codes import GOOD_DAYS, digest_of, is_code, new_code, normal_code
from console.ledger.operators.credentials import (
    CodeInDoubtError,
    GateError,
    LockedOutError,
    NoGateError,
    WrongCodeError,
    WrongPasswordError,
)
from console.ledger.operators.orders import (
    Changed,
    Enabled,
    NewCode,
    NewOperator,
    Roles,
    change_roles,
    code_until,
    give_code,
)
from console.ledger.operators.sign_in import redeem, sign_in
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Paths, Settings
from console.workspace.workspace import redeem_code
from console.writes.ledger import Ledger
from tests.cluster import GATE, PASSWORD, connected
from tests.operators import WRONG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from tests.conftest import Statements
    from tests.operators import Staff

WHY = "ticket 12"
CODE = "7QK2-M4XR-9TBD-PW3H"
OTHER = "0000-0000-0000-0000"


@pytest.fixture
def boss(settings: Settings, staff: Staff) -> Iterator[Ledger]:
    """Return the ledger as an administrator has it."""
    database = Database(staff.url(staff.hire("admin")), Recorder(capacity=200), settings)
    database.session_facts()
    yield Ledger(database)
    database.close()


@pytest.fixture
def invited(boss: Ledger, staff: Staff) -> str:
    """Return an operator who has CODE and no password."""
    name = staff.new_name()
    give_code(boss, NewOperator(name, "Mara O.", ("viewer",), digest_of(CODE), WHY))
    return name


def by_code(
    staff: Staff,
    name: str,
    recorder: Recorder,
    *,
    code: str = CODE,
    password: str = PASSWORD,
    gate: str = "",
) -> None:
    redeem(gate or staff.gate_url, name, code, SecretStr(password), recorder)


def test_a_code_has_80_random_bits_in_letters_that_are_not_confused() -> None:
    drawn = {new_code() for _ in range(200)}
    assert len(drawn) == 200
    pattern = "-".join(["[0-9A-HJKMNP-TV-Z]{4}"] * 4)
    assert all(re.fullmatch(pattern, one) for one in drawn)
    assert set("".join(drawn)) == set("-0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), " 7qk2m4xr 9tbdpw3h\t", "7-QK2M4XR9TBDPW3-H"])
def test_however_it_is_typed_it_is_the_same_code(typed: str) -> None:
    assert normal_code(typed) == CODE
    assert is_code(typed)
    assert digest_of(typed) == hashlib.sha256(CODE.encode()).digest()


@pytest.mark.parametrize("typed", ["", CODE[:-1], CODE + "A", CODE.replace("Q", "U"), "O" + CODE[1:]])
def test_what_can_be_no_code_is_known_before_it_is_tried(typed: str) -> None:
    assert not is_code(typed)


@pytest.mark.parametrize(
    ("order", "kind", "words"),
    [
        (
            NewOperator("mara", "Mara O.", ("viewer", "approver", "viewer"), digest_of(CODE), WHY),
            "create_operator",
            {
                "operator": "mara",
                "display_name": "Mara O.",
                "groups": ["ledger_approver", "ledger_viewer"],
                "code_digest": digest_of(CODE).hex(),
                "reason": WHY,
            },
        ),
        (
            NewCode("mara", digest_of(CODE), WHY),
            "set_operator_password",
            {"operator": "mara", "code_digest": digest_of(CODE).hex(), "reason": WHY},
        ),
        (
            Roles("mara", ("viewer",), WHY),
            "set_operator_groups",
            {"operator": "mara", "groups": ["ledger_viewer"], "reason": WHY},
        ),
        (Enabled("mara", WHY), "enable_operator", {"operator": "mara", "reason": WHY}),
    ],
)
def test_an_order_as_a_request_has_the_ledgers_words(
    order: NewOperator | NewCode | Roles | Enabled, kind: str, words: dict[str, Any]
) -> None:
    assert (order.operation.function, request_of(order.operation)) == (kind, words)


def test_a_password_is_set_by_code_once(boss: Ledger, staff: Staff, recorder: Recorder, invited: str) -> None:
    until = code_until(boss.database, invited)
    assert until is not None
    assert timedelta(days=GOOD_DAYS, minutes=-5) < until - datetime.now(UTC) <= timedelta(days=GOOD_DAYS)
    with pytest.raises(WrongPasswordError):
        sign_in(staff.url(invited), staff.gate_url, recorder)
    by_code(staff, invited, recorder)
    assert sign_in(staff.url(invited), staff.gate_url, recorder).rights == {"ledger_viewer"}
    assert code_until(boss.database, invited) is None
    with pytest.raises(WrongCodeError, match="or the code was used or is over"):
        by_code(staff, invited, recorder, password="another-password")
    assert sign_in(staff.url(invited), staff.gate_url, recorder).operator == invited


def test_a_code_takes_the_place_of_a_password(boss: Ledger, staff: Staff, recorder: Recorder) -> None:
    name = staff.hire("viewer")
    assert give_code(boss, NewCode(name, digest_of(CODE), WHY)) is not None
    with pytest.raises(WrongPasswordError):
        sign_in(staff.url(name), staff.gate_url, recorder)
    by_code(staff, name, recorder, password="another-password")
    assert sign_in(staff.url(name, "another-password"), staff.gate_url, recorder).operator == name


def test_the_same_order_in_doubt_is_done_once(boss: Ledger, staff: Staff) -> None:
    name, key = staff.new_name(), uuid4()
    order = NewOperator(name, "", ("viewer",), digest_of(CODE), WHY)
    first = give_code(boss, order, key=key)
    assert give_code(boss, order, key=key) == first


def test_wrong_codes_are_counted_like_wrong_passwords(staff: Staff, recorder: Recorder, invited: str) -> None:
    left = []
    for _ in range(4):
        with pytest.raises(WrongCodeError) as wrong:
            by_code(staff, invited, recorder, code=OTHER)
        left.append(wrong.value.left)
    assert left == [4, 3, 2, 1]
    assert "1 more try before a pause of 15 minutes." in str(wrong.value)
    for code in (OTHER, OTHER, CODE):
        with pytest.raises(LockedOutError):
            by_code(staff, invited, recorder, code=code)


def test_of_a_stranger_a_code_says_nothing_else(staff: Staff, recorder: Recorder, invited: str) -> None:
    told = []
    for name in (invited, staff.new_name()):
        with pytest.raises(WrongCodeError) as wrong:
            by_code(staff, name, recorder, code=OTHER)
        told.append(str(wrong.value))
    assert told[0] == told[1]


def test_without_the_gate_no_code_is_tried(
    staff: Staff, recorder: Recorder, invited: str, ledger_url: str, tmp_path: Path
) -> None:
    with pytest.raises(GateError):
        by_code(staff, invited, recorder, gate=staff.url(GATE, WRONG))
    paths = Paths(tmp_path / "data", tmp_path / "config", tmp_path / "state", tmp_path / "log")
    bare = Settings.model_construct(database_url=SecretStr(ledger_url), gate_password=None)
    with pytest.raises(NoGateError, match="ledgerctl operator gate"):
        redeem_code(bare, paths, invited, CODE, SecretStr(PASSWORD))
    guarded = bare.model_copy(update={"gate_password": SecretStr(PASSWORD)})
    redeem_code(guarded, paths, invited, CODE, SecretStr(PASSWORD))
    assert sign_in(staff.url(invited), staff.gate_url, recorder).operator == invited


def test_an_answer_that_is_lost_leaves_two_ways(
    staff: Staff, recorder: Recorder, invited: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password was set, but nobody was told so: it is no wrong code."""
    ask = gate_way._ask

    def lose(connection: Any, statement: str, *rest: Any) -> Any:
        answer = ask(connection, statement, *rest)
        if "redeem_code" in statement:
            connection.commit()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return answer

    monkeypatch.setattr(gate_way, "_ask", lose)
    with pytest.raises(CodeInDoubtError, match="Sign in with it"):
        by_code(staff, invited, recorder)
    assert sign_in(staff.url(invited), staff.gate_url, recorder).operator == invited


def test_what_is_no_verifier_is_refused_and_the_code_stays(
    staff: Staff, recorder: Recorder, invited: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = gate_way._ask

    def spoil(connection: Any, statement: str, values: tuple[Any, ...], *rest: Any) -> Any:
        spoilt = (*values[:-1], "plain") if "redeem_code" in statement else values
        return ask(connection, statement, spoilt, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(gate_way, "_ask", spoil)
        with pytest.raises(RefusedError) as refused:
            by_code(staff, invited, recorder)
    assert refused.value.code == "operator.verifier"
    by_code(staff, invited, recorder)


def test_where_no_server_is_nothing_is_in_doubt(staff: Staff, recorder: Recorder, invited: str) -> None:
    nowhere = make_url(staff.gate_url).set(host="127.0.0.1", port=1, query={})
    with pytest.raises(DatabaseUnreachableError):
        by_code(staff, invited, recorder, gate=nowhere.render_as_string(hide_password=False))


def test_neither_code_nor_password_is_kept_or_recorded(
    staff: Staff, recorder: Recorder, invited: str, statements: Statements
) -> None:
    with statements.counted() as sent:
        by_code(staff, invited, recorder)
    assert ["reserve_attempt" in sent[0], "redeem_code" in sent[1], len(sent)] == [True, True, 2]
    with connected(staff.ledger_url) as connection:
        kept = connection.execute("SELECT e.detail::text FROM ledger.audit_events e").fetchall()
    said = "".join([*sent, *(text for (text,) in kept)])
    assert invited in said
    assert [one for one in (CODE, PASSWORD) if one in said] == []


def test_roles_are_given_and_taken(boss: Ledger, staff: Staff, recorder: Recorder) -> None:
    name = staff.hire("operator", "support")
    done = change_roles(boss, Roles(name, ("support", "approver"), WHY))
    assert done == Changed(("operator", "support"), ("approver", "support"), ())
    facts = sign_in(staff.url(name), staff.gate_url, recorder)
    assert facts.rights == {"ledger_approver", "ledger_support", "ledger_viewer"}


def test_nobody_is_left_without_a_role_or_changes_their_own(boss: Ledger, staff: Staff) -> None:
    own = boss.database.session_facts().operator
    for name, roles, code in (
        (staff.hire(), (), "operator.groups"),
        (own, ("viewer",), "operator.self"),
        ("nobody", ("viewer",), "operator.unknown"),
    ):
        with pytest.raises(RefusedError) as refused:
            change_roles(boss, Roles(name, roles, WHY))
        assert refused.value.code == code


def test_who_is_disabled_is_told_so(boss: Ledger, staff: Staff) -> None:
    name = staff.hire()
    with connected(staff.ledger_url) as connection:
        connection.execute("SELECT ledger.disable_operator(gen_random_uuid(), %s, 'has left')", [name])
    with pytest.raises(RefusedError, match="the operator is disabled"):
        change_roles(boss, Roles(name, ("viewer",), WHY))


def test_only_an_administrator_gives(settings: Settings, staff: Staff) -> None:
    database = Database(staff.url(staff.hire("auditor")), Recorder(capacity=20), settings)
    try:
        for order in (Roles(staff.hire(), ("admin",), WHY),):
            with pytest.raises(AccessDeniedError):
                change_roles(Ledger(database), order)
        with pytest.raises(AccessDeniedError):
            give_code(Ledger(database), NewCode(staff.hire(), digest_of(CODE), WHY))
    finally:
        database.close()
