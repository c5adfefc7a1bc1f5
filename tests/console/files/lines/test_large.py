"""Tests of size: memory stays the same however large the file is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import console

MIB = 1 << 20
FILE_SIZE = 64 * MIB
GROWTH_LIMIT = 24 * MIB

# In a process of its own: the peak is the process's, and the other tests have had theirs.
MEASURE = """
import sys
from pathlib import Path
import psutil
from console.errors import FileRefusedError
from console.files.lines.reader import read_lines
from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.money import Currency

mapping = TransfersMapping(
    from_column="from", to_column="to", amount_column="amount", reference_column="reference", encoding="utf-8"
)
path, warm_up = Path(sys.argv[1]), Path(sys.argv[2])
process = psutil.Process()

def peak_while_reading(path):
    peak = 0
    def progress(done, total):
        nonlocal peak
        peak = max(peak, process.memory_info().rss)
    count = 0
    try:
        for _ in read_lines(path, mapping, Terms(Currency("EUR", 2)), progress=progress):
            count += 1
    except FileRefusedError as refused:
        print(refused, file=sys.stderr)
    return max(peak, process.memory_info().rss), count

before, _ = peak_while_reading(warm_up)
after, count = peak_while_reading(path)
print(after - before, count)
"""
LINE = "a.user,b.user,1.50,R-{},{}\n"
HEADER = "from,to,amount,reference,text\n"


def measured(path: Path, folder: Path) -> tuple[int, int, str]:
    """Return how much more memory the file took than a small one, its lines, and the refusal."""
    warm_up = folder / "small.csv"
    warm_up.write_text(HEADER + LINE.format(1, "x" * 90) * 20_000)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), str(warm_up)],
        cwd=Path(console.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    growth, count = done.stdout.split()
    return int(growth), int(count), done.stderr


def test_many_lines(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    block = "".join(LINE.format(number, "x" * 90) for number in range(10_000))
    repeats = FILE_SIZE // len(block)
    with path.open("w") as file:
        file.write(HEADER)
        for _ in range(repeats):
            file.write(block)
    growth, count, refusal = measured(path, tmp_path)
    assert count == repeats * 10_000
    assert refusal == ""
    assert growth < GROWTH_LIMIT


@pytest.mark.parametrize(
    ("start", "fill", "reason"),
    [
        ("", b"x" * MIB, "longer than"),
        ('a,b,1,R,"', b"y\n" * (MIB // 2), "not closed"),
        ("", b"x," * (MIB // 2), "longer than"),
    ],
)
def test_one_endless_record(tmp_path: Path, start: str, fill: bytes, reason: str) -> None:
    path = tmp_path / "endless.csv"
    with path.open("wb") as file:
        file.write((HEADER + start).encode())
        for _ in range(FILE_SIZE // MIB):
            file.write(fill)
    growth, count, refusal = measured(path, tmp_path)
    assert count == 0
    assert "line 2: " in refusal
    assert reason in refusal
    assert growth < GROWTH_LIMIT


def test_every_line_wrong(tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    with path.open("w") as file:
        file.write(HEADER)
        for number in range(200):
            file.write(LINE.format(number, "x").replace("1.50", "z" * 60_000))
    growth, count, _ = measured(path, tmp_path)
    assert count == 200
    assert growth < GROWTH_LIMIT
