"""Measures what a change does to a small system of real processes, and writes it down in the shape that `reality` reads.

usage: measure.py SYSTEM.json FOLDER [CASE...]

A system names its services (workers, region, operations with their steps), the requests that come, and cases with a change each. For each case the system runs
unchanged and then changed, back to back; spans of the first run, what is declared, and what both runs came to are written to FOLDER/SYSTEM_CASE.

A step is one of
  {"work": [MEDIAN_MS, SIGMA]}                     takes that long, drawn from a lognormal distribution
  {"call": "service.operation", ...}               asks and waits; "optional", "timeout_ms", "retries", "backoff_ms"
  {"publish": "service.operation"}                 asks and does not wait
  {"all": [[STEP...]...]}                          all at once, until the last is done
  {"maybe": SHARE, "steps": [STEP...]}             for a share of requests
  {"cache": "service.operation", "hits": SHARE, "miss": [STEP...]}
An operation may "fail" for a share of requests. A service may have several "instances": each is a process with "workers" of its own, and callers draw one of them by chance. Nothing but the standard library is needed.
"""

import gzip
import http.client
import http.server
import json
import math
import os
import random
import secrets
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECONDS = float(os.environ.get("SECONDS_EACH", "40"))


class Refused(Exception):
    """A call that failed, whatever the reason."""


