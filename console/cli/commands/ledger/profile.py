"""Commands about profiles: where each ledger is, tried step by step, and its password in the keyring."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.commands.ledger.team import export_to, import_from
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.output import say
from console.cli.target import password_for
from console.errors import UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from console.settings.profiles.profile import Profile
    from console.settings.profiles.store import ProfileStore

app = typer.Typer(help="Profiles: where each ledger is, and how it is reached.", no_args_is_help=True)
app.command("export")(export_to)
app.command("import")(import_from)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The profile's name, in whichever case.")]
Host = Annotated[
    list[str] | None, typer.Option(help="HOST, HOST:PORT or the folder of a socket; may be given again.")
]
Database = Annotated[str | None, typer.Option(help="The database at the server.")]
Operator = Annotated[str | None, typer.Option(help="Who signs in.")]
Colour = Annotated[str | None, typer.Option(help="grey, blue, green, amber, violet or red.")]
Environment = Annotated[str | None, typer.Option(metavar="WORD", help="Such as LIVE or TEST.")]
Production = Annotated[
    bool | None, typer.Option("--production/--no-production", help="Read-only until it is unlocked.")
]
ReadOnly = Annotated[bool | None, typer.Option("--read-only/--no-read-only", help="Read-only for good.")]
Tls = Annotated[str | None, typer.Option(help="verify-full, verify-ca, require or off.")]
File = Annotated[str | None, typer.Option(metavar="PATH", help="The whole path of a file in PEM.")]
Pooler = Annotated[bool | None, typer.Option("--pooler/--no-pooler", help="pgbouncer stands before it.")]
Keep = Annotated[
    bool | None, typer.Option("--keep-password/--ask-password", help="Whether the system's keyring is asked.")
]
Folder = Annotated[str | None, typer.Option(metavar="PATH", help="Where a ledger on this computer is.")]

_PROFILES = named_columns(
    "profile, kind, environment, where, production, read only, tls, pooler, operator, last used, for commands"
)
_STEPS = named_columns("step, state, found, wrong, who can fix it, what to do")


@app.command("list")
def list_profiles(context: typer.Context) -> None:
    """List the profiles in their order."""
    store = _store(context)
    last, chosen = store.last_used(), store.of_commands()
    invocation_of(context).output.rows(
        _PROFILES,
        [
            (
                one.name, one.kind, one.environment, _where(one), _yes(one.production), _yes(one.read_only),
                one.tls if one.is_server else None, _yes(one.pooler), one.operator or None,
                _yes(one == last), _yes(one == chosen),
            )
            for one in store.list()
        ],
    )  # fmt: skip


@app.command()
def add(
    context: typer.Context,
    name: Name,
    *,
    kind: Annotated[str, typer.Option(help="server, computer or demo.")] = "server",
    host: Host = None,
    database: Database = None,
    operator: Operator = None,
    colour: Colour = None,
    environment: Environment = None,
    production: Production = None,
    read_only: ReadOnly = None,
    tls: Tls = None,
    root_certificate: File = None,
    client_certificate: File = None,
    client_key: File = None,
    pooler: Pooler = None,
    keep_password: Keep = None,
    folder: Folder = None,
) -> None:
    """Add a profile; nothing is connected to. No password is part of it."""
    from console.settings.profiles.profile import Profile

    given = _given(
        hosts=host, database=database, operator=operator, colour=colour, environment=environment,
        production=production, read_only=read_only, tls=tls, root_certificate=root_certificate,
        client_certificate=client_certificate, client_key=client_key, pooler=pooler,
        keep_password=keep_password, folder=folder,
    )  # fmt: skip
    profile = Profile.made(name=name, kind=kind, **given)
    _store(context).add(profile)
    say(f"The profile {profile.name} is added. Try it with: ledgerctl profile try {profile.name!r}")


@app.command()
def change(
    context: typer.Context,
    name: Name,
    *,
    new_name: Annotated[str | None, typer.Option(help="What it is called from now on.")] = None,
    host: Host = None,
    database: Database = None,
    operator: Operator = None,
    colour: Colour = None,
    environment: Environment = None,
    production: Production = None,
    read_only: ReadOnly = None,
    tls: Tls = None,
    root_certificate: File = None,
    client_certificate: File = None,
    client_key: File = None,
    pooler: Pooler = None,
    keep_password: Keep = None,
    folder: Folder = None,
) -> None:
    """Change what is said of a profile, and leave the rest; what protects less than before is told."""
    from console.settings.profiles.team import weaker_than

    store = _store(context)
    before = store.named(name)
    given = _given(
        name=new_name, hosts=host, database=database, operator=operator, colour=colour,
        environment=environment, production=production, read_only=read_only, tls=tls,
        root_certificate=root_certificate, client_certificate=client_certificate, client_key=client_key,
        pooler=pooler, keep_password=keep_password, folder=folder,
    )  # fmt: skip
    if not given:
        raise UsageError("Say with an option what is to change.")
    after = before.changed(**given)
    store.change(after)
    for one in weaker_than(before, after):
        say(f"{after.name}: {one}.")


@app.command()
def remove(context: typer.Context, name: Name) -> None:
    """Remove a profile and what the keyring keeps for it; its ledger stays."""
    from console.settings.profiles.secrets import Secrets, SecretsUnavailableError

    store = _store(context)
    profile = store.named(name)
    store.remove(profile.id)
    try:
        Secrets().forget(profile)
    except SecretsUnavailableError as error:
        if profile.keep_password:
            say(f"What a keyring keeps for it could not be removed: {error.reason}")


@app.command()
def use(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="The profile; without it, none.")] = None,
) -> None:
    """Choose the profile that commands use when nothing else is said; the window has its own."""
    store = _store(context)
    store.use_for_commands("" if name is None else store.named(name).id)


@app.command("try")
def try_profile(
    context: typer.Context, name: Name, *, operator: Annotated[str, typer.Option(help="Who signs in.")] = ""
) -> None:
    """Try a server's connection step by step: what is wrong, and who can fix it; 1 when it fails."""
    from pydantic import SecretStr

    from console.ledger.operators.credentials import Credentials
    from console.settings.profiles.roots import written_roots
    from console.workspace.trial.trial import try_connection

    invocation = invocation_of(context)
    _settings, paths = invocation.target.settings()
    profile = _store(context).named(name)
    if operator:
        profile = profile.changed(operator=operator)
    who = Credentials(profile.operator, SecretStr(password_for(profile)))
    with interruptible() as cancel:
        result = try_connection(profile, who, roots=written_roots(paths.state), cancel=cancel)
    rows = [
        (one.title, str(one.state), one.found or None, one.wrong or None, one.who, one.advice or None)
        for one in result.steps
    ]
    invocation.output.rows(_STEPS, rows)
    if not result.passed:
        raise typer.Exit(1)


