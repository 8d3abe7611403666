"""The visit as plain sentences in a text file."""

from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.plain_text import visit_text


def _write(context: ExportContext) -> bytes:
    paths = {key: path.words for key, path in context.paths.items()}
    return visit_text(context.patient, context.visit, context.muscles, paths).encode("utf-8")


EXPORTER = Exporter("visit-text", "Visit in sentences (text)", "visit.txt", _write)
