"""The released adult figure, read once."""

from pathlib import Path

import pytest

from painmap.bodymap.template import BodyTemplate, load_template

ADULT = Path(__file__).parents[2] / "resources" / "body_maps" / "adult"


@pytest.fixture(scope="session")
def adult() -> BodyTemplate:
    return load_template(ADULT)
