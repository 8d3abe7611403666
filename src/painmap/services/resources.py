"""Where the files lie that the program reads at run time."""

from enum import StrEnum
from pathlib import Path

from painmap.domain.errors import PainmapError

PACKAGE = Path(__file__).resolve().parents[1]


class ResourceProblem(StrEnum):
    """What is wrong with the program's own files; the value is the sentence."""

    MISSING = "Files that belong to the program are missing."
    DAMAGED = "A file that belongs to the program cannot be read: {name}."


class ResourceError(PainmapError):
    """A file of the program is missing or damaged.

    Parameters
    ----------
    problem : ResourceProblem
    name : str
        Name of the file, without its folder.
    """

    def __init__(self, problem: ResourceProblem, *, name: str = "") -> None:
        super().__init__(problem.value.format(name=name), hint="Install painmap again.")
        self.problem = problem


def resources_root(package: Path = PACKAGE) -> Path:
    """Give the folder of resources: inside an installed package, else the checkout's.

    Parameters
    ----------
    package : Path
        Folder of the package `painmap`; another one only in tests.

    Raises
    ------
    ResourceError
        Neither is there.
    """
    inside = package / "resources"
    if (inside / "muscles").is_dir():
        return inside
    checkout = package.parents[1] / "resources" if len(package.parents) > 1 else inside
    if package.parent.name == "src" and (checkout / "muscles").is_dir():
        return checkout
    raise ResourceError(ResourceProblem.MISSING)
