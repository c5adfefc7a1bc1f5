"""The ledger that is open: its server, its tables' sizes, its jobs, and what verify found last."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from console.errors import ConsoleError, TimedOutError
from console.ledger.jobs.states import Job, job_states
from console.ledger.jobs.words import contradictions, state_word
from console.postgres.cancellation import Cancellation
from console.server.figures import figures
from console.workspace.diagnostics.system import leading_numbers
from console.workspace.diagnostics.texts import moment, pairs, table
from console.workspace.diagnostics.words import UNKNOWN, known_tables, known_words
from models.migrations import head_revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.jobs.states import JobStates
    from console.monitor.watch import Alert
    from console.postgres.database import Database
    from console.server.figures import Figures

T = TypeVar("T")

PATIENCE_S: Final = 3.0
_STATUSES: Final = frozenset({"done", "waiting", "found", "failed"})


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """The ledger that is open, and what the watch noticed there."""

    database: Database
    alerts: tuple[Alert, ...] = ()


def connection_text(database: Database) -> str:
    """Return the pool and the breaker as they stand; nothing is asked of the server."""
    pool, breaker, settings = database.pool, database.breaker, database.settings
    return pairs((
        ("connections in use", f"{pool.busy} of {pool.limit}"),
        ("above the lasting ones", pool.overflow),
        ("threads that wait for one", pool.waiting),
        ("breaker", breaker.state),
        ("connections failed in a row", breaker.failures),
        ("next try in", f"{breaker.tries_again_in_s:.1f} s"),
        ("pooler between", "yes" if settings.pooled else "no"),
        ("writes let through", "yes" if database.unlocked_for > 0 else "no"),
    ))  # fmt: skip


def server_text(database: Database, patience_s: float = PATIENCE_S) -> str:
    """Return the server's own figures of this ledger; raises TimedOutError when it takes too long."""
    found = within(patience_s, lambda cancel: figures(database, cancel=cancel))
    return f"{_of_server(found)}\n{_of_tables(found)}"


def jobs_text(database: Database, patience_s: float = PATIENCE_S) -> str:
    """Return how the automatic jobs stand and what verify found; raises TimedOutError as above."""
    states = within(patience_s, lambda cancel: job_states(database, cancel=cancel))
    return f"{_of_jobs(states)}\n{_of_verify(states)}"


def within(patience_s: float, ask: Callable[[Cancellation], T]) -> T:
    """Ask on a thread of its own, which a server that does not answer may keep; raises TimedOutError."""
    cancel = Cancellation()
    answers: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put((ask(cancel), None))
        except BaseException as error:  # noqa: BLE001 - every end is told to who waits
            answers.put((None, error))

    threading.Thread(target=work, name="diagnostics", daemon=True).start()
    try:
        answer, error = answers.get(timeout=patience_s)
    except queue.Empty:
        # Ending it takes a round trip to the same server, so nobody waits for that.
        threading.Thread(target=_quietly, args=(cancel,), name="diagnostics-cancel", daemon=True).start()
        raise NotInTimeError(patience_s) from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]  # without an error there is an answer


class NotInTimeError(TimedOutError):
    """The server did not answer while somebody waits for the diagnostics."""

    def __init__(self, patience_s: float) -> None:
        ConsoleError.__init__(self, f"The server did not answer within {patience_s:g} s.")


def _quietly(cancel: Cancellation) -> None:
    try:
        cancel.cancel()
    except Exception:  # noqa: BLE001 - a connection that cannot be cancelled is lost already
        return


def _of_server(found: Figures) -> str:
    return pairs((
        ("PostgreSQL", leading_numbers(found.version)),
        ("schema", head_revision()),
        ("size", f"{found.size_bytes >> 10:,} KiB"),
        ("connections", f"{found.connections} of {found.connections_at_most}"),
        ("commits, rollbacks", f"{found.commits:,}, {found.rollbacks:,}"),
        ("blocks hit, read", f"{found.blocks_hit:,}, {found.blocks_read:,}"),
        ("temporary files", f"{found.temp_files:,}, {found.temp_bytes >> 10:,} KiB"),
        ("deadlocks", found.deadlocks),
        ("counted since", moment(found.counted_since)),
        ("sees all sessions", "yes" if found.sees_all else "no"),
        ("pg_stat_statements", "yes" if found.statements_schema else "no"),
        ("replicas", len(found.replicas)),
    ))  # fmt: skip


def _of_tables(found: Figures) -> str:
    known = known_tables()
    sizes: dict[str, int] = {}
    for index in found.indexes:
        sizes[index.table] = sizes.get(index.table, 0) + index.size_bytes
    rows = [
        (one.name if one.name in known else UNKNOWN, f"{one.live_rows:,}", f"{one.dead_rows:,}",
            f"{one.sequential_scans:,}", f"{one.index_scans or 0:,}", f"{sizes.get(one.name, 0) >> 10:,}",
            moment(one.vacuumed_at), moment(one.analysed_at))
        for one in sorted(found.tables, key=lambda one: one.name)
    ]  # fmt: skip
    heads = ("table", "rows", "dead", "seq scans", "index scans", "indexes KiB", "vacuumed", "analysed")
    return table(heads, rows)


def _of_jobs(states: JobStates) -> str:
    rows = [
        (one.job.value, state_word(one), one.last.status if one.last and one.last.status in _STATUSES else "",
            one.failures, moment(one.due_at), moment(one.ended_at), moment(one.done_at))
        for one in states.jobs
    ]  # fmt: skip
    runs = "yes" if states.lease is not None else "no"
    heads = ("job", "state", "last run", "failures", "due", "ended", "done")
    return f"Somebody runs the jobs: {runs}.\n\n{table(heads, rows)}"


def _of_verify(states: JobStates) -> str:
    last = states.of(Job.VERIFY).last
    if last is None:
        return "The ledger was not verified yet.\n"
    wrong = contradictions(last.outcome)
    if not wrong:
        words = "found nothing wrong" if last.status == "done" else f"ended as {last.status}"
        return f"Verify {words if last.status in _STATUSES else UNKNOWN}, {moment(last.ended_at)}.\n"
    known = known_words()
    rows = [
        (code if set(code.replace("-", ".").replace("_", ".").split(".")) <= known else UNKNOWN, times)
        for code, times in wrong.items()
    ]
    return f"Verify found the following, {moment(last.ended_at)}.\n\n{table(('rule', 'times'), rows)}"
