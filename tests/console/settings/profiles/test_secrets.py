"""Passwords are in a keyring that can be trusted, belong to one place, or are asked for each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from pydantic import SecretStr

from console.settings.profiles.secrets import SERVICE, Secrets, SecretsUnavailableError, is_trusted
from tests.console.settings.profiles.conftest import server
from tests.console.settings.profiles.keyrings import LockedKeyring, MemoryKeyring, SilentKeyring

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = SecretStr("c0rrect:horse")
GATE = SecretStr("of the gate")


def test_a_password_is_kept_for_an_operator_of_a_profile() -> None:
    backend, profile = MemoryKeyring(), server()
    secrets = Secrets(backend)
    assert secrets.why_not() == ""
    assert secrets.password(profile, "anna") is None
    secrets.keep(profile, "anna", PASSWORD)
    secrets.keep_gate(profile, GATE)
    assert Secrets(backend).password(profile, "anna") == PASSWORD
    assert Secrets(backend).gate_password(profile) == GATE
    assert secrets.password(profile, "bert") is None
    assert secrets.password(server(), "anna") is None
    assert {service for service, _ in backend.kept} == {SERVICE}


def test_an_operator_named_gate_is_not_the_gate() -> None:
    profile, secrets = server(), Secrets(MemoryKeyring())
    secrets.keep(profile, "gate", PASSWORD)
    secrets.keep(profile, "operators", PASSWORD)
    secrets.keep_gate(profile, GATE)
    assert secrets.password(profile, "gate") == PASSWORD
    assert secrets.gate_password(profile) == GATE


def test_a_profile_that_leads_elsewhere_gets_no_password() -> None:
    profile, secrets = server(), Secrets(MemoryKeyring())
    secrets.keep(profile, "anna", PASSWORD)
    secrets.keep_gate(profile, GATE)
    moved = profile.changed(hosts=["evil.example.org"])
    assert secrets.password(moved, "anna") is None
    assert secrets.gate_password(moved) is None
    assert secrets.password(profile.changed(name="Other", colour="red"), "anna") == PASSWORD


def test_all_of_a_profile_is_forgotten_and_nothing_of_another() -> None:
    backend, profile, other = MemoryKeyring(), server(operator="carl"), server()
    secrets = Secrets(backend)
    for name in ("anna", "bert", "anna"):
        secrets.keep(profile, name, PASSWORD)
    secrets.keep_gate(profile, GATE)
    secrets.keep(other, "anna", PASSWORD)
    secrets.forget_password(profile, "bert")
    assert secrets.password(profile, "bert") is None
    secrets.forget(profile)
    assert {user.partition(":")[0] for _, user in backend.kept} == {other.id}
    secrets.forget(profile)


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_a_keyring_that_keeps_nothing_is_refused(backend: Callable[[], object]) -> None:
    secrets = Secrets(backend())
    assert "no keyring" in secrets.why_not()
    with pytest.raises(SecretsUnavailableError, match="asked for each time"):
        secrets.keep(server(), "anna", PASSWORD)


def test_a_keyring_in_the_clear_is_refused_alone_and_in_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    class PlaintextKeyring(MemoryKeyring):
        pass

    PlaintextKeyring.__module__ = "keyrings.alt.file"
    plain, good = PlaintextKeyring(), MemoryKeyring()
    assert not is_trusted(plain)
    assert "no keyring" in Secrets(plain).why_not()

    class Chain(ChainerBackend):
        backends = (plain, good)

    chain: Callable[[], ChainerBackend] = Chain
    Secrets(chain()).keep(server(), "anna", PASSWORD)
    assert plain.kept == {}
    assert good.kept


def test_a_locked_keyring_says_so_and_nothing_more() -> None:
    with pytest.raises(SecretsUnavailableError, match="locked") as refused:
        Secrets(LockedKeyring()).password(server(), "anna")
    assert "anna" not in str(refused.value)


def test_a_keyring_that_never_answers_is_waited_for_once() -> None:
    backend = SilentKeyring()
    secrets = Secrets(backend, timeout_s=0.05)
    for words in ("has not answered for 0.05 s", "did not answer before"):
        with pytest.raises(SecretsUnavailableError, match=words):
            secrets.password(server(), "anna")
    assert backend.asked == 1
    backend.released.set()
