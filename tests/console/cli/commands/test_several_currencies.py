"""Every list by currency, dates by the business day, and a file's currencies apart, on one ledger of four."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.console.ledger.books.many_currencies import FOUR, insert_movements

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.console.cli.conftest import Done, Run

JSON = ("--format", "json")
WHY = ("--reason", "ticket 7")
CODES = ["BHD", "BTC", "CR", "JPY"]


@pytest.fixture(autouse=True)
def customers(ledgerctl: Run, open_accounts: Callable[..., None]) -> None:
    """Make the ledger as an administrator does, with the days of Berlin and money in each currency."""
    for words in (
        ("currency", "add", "jpy"),
        ("currency", "add", "btc"),
        ("currency", "add", "bhd"),
        ("zone", "set", "Europe/Berlin", *WHY),
    ):
        done(ledgerctl, *words, role="t_admin")
    for currency in FOUR:
        open_accounts({"anna": 100_000, "bert": 0}, currency.code)


def done(ledgerctl: Run, *words: str, role: str = "t_operator") -> Done:
    """Run a command that must end well."""
    found = ledgerctl(*JSON, *words, role=role)
    assert found.code == 0, found.err
    return found


def listed(ledgerctl: Run, *words: str) -> list[str]:
    """Return the currencies of a list's rows, in their order; each row with its own."""
    return [row["currency"] for row in done(ledgerctl, *words).data]


def seen_by_currency(ledgerctl: Run, *words: str) -> None:
    """See that a list has all currencies, or the one asked for in any letters, and knows no other."""
    assert sorted(set(listed(ledgerctl, *words))) == CODES
    for code in ("btc", "JPY"):
        assert set(listed(ledgerctl, *words, "--currency", code)) == {code.upper()}
    unknown = ledgerctl(*words, "--currency", "eur")
    assert (unknown.code, unknown.out) == (2, "")
    assert unknown.err == "--currency: there is no 'eur' in this ledger; it has BHD, BTC, CR, JPY.\n"


def test_transactions_balances_and_credits_are_listed_by_currency(ledgerctl: Run) -> None:
    """Without a currency each account has a row for each of its own."""
    seen_by_currency(ledgerctl, "transactions")
    seen_by_currency(ledgerctl, "transactions", "--user", "anna")
    seen_by_currency(ledgerctl, "balances", "anna", "bert")
    seen_by_currency(ledgerctl, "credit", "list", "anna", "@issuance")
    assert listed(ledgerctl, "balances", "bert", "anna") == CODES * 2
    found = done(ledgerctl, "credit", "list", "anna").data
    assert [row["transferable"] for row in found] == ["100.000", "0.00100000", "1000.00", "100000"]
    amounts = done(ledgerctl, "transactions", "--min", "0.00099999", "--currency", "btc").data
    assert [row["amount"] for row in amounts] == ["0.00100000"]
    for words in (("--min", "1"), ("--max", "1")):
        assert "say which with --currency: BHD, BTC, CR, JPY" in ledgerctl("transactions", *words).err
    assert ledgerctl("transactions", "--min", "1.5", "--currency", "jpy").err.startswith("--min: This curr")


def test_batches_holds_requests_rules_and_limits_are_listed_by_currency(
    ledgerctl: Run, tmp_path: Path
) -> None:
    """Each list can be cut down to one currency, and shows each amount with its currency's decimals."""
    smallest = {"BHD": "0.001", "BTC": "0.00000001", "CR": "0.01", "JPY": "1"}
    file = tmp_path / "pay.csv"
    lines = [f"anna,bert,{amount},{code},b-{code}" for code, amount in smallest.items()]
    file.write_text("\n".join(["from,to,amount,currency,reference", *lines, ""]))
    mapping = tmp_path / "pay.toml"
    mapping.write_text(
        'shape = "transfers"\nfrom_column = "from"\nto_column = "to"\namount_column = "amount"\n'
        'reference_column = "reference"\ncurrency_column = "currency"\n'
    )
    load = ("batch", "load", str(file), "--mapping", str(mapping))
    for code in CODES:
        money = ("--currency", code)
        file.write_text(f"from,to,amount,currency,reference\nanna,bert,{smallest[code]},{code},b-{code}\n")
        done(ledgerctl, *load, *money)
        done(ledgerctl, "hold", "reserve", "anna", "--amount", smallest[code], "--reference", code, *money)
        rule = ("rule", "set", "transfer", "--from", smallest[code], "--approvals", "1", *WHY, *money)
        assert ledgerctl(*rule, role="t_admin").code == 0
        limit = ("limit", "set", "t_operator2", "--a-day", smallest[code], *WHY, *money)
        assert ledgerctl(*limit, role="t_admin").code == 0
        pay = ("transfer", "--from", "anna", "--to", "bert", "--amount", smallest[code], "--reference", "x")
        done(ledgerctl, *pay, "--submit", *WHY, *money)
    for words, amount in (
        (("batch", "list"), "total"),
        (("hold", "list"), "amount"),
        (("hold", "list", "--user", "anna", "--status", "reserved"), "amount"),
        (("request", "list"), "amount"),
        (("request", "list", "--all"), "amount"),
        (("rule", "list"), "from"),
        (("limit", "list"), "a_day"),
    ):
        seen_by_currency(ledgerctl, *words)
        found = done(ledgerctl, *words).data
        assert {row["currency"]: row[amount] for row in found} == smallest, words


