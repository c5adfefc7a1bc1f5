"""The words that people read, in the window and in the commands, are those that were agreed on."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).parents[2]
READ_BY_PEOPLE: Final = ("ui", "console/cli", "console/errors", "console/files")
NOT_SO: Final = {
    re.compile(r"\bmend(s|ed|ing)?\b", re.IGNORECASE): "fix",
    re.compile(r"\brehears(e|es|ed|ing|al)\b", re.IGNORECASE): "dry run",
    re.compile(r"\bnot yet known\b", re.IGNORECASE): "unconfirmed",
}


def texts(tree: ast.Module) -> list[tuple[int, str]]:
    """Return the lines and words of all texts of a module: several words, and no docstring."""
    statements = (node for node in ast.walk(tree) if isinstance(node, ast.Expr))
    docstrings = {id(node.value) for node in statements if isinstance(node.value, ast.Constant)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and " " in node.value
        and id(node) not in docstrings
    ]


def test_texts_say_the_words_that_were_agreed_on() -> None:
    found = []
    for folder in READ_BY_PEOPLE:
        for path in sorted((TOP / folder).rglob("*.py")):
            for line, text in texts(ast.parse(path.read_text(encoding="utf-8"))):
                where = f"{path.relative_to(TOP)}:{line}"
                found += [
                    f"{where} say {word!r}: {text}" for wrong, word in NOT_SO.items() if wrong.search(text)
                ]
    assert found == []
