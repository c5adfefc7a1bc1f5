"""Several ledgers side by side: a list, a sign-in, production and its lock, and a team's file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from console.settings.profiles.profile import Profile
from console.settings.profiles.store import ProfileStore
from tests.cluster import PASSWORD
from tests.ui.start.pictures.there import the_dialog
from ui.start.home.dialogs import OwnProfileDialog
from ui.start.home.team import TeamDialog
from ui.tour.hands import press
from ui.window.unlocking import UnlockDialog

if TYPE_CHECKING:
    from pathlib import Path

    from tests.console.workspace.trial.conftest import Served
    from tests.ui.start.pictures.album import Album
    from ui.window.main_window import MainWindow

_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


def ledgers(album: Album, served: Served) -> None:
    """List production, staging, a demo and one of one's own."""
    store = ProfileStore(album.paths)
    store.add(
        served.profile(name="Books", production=True, colour="red", operator="t_operator", keep_password=True)
    )
    store.add(
        served.profile(
            name="Books, rehearsal", environment="STAGING", colour="violet", operator="t_operator",
            hosts=["db1.example.org", "db2.example.org"], read_only=True,
        )
    )  # fmt: skip
    store.add(Profile.made(name="Demo", kind="demo", colour="amber"))
    start = album.begin().start_window
    album.wait(lambda: album.session.window is not None or start.currentWidget() is start.ledgers, "a window")
    if album.session.window is not None:
        album.opened()
        album.press_key(Qt.Key.Key_L, _CONTROL | _SHIFT)
    album.page(start.ledgers)
    album.keep("list-of-ledgers")
    own = next(row.profile for row in start.ledgers.rows if row.profile.kind == "computer")
    start.ledgers.edit_wanted.emit(own)
    album.keep("change-own")
    the_dialog(album, OwnProfileDialog).reject()


def production(album: Album) -> None:
    """Sign in to the real thing, unlock it with a reason, and lock the window."""
    start = album.session.start_window
    press(next(row.open_button for row in start.ledgers.rows if row.profile.production))
    album.page(start.sign_in)
    album.keep("sign-in")
    start.sign_in.password.setText(PASSWORD)
    press(start.sign_in.button)
    album.opened()
    window = album.session.window
    assert window is not None
    album.keep("production-read-only")
    _ledger_menu(album, window)
    album.press_key(Qt.Key.Key_U, _CONTROL | _SHIFT)
    dialog = the_dialog(album, UnlockDialog)
    album.keep("unlock-empty")
    dialog.reason.setPlainText("OPS-1417: move the deposit that went to the wrong customer")
    album.keep("unlock")
    press(dialog.deed_button)
    album.wait(lambda: "Writing until" in window.top_bar.writing.text(), "the mark")
    album.walk.settle()
    album.keep("production-unlocked")
    album.press_key(Qt.Key.Key_L, _CONTROL)
    album.page(start.lock)
    album.keep("locked")
    start.lock.password.setText("not-the-password")
    press(start.lock.button)
    album.wait(lambda: bool(start.lock.problem), "the refusal")
    album.keep("locked-wrong-password")
    start.lock.password.setText(PASSWORD)
    press(start.lock.button)
    album.wait(window.isVisible, "the window")
    album.press_key(Qt.Key.Key_L, _CONTROL | _SHIFT)
    album.page(start.ledgers)


def team(album: Album, scratch: Path) -> None:
    """Import a file that protects less than what is here, and adds a ledger."""
    store = ProfileStore(album.paths)
    books = store.named("Books")
    shared = {
        "name": "Books", "hosts": list(books.hosts), "database": "books", "production": False,
        "colour": "green", "environment": "SERVER", "tls": "require", "root_certificate": "",
    }  # fmt: skip
    other = {
        "name": "Refunds",
        "hosts": ["db3.example.org"],
        "database": "refunds",
        "production": True,
        "colour": "red",
    }
    wrong = {"name": "Payouts", "hosts": [], "database": "payouts"}
    file = scratch / "team.ledger-profiles.json"
    file.write_text(json.dumps({"format": 1, "profiles": [shared, other, wrong]}), encoding="utf-8")
    assert album.session.home is not None
    album.session.home.plan(file)
    the_dialog(album, TeamDialog)
    album.keep("import")
    the_dialog(album, TeamDialog).reject()


def _ledger_menu(album: Album, window: MainWindow) -> None:
    """Open the menu under the name of the ledger."""
    menu = window.top_bar.profile.menu()
    menu.popup(window.top_bar.profile.mapToGlobal(window.top_bar.profile.rect().bottomLeft()))
    album.keep("ledger-menu")
    menu.close()
