"""The shape of a statement: its text without a single value, a short hash of it, and a label for people."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass

from console.monitor.label import KEYWORDS, label

_TEXT_LIMIT = 4_000

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
    """What all runs of one statement have in common."""

    id: str
    text: str
    label: str
    housekeeping: bool


def normalise(sql: str) -> str:
    """Return the statement with every value as `?`, lists of values as `…`, and no comment."""
    text = " ".join("".join(_tokens(sql)).split()).rstrip("; ")
    while True:
        shorter = _REPEATED_ROW.sub(r"\1", _LIST.sub(r"\1…\2", text))
        if shorter == text:
            return text
        text = shorter


def fingerprint(sql: str) -> Fingerprint:
    """Return the fingerprint of a statement. Costs a pass over the text; Fingerprints remembers it."""
    text = normalise(sql)
    digest = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
    shown = text if len(text) <= _TEXT_LIMIT else text[:_TEXT_LIMIT] + "…"
    return Fingerprint(digest, shown, label(text), _HOUSEKEEPING.match(text) is not None)


class Fingerprints:
    """The fingerprints of the statements seen last, by statement text; safe on any thread.

    The key is the hash of the text and not the text: a statement may carry values, and these are not kept.
    """

    def __init__(self, capacity: int = 2_048) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._known: OrderedDict[int, Fingerprint] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def of(self, sql: str) -> Fingerprint:
        """Return the fingerprint of the statement, from memory when it was seen lately."""
        key = hash(sql)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        made = fingerprint(sql)
        with self._lock:
            self._known[key] = made
            if len(self._known) > self._capacity:
                self._known.popitem(last=False)
        return made


def _tokens(sql: str) -> list[str]:
    """Return the pieces of the normalised text."""
    pieces: list[str] = []
    position = 0
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        if match is None:  # never: the last alternative takes any character
            break
        position = match.end()
        kind = match.lastgroup
        if kind in {"space", "comment"}:
            pieces.append(" ")
            if kind == "comment":
                position = _comment_end(sql, position)
        else:
            pieces.append(_piece(kind, match.group()))
    return pieces


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
