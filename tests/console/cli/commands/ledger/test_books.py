"""Currencies and the business day's zone by command: added, corrected, closed, opened, shown, set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.console.ledger.books.many_currencies import BIG, WRITTEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.cli.conftest import Done, Run

JSON = ("--format", "json")
WHY = ("--reason", "ticket 7")
PAY = ("transfer", "--from", "@external", "--to", "anna", "--reference")


@pytest.fixture(autouse=True)
def four_currencies(ledgerctl: Run) -> None:
    """Make the ledger as an administrator does: three more currencies, and the days of Berlin."""
    for words in (
        ("currency", "add", "jpy"),
        ("currency", "add", "btc"),
        ("currency", "add", "bhd"),
        ("zone", "set", "Europe/Berlin", *WHY),
    ):
        done = ledgerctl(*words, role="t_admin")
        assert done.code == 0, done.err


def as_admin(ledgerctl: Run, *words: str) -> Done:
    return ledgerctl(*JSON, *words, role="t_admin")


def test_currencies_are_listed_with_names_decimals_and_when_they_were_closed(ledgerctl: Run) -> None:
    """A closed currency stays in the list, with the moment in the zone of the business day."""
    before = datetime.now(UTC)
    shut = as_admin(ledgerctl, "currency", "close", "bhd", *WHY)
    assert (shut.data["currency"], shut.data["status"], shut.data["accounts"]) == ("BHD", "closed", 0)
    listed = ledgerctl(*JSON, "currency", "list", role="t_viewer").data
    assert [(row["currency"], row["name"], row["decimals"], row["status"]) for row in listed] == [
        ("BHD", "Bahraini Dinar", 3, "closed"),
        ("BTC", "Bitcoin", 8, "open"),
        ("CR", "Credits", 2, "open"),
        ("JPY", "Japanese Yen", 0, "open"),
    ]
    closed_at = datetime.fromisoformat(listed[0]["closed_at"])
    assert before - timedelta(minutes=1) < closed_at < before + timedelta(minutes=1)
    local = closed_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert local.isoformat(sep=" ", timespec="seconds") in ledgerctl("currency", "list").out
    again = as_admin(ledgerctl, "currency", "close", "BHD", *WHY)
    assert (again.code, again.err) == (1, "Refused: the currency is closed. Nothing was changed.\n")
    opened = as_admin(ledgerctl, "currency", "reopen", "bhd", *WHY)
    assert (opened.data["currency"], opened.data["status"]) == ("BHD", "open")
    assert as_admin(ledgerctl, "currency", "reopen", "bhd", *WHY).code == 1
    assert ledgerctl(*JSON, "currency", "list").data[0]["closed_at"] is None


def test_a_currency_is_added_with_its_usual_decimals_or_knowingly_with_others(ledgerctl: Run) -> None:
    """Decimals stay for ever, so unusual ones and those of an unknown code must be said."""
    assert "The ledger has KWD with 3 decimals." in as_admin(ledgerctl, "currency", "add", "kwd").err
    odd = as_admin(ledgerctl, "currency", "add", "eur", "--decimals", "4")
    assert (odd.code, "usually has 2" in odd.err, "--unusual" in odd.err) == (2, True, True)
    assert as_admin(ledgerctl, "currency", "add", "eur", "--decimals", "4", "--unusual").code == 0
    assert as_admin(ledgerctl, "currency", "add", "points").code == 2
    assert as_admin(ledgerctl, "currency", "add", "points", "--decimals", "0").code == 0
    assert as_admin(ledgerctl, "currency", "add", "points", "--decimals", "0").code == 0
    other = as_admin(ledgerctl, "currency", "add", "points", "--decimals", "1")
    assert (other.code, "is there with other decimals" in other.err) == (1, True)
    assert as_admin(ledgerctl, "currency", "add", "p", "--decimals", "1").code == 1
    assert as_admin(ledgerctl, "currency", "add", "much", "--decimals", "9").code == 2
    listed = {row["currency"]: row["decimals"] for row in ledgerctl(*JSON, "currency", "list").data}
    assert listed == {"BHD": 3, "BTC": 8, "CR": 2, "EUR": 4, "JPY": 0, "KWD": 3, "POINTS": 0}


def test_decimals_are_corrected_while_nothing_is_in_the_currency(
    ledgerctl: Run, open_accounts: Callable[..., None]
) -> None:
    """The same key answers with the first outcome; with the first account it is too late."""
    key = str(uuid4())
    words = ("currency", "correct", "btc", "--decimals", "6", *WHY)
    first = as_admin(ledgerctl, *words, "--key", key)
    assert (first.data["currency"], first.data["before"], first.data["decimals"]) == ("BTC", 8, 6)
    assert as_admin(ledgerctl, *words, "--key", key).data == first.data
    assert ledgerctl(*words).code == 1, "an operator may not"
    open_accounts({"anna": 0}, "BTC")
    late = as_admin(ledgerctl, "currency", "correct", "btc", "--decimals", "8", *WHY)
    assert (late.code, "there is something in this currency already" in late.err) == (1, True)
    one = ledgerctl(*JSON, "balances", "anna", "--currency", "btc").data
    assert one[0]["balance"] == "0.000000"


def test_the_zone_says_when_today_begins_and_ends(ledgerctl: Run) -> None:
    """The day is that of the zone, shown in UTC to programs and by the zone's clock to people."""
    shown = ledgerctl(*JSON, "zone", "show", role="t_viewer").data
    begins, ends = (datetime.fromisoformat(shown[name]) for name in ("begins_at", "ends_at"))
    zone = ZoneInfo("Europe/Berlin")
    assert shown["zone"] == "Europe/Berlin"
    assert begins <= datetime.now(UTC) < ends + timedelta(minutes=1)
    assert (begins.utcoffset(), begins.astimezone(zone).hour) == (timedelta(), 0)
    assert begins.astimezone(zone).date().isoformat() == shown["today"]
    assert timedelta(hours=23) <= ends - begins <= timedelta(hours=25)
    lines = ledgerctl("zone", "show").out.splitlines()
    assert lines[2].split(maxsplit=2)[2] == begins.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    assert lines[2].endswith(("00:00:00+01:00", "00:00:00+02:00"))


