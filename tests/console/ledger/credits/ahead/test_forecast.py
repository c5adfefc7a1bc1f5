"""The forecast beside what then really stayed unused, on credits made so that the answer is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.errors import UsageError
from console.ledger.credits.ahead.forecast import LEAST, Forecasts, forecast
from console.monitor.budgets import budget
from tests.cluster import CURRENCY, connected
from tests.console.ledger.books.many_currencies import add_currencies
from tests.console.ledger.credits.granted import BERLIN, day_end, in_days, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.conftest import Statements

# Ended credits of 100 minor units each, written past the ledger's functions since they are old: the
# books of this ledger do not add up.
_ENDED = """
    WITH lot AS MATERIALIZED (
        SELECT n, now() - (n * %(each)s + %(first)s) * interval '1 day' - interval '1 hour' AS ends,
            w.id AS wallet_id,
            nextval(pg_get_serial_sequence('ledger.transactions', 'id')) AS granted,
            nextval(pg_get_serial_sequence('ledger.transactions', 'id')) AS captured,
            nextval(pg_get_serial_sequence('ledger.transactions', 'id')) AS gone,
            %(used)s AS used
        FROM generate_series(0, %(credits)s - 1) n, ledger.wallets w JOIN ledger.users u ON u.id = w.user_id
        WHERE u.username = 'alice' AND w.currency = %(currency)s
    ), part AS (
        SELECT n, granted AS id, wallet_id, 'grant' AS kind, ends - %(life)s * interval '1 day' AS at,
            100 AS amount, 100 AS after FROM lot
        UNION ALL
        SELECT n, captured, wallet_id, 'capture', ends - %(before)s * interval '1 day', -used,
            100 - used
        FROM lot WHERE used > 0
        UNION ALL
        SELECT n, gone, wallet_id, 'expiry', ends + interval '1 minute', used - 100, 0
        FROM lot WHERE used < 100
    ), posted AS (
        INSERT INTO ledger.transactions (
            id, posted_at, effective_at, kind, from_wallet, to_wallet, amount, currency)
        SELECT p.id, p.at, p.at, p.kind::ledger.transaction_kind,
            CASE WHEN p.amount > 0 THEN ledger.system_wallet('@issuance', p.wallet_id) ELSE p.wallet_id END,
            CASE WHEN p.amount > 0 THEN p.wallet_id ELSE ledger.system_wallet('@breakage', p.wallet_id) END,
            abs(p.amount), %(currency)s FROM part p
    ), opened AS (
        INSERT INTO ledger.credit_lots (
            wallet_id, source, amount, remaining, expires_at, created_at, closed_at, opened_by, currency)
        SELECT wallet_id, %(source)s, 100, 0, ends, ends - %(life)s * interval '1 day',
            CASE WHEN used < 100 THEN ends + interval '1 minute'
                ELSE ends - %(before)s * interval '1 day' END,
            granted, %(currency)s FROM lot
        RETURNING id, opened_by
    )
    INSERT INTO ledger.lot_movements (lot_id, transaction_id, amount, remaining_after)
    SELECT opened.id, p.id, p.amount, p.after
    FROM opened JOIN lot ON lot.granted = opened.opened_by JOIN part p ON p.n = lot.n ORDER BY p.at"""


@pytest.fixture(autouse=True)
def customers(ledger_url: str, open_accounts: Callable[..., None]) -> None:
    add_currencies(ledger_url, "Europe/Berlin")
    open_accounts({"alice": 0})
    open_accounts({"alice": 0}, "JPY")


class Past:
    """Writes ended credits, and grants some that are open."""

    def __init__(self, url: str, operator_url: str) -> None:
        self._url = url
        self._operator_url = operator_url

    def ended(
        self, source: str, credits: int, used: int, before: float, *,  # noqa: A002 - the ledger's word
        first: float = 0, each: float = 2, life: float = 120, currency: str = CURRENCY,
    ) -> None:  # fmt: skip
        """Write so many; `used` of the 100 of each was taken `before` days before the end, the rest expired.

        One ends every `each` days, the last of them `first` days ago; each lived `life` days.
        """
        values = {
            "source": source, "credits": credits, "used": used, "before": before, "each": each,
            "first": first, "life": life, "currency": currency,
        }  # fmt: skip
        with connected(self._url) as connection:
            connection.execute(_ENDED, values)
            connection.execute("ANALYZE ledger.credit_lots")

    def open(self, source: str, amount: int, days: int, currency: str = CURRENCY) -> None:
        """Grant credit that ends with the day so many days after today."""
        with connected(self._operator_url) as operator:
            until(
                operator,
                "alice",
                amount,
                day_end(in_days(days, BERLIN), BERLIN),
                source=source,
                currency=currency,
            )


@pytest.fixture
def past(ledger_url: str, as_role: Callable[[str], str]) -> Past:
    return Past(ledger_url, as_role("t_operator"))


def told(found: Forecasts) -> list[tuple[int, int, int | None, int | None, int | None]]:
    return [(one.days, one.amount, one.unused, one.low, one.high) for one in found.spans]


def test_it_is_judged_by_what_was_left_as_long_before_the_end(
    viewer: Database, past: Past, statements: Statements
) -> None:
    """Half was used five days before the end: who has three left uses nothing more, who has nine the half."""
    past.ended("welcome", 100, used=50, before=5)
    past.open("welcome", 1_000, 2)
    past.open("welcome", 3_000, 9)
    past.open("welcome", 7, 200)
    with statements.counted() as sent:
        found = forecast(viewer, CURRENCY, BERLIN)
    assert len(sent) == budget("credits.forecast") == 1
    assert told(found) == [
        (7, 1_000, 1_000, 1_000, 1_000), (30, 4_000, 2_500, 2_500, 2_500), (90, 4_000, 2_500, 2_500, 2_500),
    ]  # fmt: skip
    (source,) = found.spans[1].sources
    assert (source.source, source.credits, source.rests_on, source.pooled) == ("welcome", 2, 100, False)
    assert (found.looked_at, found.spans[0].through) == (100, in_days(6, BERLIN))


def test_a_credit_that_was_not_granted_yet_says_nothing_of_that_time(viewer: Database, past: Past) -> None:
    """Those of this source live 20 days; who has 60 days to go is judged by none of them."""
    past.ended("short", 100, used=0, before=1, life=20)
    past.open("short", 1_000, 60)
    past.open("short", 500, 5)
    found = forecast(viewer, CURRENCY, BERLIN)
    assert told(found)[0] == (7, 500, 500, 500, 500)
    assert told(found)[2] == (90, 1_500, None, None, None)


def test_the_spread_is_between_the_quarters_of_the_year(viewer: Database, past: Past) -> None:
    past.ended("x", 40, used=80, before=5, each=1, first=5)
    past.ended("x", 40, used=20, before=5, each=1, first=100)
    past.ended("x", LEAST - 1, used=100, before=5, each=1, first=200)
    past.open("x", 1_000, 20)
    unused = round(1_000 * (40 * 20 + 40 * 80) / (109 * 100))
    assert told(forecast(viewer, CURRENCY, BERLIN))[1] == (30, 1_000, unused, 200, 800)


def test_a_source_with_too_few_is_judged_by_all(viewer: Database, past: Past) -> None:
    past.ended("many", 90, used=50, before=5)
    past.ended("few", LEAST - 1, used=0, before=5)
    past.open("few", 1_000, 9)
    past.open("new", 100, 9)
    past.open("many", 10, 9)
    by_name = {one.source: one for one in forecast(viewer, CURRENCY, BERLIN).spans[1].sources}
    assert list(by_name) == ["few", "new", "many"]
    pooled = (90 * 50 + 29 * 100) / (119 * 100)
    assert by_name["few"].unused == round(1_000 * pooled)
    assert by_name["new"].unused == round(100 * pooled)
    assert (by_name["few"].pooled, by_name["few"].rests_on) == (True, 119)
    assert (by_name["many"].unused, by_name["many"].pooled, by_name["many"].rests_on) == (5, False, 90)
    alone = forecast(viewer, CURRENCY, BERLIN, source="few").spans[1]
    assert [(one.source, one.unused) for one in alone.sources] == [("few", round(1_000 * pooled))]


def test_without_enough_past_it_says_so(viewer: Database, past: Past) -> None:
    past.ended("x", LEAST - 1, used=0, before=5)
    past.ended("x", 200, used=0, before=5, each=1, first=366)
    past.ended("x", 50, used=0, before=5, currency="JPY")
    past.open("x", 1_000, 9)
    assert told(forecast(viewer, CURRENCY, BERLIN)) == [
        (7, 0, 0, 0, 0), (30, 1_000, None, None, None), (90, 1_000, None, None, None),
    ]  # fmt: skip
    past.open("x", 8, 1, "JPY")
    assert told(forecast(viewer, "JPY", BERLIN))[0] == (7, 8, 8, 8, 8)


def test_on_customers_who_stay_as_they_were_it_is_right_within_2_per_cent(
    viewer: Database, past: Past
) -> None:
    """Four of ten use a credit up, on any day of its last sixty; the others never."""
    for before in range(60):
        past.ended("x", 4, used=100, before=before + 0.5, each=91, first=before)
    past.ended("x", 360, used=0, before=1, each=1)
    true_share = {days: 0.6 / (0.6 + 0.4 * min(days, 60) / 60) for days in range(1, 90, 2)}
    for days in true_share:
        past.open("x", 100_000, days)
    for span in forecast(viewer, CURRENCY, BERLIN).spans:
        truth = sum(100_000 * share for days, share in true_share.items() if days < span.days)
        assert span.unused == pytest.approx(truth, rel=0.02)
        assert span.low is not None
        assert span.high is not None
        assert span.low <= truth <= span.high


def test_a_sample_of_many_comes_to_the_same(viewer: Database, past: Past) -> None:
    past.ended("x", 3_000, used=50, before=5, each=0.1)
    past.open("x", 1_000, 9)
    found = forecast(viewer, CURRENCY, BERLIN, sample=300)
    assert 150 < found.looked_at < 600
    assert found.spans[1].unused == 500
    assert forecast(viewer, CURRENCY, BERLIN, sample=300).spans == found.spans


def test_an_empty_ledger_and_a_currency_that_is_not_there(viewer: Database) -> None:
    assert told(forecast(viewer, CURRENCY, BERLIN)) == [(days, 0, 0, 0, 0) for days in (7, 30, 90)]
    with pytest.raises(UsageError, match="no currency 'EUR'"):
        forecast(viewer, "EUR", BERLIN)
