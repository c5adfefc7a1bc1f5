"""A connection tried as its profile says, each step told while it runs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from console.errors import UsageError
from console.postgres.cancellation import Cancellation
from console.settings.profiles.roots import system_roots
from console.workspace.trial import network, server
from console.workspace.trial.certificates import encrypt
from console.workspace.trial.refusals import refusal_of
from console.workspace.trial.steps import State, Step, StepFailed, StepKey, TrialResult
from console.workspace.trial.waiting import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import SecretStr

    from console.ledger.operators.credentials import Credentials
    from console.postgres.database import SessionFacts
    from console.settings.profiles.hosts import Host
    from console.settings.profiles.profile import Profile
    from console.workspace.trial.network import Found

    Report = Callable[[Step], None]

Answer = TypeVar("Answer")


def try_connection(
    profile: Profile,
    credentials: Credentials,
    report: Report = lambda _step: None,
    *,
    gate_password: SecretStr | None = None,
    roots: str = "",
    cancel: Cancellation | None = None,
) -> TrialResult:
    """Try a server's profile, step by step, for ten seconds at most; `report` gets each step as it changes.

    With `gate_password` the sign-in is counted as any other. roots: as in Profile.url. It blocks, so not
    on the GUI thread; `report` is called on the caller's. Raises CancelledError, and UsageError for a ledger
    on this computer.
    """
    if not profile.is_server:
        raise UsageError("A ledger on this computer needs no trial; it is made when it is opened.")
    trial = _Trial(profile, credentials, report, Cancellation() if cancel is None else cancel)
    return trial.run(gate_password, roots or system_roots())


class _Trial:
    """One trial: its steps, and how far it has come."""

    def __init__(
        self, profile: Profile, credentials: Credentials, report: Report, cancel: Cancellation
    ) -> None:
        self._profile = profile
        self._credentials = credentials
        self._report = report
        self._cancel = cancel
        self._clock = Clock(cancel)
        self._steps = {key: Step(key) for key in StepKey}
        self._facts: SessionFacts | None = None

    def run(self, gate_password: SecretStr | None, roots: str) -> TrialResult:
        """Do the steps in their order up to the one that fails."""
        can_create = False
        try:
            found = [network.Found(one) for one in self._profile.places]
            found = self._hosts(StepKey.NAME, found, network.resolve)
            found = self._hosts(StepKey.PORT, found, network.reach)
            found = self._hosts(StepKey.POSTGRES, found, network.recognise)
            found = self._encrypted(found)
            self._inside(
                [server.Way(self._profile, one, self._credentials, gate_password, roots) for one in found]
            )
        except StepFailed as failed:
            can_create = failed.can_create
            self._fail(failed, failed.key or self._running())
        return TrialResult(tuple(self._steps.values()), can_create, self._facts)

    def _hosts(
        self, key: StepKey, hosts: Sequence[Found], work: Callable[[Found, float], Found]
    ) -> list[Found]:
        """Do a step for each host at once; those that pass go on, and one is enough."""
        self._set(key, State.RUNNING)
        answers = self._clock.each([partial(work, one, self._clock.step_s) for one in hosts])
        passed = [one for one in answers if not isinstance(one, Exception)]
        words = [one.words if key is StepKey.NAME else str(one.host) for one in passed]
        self._passed(key, words, hosts, answers)
        return passed

    def _encrypted(self, found: list[Found]) -> list[Found]:
        """Look at the TLS of each host that needs it."""
        here = [one for one in found if one.host.is_socket]
        if self._profile.tls == "off" or len(here) == len(found):
            reason = "a socket leaves this computer on no account" if here else "this profile asks for none"
            self._set(StepKey.TLS, State.SKIPPED, f"Nothing is encrypted: {reason}.")
            return found
        self._set(StepKey.TLS, State.RUNNING)
        asked = [one for one in found if not one.host.is_socket]
        answers = self._clock.each(
            [partial(encrypt, one, self._profile, self._clock.step_s) for one in asked]
        )
        self._passed(StepKey.TLS, [one for one in answers if isinstance(one, str)], asked, answers)
        return [*here, *(one for one, answer in zip(asked, answers, strict=True) if isinstance(answer, str))]

    def _passed(
        self, key: StepKey, words: list[str], hosts: Sequence[Found], answers: Sequence[object]
    ) -> None:
        """Let a step pass that one host passed, and tell what is wrong with the others; else it fails."""
        failures = [
            _failure(answer, one.host)
            for one, answer in zip(hosts, answers, strict=True)
            if isinstance(answer, Exception)
        ]
        if not words:
            raise failures[0]
        self._set(key, State.PASSED, "; ".join([*words, *(one.wrong for one in failures)]))

    def _inside(self, ways: list[server.Way]) -> None:
        """Sign in at the first host that takes writes, and look at what is there."""
        self._set(StepKey.SIGN_IN, State.RUNNING)
        driver = self._signed_in(ways)
        try:
            self._set(StepKey.SIGN_IN, State.PASSED, f"{driver.info.user} at {driver.info.host}")
            self._set(StepKey.DATABASE, State.PASSED, driver.info.dbname)
            self._set(StepKey.LEDGER, State.RUNNING)
            words, facts = self._within(partial(server.look_at_ledger, driver), ways[0])
        finally:
            driver.close()
        self._set(StepKey.LEDGER, State.PASSED, words)
        self._set(StepKey.RIGHTS, State.PASSED, _groups(facts))
        self._facts = facts

    def _signed_in(self, ways: list[server.Way]) -> psycopg.Connection[Any]:
        """Return a connection to the first host that is no copy of another, or to the last there is."""
        for place, way in enumerate(ways):
            self._within(partial(server.count_attempt, way, Cancellation()), way)
            driver: psycopg.Connection[Any] = self._within(partial(server.connect, way), way)
            if place == len(ways) - 1 or not server.is_replica(driver):
                return driver
            driver.close()
        raise AssertionError("a trial gets here with a host")

    def _within(self, work: Callable[[], Answer], way: server.Way) -> Answer:
        """Do one thing inside the server in the time of a step."""
        try:
            return self._clock.one(work)
        except TimeoutError:
            raise network.no_answer(way.found.host) from None
        except psycopg.Error as error:
            raise refusal_of(error)[1] from None

    def _running(self) -> StepKey:
        return next(one.key for one in self._steps.values() if one.state is State.RUNNING)

    def _fail(self, failed: StepFailed, at: StepKey) -> None:
        """End at a step: those before it have passed, those after it are not tried."""
        order = list(StepKey)
        for key in order:
            before = order.index(key) < order.index(at)
            if key is at:
                step = Step(key, State.FAILED, "", failed.wrong, failed.who, failed.advice)
            elif before and self._steps[key].state in {State.PASSED, State.SKIPPED}:
                continue
            else:
                step = replace(self._steps[key], state=State.PASSED if before else State.SKIPPED)
            self._steps[key] = step
            self._report(step)

    def _set(self, key: StepKey, state: State, found: str = "") -> None:
        step = Step(key, state, found)
        self._steps[key] = step
        self._report(step)


def _failure(error: Exception, host: Host) -> StepFailed:
    """Return what is wrong; anything but a failed step and a lapse of time is a bug."""
    if isinstance(error, StepFailed):
        return error
    if isinstance(error, TimeoutError):
        return network.no_answer(host)
    raise error


def _groups(facts: SessionFacts) -> str:
    return ", ".join(sorted(one.removeprefix("ledger_") for one in facts.rights))
