"""The recipes for Windows and macOS, as far as another system can judge them."""

from __future__ import annotations

import plistlib
import re
import runpy
import struct
from pathlib import Path, PureWindowsPath

import pytest

from console import console_version
from resources.installer import icons
from resources.installer.windows import winget

TOP = Path(__file__).parents[3]
WINDOWS = TOP / "resources" / "installer" / "windows"
MACOS = TOP / "resources" / "installer" / "macos"
SETUP = (WINDOWS / "ledger-console.iss").read_text(encoding="utf-8")


def section(name: str) -> list[str]:
    """Return the lines of one section of the setup script, without its comments."""
    found = re.search(rf"^\[{name}\]\n(.*?)(?=^\[|\Z)", SETUP, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no section {name}"
    return [line for line in found[1].splitlines() if line and not line.startswith(";")]


def test_setup_takes_the_whole_bundle_and_nothing_else() -> None:
    sources = [re.search(r'Source: "\{#Bundle\}\\([^"]+)"', line) for line in section("Files")]
    assert {found[1] for found in sources if found} == {"ledger-console.exe", "ledgerctl.exe", r"_internal\*"}
    spec = (TOP / "build.spec").read_text(encoding="utf-8")
    assert set(re.findall(r'command\("([\w-]+)"', spec)) == {"ledger-console", "ledgerctl"}


def test_setup_is_one_users_and_needs_no_administrator() -> None:
    told = dict(line.split("=", 1) for line in section("Setup"))
    assert told["PrivilegesRequired"] == "lowest"
    assert told["DefaultDirName"].startswith("{localappdata}")
    assert told["AppVersion"] == "{#Version}"
    assert re.fullmatch(r"\{\{[0-9A-F-]{36}\}", told["AppId"])


def test_an_upgrade_takes_the_old_modules_away_and_an_uninstall_no_data() -> None:
    assert section("InstallDelete") == [r'Type: filesandordirs; Name: "{app}\_internal"']
    assert "[UninstallDelete]" not in SETUP
    for kind in ("userappdata", "localappdata"):
        assert not re.search(rf"^Type:.*{kind}", SETUP, re.MULTILINE)


def test_a_file_is_opened_by_its_name_and_for_this_user_alone() -> None:
    # A line that ends in a backslash goes on in the next.
    lines = "\n".join(section("Registry")).replace("\\\n", " ").splitlines()
    classes = [line for line in lines if r"Software\Classes" in line]
    assert len(classes) == 4
    assert all(line.startswith("Root: HKCU;") for line in lines)
    [opened] = [line for line in classes if r"shell\open\command" in line]
    assert opened.endswith('ValueData: """{app}\\ledger-console.exe"" ""%1"""')
    [offered] = [line for line in classes if "OpenWithProgids" in line]
    assert "uninsdeletevalue" in offered, "an uninstall takes it from the list"
    assert not any(r"Classes\.csv;" in line or r'Classes\.csv"' in line for line in classes), "others' files"


def test_the_files_that_setup_names_are_there() -> None:
    told = dict(line.split("=", 1) for line in section("Setup"))
    place = WINDOWS / PureWindowsPath(told["LicenseFile"]).as_posix()
    assert place.resolve() == TOP / "LICENSE"
    # Made by `make build`.
    assert told["SetupIconFile"].endswith(r"build\icons\ledger-console.ico")


def test_winget_is_told_the_version_address_and_sum(tmp_path: Path) -> None:
    installer = tmp_path / "setup.exe"
    installer.write_bytes(b"setup")
    files = winget.write(installer, "https://example.org/setup.exe", tmp_path / "manifest")
    assert len(files) == 3
    texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    assert all(f'PackageVersion: "{console_version()}"' in text for text in texts.values())
    assert all("ManifestVersion: 1.9.0" in text for text in texts.values())
    kinds = {
        kind for text in texts.values() for kind in re.findall(r"^ManifestType: (\w+)$", text, re.MULTILINE)
    }
    assert kinds == {"version", "installer", "defaultLocale"}
    (told,) = (text for name, text in texts.items() if "installer" in name)
    assert re.search(r'InstallerSha256: "[0-9A-F]{64}"', told)
    product = re.search(r'ProductCode: "\{([0-9A-F-]+)\}_is1"', told)
    assert product is not None
    assert f"AppId={{{{{product[1]}}}" in SETUP


def test_macos_is_told_what_starts_and_what_it_may() -> None:
    told = plistlib.loads((MACOS / "Info.plist").read_bytes())
    assert told["CFBundleExecutable"] == "ledger-console"
    assert told["CFBundleIconFile"] == "ledger-console.icns"
    assert told["NSHighResolutionCapable"] is True
    allowed = plistlib.loads((MACOS / "entitlements.plist").read_bytes())
    assert "com.apple.security.get-task-allow" not in allowed, "a debugger could read passwords"
    assert allowed["com.apple.security.cs.disable-library-validation"] is True


def test_the_disk_image_holds_the_application_beside_the_folder_it_goes_to() -> None:
    told = runpy.run_path(str(MACOS / "dmg_settings.py"), init_globals={"defines": {"app": "dist/Other.app"}})
    assert told["files"] == ["dist/Other.app"]
    assert set(told["icon_locations"]) == {"Other.app", "Applications"}
    assert (TOP / told["license"]["licenses"]["en_US"]).is_file()


@pytest.fixture(scope="module")
def pictures() -> dict[int, bytes]:
    return icons.pictures()


def test_the_icon_for_windows_points_at_its_pictures(pictures: dict[int, bytes]) -> None:
    made = icons.ico(pictures)
    _zero, kind, count = struct.unpack_from("<HHH", made)
    assert (kind, count) == (1, 6)
    for place in range(count):
        width, *_rest, length, offset = struct.unpack_from("<BBBBHHII", made, 6 + 16 * place)
        assert made[offset : offset + length] == pictures[width or 256]


def test_the_icon_for_macos_is_as_long_as_it_says(pictures: dict[int, bytes]) -> None:
    made = icons.icns(pictures)
    assert made[:4] == b"icns"
    assert int.from_bytes(made[4:8], "big") == len(made)
    place, kinds = 8, []
    while place < len(made):
        kinds.append(made[place : place + 4])
        place += int.from_bytes(made[place + 4 : place + 8], "big")
    assert place == len(made)
    assert b"ic09" in kinds
