"""The columns of the Server screen's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ui.kit.table.columns import Column, Kind
from ui.kit.theme.tokens import Tone
from ui.screens.server.words import behind_words, branch, role_words, state_tone, state_word, waits_words

if TYPE_CHECKING:
    from console.server.blocking import Blocked
    from console.server.figures import IndexUse, TableUse
    from console.server.locks import LockRow
    from console.server.sessions import SessionRow
    from console.server.statements import ServerStatement
    from ui.kit.formats import Formats

_ROLE_TONES: Final = {"deadlock": Tone.ERROR, "holds": Tone.WARNING, "waits": Tone.ERROR}
_NO_SCAN: Final = "No query has used it since the counting began; those of a replica are not counted here"
_UNREAD_KEY: Final = "No query has used it, but it keeps values unique"
_MANY_DEAD: Final = 0.2
_FEW_BY_INDEX: Final = 0.9
_LARGE: Final = 10_000


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1_000


def _of_session(read: Any) -> Any:
    """Read the session behind a row of the tree, when it is one of this database."""
    return lambda one: None if one.session is None else read(one.session)


SESSIONS: Final[tuple[Column[SessionRow], ...]] = (
    Column("pid", "Pid", Kind.IDENTIFIER, muted=True, sortable=True, width=78),
    Column("operator", "Operator", value=lambda row: row.operator or row.kind, sortable=True, width=136),
    Column("state", "State", Kind.CHIP, value=state_word, tone=state_tone, width=96),
    Column("waits", "Waits for", value=waits_words, width=176),
    Column(
        "blocked_by",
        "Blocked by",
        Kind.IDENTIFIER,
        value=lambda row: ", ".join(map(str, row.blocked_by)) or None,
        width=96,
    ),
    Column("transaction_s", "Transaction", Kind.DURATION, value=lambda row: _ms(row.transaction_s),
        sortable=True, width=104),
    Column("statement_s", "Statement age", Kind.DURATION, value=lambda row: _ms(row.statement_s),
        muted=True, sortable=True, width=112, yields=1),
    Column("application", "Application", muted=True, width=116, yields=2),
    Column("client", "Client", Kind.IDENTIFIER, muted=True, width=110, hidden=True),
    Column("statement", "Statement, last or running", stretch=True, tip=lambda row: row.text),
)  # fmt: skip

TREE: Final[tuple[Column[Blocked], ...]] = (
    Column("who", "Session", value=branch, width=250),
    Column("pid", "Pid", Kind.IDENTIFIER, muted=True, width=78),
    Column("role", "", Kind.CHIP, value=role_words, tone=lambda one: _ROLE_TONES[role_words(one)], width=86),
    Column("waiters", "Waiters", Kind.INTEGER, value=lambda one: one.waiters or None, width=74),
    Column("lock", "Waits for", value=_of_session(waits_words), tip=behind_words, width=210),
    Column(
        "waiting_s",
        "For",
        Kind.DURATION,
        value=_of_session(lambda row: _ms(row.waits_for.seconds) if row.waits_for else None),
        width=90,
    ),
    Column(
        "transaction_s",
        "Transaction",
        Kind.DURATION,
        value=_of_session(lambda row: _ms(row.transaction_s)),
        muted=True,
        width=104,
    ),
    Column(
        "statement",
        "Statement, last or running",
        value=_of_session(lambda row: row.statement),
        stretch=True,
        tip=lambda one: "" if one.session is None else one.session.text,
    ),
)  # fmt: skip

LOCKS: Final[tuple[Column[LockRow], ...]] = (
    Column("relation", "Table or index", value=lambda row: row.relation or None, width=250),
    Column("kind", "Of", muted=True, width=110),
    Column("mode", "Mode", stretch=True),
    Column("held", "Held", Kind.INTEGER, sortable=True, width=74),
    Column(
        "waiting", "Waited for", Kind.INTEGER, value=lambda row: row.waiting or None, sortable=True, width=92
    ),
    Column("sessions", "Sessions", Kind.INTEGER, muted=True, width=80),
    Column(
        "longest_wait_s", "Longest wait", Kind.DURATION, value=lambda row: _ms(row.longest_wait_s), width=110
    ),
)


def tables(formats: Formats) -> tuple[Column[TableUse], ...]:
    """Return the columns of the tables; a share is written by the locale."""
    return (
        Column("name", "Table", stretch=True),
        Column("live_rows", "Rows", Kind.INTEGER, muted=True, sortable=True, width=84),
        Column("dead_rows", "Dead", Kind.INTEGER, sortable=True, width=70),
        Column(
            "dead_share",
            "Dead %",
            Kind.DECIMAL,
            value=lambda row: row.dead_share * 100,
            tone=lambda row: Tone.WARNING if row.dead_share > _MANY_DEAD and row.live_rows > _LARGE else None,
            sortable=True,
            width=74,
        ),
        Column(
            "index_share",
            "By index %",
            Kind.DECIMAL,
            value=lambda row: None if row.index_share is None else row.index_share * 100,
            tone=lambda row: Tone.WARNING if _seldom_by_index(row) else None,
            tip=lambda row: (
                f"{formats.integer(row.sequential_scans)} sequential scans, "
                f"{formats.integer(row.index_scans or 0)} by index"
            ),
            sortable=True,
            width=92,
        ),
    )


INDEXES: Final[tuple[Column[IndexUse], ...]] = (
    Column("name", "Index", stretch=True, tip=lambda row: f"on {row.table}"),
    Column("scans", "Scans", Kind.INTEGER, sortable=True, width=72),
    Column(
        "size_bytes",
        "Size kB",
        Kind.INTEGER,
        value=lambda row: row.size_bytes // 1_024,
        muted=True,
        sortable=True,
        width=76,
    ),
    Column(
        "use",
        "",
        Kind.CHIP,
        value=lambda row: "unused" if row.unused else "unique key" if not row.scans else None,
        tone=lambda row: Tone.WARNING if row.unused else Tone.NEUTRAL,
        tip=lambda row: _NO_SCAN if row.unused else _UNREAD_KEY if not row.scans else "",
        width=98,
    ),
)


STATEMENTS: Final[tuple[Column[ServerStatement], ...]] = (
    Column("label", "Statement", stretch=True, tip=lambda row: row.text),
    Column("operator", "Operator", muted=True, width=140, yields=1),
    Column("calls", "Calls", Kind.INTEGER, sortable=True, width=80),
    Column("mean_ms", "Mean ms", Kind.DECIMAL, sortable=True, width=84),
    Column("total_ms", "Total ms", Kind.DECIMAL, sortable=True, width=92),
    Column("rows", "Rows", Kind.INTEGER, muted=True, sortable=True, width=84),
    Column("blocks_read", "Blocks read", Kind.INTEGER, muted=True, sortable=True, width=96, yields=2),
)


def _seldom_by_index(row: TableUse) -> bool:
    share = row.index_share
    return share is not None and share < _FEW_BY_INDEX and row.live_rows > _LARGE
