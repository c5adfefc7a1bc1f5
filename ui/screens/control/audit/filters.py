"""The filters over the audit: who, what, about whom, with which result, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from console.files.days import end_of, start_of
from console.ledger.audit.page import AuditFilter
from console.postgres.page import asked_name
from ui.kit.lists.filter_row import FilterRow
from ui.kit.widgets.checked_filters import CheckedChip, DayRange, ShortText
from ui.kit.widgets.filters import OneChoice
from ui.screens.control.audit.editors import AboutFilter, KindFilter, about_subject, subject_of

if TYPE_CHECKING:
    from datetime import date

    from ui.kit.formats import Formats


class AuditFilters(FilterRow):
    """Chips for what can be asked; days are those of the ledger's business zone."""

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._zone = formats.zone
        self.who = CheckedChip("Who", ShortText("exact operator"))
        self.what = CheckedChip("What", KindFilter())
        self.about = CheckedChip("About", AboutFilter())
        self.result = CheckedChip(
            "Result", OneChoice([("refused", "Refused"), ("done", "Done")], all_title="Either")
        )
        self.when = CheckedChip("When", DayRange(formats.today()))
        self.show_chips(None, self.who, self.what, self.about, self.result, self.when, note=str(formats.zone))

    def wanted(self) -> AuditFilter:
        """Return what the chips ask for; what is half typed into an open editor is not in it."""
        subject, starts = subject_of(cast("tuple[str, str] | None", self.about.applied_value))
        days = cast("tuple[date, date] | None", self.when.applied_value)
        return AuditFilter(
            subject=subject,
            actor=asked_name(str(self.who.applied_value or "")),
            actions=cast("tuple[str, ...] | None", self.what.applied_value) or (),
            outcome=str(self.result.applied_value or ""),
            starts=starts,
            since=None if days is None else start_of(days[0], self._zone),
            until=None if days is None else end_of(days[1], self._zone),
        )

    def show_only(self, subject: str, operator: str) -> None:
        """Ask about one subject or operator and nothing else, at once."""
        for one in self.chips:
            one.reset()
        self.about.put(about_subject(subject) if subject else None)
        self.who.put(operator or None)
        self._changed()
        self.settle()
