"""No literal, parameter or name of a customer is in anything that the monitor keeps, logs or tells."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from console.errors import ConsoleError
from console.ledger.transactions.page import TransactionFilter, page
from console.ledger.transactions.transfer import transfer
from console.monitor.history import by_statement
from console.monitor.recording.detail import statement_detail
from console.server.plans import PlanRefusedError, explain
from console.settings import Paths, Settings
from console.workspace.metrics import metrics_text
from console.workspace.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

MARK = "zanzibar"


@pytest.mark.over_budget
def test_marked_values_are_nowhere(
    as_role: Callable[[str], str],
    open_accounts: Callable[..., None],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    open_accounts({f"{MARK}-ada": 500, f"{MARK}-grace": 0})
    settings = Settings.model_construct(database_url=SecretStr(as_role("t_operator")))
    paths = Paths(tmp_path, tmp_path, tmp_path, tmp_path)
    kept: list[str] = []
    with open_workspace(settings, paths) as workspace:
        database, recorder = workspace.database, workspace.recorder
        page(database, TransactionFilter(user=f"{MARK}-ada"))
        transfer(
            workspace.ledger,
            payer=f"{MARK}-ada",
            payee=f"{MARK}-grace",
            currency="CR",
            amount=5,
            description=f"{MARK} words",
            reference=f"{MARK}-1",
        )

        def careless(session: Session) -> None:
            for number in range(9):
                session.execute(text(f"SELECT username FROM ledger.users WHERE username = '{MARK}{number}'"))
            session.execute(text(f"SELECT $${MARK}$$::integer -- {MARK}"))

        with suppress(ConsoleError):
            database.read("accounts.page", careless)
        snapshot = recorder.snapshot(commits=True)
        assert snapshot.failed.any()
        assert snapshot.is_commit.any()
        kept.append(repr((snapshot.fingerprints, snapshot.actions, snapshot.screens, snapshot.failures)))
        assert workspace.watch is not None
        assert any("N+1 in accounts.page" in alert.text for alert in workspace.watch.alerts)
        kept += [repr(workspace.watch.alerts), metrics_text(database, workspace.watch)]
        for shape in snapshot.fingerprints:
            kept.append(repr(statement_detail(recorder, shape.id)))
            with suppress(PlanRefusedError):
                kept.append(explain(database, shape).pev2_json())
    assert workspace.history is not None
    rows = workspace.history.rows(0, 1e11)
    assert len(by_statement(rows)) >= 5
    files = [path for path in (tmp_path / "history").iterdir() if path.is_file()]
    assert files
    kept += [path.read_bytes().decode("latin-1") for path in files]
    kept += [repr(rows), *(record.getMessage() for record in caplog.records if "monitor" in record.name)]
    assert [piece for piece in kept if MARK in piece] == []
