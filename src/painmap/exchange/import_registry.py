"""Finds the formats of label maps: every module of `importers` has one ``IMPORTER``."""

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

from painmap.exchange import importers
from painmap.exchange.importer import Importer


@cache
def all_importers() -> tuple[Importer, ...]:
    """Every format, ordered by id.

    Raises
    ------
    RuntimeError
        None is found: a frozen program was built without its submodules.
    """
    names = [each.name for each in pkgutil.iter_modules(importers.__path__)]
    found = [import_module(f"{importers.__name__}.{name}").IMPORTER for name in names]
    if not found:
        raise RuntimeError("the program was built without its formats of label maps")
    return tuple(sorted(found, key=lambda importer: importer.id))


def importer_of(path: Path) -> Importer | None:
    """The format of a file; None when it is no label map."""
    return next((each for each in all_importers() if each.recognises(path)), None)
