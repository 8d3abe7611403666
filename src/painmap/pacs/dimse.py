"""A PACS over DIMSE: C-ECHO, C-FIND, C-GET and C-MOVE, one association per job."""

from collections.abc import Iterator
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom.presentation import PresentationContext, build_context

from painmap.domain.progress import Job
from painmap.pacs.archive import (
    MOST_STUDIES,
    Delivery,
    Finding,
    FoundSeries,
    FoundStudy,
    Keep,
    Order,
    Patience,
    StudyQuery,
    checked_uid,
)
from painmap.pacs.dimse_fetch import getting, moving
from painmap.pacs.dimse_link import FIND, VERIFICATION, Link, linked, require
from painmap.pacs.errand import Errand, running
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.pacs.matches import (
    SERIES_FIELDS,
    STUDY_FIELDS,
    query_fields,
    series_of,
    sop_uid_of,
    study_of,
    wanted_modality,
)
from painmap.pacs.node import Node, Retrieve
from painmap.pacs.storage import PLAIN

UTF8 = "ISO_IR 192"
_NOT_LISTING = (PacsProblem.QUERY, PacsProblem.NOT_OFFERED, PacsProblem.FAILED)
"""How a PACS answers that does not list single pictures."""


class DimseArchive:
    """A PACS over DIMSE; it holds no connection between jobs.

    Parameters
    ----------
    node : Node
    patience : Patience
        How long is waited for it.
    """

    def __init__(self, node: Node, patience: Patience | None = None) -> None:
        self._node = node
        self._patience = patience or Patience()

    def echo(self) -> Job[None]:
        return running(self._echo, "Asking the PACS")

    def find(self, query: StudyQuery) -> Job[Finding]:
        return running(lambda errand: self._find(errand, query), "Searching the PACS")

    def contents(self, study_uid: str, modality: str = "") -> Job[tuple[FoundSeries, ...]]:
        uid = checked_uid(study_uid)
        return running(lambda errand: self._contents(errand, uid, modality), "Listing the series")

    def fetch(self, order: Order, keep: Keep) -> Job[Delivery]:
        way = moving if self._node.retrieve is Retrieve.MOVE else getting
        return running(
            lambda errand: way(errand, self._node, self._patience, order, keep),
            "Fetching pictures",
        )

    # --- on the thread of the job

    def _echo(self, errand: Errand) -> None:
        offer = [build_context(VERIFICATION, [*PLAIN])]
        with linked(self._node, self._patience, errand, offer) as link:
            require(link.association, VERIFICATION)
            link.asking()
            link.check(link.association.send_c_echo())

    def _find(self, errand: Errand, query: StudyQuery) -> Finding:
        asked = _identifier("STUDY", STUDY_FIELDS, query_fields(query))
        found: list[FoundStudy] = []
        cut = False
        with linked(self._node, self._patience, errand, _find_contexts()) as link:
            require(link.association, FIND)
            for answer in _matches(link, asked):
                study = study_of(answer)
                if study is None:
                    continue
                if len(found) >= MOST_STUDIES:
                    if not cut:
                        link.association.send_c_cancel(1, query_model=FIND)
                    cut = True
                    continue
                found.append(study)
                errand.report(len(found), None, "Searching the PACS")
        return Finding(tuple(wanted_modality(found, query.modality)), cut)

    def _contents(self, errand: Errand, study_uid: str, modality: str) -> tuple[FoundSeries, ...]:
        asked = _identifier("SERIES", SERIES_FIELDS, {"StudyInstanceUID": study_uid})
        with linked(self._node, self._patience, errand, _find_contexts()) as link:
            require(link.association, FIND)
            listed = [series_of(answer) for answer in _matches(link, asked)]
            found = [each for each in listed if each is not None]
            if modality:
                found = [each for each in found if each.modality in ("", modality)]
            whole = []
            for number, series in enumerate(found):
                errand.report(number, len(found), "Listing the series")
                whole.append(_with_pictures(link, study_uid, series))
        return tuple(whole)


def _find_contexts() -> list[PresentationContext]:
    return [build_context(FIND, [*PLAIN])]


def _matches(link: Link, asked: Dataset) -> Iterator[Dataset]:
    """Give the answers of a C-FIND, one by one."""
    answers: Iterator[tuple[Dataset, Any]] = link.association.send_c_find(asked, FIND)
    while (answer := link.next_status(answers)) is not None:
        if answer[1] is not None:
            yield answer[1]


def _with_pictures(link: Link, study_uid: str, series: FoundSeries) -> FoundSeries:
    """Add the UIDs of a series' pictures, if the PACS lists them."""
    asked = _identifier(
        "IMAGE",
        ("SOPInstanceUID",),
        {"StudyInstanceUID": study_uid, "SeriesInstanceUID": series.series_uid},
    )
    uids: dict[str, None] = {}
    try:
        for answer in _matches(link, asked):
            if uid := sop_uid_of(answer):
                uids[uid] = None
    except PacsError as error:
        if error.problem not in _NOT_LISTING:
            raise
    return FoundSeries(
        series.series_uid, series.modality, series.description, series.count, tuple(uids)
    )


def _identifier(level: str, fields: tuple[str, ...], asked: dict[str, str]) -> Dataset:
    """Build what a C-FIND asks: empty fields are returned, filled ones matched."""
    identifier = Dataset()
    if not all(value.isascii() for value in asked.values()):
        identifier.SpecificCharacterSet = UTF8
    identifier.QueryRetrieveLevel = level
    for keyword in fields:
        setattr(identifier, keyword, None)
    for keyword, value in asked.items():
        setattr(identifier, keyword, value)
    return identifier
