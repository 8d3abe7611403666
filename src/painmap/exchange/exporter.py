"""What a format is: a name and a pure function from the visit to the bytes of one file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.instruments_data import Instruments
from painmap.bodymap.overlays import Overlay, OverlayFacts, Overlays
from painmap.documents.visit_document import VisitDocument
from painmap.domain.anatomy import Muscle
from painmap.domain.patient import Patient
from painmap.domain.places import TemplateRef
from painmap.domain.visit import Visit
from painmap.imaging.muscle_rows import MuscleRow


class OutlineMeasures(Protocol):
    """What was measured inside an outline; None where there is nothing to measure.

    Exporters know no volumes, so that the numbers are handed in.
    """

    @property
    def area_mm2(self) -> float: ...
    @property
    def mean_hu(self) -> float | None: ...
    @property
    def sd_hu(self) -> float | None: ...
    @property
    def fat_share(self) -> float | None: ...


class PathWords(Protocol):
    """What is said of the needle path of a site: whole millimetres and degrees, and words."""

    @property
    def depth_mm(self) -> float: ...
    @property
    def in_plane_degrees(self) -> int: ...
    @property
    def cranio_caudal_degrees(self) -> int: ...
    @property
    def position(self) -> str: ...
    @property
    def basis(self) -> str: ...
    @property
    def needle_mm(self) -> int | None: ...
    @property
    def source(self) -> str: ...
    @property
    def place_words(self) -> str: ...
    @property
    def words(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ExportContext:
    """Everything that an exporter may write of.

    Parameters
    ----------
    document : VisitDocument
    muscles : mapping of str to Muscle
        The catalogue, by id.
    measures : mapping of UUID to OutlineMeasures
        By outline; an outline may be missing, as when its CT is not at hand.
    templates : mapping of TemplateRef to BodyTemplate
        The figures that marks were drawn on, as far as they are at hand.
    instruments : Instruments or None
        The tables of the instruments.
    overlays : mapping of TemplateRef to Overlays
        What may be laid over the figures.
    shown : frozenset of Overlay
        What of it is switched on; empty: nothing is laid over.
    facts : OverlayFacts or None
        The words that belong to it.
    muscle_rows : tuple of MuscleRow
        What was measured in muscles whose CT is at hand.
    paths : mapping of UUID to PathWords
        By planned site; only sites with a needle path.
    """

    document: VisitDocument
    muscles: Mapping[str, Muscle]
    measures: Mapping[UUID, OutlineMeasures] = field(default_factory=dict)
    templates: Mapping[TemplateRef, BodyTemplate] = field(default_factory=dict)
    instruments: Instruments | None = None
    overlays: Mapping[TemplateRef, Overlays] = field(default_factory=dict)
    shown: frozenset[Overlay] = frozenset()
    facts: OverlayFacts | None = None
    muscle_rows: tuple[MuscleRow, ...] = ()
    paths: Mapping[UUID, PathWords] = field(default_factory=dict)

    @property
    def visit(self) -> Visit:
        return self.document.visit

    @property
    def patient(self) -> Patient:
        return self.document.patient


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format.

    Parameters
    ----------
    id : str
        Never changes ("pain-csv").
    name : str
        For people ("Pain sites, table").
    file_name : str
        Of the file in the export's folder; never the patient's name.
    write : callable
        Gives the file's content.
    """

    id: str
    name: str
    file_name: str
    write: Callable[[ExportContext], bytes]

    @property
    def suffix(self) -> str:
        """The end of the file's name, with its dot."""
        return self.file_name[self.file_name.rindex(".") :]
