"""A week in a minute: whatever the server's clock does, nothing is left undone, and all of it adds up."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from console.errors import LeaseLostError
from console.ledger.audit.verify.questions import verify
from console.ledger.jobs.commands import claim_lease, run_job
from console.ledger.jobs.keeper import Keeper
from console.ledger.jobs.states import Job, job_runs
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.bookkeeping import assert_adds_up
from tests.cluster import connected
from tests.faults.keeper.clock import server_with_clock
from tests.faults.keeper.week import CURRENCIES, CUSTOMERS, ZONE, Customers, left_undone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.settings import Settings
    from tests.bookkeeping import Connection
    from tests.faults.keeper.clock import Clock

pytestmark = pytest.mark.alone

# From a Tuesday on; the Sunday has 25 hours.
FIRST: Final = datetime(2026, 10, 20, 0, 0, 30, tzinfo=ZONE)
DAYS: Final = 7
# On these days nobody keeps the ledger.
ALONE: Final = {23, 24}
# After these midnights the clock is set back an hour, to the day that is closed.
SET_BACK_ON: Final = (21, 22, 26)
AN_HOUR: Final = timedelta(hours=1)
# What was posted is due by then.
A_WHILE: Final = timedelta(minutes=12)
SEED: Final = 13


class Week:
    """One ledger, its clock, and two who keep it: an operator's console and the service."""

    def __init__(self, clock: Clock, admin: Connection, operator: Connection, ledgers: list[Ledger]) -> None:
        self._clock = clock
        self._admin = admin
        self._customers = Customers(operator, random.Random(SEED))  # noqa: S311 - a mix, not a secret
        self._ledgers = ledgers
        self._customers.open()

    def live(self) -> None:
        """Let the hours pass."""
        nights = dict(
            zip(SET_BACK_ON, (self._by_one_keeper, self._by_a_dead_keeper, self._alone), strict=True)
        )
        first, last = FIRST.astimezone(UTC), (FIRST + timedelta(days=DAYS)).astimezone(UTC)
        for hour in range(int((last - first) / AN_HOUR) + 1):
            moment = first + hour * AN_HOUR
            here = moment.astimezone(ZONE)
            self._act(moment)
            if here.day not in ALONE:
                self._keep(Keeper(self._ledgers[hour % 2]), moment)
            if here.hour == 0 and here.day in nights:
                nights[here.day](moment + A_WHILE)

    def _act(self, moment: datetime) -> None:
        self._clock.set(moment)
        self._customers.act(moment)
        self._clock.set(moment + A_WHILE)

    def _keep(self, keeper: Keeper, moment: datetime) -> None:
        assert keeper.run_due(), moment
        assert list(left_undone(self._admin)) == [], moment

    def _by_one_keeper(self, moment: datetime) -> None:
        """Set the clock back under a keeper that lives on, and hold money without moving any."""
        self._act(moment)
        keeper = Keeper(self._ledgers[0])
        keeper.look()
        self._clock.set(moment - AN_HOUR)
        for ends in (moment - AN_HOUR + A_WHILE / 2, moment + timedelta(days=1)):
            self._customers.hold(CUSTOMERS[0], CURRENCIES[0], ends)
        self._clock.set(moment - AN_HOUR + A_WHILE)
        self._keep(keeper, moment)

    def _by_a_dead_keeper(self, moment: datetime) -> None:
        """Set the clock back under a lease that seems to last for an hour, whose holder is dead."""
        dead = claim_lease(self._ledgers[0], None, "a console")
        assert dead.is_held
        self._act(moment - AN_HOUR)
        self._keep(Keeper(self._ledgers[1]), moment)
        with pytest.raises(LeaseLostError):
            run_job(self._ledgers[0], dead.token, Job.SWEEP)

    def _alone(self, moment: datetime) -> None:
        """Set the clock back and post, and let nobody keep until the next day is there again."""
        self._act(moment - AN_HOUR)


@pytest.fixture
def databases(settings: Settings) -> Iterator[list[Database]]:
    """Close in the end what a test has opened."""
    opened: list[Database] = []
    yield opened
    for database in opened:
        database.close()


def test_a_week_of_days(databases: list[Database], settings: Settings, tmp_path: Path) -> None:
    with server_with_clock(tmp_path, FIRST - AN_HOUR) as (cluster, clock):
        name = cluster.create(cluster.create_template())
        databases += [
            Database(cluster.url(name, login), Recorder(), settings)
            for login in (None, "t_operator", "t_keeper")
        ]
        whole, *kept = databases
        with connected(cluster.url(name)) as admin, connected(cluster.url(name, "t_operator")) as operator:
            admin.execute("SELECT ledger.add_currency('EUR', 2::smallint)")
            admin.execute("SELECT ledger.set_business_zone(gen_random_uuid(), %s, 'its place')", [ZONE.key])
            Week(clock, admin, operator, [Ledger(database) for database in kept]).live()
            assert_adds_up(admin)
            runs = job_runs(whole, Job.VERIFY)
            assert [run for run in runs if run.status != "done"] == []
            # On the first day with a keeper again the night before is made up for.
            assert Counter(run.ended_at.astimezone(ZONE).day for run in runs) == {
                20: 1, 21: 1, 22: 1, 25: 2, 26: 1,
            }  # fmt: skip
            assert [check for check in verify(whole).checks if not check.passed] == []
