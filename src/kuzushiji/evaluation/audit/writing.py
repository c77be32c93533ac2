"""The findings of an audit as files: a table for a spreadsheet and a page with pictures."""

from __future__ import annotations

import csv
from pathlib import Path

from kuzushiji._files import replacing
from kuzushiji.evaluation.audit.audit import COLUMNS, Audit


def write_csv(found: Audit, path: str | Path) -> None:
    """Writes the findings as UTF-8 CSV with a header line.

    Args:
        found: the audit.
        path: where to; folders are made.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with replacing(Path(path)) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(found.rows())


def write_page(found: Audit, path: str | Path) -> None:
    """Writes the findings as one self-contained HTML page with pictures.

    Args:
        found: the audit.
        path: where to; folders are made.
    """
    from kuzushiji.evaluation.audit.gallery import audit_page

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with replacing(Path(path)) as part:
        part.write_text(audit_page(found), encoding="utf-8")
