"""The house's rules that no reader should have to check by eye."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from models.applied import SUBJECTS

TOP = Path(__file__).parents[1]
PACKAGES = ("console", "ui", "models", "resources")
QT = {"PySide6", "shiboken6", "qtpy", "superqt", "qtawesome", "pyqtgraph"}
DRIVERS = {"sqlalchemy", "psycopg", "psycopg_binary", "alembic"}
ENTRIES = 14
SHARED_PREFIX = 2
VAGUE = {"helper", "helpers", "util", "utils", "manager", "handler", "info", "misc", "common"}
WITH_CURRENCY = 2
# What holds minor units: in a text they stand as an amount with its currency, or not at all.
AMOUNTS = {
    "amount", "balance", "granted", "reserved", "available", "total", "remaining", "captured_amount",
    "overdraft_limit", "from_balance_after", "to_balance_after", "per_day", "per_operation", "from_amount",
    "reversed_total", "short",
}  # fmt: skip
BINARY = {".otf", ".ttf", ".png", ".ico", ".icns", ".gz", ".xlsx"}


# import-linter has a script but no __main__.
_CONTRACTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def sources(*packages: str) -> list[Path]:
    """Return the Python files of packages, relative to the top."""
    return sorted(path.relative_to(TOP) for name in packages for path in (TOP / name).rglob("*.py"))


def module_of(path: Path) -> str:
    """Return the dotted name of a file's module."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse((TOP / path).read_text(encoding="utf-8"))


