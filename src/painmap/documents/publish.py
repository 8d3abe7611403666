"""``python -m painmap.documents.publish FOLDER`` writes the JSON Schema of the visit document."""

import json
import sys
from pathlib import Path

from painmap.documents.upgrades import VERSION
from painmap.documents.visit_document import json_schema


def publish(folder: Path) -> Path:
    """Write the schema of today's version into `folder`, and give its path."""
    path = folder / f"visit-{VERSION}.schema.json"
    text = json.dumps(json_schema(), ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    publish(Path(sys.argv[1]))
