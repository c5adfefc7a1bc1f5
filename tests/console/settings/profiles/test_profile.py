"""A profile holds where a ledger is and no secret, and what makes no sense is refused in our words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.engine import make_url

from console.settings import Settings
from console.settings.profiles.hosts import Host
from console.settings.profiles.profile import MOST_HOSTS, Profile, ProfileError
from console.settings.profiles.roots import system_roots
from tests.console.settings.profiles.conftest import server

if TYPE_CHECKING:
    from console.settings import Paths

SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(
    ("written", "name", "port", "kept"),
    [
        ("DB.Example.org", "db.example.org", 5432, "db.example.org"),
        ("db.example.org:5432", "db.example.org", 5432, "db.example.org"),
        ("db:6000", "db", 6000, "db:6000"),
        ("::1", "::1", 5432, "::1"),
        ("[0:0::1]:6000", "::1", 6000, "[::1]:6000"),
        ("192.0.2.7", "192.0.2.7", 5432, "192.0.2.7"),
        ("/run/postgresql/", "/run/postgresql", 5432, "/run/postgresql"),
        ("/run/postgresql:6000", "/run/postgresql", 6000, "/run/postgresql:6000"),
    ],
)
def test_a_host_is_read_and_kept_in_one_way(written: str, name: str, port: int, kept: str) -> None:
    host = Host.read(written)
    assert (host.name, host.port, str(host)) == (name, port, kept)
    assert Host.read(kept) == host


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "db:", "db:0", "db:65536", "db:1e3", "db:\u0661", "[::1", "[::1]x", "-db", "a..b",
        "d\u202eb", "d b", "a,b", "/run/a,b", "/" + "x" * 91, "m\u00fcnchen.example", "postgresql://db",
        f"me:{SECRET}@db", "x" * 64,
    ],
)  # fmt: skip
def test_what_is_no_host_is_refused(written: str) -> None:
    with pytest.raises(ProfileError) as refused:
        server(hosts=[written])
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "Name must be a name of 1 to 60"),
        ({"name": "x" * 61}, "Name must be a name of 1 to 60"),
        ({"name": "Live\u200b"}, "not seen"),
        ({"name": " Live"}, "begins nor ends with a space"),
        ({"kind": "cloud"}, "Kind must be one of"),
        ({"hosts": []}, "at least one host"),
        ({"hosts": [f"db{n}" for n in range(MOST_HOSTS + 1)]}, "1 to 8 hosts"),
        ({"hosts": ["db", "DB:5432"]}, "stands there twice"),
        ({"hosts": "db"}, "Hosts must be a list"),
        ({"database": ""}, "is in a database"),
        ({"database": f"ledger?password={SECRET}"}, "the database's name alone"),
        ({"operator": f"anna:{SECRET}"}, "the operator's name alone"),
        ({"environment": "LIVE-1"}, "1 to 12 letters"),
        ({"environment": "ABCDEFGHIJKLM"}, "1 to 12 letters"),
        ({"colour": "pink"}, "Colour must be one of"),
        ({"production": 1}, "Production must be true or false"),
        ({"tls": "prefer"}, "Tls must be one of verify-full"),
        ({"tls": "off", "production": True}, "production goes over a network with TLS"),
        ({"tls": "verify-ca"}, "needs a root_certificate"),
        ({"root_certificate": "ca.pem"}, "the whole path"),
        ({"client_certificate": "/c.pem"}, "goes with its client_key"),
        ({"folder": "/data"}, "not on this computer"),
        ({"password": SECRET}, "no field 'password'"),
        ({"id": "7"}, "32 hexadecimal digits"),
        ({"kind": "computer"}, "no hosts and no database"),
        ({"kind": "demo", "hosts": [], "database": "", "production": True}, "is not production"),
    ],
)
def test_what_makes_no_profile_is_refused_with_what_to_do(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ProfileError) as refused:
        server(**values)
    assert words in str(refused.value)
    assert SECRET not in str(refused.value)
    assert refused.value.__context__ is None or SECRET not in repr(refused.value.__context__)


def test_production_without_tls_is_for_this_computer_alone() -> None:
    here = ["/run/postgresql", "127.0.0.1", "[::1]:6000", "localhost"]
    assert server(tls="off", production=True, hosts=here).tls == "off"
    with pytest.raises(ProfileError):
        server(tls="off", production=True, hosts=[*here, "192.0.2.7"])


def test_an_environment_that_is_not_stated_is_its_kinds() -> None:
    assert server().environment == "SERVER"
    assert server(production=True).environment == "LIVE"
    assert server(environment="test2").environment == "TEST2"
    assert Profile.made(name="x", kind="demo").environment == "DEMO"
    assert Profile.made(name="x", kind="computer").environment == "LOCAL"


def test_the_url_of_one_host_has_no_password_and_checks_the_certificate() -> None:
    url = make_url(server(operator="anna").url())
    assert (url.username, url.password, url.host, url.port) == ("anna", None, "db.example.org", 5432)
    assert url.query["sslmode"] == "verify-full"
    assert url.query["sslrootcert"] == system_roots()
    assert url.query["gssencmode"] == "disable"


def test_the_url_of_several_hosts_asks_for_the_primary_and_reaches_libpq_whole() -> None:
    profile = server(hosts=["a:6000", "::1", "/run/pg"], tls="require")
    url = make_url(profile.url("anna", "p w@/:?#%"))
    _, parameters = url.get_dialect()().create_connect_args(url)
    assert parameters == {
        "host": "a,::1,/run/pg", "port": "6000,5432,5432", "dbname": "ledger", "user": "anna",
        "password": "p w@/:?#%", "sslmode": "require", "gssencmode": "disable",
        "target_session_attrs": "primary",
    }  # fmt: skip


def test_a_socket_goes_with_its_port() -> None:
    url = make_url(server(hosts=["/run/pg:6000"], tls="off").url())
    _, parameters = url.get_dialect()().create_connect_args(url)
    assert (parameters["host"], parameters["port"], parameters["sslmode"]) == ("/run/pg", 6000, "disable")


def test_settings_and_folders_follow_the_profile(paths: Paths) -> None:
    settings = Settings.model_construct()
    applied, folders = server(production=True, pooler=True).applied(settings, paths)
    assert (applied.read_only, applied.pooled, folders) == (True, True, paths)
    assert applied.database_url is not None
    assert make_url(applied.database_url.get_secret_value()).host == "db.example.org"
    own, folders = Profile.made(name="Try", kind="demo").applied(applied, paths)
    assert (own.database_url, own.pooled, folders.data) == (None, False, paths.data / "demo")
    elsewhere = Profile.made(name="Mine", kind="computer", folder="/srv/ledger", read_only=True)
    own, folders = elsewhere.applied(settings, paths)
    assert (own.read_only, folders.data, folders.config) == (True, Path("/srv/ledger"), paths.config)


def test_read_only_is_for_good_and_production_until_it_is_unlocked() -> None:
    assert [(one.starts_read_only, one.can_unlock) for one in (
        server(), server(production=True), server(read_only=True), server(production=True, read_only=True)
    )] == [(False, False), (True, True), (True, False), (True, False)]  # fmt: skip


def test_a_password_belongs_to_the_place_and_not_to_the_name_or_the_order_of_hosts() -> None:
    profile = server(hosts=["a", "b"])
    assert profile.changed(name="Other", hosts=["b", "a"], colour="red").where == profile.where
    for change in (
        {"hosts": ["a"]},
        {"database": "other"},
        {"tls": "require"},
        {"root_certificate": "/x.pem"},
    ):
        assert profile.changed(**change).where != profile.where


def test_without_a_file_of_trusted_certificates_it_is_left_to_libpq(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    assert system_roots(()) == "system"
    (tmp_path / "roots.pem").touch()
    assert system_roots([str(tmp_path / "roots.pem")]) == str(tmp_path / "roots.pem")
