"""Orders of an administrator's in dual control: refused alone, done when another agreed to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from console.errors import DatabaseUnreachableError, RefusedError
from console.ledger.approvals.commands import approve, execute, submit
from console.ledger.operators import orders
from console.ledger.operators.codes import digest_of, new_code
from console.ledger.operators.commands import disable_operator
from console.ledger.operators.orders import Enabled, NewCode, NewOperator, Roles, change_roles, give_code
from console.ledger.operators.sign_in import redeem, sign_in
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from console.writes.operation import Operation
from tests.cluster import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.ledger.approvals.commands import Order
    from console.settings import Settings
    from tests.operators import Staff

WHY = "ticket 12"


class DualControl:
    """The order to turn dual control on."""

    operation = Operation("controls.dual", "set_dual_control", {"on": True, "reason": WHY})


@pytest.fixture
def admins(settings: Settings, staff: Staff) -> Iterator[tuple[Ledger, Ledger]]:
    """Return the ledger as two administrators have it."""
    opened = [Database(staff.url(staff.hire("admin")), Recorder(capacity=200), settings) for _ in range(2)]
    for one in opened:
        one.session_facts()
    yield Ledger(opened[0]), Ledger(opened[1])
    for one in opened:
        one.close()


@pytest.fixture
def hired(staff: Staff) -> str:
    """Return an operator who was hired before it took two."""
    return staff.hire("viewer")


@pytest.fixture
def by_two(admins: tuple[Ledger, Ledger]) -> Callable[[Order], None]:
    """Turn dual control on; return what one submits, another agrees to, and the first carries out."""
    maker, checker = admins

    def agreed(order: Order) -> None:
        asked = submit(maker, order, reason=WHY)
        assert approve(checker, asked.request, asked.content).enough
        execute(maker, asked.request)

    agreed(DualControl())
    return agreed


@pytest.mark.usefixtures("hired", "by_two")
def test_alone_nothing_is_given(admins: tuple[Ledger, Ledger], staff: Staff, hired: str) -> None:
    boss, _ = admins
    digest = digest_of(new_code())
    for give in (
        lambda: give_code(boss, NewOperator(staff.new_name(), "", ("viewer",), digest, WHY)),
        lambda: give_code(boss, NewCode(hired, digest, WHY)),
        lambda: change_roles(boss, Roles(hired, ("viewer", "support"), WHY)),
    ):
        with pytest.raises(RefusedError) as refused:
            give()
        assert refused.value.code == "control.second"


def test_what_another_agreed_to_is_done(
    admins: tuple[Ledger, Ledger], by_two: Callable[[Order], None], staff: Staff, recorder: Recorder
) -> None:
    boss, _ = admins
    name, code, other = staff.new_name(), new_code(), new_code()

    def rights_by(code: str, password: str) -> frozenset[str]:
        redeem(staff.gate_url, name, code, SecretStr(password), recorder)
        return sign_in(staff.url(name, password), staff.gate_url, recorder).rights

    by_two(NewOperator(name, "Mara O.", ("viewer",), digest_of(code), WHY))
    assert rights_by(code, PASSWORD) == {"ledger_viewer"}
    by_two(Roles(name, ("support",), WHY))
    by_two(NewCode(name, digest_of(other), WHY))
    assert rights_by(other, "another-password") == {"ledger_support", "ledger_viewer"}
    disable_operator(boss, name, reason=WHY)
    by_two(Enabled(name, WHY))
    assert sign_in(staff.url(name, "another-password"), staff.gate_url, recorder).operator == name


def test_a_code_that_was_given_is_not_lost_with_the_question_until_when(
    admins: tuple[Ledger, Ledger], staff: Staff, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_given: object) -> None:
        raise DatabaseUnreachableError("db.example.org", "it went away")

    monkeypatch.setattr(orders, "code_until", gone)
    name, code = staff.hire("viewer"), new_code()
    assert give_code(admins[0], NewCode(name, digest_of(code), WHY)) is None
    redeem(staff.gate_url, name, code, SecretStr(PASSWORD), recorder)
