"""The keeper: runs what is due while it has the lease, says what came of it, and is followed when it goes."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from console.errors import CancelledError
from console.ledger.approvals.commands import submit
from console.ledger.audit.verify import questions
from console.ledger.books.currencies import books
from console.ledger.jobs.commands import claim_lease, run_job, start_job
from console.ledger.jobs.keeper import Keeper, here
from console.ledger.jobs.states import Job, job_runs, job_states, run_of
from console.ledger.jobs.words import outcome_words, state_word
from console.ledger.transactions.transfer import Transfer
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.bookkeeping import transfer, wait_until
from tests.models.jobs.lease import pass_time
from tests.models.writes import grant, let_time_pass, reserve, wallet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.ledger.jobs.keeper import Standing
    from console.settings import Settings
    from tests.bookkeeping import Connection

Made = list[tuple[Job, dict[str, Any]]]


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})


@pytest.fixture
def keepers(as_role: Callable[[str], str], settings: Settings) -> Iterator[Callable[..., Keeper]]:
    """Return keepers of consoles of their own; what they began is ended after the test."""
    made: list[tuple[Keeper, Database]] = []

    def make(login: str = "t_keeper", **heard: Any) -> Keeper:
        database = Database(as_role(login), Recorder(capacity=2_000), settings)
        made.append((Keeper(Ledger(database), **heard), database))
        return made[-1][0]

    yield make
    for keeper, database in made:
        keeper.stop()
        database.close()


def past_due(operator: Connection, admin: Connection) -> None:
    """Leave a hold and a credit whose time is over."""
    reserve(operator, "alice", 100, "late", 1)
    grant(operator, "bob", 50, 1)
    let_time_pass(admin, 2)


def miss_a_night(admin: Connection) -> None:
    """Let the jobs have been there for three days."""
    admin.execute("UPDATE ledger.jobs SET since = since - interval '3 days'")


def test_it_runs_what_is_due_and_nothing_else(
    keepers: Callable[..., Keeper], operator: Connection, admin: Connection, viewer: Database
) -> None:
    past_due(operator, admin)
    ended: Made = []
    keeper = keepers(ended=lambda job, outcome: ended.append((job, outcome)))
    assert keeper.run_due()
    assert [job for job, _ in ended] == [Job.SWEEP]
    assert wallet(admin, "alice") == (1_000, 0, 0)
    states = job_states(viewer)
    assert states.lease is None
    last = states.of(Job.SWEEP).last
    assert last is not None
    assert (last.operator, last.status) == ("t_keeper", "done")
    words = outcome_words(Job.SWEEP, last, books(viewer))
    # As whoever read the currencies before this one was added.
    before = replace(books(viewer), currencies=())
    assert "50 minor units of CR expired" in outcome_words(Job.SWEEP, last, before)
    assert words == "1 hold and 1 credit ended, 0.50 CR expired"
    assert [state_word(state) for state in states.jobs] == ["idle", *["planned"] * 4]


def test_a_request_that_nobody_decided_on_is_due_by_itself(
    keepers: Callable[..., Keeper], operator_ledger: Ledger, admin: Connection, viewer: Database
) -> None:
    asked = submit(operator_ledger, Transfer("alice", "bob", "CR", 10), reason="ticket 7")
    ended: Made = []
    keeper = keepers(ended=lambda job, outcome: ended.append((job, outcome)))
    assert keeper.run_due()
    assert ended == []
    admin.execute("UPDATE ledger.approval_requests SET expires_at = now() - interval '1 second'")
    assert keeper.run_due()
    assert [job for job, _ in ended] == [Job.SWEEP]
    last = job_states(viewer).of(Job.SWEEP).last
    assert last is not None
    assert outcome_words(Job.SWEEP, last, books(viewer)) == (
        "0 holds and 0 credits ended, 1 request that nobody decided on"
    )
    status = admin.execute("SELECT status::text FROM ledger.approval_requests WHERE id = %s", [asked.request])
    assert status.fetchone() == ("expired",)


def test_a_missed_night_is_caught_up_after_all_else(
    keepers: Callable[..., Keeper], operator: Connection, admin: Connection, viewer: Database
) -> None:
    """What has expired and was not swept would be wrong in verify's eyes."""
    moment = 0.3 / 3_600
    # It has run lately, and verify never.
    reserve(operator, "alice", 1, "before", moment)
    wait_until(lambda: (job_states(viewer).of(Job.SWEEP).overdue_s or 0) > 0)
    keepers().run_due()
    reserve(operator, "alice", 100, "late", moment)
    grant(operator, "bob", 50, moment)
    miss_a_night(admin)
    wait_until(lambda: (job_states(viewer).of(Job.SWEEP).overdue_s or 0) > 0)
    ended: Made = []
    assert keepers(ended=lambda job, outcome: ended.append((job, outcome))).run_due()
    assert [job for job, _ in ended] == [Job.SWEEP, Job.VERIFY]
    assert ended[1][1]["started_at"] > ended[0][1]["ended_at"]
    assert ended[1][1]["status"] == "done"
    # The role may read all that verify reads.
    assert (ended[1][1]["wrong"], ended[1][1]["unread"]) == ({}, [])
    run = job_runs(viewer, Job.VERIFY)[0]
    assert run.seconds > 0
    assert outcome_words(Job.VERIFY, run, books(viewer)).endswith("transactions: all of it adds up")


