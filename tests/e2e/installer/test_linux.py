"""What the packages for Linux have beside the bundle fits the commands as they are."""

from __future__ import annotations

import configparser
import gzip
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from resources.installer import icons
from resources.installer.linux import completions, debian, manuals

LINUX = Path(debian.__file__).parent


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("share")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SOURCE_DATE_EPOCH", "1700000000")
        debian.share(folder)
    return folder


def test_the_manual_has_every_command_and_option(share: Path) -> None:
    page = gzip.decompress((share / "man/man1/ledgerctl.1.gz").read_bytes()).decode()
    plain = page.replace(r"\-", "-")
    for path, command in manuals.commands(manuals.tree()):
        assert f".SS {' '.join(path)}" in plain
        for one in command.params:
            assert one.param_type_name != "option" or one.opts[0] in plain
    assert '"2023-11-14"' in page
    window = gzip.decompress((share / "man/man1/ledger-console.1.gz").read_bytes()).decode()
    assert r"\fB\-\-tour\fR \fIDIR\fR" in window


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man here")
def test_man_reads_the_pages_without_a_warning(share: Path) -> None:
    for page in (share / "man/man1").iterdir():
        command = ["man", "--warnings", "-E", "UTF-8", "-l", str(page)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"}
        )
        assert done.stderr == ""


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ledgerctl acc", {"account"}),
        ("ledgerctl --format csv keeper r", {"run", "runs"}),
        ("ledgerctl keeper run --o", {"--once"}),
        ("ledger-console --the", {"--theme"}),
    ],
)
def test_bash_completes(share: Path, line: str, offered: set[str]) -> None:
    script = share / "bash-completion/completions" / line.partition(" ")[0]
    asked = (
        f"source {script}; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
        f'_{line.partition(" ")[0].replace("-", "_")}; echo "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
def test_fish_completes_with_what_a_command_is_for(share: Path) -> None:
    asked = f'source {share}/fish/vendor_completions.d/ledgerctl.fish; complete -C "ledgerctl keeper run --o"'
    done = subprocess.run(["fish", "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "--once\tRun what is due now and end, as a line of cron wants it.\n"


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")
def test_zsh_reads_its_scripts(share: Path) -> None:
    for script in (share / "zsh/vendor-completions").iterdir():
        subprocess.run(["zsh", "-n", str(script)], check=True)


def test_every_shell_has_both_commands(share: Path) -> None:
    assert len(completions.tables()["ledgerctl"]) > 50
    assert sum(1 for file in share.rglob("*") if "completions" in file.parent.name) == 6


def test_the_entry_promises_only_what_the_command_takes(share: Path) -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(share / "applications/ledger-console.desktop", encoding="utf-8")
    told = entry["Desktop Entry"]
    takes_files = [action.nargs for action in manuals.parser()._actions if not action.option_strings]
    assert takes_files == ["?"], "%f is one file, and the entry starts without one too"
    assert told["Exec"] == "ledger-console %f"
    assert told["MimeType"] == "application/vnd.ledger-console.batch+csv;"
    page = gzip.decompress((share / "man/man1/ledger-console.1.gz").read_bytes()).decode()
    assert ".TP\n\\fIFILE\\fR\n" in page


@pytest.mark.skipif(
    shutil.which("desktop-file-validate") is None, reason="desktop-file-validate is not installed"
)
def test_the_entry_holds_to_the_standard(share: Path) -> None:
    entry = share / "applications/ledger-console.desktop"
    done = subprocess.run(["desktop-file-validate", entry], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_types_of_files_are_below_the_common_ones(share: Path) -> None:
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    tree = ET.parse(share / "mime/packages/ledger-console.xml")  # noqa: S314 - a file of ours
    found = {one.attrib["pattern"]: kind for kind in tree.getroot() for one in kind.iter(f"{space}glob")}
    assert set(found) == {"*.batch.csv", "*.mapping.toml"}
    assert all(kind.find(f"{space}sub-class-of") is not None for kind in found.values())


def test_the_service_runs_a_command_that_there_is() -> None:
    text = (LINUX / "ledger-console-keeper.service").read_text(encoding="utf-8")
    found = re.search(r"^ExecStart=/usr/bin/ledgerctl (.*)$", text, re.MULTILINE)
    assert found is not None
    assert found[1] in {" ".join(path) for path, _command in manuals.commands(manuals.tree())}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_has_nothing_against_the_service(tmp_path: Path) -> None:
    text = (LINUX / "ledger-console-keeper.service").read_text(encoding="utf-8")
    unit = tmp_path / "ledger-console-keeper.service"
    # The command is looked for too, and is here only where the package is installed.
    unit.write_text(text.replace("/usr/bin/ledgerctl", "/bin/true"), encoding="utf-8")
    command = ["systemd-analyze", "--user", "verify", "--man=no", str(unit)]
    known = {"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_icons_are_drawn_in_every_size(share: Path) -> None:
    for size in icons.SIZES:
        picture = (share / f"icons/hicolor/{size}x{size}/apps/ledger-console.png").read_bytes()
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(picture[16:20], "big") == int.from_bytes(picture[20:24], "big") == size


def test_the_packages_time_is_the_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    with pytest.raises(SystemExit, match="make installer"):
        debian.moment()


def test_who_publishes_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAINTAINER", raising=False)
    assert debian.maintainer() == debian.MAINTAINER
    monkeypatch.setenv("MAINTAINER", "Example Credits <packages@example.org>")
    assert debian.maintainer() == "Example Credits <packages@example.org>"


@pytest.mark.parametrize("named", ["packages@example.org", "A <a@b>\nDepends: x", "A, B <a@b>", " <a@b>"])
def test_a_maintainer_in_another_form_ends_the_build(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAINTAINER", named)
    with pytest.raises(SystemExit, match="MAINTAINER is to be as in"):
        debian.maintainer()


def test_files_lose_who_made_them_and_when(tmp_path: Path) -> None:
    program, library = tmp_path / "run", tmp_path / "a.so.6"
    for file in (program, library):
        file.write_text("")
        file.chmod(0o775)
    debian.even(tmp_path, 1_700_000_000)
    assert oct(program.stat().st_mode)[-3:] == "755"
    assert oct(library.stat().st_mode)[-3:] == "644"
    assert program.stat().st_mtime == 1_700_000_000