def test_credit_and_holds_end_with_the_business_day(ledgerctl: Run) -> None:
    """A date is the end of that day in Berlin, said so to people; a moment within a day is a moment."""
    for source, expires in (
        ("campaign", "2030-12-31"),
        ("summer", "2030-07-31"),
        ("gift", "2031-01-01T00:30"),
    ):
        words = ("credit", "grant", "anna", "--amount", "5", "--source", source, "--currency", "jpy")
        done(ledgerctl, *words, "--expires", expires)
    lots = ("credit", "lots", "anna", "--currency", "jpy")
    assert [(row["source"], row["expires_at"][:25]) for row in done(ledgerctl, *lots).data] == [
        ("summer", "2030-07-31T22:00:00.00000"),
        ("campaign", "2030-12-31T23:00:00.00000"),
        ("gift", "2030-12-31T23:30:00.00000"),
    ]
    assert done(ledgerctl, *lots).data[1]["expires_at"] == "2030-12-31T23:00:00.000000+00:00"
    rows = ledgerctl(*lots).out.splitlines()[1:]
    assert [row.rstrip().rsplit("  ", 1)[1] for row in rows] == [
        "end of 31 Jul 2030",
        "end of 31 Dec 2030",
        "1 Jan 2031 00:30",
    ]
    assert "2030-12-31T23:00:00.000000+00:00" in ledgerctl("--format", "csv", *lots).out

    reserve = ("hold", "reserve", "anna", "--amount", "7", "--currency", "jpy", "--reference")
    done(ledgerctl, *reserve, "h-1", "--expires", "2030-03-31")
    done(ledgerctl, *reserve, "h-2", "--expires", "2030-03-31T12:00Z")
    held = {row["reference"]: row["expires_at"] for row in done(ledgerctl, "hold", "list").data}
    assert held == {
        "h-1": "2030-03-31T22:00:00.000000+00:00",
        "h-2": "2030-03-31T12:00:00.000000+00:00",
    }
    shown = ledgerctl("hold", "list").out
    assert "end of 31 Mar 2030" in shown
    assert "31 Mar 2030 14:00" in shown
    later = done(ledgerctl, "hold", "extend", "h-1", "--expires", "2030-10-27", *WHY).data
    assert (later["before"][:19], later["expires_at"][:19]) == ("2030-03-31T22:00:00", "2030-10-27T23:00:00")
    told = ledgerctl("hold", "extend", "h-1", "--expires", "2030-10-26", *WHY).out
    assert [line.split(maxsplit=1)[1] for line in told.splitlines()[1:2]] == ["end of 27 Oct 2030"]
    assert "end of 26 Oct 2030" in told
    last = ledgerctl(*reserve, "h-3", "--expires", "9999-12-31")
    assert (last.code, "is the last day there is" in last.err) == (2, True)


@pytest.mark.parametrize("written", ["20301231", "2030-W53-2"])
def test_a_date_in_another_form_of_iso_8601_ends_with_its_day_or_is_refused(
    ledgerctl: Run, written: str
) -> None:
    """No form of a date without a time may end credit a day early."""
    words = ("credit", "grant", "anna", "--amount", "5", "--source", "promo", "--currency", "jpy")
    found = ledgerctl(*JSON, *words, "--expires", written)
    if found.code == 0:
        lots = done(ledgerctl, "credit", "lots", "anna", "--currency", "jpy").data
        assert lots[0]["expires_at"] == "2030-12-31T23:00:00.000000+00:00"
    assert found.code in {0, 2}


def test_a_request_says_the_day_at_whose_end_the_credit_would_expire(ledgerctl: Run) -> None:
    """Who approves a grant reads its end as all others do, not as a moment in UTC."""
    money = ("--currency", "jpy")
    rule = ("rule", "set", "grant_credit", "--from", "1", "--approvals", "1", *WHY, *money)
    assert ledgerctl(*rule, role="t_admin").code == 0
    words = (
        "credit",
        "grant",
        "anna",
        "--amount",
        "5",
        "--source",
        "promo",
        "--expires",
        "2030-12-31",
        *money,
    )
    number = str(done(ledgerctl, *words, "--submit", *WHY).data["request"])
    assert "end of 31 Dec 2030" in ledgerctl("request", "show", number, role="t_approver").out


