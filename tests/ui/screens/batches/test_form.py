"""The form of a mapping by itself: what it says is still missing or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.files.mappings.mapping import load_mapping
from console.money import Currency
from tests.ui.screens.batches.hands import SAMPLES
from ui.screens.batches.load.form import MappingForm

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def form(qtbot: QtBot) -> MappingForm:
    """Show the mapping of the sample's bank rows."""
    made = MappingForm([Currency("CR", 2)])
    qtbot.addWidget(made)
    made.show_mapping(load_mapping(SAMPLES / "bank.mapping.toml"))
    assert made.read()[1] == ""
    return made


@pytest.mark.parametrize(
    ("edit", "typed", "said"),
    [
        ("prefix", "x" * 33, "account prefix must be the beginning of a user's name, at most 32 characters"),
        (
            "prefix",
            "@",
            "account prefix: a prefix is the beginning of a user's name; system accounts take none",
        ),
        ("counterparty", "no name", "counterparty: A name has a-z, 0-9, dot, underscore and hyphen"),
        ("credits", "VYBER", "vyber cannot be credit and debit at once"),
        ("credits", "", ""),
    ],
)
def test_a_wrong_field_is_told_in_words_of_the_form(
    form: MappingForm, edit: str, typed: str, said: str
) -> None:
    getattr(form, edit).setText(typed)
    words = form.read()[1]
    assert words.startswith(said)
    assert bool(words) is bool(said)


def test_a_direction_needs_its_values(form: MappingForm) -> None:
    form.credits.setText("")
    form.debits.setText(" , ")
    assert form.read() == (None, "fill in the credit values, the debit values or both")
