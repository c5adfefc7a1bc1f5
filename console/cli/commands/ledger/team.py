"""Commands that share profiles with a team: written to a file, and looked at before they are taken."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.invocation import invocation_of
from console.cli.output import say
from console.files.exports import named_columns

if TYPE_CHECKING:
    from console.settings.profiles.team import ImportPlan

_PLAN = named_columns("profile, coming, field, before, after, weaker")


def export_to(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="Best with the ending .ledger-profiles.json.")],
    name: Annotated[list[str] | None, typer.Argument(help="These only; without any, all servers.")] = None,
) -> None:
    """Write servers' profiles for a team: no operators, no passwords, no paths of keys or data."""
    from console.settings.profiles.store import ProfileStore
    from console.settings.profiles.team import export_profiles

    store = ProfileStore(invocation_of(context).target.settings()[1])
    wanted = [store.named(one) for one in name] if name else store.list()
    count = export_profiles(path, wanted)
    say(f"{path} has {'1 profile' if count == 1 else f'{count} profiles'}.")


def import_from(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="What profile export wrote.")],
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Take them; without it, only what would come is told.")
    ] = False,
    accept_weaker: Annotated[
        bool, typer.Option("--accept-weaker", help="Take what protects less than now, too.")
    ] = False,
) -> None:
    """Tell what would come of a team's profiles, and with --apply take them, all or none."""
    from console.settings.profiles.store import ProfileStore
    from console.settings.profiles.team import ImportRefusedError, apply_import, plan_import

    invocation = invocation_of(context)
    store = ProfileStore(invocation.target.settings()[1])
    plan = plan_import(path, store.list())
    invocation.output.rows(_PLAN, _rows(plan))
    for one in plan.refused:
        say(f"{path}, profile {one.place} ({one.name}): {one.reason}")
    if plan.refused:
        raise ImportRefusedError("Nothing was imported: take what is refused out of the file, or correct it.")
    if not apply:
        return
    if plan.weaker and not accept_weaker:
        names = ", ".join(one.profile.name for one in plan.weaker)
        raise ImportRefusedError(
            f"Nothing was imported: {names} would protect less than now. If that is wanted: --accept-weaker"
        )
    say(f"Profiles added or changed: {apply_import(store, plan.entries)}.")


def _rows(plan: ImportPlan) -> list[tuple[str | None, ...]]:
    """Return a row for each value that changes, the first of a profile with what would be weaker."""
    from console.settings.profiles.team import Change

    rows: list[tuple[str | None, ...]] = []
    for one in plan.entries:
        weaker = "; ".join(one.weaker) or None
        first = one.changes[0] if one.changes else Change("", "", "")
        rows.append((
            one.profile.name, str(one.coming), first.field or None, first.before or None,
            first.after or None, weaker,
        ))  # fmt: skip
        rows += [
            (one.profile.name, str(one.coming), other.field, other.before, other.after, None)
            for other in one.changes[1:]
        ]
    return rows
