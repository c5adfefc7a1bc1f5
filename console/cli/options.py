"""Options that many commands have in common."""

from __future__ import annotations

from typing import Annotated

import typer

AccountName = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]
Key = Annotated[
    str | None,
    typer.Option(metavar="UUID", help="The same key again answers with the first outcome and does no more."),
]
Reason = Annotated[str, typer.Option(help="Kept in the ledger, for whoever asks later.")]
WhyAsked = Annotated[str | None, typer.Option("--reason", help="What its checkers read; goes with --submit.")]
Ticket = Annotated[str, typer.Option(help="The number under which it is known outside the ledger.")]
Submit = Annotated[
    bool, typer.Option("--submit", help="Ask others to approve it instead of doing it; give a --reason.")
]
SubmitChange = Annotated[
    bool, typer.Option("--submit", help="Ask another administrator to agree to it, as dual control wants it.")
]
CurrencyCode = Annotated[str | None, typer.Option("--currency", help="Needed when the ledger has several.")]
OneCurrency = Annotated[str | None, typer.Option("--currency", help="Of this one only; without it, of all.")]
Amount = Annotated[str, typer.Option(help="Such as 12.50.")]
Description = Annotated[str, typer.Option(help="What both parties read.")]
