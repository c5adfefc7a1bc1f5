"""The window: screens made late, ways between them, and production that cannot be missed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QWidget
from typing_extensions import override

from tests.ui.gallery import make_context
from ui.kit.theme.icons import Glyph
from ui.kit.theme.theme import THEME_KEY, Mode
from ui.kit.theme.tokens import LIGHT
from ui.routes import Route
from ui.screen import Screen, ScreenEntry
from ui.window.keys.dialog import KeysDialog
from ui.window.keys.fixed_keys import FIXED_KEYS
from ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QSettings
    from pytestqt.qtbot import QtBot

    from ui.context import Context
    from ui.kit.theme.theme import Theme
    from ui.kit.worker import Worker

CONTROL = Qt.KeyboardModifier.ControlModifier


class Noting(Screen):
    """A screen that writes down what it is asked."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.asked: list[object] = []

    @override
    def refresh(self) -> None:
        self.asked.append("refresh")

    @override
    def focus_filter(self) -> None:
        self.asked.append("filter")

    @override
    def show_start(self) -> None:
        self.asked.append("start")

    @override
    def follow(self, route: Route) -> None:
        self.asked.append(route)


@dataclass(frozen=True, slots=True)
class Third(Route):
    """A place on the third screen."""

    screen: ClassVar[str] = "three"
    number: int


ENTRIES = tuple(
    ScreenEntry(key, key.title(), "Ledger", Glyph.TRANSACTIONS, Noting) for key in ("one", "two", "three")
)


@pytest.fixture
def make(qtbot: QtBot, theme: Theme, store: QSettings, worker: Worker) -> Callable[[bool], MainWindow]:
    """Return a maker of windows, on production or not."""

    def made(production: bool) -> MainWindow:  # noqa: FBT001 - the fixture's one question
        window = MainWindow(make_context(theme, store, worker, production=production), ENTRIES)
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.open_screen("one")
        return window

    return made


@pytest.fixture
def window(make: Callable[[bool], MainWindow]) -> MainWindow:
    return make(False)


def asked(window: MainWindow) -> list[object]:
    screen = window.current_screen
    assert isinstance(screen, Noting)
    return screen.asked


def test_a_screen_is_made_when_it_is_first_opened_and_once(window: MainWindow) -> None:
    assert len(window.findChildren(Noting)) == 1
    first = window.current_screen
    window.open_screen("two")
    assert len(window.findChildren(Noting)) == 2
    window.open_screen("one")
    assert window.current_screen is first


def test_alt_left_goes_back_the_way_one_came(qtbot: QtBot, window: MainWindow) -> None:
    window.open_screen("two")
    window.context.navigator.go(Third(7))
    assert window.current_id == "three"
    assert asked(window) == [Third(7)]
    for expected in ("two", "one", "one"):
        QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert window.current_id == expected


def test_what_goes_on_in_a_screen_out_of_sight_is_no_way(window: MainWindow) -> None:
    """A load may end, and open its batch, while the operator is elsewhere."""
    window.open_screen("two")
    hidden = window.current_screen
    assert isinstance(hidden, Noting)
    window.go_back()
    hidden.leaving.emit()
    window.go_forward()
    assert window.current_id == "two"
    window.go_back()
    assert window.current_id == "one"


def test_the_keys_reach_the_screen_that_is_open(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F5)
    QTest.keyClick(window, Qt.Key.Key_R, CONTROL)
    QTest.keyClick(window, Qt.Key.Key_F, CONTROL)
    assert asked(window) == ["refresh", "refresh", "filter"]


def test_ctrl_k_opens_the_palette_that_knows_the_screens(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_K, CONTROL)
    assert window.palette_dialog.isVisible()
    QTest.keyClicks(window.palette_dialog.field, "go to three")
    QTest.keyClick(window.palette_dialog.field, Qt.Key.Key_Return)
    assert window.current_id == "three"


def test_f1_lists_every_command(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1)
    dialog = window.findChild(KeysDialog)
    assert dialog is not None
    listed = {row.id for row in dialog.model.rows}
    assert listed == {"", *(one.id for one in window.context.commands.all())}
    places = {(row.group, row.title) for row in dialog.model.rows if not row.id}
    assert places == {(where, title) for title, where, _keys in FIXED_KEYS}
    shown = {row.id: row.keys for row in dialog.model.rows}
    assert shown["palette"] == "Ctrl+K, Ctrl+P"
    dialog.close()


