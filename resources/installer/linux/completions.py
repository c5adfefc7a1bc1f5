"""Writes what the shells complete of both commands, from the commands as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from resources.installer.linux.manuals import choices_of, parser, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Words before the cursor, what may follow them, and what a word is for.
Table = dict[str, dict[str, str]]

_BASH: Final = """# Completion of {name} for bash; written from its commands.
_{function}() {{
  local current path word
  current="${{COMP_WORDS[COMP_CWORD]}}"
  path=""
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$path $word" in
      {paths}) path="$path $word" ;;
    esac
  done
  case "$path" in
{cases}
  esac
}}
complete -o default -F _{function} {name}
"""

_ZSH: Final = """#compdef {name}
# Completion of {name} for zsh; written from its commands.
local route word
local -a offered
route=""
for word in "${{(@)words[2,CURRENT-1]}}"; do
  case "$route $word" in
    ({paths}) route="$route $word" ;;
  esac
done
case "$route" in
{cases}
esac
_describe -t commands {name} offered || _files
"""

_FISH: Final = """# Completion of {name} for fish; written from its commands.
function __{function}_at
    set -l path
    for word in (commandline -opc)[2..-1]
        if contains -- (string trim -- "$path $word") {paths}
            set -a path $word
        end
    end
    test "$path" = "$argv"
end
{cases}
"""


def tables() -> dict[str, Table]:
    """Return for each command what may follow which words."""
    actions = parser()._actions  # noqa: SLF001 - argparse has no other list
    options = {name: action.help or "" for action in actions for name in action.option_strings}
    return {"ledger-console": {"": options}, "ledgerctl": dict(_walk(tree(), ()))}


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    offered: dict[str, str] = {}
    inner = getattr(command, "commands", {})
    for name, one in inner.items():
        offered[name] = " ".join((one.help or "").split("\n\n", 1)[0].split())
    for one in command.params:
        if one.param_type_name == "option":
            offered |= dict.fromkeys((*one.opts, *one.secondary_opts), one.help or "")
        else:
            offered |= dict.fromkeys(choices_of(one), "")
    offered.setdefault("--help", "Show this message and exit.")
    yield " ".join(path), offered
    for name, one in inner.items():
        yield from _walk(one, (*path, name))


def bash(name: str, table: Table) -> str:
    """Return the script for bash."""
    cases = [
        f'    "{_lead(path)}") COMPREPLY=($(compgen -W "{" ".join(offered)}" -- "$current")) ;;'
        for path, offered in table.items()
    ]
    return _BASH.format(name=name, function=_function(name), paths=_known(table), cases="\n".join(cases))


def zsh(name: str, table: Table) -> str:
    """Return the script for zsh, with what each word is for."""
    cases = []
    for path, offered in table.items():
        words = " ".join(
            _quoted(f"{word.replace(':', chr(92) + ':')}:{told}") for word, told in offered.items()
        )
        cases.append(f'  ("{_lead(path)}") offered=({words}) ;;')
    return _ZSH.format(name=name, paths=_known(table), cases="\n".join(cases))


def fish(name: str, table: Table) -> str:
    """Return the script for fish, with what each word is for."""
    function = _function(name)
    cases = [
        f"complete -c {name} -n \"__{function}_at '{path}'\" -a {_quoted(word)} -d {_quoted(told)}"
        for path, offered in table.items()
        for word, told in offered.items()
    ]
    known = " ".join(f"'{path}'" for path in table if path) or "''"
    return _FISH.format(name=name, function=function, paths=known, cases="\n".join(cases))


def _known(table: Table) -> str:
    """Return the patterns of the paths that are commands; a command without any gets one that none is."""
    return "|".join(f'"{_lead(path)}"' for path in table if path) or '"none"'


def _lead(path: str) -> str:
    return f" {path}" if path else ""


def _function(name: str) -> str:
    return name.replace("-", "_")


def _quoted(words: str) -> str:
    return "'" + words.replace("\\", "").replace("'", "") + "'"


def write(share: Path) -> None:
    """Write all six below a `share` folder, where each shell looks."""
    for name, table in tables().items():
        for place, script in (
            (f"bash-completion/completions/{name}", bash(name, table)),
            (f"zsh/vendor-completions/_{name}", zsh(name, table)),
            (f"fish/vendor_completions.d/{name}.fish", fish(name, table)),
        ):
            file = share / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(script, encoding="utf-8", newline="\n")
