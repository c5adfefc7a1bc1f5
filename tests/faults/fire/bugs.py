"""Bugs that the harness must find: each a client with a bug, or one of the ledger's functions made wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from models.applied import functions
from tests.cluster import connected
from tests.faults.fire.fire import Fire, Settings
from tests.faults.fire.plan import Kind
from tests.faults.kit.operations import Town

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.fire.report import Report
    from tests.faults.kit.bank import Bank, Server

_FILES: Final = {file.stem: file for file in functions()}

_TRANSFERS: Final = {"transfer": 1.0}
_CREDITS: Final = {"transfer": 3.0, "grant": 4.0, "reserve": 6.0, "open": 6.0, "sweep": 2.0}
_NONE: Final[dict[Kind, float]] = {}
_LIMIT_S: Final = 50.0


@dataclass(frozen=True, slots=True)
class Change:
    """A passage of a function that is replaced."""

    function: str
    old: str
    new: str

    def script(self) -> bytes:
        """Return the function's file with the passage replaced, which must be there exactly once."""
        text = _FILES[self.function].read_text(encoding="utf-8")
        assert text.count(self.old) == 1, (
            f"{self.function}.sql has not exactly one {self.old!r}: adapt the bug"
        )
        return text.replace(self.old, self.new).encode()


@dataclass(frozen=True, slots=True)
class Bug:
    """One bug, a run that provokes it, and words of what must be found; any of them will do."""

    name: str
    found: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    statement: bytes = b""
    settings: Settings = field(default_factory=lambda: Settings(1))

    def seed(self, bank: Bank) -> None:
        """Put the bug into a bank."""
        with connected(bank.admin_url) as connection:
            for change in self.changes:
                connection.execute(change.script())
            if self.statement:
                connection.execute(self.statement)


def _run(
    weights: dict[str, float],
    *,
    faults: dict[Kind, float] = _NONE,
    per_second: float = 4.0,
    slow: float = 0.0,
    client: str = "",
    seconds: float = _LIMIT_S,
) -> Settings:
    return Settings(
        seed=1, seconds=seconds, clients=6, per_second=per_second, faults=faults, weights=weights,
        town=Town(hot=3, cold=0), slow=slow, bug=client,
    )  # fmt: skip


BUGS: Final = (
    Bug(
        "new key on retry",
        # Sent again it moves twice, or is refused for want of what it has moved the first time.
        ("not there exactly once", "a refused operation happened"),
        settings=_run(_TRANSFERS, faults={Kind.CUT_AFTER: 1.0}, client="new key on retry"),
    ),
    Bug(
        "read, compute, write",
        ("sum to zero", "books do not add up", "below the floor", "wallet_floor"),
        settings=_run(_TRANSFERS, client="read, compute, write"),
    ),
    Bug(
        "asynchronous commit",
        ("an acknowledged outcome is not there",),
        statement=b"""DO $$ BEGIN EXECUTE format(
            'ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$""",
        settings=_run(_TRANSFERS, faults={Kind.CRASH: 1.0}, per_second=0.5),
    ),
    Bug(
        "unsorted locks",
        ("deadlock",),
        (
            Change("transfer", "payer_first := payer < payee;", "payer_first := true;"),
            Change("hold_wallets", "ORDER BY w.id FOR", "ORDER BY array_position(p_wallets, w.id) FOR"),
            Change(
                "post",
                "SELECT l.from_wallet FROM unnest(p_lines) l UNION SELECT l.to_wallet",
                "SELECT l.from_wallet FROM unnest(p_lines) l UNION ALL SELECT l.to_wallet",
            ),
        ),
        settings=_run(_TRANSFERS),
    ),
    Bug(
        "now() for expiry",
        ("past its expiry", "past its time", "run backwards", "between a wallet's holds", "not honoured"),
        (
            Change("reserve", "at := clock_timestamp();", "at := now();"),
            Change("capture", "at := clock_timestamp();", "at := now();"),
        ),
        settings=_run(_CREDITS, slow=0.2),
    ),
    Bug(
        "skipped floor",
        ("below the floor", "nobody is below"),
        statement=b"ALTER TABLE ledger.wallets DROP CONSTRAINT wallet_floor",
        settings=_run(_TRANSFERS),
    ),
)

MORE_BUGS: Final = (
    Bug(
        "a key that is not unique at the end",
        ("not there exactly once", "two outcomes"),
        (
            Change(
                "perform",
                "VALUES (p_key, p_kind, request_hash, answer);",
                "VALUES (p_key, p_kind, request_hash, answer) ON CONFLICT (key) DO NOTHING;",
            ),
        ),
        settings=_run(_CREDITS),
    ),
    Bug(
        "key not checked for content",
        ("a key was taken with other content",),
        (Change("perform", "(earlier.kind, earlier.request_hash) <> (p_kind, p_request_hash)", "false"),),
        settings=_run(_TRANSFERS),
    ),
    Bug(
        "sweep without claiming",
        ("not honoured", "reserved is the sum", "books do not add up"),
        (Change("sweep", " FOR UPDATE OF r SKIP LOCKED FOR NO KEY UPDATE OF w SKIP LOCKED)", ")"),),
        settings=_run(_CREDITS, slow=0.3),
    ),
    Bug(
        "capture without a lock",
        ("not honoured", "reserved is the sum", "books do not add up", "what its reservation says"),
        (
            Change(
                "open_reservation",
                "WHERE r.reference = p_reference FOR UPDATE;",
                "WHERE r.reference = p_reference;",
            ),
        ),
        settings=_run(_CREDITS, slow=0.3),
    ),
    Bug(
        "a batch posted line by line",
        ("in parts", "more than once"),
        settings=_run(
            {"batch": 1.0}, faults={Kind.KILL: 1.0}, per_second=1.5, client="line by line", seconds=10.0
        ),
    ),
    Bug(
        "checkpoint under REPEATABLE READ",
        ("sum to zero", "books do not add up"),
        (Change("begin_write", "<> 'read committed'", "= 'never'"),),
        settings=_run({"transfer": 20.0, "checkpoint": 1.0}, client="checkpoint under REPEATABLE READ"),
    ),
)

# The mixes without a bug: what is found with one must not be there without.
CONTROLS: Final = (
    _run(_TRANSFERS, seconds=3.0),
    _run(_CREDITS | {"batch": 2.0, "checkpoint": 0.2, "seal": 0.2}, slow=0.3, seconds=4.0),
)


def hunt(server: Server, bug: Bug, history: Path) -> Report:
    """Run on a bank that has the bug, until the first violation."""
    history.mkdir(parents=True, exist_ok=True)
    with server.bank(bug.settings.town) as bank:
        bug.seed(bank)
        return Fire(bank, bug.settings, history).burn()
