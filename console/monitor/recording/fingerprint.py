"""The shape of a statement: its text without a single value, a short hash of it, and a label for people."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.monitor.recording.label import KEYWORDS, label

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT_LIMIT = 8_000
_TEMPLATE_LIMIT = 16_000

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|--[^\n]*)
    | (?P<comment>/\*)
    | (?P<escaped>[eE]'(?:[^'\\]++|\\.|'')*+(?:'|\Z))
    | (?P<string>(?:[uU]&|[bBxXnN])?'(?:[^']++|'')*+(?:'|\Z))
    | (?P<name>"(?:[^"]|"")*")
    | (?P<unclosed>".*)
    | (?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
    | (?P<parameter>%\(\w+\)[sbt]|%[sbt]\b|\$\d+|(?<!:):[^\W\d]\w*)
    | (?P<number>0[xX][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<percent>%%)
    | (?P<other>::|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_VALUES = frozenset({"escaped", "string", "unclosed", "dollar", "parameter", "number"})
_INTEGER_DIGITS = 10
_KEPT_NUMBER = re.compile(
    r"(?:\b(?:group|order) by (?:\d+(?: asc| desc)?, ?)*"
    r"|\b(?:numeric|decimal|varchar|char|character|varying|bit|time|timestamp|timestamptz|interval) ?"
    r"\((?:\d+, ?)?)$",
    re.IGNORECASE,
)
_TYPED = re.compile(r"(?<![:\w])(date|time|timestamp|timestamptz|interval) ?$", re.IGNORECASE)
_COMMENT_EDGE = re.compile(r"/\*|\*/")

# One value in a list: a sign, the value, and the cast that the driver adds. The quantifiers are possessive,
# so that a list of 65,535 parameters costs one pass.
_TYPE = r"::[\w .\"]++(?:\(…\)[\w ]*+)?+(?:\[\])*+"
_VALUE = rf"(?:[-+] ?)?+(?:\?|NULL|TRUE|FALSE|DEFAULT)(?:{_TYPE})?+"
_LIST = re.compile(rf"([(\[]) ?{_VALUE}(?: ?, ?{_VALUE})*+ ?([)\]])")
_REPEATED_ROW = re.compile(r"(\((?:[^()]|\([^()]*+\))*+\))(?: ?, ?\1)+")

_HOUSEKEEPING = re.compile(
    r"(?:BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|RESET|SHOW|DISCARD)\b"
    r"|SELECT (?:pg_catalog\.)?(?:set_config|version|current_schema)\b"
    r"|SELECT \?$|$",
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What all runs of one statement have in common.

    template: the statement of the first run with `$1`, `$2`… for every value, as EXPLAIN takes it; empty
    where the statement is too long for one.
    """

    id: str
    text: str
    label: str
    housekeeping: bool
    template: str = field(default="", compare=False)


def normalise(sql: str) -> str:
    """Return the statement with every value as `?`, lists of values as `…`, and no comment."""
    text = " ".join("".join(_tokens(sql)).split()).rstrip("; ")
    while True:
        shorter = _REPEATED_ROW.sub(r"\1", _LIST.sub(r"\1…\2", text))
        if shorter == text:
            return text
        text = shorter


def fingerprint(sql: str) -> Fingerprint:
    """Return the fingerprint of a statement. Costs passes over the text; Fingerprints remembers it."""
    text = normalise(sql)
    return _described(sql, text, _id_of(text))


def _id_of(text: str) -> str:
    """Return the id of a normalised statement."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _described(sql: str, text: str, digest: str) -> Fingerprint:
    """Return the fingerprint with what is said of it, which takes longer than to know it again."""
    shown = text if len(text) <= _TEXT_LIMIT else text[:_TEXT_LIMIT] + "…"
    is_housekeeping = _HOUSEKEEPING.match(text) is not None
    shape = template(sql) if len(sql) <= _TEMPLATE_LIMIT and not is_housekeeping else ""
    return Fingerprint(digest, shown, label(text[:_TEMPLATE_LIMIT]), is_housekeeping, shape)


class Fingerprints:
    """The fingerprints of the statements seen last, by statement text; safe on any thread.

    The key is the hash of the text and not the text: a statement may carry values, and these are not kept.
    """

    def __init__(self, capacity: int = 2_048) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._known: dict[int, Fingerprint] = {}
        self._shared: dict[str, Fingerprint] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, sql: str) -> Fingerprint:
        """Return the fingerprint of the statement, from memory when it was seen lately."""
        key = hash(sql)
        # Without the lock and without a look at its age: this is in the way of every statement.
        known = self._known.get(key)
        if known is not None:
            return known
        text = normalise(sql)
        digest = _id_of(text)
        # A loop that writes its values into the text has many texts and one fingerprint.
        made = self._shared.get(digest) or _described(sql, text, digest)
        with self._lock:
            made = self._shared.setdefault(digest, made)
            self._known[key] = made
            if len(self._known) > self._capacity:
                del self._known[next(iter(self._known))]
            if len(self._shared) > self._capacity:
                self._shared = {shape.id: shape for shape in self._known.values()}
        return made


def template(sql: str) -> str:
    """Return the statement with `$1`, `$2`… for its values, each with the type that its writing tells."""
    numbers: dict[str, int] = {}
    written = ""
    for kind, text in _scanned(sql):
        if kind in {"space", "comment"}:
            written += " "
        elif kind not in _VALUES:
            written += "%" if kind == "percent" else text
        elif kind == "number" and _KEPT_NUMBER.search(written[-60:]):
            written += text  # the place of a column, the size of a type: without it this is another statement
        else:
            named = text if kind == "parameter" and text not in {"%s", "%b", "%t"} else ""
            number = numbers.setdefault(named or f" {len(numbers)}", len(numbers) + 1)
            typed = _TYPED.search(written) if kind == "string" else None
            if typed is not None:
                written = f"{written[: typed.start()]}${number}::{typed.group(1)}"
            elif kind == "number":
                written += f"${number}::{'numeric' if set(text) & set('.eE') else _whole(text)}"
            else:
                written += f"${number}"
    return " ".join(written.split()).rstrip("; ")


def _whole(text: str) -> str:
    """Return the type of a whole number, by its length."""
    return "integer" if len(text) < _INTEGER_DIGITS else "bigint"


def _tokens(sql: str) -> list[str]:
    """Return the pieces of the normalised text."""
    return [" " if kind in {"space", "comment"} else _piece(kind, text) for kind, text in _scanned(sql)]


def _scanned(sql: str) -> Iterator[tuple[str | None, str]]:
    """Yield the kind and the text of each token; of a comment, that there is one."""
    position = 0
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        if match is None:  # never: the last alternative takes any character
            break
        position = match.end()
        if match.lastgroup == "comment":
            position = _comment_end(sql, position)
        yield match.lastgroup, match.group()


def _piece(kind: str | None, text: str) -> str:
    """Return how a token is shown."""
    if kind in _VALUES:
        return "?"
    if kind == "word":
        upper = text.upper()
        return upper if upper in KEYWORDS else text.lower()
    return "%" if kind == "percent" else text


def _comment_end(sql: str, position: int) -> int:
    """Return where a comment ends that was opened just before; PostgreSQL's comments nest."""
    depth = 1
    while depth:
        edge = _COMMENT_EDGE.search(sql, position)
        if edge is None:
            return len(sql)
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return position
