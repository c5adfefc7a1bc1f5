"""The rows of the lists: what waits, what changed, the largest, the accounts; each with the way it leads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from console.ledger.holds.page import View
from console.ledger.jobs.states import Job
from console.ledger.jobs.words import contradictions, outcome_words
from models.account import AccountStatus
from ui.kit.days import age, short_moment
from ui.kit.theme.tokens import Tone
from ui.routes import (
    OpenAccounts,
    OpenApprovals,
    OpenBatches,
    OpenHolds,
    OpenJobs,
    OpenPosted,
    OpenTransaction,
)
from ui.screens.overview.chart import OTHER, WORDS
from ui.screens.overview.words import named, short_day

if TYPE_CHECKING:
    from datetime import datetime

    from console.ledger.books.currencies import Books
    from console.ledger.books.overview.figures import CurrencyOverview, Large, Overview, Since, Tally
    from console.ledger.jobs.states import JobState
    from console.money import Currency
    from ui.kit.formats import Formats
    from ui.routes import Route

NO_LIST: Final = "there is no list of these in the window yet"


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """How many of something wait, and what is to be known of them; number is None while nobody knows.

    tone: of the number, None for none. route: None where no place of the window shows them.
    """

    what: str
    note: str
    number: int | None
    tone: Tone
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What is owed at a moment, or by how much it changed; in minor units. is_sum: the former."""

    what: str
    amount: int
    currency: Currency
    is_sum: bool = False
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class LargeRow:
    """One of today's largest transactions."""

    large: Large
    currency: Currency

    @property
    def route(self) -> Route:
        """The way to it."""
        return OpenTransaction(self.large.id)


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many accounts there are of a kind."""

    what: str
    accounts: int
    route: Route


@dataclass(frozen=True, slots=True)
class JobRow:
    """One automatic job; last: when its last run ended, and what came of it."""

    state: JobState
    last: str

    @property
    def route(self) -> Route:
        """The way to all of them."""
        return OpenJobs()


def waiting_rows(
    found: Overview, unconfirmed: int | None, formats: Formats, books: Books
) -> tuple[WaitingRow, ...]:
    """Return what waits; unconfirmed acts are this console's own, None where nobody can say."""
    waiting, at = found.waiting, found.at
    late = [one.overdue for one in found.currencies if one.overdue.count]
    missing = [one for one in found.currencies if one.unrecovered.count]
    names = waiting.followed
    return (
        WaitingRow(
            "Approvals for you", _oldest(waiting.approvals, at), waiting.approvals.count,
            _tone(waiting.approvals.count, Tone.ACCENT), OpenApprovals(),
        ),
        WaitingRow(
            "Your drafts", _oldest(waiting.drafts, at), waiting.drafts.count,
            _tone(waiting.drafts.count, Tone.WARNING), OpenBatches(),
        ),
        WaitingRow(
            "Holds overdue", f"oldest {age(min(one.since for one in late if one.since), at)}" if late else "",
            sum(one.count for one in late), _tone(len(late), Tone.WARNING), OpenHolds(View.OVERDUE.value),
        ),
        WaitingRow(
            "Accounts you follow", named(names), len(names), _tone(len(names), Tone.ACCENT),
            OpenAccounts(followed=True),
        ),
        WaitingRow(
            "Payouts not recovered",
            " and ".join(formats.money(one.unrecovered.amount, one.currency) for one in missing),
            sum(one.unrecovered.count for one in missing), _tone(len(missing), Tone.WARNING), OpenBatches(),
        ),
        WaitingRow(
            "Unconfirmed acts", "the outbox cannot be read" if unconfirmed is None else "", unconfirmed,
            _tone(unconfirmed, Tone.ERROR),
        ),
        _unexplained(found.jobs.of(Job.VERIFY), found.at, books),
    )  # fmt: skip


def change_rows(one: CurrencyOverview, since: Since) -> tuple[ChangeRow, ...]:
    """Return how what is owed came to be what it is now; no row while the days are being counted."""
    change = one.since(since.day(one.today))
    if change is None:
        return ()
    first, code = change.day + timedelta(days=1), one.currency.code
    changes = [
        ChangeRow(
            WORDS[kind].capitalize(), amount, one.currency,
            route=OpenPosted(first, one.today, code, (kind.value,)),
        )
        for kind, amount in change.named.items()
    ]  # fmt: skip
    if change.other:
        route = OpenPosted(first, one.today, code)
        changes.append(ChangeRow(OTHER.capitalize(), change.other, one.currency, route=route))
    return (
        ChangeRow(
            f"Owed at the end of {short_day(change.day)}", change.before, one.currency, is_sum=True
        ),
        *changes,
        ChangeRow("Owed now", change.now, one.currency, is_sum=True, route=OpenAccounts(code)),
    )  # fmt: skip


def large_rows(one: CurrencyOverview) -> tuple[LargeRow, ...]:
    """Return today's largest transactions."""
    return tuple(LargeRow(large, one.currency) for large in one.largest)


def count_rows(found: Overview) -> tuple[CountRow, ...]:
    """Return how many accounts there are by status, then by trust level; none where there are no accounts."""
    by_status: Counter[AccountStatus] = Counter()
    by_level: Counter[int] = Counter()
    for one in found.accounts:
        by_status[one.status] += one.accounts
        by_level[one.trust_level] += one.accounts
    return (
        *(
            CountRow(status.value.capitalize(), by_status[status], OpenAccounts(status=status.value))
            for status in AccountStatus
            if by_status[status]
        ),
        *(
            CountRow(f"Trust level {level}", by_level[level], OpenAccounts(trust_level=level))
            for level in sorted(by_level)
        ),
    )


def job_rows(found: Overview, formats: Formats, books: Books) -> tuple[JobRow, ...]:
    """Return the automatic jobs."""
    return tuple(JobRow(state, _last(state, formats, books)) for state in found.jobs.jobs)


def _last(state: JobState, formats: Formats, books: Books) -> str:
    run = state.last
    if run is None:
        return "no run yet"
    return f"{short_moment(run.ended_at, formats)}, {outcome_words(state.job, run, books)}"


def _unexplained(verify: JobState, at: datetime, books: Books) -> WaitingRow:
    last = verify.last
    if last is None:
        return WaitingRow("Unexplained", "never verified", None, Tone.WARNING, OpenJobs())
    ago = f"{age(last.ended_at, at)} ago"
    if last.status not in {"done", "found"}:
        return WaitingRow("Unexplained", f"verify failed {ago}", None, Tone.ERROR, OpenJobs())
    words = f"{outcome_words(Job.VERIFY, last, books)}, {ago}"
    if last.status == "found":
        wrong = sum(contradictions(last.outcome).values()) or None
        return WaitingRow("Unexplained", words, wrong, Tone.ERROR, OpenJobs())
    return WaitingRow("Unexplained", words, 0, Tone.CREDIT, OpenJobs())


def _oldest(tally: Tally, at: datetime) -> str:
    return "" if tally.since is None else f"oldest {age(tally.since, at)}"


def _tone(number: int | None, tone: Tone) -> Tone:
    return tone if number or number is None else Tone.NEUTRAL
