"""The program finds its files in a wheel and in a checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from painmap.services.resources import PACKAGE, ResourceError, ResourceProblem, resources_root

CHECKOUT = Path(__file__).resolve().parents[2]


def test_a_checkout_reads_its_top_level_resources() -> None:
    assert resources_root() == CHECKOUT / "resources"
    assert CHECKOUT / "src" / "painmap" == PACKAGE


def test_an_installed_package_reads_the_resources_inside_it(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "painmap"
    (package / "resources" / "muscles").mkdir(parents=True)

    assert resources_root(package) == package / "resources"


def test_a_stray_folder_beside_an_installed_package_is_not_taken(tmp_path: Path) -> None:
    package = tmp_path / "lib" / "site-packages" / "painmap"
    package.mkdir(parents=True)
    (tmp_path / "lib" / "resources" / "muscles").mkdir(parents=True)

    with pytest.raises(ResourceError) as caught:
        resources_root(package)

    assert caught.value.problem is ResourceProblem.MISSING
    assert "Install painmap again" in str(caught.value)


@pytest.mark.heavy
def test_the_wheel_carries_every_resource(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", tmp_path, CHECKOUT],
        check=True,
    )
    wheel = next(tmp_path.glob("painmap-*.whl"))

    with zipfile.ZipFile(wheel) as archive:
        inside = {name.removeprefix("painmap/") for name in archive.namelist()}

    root = CHECKOUT / "resources"
    wanted = {f"resources/{p.relative_to(root).as_posix()}" for p in root.rglob("*") if p.is_file()}
    assert wanted <= inside
