"""Grant lines in the window: their columns are proposed, previewed, listed, and each opens its lot."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from console.files.mappings.mapping import load_mapping
from console.files.mappings.store import place_beside
from models.batch import BatchStatus
from tests.cluster import connected
from tests.ui.screens.batches.hands import GRANTS, PAYOUT, loaded, mapped, press
from ui.kit.table.paged_model import State

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.screens.batches.batch.page import BatchPage
    from ui.screens.batches.screen import Batches


def columns_of(page: BatchPage) -> list[str]:
    """Return the heads of the lines' table."""
    model = page.tabs.lines.model()
    return [column.key for column in model.columns]  # type: ignore[attr-defined]  # the table's own model


def settled(qtbot: QtBot, page: BatchPage) -> None:
    """Wait until the page and its lines were read."""
    qtbot.waitUntil(lambda: not page.work.busy and page.tabs.lines.list_state is State.READY)


def test_the_dialog_proposes_and_previews_both_columns(
    qtbot: QtBot, screen: Batches, payees: list[str]
) -> None:
    dialog = mapped(qtbot, screen, GRANTS)
    dates = dialog.form.dates
    assert (dates.source.value(), dates.expires.value()) == ("source", "expires")
    assert dates.date_format.isEnabled()
    model = dialog.pane.parsed_model
    keys = [column.key for column in model.columns]
    first = {key: model.cell(0, at).text for at, key in enumerate(keys)}
    assert (first["lot_source"], first["lot_expires_at"]) == ("Winter sale 2030", "end of 31 Dec 2030")
    mapping, _ = dialog.form.read()
    given = load_mapping(GRANTS.with_suffix(".mapping.toml"))
    assert mapping is not None
    assert mapping.columns == given.columns
    dates.source.choose(None)
    dates.expires.choose(None)
    qtbot.waitUntil(lambda: not dialog.reason)
    assert "lot_source" not in [column.key for column in dialog.pane.parsed_model.columns]
    assert not dates.date_format.isEnabled()
    dialog.reject()


def test_a_bad_expiry_is_marked_in_the_preview(
    qtbot: QtBot, screen: Batches, payees: list[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(GRANTS.read_text("utf-8").replace("2030-12-31", "2030-13-31", 1), "utf-8")
    dialog = mapped(qtbot, screen, bad)
    dialog.form.dates.date_format.setCurrentText("ISO 8601")
    qtbot.waitUntil(lambda: not dialog.reason)
    model = dialog.pane.parsed_model
    at = [column.key for column in model.columns].index("lot_expires_at")
    assert (model.cell(0, at).text, bool(model.cell(0, at).tip)) == ("2030-13-31", True)
    dialog.reject()


def test_grant_lines_open_lots(qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str) -> None:
    page = loaded(qtbot, screen, GRANTS)
    settled(qtbot, page)
    assert {"lot_source", "lot_expires_at"} <= set(columns_of(page))
    assert page.state is not None
    page.posting.typed_total.set_amount(page.state.row.total)
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.row.status is BatchStatus.POSTED)
    settled(qtbot, page)
    assert {"lot_source", "lot_expires_at", "transaction"} <= set(columns_of(page))
    with connected(ledger_url) as connection:
        rows = connection.execute(
            "SELECT source, amount, remaining, expires_at AT TIME ZONE 'UTC' FROM ledger.credit_lots "
            "ORDER BY id LIMIT 4"
        ).fetchall()
    assert [(*row[:3], row[3] and row[3].isoformat()) for row in rows] == [
        ("Winter sale 2030", 2_500, 2_500, "2031-01-01T00:00:00"),
        ("Winter sale 2030", 2_500, 2_500, "2031-01-01T00:00:00"),
        ("Referral programme", 1_000, 1_000, "2031-07-01T00:00:00"),
        ("Goodwill", 500, 500, None),
    ]  # fmt: skip


def test_lines_without_credit_have_no_such_columns(qtbot: QtBot, screen: Batches, payees: list[str]) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    settled(qtbot, page)
    assert not {"lot_source", "lot_expires_at"} & set(columns_of(page))


def test_a_past_expiry_is_refused_by_its_line(
    qtbot: QtBot, screen: Batches, payees: list[str], tmp_path: Path, ledger_url: str
) -> None:
    bad = tmp_path / "late.csv"
    bad.write_text(GRANTS.read_text("utf-8").replace("2031-06-30", "2024-06-30", 1), "utf-8")
    shutil.copy(GRANTS.with_suffix(".mapping.toml"), place_beside(bad))
    press(mapped(qtbot, screen, bad).load_button)
    qtbot.waitUntil(screen.rejected.isVisible)
    view = screen.rejected.view
    assert [(one.line, one.column, one.code) for one in view.problems] == [(4, "expires", "expiry.past")]
    assert "expiry past" in view.chips["expiry.past"].accessibleName()
    with connected(ledger_url) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.batches").fetchone() == (0,)