def test_a_day_of_the_list_begins_and_ends_with_the_business_day(ledgerctl: Run, ledger_url: str) -> None:
    """From and until are the first moments of their days, on the day of 23 hours and on that of 25."""
    moments = {
        "last-of-28": "2026-03-28 22:59:59.999999+00", "first-of-29": "2026-03-28 23:00+00",
        "last-of-29": "2026-03-29 21:59:59.999999+00", "first-of-30": "2026-03-29 22:00+00",
        "first-of-25": "2026-10-24 22:00+00", "last-of-25": "2026-10-25 22:59:59.999999+00",
        "first-of-26": "2026-10-25 23:00+00",
    }  # fmt: skip
    values = ", ".join(f"('{reference}', timestamptz '{moment}')" for reference, moment in moments.items())
    insert_movements(
        ledger_url,
        f"SELECT one.at, f.id, s.id, 1, one.reference, 'CR' FROM (VALUES {values}) one (reference, at)"
        " CROSS JOIN ledger.wallets f JOIN ledger.users a ON a.id = f.user_id AND a.username = 'anna'"
        " CROSS JOIN ledger.wallets s JOIN ledger.users b ON b.id = s.user_id AND b.username = 'bert'"
        " WHERE f.currency = 'CR' AND s.currency = 'CR'",
    )

    def references(*words: str) -> list[str]:
        return [row["reference"] for row in done(ledgerctl, "transactions", "--oldest", *words).data]

    only = ("--max", "0.01", "--currency", "cr")
    assert references("--from", "2026-03-29", "--until", "2026-03-30", *only) == ["first-of-29", "last-of-29"]
    assert references("--from", "2026-10-25", "--until", "2026-10-26", *only) == ["first-of-25", "last-of-25"]
    assert references("--until", "2026-03-29", *only) == ["last-of-28"]
    assert references("--from", "2026-03-29T23:59", "--until", "2026-10-25", *only) == [
        "last-of-29",
        "first-of-30",
    ]
    table = ledgerctl("transactions", "--oldest", *only).out.splitlines()[1:]
    assert [row.split("  ")[1].strip() for row in table] == [
        "2026-03-28 23:59:59+01:00", "2026-03-29 00:00:00+01:00", "2026-03-29 23:59:59+02:00",
        "2026-03-30 00:00:00+02:00", "2026-10-25 00:00:00+02:00", "2026-10-25 23:59:59+01:00",
        "2026-10-26 00:00:00+01:00",
    ]  # fmt: skip
    out = ledgerctl("--format", "csv", "transactions", "--oldest", "--limit", "1", *only).out
    assert "2026-03-28T22:59:59.999999+00:00" in out


@pytest.mark.over_budget  # tests/console/ledger/batches/test_each_currency.py asks about it
def test_a_file_is_loaded_as_a_draft_for_each_currency_and_posted(ledgerctl: Run, tmp_path: Path) -> None:
    """Each draft is shown as a row with its own decimals, and is posted in its own currency."""
    file = tmp_path / "pay.csv"
    file.write_text(
        "from,to,amount,currency,reference\nanna,bert,0.50,CR,a\nanna,bert,12,jpy,b\n"
        "anna,bert,0.00000007,BTC,c\nanna,bert,1.5,CR,d\n"
    )
    ledgerctl("mapping", "suggest", str(file), "--save", "pay")
    load = ("batch", "load", str(file), "--mapping", "pay", "--name", "May")
    both = ledgerctl(*load, "--each-currency", "--currency", "cr")
    assert (both.code, both.err) == (2, "Give either --currency or --each-currency.\n")
    one = ledgerctl(*JSON, *load, "--currency", "cr")
    assert [(row["line"], row["code"]) for row in one.data] == [(3, "currency.other"), (4, "currency.other")]
    assert done(ledgerctl, "batch", "list").data == []
    loaded = done(ledgerctl, *load, "--each-currency")
    assert [(row["currency"], row["lines"], row["total"]) for row in loaded.data] == [
        ("BTC", 1, "0.00000007"), ("CR", 2, "2.00"), ("JPY", 1, "12"),
    ]  # fmt: skip
    assert loaded.err.count("is a draft; nothing is posted yet.") == 3
    for row in loaded.data:
        done(ledgerctl, "batch", "post", str(row["batch"]), "--content", row["content"])
    found = done(ledgerctl, "balances", "bert").data
    assert {row["currency"]: row["balance"] for row in found} == {
        "BHD": "0.000", "BTC": "0.00000007", "CR": "2.00", "JPY": "12",
    }  # fmt: skip
    batches = done(ledgerctl, "batch", "list").data
    assert [(row["name"], row["status"]) for row in batches] == [
        ("May JPY", "posted"), ("May CR", "posted"), ("May BTC", "posted"),
    ]  # fmt: skip


@pytest.mark.over_budget  # tests/console/ledger/batches/test_each_currency.py asks about it
def test_a_wrong_line_of_one_currency_keeps_all_drafts_from_being_made(
    ledgerctl: Run, tmp_path: Path
) -> None:
    """The problem is told as data, and no batch is there afterwards."""
    file = tmp_path / "pay.csv"
    file.write_text("from,to,amount,currency,reference\nanna,bert,0.50,CR,a\nanna,bert,1.5,JPY,b\n")
    ledgerctl("mapping", "suggest", str(file), "--save", "pay")
    loaded = ledgerctl(*JSON, "batch", "load", str(file), "--mapping", "pay", "--each-currency")
    assert loaded.code == 1
    assert [(row["line"], row["column"], row["code"]) for row in loaded.data] == [
        (3, "amount", "amount.decimals")
    ]
    assert done(ledgerctl, "batch", "list").data == []
