"""What the documents say of commands, settings and files is what the program has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer

from console.cli.main import app
from console.settings import PREFIX, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP: Final = Path(__file__).parent.parent.parent
REFERENCE: Final = TOP / "docs" / "reference.md"
PAGES: Final = [TOP / "README.md", TOP / "CHANGELOG.md", *sorted((TOP / "docs").rglob("*.md"))]

_LINK: Final = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]+))?\)")
_LINES_AT_MOST: Final = {"README.md": 110, "docs/architecture.md": 70}


def table_below(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading of the reference, without its own headers."""
    section = REFERENCE.read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """Walk the commands: each one with what must be said after it, and the first words of its help."""
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from commands(inner, (*path, name))
        return
    needed = [one for one in command.params if one.required]
    arguments = [one.metavar or one.name.upper() for one in needed if one.param_type_name == "argument"]
    options = [one.opts[0] for one in needed if one.param_type_name == "option"]
    summary = " ".join(command.help.split("\n\n", 1)[0].split())
    yield [f"`{' '.join([*path, *arguments, *options])}`", summary]


def written(value: object) -> str:
    """Return a default as the reference writes it."""
    if value is None:
        return "\N{EN DASH}"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_every_command_is_in_the_reference_as_its_help_says() -> None:
    assert table_below("Commands") == list(commands(typer.main.get_command(app)))


def test_every_setting_is_in_the_reference_with_its_default_and_what_is_allowed() -> None:
    fields = Settings.model_fields.items()
    assert [row[:3] for row in table_below("Settings")] == [
        [f"`{name}`", written(field.default), field.description] for name, field in fields
    ]
    assert all(row[3] for row in table_below("Settings"))
    assert f"`{PREFIX}POOL_SIZE`" in REFERENCE.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TOP).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target, heading in _LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        file = (page.parent / target).resolve()
        assert file.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TOP).as_posix())
def test_every_file_that_is_named_is_there(page: Path) -> None:
    """A path is the repository's, or below tests; SQL may be named by its file alone."""
    names = re.findall(r"`([\w./-]+)`", page.read_text(encoding="utf-8"))
    paths = [name for name in names if re.match(r"(console|ui|models|tests|resources|docs|faults)/", name)]
    assert [name for name in paths if not any((top / name).exists() for top in (TOP, TOP / "tests"))] == []
    sql = {path.name for path in (TOP / "models").rglob("*.sql")}
    assert [name for name in names if re.fullmatch(r"\w+\.sql", name) and name not in sql] == []


@pytest.mark.parametrize(("page", "at_most"), _LINES_AT_MOST.items())
def test_what_is_read_first_stays_short(page: str, at_most: int) -> None:
    assert len((TOP / page).read_text(encoding="utf-8").splitlines()) <= at_most
