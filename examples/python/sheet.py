"""A source of one's own: systems that somebody keeps in a sheet. `python sheet.py systems.csv` tells what it says.

Each line is a record and each page holds a few of them. A line that makes no sense is left to the core, which counts it, says where it stands,
and takes nothing away that an earlier reading found.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import twin


class Sheet(twin.Source):
    """Reads a CSV file of `id,name,team,needs`, a few lines to a page."""

    name = "sheet"
    capability = twin.Capability(
        reads=["Component", "DataStore", "ownedBy", "dependsOn"],
        cadence="1d",
        cannot_see=["systems that nobody wrote into the sheet"],
    )

    def __init__(self, path: Path, lines: int = 2) -> None:
        self.path = path
        self.lines = lines

    def scope(self, first: int) -> str:
        """What a page is complete about."""
        return f"{self.path.name}/{first}"

    def read(self, cursor: str | None, context: twin.SourceContext) -> twin.Page:
        context.check()
        with open(self.path, newline="") as file:
            rows = list(csv.DictReader(file))
        first = int(cursor or 0)
        if first >= len(rows):
            return twin.Page(self.listing(len(rows)), done=True)
        batch = twin.Batch.full(scope=self.scope(first))
        for place, row in enumerate(rows[first : first + self.lines], first + 2):
            component = batch.component(key=row["id"], name=row["name"], at=f"{self.path.name}:{place}")
            component.owned_by(team=row["team"])
            if row["needs"]:
                component.depends_on(row["needs"])
        return twin.Page(batch, cursor=str(first + self.lines), done=False)

    def listing(self, rows: int) -> twin.Batch:
        """Which pages there are: whatever an earlier reading found on others is gone."""
        return twin.Batch.listing([self.scope(first) for first in range(0, rows, self.lines)], scope=self.path.name)


if __name__ == "__main__":
    with twin.in_memory() as t:
        print(t.sync(Sheet(Path(sys.argv[1]))))
        for system in t.snapshot().find_all("", of="Component"):
            print(system["name"], [row["owner"]["name"] for row in t.snapshot().owners(system["id"])])
