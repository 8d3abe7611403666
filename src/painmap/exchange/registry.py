"""Finds the formats: every module of `exporters` has one ``EXPORTER``."""

import pkgutil
from functools import cache
from importlib import import_module

from painmap.exchange import exporters
from painmap.exchange.exporter import Exporter


@cache
def all_exporters() -> tuple[Exporter, ...]:
    """Every format, ordered by id.

    Raises
    ------
    RuntimeError
        None is found: a frozen program was built without its submodules.
    """
    names = [each.name for each in pkgutil.iter_modules(exporters.__path__)]
    found = [import_module(f"{exporters.__name__}.{name}").EXPORTER for name in names]
    if not found:
        raise RuntimeError("the program was built without its export formats")
    return tuple(sorted(found, key=lambda exporter: exporter.id))
