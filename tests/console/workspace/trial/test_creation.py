"""A ledger made where the role may: the database, the schema, a currency, the zone, the first operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from console.errors import AccessDeniedError, ConsoleError
from console.ledger.operators.credentials import Credentials
from console.money import Currency
from console.workspace.trial.creation import NewLedger, create_ledger
from console.workspace.trial.trial import try_connection
from models.migrations import head_revision
from tests.cluster import PASSWORD, connected

if TYPE_CHECKING:
    from tests.console.workspace.trial.conftest import Served

MAKER = Credentials("t_maker", SecretStr(PASSWORD))
FIRST = Credentials("first.operator", SecretStr("a long enough password"))


def test_a_maker_of_roles_and_databases_makes_all_of_it(bare: Served) -> None:
    profile = bare.profile(database="made")
    assert try_connection(profile, MAKER).can_create
    steps: list[tuple[int, int]] = []
    wanted = NewLedger(Currency("EUR", 2), "Europe/Vienna", FIRST)
    version = create_ledger(profile, MAKER, wanted, lambda done, total: steps.append((done, total)))
    assert version == head_revision()
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    result = try_connection(profile, FIRST)
    assert result.passed, result.failure
    assert result.facts is not None
    assert "ledger_admin" in result.facts.rights
    with connected(bare.cluster.url("made")) as connection:
        found = connection.execute(
            "SELECT c.zone, (SELECT string_agg(code, ' ') FROM ledger.currencies) FROM ledger.calendar c"
        ).fetchone()
    assert found == ("Europe/Vienna", "EUR")


def test_who_may_not_make_it_is_told(served: Served) -> None:
    wanted = NewLedger(Currency("EUR", 2))
    with pytest.raises(AccessDeniedError):
        create_ledger(served.profile(database="made"), Credentials("t_viewer", SecretStr(PASSWORD)), wanted)
    with pytest.raises(ConsoleError, match="password"):
        create_ledger(served.profile(), Credentials("t_maker", SecretStr("wrong")), wanted)