def imports_of(path: Path) -> set[str]:
    """Return the dotted names a file imports, with `from a import b` as both `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        found |= imported(node)
    return found


def named_in(node: ast.AST) -> set[str]:
    """Return the dotted names that one statement imports, `a.b` for `from a import b`."""
    if isinstance(node, ast.ImportFrom):
        return {f"{node.module}.{alias.name}" for alias in node.names}
    return imported(node)


def entries() -> dict[Path, set[str]]:
    """Return what stands in each folder of ours, files and folders by name."""
    found: dict[Path, set[str]] = {}
    for path in our_texts(binary=True):
        for folder in path.parents:
            if folder != Path():
                found.setdefault(folder, set()).add(path.relative_to(folder).parts[0])
    return found


def imported(node: ast.AST) -> set[str]:
    """Return the dotted names that one statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports are not used in this house"
        return {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return set()


def roots(path: Path) -> set[str]:
    """Return the top-level packages a file imports."""
    return {name.partition(".")[0] for name in imports_of(path)}


def our_texts(*, binary: bool = False) -> dict[Path, str]:
    """Return the text files that are or may come under version control; of an unpacked archive, all.

    With `binary`, the other files too.
    """
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    names = done.stdout.splitlines() or [str(path.relative_to(TOP)) for path in TOP.rglob("*")]
    paths = [
        Path(name) for name in names if not name.startswith((".venv", ".git/", "build/", "dist/", "tour/"))
    ]
    return {
        path: (TOP / path).read_text(encoding="utf-8", errors="replace")
        for path in paths
        if (TOP / path).is_file() and (binary or path.suffix not in BINARY)
    }


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["-m", "ruff", "check", "."], id="ruff check"),
        pytest.param(["-m", "ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["-m", "mypy"], id="mypy"),
        pytest.param(["-c", _CONTRACTS], id="import contracts"),
    ],
)
def test_tools_find_nothing(command: list[str]) -> None:
    done = subprocess.run([sys.executable, *command], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_ui_imports_qt() -> None:
    assert [path for path in sources("console", "models", "resources") if roots(path) & QT] == []


def test_only_charts_imports_pyqtgraph() -> None:
    users = [path for path in sources(*PACKAGES) if "pyqtgraph" in roots(path)]
    assert set(users) <= {Path("ui/kit/charts/duration_chart.py")}


def test_ui_imports_no_driver() -> None:
    assert [path for path in sources("ui") if roots(path) & DRIVERS] == []


def test_the_core_loads_no_qt() -> None:
    names = [
        module_of(path)
        for path in sources("console", "models", "resources")
        if "migrations" not in path.parts
    ]
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        f"print(sorted({QT!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    )
    command = [sys.executable, "-c", code, *names]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_every_module_says_what_it_is() -> None:
    assert [path for path in sources(*PACKAGES, "tests") if not ast.get_docstring(tree_of(path))] == []


def test_no_file_is_long() -> None:
    lengths = {
        path: len((TOP / path).read_text(encoding="utf-8").splitlines()) for path in sources(*PACKAGES)
    }
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_no_module_bears_the_name_of_a_package() -> None:
    inner = [path.with_suffix("").parts[1:] for path in sources(*PACKAGES)]
    assert [parts for parts in inner if {*PACKAGES, "tests"} & set(parts)] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for path in sources(*PACKAGES) if VAGUE & set(path.stem.split("_"))] == []


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (TOP / "tests").rglob("*.py")}
    folders |= {
        parent for folder in folders for parent in folder.parents if (TOP / "tests") in parent.parents
    }
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_there_is_no_import_cycle_not_even_of_types() -> None:
    modules = {module_of(path): path for path in sources(*PACKAGES)}
    graph = {
        name: {
            # `from a import b` names the module a.b where there is one, and else something in a.
            next((known for known in (whole, whole.rpartition(".")[0]) if known in modules), name)
            for node in ast.walk(tree_of(path))
            for whole in named_in(node)
        }
        - {name}
        for name, path in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_no_folder_is_full() -> None:
    assert {str(folder): len(names) for folder, names in entries().items() if len(names) > ENTRIES} == {}


def test_the_third_file_with_a_prefix_makes_a_folder() -> None:
    # SQL files bear the names of their functions, tests all begin alike.
    found: dict[str, list[str]] = {}
    for path in (*sources(*PACKAGES), *sources("tests")):
        prefix, separator, _rest = path.stem.removeprefix("test_").partition("_")
        if separator and prefix:
            found.setdefault(f"{path.parent}/{prefix}_", []).append(path.name)
    assert {prefix: names for prefix, names in found.items() if len(names) > SHARED_PREFIX} == {}


def test_a_subject_has_one_word_in_every_layer() -> None:
    """The folders of the ledger's subjects bear the same names in SQL, Python, window and tests."""
    subjects = {
        path.name for path in (TOP / "console" / "ledger").iterdir() if (path / "__init__.py").exists()
    }
    # Functions of no subject: those of roles and of every write, and the one that ends sessions. Rules are
    # those of the approvals, which have a folder and a screen of their own.
    sql = {path.name for path in (TOP / "models" / "functions").iterdir() if path.is_dir()}
    assert sql - subjects == {"roles", "rules", "server", "writes"}
    assert subjects - sql == {"acts", "balances", "search"}
    tests = {path.name for path in (TOP / "tests" / "models").iterdir() if (path / "__init__.py").exists()}
    assert tests - sql == {"rights"}
    rooms = [TOP / "ui" / "screens", TOP / "ui" / "screens" / "control"]
    made = [path for room in rooms for path in room.iterdir() if (path / "__init__.py").exists()]
    screens = {path.name for path in made if path not in rooms}
    assert all((path / "screen.py").exists() for path in made if path not in rooms)
    assert all((TOP / "tests" / path.relative_to(TOP)).is_dir() for path in made)
    assert screens - subjects == {"health", "integrity", "overview", "queries", "rules", "server"}


def test_every_subject_of_sql_is_applied() -> None:
    folders = {path.name for path in (TOP / "models" / "functions").iterdir() if path.is_dir()}
    assert folders == {*(subject.partition("/")[0] for subject in SUBJECTS), "roles"}


def statements_in(path: Path) -> list[str]:
    """Return the texts of a file that may reach the database: SQL without comments, strings of Python."""
    if path.suffix == ".sql":
        return [re.sub(r"--[^\n]*|/\*.*?\*/", " ", (TOP / path).read_text(encoding="utf-8"), flags=re.DOTALL)]
    tree = tree_of(path)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)
    }
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    calls = [ast.unparse(node.func) + "(" for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [*(texts - docstrings), *calls]


def test_no_page_is_found_by_counting_rows() -> None:
    offset = re.compile(r"\bOFFSET\b|(?i:\boffset\s+[\d%:$?])|\.offset\($")
    queries = [path.relative_to(TOP) for name in PACKAGES for path in (TOP / name).rglob("*.sql")]
    # The benchmark measures what OFFSET costs.
    paths = [path for path in (*sources("console", "models"), *queries) if "bench" not in path.parts]
    assert [path for path in paths if any(offset.search(text) for text in statements_in(path))] == []


def test_no_currency_stands_for_all_of_them() -> None:
    """The first of several is nobody's choice: it decided the decimals of all amounts once."""
    found = [
        f"{path}:{node.lineno}"
        for path in sources("console", "ui")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Subscript)
        and name_of(node.value).endswith("currencies")
        and isinstance(node.slice, ast.Constant)
    ]
    assert found == []


