"""A batch that another desk posts: who does it, since when, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from console.ledger.batches.commands import dry_run
from console.ledger.batches.posting import posting_now
from models.batch import BatchStatus
from tests.ui.screens.batches.hands import loaded_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from console.ledger.batches.commands import LoadedBatch
    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.ui.screens.batches.conftest import Screens

pytestmark = pytest.mark.sql


@pytest.fixture
def posting(as_role: Callable[[str], str], draft: LoadedBatch) -> Iterator[psycopg.Connection]:
    """Post the draft by another desk of its maker's, and leave the transaction open."""
    url = as_role("t_operator").replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT ledger.post_batch(%s, %s, %s)", [uuid4(), draft.batch_id, draft.summary.content_hash]
        )
        yield connection


def test_another_desk_sees_who_posts_and_that_it_was_done(
    qtbot: QtBot, screen_of: Screens, draft: LoadedBatch, posting: psycopg.Connection
) -> None:
    page = loaded_page(qtbot, screen_of("t_viewer"), draft.batch_id)
    qtbot.waitUntil(lambda: bool(page.being_posted.words), timeout=10_000)
    assert page.being_posted.words.startswith("Being posted by t_operator since ")
    assert page.being_posted.isVisible()
    posting.commit()
    qtbot.waitUntil(
        lambda: page.state is not None and page.state.row.status is BatchStatus.POSTED, timeout=10_000
    )
    assert not page.being_posted.words


def test_a_posting_that_fails_leaves_no_mark(
    viewer: Database, draft: LoadedBatch, posting: psycopg.Connection
) -> None:
    found = posting_now(viewer, draft.batch_id)
    assert found is not None
    assert found.operator == "t_operator"
    assert posting_now(viewer, draft.batch_id + 1) is None
    posting.rollback()
    assert posting_now(viewer, draft.batch_id) is None


def test_a_dry_run_is_no_posting(
    operator_ledger: Ledger, viewer: Database, draft: LoadedBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    module = "console.ledger.batches.commands.wallet_changes"

    def look(*_of: object) -> tuple[()]:
        seen.append(posting_now(viewer, draft.batch_id))
        return ()

    monkeypatch.setattr(module, look)
    dry_run(operator_ledger, draft.batch_id, draft.summary.content_hash)
    assert seen == [None]


def test_the_locks_of_a_session_hold_no_posting_up(
    as_role: Callable[[str], str], operator_ledger: Ledger, viewer: Database, draft: LoadedBatch
) -> None:
    with psycopg.connect(as_role("t_viewer").replace("+psycopg", "")) as hostile:
        hostile.execute(
            "SELECT pg_advisory_lock(1279542834, %s), pg_advisory_lock(1279542835, 0)", [draft.batch_id]
        )
        # It is named with its own operator, and cannot name another.
        assert (found := posting_now(viewer, draft.batch_id)) is not None
        assert found.operator == "t_viewer"
        dry_run(operator_ledger, draft.batch_id, draft.summary.content_hash)
