"""What was sent and not answered is on disk, survives whoever sent it, and is settled at the next start."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from console.cli.invocation import Invocation
from console.cli.output import Format
from console.cli.target import Target
from console.errors import OutcomeUnknownError, RefusedError, SchemaError, UnavailableError
from console.settings import Paths, Settings
from console.workspace.workspace import open_workspace
from console.writes import outbox_file
from console.writes.json_values import plain, restored
from console.writes.ledger import Ledger
from console.writes.operation import Operation
from console.writes.outbox import Outbox
from console.writes.retry import TRIES
from console.writes.settling import ABANDONED, settle, settle_doubts
from tests.bookkeeping import assert_adds_up, balances, wait_until
from tests.cluster import PASSWORD, connected
from tests.console.waiting_room import held, opened, payment, server_place, through, wait_for_waiter
from tests.console.writes.outbox_client import LEFT_OF
from tests.faults.proxy.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.postgres.database import Database

TOP = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "outbox" / "test.jsonl"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    made = Outbox(path, profile="test", operator="t_operator")
    yield made
    made.close()


@pytest.fixture
def ledger(operator_database: Database, outbox: Outbox, open_accounts: Callable[..., None]) -> Ledger:
    """Return a ledger where alice has 100 and bob nothing, with an outbox."""
    open_accounts({"alice": 100, "bob": 0})
    return Ledger(operator_database, outbox)


def paid(ledger_url: str) -> int:
    """Return what bob has, after asking whether the books add up."""
    with connected(ledger_url) as connection:
        assert_adds_up(connection)
        return balances(connection)["bob"]


def run_client(*arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.console.writes.outbox_client", *map(str, arguments)], cwd=TOP
    )


def leave_in_doubt(path: Path, *, operator: str = "t_operator", key: UUID | None = None) -> UUID:
    """Leave an entry as a console does that dies before it sends."""
    dying = Outbox(path, profile="test", operator=operator)
    entry, _ = dying.note(key or uuid4(), payment(reference="INV-17"))
    dying.done(entry, known=False)
    dying.close()
    return entry.key


def test_an_entry_is_on_disk_before_anything_is_sent(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    fsync = os.fsync

    def noted_fsync(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        events.append(kind)
        fsync(descriptor)

    def sent(*_arguments: Any) -> None:
        events.append("sent")
        [line] = path.read_text(encoding="utf-8").splitlines()
        assert json.loads(line)["function"] == "transfer"

    monkeypatch.setattr(os, "fsync", noted_fsync)
    event.listen(ledger.database._engine, "before_cursor_execute", sent)
    ledger.perform(payment())
    assert events[: events.index("sent")].count("file") == 1
    assert "folder" in events[: events.index("sent")]
    assert path.read_bytes() == b""


def test_only_its_owner_reads_it(outbox: Outbox, path: Path) -> None:
    outbox.note(uuid4(), payment())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_has_an_answer_is_not_kept(ledger: Ledger, path: Path, ledger_url: str) -> None:
    with pytest.raises(RefusedError):
        ledger.perform(payment(1_000))
    with pytest.raises(SchemaError):
        ledger.perform(Operation("x", "no_such_function", {}))
    assert path.read_bytes() == b""
    assert paid(ledger_url) == 0


def test_what_has_none_is_kept_until_it_has_one(
    as_role: Callable[[str], str], ledger_url: str, outbox: Outbox, ledger: Ledger
) -> None:
    key = uuid4()
    with (
        Proxy(lambda: server_place(ledger_url)) as proxy,
        opened(through(proxy.port, as_role("t_operator"))) as far,
    ):
        far_ledger = Ledger(far, outbox)
        for _ in range(TRIES):
            proxy.cut("after")
        with pytest.raises(OutcomeUnknownError):
            far_ledger.perform(payment(), key=key)
        assert [entry.key for entry in outbox.doubts()] == [key]
    assert ledger.perform(payment(), key=key)["status"] == "posted"
    assert outbox.doubts() == ()
    assert paid(ledger_url) == 10


def test_a_failure_of_the_second_asking_is_no_answer(
    as_role: Callable[[str], str], outbox: Outbox, ledger: Ledger
) -> None:
    """The first try may have been committed: that the second was denied says nothing about it."""
    key = uuid4()
    entry, again = outbox.note(key, payment())
    outbox.done(entry, known=False)
    assert not again
    with opened(as_role("t_viewer")) as viewer:
        viewer_ledger = Ledger(viewer, outbox)
        with pytest.raises(OutcomeUnknownError):
            viewer_ledger.perform(payment(), key=key)
    assert {entry.key for entry in outbox.doubts()} == {key}


def test_the_refusal_of_other_content_leaves_the_doubt(ledger: Ledger, outbox: Outbox) -> None:
    key = uuid4()
    ledger.perform(payment(10), key=key)
    entry, _ = outbox.note(key, payment(10))
    outbox.done(entry, known=False)
    with pytest.raises(RefusedError):
        ledger.perform(payment(20), key=key)
    assert [left.arguments["amount"] for left in outbox.doubts()] == [10]


def test_without_a_place_on_disk_nothing_is_sent(ledger: Ledger, tmp_path: Path, ledger_url: str) -> None:
    (tmp_path / "data").write_bytes(b"a file, not a folder")
    with pytest.raises(UnavailableError, match="nothing is sent"):
        ledger.perform(payment())
    assert paid(ledger_url) == 0


def test_a_torn_line_loses_no_other(outbox: Outbox, path: Path) -> None:
    first, _ = outbox.note(uuid4(), payment(1))
    with path.open("ab") as file:
        file.write(first.line().encode()[:70])
    second, _ = outbox.note(uuid4(), payment(2))
    with path.open("ab") as file:
        file.write(b"\0" * 512 + b'{"known": ')
    third, _ = outbox.note(uuid4(), payment(3))
    for entry in (first, second, third):
        outbox.done(entry, known=False)
    assert outbox.doubts() == (first, second, third)
    outbox.forget(second)
    assert outbox.doubts() == (first, third)


def test_lines_that_are_known_do_not_pile_up(
    outbox: Outbox, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_file, "_STALE_LINES", 10)
    kept, _ = outbox.note(uuid4(), payment())
    outbox.done(kept, known=False)
    for number in range(100):
        entry, _ = outbox.note(uuid4(), payment(number))
        outbox.done(entry, known=True)
        assert len(path.read_bytes().splitlines()) <= 14
    assert outbox.doubts() == (kept,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    outbox.forget(kept)
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        2**63 - 1,
        "a 'quoted' name\n\N{SNOWMAN}",
        b"\x00\xff",
        datetime(2026, 11, 21, 14, 30, 1, 5, tzinfo=timezone(timedelta(hours=1))),
        date(2026, 11, 21),
        UUID(int=7),
        Decimal("12.50"),
        [b"\x01", [1, None]],
        {"$bytes": "ff", "inner": {"when": datetime(2026, 1, 1, tzinfo=UTC), "list": [Decimal(1)]}},
        {},
    ],
)
def test_arguments_come_back_as_they_were(value: object) -> None:
    assert restored(json.loads(json.dumps(plain({"x": value})))) == {"x": value}


def test_what_would_not_come_back_is_no_argument() -> None:
    with pytest.raises(TypeError, match="object"):
        plain({"x": object()})


def test_no_password_is_kept(ledger: Ledger, path: Path, as_role: Callable[[str], str]) -> None:
    leave_in_doubt(path)
    assert PASSWORD in as_role("t_operator")
    assert PASSWORD.encode() not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_two_processes_and_their_threads_share_an_outbox(outbox: Outbox, path: Path) -> None:
    count = 60
    clients = [run_client("write", path, str(count)) for _ in range(2)]

    def write(number: int) -> None:
        entry, _ = outbox.note(uuid4(), payment(number))
        outbox.done(entry, known=number % LEFT_OF != 0)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(count)))
    assert [client.wait(timeout=120) for client in clients] == [0, 0]
    left = [entry.arguments["amount"] for entry in outbox.doubts()]
    assert sorted(left) == sorted([*range(0, count, LEFT_OF)] * 3)


def test_killed_before_the_answer(
    ledger: Ledger, outbox: Outbox, path: Path, as_role: Callable[[str], str], ledger_url: str
) -> None:
    key = uuid4()
    with connected(ledger_url) as watcher, held(ledger_url) as holder:
        with run_client("pay", as_role("t_operator"), path, key.hex) as client:
            pid = wait_for_waiter(watcher, holder)
            assert outbox.doubts() == (), "a living process is sending it"
            client.kill()
        [entry] = outbox.doubts()
        assert (entry.key, entry.function, entry.operator) == (key, "transfer", "t_operator")
        holder.rollback()
        wait_until(
            lambda: watcher.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).rowcount == 0
        )
    [settled] = settle_doubts(ledger)
    assert settled.outcome is not None
    assert settled.outcome["code"] == ABANDONED
    assert "never reached the ledger" in settled.sentence
    assert outbox.doubts() == ()
    with pytest.raises(RefusedError) as raised:
        ledger.perform(payment(), key=key)
    assert raised.value.code == ABANDONED
    assert paid(ledger_url) == 0


def test_killed_after_the_commit(
    ledger: Ledger, outbox: Outbox, path: Path, as_role: Callable[[str], str], ledger_url: str
) -> None:
    key = uuid4()
    with run_client("pay", as_role("t_operator"), path, key.hex, "die") as client:
        assert client.wait(timeout=60) == -signal.SIGKILL
    [settled] = settle_doubts(ledger)
    assert settled.outcome is not None
    assert settled.outcome["status"] == "posted"
    assert settled.sentence == "transfer.post: it was done, though its answer was lost."
    assert outbox.doubts() == ()
    assert paid(ledger_url) == 10


def test_settling_waits_for_a_try_under_way(
    ledger: Ledger, outbox: Outbox, as_role: Callable[[str], str], ledger_url: str
) -> None:
    """Called off at the last moment: whichever comes first holds, and both say the same."""
    key = uuid4()
    entry, _ = outbox.note(key, payment())
    outbox.done(entry, known=False)
    with (
        opened(as_role("t_operator")) as other,
        connected(ledger_url) as watcher,
        held(ledger_url) as holder,
        ThreadPoolExecutor(2) as pool,
    ):
        paying = pool.submit(Ledger(other).perform, payment(), key=key)
        wait_for_waiter(watcher, holder)
        settling = pool.submit(settle, ledger, entry)
        wait_until(lambda: settling.done() or _waiters(watcher) == 2)
        holder.rollback()
        settled = settling.result(timeout=30)
        assert settled.outcome is not None
        if settled.outcome["status"] == "posted":
            assert paying.result(timeout=30) == settled.outcome
        else:
            with pytest.raises(RefusedError) as raised:
                paying.result(timeout=30)
            assert raised.value.code == settled.outcome["code"] == ABANDONED
    assert paid(ledger_url) == (10 if settled.outcome["status"] == "posted" else 0)


def test_another_operators_doubt_is_left_and_shown(
    ledger: Ledger, outbox: Outbox, path: Path, ledger_url: str
) -> None:
    key = leave_in_doubt(path, operator="t_operator2")
    [settled] = settle_doubts(ledger)
    assert settled.outcome is None
    assert "t_operator2, who sent it" in settled.sentence
    assert "INV-17" in settled.sentence
    assert [entry.key for entry in outbox.doubts()] == [key]
    with connected(ledger_url) as connection:
        assert connection.execute("SELECT FROM ledger.operations WHERE key = %s", [key]).rowcount == 0


def test_the_server_tells_another_operator_nothing(
    ledger: Ledger, outbox: Outbox, as_role: Callable[[str], str]
) -> None:
    key = uuid4()
    ledger.perform(payment(), key=key)
    entry, _ = outbox.note(key, payment())
    outbox.done(entry, known=False)
    with opened(as_role("t_operator2")) as other:
        other_ledger = Ledger(other, outbox)  # which says t_operator: the file was tampered with
        assert settle(other_ledger, entry).outcome is None
    assert outbox.doubts() == (entry,)


def test_what_cannot_be_settled_now_stays(outbox: Outbox, path: Path) -> None:
    leave_in_doubt(path)
    with opened("postgresql+psycopg://t_operator@127.0.0.1:1/ledger") as nowhere:
        nowhere_ledger = Ledger(nowhere, outbox)
        [settled] = settle_doubts(nowhere_ledger)
    assert settled.outcome is None
    assert "cannot be reached" in settled.sentence
    assert len(outbox.doubts()) == 1


@pytest.fixture
def own_settings(
    as_role: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Settings, Paths]:
    """Return what opens the test's ledger as an operator, with folders of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LEDGER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LEDGER_DATABASE_URL", as_role("t_operator"))
    settings = Settings.model_construct(database_url=SecretStr(as_role("t_operator")))
    return settings, Paths.standard(tmp_path / "data")


