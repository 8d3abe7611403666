"""Everything of a visit as its JSON document, which imports back to the same visit."""

from painmap.documents.visit_document import dumps
from painmap.exchange.exporter import ExportContext, Exporter


def _write(context: ExportContext) -> bytes:
    return dumps(context.document).encode("utf-8")


EXPORTER = Exporter("visit-json", "Visit, everything (JSON)", "visit.json", _write)
