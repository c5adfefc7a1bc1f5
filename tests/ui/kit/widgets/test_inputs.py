"""Editors and filter chips."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QVBoxLayout

from tests.ui.parts import CR
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Field, TitleRow, button, label
from ui.kit.widgets.buttons import ActionButton
from ui.kit.widgets.cards import Equation, EquationPart, KeyFigure
from ui.kit.widgets.filters import AmountFilter, ChoiceFilter, DatesFilter, FilterChip, TextFilter
from ui.kit.widgets.inputs import AmountEdit, DateEdit

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.kit.formats import Formats
    from ui.kit.theme.theme import Theme


@pytest.fixture(autouse=True)
def themed(theme: Theme) -> None:
    """Style what these tests make."""


def test_an_amount_of_any_size_is_read_exactly(qtbot: QtBot, formats: Formats) -> None:
    edit = AmountEdit(formats, CR)
    qtbot.addWidget(edit)
    seen: list[int | None] = []
    edit.amount_changed.connect(seen.append)
    edit.setText("90,071,992,547,409.93")
    assert seen == [2**53 + 1]
    edit.setText("92233720368547758.08")
    assert seen == [2**53 + 1, None]
    assert "too large" in edit.problem
    edit.clear()
    assert (edit.amount, edit.problem) == (None, "")
    edit.set_amount(2**63 - 1)
    assert edit.text() == "92,233,720,368,547,758.07"


@pytest.mark.parametrize("text", ["1e3", "12.345", "-5", "1_000", "\N{ARABIC-INDIC DIGIT ONE}", "NaN"])
def test_what_is_no_amount_is_marked(qtbot: QtBot, formats: Formats, text: str) -> None:
    edit = AmountEdit(formats, CR)
    qtbot.addWidget(edit)
    edit.insert(text)
    assert edit.amount is None
    assert edit.problem
    assert edit.property("invalid") is True
    edit.setText("3.00")
    assert edit.property("invalid") is False


def test_a_field_names_its_editor_and_says_what_is_wrong(qtbot: QtBot, formats: Formats) -> None:
    edit = AmountEdit(formats, CR)
    field = Field("Amount", edit, hint="CR, two decimals")
    qtbot.addWidget(field)
    assert edit.accessibleName() == "Amount"
    field.set_problem("More than is available.")
    texts = [one.text() for one in field.findChildren(QLabel)]
    assert "More than is available." in texts
    field.set_problem("")
    assert "CR, two decimals" in [one.text() for one in field.findChildren(QLabel)]


def test_a_date_is_a_date(qtbot: QtBot) -> None:
    edit = DateEdit(date(2026, 11, 21))
    qtbot.addWidget(edit)
    assert edit.text() == "2026-11-21"
    edit.set_day(date(2024, 2, 29))
    assert edit.day() == date(2024, 2, 29)


def test_a_chip_opens_its_editor_and_tells_of_a_change_once(qtbot: QtBot, formats: Formats) -> None:
    editor = AmountFilter(formats, CR)
    chip = FilterChip("Amount", editor)
    qtbot.addWidget(chip)
    chip.show()
    changes: list[object] = []
    chip.changed.connect(lambda: changes.append(editor.value()))
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    editor.set_value(300, None)
    apply = next(one for one in editor.window().findChildren(QPushButton) if one.text() == "Apply")
    assert apply.isVisible()
    QTest.mouseClick(apply, Qt.MouseButton.LeftButton)
    assert not apply.isVisible()
    assert changes == [(300, None)]
    assert chip.accessibleName() == "Amount \N{GREATER-THAN OR EQUAL TO} 3.00 CR"
    chip.apply()
    assert changes == [(300, None)]
    chip.clear()
    assert changes == [(300, None), None]
    assert chip.accessibleName() == "Amount any"


def test_the_words_of_each_filter(qtbot: QtBot, formats: Formats) -> None:
    choice = ChoiceFilter([(word, word) for word in ("transfer", "capture", "payout", "grant")])
    text, dates, amount = TextFilter("name"), DatesFilter(date(2026, 11, 21)), AmountFilter(formats, CR)
    for widget in (choice, text, dates, amount):
        qtbot.addWidget(widget)
        assert widget.value() is None
        assert widget.words() == "any"
    choice.set_value(("transfer", "capture", "payout"))
    assert choice.words() == "transfer, capture +1"
    choice.set_value(("transfer", "capture", "payout", "grant"))
    assert choice.value() is None
    text.setText("  noor ")
    assert text.value() == text.words() == "noor"
    dates.set_value(date(2026, 11, 1), date(2026, 11, 21))
    assert dates.words() == "2026-11-01 to 2026-11-21"
    amount.set_value(-100, 2**53 + 1)
    assert amount.value() == (-100, 2**53 + 1)


def test_a_refused_act_stays_and_says_why(qtbot: QtBot) -> None:
    act = ActionButton("Reverse")
    qtbot.addWidget(act)
    free = act.sizeHint().width()
    act.refuse("needs role operator")
    assert not act.isEnabled()
    assert act.accessibleName() == "Reverse needs role operator"
    assert act.sizeHint().width() > free
    act.allow()
    assert act.isEnabled()
    assert act.accessibleName() == "Reverse"


def test_a_key_figure_is_never_cut(qtbot: QtBot) -> None:
    card = KeyFigure("Total")
    qtbot.addWidget(card)
    card.set("92,233,720,368,547,758.07", chip="control total matches", tone=Tone.CREDIT)
    card.resize(50, 100)
    figure = next(one for one in card.findChildren(QLabel) if one.text().startswith("92,"))
    card.show()
    assert figure.width() >= figure.sizeHint().width()


def test_labels_take_text_as_it_is(qtbot: QtBot) -> None:
    row = TitleRow("<b>title</b>", "<i>subtitle</i>")
    equation = Equation((EquationPart("<b>Opening</b>", "<i>0</i>"), EquationPart("<b>x</b>", "0", "x")))
    shown = label("<b>x</b>")
    for widget in (row, equation, shown):
        qtbot.addWidget(widget)
    for one in (shown, *row.findChildren(QLabel), *equation.findChildren(QLabel)):
        assert one.textFormat() is Qt.TextFormat.PlainText


def test_enter_presses_the_button_that_has_the_keyboard_and_no_other(qtbot: QtBot) -> None:
    dialog, first, edit = QDialog(), button("Cancel"), QLineEdit()
    layout = QVBoxLayout(dialog)
    layout.addWidget(first)
    layout.addWidget(edit)
    qtbot.addWidget(dialog)
    pressed: list[bool] = []
    first.clicked.connect(lambda _checked: pressed.append(True))
    dialog.show()
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert pressed == []
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        QTest.keyClick(first, key)
    assert len(pressed) == 3
    QTest.keyClick(first, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    held = QKeyEvent(
        QKeyEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True
    )
    QGuiApplication.sendEvent(first, held)
    assert len(pressed) == 3
    first.setEnabled(False)
    QTest.keyClick(first, Qt.Key.Key_Return)
    assert len(pressed) == 3


def test_a_part_of_an_equation_is_pressed_and_let_go(qtbot: QtBot) -> None:
    parts = (EquationPart("Opening", "0.00"), EquationPart("Sent", "1.00", "sent"),
             EquationPart("Paid out", "2.00", "paid out"), EquationPart("= Balance", "3.00"))  # fmt: skip
    equation = Equation(parts)
    qtbot.addWidget(equation)
    equation.show()
    told: list[str] = []
    equation.chosen.connect(told.append)
    sent, paid = equation.buttons.values()
    for pressed in (sent, paid, paid):
        QTest.keyClick(pressed, Qt.Key.Key_Return)
    assert told == ["sent", "paid out", ""]
    assert not equation.let_go()
    QTest.mouseClick(sent, Qt.MouseButton.LeftButton)
    equation.set_parts((*parts[:3], EquationPart("= Balance", "4.00")))
    assert equation.key == "sent"
    assert equation.buttons["sent"] is sent
    equation.set_parts((parts[0], *parts[2:]))
    assert told[-1] == ""
    assert equation.key == ""


def test_an_equation_wraps_where_the_width_ends(qtbot: QtBot) -> None:
    equation = Equation([EquationPart(f"Term {at}", "1,000,000.00", str(at)) for at in range(8)])
    qtbot.addWidget(equation)
    equation.resize(400, 300)
    equation.show()
    boxes = [one.geometry() for one in equation.buttons.values()]
    assert all(box.right() < 400 for box in boxes)
    assert len({box.top() for box in boxes}) > 1
    assert all(
        box.width() >= one.sizeHint().width()
        for one, box in zip(equation.buttons.values(), boxes, strict=True)
    )


@pytest.mark.parametrize("typed", ["2026-11-01", "2026-03-01", "20261231", "2026-3-9"])
def test_a_date_is_what_was_typed_with_hyphens_or_without(qtbot: QtBot, typed: str) -> None:
    edit = DateEdit(date(2026, 11, 27))
    qtbot.addWidget(edit)
    edit.show()
    edit.setSelectedSection(edit.sectionAt(0))
    QTest.keyClicks(edit, typed)
    wanted = {"20261231": date(2026, 12, 31), "2026-3-9": date(2026, 3, 9)}
    assert edit.day() == (wanted.get(typed) or date.fromisoformat(typed))