def test_the_next_start_settles_and_tells_once(
    own_settings: tuple[Settings, Paths],
    open_accounts: Callable[..., None],
    ledger_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    open_accounts({"alice": 100, "bob": 0})
    with open_workspace(*own_settings) as opened_first:
        assert opened_first.settled == ()
        used = opened_first.ledger.outbox
        assert used is not None
        opened_first.ledger.perform(payment())
    [path] = (own_settings[1].data / "outbox").glob("*.jsonl")
    key = leave_in_doubt(path)
    told = []
    for _ in range(2):
        with Invocation(Target(), Format.TABLE).workspace() as workspace:
            told.append(len(workspace.settled))
    assert told == [1, 0]
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("transfer.post (reference INV-17): it never reached the ledger") == 1
    assert paid(ledger_url) == 10
    with connected(ledger_url) as connection:
        assert connection.execute("SELECT FROM ledger.operations WHERE key = %s", [key]).rowcount == 1


def test_a_key_that_is_about_to_be_repeated_is_not_called_off(
    own_settings: tuple[Settings, Paths], open_accounts: Callable[..., None], ledger_url: str
) -> None:
    open_accounts({"alice": 100, "bob": 0})
    with open_workspace(*own_settings) as first:
        first.ledger.perform(payment())
    [path] = (own_settings[1].data / "outbox").glob("*.jsonl")
    key = leave_in_doubt(path)
    with open_workspace(*own_settings, repeated=key) as workspace:
        assert workspace.settled == ()
        assert workspace.ledger.perform(payment(reference="INV-17"), key=key)["status"] == "posted"
    assert path.read_bytes() == b""
    assert paid(ledger_url) == 20


def _waiters(watcher: Any) -> int:
    found: int = watcher.execute(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
    ).fetchone()[0]
    return found