def test_no_amount_is_written_without_its_currency() -> None:
    """A column of amounts knows its rows' currency, and so does each call that writes or reads an amount."""
    found: list[str] = []
    for path in sources("console", "ui"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and is_careless(node, path):
                found.append(f"{path}:{node.lineno}")
            if isinstance(node, ast.FormattedValue) and is_bare_amount(node.value):
                found.append(f"{path}:{node.lineno}")
    assert found == []


def is_careless(call: ast.Call, path: Path) -> bool:
    """Whether a call writes or reads an amount, or lists amounts, and names no currency."""
    name = name_of(call.func)
    given = {keyword.arg for keyword in call.keywords}
    if name == "Column" and path.parts[0] == "ui":
        kinds = {name_of(argument) for argument in call.args}
        return bool(kinds & {"AMOUNT", "SIGNED"}) and "currency" not in given
    if name in {"amount", "money", "plain_amount", "spoken_amount"} and isinstance(call.func, ast.Attribute):
        return path.parts[0] == "ui" and len(call.args) < WITH_CURRENCY
    if name in {"format_amount", "parse_amount"} and path.parts[-1] not in {"money.py", "formats.py"}:
        # The exponent is an attribute of a currency, or of what the ledger tells of one.
        return "exponent" not in ast.dump(call.args[1])
    return False


def is_bare_amount(node: ast.AST) -> bool:
    """Whether a text takes minor units from a row as they are; an error's own total counts problems."""
    return isinstance(node, ast.Attribute) and node.attr in AMOUNTS and name_of(node.value) != "self"


def name_of(node: ast.AST) -> str:
    """Return the last part of a name; empty for what has none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def test_every_suppression_has_a_reason() -> None:
    bare = re.compile(r"#\s*noqa\b(?!: [A-Z0-9, ]+\W+\w.{4,})|#\s*type:\s*ignore\b(?!\[[\w, -]+\]\W+\w.{4,})")
    lines = [
        f"{path}: {line.strip()}"
        for path in sources(*PACKAGES, "tests")
        if path != Path("tests/test_architecture.py")
        for line in (TOP / path).read_text(encoding="utf-8").splitlines()
        if bare.search(line)
    ]
    assert lines == []


def test_no_file_names_a_package_index() -> None:
    address = re.compile(r"https?://\S+/simple\b")
    texts = our_texts()
    assert Path("requirements.lock") in texts
    assert [path for path, text in texts.items() if address.search(text)] == []


def test_every_dependency_is_locked_with_hashes() -> None:
    lock = (TOP / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in lock.splitlines() if not line.startswith("#")]
    assert [
        line for line in lines if "--hash=sha256:" not in line or line.startswith("-") or " @ " in line
    ] == []
    locked: dict[str, list[str]] = {}
    for line in lines:
        requirement = Requirement(line.partition("--hash")[0])
        version = str(requirement.specifier).removeprefix("==")
        locked.setdefault(canonicalize_name(requirement.name), []).append(version)
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for text in [*wanted, *groups["test"], *groups["build"]]:
        requirement = Requirement(text)
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, text
        assert all(requirement.specifier.contains(version) for version in versions), text