def test_a_key_that_is_taken_is_not_given_again(qtbot: QtBot, window: MainWindow) -> None:
    window.show_keys()
    dialog = window.findChild(KeysDialog)
    assert dialog is not None
    at = [row.id for row in dialog.model.rows].index("go.two")
    dialog.table.select_place(at)
    dialog.editor.setKeySequence("F5")
    dialog.set_key()
    assert window.context.commands.keys_of("go.two") == ("Alt+2",)
    dialog.editor.setKeySequence("Ctrl+2")
    dialog.set_key()
    assert window.context.commands.keys_of("go.two") == ("Ctrl+2",)
    dialog.reset_key()
    assert window.context.commands.keys_of("go.two") == ("Alt+2",)
    dialog.close()


def test_a_key_that_belongs_to_a_place_is_listed_and_stays(qtbot: QtBot, window: MainWindow) -> None:
    window.show_keys()
    dialog = window.findChild(KeysDialog)
    assert dialog is not None
    at = [row.title for row in dialog.model.rows].index("Copy the rows selected")
    dialog.table.select_place(at)
    dialog.editor.setKeySequence("Ctrl+9")
    dialog.set_key()
    assert "cannot be set anew" in dialog._said.text()
    assert dialog.model.row_at(at).keys == "Ctrl+C"
    dialog.close()


