"""The business day: which day a moment belongs to, and when a day begins, in whatever zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest

from console.files.days import day_of, start_of
from tests.models.books.acts import events, set_zone, zone
from tests.models.writes import REASON, done, everything, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

FIRST: Final = date(1990, 1, 1)
LAST: Final = date(2030, 12, 31)
# Forward and back over midnight, by half an hour, without one day, without any change.
ZONES: Final = (
    "Europe/Berlin", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "UTC",
    "Atlantic/Azores", "America/St_Johns", "America/Asuncion",
)  # fmt: skip


def count_in(admin: Connection, name: str) -> None:
    """Let the ledger count in a zone."""
    if zone(admin) != name:
        done(set_zone(admin, name))


def starts(connection: Connection, *days: date) -> list[datetime]:
    """Return when days begin."""
    rows = connection.execute(
        "SELECT ledger.start_of_day(d) FROM unnest(%s::date[]) WITH ORDINALITY day (d, place) ORDER BY place",
        [list(days)],
    )
    return [at.astimezone(UTC) for (at,) in rows]


@pytest.mark.parametrize("name", ZONES)
def test_every_day_begins_when_the_console_says_it_does(admin: Connection, name: str) -> None:
    count_in(admin, name)
    rows = admin.execute(
        "SELECT d::date, ledger.start_of_day(d::date), ledger.business_day(ledger.start_of_day(d::date)), "
        "ledger.business_day(ledger.start_of_day(d::date) - interval '1 microsecond') "
        "FROM generate_series(%s::date, %s::date, interval '1 day') d",
        [FIRST, LAST],
    ).fetchall()
    assert len(rows) == (LAST - FIRST).days + 1
    place = ZoneInfo(name)
    assert [(day, at) for day, at, _, _ in rows if at != start_of(day, place)] == []
    # The first moment is of the day, and the one before it of another; but of a day that never was.
    never = [date(2011, 12, 30)] if name == "Pacific/Apia" else []
    assert [day for day, _, first, before in rows if first != day or before >= day] == never


@pytest.mark.parametrize("name", ZONES)
def test_every_moment_is_of_the_day_that_the_console_says(admin: Connection, name: str) -> None:
    count_in(admin, name)
    rows = admin.execute(
        "SELECT m, ledger.business_day(m) FROM generate_series(%s::timestamptz, %s, interval '7 h 13 min') m",
        [datetime(1990, 1, 2, tzinfo=UTC), datetime(2030, 12, 30, tzinfo=UTC)],
    ).fetchall()
    assert len(rows) > 40_000
    place = ZoneInfo(name)
    assert [(at, day) for at, day in rows if day != day_of(at, place)] == []


@pytest.mark.parametrize(
    ("name", "day", "begins", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28 23:00", 23),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24 22:00", 25),
        ("America/Havana", date(2026, 11, 1), "2026-11-01 04:00", 25),
        ("Asia/Beirut", date(2026, 3, 29), "2026-03-28 22:00", 23),
        ("Asia/Beirut", date(2026, 10, 24), "2026-10-23 21:00", 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-04 13:00", 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), "2026-10-03 13:30", 23.5),
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-29 10:00", 24),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30 10:00", 0),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30 10:00", 24),
        ("UTC", date(2026, 3, 29), "2026-03-29 00:00", 24),
        # Back by three hours at three o'clock: midnight comes twice.
        ("Antarctica/Casey", date(2020, 3, 8), "2020-03-07 13:00", 27),
    ],
)
def test_a_day_has_the_hours_that_it_has(
    admin: Connection, name: str, day: date, begins: str, hours: float
) -> None:
    count_in(admin, name)
    first, after = starts(admin, day, day + timedelta(days=1))
    assert first == datetime.fromisoformat(f"{begins}+00:00")
    assert after - first == timedelta(hours=hours)


def test_no_setting_of_a_session_moves_the_day(
    admin: Connection, connect: Callable[[str], Connection]
) -> None:
    count_in(admin, "America/Havana")
    viewer = connect("t_viewer")
    question = (
        "SELECT ledger.business_zone(), ledger.business_day('2026-11-01 04:30+00'), "
        "extract(epoch FROM ledger.start_of_day('2026-11-01'))"
    )
    due = viewer.execute(question).fetchone()
    assert due == ("America/Havana", date(2026, 11, 1), int(datetime(2026, 11, 1, 4, tzinfo=UTC).timestamp()))
    viewer.execute("CREATE TEMP TABLE calendar (single boolean, zone text)")
    viewer.execute("INSERT INTO pg_temp.calendar VALUES (true, 'Pacific/Apia')")
    for setting in (
        "TimeZone = 'Pacific/Apia'", "TimeZone = 'UTC'", "search_path = pg_temp, public",
        "timezone_abbreviations = 'Australia'", "timezone_abbreviations = 'India'",
        "IntervalStyle = 'sql_standard'", "DateStyle = 'ISO, DMY'", "extra_float_digits = -15",
    ):  # fmt: skip
        viewer.execute(f"SET {setting}".encode())
        assert viewer.execute(question).fetchone() == due, setting


def test_what_is_no_day_or_moment_makes_no_error(admin: Connection) -> None:
    count_in(admin, "Europe/Berlin")
    row = admin.execute(
        "SELECT ledger.business_day(NULL), ledger.start_of_day(NULL), ledger.business_day('infinity')::text, "
        "ledger.start_of_day('infinity')::text, ledger.business_day('-infinity')::text, "
        "ledger.start_of_day('0001-01-01')::text <> ''"
    ).fetchone()
    assert row == (None, None, "infinity", "infinity", "-infinity", True)


@pytest.mark.parametrize(
    "name",
    [
        None, "", " ", "UTC ", "utc", "europe/berlin", "Europe/Nowhere", "Europe/", "/Berlin", "Europe",
        "CET", "EST", "EST5EDT", "GMT", "CEST", "+02", "UTC+2", "<+02>-02", "Foo/Bar+3",
        "posix/Europe/Berlin",
        "right/UTC", "posixrules", "localtime", "Factory", "../../etc/passwd", "Etc/../UTC",
        "Europe/Berlin\n",
        "Europe/Berlin; DROP TABLE x", "Europe/Berlin'", "\u202eEurope/Berlin", "X" * 20_000,
        "Europe/" + "X" * 100,
    ],
    ids=lambda name: repr(name)[:24],
)  # fmt: skip
def test_what_is_no_place_is_no_zone(admin: Connection, boss: Connection, name: str | None) -> None:
    before = everything(admin)
    found = set_zone(boss, name)
    assert (refused(found), found["detail"]) == ("zone.unknown", {"zone": name and name[:64]})
    assert everything(admin) == before


@pytest.mark.parametrize(
    "name",
    ["Europe/Berlin", "Etc/UTC", "Etc/GMT+12", "America/Argentina/Buenos_Aires", "America/Port-au-Prince"],
)
def test_a_place_is_a_zone(admin: Connection, boss: Connection, name: str) -> None:
    assert set_zone(boss, name) == {"status": "done", "before": "UTC", "after": name}
    assert zone(admin) == name
    before = everything(admin)
    found = set_zone(boss, name)
    assert (refused(found), found["detail"]) == ("zone.same", {"zone": name})
    assert everything(admin) == before
    assert set_zone(boss, "UTC") == {"status": "done", "before": name, "after": "UTC"}


def test_a_change_of_zone_has_a_reason(admin: Connection, boss: Connection) -> None:
    before = everything(admin)
    for reason in (None, "", "  ", "ab"):
        assert refused(set_zone(boss, "Europe/Berlin", reason)) == "reason.empty"
    for reason in ("two\nlines", "x" * 501, "\u202eright to left"):
        assert refused(set_zone(boss, "Europe/Berlin", reason)) == "text.character"
    assert everything(admin) == before


@pytest.mark.parametrize("role", ["viewer", "support", "operator", "approver", "auditor"])
def test_only_an_administrator_sets_the_zone(
    admin: Connection, connect: Callable[[str], Connection], role: str
) -> None:
    connection = connect(f"t_{role}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        set_zone(connection, "Europe/Berlin")
    # Everybody may ask.
    assert zone(connection) == "UTC"
    assert starts(connection, date(2026, 1, 1)) == [datetime(2026, 1, 1, tzinfo=UTC)]


def test_it_is_in_the_audit_with_before_and_after(admin: Connection, boss: Connection) -> None:
    done(set_zone(boss, "Europe/Berlin"))
    refused(set_zone(boss, "Europe/Berlin"))
    refused(set_zone(boss, "CET"))
    assert events(admin, "calendar") == [
        ("t_admin", "set_business_zone", outcome, REASON) for outcome in ("done", "refused", "refused")
    ]
    row = admin.execute(
        "SELECT detail -> 'outcome', detail -> 'request' ->> 'zone' FROM ledger.audit_events "
        "WHERE subject = 'calendar' ORDER BY id LIMIT 1"
    ).fetchone()
    assert row == ({"status": "done", "before": "UTC", "after": "Europe/Berlin"}, "Europe/Berlin")


def test_the_same_key_sets_it_once(admin: Connection, boss: Connection) -> None:
    key = uuid4()
    first = done(write(boss, "set_business_zone", "Europe/Berlin", REASON, key=key))
    done(set_zone(boss, "UTC"))
    assert write(boss, "set_business_zone", "Europe/Berlin", REASON, key=key) == first
    assert zone(admin) == "UTC"


def test_there_is_one_zone(admin: Connection) -> None:
    """Not a second row, and none without a zone: not even a superuser's."""
    for statement in (
        b"INSERT INTO ledger.calendar (zone) VALUES ('Europe/Berlin')",
        b"INSERT INTO ledger.calendar VALUES (false, 'Europe/Berlin')",
        b"UPDATE ledger.calendar SET zone = NULL",
        b"UPDATE ledger.calendar SET single = false",
    ):
        with pytest.raises(psycopg.errors.IntegrityError):
            admin.execute(statement)


def test_a_zone_is_not_said_to_be_set_where_there_is_no_calendar(admin: Connection, boss: Connection) -> None:
    """No one deletes its row; where a superuser has, past the guard, it is set anew."""
    with pytest.raises(psycopg.errors.RestrictViolation):
        admin.execute("DELETE FROM ledger.calendar")
    admin.execute("ALTER TABLE ledger.calendar DISABLE TRIGGER USER")
    admin.execute("DELETE FROM ledger.calendar")
    admin.execute("ALTER TABLE ledger.calendar ENABLE TRIGGER USER")
    done(set_zone(boss, "Europe/Berlin"))
    assert zone(admin) == "Europe/Berlin"
