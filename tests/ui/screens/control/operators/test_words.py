"""What the screen says of an operator and of signing in."""

from __future__ import annotations

from datetime import UTC, datetime

from console.ledger.operators.asked import Asked, SignInRule
from console.ledger.operators.left_open import LeftOpen, OpenThing, OpenThings
from tests.ui.parts import make_formats
from ui.screens.control.operators.words import code_words, left_lines, role_changes, sign_in_words

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
FORMATS = make_formats()


def rule(method: str, error: str = "") -> SignInRule:
    return SignInRule(1, "host", ("all",), ("all",), "all", method, error)


def things(*words: str, count: int = 0) -> OpenThings:
    newest = tuple(OpenThing(number, one, NOON) for number, one in enumerate(words, start=7))
    return OpenThings(count or len(words), newest)


def test_each_thing_left_open_has_a_line_with_its_newest() -> None:
    found = LeftOpen(
        things("salaries"),
        things("transfer", "grant_credit", count=1_002),
        things("capture"),
        things("noor.a", "<b>x</b>"),
        things("to mara", "for karl"),
        (("transfer", 1_200), ("note", 1)),
    )
    assert left_lines(found, FORMATS).splitlines() == [
        "1 draft of a batch: salaries (7).",
        "1,002 requests of theirs wait: transfer 7, grant 8 and 1,000 more.",
        "1 request they agreed to is not carried out: capture of a hold 7.",
        "2 accounts' notes wait for them: noor.a, <b>x</b>.",
        "2 delegations last: to mara, for karl.",
        "Last 7 days, 1,201 acts: 1,200 \N{MULTIPLICATION SIGN} transfer, 1 \N{MULTIPLICATION SIGN} note.",
    ]


def test_of_many_kinds_of_acts_the_most_frequent_are_named() -> None:
    acts = tuple((f"act_{number}", 10 - number) for number in range(8))
    words = left_lines(LeftOpen(things(), things(), things(), things(), things(), acts), FORMATS)
    assert words.startswith("Nothing waits for them.\nLast 7 days, 52 acts: 10")
    assert words.endswith("act 5 and 2 other kinds.")


def test_what_pg_hba_asks_is_said_where_it_may_be_read() -> None:
    own = Asked("scram-sha-256", "TLSv1.3", "", False, None)
    assert "which a superuser of the server reads" in sign_in_words(own)
    rules = (
        rule("scram-sha-256"),
        rule("radius"),
        rule("scram-sha-256"),
        rule("reject"),
        rule("", "no such"),
    )
    words = sign_in_words(Asked("scram-sha-256", "", "", True, rules))
    assert words.endswith(
        "The server's pg_hba asks, as the way in may be: a password (scram-sha-256); "
        "what the RADIUS server asks, a second factor perhaps. 1 of its lines cannot be read by the server."
    )


def test_what_other_roles_give_and_take_is_said_with_what_comes_with_them() -> None:
    assert role_changes(["viewer"], ["viewer"]) == "Nothing is given or taken yet."
    assert role_changes(["viewer"], ["viewer", "support"]) == "Gives support."
    words = role_changes(["admin", "operator", "support"], ["admin", "approver"])
    assert words == (
        "Gives approver. Takes operator, support. What operator and support may, they may still: it comes "
        "with the roles that they have."
    )


def test_of_a_code_it_is_said_how_long_it_is_good() -> None:
    assert "good once, until 2026-11-28 12:00:00. At the sign-in mara presses" in code_words(
        "mara", NOON, FORMATS
    )
    assert "good once, for 7 days. At" in code_words("mara", None, FORMATS)