def test_esc_in_the_field_of_a_new_key_closes_and_with_another_key_is_one(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.show_keys()
    dialog = window.findChild(KeysDialog)
    assert dialog is not None
    QTest.keyClick(dialog.editor, Qt.Key.Key_Escape, CONTROL)
    assert (dialog.editor.keySequence().toString(), dialog.isVisible()) == ("Ctrl+Esc", True)
    QTest.keyClick(dialog.editor, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("key", ["P", "Esc", "Down", "Right"])
def test_the_keys_of_an_account_are_listed(key: str) -> None:
    assert any(where.startswith("Account") and key in keys for _title, where, keys in FIXED_KEYS)


def test_a_screen_chosen_again_shows_its_start(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert asked(window) == ["start"]
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert (window.current_id, asked(window)) == ("two", [])


def test_production_is_a_line_a_word_and_a_title(make: Callable[[bool], MainWindow]) -> None:
    window = make(True)
    image = window.grab().toImage()
    for x in (0, image.width() // 2, image.width() - 1):
        for y in range(3):
            # At the top and at the foot: whichever end one looks at.
            for row in (y, image.height() - 1 - y):
                assert image.pixelColor(x, row) == QColor(LIGHT.production)
    assert "LIVE" in window.windowTitle()
    assert "LIVE" in [one.text() for one in window.top_bar.findChildren(QLabel)]


def test_elsewhere_there_is_no_red(window: MainWindow) -> None:
    image = window.grab().toImage()
    assert image.pixelColor(image.width() // 2, 0) == QColor(LIGHT.surface)
    assert "PRODUCTION" not in window.windowTitle()


def test_counts_show_what_waits(window: MainWindow) -> None:
    window.context.navigator.set_count("two", 12)
    names = [one.accessibleName() for one in window.navigation.findChildren(QWidget)]
    assert "Two, 12 waiting" in names
    window.context.navigator.set_count("two", 0)
    names = [one.accessibleName() for one in window.navigation.findChildren(QWidget)]
    assert "Two" in names


def test_the_meter_says_what_an_action_cost(window: MainWindow) -> None:
    window.status_bar.set_meter(1, 2.34, 200)
    texts = [one.text() for one in window.status_bar.findChildren(QLabel)]
    assert "1 statement" in texts
    assert " \N{MIDDLE DOT} 2.3 ms \N{MIDDLE DOT} 200 rows" in texts
    excess = "accounts.page: 19 statements, budget 1 \N{MIDDLE DOT} N+1"
    window.status_bar.set_meter(19, 40, action="accounts.page", excess=excess)
    red = next(one for one in window.status_bar.findChildren(QLabel) if one.text() == excess)
    assert red.property("tone") == "error"
    assert red.accessibleDescription() == "last action: accounts.page"


def test_geometry_is_kept(make: Callable[[bool], MainWindow]) -> None:
    first = make(False)
    first.resize(first.minimumWidth(), 650)
    first.close()
    assert make(False).size().toTuple() == (first.minimumWidth(), 650)


def test_the_theme_is_in_the_palette_and_kept(window: MainWindow) -> None:
    window.context.commands.run("theme.dark")
    assert window.context.theme.mode is Mode.DARK
    assert window.context.store.value(THEME_KEY) == "dark"
    checked = [one.text() for one in window.top_bar.findChildren(QAction) if one.isChecked()]
    assert checked == ["Dark theme"]


def test_all_that_is_shown_wears_the_style_sheet(qtbot: QtBot, window: MainWindow) -> None:
    """The application has no sheet: a dialog or menu outside of every dressed part would look foreign."""
    window.show_keys()
    window.open_palette()
    shown = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one is not window]
    assert len(shown) >= 2
    shown += [window.top_bar, window.navigation, window.strip, window.status_bar]
    shown += [one for one in window.findChildren(QMenu) if one.actions()]
    screen = window.current_screen
    assert screen is not None
    assert [one for one in (*shown, screen) if not wears_sheet(one)] == []
    for dialog in window.findChildren(QDialog):
        dialog.close()


def test_a_notice_moves_nothing_that_is_on_the_screen(qtbot: QtBot, window: MainWindow) -> None:
    screen = window.current_screen
    assert screen is not None
    content = window.strip.parentWidget()
    assert content is not None
    place = (screen.mapTo(window, QPoint()), screen.size())
    QCursor.setPos(window.mapToGlobal(QPoint(300, 120)))
    window.context.notices.warn("The link is down.", key="link")
    qtbot.waitUntil(window.strip.isVisible)
    assert (screen.mapTo(window, QPoint()), screen.size()) == place
    room = content.height() - window.strip.geometry().bottom()
    assert 0 < room < 30
    first = window.strip.findChildren(QLabel)[0]
    before = first.mapToGlobal(QPoint())
    window.context.notices.inform("Something else.")
    qtbot.wait(10)
    assert first.mapToGlobal(QPoint()) == before
    window.context.notices.withdraw("link")
    window.strip.dismiss_all()
    assert (screen.mapTo(window, QPoint()), screen.size()) == place
    assert window.strip.isHidden()


def test_a_notice_does_not_come_under_the_mouse(qtbot: QtBot, window: MainWindow) -> None:
    content = window.strip.parentWidget()
    assert content is not None
    QCursor.setPos(content.mapToGlobal(QPoint(content.width() // 2, content.height() - 30)))
    window.context.notices.warn("The link is down.")
    qtbot.waitUntil(window.strip.isVisible)
    assert window.strip.geometry().top() < 30
    assert not window.strip.geometry().contains(content.mapFromGlobal(QCursor.pos()))


def wears_sheet(widget: QWidget | None) -> bool:
    """Whether a widget or one around it has a style sheet."""
    while widget is not None and not widget.styleSheet():
        widget = widget.parentWidget()
    return widget is not None


def test_the_widgets_come_without_a_driver() -> None:
    """The table and the window must not load a database driver."""
    code = (
        "import sys, ui.kit.table.view, ui.kit.charts.duration_chart, ui.window.main_window, ui.start.crash\n"
        "print([name for name in ('sqlalchemy', 'psycopg', 'alembic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_frame_says_that_one_person_may_change_controls_in_the_smallest_window_too(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.status_bar.set_meter(1, 2.34, 200)
    window.status_bar.set_pool("pool 8 of 8")
    window.status_bar.set_cache("cache 96 %")
    window.resize(window.minimumSize())
    said = next(
        one
        for one in window.status_bar.findChildren(QLabel)
        if one.text() == "One person may change controls"
    )
    qtbot.waitUntil(lambda: window.width() == window.minimumWidth())
    assert said.width() >= said.sizeHint().width()
    assert "without a second person" in said.accessibleDescription()
    window.status_bar.show_controls(dual=True)
    assert said.text() == "Dual control"
    assert "needs another administrator" in said.accessibleDescription()
