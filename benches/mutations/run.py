"""Drops one part of `identity::resolve` after the other, and says whether a test notices it, or what it is worth.

usage: run.py tests             tries each line of resolve.txt on the tests of the resolver, and lists those that no test notices
       run.py ablation DATA...  scores without each part, on folders with records.jsonl and labels.jsonl (`estates` writes such)

A copy of the sources is changed, so that all mutations lie in one program, each behind a switch: it is built once, and the variable
MUTATION says which one is tried.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "target/mutations"
SWITCH = """
/// Whether a mutation is the one that is tried.
pub(crate) fn off(name: &str) -> bool {
    static TRIED: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TRIED.get_or_init(|| std::env::var("MUTATION").unwrap_or_default()) == name
}
"""
# The columns of the ablation, for each folder.
FIGURES = [["pair_precision", "pair_recall", "pair_f1"], ["b_cubed_f1"], ["exact_f1"], ["alias_precision", "alias_recall"]]
# A mutation that makes the resolver run for ever is noticed too.
PATIENCE = 600


def main(what, *data):
    shutil.copytree(ROOT, COPY / "source", dirs_exist_ok=True, ignore=shutil.ignore_patterns("target", ".git", "node_modules", "out"))
    mutate(COPY / "source/twin-core/src/identity/resolve")
    with open(COPY / "source/twin-core/src/lib.rs", "a") as library:
        library.write(SWITCH)
    {"tests": tests, "ablation": ablation}[what](*data)


def mutations():
    """File, name, section and piece of each line."""
    section = ""
    for line in (HERE / "resolve.txt").read_text().splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line and not line.startswith("#"):
            file, name, piece = line.split(" | ", 2)
            yield file, name, section, piece


def mutate(folder):
    """Puts all mutations into the sources, those of one place in the order of their lines."""
    inserts = {}
    for file, name, _, piece in mutations():
        parts = re.split("⟦(.*?)⟧", piece)
        places = find(file, name, parts[::2], (folder / file).read_text())
        switched = [re.sub(r"\boff\b", f'crate::off("{name}")', part) for part in parts[1::2]]
        inserts.setdefault(file, []).extend(zip(places, switched))
    for file, added in inserts.items():
        text = (folder / file).read_text()
        for place, insert in sorted(reversed(added), key=lambda insert: insert[0], reverse=True):
            text = text[:place] + insert + text[place:]
        (folder / file).write_text(text)


def find(file, name, parts, text):
    """Where the inserts between the parts of a piece belong, wherever its lines are broken."""
    pattern = r"\s*()\s*".join(r",?\s*".join(map(re.escape, re.findall(r"\w+|[^\w\s]", part))) for part in parts)
    found = list(re.finditer(pattern, text))
    if len(found) != 1:
        sys.exit(f"{file}: the piece of {name!r} stands there {len(found)} times, not once")
    return [found[0].start(at + 1) for at in range(len(parts) - 1)]


def cargo(*arguments):
    command = ["cargo", *arguments, "--locked", "--message-format=json", "--target-dir", str(COPY / "build")]
    built = subprocess.run(command, cwd=COPY / "source", stdout=subprocess.PIPE, text=True, check=True)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    return [message["executable"] for message in messages if message.get("executable")]


def run(program, arguments, name):
    environment = dict(os.environ, MUTATION=name)
    return subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, timeout=PATIENCE)


def tests():
    programs = cargo("test", "-p", "twin-core", "--lib", "--test", "proofs", "--no-run")
    if any(not passes(program, "") for program in programs):
        sys.exit("the tests fail without any mutation")
    survivors = [name for _, name, _, _ in mutations() if all(passes(program, name) for program in programs)]
    print(json.dumps({"mutations": len(list(mutations())), "survivors": survivors}, indent=1))


def passes(program, name):
    try:
        return run(program, ["resolve::", "--quiet"], name).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def ablation(*data):
    [program] = cargo("build", "--release", "-p", "benches", "--bin", "resolve")
    for name in ["", *(name for _, name, section, _ in mutations() if section == "Parts")]:
        cells = [name or "all"]
        for folder in data:
            told = run(program, ["--score", f"{folder}/records.jsonl", f"{folder}/labels.jsonl"], name)
            means = json.loads(told.stdout.splitlines()[-1])["means"]
            cells += [" / ".join(f"{means[figure]:.3f}" for figure in figures) for figures in FIGURES]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