def test_the_zone_is_set_by_an_administrator_to_a_place(ledgerctl: Run) -> None:
    """Nonsense and the zone that it is already change nothing."""
    assert ledgerctl("zone", "set", "Asia/Tokyo", *WHY).code == 1
    for zone, words in (("CET", "no such time zone"), ("Europe/Berlin", "counted in this zone already")):
        done = as_admin(ledgerctl, "zone", "set", zone, *WHY)
        assert (done.code, words in done.err) == (1, True), done.err
    done = as_admin(ledgerctl, "zone", "set", "Asia/Tokyo", *WHY)
    assert (done.data["before"], done.data["zone"]) == ("Europe/Berlin", "Asia/Tokyo")
    assert ledgerctl(*JSON, "zone", "show").data["zone"] == "Asia/Tokyo"
    assert ledgerctl("zone", "show").out.splitlines()[2].endswith(" 00:00:00+09:00")


def test_of_several_open_currencies_one_must_be_said(
    ledgerctl: Run, open_accounts: Callable[..., None]
) -> None:
    """Those that are open are named; when only one is left, it is meant."""
    open_accounts({"anna": 0})
    open_accounts({"anna": 0}, "JPY")
    several = ledgerctl(*PAY, "r-1", "--amount", "5")
    assert several.code == 2
    assert several.err == (
        "This ledger has several currencies; say which with --currency: BHD, BTC, CR, JPY.\n"
    )
    assert as_admin(ledgerctl, "currency", "close", "btc", *WHY).code == 0
    assert "with --currency: BHD, CR, JPY." in ledgerctl(*PAY, "r-1", "--amount", "5").err
    for code in ("bhd", "cr"):
        assert as_admin(ledgerctl, "currency", "close", code, *WHY).code == 0
    assert ledgerctl(*PAY, "r-1", "--amount", "5").code == 0
    assert ledgerctl(*JSON, "balances", "anna", "--currency", "jpy").data[0]["balance"] == "5"
    shut = ledgerctl(*PAY, "r-2", "--amount", "5", "--currency", "cr")
    assert (shut.code, shut.err) == (1, "Refused: the currency is closed. Nothing was changed.\n")
    held = as_admin(ledgerctl, "currency", "close", "jpy", *WHY)
    assert (held.code, "empty them first" in held.err) == (1, True)
    back = ("transfer", "--from", "anna", "--to", "@external", "--amount", "5", "--reference", "r-3")
    assert ledgerctl(*back).code == 0
    assert as_admin(ledgerctl, "currency", "close", "jpy", *WHY).code == 0
    none = ledgerctl(*PAY, "r-4", "--amount", "5")
    assert none.err == "All currencies of this ledger are closed; say which is meant: --currency CODE.\n"


