"""How each of the console's figures went, as a line and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from ui.kit.charts.sparkline import Scale
from ui.kit.sampling.sampler import INTERVAL_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ui.kit.formats import Formats
    from ui.kit.sampling.sampler import Sample

Figure = TypeVar("Figure", int, float)

LATE_MS: Final = 16.0
"""What a window that shows sixty pictures a second has for one."""

_NOTHING: Final = "nothing measured yet"
_BREAKER: Final = {"closed": 0, "half-open": 1, "open": 2}
# The window's opening alone takes longer than that.
_LAG: Final = Scale(0, 4 * LATE_MS, mark=LATE_MS, is_fixed=True)
# So high are the others at least: what is usual shall look like little.
_MEMORY: Final = Scale(0, 256 * 1024 * 1024)
_STATEMENTS: Final = Scale(0, 10)


@dataclass(frozen=True, slots=True)
class Course:
    """A figure over time; `words` say all of it, `mark` what the line across means."""

    values: tuple[float | None, ...]
    words: str
    scale: Scale
    mark: str = ""


def pool(samples: Sequence[Sample | None], limit: int) -> Course:
    """Return the connections in use, under as many as there may be."""
    return _course(
        samples,
        lambda one: one.busy,
        lambda known: f"{_range(str(min(known)), str(max(known)))} of {limit}",
        Scale(0, limit),
    )


def breaker(samples: Sequence[Sample | None], formats: Formats) -> Course:
    """Return when connections were made, tried and not made."""

    def words(known: Sequence[int]) -> str:
        away_s = sum(state > 0 for state in known) * INTERVAL_S
        return f"not closed for {formats.duration(away_s * 1_000)}" if away_s else "closed all the time"

    return _course(samples, lambda one: _BREAKER.get(one.breaker, 0), words, Scale(0, max(_BREAKER.values())))


def retries(samples: Sequence[Sample | None], formats: Formats) -> Course:
    """Return how many writes were sent again in each second."""
    return _course(
        samples,
        lambda one: one.retries,
        lambda known: formats.integer(sum(known)) if any(known) else "none",
        Scale(0, 1),
    )


def lag(samples: Sequence[Sample | None], formats: Formats) -> Course:
    """Return the longest that an event waited in each second."""
    return _course(
        samples,
        lambda one: one.lag_ms,
        lambda known: f"at most {formats.decimals(max(known), 0)} ms",
        _LAG,
        f"the line across is at {formats.threshold(LATE_MS)}, the time of one picture on the screen, "
        f"the top at {formats.threshold(_LAG.ceiling)}",
    )


def memory(samples: Sequence[Sample | None], formats: Formats) -> Course:
    """Return the memory of this process."""
    return _course(
        samples,
        lambda one: one.memory_bytes,
        lambda known: _range(formats.size(min(known)), formats.size(max(known))),
        _MEMORY,
    )


def statements(samples: Sequence[Sample | None], formats: Formats) -> Course:
    """Return the statements of each second."""
    whole = formats.integer
    return _course(
        samples,
        lambda one: one.statements,
        lambda known: f"{whole(sum(known))} in all, at most {whole(max(known))} a second",
        _STATEMENTS,
    )


def _course(
    samples: Sequence[Sample | None],
    read: Callable[[Sample], Figure],
    words: Callable[[Sequence[Figure]], str],
    scale: Scale,
    mark: str = "",
) -> Course:
    values = tuple(None if one is None else read(one) for one in samples)
    known = [value for value in values if value is not None]
    return Course(values, words(known) if known else _NOTHING, scale, mark)


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
