"""What exports say of needle paths, without their voxels."""

import csv
import io
from datetime import UTC, datetime

from painmap.documents.visit_document import VisitDocument
from painmap.domain.anatomy import Level, Side
from painmap.domain.ids import new_id
from painmap.domain.injection import CtPlace, Landmark, LandmarkKind, PlannedSite
from painmap.domain.needle_plan import EntryBasis, PlannedPath, ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.domain.visit import Visit
from painmap.exchange.exporter import ExportContext
from painmap.exchange.exporters import sites_csv, visit_text
from painmap.services.catalogue import muscles
from painmap.services.needle_paths import facts_of
from tests.support import factories as make

ANCHOR = make.outline().anchor
TARGET = PatientPoint(-32, 60, -3)


def visit(entry: PatientPoint) -> Visit:
    site = PlannedSite(
        new_id(), "erector_spinae", Side.RIGHT, Level.L4, place=CtPlace(ANCHOR, TARGET)
    )
    path = PlannedPath(
        new_id(),
        site.id,
        ANCHOR,
        entry,
        ProcedurePosition.PRONE,
        EntryBasis.VERTICAL,
        ProcedurePosition.SUPINE,
        90,
    )
    tip = PatientPoint(0, 92, 5)
    landmark = Landmark(new_id(), LandmarkKind.SPINOUS_PROCESS, ANCHOR, tip, Level.L4)
    empty = Visit(new_id(), new_id(), datetime(2026, 9, 14, 9, tzinfo=UTC))
    return empty.changed(put=(site, path, landmark))


def test_the_facts_of_a_path_are_whole_millimetres_and_degrees() -> None:
    (facts,) = facts_of(visit(PatientPoint(-32, 101.3, -3))).values()

    assert (facts.depth_mm, facts.in_plane_degrees, facts.cranio_caudal_degrees) == (41, 0, 0)
    assert facts.words.startswith("41 mm deep on the supine CT")
    assert "32 mm RIGHT of the midline, 7.5 mm below the L4 spinous process" in facts.words


def test_across_slices_that_are_not_open_the_depth_is_coarse() -> None:
    (facts,) = facts_of(visit(PatientPoint(-32, 100, 17))).values()

    assert facts.depth_mm % 2.5 == 0
    assert facts.cranio_caudal_degrees == -27


def test_tables_and_text_carry_the_path_and_its_source() -> None:
    made = visit(PatientPoint(-32, 101, -3))
    context = ExportContext(
        VisitDocument(written_at=made.started, patient=make.patient(), visit=made),
        muscles(),
        paths=facts_of(made),
    )

    rows = csv.DictReader(io.StringIO(sites_csv.EXPORTER.write(context).decode("utf-8-sig")))
    (cells,) = rows
    assert (cells["depth_mm"], cells["in_plane_degrees"], cells["needle_mm"]) == ("41", "0", "90")
    assert cells["procedure_position"] == "prone"
    assert cells["depth_source"].startswith("on the supine CT")
    assert cells["place_words"].endswith("below the L4 spinous process")
    assert "needle 41 mm deep" in visit_text.EXPORTER.write(context).decode()
