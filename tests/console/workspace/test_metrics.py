"""Prometheus' endpoint, asked over HTTP."""

from __future__ import annotations

import http.client
import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from console.ledger.jobs.keeper import Keeper
from console.monitor.watch import Limits, Watch
from console.settings import Paths, Settings
from console.workspace.metrics import CONTENT_TYPE, MetricsServer, metrics_text
from console.workspace.workspace import open_workspace
from console.writes.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from console.postgres.database import Database


@pytest.fixture
def server(operator_database: Database) -> Iterator[MetricsServer]:
    watch = Watch(operator_database.recorder, Limits())
    server = MetricsServer(0, lambda: metrics_text(operator_database, watch))
    yield server
    server.close()


def get(port: int, path: str = "/metrics", host: str | None = None) -> tuple[int, str, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers={} if host is None else {"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read().decode()


@pytest.mark.over_budget
def test_the_figures_are_answered(server: MetricsServer, operator_database: Database) -> None:
    question = text("SELECT username FROM ledger.users WHERE username = 'marked-customer' LIMIT 1")
    for _ in range(3):
        operator_database.read("accounts.page", lambda session: [session.execute(question).all()] * 2)
    operator_database.read(
        "transactions.page", lambda session: [session.execute(question).all() for _ in range(2)]
    )
    status, kind, body = get(server.port)
    assert (status, kind) == (200, CONTENT_TYPE)
    values = dict(line.rsplit(" ", 1) for line in body.splitlines() if not line.startswith("#"))
    assert values['ledger_console_statements_total{action="accounts.page"}'] == "3"
    assert values['ledger_console_statements_total{action="transactions.page"}'] == "2"
    assert values['ledger_console_statement_failures_total{action="accounts.page"}'] == "0"
    assert values['ledger_console_budget_overruns_total{action="transactions.page"}'] == "1"
    assert 0 < float(values['ledger_console_statement_duration_seconds{action="all",quantile="0.95"}']) < 10
    assert values["ledger_console_pool_connections_in_use"] == "0"
    assert values["ledger_console_pool_connections_limit"] == "8"
    assert values['ledger_console_breaker_state{state="closed"}'] == "1"
    assert values['ledger_console_breaker_state{state="open"}'] == "0"
    assert "marked-customer" not in body
    named = {line.split()[2] for line in body.splitlines() if line.startswith("# TYPE")}
    assert {name.partition("{")[0] for name in values} == named


def test_nothing_else_is_answered_nor_under_another_name(server: MetricsServer) -> None:
    assert get(server.port, "/")[0] == 404
    assert get(server.port, host="console.example:80")[0] == 403
    assert get(server.port, host=f"localhost:{server.port}")[0] == 200


def test_it_listens_on_the_loopback_only(server: MetricsServer) -> None:
    assert server._server.server_address[0] == "127.0.0.1"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_the_workspace_answers_where_a_port_is_set(
    as_role: Callable[[str], str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    paths = Paths(tmp_path, tmp_path, tmp_path, tmp_path)
    port = free_port()
    settings = Settings.model_construct(database_url=SecretStr(as_role("t_operator")), metrics_port=port)
    with open_workspace(settings, paths):
        status, _, body = get(port)
        assert status == 200
        assert 'statements_total{action="books.load"} 1' in body
        with open_workspace(settings, paths):
            assert f"Prometheus is not answered on port {port}" in caplog.text
    with pytest.raises(ConnectionRefusedError):
        get(port)
    with open_workspace(settings, paths, is_served=False), pytest.raises(ConnectionRefusedError):
        get(port)


def test_the_jobs_are_told_as_the_keeper_saw_them(operator_database: Database) -> None:
    watch = Watch(operator_database.recorder, Limits())
    keeper = Keeper(Ledger(operator_database))
    assert "job_" not in metrics_text(operator_database, watch, keeper)
    keeper.look()
    body = metrics_text(operator_database, watch, keeper)
    values = dict(line.rsplit(" ", 1) for line in body.splitlines() if not line.startswith("#"))
    assert values["ledger_console_keeper_active"] == "1"
    assert values['ledger_console_job_overdue_seconds{job="verify"}'] == "0"
    assert values['ledger_console_job_failures{job="seal"}'] == "0"
    assert float(values["ledger_console_keeper_asked_seconds"]) > 1_700_000_000
