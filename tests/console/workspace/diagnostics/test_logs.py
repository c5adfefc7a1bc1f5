"""What is taken of a log does not depend on a single word of its messages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.errors import UnavailableError
from console.workspace.diagnostics.logs import SERVER_WORDS, console_log_text, server_log_text
from console.workspace.diagnostics.words import known_errors, known_words, spelled

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# Of six characters and more, but for the names of classes of errors: those are what is told.
_TOKENS: Final = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=6
).filter(lambda token: not any(name in token for name in known_errors()))
# Each example writes files, on a machine that does other things besides.
_UNTIMED: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_MESSAGES: Final = st.one_of(
    _TOKENS,
    _TOKENS.map(lambda token: f"cannot reach postgresql://{token}:{token}@{token}/{token}"),
    _TOKENS.map(
        lambda token: f'no account "{token}"\nDETAIL:  Key (username)=({token}) is not there.\n{token}'
    ),
    _TOKENS.map(lambda token: f'{token}: 12,345.67 EUR\n  File "{token}.py", line 123456, in {token}'),
    _TOKENS.map(lambda token: f"\n2026-01-01 {token} INFO {token}: {token}\n{token}: {token}"),
    _TOKENS.map(lambda token: f"-\n1990-05-06 07:08:09,123 ERROR {token}: {token}"),
    _TOKENS.map(lambda token: f"-\n1990-05-06 07:08:09,123 {token} console.money: {token}"),
)


class OddlyNamedError(UnavailableError):
    """A class of errors that no programmer of the console wrote: its name is not told."""


def written(file: Path, message: str, error: Exception) -> str:
    """Log a message and an error as the window does, and return what is taken of them."""
    handler = logging.FileHandler(file, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT))
    record = logging.LogRecord("console.monitor.watch", logging.ERROR, "", 0, "%s", (message,), None)
    record.created = 1_760_000_000.0
    record.exc_info = (type(error), error, None)
    handler.emit(record)
    handler.close()
    return console_log_text(file)


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "console.log"


@_UNTIMED
@given(message=_MESSAGES, reason=_MESSAGES)
def test_no_message_leaves_a_trace(log_file: Path, message: str, reason: str) -> None:
    neutral = written(log_file, "-", UnavailableError("-"))
    assert "ERROR console.monitor.watch\n    UnavailableError\n" in neutral
    assert written(log_file, message, UnavailableError(reason)) == neutral


def test_a_traceback_says_which_error_and_where_in_our_code(tmp_path: Path) -> None:
    file = tmp_path / "console.log"
    file.write_text(
        "2026-10-09 08:53:20,123 CRITICAL ui.start.crash: uncaught\n"
        "Traceback (most recent call last):\n"
        '  File "/home/mara.lang/console/console/postgres/database.py", line 123, in read\n'
        "    return work(session)\n"
        '  File "C:\\\\mara\\\\site-packages\\\\sqlalchemy\\\\engine\\\\base.py", line 1_800, in x\n'
        '  File "/x/site-packages/sqlalchemy/engine/base.py", line 1800, in execute\n'
        '  File "/home/mara.lang/ui/mara.py", line 3, in mara\n'
        'psycopg.errors.UniqueViolation: Key (username)=(mara@example.org) already exists\n'
        "mara.errors.MaraError: mara@example.org\n"
        "2026-10-09 08:53:21,000 INFO mara.lang: paid 12,345.67 to mara@example.org\n"
        "2026-10-09 08:53:22,000 WARNING sqlalchemy.pool.mara: mara\n"
        "2026-13-09 08:53:21,000 INFO ui.app: no such month\n",
        encoding="utf-8",
    )  # fmt: skip
    assert console_log_text(file) == (
        "2026-10-09 08:53:20 CRITICAL ui.start.crash\n"
        "    UniqueViolation 23505\n"
        "    console/postgres/database.py:123 > sqlalchemy\n"
        "2026-10-09 08:53:22 WARNING sqlalchemy\n"
    )


def test_an_error_class_of_somebody_else_is_not_named(log_file: Path) -> None:
    assert "Oddly" not in written(log_file, "-", OddlyNamedError("-"))


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    file = tmp_path / "console.log"
    file.write_text("2026-10-09 08:53:20,123 INFO ui.app: x\n" * 20_000, encoding="utf-8")
    assert len(console_log_text(file).splitlines()) == 400
    assert console_log_text(tmp_path / "none") == "No log.\n"


@_UNTIMED
@given(user=_TOKENS, rest=_TOKENS)
def test_a_servers_line_keeps_its_time_its_level_and_postgresqls_own_words(
    log_file: Path, user: str, rest: str
) -> None:
    log_file.write_text(
        f"2026-10-09 08:53:20.123 UTC [4711] {user}@{rest} FATAL:  "
        f"password authentication failed for user {user}\n"
        f"DETAIL:  {rest}\n"
        f"2026-10-09 08:53:21.123 UTC [4712] {user}@{rest} ERROR:  {rest}{rest}\n",
        encoding="utf-8",
    )
    lines = server_log_text(log_file).splitlines()
    assert lines[0] == "2026-10-09 08:53:20 FATAL password authentication failed for user"
    assert lines[1].removeprefix("2026-10-09 08:53:21 ERROR").strip() in {"", *SERVER_WORDS}


@given(token=st.text("abcdefghijklmnopqrstuvwxyzäßéÆ0123456789_", min_size=6).filter(
    lambda token: token.lower() not in known_words()
))  # fmt: skip
def test_a_statement_keeps_only_words_that_the_console_has(token: str) -> None:
    shown = spelled(f'ALTER ROLE "{token}" SET x = {token}; DROP ROLE {token} -- {token}')
    assert token not in shown
    assert shown.startswith('ALTER ROLE "')


def test_a_statement_of_ours_can_be_read() -> None:
    words = "SELECT users.username FROM users WHERE users.id = ? ORDER BY 1 LIMIT 1234"
    assert spelled(words) == words.replace("1234", "\N{HORIZONTAL ELLIPSIS}")