def test_what_verify_finds_is_told(
    keepers: Callable[..., Keeper], operator: Connection, admin: Connection, viewer: Database
) -> None:
    miss_a_night(admin)
    admin.execute("SET session_replication_role = replica")
    admin.execute("UPDATE ledger.operations SET operator = 'mallory' WHERE kind = 'open_account'")
    assert keepers().run_due()
    state = job_states(viewer).of(Job.VERIFY)
    assert state.last is not None
    assert (state_word(state), state.last.status, state.failures) == ("failing", "found", 1)
    assert "operation.event" in outcome_words(Job.VERIFY, state.last, books(viewer))
    # It has looked, so it is not due again tonight.
    assert state.overdue_s is None
    admin.execute("UPDATE ledger.operations SET operator = 't_operator' WHERE kind = 'open_account'")


def test_of_two_one_works_and_the_other_says_who(keepers: Callable[..., Keeper]) -> None:
    first, second = keepers(), keepers("t_operator")
    first.look()
    assert first.standing.is_held
    second.look()
    assert (second.standing.is_held, second.standing.holder) == (False, "t_keeper")
    assert second.standing.place == here()
    assert not second.run_due()


def test_who_stops_is_followed_at_once(keepers: Callable[..., Keeper]) -> None:
    first, second = keepers(), keepers()
    first.start()
    wait_until(lambda: first.standing.is_held)
    first.stop()
    second.look()
    assert second.standing.is_held


def test_who_was_taken_over_notices_and_does_nothing(
    keepers: Callable[..., Keeper], operator: Connection, admin: Connection
) -> None:
    first, second = keepers(), keepers()
    first.look()
    pass_time(admin, 25)
    second.look()
    past_due(operator, admin)
    first.look()
    assert not first.standing.is_held
    assert wallet(admin, "alice")[2] == 100
    second.look()
    assert wallet(admin, "alice")[2] == 0


def test_a_job_that_fails_keeps_no_other_from_running(
    keepers: Callable[..., Keeper], operator: Connection, admin: Connection, viewer: Database
) -> None:
    past_due(operator, admin)
    admin.execute("UPDATE ledger.daily_mark SET zone = 'Asia/Kolkata'")
    admin.execute("ALTER FUNCTION ledger.count_days(integer) RENAME TO count_no_days")
    keepers().run_due()
    admin.execute("ALTER FUNCTION ledger.count_no_days(integer) RENAME TO count_days")
    failed = job_states(viewer).of(Job.FIGURES)
    assert failed.last is not None
    assert (failed.last.status, failed.failures, failed.last.seconds) == ("failed", 1, 0)
    assert "ledgerctl migrate" in outcome_words(Job.FIGURES, failed.last, books(viewer))
    assert wallet(admin, "alice") == (1_000, 0, 0)
    # It is tried again, and well again.
    pass_time(admin, 15)
    keepers().run_due()
    assert job_states(viewer).of(Job.FIGURES).failures == 0