@app.command()
def password(
    context: typer.Context,
    name: Name,
    *,
    gate: Annotated[bool, typer.Option("--gate", help="That of the gate, not the operator's.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Remove all that is kept for it.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read it from standard input instead of the terminal.")
    ] = False,
) -> None:
    """Keep a profile's password in this system's keyring, or remove it from there."""
    from pydantic import SecretStr

    from console.settings.profiles.secrets import Secrets

    store, secrets = _store(context), Secrets()
    profile = store.named(name)
    if forget:
        secrets.forget(profile)
        return
    if not gate and not profile.operator:
        raise UsageError("The profile has no operator; say who with: ledgerctl profile change --operator")
    written = SecretStr(_read_password(from_input=password_stdin))
    if gate:
        secrets.keep_gate(profile, written)
        return
    secrets.keep(profile, profile.operator, written)
    if not profile.keep_password:
        store.change(profile.changed(keep_password=True))


def _read_password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password; use --password-stdin.")
    from getpass import getpass

    return getpass("Password: ")


def _store(context: typer.Context) -> ProfileStore:
    from console.settings.profiles.store import ProfileStore

    return ProfileStore(invocation_of(context).target.settings()[1])


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _yes(value: bool) -> str | None:  # noqa: FBT001 - a cell of a table
    return "yes" if value else None


def _where(profile: Profile) -> str:
    if profile.is_server:
        return f"{', '.join(profile.hosts)}/{profile.database}"
    return profile.folder or "this computer"
