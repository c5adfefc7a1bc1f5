"""The mapping that lies beside a file: found by the file's stem, and looked at before it is trusted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import resources
from console.errors import FileRefusedError
from console.files.mappings.mapping import MAPPING_SIZE_LIMIT, load_mapping
from console.files.mappings.store import mapping_beside, place_beside

SAMPLES = Path(resources.__file__).parent / "sample"


@pytest.mark.parametrize(
    ("file", "mapping"),
    [
        ("payout.csv", "payout.mapping.toml"),
        ("payout.2026.csv", "payout.2026.mapping.toml"),
        ("payout", "payout.mapping.toml"),
    ],
)
def test_it_has_the_files_stem(tmp_path: Path, file: str, mapping: str) -> None:
    assert place_beside(tmp_path / file) == tmp_path / mapping


@pytest.mark.parametrize("sample", ["payout", "grants", "bank"])
def test_each_sample_has_its_own(sample: str) -> None:
    assert mapping_beside(SAMPLES / f"{sample}.csv") == load_mapping(SAMPLES / f"{sample}.mapping.toml")


def test_without_one_there_is_none(tmp_path: Path) -> None:
    assert mapping_beside(tmp_path / "payout.csv") is None


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    place = tmp_path / "payout.mapping.toml"
    os.mkfifo(place)
    with pytest.raises(FileRefusedError, match="name a file"):
        mapping_beside(tmp_path / "payout.csv")
    place.unlink()
    place.mkdir()
    with pytest.raises(FileRefusedError, match="name a file"):
        mapping_beside(tmp_path / "payout.csv")
    place.rmdir()
    place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileRefusedError, match="there is no such file"):
        mapping_beside(tmp_path / "payout.csv")


def test_one_that_is_too_large_or_wrong_says_so(tmp_path: Path) -> None:
    place = tmp_path / "payout.mapping.toml"
    place.write_text("#" * (MAPPING_SIZE_LIMIT + 1), "utf-8")
    with pytest.raises(FileRefusedError, match="too large"):
        mapping_beside(tmp_path / "payout.csv")
    place.write_text('shape = "transfers"\n', "utf-8")
    with pytest.raises(FileRefusedError, match="amount_column"):
        mapping_beside(tmp_path / "payout.csv")