class Service:
    """One process: serves operations, and writes down its spans."""

    def __init__(self, system, name, change, instance):
        self.system, self.name, self.change, self.instance = system, name, change, instance
        own = system["services"][name]
        self.operations = own["operations"]
        self.workers = threading.Semaphore(own["workers"]) if "workers" in own else None
        self.spans, self.lock, self.idle = [], threading.Lock(), {}
        self.threads = ThreadPoolExecutor(64)

    def serve(self, operation, trace, parent, kind):
        """Does an operation: status, whether it is degraded."""
        span = self.begin(trace, parent, f"GET /{operation}", kind, {"http.route": f"/{operation}"})
        state = {"degraded": False}
        try:
            if self.workers:
                self.workers.acquire()
            try:
                time.sleep(self.added(operation))
                self.steps(self.operations[operation]["steps"], span, state)
                if random.random() < self.operations[operation].get("fail", 0):
                    raise Refused("injected")
            finally:
                if self.workers:
                    self.workers.release()
        except Refused:
            self.end(span, failed=True)
            return 500, False
        self.end(span)
        return 200, state["degraded"]

    def added(self, operation):
        change = self.change
        is_ours = change.get("kind") == "add_latency" and (change["service"], change["operation"]) == (self.name, operation)
        return change["ms"] / 1e3 if is_ours else 0

    def steps(self, steps, span, state):
        for step in steps:
            if "work" in step:
                median, sigma = step["work"]
                time.sleep(median * math.exp(sigma * random.gauss(0, 1)) / 1e3)
            elif "call" in step:
                self.call(step, span, state)
            elif "publish" in step:
                self.threads.submit(self.attempt, step["publish"], span, 4, 0, None)
            elif "all" in step:
                branches = [self.threads.submit(self.steps, branch, span, state) for branch in step["all"]]
                [branch.result() for branch in branches]
            elif "maybe" in step:
                if random.random() < step["maybe"]:
                    self.steps(step["steps"], span, state)
            elif "cache" in step:
                self.cached(step, span, state)

    def cached(self, step, span, state):
        callee = step["cache"].split(".")[0]
        is_gone = self.change.get("kind") == "remove_cache" and (self.change["service"], self.change["cache"]) == (self.name, callee)
        hit = not is_gone and random.random() < step["hits"]
        if not is_gone:
            try:
                self.attempt(step["cache"], span, 3, 0, None, hit)
            except Refused:
                hit, state["degraded"] = False, True
        if not hit:
            self.steps(step["miss"], span, state)

    def call(self, step, span, state):
        for attempt in range(step.get("retries", 0) + 1):
            try:
                state["degraded"] |= self.attempt(step["call"], span, 3, attempt, step.get("timeout_ms"))
                return
            except Refused:
                if attempt < step.get("retries", 0):
                    time.sleep(step.get("backoff_ms", 0) / 1e3)
        if not step.get("optional"):
            raise Refused(step["call"])
        state["degraded"] = True

    def attempt(self, target, parent, kind, resends, timeout_ms, hit=None):
        """Asks once; whether the answer is degraded."""
        callee, operation = target.split(".")
        attributes = {"peer.service": callee, "url.path": f"/{operation}"}
        if resends:
            attributes["http.request.resend_count"] = resends
        if hit is not None:
            attributes["cache.hit"] = hit
        span = self.begin(parent["traceId"], parent["spanId"], f"GET /{operation}", kind, attributes)
        try:
            regions = [self.region(service) for service in (self.name, callee)]
            if regions[0] != regions[1]:
                time.sleep(self.change["rtt_ms"] / 1e3)
            status, degraded = self.ask(callee, operation, span, timeout_ms, kind)
            if status != 200:
                raise Refused(str(status))
            self.end(span)
            return degraded
        except (OSError, http.client.HTTPException, Refused) as why:
            self.end(span, failed=True)
            raise Refused(target) from why

    def region(self, service):
        moved = self.change.get("kind") == "move_region" and self.change["service"] == service
        return self.change["to"] if moved else self.system["services"][service].get("region", "r1")

    def ask(self, callee, operation, span, timeout_ms, kind):
        port = random.choice(self.system["ports"][callee])
        idle = self.idle.setdefault(port, [])
        connection = idle.pop() if idle else http.client.HTTPConnection("127.0.0.1", port)
        connection.timeout = timeout_ms / 1e3 if timeout_ms else 30
        if connection.sock:
            connection.sock.settimeout(connection.timeout)
        headers = {"trace": span["traceId"], "parent": span["spanId"], "kind": 5 if kind == 4 else 2}
        try:
            connection.request("GET", f"/{operation}", headers=headers)
            answer = connection.getresponse()
            degraded = answer.headers.get("degraded") == "1"
            answer.read()
        except BaseException:
            connection.close()
            raise
        idle.append(connection)
        return answer.status, degraded

    def begin(self, trace, parent, name, kind, attributes):
        return {"traceId": trace, "spanId": secrets.token_hex(8), "parentSpanId": parent, "name": name, "kind": kind, "attributes": attributes, "start": time.time_ns()}

    def end(self, span, failed=False):
        span["end"] = time.time_ns()
        span["failed"] = failed
        with self.lock:
            self.spans.append(span)

    def export(self):
        """The spans as OTLP."""
        def value(of):
            return {"boolValue": of} if isinstance(of, bool) else {"intValue": str(of)} if isinstance(of, int) else {"stringValue": of}

        def told(span):
            attributes = [{"key": key, "value": value(of)} for key, of in span["attributes"].items()]
            times = {"startTimeUnixNano": str(span["start"]), "endTimeUnixNano": str(span["end"])}
            ids = {key: span[key] for key in ("traceId", "spanId", "parentSpanId", "name", "kind")}
            return ids | times | {"attributes": attributes, "status": {"code": 2} if span["failed"] else {}}

        names = {"service.name": self.name, "service.instance.id": f"{self.name}-{self.instance}"}
        resource = {"attributes": [{"key": key, "value": value(of)} for key, of in names.items()]}
        return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [told(span) for span in self.spans]}]}]}


