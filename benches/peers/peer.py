"""One peer in Python, asked by `cargo run --release -p benches --bin graph` over its standard input.

usage: peer.py rustworkx|igraph|ladybug DATA_DIR

The first line in says what the workloads ask of the data; each line after it is {"task": NAME}. Each line out is
{"seconds", "answer", "peak_bytes"}, or {"error"}. Answers are shortened as in `benches/src/graph/answer.rs`.
"""

import csv
import importlib
import importlib.metadata
import io
import json
import statistics
import sys
import tempfile
import time
import zlib
from pathlib import Path

NOBODY = 0xFFFF_FFFF
# How long asking from all starts may take, in seconds.
PATIENCE = 60


def main(name, folder):
    try:
        engine = ENGINES[name](importlib.import_module(name), Data(Path(folder)))
        import numpy  # noqa: F401: answers are shortened with it
    except ImportError as error:
        return tell(error=f"{error}; `make bench-graph` installs it")
    tell(offers=[task for task in TASKS if hasattr(engine, task)], version=importlib.metadata.version(name))
    engine.data.asked = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        forget_peak()
        try:
            seconds, answer = getattr(engine, json.loads(line)["task"])()
            tell(seconds=seconds, answer=answer, peak_bytes=max(0, peak() - AT_START))
        except Exception as error:  # whatever a peer throws is told, not fatal
            tell(error=f"{type(error).__name__}: {error}")


def tell(**fields):
    print(json.dumps(fields), flush=True)


# Memory: the most that was resident since it was last forgotten, where the system tells it.


def forget_peak():
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def peak():
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


# Answers in short.


def answer(rows, numbers):
    import numpy

    return f"{rows}:{zlib.crc32(numpy.asarray(numbers, dtype='<u8').tobytes()):08x}"


def numbers(values):
    return answer(len(values), values)


def short_set(values):
    import numpy

    mixed = numpy.fromiter(values, dtype=numpy.uint64) + numpy.uint64(0x9E37_79B9_7F4A_7C15)
    mixed = (mixed ^ (mixed >> numpy.uint64(30))) * numpy.uint64(0xBF58_476D_1CE4_E5B9)
    mixed = (mixed ^ (mixed >> numpy.uint64(27))) * numpy.uint64(0x94D0_49BB_1331_11EB)
    mixed ^= mixed >> numpy.uint64(31)
    return [len(mixed), int(mixed.sum(dtype=numpy.uint64))]


def sets(shortened):
    return answer(sum(size for size, _ in shortened), [number for short in shortened for number in short])


def partition(labels):
    least = {}
    for node, label in enumerate(labels):
        least.setdefault(label, node)
    return numbers([least[label] for label in labels])


def cuts(points, bridges):
    pairs = sorted(min(pair) << 32 | max(pair) for pair in bridges)
    size, total = short_set(points)
    return answer(size + len(pairs), [size, total, *pairs])


def timed(work):
    start = time.perf_counter()
    done = work()
    return time.perf_counter() - start, done


