"""The instruments as a wide table: one line a visit, 0 or 1 for every area.

What the patient shows is counted. A proposal that the doctor has not decided is 0 and is listed
in a column of its own, so that a guess never stands as an answer. So is a list of segments that was
imported, in the numbering of this program and as it was read.
"""

from painmap.bodymap.instruments import AreaScore, Scores, score
from painmap.bodymap.instruments_regions import marked_regions
from painmap.domain.pain import AuthorLayer
from painmap.exchange.csv_table import Cell, table
from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.site_columns import visit_cells


def _area_cells(scored: AreaScore) -> dict[str, Cell]:
    name = scored.instrument.id
    return {
        f"{name}_areas": scored.count,
        f"{name}_to_confirm": "; ".join(each.area.id for each in scored.waiting),
        **{f"{name}_{area}": marked for area, marked in scored.columns().items()},
    }


def _list_cells(scored: AreaScore) -> dict[str, Cell]:
    """The list that was imported: what the patient ticked, whatever was drawn since."""
    name = scored.instrument.id
    return {f"{name}_list": "; ".join(scored.listed), f"{name}_list_read": scored.list_read}


def _yes_no(value: bool | None) -> Cell:
    return None if value is None else int(value)


def _cells(scores: Scores) -> dict[str, Cell]:
    return {
        **_area_cells(scores.wpi),
        "generalized_regions": scores.generalized.count,
        "generalized_pain": _yes_no(scores.generalized.reached),
        "sss": scores.sss.total,
        "criteria_2016": scores.acr2016.sentence(),
        **_list_cells(scores.choir),
        **_area_cells(scores.choir),
        **_area_cells(scores.mbm),
    }


def _write(context: ExportContext) -> bytes:
    cells = {**visit_cells(context.visit), "layer": AuthorLayer.PATIENT.value}
    if context.instruments is not None:
        regions = marked_regions(context.visit, AuthorLayer.PATIENT, context.templates)
        cells |= _cells(score(context.instruments, regions, context.visit.answers))
    return table(cells, [cells])


EXPORTER = Exporter("pain-wide-csv", "Instruments, 0 or 1 (table)", "instruments.csv", _write)
