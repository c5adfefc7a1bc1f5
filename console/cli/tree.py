"""The commands by name, in the order of the help; the module of one is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typing_extensions import override

_COMMANDS: Final = "console.cli.commands"

# A function is a command, a Typer a group of them.
_PLACES: Final = {
    "migrate": "ledger.setup:migrate",
    "demo": "ledger.setup:demo",
    "backup": "ledger.backup:backup",
    "restore": "ledger.backup:restore",
    "backup-passphrase": "ledger.backup:backup_passphrase",
    "old-ledgers": "ledger.backup:old_ledgers",
    "verify": "audit.chain:verify",
    "seal": "audit.chain:seal",
    "search": "ledger.search:search",
    "transactions": "transactions.listing:transactions",
    "balances": "balances:balances",
    "transfer": "transactions.transfer:transfer",
    "sweep": "credits.sweep:sweep",
    "keeper": "ledger.keeper:app",
    "overview": "ledger.overview:overview",
    "figures": "ledger.figures:figures",
    "queries": "queries:queries",
    "account": "accounts.account:app",
    "operator": "operators:app",
    "credit": "credits.credit:app",
    "hold": "holds.hold:app",
    "mapping": "batches.mappings:app",
    "batch": "batches.batch:app",
    "reverse": "transactions.reverse:app",
    "request": "approvals.requests:app",
    "rule": "approvals.rules:rule_app",
    "limit": "approvals.rules:limit_app",
    "allowance": "approvals.allowances:app",
    "delegation": "approvals.delegations:app",
    "audit": "audit.chain:audit_app",
    "currency": "ledger.books:currency_app",
    "zone": "ledger.books:zone_app",
    "profile": "ledger.profile:app",
    "diagnostics": "ledger.diagnostics:diagnostics",
    "server": "ledger.setup:server_app",
    "session": "server:app",
    "bench": "bench.bench:app",
}


class CommandTree(TyperGroup):
    """The whole of ledgerctl: a command costs its own imports, and only the help costs everybody's."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": _Commands()})


class _Commands(Mapping[str, Any]):
    """What stands at the places, a click command each, built once."""

    def __init__(self) -> None:
        self._built: dict[str, Any] = {}

    @override
    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = _build(name, *_PLACES[name].split(":"))
        return self._built[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    @override
    def __len__(self) -> int:
        return len(_PLACES)


def _build(name: str, module: str, attribute: str) -> Any:
    """Import a command and build it as typer would have, had it been there from the start."""
    found = getattr(import_module(f"{_COMMANDS}.{module}"), attribute)
    above = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        above.add_typer(found, name=name)
    else:
        above.command(name)(found)
    return typer.main.get_group(above).commands[name]
