"""Everything that is shipped has its licence and its wheels written down, and none is GPL alone."""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def shipped() -> Iterator[metadata.Distribution]:
    """painmap's requirements on this system, and what they require in turn."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting, seen = list(project["dependencies"]), set[str]()
    while waiting:
        asked = Requirement(waiting.pop())
        name = plain(asked.name)
        if name in seen or (asked.marker and not asked.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        found = metadata.distribution(name)
        waiting += found.requires or []
        yield found


def rows() -> dict[str, list[str]]:
    lines = [line.strip("|").split("|") for line in TABLE.splitlines() if line.startswith("| ")]
    return {plain(cells[0].strip()): [cell.strip() for cell in cells[1:]] for cells in lines}


def test_every_shipped_package_has_a_row() -> None:
    missing = {plain(each.name) for each in shipped()} - rows().keys()

    assert not missing


def test_no_licence_is_the_gpl_alone() -> None:
    for name, (_, licence, *_) in rows().items():
        assert not re.search(r"(?<!L)(?<!Lesser )\bA?GPL", licence), name


@pytest.mark.parametrize("package", sorted(plain(each.name) for each in shipped()))
def test_what_packages_say_of_themselves_is_no_gpl(package: str) -> None:
    about = metadata.metadata(package)
    said = [about.get("License-Expression") or "", *(about.get_all("Classifier") or [])]
    named = [each for each in said if "GPL" in each or "General Public" in each]

    # of several licences one can be chosen
    assert all("LGPL" in each or "Lesser" in each for each in named), named
