"""The start of a file, as it stands and as the mapping reads it, with what cannot be read marked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from console.files.lines.draft import DraftLine
from console.files.mappings.mapping import BankMapping
from ui.kit.table.columns import Cell, Column, Kind
from ui.kit.table.paged_model import State
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import caption, label, row_of
from ui.kit.widgets.inputs import WHOLE
from ui.screens.batches.columns import PROBLEMS
from ui.screens.batches.problems import kind_words

if TYPE_CHECKING:
    from console.errors.problem import Problem
    from console.files.lines.preview import Preview
    from console.files.mappings.mapping import Mapping
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.kit.table.view import LedgerTable

RawRow = tuple[int, tuple[str, ...]]
_COLUMNS_SHOWN = 40
_PROBLEM_ROWS = 4


def _day(row: DraftLine) -> str | None:
    return None if row.effective_at is None else row.effective_at.isoformat()[:10]


def _columns(*, several: bool, grants: bool) -> tuple[Column[DraftLine], ...]:
    """Return the columns of lines; the currency where there are several, lots where the file opens some."""
    credit: tuple[Column[DraftLine], ...] = (
        Column("lot_source", "Source"),
        Column("lot_expires_at", "Expires", Kind.UNTIL),
    )
    return (
        Column("line", "Line", Kind.INTEGER, muted=True),
        Column("from_name", "From", width=132),
        Column("to_name", "To", width=132),
        Column("amount", "Amount", Kind.AMOUNT, currency=lambda row: row.currency or WHOLE),
        Column(
            "currency", "Currency", value=lambda row: row.currency and row.currency.code, muted=True,
            hidden=not several,
        ),
        *(credit if grants else ()),
        Column("reference", "Reference", muted=True),
        Column("description", "Description", muted=True, stretch=True),
        Column("effective_at", "Date", muted=True, value=_day),
    )  # fmt: skip


class ParsedModel(RowsModel[DraftLine]):
    """Draft lines whose unreadable cells show what stands in the file, in the error tone."""

    def __init__(self, formats: Formats, parent: QWidget, *, several: bool, grants: bool) -> None:
        """`grants` adds the columns of lines that open lots of credit, `several` shows the currency."""
        super().__init__(_columns(several=several, grants=grants), formats, (), parent)
        self.grants = grants
        self._marks: dict[tuple[int, str], Problem] = {}

    def show_lines(self, preview: Preview) -> None:
        """Show a preview's lines."""
        self._marks = marks_of(preview)
        self.set_rows(preview.lines)

    @override
    def row_cells(self, row: int) -> tuple[Cell, ...]:
        cells = super().row_cells(row)
        line = self.row_at(row).line
        return tuple(
            _marked(cell, self._marks.get((line, column.key)))
            for column, cell in zip(self.columns, cells, strict=True)
        )


