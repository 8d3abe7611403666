"""Settings as a small text file of what differs from the defaults."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

FILE_NAME = "settings.json"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, its default, and the values it may have (empty: any)."""

    name: str
    default: str
    choices: tuple[str, ...] = ()


SETTINGS = (
    Setting("mode", "light", ("light", "dark")),
    Setting("purpose_read", "no", ("no", "yes")),
    Setting("pen_pressure", "width", ("width", "strength", "off")),
    Setting("pen_gamma", "0.7", ("0.4", "0.55", "0.7", "1", "1.5")),
    Setting("samples_endpoint", ""),  # empty: where the samples lie by nature
    Setting("overlay_levels", "no", ("no", "yes")),
    Setting("overlay_muscles", "no", ("no", "yes")),
    Setting("overlay_dermatomes", "no", ("no", "yes")),
    Setting("overlay_nerves", "no", ("no", "yes")),
    Setting("keep_studies", "reference", ("reference", "copy")),
)
"""Every setting that there is."""


class Settings:
    """Reads and writes the settings of one data folder; an unreadable file means defaults."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._known = {each.name: each for each in SETTINGS}
        self._overrides = dict(self._read())

    def _read(self) -> Mapping[str, str]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {name: value for name, value in found.items() if self._allowed(name, value)}

    def _allowed(self, name: object, value: object) -> bool:
        setting = self._known.get(str(name))
        return (
            setting is not None
            and isinstance(value, str)
            and (not setting.choices or value in setting.choices)
        )

    def __getitem__(self, name: str) -> str:
        return self._overrides.get(name, self._known[name].default)

    def __setitem__(self, name: str, value: str) -> None:
        """Change a setting and write the file beside and rename it.

        Raises
        ------
        ValueError
            There is no such setting, or it cannot have that value.
        OSError
            The file cannot be written.
        """
        if not self._allowed(name, value):
            raise ValueError(f"setting {name} cannot be {value!r}")
        # another part of the program may have changed another setting meanwhile
        self._overrides = {**self._read(), name: value}
        with NamedTemporaryFile(
            "w", dir=self._file.parent, suffix=".part", delete=False, encoding="utf-8"
        ) as part:
            json.dump(self._overrides, part, indent=1, sort_keys=True)
        Path(part.name).replace(self._file)
