"""The rows and columns of the automatic jobs, and what there is to say of one in full."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from console.ledger.jobs.states import MOST_RUNS
from console.ledger.jobs.words import TITLES, due_words, outcome_words, state_word
from ui.kit.days import moment_words, short_moment
from ui.kit.formats import sentence
from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone
from ui.screens.health.jobs.strip import HOURS, draw_strip, tone_of_status

if TYPE_CHECKING:
    from datetime import datetime

    from console.ledger.books.currencies import Books
    from console.ledger.jobs.states import JobState, RunMark
    from ui.kit.formats import Formats
    from ui.kit.table.columns import Picture

_STATE_TONES: Final = {"running": Tone.ACCENT, "late": Tone.WARNING, "failing": Tone.ERROR}
_NEVER: Final = "no run yet"


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job at a moment, and its runs of the day before it."""

    state: JobState
    marks: tuple[RunMark, ...]
    at: datetime

    @property
    def urgency(self) -> int:
        """How much somebody should look: most where it fails, then is late, then waits; 0 for not at all."""
        last = self.state.last
        waits = last is not None and last.status == "waiting"
        return {"failing": 3, "late": 2}.get(state_word(self.state), int(waits))


def columns(formats: Formats, books: Books) -> tuple[Column[JobRow], ...]:
    """Return the columns; moments are of today by their time alone."""
    return (
        Column("job", "Job", value=lambda row: TITLES[row.state.job], width=204),
        Column(
            "state",
            "State",
            Kind.CHIP,
            value=lambda row: state_word(row.state),
            tone=lambda row: _STATE_TONES.get(state_word(row.state), Tone.NEUTRAL),
            tip=lambda row: why_so(row, formats),
        ),
        Column(
            "last",
            "Last run",
            Kind.IDENTIFIER,
            value=lambda row: row.state.ended_at and short_moment(row.state.ended_at, formats),
            tip=lambda row: who_and_when(row, formats),
        ),
        Column(
            "outcome",
            "What came of it",
            value=lambda row: outcome(row, books),
            tone=lambda row: None if row.state.last is None else tone_of_status(row.state.last.status),
            tip=lambda row: outcome(row, books),
            width=96,
            stretch=True,
        ),
        Column("due", "Next due", Kind.IDENTIFIER, value=lambda row: _due(row, formats)),
        Column(
            "runs",
            f"Last {HOURS} hours",
            value=lambda row: runs(row, formats),
            picture=_strip,
            tip=lambda row: runs(row, formats),
            width=168,
            yields=1,
        ),
    )


def outcome(row: JobRow, books: Books) -> str:
    """Say what came of the last run."""
    last = row.state.last
    return _NEVER if last is None else outcome_words(row.state.job, last, books)


def who_and_when(row: JobRow, formats: Formats) -> str:
    """Say who ran a job last, when, and how long that took."""
    last = row.state.last
    if last is None:
        return ""
    words = f"by {last.operator}, {moment_words(formats, last.ended_at)}"
    return f"{words}, in {formats.duration(last.seconds * 1_000)}" if last.seconds else words


def why_so(row: JobRow, formats: Formats) -> str:
    """Say what is behind a state that needs a look; empty for any other."""
    state, parts = row.state, []
    if state.failures:
        again = f"failed {formats.integer(state.failures)} times in a row"
        parts.append("failed the last time" if state.failures == 1 else again)
    if state.failures and state.not_before is not None and state.not_before > row.at:
        parts.append(f"next try at {short_moment(state.not_before, formats)}")
    if state.is_late and state.overdue_s is not None:
        parts.append(f"late by {formats.duration(state.overdue_s * 1_000)}")
    return ", ".join(parts)


def runs(row: JobRow, formats: Formats) -> str:
    """Say what the picture shows: how many runs, and how many of them did not do what the job is for."""
    if not row.marks:
        return _NEVER if row.state.last is None else f"none in {HOURS} hours"
    total = sum(mark.runs for mark in row.marks)
    words = formats.count(total, "run")
    if total >= MOST_RUNS:
        words = f"the last {words}"
    for status in ("waiting", "found", "failed"):
        number = sum(mark.runs for mark in row.marks if mark.status == status)
        if number:
            words += f", {formats.integer(number)} {_SPOKEN[status]}"
    return words


def in_full(row: JobRow, formats: Formats, books: Books) -> str:
    """Say all there is to say of a job, also what a narrow table cuts."""
    said = [f"{TITLES[row.state.job]}: {outcome(row, books)}"]
    said += [words for words in (who_and_when(row, formats), why_so(row, formats)) if words]
    if row.marks:
        said.append(f"last {HOURS} hours: {runs(row, formats)}")
    return " ".join(map(sentence, said))


def _strip(row: JobRow) -> Picture | None:
    return partial(draw_strip, marks=row.marks, at=row.at) if row.marks else None


def _due(row: JobRow, formats: Formats) -> str:
    return due_words(row.state, lambda moment: short_moment(moment, formats))


_SPOKEN: Final = {"waiting": "waited", "found": "found something wrong", "failed": "failed"}