def test_a_ledger_with_a_closed_currency_adds_up(ledgerctl: Run, open_accounts: Callable[..., None]) -> None:
    """Closing a currency is an ordinary act: the check of the whole ledger finds nothing wrong with it."""
    open_accounts({"anna": 100, "bert": 0})
    open_accounts({"anna": 0, "bert": 0}, "JPY")
    assert ledgerctl("verify", role="t_auditor").code == 0
    assert as_admin(ledgerctl, "currency", "close", "jpy", *WHY).code == 0
    checks = ledgerctl(*JSON, "verify", role="t_auditor").data
    assert [row for row in checks if row["result"] not in {"ok", "not read"}] == []
    assert as_admin(ledgerctl, "currency", "reopen", "jpy", *WHY).code == 0
    assert ledgerctl("verify", role="t_auditor").code == 0


def test_amounts_are_read_and_shown_exactly_in_each_currency(
    ledgerctl: Run, open_accounts: Callable[..., None]
) -> None:
    """What was typed is what `balances` and `transactions` show, for programs and for people."""
    for code in WRITTEN:
        open_accounts(dict.fromkeys((*BIG, "none"), 0), code)
    typed = []
    for code, amounts in WRITTEN.items():
        for name, amount in zip(BIG, amounts, strict=True):
            words = ("transfer", "--from", "@external", "--to", name, "--amount", amount, "--currency", code)
            done = ledgerctl(*words, "--reference", f"{name}-{code}")
            assert done.code == 0, done.err
            typed.append((name, code, amount))
    names = (*BIG, "none")
    expected = {(name, code): amount for name, code, amount in typed} | {
        ("none", code): zero
        for code, zero in (("CR", "0.00"), ("JPY", "0"), ("BTC", "0.00000000"), ("BHD", "0.000"))
    }
    for more in ((), *(("--currency", code.lower()) for code in WRITTEN)):
        wanted = {key: one for key, one in expected.items() if not more or key[1] == more[1].upper()}
        found = ledgerctl(*JSON, "balances", *names, *more)
        assert {(row["account"], row["currency"]): row["balance"] for row in found.data} == wanted
        assert all(row["available"] == row["balance"] for row in found.data)
        table = {key: _for_people(one) for key, one in wanted.items()}
        assert _columns(ledgerctl("--format", "csv", "balances", *names, *more).out, 0, 3, 4) == wanted
        assert _columns(ledgerctl("balances", *names, *more).out, 0, -7, -6) == table
    in_all = " and ".join(f"{_for_people(str(_total(WRITTEN[code])))} {code}" for code in sorted(WRITTEN))
    assert ledgerctl("balances", *names).err == f"5 accounts, {in_all} in all; 0 unknown.\n"
    listed = ledgerctl(*JSON, "transactions", "--oldest").data
    assert [(row["to"], row["currency"], row["amount"], row["to_balance_after"]) for row in listed] == [
        (*one, one[2]) for one in typed
    ]
    for code, amounts in WRITTEN.items():
        one = ("transactions", "--oldest", "--currency", code)
        assert [row["amount"] for row in ledgerctl(*JSON, *one).data] == list(amounts)
        csv_rows = [line.split(",") for line in ledgerctl("--format", "csv", *one).out.splitlines()[1:]]
        assert [row[5] for row in csv_rows] == list(amounts)
        rows = ledgerctl(*one).out.splitlines()[1:]
        for row, amount in zip(rows, amounts, strict=True):
            assert row.split().count(_for_people(amount)) == 2, "the amount, and the balance after it"


def _total(amounts: tuple[str, ...]) -> Decimal:
    with localcontext(prec=40):
        return sum(map(Decimal, amounts), Decimal())


def _for_people(written: str) -> str:
    whole, mark, fraction = written.partition(".")
    return f"{int(whole):,}{mark}{fraction}"


def _columns(out: str, name: int, code: int, amount: int) -> dict[tuple[str, str], str]:
    """Return an amount by account and currency, from the lines of a table or of CSV."""
    comma = "," if "," in out.splitlines()[0] else None
    rows = [line.split(comma) for line in out.splitlines()[1:]]
    return {(row[name], row[code]): row[amount] for row in rows}