class PreviewPane(QWidget):
    """Two tables of the same lines, and the list of what is wrong in them."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._header: tuple[str, ...] | None = None
        self._found = label(tone="muted", font=label_font())
        self.raw = self._raw_table(())
        self.parsed_model, self.parsed = self._parsed_table(grants=False)
        self._count = label(tone="muted", font=label_font())
        self.problem_model: RowsModel[Problem] = RowsModel(PROBLEMS, context.formats, (), self)
        self.problems = context.table("mapping.problems", "Problems in the first lines", ground="surface")
        self.problems.set_snug(at_most=_PROBLEM_ROWS)
        self.problems.setModel(self.problem_model)
        self.problems.hide()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(8)
        self._rows.addLayout(row_of(_heading("The file as it stands"), self._found, None))
        self._rows.addWidget(self.raw, 2)
        self._rows.addLayout(row_of(_heading("As the mapping reads it"), self._count, None))
        self._rows.addWidget(self.parsed, 3)
        self._rows.addWidget(self.problems)

    def show_preview(self, preview: Preview) -> None:
        """Show the start of a file."""
        written = self._context.formats.integer
        if preview.header != self._header:
            self._header = preview.header
            table = self._raw_table(preview.header)
            self._rows.replaceWidget(self.raw, table)
            self.raw.deleteLater()
            self.raw = table
        model = self.raw.model()
        if isinstance(model, RowsModel):
            model.set_rows(preview.rows)
        dialect = preview.dialect
        self._found.setText(f"first {written(len(preview.rows))} rows \N{MIDDLE DOT} {dialect.encoding}")
        mapping = preview.mapping
        grants = mapping is not None and (mapping.source_column or mapping.expires_column) is not None
        if grants is not self.parsed_model.grants:
            model, table = self._parsed_table(grants=grants)
            self._rows.replaceWidget(self.parsed, table)
            self.parsed.deleteLater()
            self.parsed_model, self.parsed = model, table
        self.parsed_model.show_lines(preview)
        if not preview.lines:
            self.explain("The mapping does not fit this file", "Choose columns that are there.")
        count = len(preview.problems)
        self._count.setText("" if not count else f"{written(count)} problem{'s' if count > 1 else ''}")
        self.problem_model.set_rows(preview.problems)
        self.problems.setVisible(bool(count))

    def explain(self, heading: str, detail: str) -> None:
        """Say in place of parsed lines why there are none."""
        self.parsed_model.set_rows(())
        self.parsed.set_empty_words(heading, detail)
        self.parsed.set_state(State.EMPTY)
        self._count.setText("")

    def _parsed_table(self, *, grants: bool) -> tuple[ParsedModel, LedgerTable]:
        name = "mapping.parsed.grants" if grants else "mapping.parsed"
        table = self._context.table(name, "The lines as the mapping reads them", ground="surface")
        model = ParsedModel(
            self._context.formats, table, several=len(self._context.session.currencies) > 1, grants=grants
        )
        table.setModel(model)
        return model, table

    def _raw_table(self, header: tuple[str, ...]) -> LedgerTable:
        columns: list[Column[RawRow]] = [
            Column("line", "Line", Kind.INTEGER, value=lambda row: row[0], muted=True)
        ]
        for at, title in enumerate(header[:_COLUMNS_SHOWN]):
            columns.append(
                Column(str(at), title, value=lambda row, at=at: row[1][at] if at < len(row[1]) else None)  # type: ignore[misc]  # the default binds this turn's column
            )
        table = self._context.table("mapping.raw", "The first rows of the file", ground="surface")
        table.setModel(RowsModel(columns, self._context.formats, (), table))
        return table


def marks_of(preview: Preview) -> dict[tuple[int, str], Problem]:
    """Return each problem by its line and the field that it leaves empty."""
    if preview.mapping is None:
        return {}
    fields = _fields_of(preview.mapping)
    lines = {line.line: line for line in preview.lines}
    marks: dict[tuple[int, str], Problem] = {}
    for problem in preview.problems:
        line = None if problem.line is None else lines.get(problem.line)
        if line is None:
            continue
        empty = [field for field in fields.get(problem.column, ()) if getattr(line, field) is None]
        for field in empty or ["line"]:
            marks.setdefault((line.line, field), problem)
    return marks


def _fields_of(mapping: Mapping) -> dict[str, list[str]]:
    """Return for each column the fields of a line that it fills."""
    both = ("from_name", "to_name")
    pairs: list[tuple[str | None, tuple[str, ...]]] = [
        (mapping.amount_column, ("amount",)),
        (mapping.currency_column, ("amount",)),
        (mapping.reference_column, ("reference",)),
        (mapping.date_column, ("effective_at",)),
        (mapping.source_column, ("lot_source",)),
        (mapping.expires_column, ("lot_expires_at",)),
    ]
    if isinstance(mapping, BankMapping):
        pairs += [(mapping.account_column, both), (mapping.direction_column, both)]
        pairs += [(column, ("description",)) for column in mapping.description_columns]
        pairs.append((", ".join(mapping.description_columns), ("description",)))
    else:
        pairs += [
            (mapping.from_column, ("from_name",)),
            (mapping.to_column, ("to_name",)),
            (mapping.description_column, ("description",)),
        ]
    found: dict[str, list[str]] = {}
    for column, fields in pairs:
        if column:
            found.setdefault(column, []).extend(fields)
    return found


def _marked(cell: Cell, problem: Problem | None) -> Cell:
    if problem is None:
        return cell
    text = cell.text or problem.value or kind_words(problem.code)
    spoken = f"{text}: {problem.message}"
    return replace(cell, text=text, spoken=spoken, copied=text, tone=Tone.ERROR, tip=problem.message)


def _heading(text: str) -> QWidget:
    made = caption(text)
    made.setFont(text_font(weight=QFont.Weight.DemiBold))
    made.setProperty("tone", "")
    return made
