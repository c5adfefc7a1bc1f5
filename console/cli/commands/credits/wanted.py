"""Options that say which credits are meant, for finding them and for acts on all that match."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.arguments import account, day, minor_units

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from console.ledger.credits.filter import CreditFilter, CreditView
    from console.money import Currency

Source = Annotated[str, typer.Option(help="Of this source only, exactly as it was written.")]
User = Annotated[str, typer.Option(metavar="ACCOUNT", help="Of this account only.")]
ExpiresFrom = Annotated[str | None, typer.Option(metavar="DATE", help="That end on this day or later.")]
ExpiresThrough = Annotated[str | None, typer.Option(metavar="DATE", help="That end on this day or before.")]
NoExpiry = Annotated[
    bool | None, typer.Option("--no-expiry/--expiring", help="Only those that never end; only the others.")
]
LeftFrom = Annotated[str | None, typer.Option(metavar="AMOUNT", help="With at least so much left.")]
LeftThrough = Annotated[str | None, typer.Option(metavar="AMOUNT", help="With at most so much left.")]
GrantedFrom = Annotated[str | None, typer.Option(metavar="DATE", help="Granted on this day or later.")]
GrantedThrough = Annotated[str | None, typer.Option(metavar="DATE", help="Granted on this day or before.")]


def wanted(
    unit: Currency,
    zone: tzinfo,
    view: CreditView,
    *,
    source: str,
    user: str,
    expires_from: str | None,
    expires_through: str | None,
    no_expiry: bool | None,
    left_from: str | None,
    left_through: str | None,
    granted_from: str | None,
    granted_through: str | None,
) -> CreditFilter:
    """Return the filter that these options say; both days and both amounts are included."""
    from console.ledger.credits.filter import CreditFilter

    return CreditFilter(
        unit.code, source, account(user, "--user") if user else "",
        _day(expires_from, "--expires-from", zone), _day(expires_through, "--expires-through", zone),
        no_expiry,
        minor_units(left_from, unit, "--left-from"), minor_units(left_through, unit, "--left-through"),
        _day(granted_from, "--granted-from", zone), _day(granted_through, "--granted-through", zone),
        view,
    )  # fmt: skip


def _day(written: str | None, option: str, zone: tzinfo) -> date | None:
    return None if written is None else day(written, option, zone)