def process(system, name, instance, change, out):
    """Runs an instance of a service until its standard input ends, and writes its spans."""
    service = Service(system, name, change, instance)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self):
            headers = self.headers
            status, degraded = service.serve(self.path[1:], headers["trace"], headers.get("parent", ""), int(headers["kind"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.send_header("degraded", str(int(degraded)))
            self.end_headers()

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, *_):
            """Whoever asked is gone."""

    server = Server(("127.0.0.1", system["ports"][name][instance]), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    Path(out).write_text(json.dumps(service.export()))
    os._exit(0)


def play(system, change, folder):
    """Runs the system for a while: by endpoint, how long each request took, whether it was answered, and whether with less."""
    killed = change["service"] if change.get("kind") == "kill_service" else None
    names = [name for name in system["services"] if name != killed]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "system.json").write_text(json.dumps(system))
    command = [sys.executable, __file__, "--service", str(folder / "system.json"), json.dumps(change)]
    parts = [(name, place) for name in names for place in range(len(system["ports"][name]))]
    outs = [folder / f"{name}-{place}.json" for name, place in parts]
    running = [subprocess.Popen([*command, name, str(place), str(out)], stdin=subprocess.PIPE) for (name, place), out in zip(parts, outs)]
    time.sleep(1.5)
    rate = system["requests"]["rate_per_s"] * (change["factor"] if change.get("kind") == "scale_load" else 1)
    mix = system["requests"]["mix"]
    threads, begin, at = ThreadPoolExecutor(128), time.time(), 0.0
    idle = {port: [] for port in system["ports"][system["requests"]["entry"]]}

    def ask(operation):
        port = random.choice(list(idle))
        connection = idle[port].pop() if idle[port] else http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", f"/{operation}", headers={"trace": secrets.token_hex(16), "kind": 2})
        answer = connection.getresponse()
        answer.read()
        idle[port].append(connection)
        return answer.headers.get("degraded") == "1"

    while at < SECONDS:
        at += random.expovariate(rate)
        time.sleep(max(0, begin + at - time.time()))
        threads.submit(ask, random.choices(list(mix), list(mix.values()))[0])
    threads.shutdown()
    time.sleep(1)
    for one in running:
        one.stdin.close()
    [one.wait() for one in running]
    return [json.loads(out.read_text()) for out in outs]


def quantile(values, level):
    place = level * (len(values) - 1)
    low, high = values[math.floor(place)], values[math.ceil(place)]
    return low + (high - low) * (place % 1)


def measured(exports, system):
    """By operation, what its spans come to. Degraded is whoever went on although a call failed, or was answered with less."""
    spans = [(export["resourceSpans"][0]["resource"]["attributes"][0]["value"]["stringValue"], span)
             for export in exports for span in export["resourceSpans"][0]["scopeSpans"][0]["spans"]]
    beneath, degraded = {}, {}
    for _, span in spans:
        beneath.setdefault(span["parentSpanId"], []).append(span)

    def failed(span):
        return span["status"].get("code") == 2

    def last(calls):
        """Of attempts at one thing, the last."""
        attempts = {}
        for call in sorted(calls, key=lambda call: int(call["startTimeUnixNano"])):
            attempts[call["name"], call["kind"], sum(not failed(c) and c["name"] == call["name"] for c in calls if int(c["startTimeUnixNano"]) < int(call["startTimeUnixNano"]))] = call
        return attempts.values()

    def is_degraded(span):
        if span["spanId"] not in degraded:
            calls = last([call for call in beneath.get(span["spanId"], []) if call["kind"] == 3])
            degraded[span["spanId"]] = not failed(span) and any(
                failed(call) or any(is_degraded(served) for served in beneath.get(call["spanId"], [])) for call in calls)
        return degraded[span["spanId"]]

    operations = {}
    for service, span in spans:
        if span["kind"] in (2, 5):
            operation = f"{service}.{span['name'].split('/')[-1]}"
            took = (int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"])) / 1e6
            operations.setdefault(operation, []).append((took, failed(span), is_degraded(span)))

    def figures(rows):
        took = sorted(took for took, failed, _ in rows if not failed)
        n = len(rows)
        quantiles = {f"p{level}_ms": quantile(took, level / 100) for level in (50, 95, 99)} if took else {}
        return {"n": n, "error_rate": sum(row[1] for row in rows) / n, "degraded_rate": sum(row[2] for row in rows) / n} | quantiles

    return {operation: figures(rows) for operation, rows in sorted(operations.items())}


def rises(was, of, share):
    """Whether a share is above Wilson's interval of what it was."""
    z, p = 1.96, was
    return share > (p + z * z / (2 * of) + z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))) / (1 + z * z / of)


def case(system, name, change, folder):
    before, after = (play(system, each, folder / run) for each, run in (({}, "before"), (change, "after")))
    was, now = measured(before, system), measured(after, system)
    entry = system["requests"]["entry"]
    both = [operation for operation in was if operation in now]
    reached = {
        "failing_operations": [o for o in both if rises(was[o]["error_rate"], was[o]["n"], now[o]["error_rate"])],
        "degraded_operations": [o for o in both if rises(was[o]["degraded_rate"], was[o]["n"], now[o]["degraded_rate"])],
        "no_longer_called": [o for o in was if o not in now],
    }
    endpoints = {operation.split(".")[1]: figures for operation, figures in now.items() if operation.startswith(f"{entry}.")}
    with gzip.open(folder / "before.otlp.jsonl.gz", "wt") as out:
        out.writelines(json.dumps(export) + "\n" for export in before)
    (folder / "declared.json").write_text(json.dumps(declared(system)))
    written = {
        "name": f"own/{folder.name}",
        "input": {"spans": "before.otlp.jsonl.gz", "declared": "declared.json", "change": change},
        "expected": {"endpoints": endpoints, "services": now, "blast_radius": reached, "before": was},
    }
    (folder / f"{name}.json").write_text(json.dumps(written))
    print(folder.name, {operation: (was[operation].get("p50_ms"), now.get(operation, {}).get("p50_ms")) for operation in was if operation.startswith(f"{entry}.")}, flush=True)


def declared(system):
    """What a twin may know beside spans."""
    edges = []

    def walk(caller, steps):
        for step in steps:
            if "call" in step:
                kept = {key: step[key] for key in ("timeout_ms", "retries", "backoff_ms") if key in step}
                edges.append({"from": caller, "to": step["call"], "kind": "calls", "criticality": "optional" if step.get("optional") else "required"} | kept)
            elif "publish" in step:
                edges.append({"from": caller, "to": step["publish"], "kind": "publishes", "criticality": "async"})
            elif "cache" in step:
                edges.append({"from": caller, "to": step["cache"], "kind": "caches_in", "criticality": "optional"})
            for inner in [step.get("steps", []), step.get("miss", []), *step.get("all", [])]:
                walk(caller, inner)

    for service, own in system["services"].items():
        for operation, how in own["operations"].items():
            walk(f"{service}.{operation}", how["steps"])
    services = [{"id": name, "region": own.get("region", "r1"), "operations": sorted(own["operations"])} | ({"workers": own["workers"]} if "workers" in own else {})
                for name, own in system["services"].items()]
    requests = system["requests"]
    return {"services": services, "edges": edges, "entry": requests["entry"], "arrival_rate_per_s": requests["rate_per_s"], "mix": requests["mix"]}


def main(arguments):
    if arguments[0] == "--service":
        _, path, change, name, instance, out = arguments
        return process(json.loads(Path(path).read_text()), name, int(instance), json.loads(change), out)
    path, folder, *chosen = arguments
    system = json.loads(Path(path).read_text())
    first = system.get("port", 23000)
    system["ports"] = {}
    for name in sorted(system["services"]):
        count = system["services"][name].get("instances", 1)
        system["ports"][name] = list(range(first, first + count))
        first += count
    for name, change in system["cases"].items():
        if not chosen or name in chosen:
            case(system, name, change, Path(folder) / f"{Path(path).stem}_{name}")


if __name__ == "__main__":
    main(sys.argv[1:])
