"""Commands for mappings: what the columns of a file mean."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from console.cli.invocation import invocation_of
from console.cli.output import say
from console.errors import FileRefusedError
from console.files.exports import named_columns

app = typer.Typer(help="Mappings: what the columns of a CSV file mean.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a saved mapping.")]

# No ledger is asked here, so no amount has too many decimals yet.
_DECIMALS_MAX = 8


@app.command()
def suggest(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file such as those to be loaded.")],
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep the mapping under this name.")
    ] = None,
) -> None:
    """Propose a mapping from a file's header and first lines, to be looked at before it is used."""
    from console.cli.commands.batches.saved_mappings import mapping_store
    from console.files.lines.preview import preview
    from console.files.lines.terms import Terms
    from console.files.mappings.mapping import mapping_text
    from console.money import Currency

    proposal = preview(file, None, Terms(Currency("", _DECIMALS_MAX)))
    if proposal.mapping is None:
        present = ", ".join(proposal.header)
        raise FileRefusedError(
            str(file),
            f"no mapping can be proposed: its columns tell no amount or no account. Present are: {present}.",
        )
    sys.stdout.write(mapping_text(proposal.mapping))
    if save is not None:
        _, paths = invocation_of(context).configured()
        mapping_store(paths).save(save, proposal.mapping)
        say(f'Saved as "{save}".')


@app.command("list")
def list_mappings(context: typer.Context) -> None:
    """List the saved mappings."""
    from console.cli.commands.batches.saved_mappings import mapping_store

    invocation = invocation_of(context)
    _, paths = invocation.configured()
    store = mapping_store(paths)
    columns = named_columns("mapping, shape, columns")
    rows = []
    for name in store.list():
        mapping = store.load(name)
        rows.append((name, mapping.shape, ", ".join(mapping.columns)))
    invocation.output.rows(columns, rows)


@app.command()
def show(context: typer.Context, name: Name) -> None:
    """Print a saved mapping as TOML."""
    from console.cli.commands.batches.saved_mappings import mapping_store
    from console.files.mappings.mapping import mapping_text

    _, paths = invocation_of(context).configured()
    sys.stdout.write(mapping_text(mapping_store(paths).load(name)))


@app.command()
def delete(context: typer.Context, name: Name) -> None:
    """Delete a saved mapping."""
    from console.cli.commands.batches.saved_mappings import mapping_store

    _, paths = invocation_of(context).configured()
    mapping_store(paths).delete(name)
    say(f'Deleted "{name}".')
