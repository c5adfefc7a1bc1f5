"""What can be done with a row: the menu that the right mouse button, or the menu key, opens on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from ui.kit.formats import plain_tip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class RowAction:
    """One thing that can be done with a row; `refusal` says why it cannot, `keys` what else does it."""

    title: str
    run: Callable[[], None]
    keys: str = ""
    refusal: str = ""


def menu_of(parent: QWidget, *groups: Iterable[RowAction]) -> QMenu:
    """Return a menu of groups of actions; one that is refused stays, greyed, and says why."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    for group in groups:
        if menu.actions():
            menu.addSeparator()
        for one in group:
            title = one.title.replace("&", "&&")
            words = f"{title}  ({one.refusal})" if one.refusal else title
            action = menu.addAction(f"{words}\t{one.keys}" if one.keys else words)
            action.setEnabled(not one.refusal)
            action.setToolTip(plain_tip(one.title))
            action.triggered.connect(lambda _checked, run=one.run: run())
    return menu
