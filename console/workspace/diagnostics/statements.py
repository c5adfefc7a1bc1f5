"""What the console's own statements cost, which of them failed, and what the watch noticed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from console.workspace.diagnostics.texts import moment, table
from console.workspace.diagnostics.words import UNKNOWN, known_action, known_errors, known_state, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.monitor.recording.recorder import Recorder
    from console.monitor.recording.ring import Snapshot
    from console.monitor.watch import Alert

_STATEMENTS_AT_MOST: Final = 60
_TEXT_AT_MOST: Final = 1_500
# How an alert begins to say what it is about; its action and its statement's id say the rest.
_KINDS: Final = (("N+1 in ", "repeated statement"), (" sent ", "too many statements"), (": p95 ", "slow"))


def statements_text(recorder: Recorder) -> str:
    """Return the statements with the most time, with their templates: no value is in them."""
    figures, snapshot = recorder.figures(), recorder.snapshot(commits=True)
    shapes = {shape.id: shape for shape in snapshot.fingerprints}
    senders = _senders(snapshot)
    costly = sorted(
        figures.by_fingerprint.items(), key=lambda one: -one[1].count * one[1].p50_ms
    )[:_STATEMENTS_AT_MOST]  # fmt: skip
    rows = [
        (name, times.count, f"{times.p50_ms:.2f}", f"{times.p95_ms:.2f}", f"{times.p99_ms:.2f}",
            senders.get(name, ""), spelled(shapes[name].label) if name in shapes else "")
        for name, times in costly
    ]  # fmt: skip
    heads = ("statement", "runs", "p50 ms", "p95 ms", "p99 ms", "sent by", "what")
    templates = "".join(
        f"\n{name}\n    {spelled(shapes[name].text)[:_TEXT_AT_MOST]}\n"
        for name, _times in costly
        if name in shapes
    )
    whole = figures.overall
    return (
        f"Since the start: {whole.count:,} statements, p50 {whole.p50_ms:.2f} ms, p95 {whole.p95_ms:.2f} ms, "
        f"p99 {whole.p99_ms:.2f} ms.\n\n{table(heads, rows)}{templates}"
    )


def _senders(snapshot: Snapshot) -> dict[str, str]:
    """Return by a statement's id the actions that sent it, those that the ring still holds."""
    pairs = set(zip(snapshot.fingerprint.tolist(), snapshot.action.tolist(), strict=True))
    found: dict[str, set[str]] = {}
    for shape, action in pairs:
        name = known_action(snapshot.actions[action])
        found.setdefault(snapshot.fingerprints[shape].id, set()).add(name)
    return {name: ", ".join(sorted(actions)) for name, actions in found.items()}


def errors_text(recorder: Recorder) -> str:
    """Return the statements that failed lately: the kind of error and its SQLSTATE, by action."""
    snapshot = recorder.snapshot(commits=True)
    known = known_errors()
    counts: Counter[tuple[str, str, str, str]] = Counter()
    last: dict[tuple[str, str, str, str], float] = {}
    for place in snapshot.failed.nonzero()[0].tolist():
        failure = snapshot.failures[snapshot.failure[place]]
        if failure is None:
            continue
        key = (
            failure.error if failure.error in known else UNKNOWN,
            known_state(failure.sqlstate),
            known_action(snapshot.actions[snapshot.action[place]]),
            snapshot.fingerprints[snapshot.fingerprint[place]].id,
        )
        counts[key] += 1
        last[key] = float(snapshot.wall[place])
    if not counts:
        return "No statement has failed.\n"
    rows = ((moment(last[key]), times, *key) for key, times in counts.most_common())
    return table(("last", "times", "error", "sqlstate", "action", "statement"), rows)


def alerts_text(alerts: Iterable[Alert]) -> str:
    """Return what the watch noticed: what kind of thing, in which action and by which statement."""
    rows = [
        (moment(one.at), one.level.value, _kind(one.text), known_action(one.action), one.fingerprint or "")
        for one in alerts
    ]
    return table(("at", "level", "what", "action", "statement"), rows) if rows else "No alerts.\n"


def _kind(text: str) -> str:
    return next((kind for part, kind in _KINDS if part in text), UNKNOWN)