class Data:
    """The two files, and the columns in them."""

    def __init__(self, folder):
        with open(folder / "nodes.csv", newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            next(rows)
            self.nodes = [(int(id), kind, name, int(cost)) for id, kind, name, cost in rows]
        self.places = {node[0]: place for place, node in enumerate(self.nodes)}
        self.text = (folder / "edges.csv").read_text(encoding="utf-8")
        self.edges = self.parsed()
        self.asked = {}

    def parsed(self):
        rows = csv.reader(io.StringIO(self.text, newline=""))
        next(rows)
        place = self.places
        return [(place[int(a)], place[int(b)], kind) for a, b, kind in rows]

    def neighbours(self):
        return sorted({(min(a, b), max(a, b)) for a, b, _ in self.edges if a != b})


class Searching:
    """What rustworkx and igraph share: a graph that is made once, and searches on it."""

    def __init__(self, module, data):
        self.module, self.data, self.made = module, data, {}

    def once(self, name, make):
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def graph(self):
        return self.once("graph", lambda: self.build(self.data.edges))

    def Load(self):
        seconds, graph = timed(lambda: self.build(self.data.parsed()))
        return seconds, self.size(graph)

    def Columns(self):
        seconds, graph = timed(lambda: self.build(self.data.edges))
        return seconds, self.size(graph)

    def Dependents(self):
        graph, times, found, begun = self.graph(), [], [], time.perf_counter()
        for start in self.data.asked["starts"]:
            seconds, dependents = timed(lambda: self.dependents(graph, start))
            times.append(seconds)
            found.append(short_set(node for node in dependents if node != start))
            if time.perf_counter() - begun > PATIENCE:
                raise TimeoutError(f"{len(found)} of {len(self.data.asked['starts'])} starts took {PATIENCE} s")
        return statistics.median(times or [0.0]), sets(found)

    def Hub(self):
        graph, hub = self.graph(), self.data.asked["hub"]
        seconds, dependents = timed(lambda: [] if hub is None else self.dependents(graph, hub))
        return seconds, sets([short_set(node for node in dependents if node != hub)])


class Rustworkx(Searching):
    def build(self, edges):
        graph = self.module.PyDiGraph()
        graph.add_nodes_from([kind for _, kind, _, _ in self.data.nodes])
        graph.add_edges_from(edges)
        return graph

    def size(self, graph):
        return numbers([graph.num_nodes(), graph.num_edges()])

    def dependents(self, graph, start):
        return self.module.ancestors(graph, start)

    def Components(self):
        graph = self.graph()
        seconds, components = timed(lambda: self.module.strongly_connected_components(graph))
        labels = [0] * len(self.data.nodes)
        for label, nodes in enumerate(components):
            for node in nodes:
                labels[node] = label
        return seconds, partition(labels)

    def undirected(self):
        graph = self.module.PyGraph()
        graph.add_nodes_from([None] * len(self.data.nodes))
        graph.add_edges_from_no_data(self.data.neighbours())
        return graph

    def Cuts(self):
        graph = self.once("undirected", self.undirected)
        seconds, (points, bridges) = timed(lambda: (self.module.articulation_points(graph), self.module.bridges(graph)))
        return seconds, cuts(points, bridges)

    def reversed(self):
        graph = self.graph().copy()
        graph.reverse()
        return graph

    def Dominators(self):
        graph, hub = self.once("reversed", self.reversed), self.data.asked["hub"]
        seconds, over = timed(lambda: {} if hub is None else self.module.immediate_dominators(graph, hub))
        over.pop(hub, None)
        return seconds, numbers([over.get(node, NOBODY) for node in range(len(self.data.nodes))])


class Igraph(Searching):
    def build(self, edges):
        pairs = [(a, b) for a, b, _ in edges]
        kinds = {"kind": [kind for _, kind, _, _ in self.data.nodes]}
        relations = {"relation": [kind for _, _, kind in edges]}
        count = len(self.data.nodes)
        return self.module.Graph(n=count, edges=pairs, directed=True, vertex_attrs=kinds, edge_attrs=relations)

    def size(self, graph):
        return numbers([graph.vcount(), graph.ecount()])

    def dependents(self, graph, start):
        return graph.subcomponent(start, mode="in")

    def Components(self):
        graph = self.graph()
        seconds, components = timed(lambda: graph.connected_components(mode="strong"))
        return seconds, partition(components.membership)

    def undirected(self):
        return self.module.Graph(n=len(self.data.nodes), edges=self.data.neighbours(), directed=False)

    def Cuts(self):
        graph = self.once("undirected", self.undirected)
        seconds, (points, bridges) = timed(lambda: (graph.articulation_points(), graph.bridges()))
        return seconds, cuts(points, [graph.es[bridge].tuple for bridge in bridges])

    def Dominators(self):
        graph, hub = self.graph(), self.data.asked["hub"]
        seconds, over = timed(lambda: [] if hub is None else graph.dominator(hub, mode="in"))
        return seconds, numbers([int(node) if node >= 0 else NOBODY for node in over])


class Ladybug:
    """A table of nodes, and one of edges for each relation."""

    def __init__(self, module, data):
        self.module, self.data, self.loaded = module, data, None

    def tables(self):
        self.folder = tempfile.TemporaryDirectory()
        self.relations = {kind: f"R{at}" for at, kind in enumerate(dict.fromkeys(kind for _, _, kind in self.data.edges))}
        folder = Path(self.folder.name)
        rows = [(place, kind, place % 4, cost) for place, (_, kind, _, cost) in enumerate(self.data.nodes)]
        self.write(folder / "nodes.csv", rows)
        for kind, table in self.relations.items():
            self.write(folder / f"{table}.csv", [(a, b) for a, b, known in self.data.edges if known == kind])
        return folder

    def write(self, path, rows):
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)

    def connected(self):
        if self.loaded is None:
            folder = self.tables()
            self.database = self.module.Database(":memory:")
            self.loaded = self.module.Connection(self.database)
            ask = self.loaded.execute
            ask("CREATE NODE TABLE Node(id INT64 PRIMARY KEY, kind STRING, tier INT64, cost INT64)")
            if self.data.nodes:
                ask(f"COPY Node FROM '{folder}/nodes.csv' (header=false)")
            for table in self.relations.values():
                ask(f"CREATE REL TABLE {table}(FROM Node TO Node)")
                ask(f"COPY {table} FROM '{folder}/{table}.csv' (header=false)")
        return self.loaded

    def TwoHop(self):
        asked, connection = self.data.asked, self.connected()
        if not self.relations or asked["calls"] not in self.relations:
            return 0.0, answer(0, [])
        query = (
            f"MATCH (t:Node)-[:{'|'.join(self.relations.values())}]->(s:Node)-[:{self.relations[asked['calls']]}]->(d:Node) "
            "WHERE t.kind = $team AND s.kind = $service AND d.kind = $service AND d.tier = 0 "
            "RETURN t.id AS team, count(*) AS calls, sum(d.cost) AS cost ORDER BY calls DESC, team LIMIT 10"
        )
        wanted = {"team": asked["team"], "service": asked["service"]}
        seconds, rows = timed(lambda: connection.execute(query, wanted).get_all())
        return seconds, answer(len(rows), [int(n) for team, calls, cost in rows for n in (calls, team, cost)])


ENGINES = {"rustworkx": Rustworkx, "igraph": Igraph, "ladybug": Ladybug}
TASKS = ["Load", "Columns", "Dependents", "Hub", "Components", "Cuts", "Dominators", "TwoHop"]
AT_START = peak()

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ENGINES:
        sys.exit(__doc__)
    main(*sys.argv[1:])
