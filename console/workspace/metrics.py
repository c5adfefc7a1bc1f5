"""The console's figures for Prometheus, on this machine's loopback only."""

from __future__ import annotations

import logging
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from console.ledger.jobs.keeper import Keeper, Standing
    from console.monitor.recording.percentiles import Percentiles
    from console.monitor.watch import Watch
    from console.postgres.database import Database

logger = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX: Final = "ledger_console_"
_WINDOW_S: Final = 60.0
_STATES: Final = ("closed", "half-open", "open")
# A page in a browser may ask this machine under a name of its own; Prometheus asks by one of these.
_HOSTS: Final = frozenset({LOOPBACK, "localhost"})
_PATIENCE_S: Final = 5.0

Sample = tuple[dict[str, str], float]


def metrics_text(database: Database, watch: Watch, keeper: Keeper | None = None) -> str:
    """Return the figures in Prometheus' text format; labels are names of ours, never a value.

    Of the jobs as this console's keeper saw them when it last asked; nothing where it does not run.
    """
    totals = database.recorder.totals()
    minute = database.recorder.figures(_WINDOW_S)
    times = {**minute.by_action, "all": minute.overall}
    pool, breaker = database.pool, database.breaker
    parts = [
        _metric("statements_total", "counter", "Statements sent.",
            (({"action": name}, total.statements) for name, total in totals.items())),
        _metric("statement_failures_total", "counter", "Statements that failed.",
            (({"action": name}, total.failures) for name, total in totals.items())),
        _metric("statement_rows_total", "counter", "Rows read or changed.",
            (({"action": name}, total.rows) for name, total in totals.items())),
        _metric("statement_seconds_total", "counter", "Time spent in statements.",
            (({"action": name}, total.ms / 1_000) for name, total in totals.items())),
        _metric("statement_duration_seconds", "gauge", "Percentiles of the last minute.",
            (sample for name, one in times.items() for sample in _quantiles(name, one))),
        _metric("pool_connections_in_use", "gauge", "Connections in use.", [({}, pool.busy)]),
        _metric("pool_connections_limit", "gauge", "Connections there may be.", [({}, pool.limit)]),
        _metric("breaker_state", "gauge", "1 for the state the breaker is in.",
            (({"state": state}, float(state == breaker.state)) for state in _STATES)),
        _metric("breaker_failures", "gauge", "Connections failed in a row.", [({}, breaker.failures)]),
        _metric("budget_overruns_total", "counter", "Runs of an action that went over its budget.",
            (({"action": name}, count) for name, count in watch.overruns.items())),
        *_of_jobs(None if keeper is None else keeper.standing),
    ]  # fmt: skip
    return "".join(parts)


def _of_jobs(standing: Standing | None) -> list[str]:
    if standing is None or standing.at is None:
        return []
    jobs = standing.jobs
    return [
        _metric("keeper_active", "gauge", "1 where this console runs the automatic jobs.",
            [({}, float(standing.is_held))]),
        _metric("keeper_asked_seconds", "gauge", "When the keeper last asked, in seconds since 1970.",
            [({}, standing.at.timestamp())]),
        _metric("job_overdue_seconds", "gauge", "How long a job has been due; 0 when it is not.",
            (({"job": one.job.value}, one.overdue_s or 0.0) for one in jobs)),
        _metric("job_failures", "gauge", "Runs of a job that failed, in a row.",
            (({"job": one.job.value}, float(one.failures)) for one in jobs)),
        _metric("job_done_seconds", "gauge", "When a job last did what it is for, in seconds since 1970.",
            (({"job": one.job.value}, one.done_at.timestamp()) for one in jobs if one.done_at is not None)),
    ]  # fmt: skip


def _quantiles(action: str, times: Percentiles) -> list[Sample]:
    figures = (("0.5", times.p50_ms), ("0.95", times.p95_ms), ("0.99", times.p99_ms))
    return [({"action": action, "quantile": quantile}, ms / 1_000) for quantile, ms in figures]


def _metric(name: str, kind: str, about: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {_PREFIX}{name} {about}", f"# TYPE {_PREFIX}{name} {kind}"]
    for labels, value in samples:
        written = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"{_PREFIX}{name}{f'{{{written}}}' if written else ''} {value:.12g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class MetricsServer:
    """Answers GET /metrics on 127.0.0.1; port 0 takes any that is free. Raises OSError where it cannot."""

    def __init__(self, port: int, text: Callable[[], str]) -> None:
        class Answer(BaseHTTPRequestHandler):
            """One question of a collector."""

            timeout = _PATIENCE_S

            def do_GET(self) -> None:
                """Answer with the figures."""
                host = self.headers.get("Host", "").partition(":")[0]
                if host not in _HOSTS:
                    self.send_error(HTTPStatus.FORBIDDEN)
                elif self.path.partition("?")[0] != "/metrics":
                    self.send_error(HTTPStatus.NOT_FOUND)
                else:
                    body = text().encode()
                    self.send_response(HTTPStatus.OK)
                    self.send_header("Content-Type", CONTENT_TYPE)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            @override
            def log_message(self, format: str, *args: object) -> None:
                logger.debug(format, *args)

        self._server = ThreadingHTTPServer((LOOPBACK, port), Answer)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
