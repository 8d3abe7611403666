"""Pictures over DIMSE: on the same connection by C-GET, or sent to our receiver by C-MOVE."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE, evt
from pynetdicom.presentation import build_context

from painmap.imaging.reading import quiet_pydicom
from painmap.pacs.archive import Delivery, Keep, Order, Patience, Picture, is_uid
from painmap.pacs.dimse_link import GET, MOVE, VERIFICATION, Handler, Link, linked, require
from painmap.pacs.errand import Errand, Stopped
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.pacs.node import Node
from painmap.pacs.storage import PLAIN, SYNTAXES, get_contexts, get_roles, receiver_contexts

AT_ONCE = 64
"""Pictures asked for by one list of UIDs; some archives refuse longer ones."""

GIVE_UP_AFTER = 3
"""So many pictures in a row that cannot be had are a failure of the PACS, not of pictures."""

_OF_ONE_PICTURE = (
    PacsProblem.FAILED,
    PacsProblem.NOT_SENT,
    PacsProblem.QUERY,
    PacsProblem.NOTHING_THERE,
)

LABEL = "Fetching pictures"

_TAKEN, _NOT_OURS, _NO_ROOM = 0x0000, 0x0124, 0xA700

LISTEN_AGAIN_S = 0.05
SETTLE_S = 2.0
"""After a C-MOVE has ended its last pictures may still be on the way for so long."""


class _Intake:
    """Takes what arrives: only what was ordered, and nothing after a stop."""

    def __init__(self, errand: Errand, order: Order, keep: Keep) -> None:
        self._errand, self._order, self._keep = errand, order, keep
        self._lock = threading.Lock()
        self.arrived: dict[str, int] = {}
        self.failure: OSError | None = None

    @property
    def count(self) -> int:
        return sum(self.arrived.values())

    def take(self, event: Any) -> int:
        """Put one picture away; give the DIMSE status of that."""
        with self._lock:
            if self._errand.is_stopped or self.failure is not None:
                return _NO_ROOM
            study, series, sop = _uids_of(event)
            if study != self._order.study_uid or not is_uid(series) or not is_uid(sop):
                return _NOT_OURS
            if series not in self._order.series:
                return _NOT_OURS
            try:
                self._keep(Picture(series, sop, event.encoded_dataset()))
            except OSError as error:
                self.failure = error
                return _NO_ROOM
            self.arrived[series] = self.arrived.get(series, 0) + 1
            try:
                self._errand.report(self.count, self._order.count, LABEL)
            except Stopped:
                return _NO_ROOM
            return _TAKEN

    def check(self) -> None:
        """See that what arrived could be kept.

        Raises
        ------
        PacsError
        """
        if self.failure is not None:
            raise PacsError.of_disk(self.failure) from self.failure


def getting(errand: Errand, node: Node, patience: Patience, order: Order, keep: Keep) -> Delivery:
    """Fetch by C-GET."""
    intake = _Intake(errand, order, keep)
    offer = [build_context(GET, [*PLAIN]), *get_contexts()]
    failed = 0
    with linked(
        node,
        patience,
        errand,
        offer,
        roles=list(get_roles()),
        handlers=[(evt.EVT_C_STORE, intake.take)],
    ) as link:
        require(link.association, GET)

        def get(identifier: Dataset) -> int:
            return _follow(link, link.association.send_c_get(identifier, GET), intake)

        for identifier in _identifiers(order):
            failed += _bit_by_bit(identifier, get)
    return Delivery(failed, dict(intake.arrived))


def moving(errand: Errand, node: Node, patience: Patience, order: Order, keep: Keep) -> Delivery:
    """Fetch by C-MOVE to our own receiver, which listens only as long as this lasts."""
    intake = _Intake(errand, order, keep)
    failed = completed = 0
    with (
        _receiving(node, intake, errand) as server,
        linked(node, patience, errand, [build_context(MOVE, [*PLAIN])]) as link,
    ):
        require(link.association, MOVE)

        def move(identifier: Dataset) -> int:
            before = intake.count
            answers = link.association.send_c_move(identifier, node.own_ae_title, MOVE)
            lost = _follow(link, answers, intake)
            _settle(server, intake, before + link.completed, errand)
            return lost

        for identifier in _identifiers(order):
            failed += _bit_by_bit(identifier, move)
            completed += link.completed
        intake.check()
        if completed and not intake.count:
            raise PacsError(PacsProblem.NOTHING_ARRIVED)
    return Delivery(failed, dict(intake.arrived))


def _identifiers(order: Order) -> Iterator[Dataset]:
    """Give what to ask one after another: whole series, or lists of pictures."""
    for series_uid, sop_uids in order.series.items():
        if not sop_uids:
            yield _identifier("SERIES", order.study_uid, series_uid)
        for first in range(0, len(sop_uids), AT_ONCE):
            asked = _identifier("IMAGE", order.study_uid, series_uid)
            asked.SOPInstanceUID = list(sop_uids[first : first + AT_ONCE])
            yield asked


def _identifier(level: str, study_uid: str, series_uid: str) -> Dataset:
    asked = Dataset()
    asked.QueryRetrieveLevel = level
    asked.StudyInstanceUID = study_uid
    asked.SeriesInstanceUID = series_uid
    return asked


def _bit_by_bit(asked: Dataset, retrieve: Callable[[Dataset], int]) -> int:
    """Retrieve a list of pictures; one by one where the list as a whole is refused.

    A picture that is gone makes some archives refuse the list it stands in.
    """
    value = asked.get("SOPInstanceUID", [])
    uids = [value] if isinstance(value, str) else list(value)
    try:
        return retrieve(asked)
    except PacsError as error:
        if len(uids) < 2 or error.problem not in _OF_ONE_PICTURE:
            raise
    failed = in_a_row = 0
    for uid in uids:
        one = Dataset()
        one.update(asked)
        one.SOPInstanceUID = uid
        try:
            failed += retrieve(one)
            in_a_row = 0
        except PacsError as error:
            failed, in_a_row = failed + 1, in_a_row + 1
            if in_a_row >= GIVE_UP_AFTER or error.problem not in _OF_ONE_PICTURE:
                raise
    return failed


def _follow(link: Link, answers: Iterator[tuple[Dataset, Any]], intake: _Intake) -> int:
    """Follow a retrieve to its end; give how many pictures could not be sent."""
    failed = link.completed = 0
    while True:
        try:
            answer = link.next_status(answers)
        except PacsError:
            # the disk is full here: what the PACS then says is only an echo of that
            intake.check()
            raise
        intake.check()
        if answer is None:
            return failed
        failed = int(answer[0].get("NumberOfFailedSuboperations") or 0)
        warned = int(answer[0].get("NumberOfWarningSuboperations") or 0)
        link.completed = int(answer[0].get("NumberOfCompletedSuboperations") or 0) + warned


@contextmanager
def _receiving(node: Node, intake: _Intake, errand: Errand) -> Iterator[AE]:
    """Listen for pictures, under our own AE title only."""
    entity = AE(ae_title=node.own_ae_title)
    entity.require_called_aet = True
    entity.network_timeout = entity.dimse_timeout = 30
    for context in receiver_contexts():
        entity.add_supported_context(UID(str(context.abstract_syntax)), [*SYNTAXES])
    entity.add_supported_context(VERIFICATION, [*PLAIN])
    handlers: list[Handler] = [
        (evt.EVT_C_STORE, intake.take),
        (evt.EVT_CONN_OPEN, partial(_hold, errand)),
    ]
    _listen(entity, node, handlers, errand)
    try:
        yield entity
    finally:
        entity.shutdown()


def _listen(entity: AE, node: Node, handlers: list[Handler], errand: Errand) -> None:
    """Start to listen; a fetch that was just cancelled may need a moment to free the port.

    Raises
    ------
    PacsError
        Something else listens there.
    """
    ends = time.monotonic() + SETTLE_S
    while True:
        try:
            entity.start_server(
                (node.receiver_host, node.receiver_port), block=False, evt_handlers=handlers
            )
        except OSError as error:
            errand.check()
            if time.monotonic() > ends:
                raise PacsError(PacsProblem.PORT_TAKEN, str(node.receiver_port)) from error
            time.sleep(LISTEN_AGAIN_S)
        else:
            return


def _hold(errand: Errand, event: Any) -> None:
    errand.hold(event.assoc.dul.socket.socket)


def _settle(server: AE, intake: _Intake, expected: int, errand: Errand) -> None:
    """Wait for pictures that are still on the way after the last answer."""
    ends = time.monotonic() + SETTLE_S
    while intake.count < expected and time.monotonic() < ends:
        errand.check()
        intake.check()
        time.sleep(0.02)
        if server.active_associations:
            ends = max(ends, time.monotonic() + 0.1)


def _uids_of(event: Any) -> tuple[str, str, str]:
    """Study, series and picture of what arrives; read from the data set itself."""
    with quiet_pydicom():
        try:
            dataset = event.dataset
            return (
                str(dataset.get("StudyInstanceUID", "")),
                str(dataset.get("SeriesInstanceUID", "")),
                str(dataset.get("SOPInstanceUID", "")),
            )
        except Exception:  # noqa: BLE001 - what cannot be read is refused, whatever it raises
            return "", "", ""
