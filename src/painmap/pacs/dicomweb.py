"""A PACS over DICOMweb: QIDO to search, WADO to fetch, one HTTP session per job."""

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any, TypeVar

from dicomweb_client import DICOMwebClient
from pydicom.dataset import Dataset

from painmap.domain.progress import Job
from painmap.imaging.reading import quiet_pydicom
from painmap.pacs.archive import (
    MOST_STUDIES,
    Delivery,
    Finding,
    FoundSeries,
    FoundStudy,
    Keep,
    Order,
    Patience,
    Picture,
    StudyQuery,
    checked_uid,
    is_uid,
)
from painmap.pacs.errand import Errand, running
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.pacs.http_problems import asked
from painmap.pacs.http_session import session_for
from painmap.pacs.matches import (
    SERIES_FIELDS,
    STUDY_FIELDS,
    has_name,
    loose_pattern,
    query_fields,
    series_of,
    sop_uid_of,
    study_of,
    wanted_modality,
)
from painmap.pacs.node import Node

T = TypeVar("T")

# the library's helpers log addresses, and with them what was asked of whom
for _name in ("dicomweb_client", "retrying", "urllib3"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

AS_STORED = (("application/dicom", "*"),)
"""Pictures in the compression that the PACS holds them in: nothing is changed on the way."""

LABEL = "Fetching pictures"


class DicomwebArchive:
    """A PACS over DICOMweb; it holds no connection between jobs.

    Parameters
    ----------
    node : Node
    secret : str
        Password or token.
    patience : Patience
    """

    def __init__(self, node: Node, secret: str = "", patience: Patience | None = None) -> None:
        self._node = node
        self._secret = secret
        self._patience = patience or Patience()

    def echo(self) -> Job[None]:
        return running(self._echo, "Asking the PACS")

    def find(self, query: StudyQuery) -> Job[Finding]:
        return running(lambda errand: self._find(errand, query), "Searching the PACS")

    def contents(self, study_uid: str, modality: str = "") -> Job[tuple[FoundSeries, ...]]:
        uid = checked_uid(study_uid)
        return running(lambda errand: self._contents(errand, uid, modality), "Listing the series")

    def fetch(self, order: Order, keep: Keep) -> Job[Delivery]:
        return running(lambda errand: self._fetch(errand, order, keep), LABEL)

    # --- on the thread of the job

    @contextmanager
    def _client(self, errand: Errand) -> Iterator[DICOMwebClient]:
        session = session_for(self._node, self._secret, errand)
        client = DICOMwebClient(
            self._node.url.rstrip("/"),
            session=session,
            permissive_uid=True,
            timeout=(self._patience.connect, self._patience.answer),
        )
        client.set_http_retry_params(retry=False)
        try:
            yield client
        finally:
            session.close()

    def _echo(self, errand: Errand) -> None:
        with self._client(errand) as client:
            asked(errand, lambda: client.search_for_studies(limit=1))

    def _find(self, errand: Errand, query: StudyQuery) -> Finding:
        with self._client(errand) as client:
            wanted = query_fields(query)
            found = self._studies(errand, client, wanted)
            if not found and "PatientName" in wanted and not _is_plain(wanted["PatientName"]):
                # not every server decodes a caret, a space or an accent in an address
                wanted["PatientName"] = loose_pattern(query.family_name)
                loose = self._studies(errand, client, wanted)
                found = [study for study in loose if has_name(study, query)]
        kept = wanted_modality(found[:MOST_STUDIES], query.modality)
        return Finding(tuple(kept), cut=len(found) > MOST_STUDIES)

    def _studies(
        self, errand: Errand, client: DICOMwebClient, wanted: dict[str, str]
    ) -> list[FoundStudy]:
        answers = asked(
            errand,
            lambda: client.search_for_studies(
                search_filters=wanted, fields=list(STUDY_FIELDS), limit=MOST_STUDIES + 1
            ),
        )
        return [study for each in _datasets(answers) if (study := study_of(each)) is not None]

    def _contents(self, errand: Errand, study_uid: str, modality: str) -> tuple[FoundSeries, ...]:
        whole = []
        with self._client(errand) as client:
            answers = asked(
                errand,
                lambda: client.search_for_series(study_uid, fields=list(SERIES_FIELDS)),
            )
            found = [each for raw in _datasets(answers) if (each := series_of(raw)) is not None]
            if modality:
                found = [each for each in found if each.modality in ("", modality)]
            for number, series in enumerate(found):
                errand.report(number, len(found), "Listing the series")
                uids = self._pictures(errand, client, study_uid, series)
                whole.append(
                    FoundSeries(
                        series.series_uid, series.modality, series.description, series.count, uids
                    )
                )
        return tuple(whole)

    def _pictures(
        self, errand: Errand, client: DICOMwebClient, study_uid: str, series: FoundSeries
    ) -> tuple[str, ...]:
        """List a series' pictures page by page; a server may answer with fewer than asked."""
        uids: dict[str, None] = {}
        while True:
            offset = len(uids)
            answers = asked(
                errand,
                lambda offset=offset: client.search_for_instances(  # type: ignore[misc]  # a lambda's default
                    study_uid, series.series_uid, offset=offset or None
                ),
            )
            before = len(uids)
            uids.update((uid, None) for each in _datasets(answers) if (uid := sop_uid_of(each)))
            if len(uids) == before or len(uids) >= (series.count or 0):
                return tuple(uids)

    def _fetch(self, errand: Errand, order: Order, keep: Keep) -> Delivery:
        sent: dict[str, int] = {}
        failed = 0
        with self._client(errand) as client:
            for series_uid, sop_uids in order.series.items():
                for dataset in self._arriving(
                    errand, client, order.study_uid, series_uid, sop_uids
                ):
                    picture = None if dataset is None else _picture(dataset, order)
                    if picture is None:
                        failed += 1
                        continue
                    errand.check()
                    try:
                        keep(picture)
                    except OSError as error:
                        raise PacsError.of_disk(error) from error
                    sent[picture.series_uid] = sent.get(picture.series_uid, 0) + 1
                    errand.report(sum(sent.values()), order.count, LABEL)
        return Delivery(failed, sent)

    def _arriving(
        self,
        errand: Errand,
        client: DICOMwebClient,
        study_uid: str,
        series_uid: str,
        sop_uids: tuple[str, ...],
    ) -> Iterator[Dataset | None]:
        """Give pictures as they come; None for one that the PACS no longer has.

        One by one on a connection that stays open: a stream of a whole series that is cut
        short looks to the library like one that has ended.
        """
        if not sop_uids:
            sop_uids = self._pictures(errand, client, study_uid, FoundSeries(series_uid))
        for sop_uid in sop_uids:
            try:
                yield asked(
                    errand,
                    lambda sop_uid=sop_uid: client.retrieve_instance(  # type: ignore[misc]  # a lambda's default
                        study_uid, series_uid, sop_uid, media_types=AS_STORED
                    ),
                )
            except PacsError as error:
                if error.problem is not PacsProblem.NOTHING_THERE:
                    raise
                yield None


def _is_plain(pattern: str) -> bool:
    return all(sign.isascii() and (sign.isalnum() or sign == "*") for sign in pattern)


def _datasets(answers: list[dict[str, Any]]) -> list[Dataset]:
    """Read DICOM JSON; what cannot be read is left out.

    Raises
    ------
    PacsError
        Nothing of it can be read.
    """
    found: list[Dataset] = []
    with quiet_pydicom():
        for each in answers:
            with suppress(Exception):  # it raises whatever the values provoke
                found.append(Dataset.from_json(json.dumps(each)))
    if answers and not found:
        raise PacsError(PacsProblem.GARBAGE)
    return found


def _picture(dataset: Dataset, order: Order) -> Picture | None:
    """Give what arrived as a file, if it is what was ordered."""
    with quiet_pydicom(), warnings.catch_warnings():
        try:
            study = str(dataset.get("StudyInstanceUID", ""))
            series = str(dataset.get("SeriesInstanceUID", ""))
            sop = str(dataset.get("SOPInstanceUID", ""))
            if study != order.study_uid or series not in order.series or not is_uid(sop):
                return None
            stream = BytesIO()
            dataset.save_as(stream, enforce_file_format=True)
        except Exception:  # noqa: BLE001 - what cannot be read or written is a failed picture
            return None
    return Picture(series, sop, stream.getvalue())