def test_a_server_that_went_away_is_said_and_the_keeper_goes_on(
    keepers: Callable[..., Keeper], admin: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.ledger.jobs.keeper.TICK_S", 0.05)
    heard: list[Standing] = []
    keeper = keepers(told=heard.append)
    admin.execute("ALTER ROLE t_keeper CONNECTION LIMIT 0")
    keeper.start()
    try:
        wait_until(lambda: bool(heard) and heard[-1].problem != "")
        assert not heard[-1].is_held
    finally:
        admin.execute("ALTER ROLE t_keeper CONNECTION LIMIT -1")
    wait_until(lambda: keeper.standing.is_held, timeout_s=30)
    assert keeper.standing.problem == ""


def test_verify_of_a_lost_lease_is_dropped_and_not_reported(
    keepers: Callable[..., Keeper], admin: Connection, viewer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    miss_a_night(admin)
    begun, may_go_on = threading.Event(), threading.Event()

    def slow(*_arguments: Any, **_options: Any) -> None:
        begun.set()
        may_go_on.wait(20)
        raise CancelledError

    first, second = keepers(), keepers()
    with monkeypatch.context() as patch:
        patch.setattr("console.ledger.audit.verify.questions.look", slow)
        first.look()
        assert begun.wait(20)
        assert job_states(viewer).of(Job.VERIFY).is_running
        pass_time(admin, 25)
        second_claim = claim_lease(second._ledger, None, "elsewhere")
        assert second_claim.is_held
        assert not job_states(viewer).of(Job.VERIFY).is_running
        first.look()
        may_go_on.set()
    assert job_runs(viewer, Job.VERIFY) == ()


def test_the_lease_is_kept_while_verify_takes_longer_than_it_lasts(
    keepers: Callable[..., Keeper], admin: Connection, viewer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever comes each minute would begin it anew, and none would ever end."""
    miss_a_night(admin)
    monkeypatch.setattr("console.ledger.jobs.keeper.TICK_S", 0.05)
    begun, may_go_on = threading.Event(), threading.Event()
    look = questions.look

    def slow(*arguments: Any, **options: Any) -> Any:
        begun.set()
        may_go_on.wait(20)
        return look(*arguments, **options)

    monkeypatch.setattr(questions, "look", slow)
    keeper, other = keepers(), keepers("t_operator")
    once = threading.Thread(target=keeper.run_due)
    once.start()
    try:
        assert begun.wait(20)
        pass_time(admin, 19)
        wait_until(lambda: left_s(admin) > 15)
        other.look()
        assert not other.standing.is_held
    finally:
        may_go_on.set()
        once.join(20)
    assert [run.status for run in job_runs(viewer, Job.VERIFY)] == ["done"]


def left_s(admin: Connection) -> float:
    """Return for how many seconds the lease is valid."""
    row = admin.execute(
        "SELECT extract(epoch FROM valid_until - clock_timestamp())::float FROM ledger.keeper_lease"
    ).fetchone()
    assert row is not None
    return float(row[0])


def test_a_run_that_was_begun_and_lost_is_begun_again(
    keepers: Callable[..., Keeper], admin: Connection, operator_ledger: Ledger, viewer: Database
) -> None:
    """A process that died while it verified had the lease; whoever follows does not wait for it."""
    miss_a_night(admin)
    claim = claim_lease(operator_ledger, None, "here")
    start_job(operator_ledger, claim.token, Job.VERIFY)
    pass_time(admin, 25)
    assert keepers().run_due()
    assert job_states(viewer).of(Job.VERIFY).done_at is not None


def test_postings_of_a_run_stand_under_its_operator(
    operator: Connection, admin: Connection, operator_ledger: Ledger
) -> None:
    past_due(operator, admin)
    transfer(operator, "alice", "bob", 1)
    claim = claim_lease(operator_ledger, None, "here")
    run_job(operator_ledger, claim.token, Job.SWEEP)
    row = admin.execute("SELECT operator FROM ledger.transactions WHERE kind = 'expiry'").fetchone()
    assert row == ("t_operator",)


def test_how_far_the_counting_is_is_told(viewer: Database) -> None:
    outcome = {"job": "figures", "status": "done", "rows": 200_000, "through": 400_000, "newest": 1_000_000}
    at = {"ended_at": "2026-11-27T20:00:00+00:00"}
    run = run_of({**outcome, **at, "more": True, "closed_through": None})
    assert outcome_words(Job.FIGURES, run, books(viewer)) == "400,000 of 1,000,000 transactions counted"
    run = run_of({**outcome, **at, "more": False, "closed_through": "2026-11-26"})
    assert outcome_words(Job.FIGURES, run, books(viewer)) == (
        "200,000 transactions counted, days closed to 2026-11-26"
    )
