"""A source that tells changes: each line of a file is one, and the cursor is how far it was read. `python feed.py changes.jsonl` tells what it says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import twin


class Feed(twin.Source):
    """Reads a file of `{"id": …, "name": …}` and `{"id": …, "gone": true}`, from where it last stopped."""

    name = "feed"
    capability = twin.Capability(reads=["Component"], mode="delta", cadence="15min")

    def __init__(self, path: Path, lines: int = 2) -> None:
        self.path = path
        self.lines = lines

    def read(self, cursor: str | None, context: twin.SourceContext) -> twin.Page:
        written = self.path.read_text().splitlines()
        first = int(cursor or 0)
        last = min(first + self.lines, len(written))
        batch = twin.Batch.delta(scope=self.path.name)
        for place, line in enumerate(written[first:last], first + 1):
            change = json.loads(line)
            if change.get("gone"):
                batch.gone("Component", change["id"])
            else:
                batch.component(key=change["id"], name=change["name"], at=f"{self.path.name}:{place}")
        return twin.Page(batch, cursor=str(last), done=last >= len(written))


if __name__ == "__main__":
    with twin.in_memory() as t:
        print(t.sync(Feed(Path(sys.argv[1]))))
        print([system["name"] for system in t.snapshot().find_all("", of="Component")])
