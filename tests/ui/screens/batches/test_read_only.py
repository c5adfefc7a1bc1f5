"""A batch on a read-only ledger: it is read and checked, and what would write is grey and says why."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings
from tests.ui.screens.batches.conftest import shown
from tests.ui.screens.batches.hands import loaded_page
from ui.acts.act import Subject
from ui.acts.catalogue import ACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from console.ledger.batches.commands import LoadedBatch
    from tests.ui.conftest import Contexts
    from ui.context import Context

pytestmark = pytest.mark.sql
WHY = "read-only: unlock it first"


@pytest.fixture
def locked(as_role: Callable[[str], str]) -> Iterator[Database]:
    """Open the ledger as a read-only profile does."""
    made = Database(as_role("t_operator"), Recorder(), Settings.model_construct(read_only=True))
    yield made
    made.close()


@pytest.fixture
def context_locked(context_of: Contexts, locked: Database) -> Context:
    """Sign t_operator in there."""
    context = context_of("t_operator", locked)
    rights = replace(context.session.rights, no_writing=lambda: "" if locked.unlocked_for > 0 else WHY)
    return replace(context, session=replace(context.session, rights=rights))


def test_what_would_write_is_grey_until_it_is_unlocked(
    qtbot: QtBot, context_locked: Context, locked: Database, draft: LoadedBatch
) -> None:
    screen = shown(context_locked, qtbot)
    page = loaded_page(qtbot, screen, draft.batch_id)
    qtbot.waitUntil(lambda: not page.work.busy)
    assert page.trouble == ""
    assert page.posting.reason == WHY
    assert not page.posting.post_button.isEnabled()
    assert not page.posting.rehearse_button.isEnabled()
    assert {act.refusal(context_locked.session.rights, Subject()) for act in ACTS} == {WHY}
    locked.unlock(time.monotonic() + 60)
    page.reload()
    qtbot.waitUntil(page.posting.rehearse_button.isEnabled)
