"""Writes the manual pages from the commands as they are, so that no page can tell of another program."""

from __future__ import annotations

import gzip
import sys
import time
from enum import EnumMeta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

_FILES: Final = r"""
.SH FILES
.TP
.I ~/.config/ledger\-console/settings.toml
what the user has set
.TP
.I ~/.local/share/ledger\-console
the embedded ledger, unless \-\-data\-dir or LEDGER_DATA_DIR names another folder
.TP
.I ~/.local/state/ledger\-console
the window's places, the log, and what was sent without an answer
"""
_EXIT: Final = r"""
.SH EXIT STATUS
0 done; 1 refused or failed; 2 asked wrongly; 3 not available now; 130 ended by Ctrl+C.
"""


def tree() -> Any:
    """Return ledgerctl's commands; looked up by name, for the packages above this one build on it."""
    typer = import_module("typer")
    return typer.main.get_command(import_module("console.cli.main").app)


def parser() -> argparse.ArgumentParser:
    """Return ledger-console's options."""
    found: argparse.ArgumentParser = import_module("ui.app")._parser()  # noqa: SLF001 - the options as they are
    return found


def window_page(version: str, day: str) -> str:
    """Return the page of ledger-console."""
    options = parser()
    lines = [_head("ledger-console", "a desktop console for a credit ledger in PostgreSQL", version, day)]
    lines += [".SH SYNOPSIS", r".B ledger\-console", "[options]", r"[\fIFILE\fR]", ".SH DESCRIPTION"]
    lines += [
        _text(options.description or ""),
        ".PP",
        _text(
            "Without a database URL it keeps its ledger in a PostgreSQL of its own, which it brings along "
            "and starts by itself, for the user who runs it."
        ),
        ".SH OPTIONS",
    ]
    for action in options._actions:  # noqa: SLF001 - argparse has no other list
        names = ", ".join(rf"\fB{_text(one)}\fR" for one in action.option_strings)
        choices = "|".join(action.choices) if action.choices else None
        value = action.metavar or choices
        told = (rf"\fI{_text(str(value))}\fR",) if value else ()
        lines += [".TP", " ".join(filter(None, (names, *told))), _text(action.help or "")]
    return "\n".join(lines) + _FILES + _EXIT + ".SH SEE ALSO\n.BR ledgerctl (1)\n"


def work_page(version: str, day: str) -> str:
    """Return the page of ledgerctl, with each of its commands."""
    top = tree()
    lines = [_head("ledgerctl", "the work of a credit ledger without a screen", version, day)]
    lines += [".SH SYNOPSIS", ".B ledgerctl", "[options]", r"\fIcommand\fR [arguments]", ".SH DESCRIPTION"]
    lines += [_text(top.help or ""), ".PP", _text(top.epilog or ""), ".SH OPTIONS", *_options(top)]
    lines.append(".SH COMMANDS")
    for path, command in commands(top):
        arguments = [value_of(one) for one in command.params if _kind(one) == "argument"]
        lines += [
            ".SS " + _text(" ".join([*path, *arguments])),
            _text(" ".join((command.help or "").split())),
        ]
        lines += _options(command)
    return "\n".join(lines) + _FILES + _EXIT + r".SH SEE ALSO" + "\n" + r".BR ledger\-console (1)" + "\n"


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Walk the commands that do something, with the words that call each."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, inner in command.commands.items():
        yield from commands(inner, (*path, name))


def _options(command: Any) -> Iterator[str]:
    for one in command.params:
        if _kind(one) == "option" and not one.hidden:
            names = ", ".join(rf"\fB{_text(name)}\fR" for name in (*one.opts, *one.secondary_opts))
            value = "" if one.is_flag else rf" \fI{_text(value_of(one))}\fR"
            environ = f" Environment: {one.envvar}." if isinstance(one.envvar, str) else ""
            yield from (".TP", names + value, _text((one.help or "") + environ))


def choices_of(one: Any) -> list[str]:
    """Return the values that a parameter takes, when they are few and named."""
    annotation = one.type_descriptor.annotation
    members: list[Any] = list(annotation) if isinstance(annotation, EnumMeta) else []
    return [str(member.value) for member in members]


def value_of(one: Any) -> str:
    """Return what stands for a value: its choices, its name in the help, or its own name."""
    return "|".join(choices_of(one)) or str(one.metavar or one.name.upper())


def _kind(one: Any) -> str:
    return str(one.param_type_name)


def _head(name: str, purpose: str, version: str, day: str) -> str:
    title = f'.TH {_text(name.upper())} 1 "{day}" "Ledger Console {version}" "User Commands"'
    return f"{title}\n.SH NAME\n{_text(name)} \\- {_text(purpose)}"


def _text(words: str) -> str:
    """Return words as roff takes them: a dash is a dash, and no line begins with a command."""
    found = words.replace("\\", r"\e").replace("-", r"\-").replace("\N{EN DASH}", r"\(en")
    found = found.replace("\N{HORIZONTAL ELLIPSIS}", "...")
    return rf"\&{found}" if found.startswith((".", "'")) else found


def write(folder: Path, version: str, moment: int) -> None:
    """Write both pages, packed; `moment` is the commit's, in seconds of the epoch."""
    folder.mkdir(parents=True, exist_ok=True)
    day = time.strftime("%Y-%m-%d", time.gmtime(moment))
    for name, page in (("ledger-console", window_page), ("ledgerctl", work_page)):
        packed = gzip.compress(page(version, day).encode(), 9, mtime=0)
        (folder / f"{name}.1.gz").write_bytes(packed)


if __name__ == "__main__":
    sys.stdout.write(work_page("", "") if sys.argv[1:] == ["ledgerctl"] else window_page("", ""))
