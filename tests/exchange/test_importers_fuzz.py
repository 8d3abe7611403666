"""Spoiled label maps end with a sentence, never with anything else."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from painmap.domain.errors import PainmapError
from painmap.domain.progress import run_to_end
from painmap.exchange.import_registry import all_importers
from painmap.exchange.importer import LabelFile
from painmap.exchange.label_tables import names_in, names_in_xml
from painmap.imaging.label_fit import fit_of
from painmap.imaging.label_map import LabelMap
from painmap.imaging.stack import Stack
from tests.imaging.helpers import only_stack
from tests.support.ct import write_series
from tests.support.label_maps import (
    blobs,
    disjoint,
    placed,
    write_nifti_labels,
    write_rtstruct,
    write_seg,
    xyz_affine,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spoiled")


@pytest.fixture(scope="module")
def stack(folder: Path) -> Stack:
    write_series(folder / "ct", count=3, rows=5, columns=6)
    return only_stack(folder / "ct")


@pytest.fixture(scope="module")
def originals(folder: Path, stack: Stack) -> dict[str, bytes]:
    masks = disjoint(blobs(stack.shape, ("one_left", "one_right")))
    numbered = np.zeros(stack.shape, dtype=np.uint8)
    for number, mask in enumerate(masks.values(), 1):
        numbered[mask] = number
    paths = {
        "seg": write_seg(folder / "seg", stack, masks),
        "labelmap": write_seg(folder / "labelmap", stack, masks, kind="LABELMAP"),
        "packed": write_seg(folder / "packed", stack, masks, kind="FRACTIONAL", packed=True),
        "rtstruct": write_rtstruct(folder / "rtstruct", stack, masks),
        "nifti": write_nifti_labels(folder / "m.nii", numbered, xyz_affine(stack)),
        "gzip": write_nifti_labels(folder / "m.nii.gz", numbered, xyz_affine(stack)),
        "nifti2": write_nifti_labels(folder / "2.nii", numbered, xyz_affine(stack), second=True),
    }
    return {name: path.read_bytes() for name, path in paths.items()}


def spoiled(content: bytes, seed: int) -> bytes:
    """Change some bytes, most of them in the header, and perhaps cut the end off."""
    chance = Random(seed)
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        end = chance.choice((min(600, len(changed)), len(changed)))
        changed[chance.randrange(end)] = chance.randrange(256)
    if chance.random() < 0.5:
        return bytes(changed[: chance.randint(0, len(changed))])
    return bytes(changed)


def outcomes(path: Path, stack: Stack) -> Iterator[LabelMap]:
    """What every importer makes of a file, whether it knows it or not."""
    for importer in all_importers():
        importer.recognises(path)
        with suppress(PainmapError):
            yield run_to_end(importer.read(LabelFile(path), stack))


@pytest.mark.parametrize(
    "name", ["seg", "labelmap", "packed", "rtstruct", "nifti", "gzip", "nifti2"]
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_spoiled_file_gives_a_label_map_or_a_sentence(
    name: str, folder: Path, stack: Stack, originals: dict[str, bytes], seed: int
) -> None:
    path = folder / "spoiled"
    path.write_bytes(spoiled(originals[name], seed))

    for label_map in outcomes(path, stack):
        with suppress(PainmapError):
            fit_of(label_map, stack)
            placed(label_map, stack)
            placed(label_map, stack, nearest=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=200), suffix=st.sampled_from((".json", ".csv", ".txt", ".ctbl")))
def test_any_text_is_a_table_of_names_or_refused(folder: Path, words: str, suffix: str) -> None:
    path = folder / f"table{suffix}"
    path.write_text(words, encoding="utf-8")

    with suppress(PainmapError):
        found = names_in(path)
        assert found
        assert all(number > 0 and name.strip() for number, name in found.items())


@given(content=st.binary(max_size=200))
def test_any_bytes_of_a_header_extension_are_names_or_none(content: bytes) -> None:
    assert names_in_xml(content) == {}


def test_a_header_extension_cannot_grow_beyond_bounds() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "aaaa"><!ENTITY y "&x;&x;">]><a><Label Key="1">&y;</Label></a>'

    assert names_in_xml(bomb) == {}
