"""Small phantoms, made once each."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from painmap.domain.progress import run_to_end
from painmap.phantom import Phantom, PhantomOptions, make_phantom, tiny_options


@cache
def _made(options: PhantomOptions) -> Phantom:
    return run_to_end(make_phantom(options))


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Phantom]:
    """Give the tiny phantom with some options changed; the same one for the same options."""

    def make(**changes: object) -> Phantom:
        return _made(replace(tiny_options(), **changes))  # type: ignore[arg-type]  # as named

    return make
