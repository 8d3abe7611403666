"""The catalogue: muscles by indication, instruments, and where the body figures lie."""

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from painmap.bodymap.errors import TemplateError
from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.instruments_data import Instruments
from painmap.bodymap.instruments_reading import load_instruments
from painmap.bodymap.overlays import OverlayFacts, Overlays, load_facts, load_overlays
from painmap.bodymap.surface import SurfaceMap
from painmap.bodymap.template import load_surface, load_template
from painmap.domain.anatomy import Code, Indication, Level, Muscle, Side
from painmap.domain.places import TemplateRef
from painmap.domain.visit import Visit
from painmap.services.resources import ResourceError, ResourceProblem, resources_root


@dataclass(frozen=True, slots=True)
class _Entry:
    """A muscle with its place in the list of each indication."""

    muscle: Muscle
    places: Mapping[Indication, int]


class Muscles(Mapping[str, Muscle]):
    """All muscles by id, in the order in which a doctor looks for them.

    Parameters
    ----------
    entries : iterable of _Entry
        Ids may occur once only.
    """

    def __init__(self, entries: Iterable[_Entry]) -> None:
        listed = tuple(entries)
        self._groups = {
            indication: tuple(
                entry.muscle
                for entry in sorted(
                    (each for each in listed if indication in each.places),
                    key=lambda each: (each.places[indication], each.muscle.id),
                )
            )
            for indication in Indication
        }
        self._by_id = {muscle.id: muscle for group in self._groups.values() for muscle in group}
        if len(self._by_id) != len(listed):
            raise ValueError("a muscle occurs twice or has no indication")

    def __getitem__(self, key: str) -> Muscle:
        return self._by_id[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def groups(self) -> Mapping[Indication, tuple[Muscle, ...]]:
        """Muscles by indication, the most used first; a muscle may stand in several groups."""
        return MappingProxyType(self._groups)

    def search(self, letters: str, *, within: Indication | None = None) -> tuple[Muscle, ...]:
        """Find muscles by letters of their names.

        Every word of `letters` must begin a word of the English or Latin name, or be the
        initials of a name ("ql" for quadratus lumborum). Names that begin with the letters
        come first, else the catalogue's order holds.
        """
        wanted = _folded(letters).split()
        pool = self.values() if within is None else self._groups[within]
        found = [muscle for muscle in pool if _matches(muscle, wanted)]
        start = " ".join(wanted)
        return tuple(sorted(found, key=lambda muscle: not muscle.name.startswith(start)))


def _folded(text: str) -> str:
    """Lower case without accents, punctuation as spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))


def _matches(muscle: Muscle, wanted: list[str]) -> bool:
    names = [_folded(muscle.name).split(), _folded(muscle.latin).split()]
    words = [word for name in names for word in name]
    initials = "".join(word[0] for word in names[0])
    return all(any(word.startswith(part) for word in words) or part == initials for part in wanted)


def _code(table: Mapping[str, Any]) -> Code:
    side = table.get("side")
    return Code(
        scheme=table["scheme"],
        value=table["value"],
        meaning=table["meaning"],
        source=table["source"],
        side=Side(side) if side is not None else None,
        of_group=table.get("of_group", False),
    )


def _entry(path: Path) -> _Entry:
    """Read one muscle.

    Raises
    ------
    ResourceError
        The file is not as it should be.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        places = {Indication(key): int(place) for key, place in table["indications"].items()}
        muscle = Muscle(
            id=table["id"],
            name=table["name"],
            latin=table["latin"],
            region=table["region"],
            indications=tuple(each for each in Indication if each in places),
            levels=tuple(Level(level) for level in table["levels"]),
            sided=table["sided"],
            codes=tuple(_code(each) for each in table.get("codes", ())),
            sources=tuple(table["sources"]),
        )
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise ResourceError(ResourceProblem.DAMAGED, name=path.name) from error
    if muscle.id != path.stem or not places:
        raise ResourceError(ResourceProblem.DAMAGED, name=path.name)
    return _Entry(muscle, MappingProxyType(places))


def load_muscles(folder: Path | None = None) -> Muscles:
    """Read every muscle of `folder`, by default the program's own.

    Raises
    ------
    ResourceError
        There are none, or one cannot be read.
    """
    where = folder if folder is not None else resources_root() / "muscles"
    files = sorted(where.glob("*.toml"))
    if not files:
        raise ResourceError(ResourceProblem.MISSING)
    return Muscles(_entry(path) for path in files)


@cache
def muscles() -> Muscles:
    """Give the program's muscles, read once."""
    return load_muscles()


EARLIER = "earlier"
"""Folder of the body figures of earlier versions, by "<id>-<version>": marks stay on them."""


def body_map_folder(figure: str = "adult") -> Path:
    """Give the folder of a body figure, for `bodymap.template.load_template`.

    Raises
    ------
    ResourceError
        It is not there.
    """
    folder = resources_root() / "body_maps" / figure
    if not folder.is_dir():
        raise ResourceError(ResourceProblem.DAMAGED, name=f"body_maps/{figure}")
    return folder


@cache
def instruments() -> Instruments:
    """Give the tables of the instruments, read once.

    Raises
    ------
    InstrumentError
        One is missing or damaged.
    """
    return load_instruments(resources_root() / "instruments")


@cache
def body_map(map_id: str) -> BodyTemplate:
    """Give a body figure by its id, or an earlier one by "earlier/<id>-<version>"; read once.

    Raises
    ------
    TemplateError
        It is missing, or was changed.
    """
    return load_template(body_map_folder(map_id))


@cache
def body_surface(map_id: str) -> SurfaceMap | None:
    """Give the surface of a body figure, read once; None for a figure that has none.

    Raises
    ------
    TemplateError
        It was changed.
    """
    return load_surface(body_map_folder(map_id))


@cache
def body_overlays(map_id: str) -> Overlays:
    """Give what may be laid over a body figure, read once.

    Raises
    ------
    TemplateError
        It is damaged.
    """
    return load_overlays(body_map_folder(map_id))


@cache
def overlay_facts() -> OverlayFacts:
    """Give the words and sources of the overlays, read once.

    Raises
    ------
    TemplateError
        They are missing or damaged.
    """
    return load_facts(resources_root() / "overlays")


def overlays_of(ref: TemplateRef) -> Overlays:
    """Give the overlays of a figure; none for one that has none or is not at hand."""
    map_id = map_id_of(ref)
    return body_overlays(map_id) if map_id is not None else Overlays()


def map_id_of(ref: TemplateRef) -> str | None:
    """Where the very figure of `ref` lies: today's, or an earlier version; None: not at hand."""
    if not ref.id.isidentifier():  # it comes from a file
        return None
    for map_id in (ref.id, f"{EARLIER}/{ref.id}-{ref.version}"):
        try:
            if body_map(map_id).ref == ref:
                return map_id
        except (TemplateError, ResourceError):  # an older or other program's figure
            continue
    return None


def surfaces_of(figures: Iterable[TemplateRef]) -> Mapping[TemplateRef, SurfaceMap]:
    """Give the surfaces of figures from `figures_of`, of those that have one."""
    places = {ref: map_id_of(ref) for ref in figures}
    found = {ref: body_surface(map_id) for ref, map_id in places.items() if map_id is not None}
    return {ref: surface for ref, surface in found.items() if surface is not None}


def figures_of(visit: Visit) -> Mapping[TemplateRef, BodyTemplate]:
    """Give the figures that a visit was drawn on; those that are not at hand are left out.

    A visit on which nothing was drawn has the adult figure, so that its picture is not empty.
    """
    drawn = {mark.template for mark in visit.marks}
    drawn |= {tick.template for tick in visit.pain_free}
    if not drawn:
        adult = body_map("adult")
        return {adult.ref: adult}
    ordered = sorted(drawn, key=lambda ref: (ref.id, ref.version))
    places = {ref: map_id_of(ref) for ref in ordered}
    return {ref: body_map(map_id) for ref, map_id in places.items() if map_id is not None}
