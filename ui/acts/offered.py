"""Acts in the palette and in the menus of rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ui.acts.act import ActsOn, Subject
from ui.acts.bar import open_form
from ui.acts.catalogue import ACTS, REVERSAL
from ui.acts.holds import on_holds
from ui.kit.commands import Command
from ui.kit.table.row_menu import RowAction

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from ui.acts.act import Act
    from ui.context import Context

_GROUP = "Act"


def offer_acts(
    context: Context, window: QWidget, *, shown: Callable[[], object], refresh: Callable[[], None]
) -> None:
    """Put every act into the palette: it opens on what `shown` tells; `refresh` follows once it is done."""

    def subject() -> Subject:
        screen = shown()
        return screen.acts_on if isinstance(screen, ActsOn) else Subject()

    def run(act: Act) -> None:
        on = subject()
        open_form(context, on_holds(act, on), on, window, then=refresh)

    def refusal(act: Act) -> str:
        on = subject()
        return on_holds(act, on).refusal(rights, on)

    rights = context.session.rights
    context.commands.add(*(
        Command(
            f"act.{act.id}", act.offer(rights), partial(run, act), group=_GROUP,
            refusal=partial(refusal, act), words=act.noun,
        )
        for act in ACTS
    ))  # fmt: skip


def reversal_action(
    context: Context, subject: Subject, page: QWidget, *, then: Callable[[], None], keys: str = ""
) -> RowAction:
    """Return what a row's menu offers of its reversal."""
    rights = context.session.rights
    return RowAction(
        REVERSAL.offer(rights),
        partial(open_form, context, REVERSAL, subject, page, then=then),
        keys,
        REVERSAL.refusal(rights, subject),
    )
