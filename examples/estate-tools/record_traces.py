"""Records the shop's traces with the real OpenTelemetry SDK: one tracer provider per service, context carried in headers.

Usage: python3 record_traces.py ../estate/telemetry
Only the clock and the ids are made up: both are seeded, so that recording again gives the same bytes.
"""

import gzip
import json
import os
import random
import sys
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone

from google.protobuf.json_format import MessageToDict
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

MILLISECOND = 1_000_000
SECOND = 1000 * MILLISECOND
SPANS_PER_EXPORT = 64
PROPAGATOR = TraceContextTextMapPropagator()
QUEUE = "quillmere-order-placed"

# Workload -> version, port (0: it listens to nobody).
# Two services call themselves `api`; only their namespaces tell them apart.
WORKLOADS = {
    "shop/edge": ("1.9.2", 8443),
    "shop/storefront": ("4.12.0", 3000),
    "shop/api": ("2.31.4", 8080),
    "shop/catalog": ("3.7.1", 8081),
    "shop/search": ("1.4.0", 8083),
    "shop/cart": ("2.2.0", 7070),
    "shop/checkout": ("5.0.3", 8084),
    # On that day; 1.18.0 came later.
    "shop/pricing": ("1.17.2", 8085),
    "shop/payments": ("3.3.3", 8087),
    "shop/orders": ("6.1.0", 8086),
    "shop/inventory": ("2.5.2", 50051),
    "shop/giftcards": ("0.9.9", 8088),
    "shop/notifications": ("1.6.0", 0),
    "backoffice/api": ("1.3.0", 8080),
    "backoffice/ledger": ("2.0.8", 8090),
    "backoffice/shipping": ("1.1.7", 8091),
    "backoffice/exports": ("0.4.1", 0),
}


# What a request does, as a tree.


@dataclass
class Http:
    """A call over HTTP."""

    to: str
    route: str
    steps: list = field(default_factory=list)
    method: str = "GET"
    status: int = 200


@dataclass
class Grpc:
    """A call over gRPC."""

    to: str
    service: str
    rpc: str
    steps: list = field(default_factory=list)


@dataclass
class Query:
    """A query of a database or cache."""

    system: str
    host: str
    port: int
    summary: str
    namespace: str = ""


@dataclass
class Outside:
    """A call to a host that is not ours and sends no telemetry; `attributes` come on top."""

    url: str
    host: str
    method: str = "POST"
    status: int = 200
    attributes: dict = field(default_factory=dict)


@dataclass
class Upload:
    """An object written to a bucket."""

    bucket: str


@dataclass
class Publish:
    """A message; each consumer handles it in a trace of its own that links back."""

    queue: str
    consumers: dict


class SeededIds(IdGenerator):
    """Ids out of a seed instead of the machine's entropy."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def generate_trace_id(self):
        return self.random.getrandbits(128) or 1

    def generate_span_id(self):
        return self.random.getrandbits(64) or 1


class Collected(SpanProcessor):
    """Keeps ended spans in the order in which they ended."""

    def __init__(self):
        self.spans = []

    def on_end(self, span):
        self.spans.append(span)


class Recorder:
    """Plays requests through one tracer per service."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.collected = Collected()
        ids = SeededIds(seed + 1)
        self.tracers = {workload: self.tracer(workload, ids) for workload in WORKLOADS}

    def tracer(self, workload, ids):
        namespace, name = workload.split("/")
        controller = "k8s.cronjob.name" if name == "exports" else "k8s.deployment.name"
        resource = Resource.create(
            {
                "service.name": name,
                "service.namespace": namespace,
                "service.version": WORKLOADS[workload][0],
                "service.instance.id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{namespace}.quillmere.example")),
                "deployment.environment.name": "production",
                "k8s.namespace.name": namespace,
                controller: name,
            }
        )
        provider = TracerProvider(resource=resource, id_generator=ids, shutdown_on_exit=False)
        provider.add_span_processor(self.collected)
        return provider.get_tracer("quillmere.recorded", "1.0.0")

    def work(self, low=1, high=6):
        return self.random.randint(low * 1000, high * 1000) * MILLISECOND // 1000

    def request(self, call, at):
        """A request from outside; nobody there sends spans."""
        return self.serve(call, {}, at)

    def perform(self, workload, step, context, at):
        """One step of `workload`; returns when it is done."""
        play = {Http: self.call, Grpc: self.call, Query: self.query, Outside: self.outside, Upload: self.upload, Publish: self.publish}
        return play[type(step)](workload, step, context, at)

    def perform_all(self, workload, steps, context, at):
        for step in steps:
            at = self.perform(workload, step, context, at + self.work(0, 2))
        return at

    def span(self, workload, name, kind, context, at, attributes, links=()):
        return self.tracers[workload].start_span(name, context, kind, attributes, links, start_time=at)

    def call(self, workload, call, context, at):
        client = self.span(workload, *client_span(workload, call), context, at, client_attributes(workload, call))
        headers = {}
        PROPAGATOR.inject(headers, trace.set_span_in_context(client))
        done = self.serve(call, headers, at + self.work(0, 2)) + self.work(0, 2)
        finish(client, call, done, from_status=400)
        return done

    def serve(self, call, headers, at):
        server = self.span(call.to, server_name(call), SpanKind.SERVER, PROPAGATOR.extract(headers), at, server_attributes(call))
        done = self.perform_all(call.to, call.steps, trace.set_span_in_context(server), at + self.work())
        done += self.work()
        finish(server, call, done, from_status=500)
        return done

    def query(self, workload, query, context, at):
        attributes = {"db.system.name": query.system, "db.query.summary": query.summary, "server.address": query.host, "server.port": query.port}
        if query.namespace:
            attributes["db.namespace"] = query.namespace
        span = self.span(workload, query.summary, SpanKind.CLIENT, context, at, attributes)
        return end(span, at + self.work(1, 9))

    def outside(self, workload, call, context, at):
        attributes = {
            "http.request.method": call.method,
            "url.full": call.url,
            "server.address": call.host,
            "server.port": 443,
            "http.response.status_code": call.status,
            **call.attributes,
        }
        span = self.span(workload, call.method, SpanKind.CLIENT, context, at, attributes)
        if call.status >= 400:
            # A careless client that puts its key into the message.
            span.set_status(Status(StatusCode.ERROR, "refused for key FAKE-s3cr3t-25-status-message"))
        return end(span, at + self.work(40, 160))

    def upload(self, workload, upload, context, at):
        attributes = {
            "rpc.system": "aws-api",
            "rpc.service": "S3",
            "rpc.method": "PutObject",
            "aws.s3.bucket": upload.bucket,
            "server.address": f"{upload.bucket}.s3.eu-central-1.amazonaws.com",
            "server.port": 443,
        }
        return end(self.span(workload, "S3/PutObject", SpanKind.CLIENT, context, at, attributes), at + self.work(30, 80))

    def publish(self, workload, publish, context, at):
        attributes = messaging_attributes(publish.queue, "send", "send")
        span = self.span(workload, f"send {publish.queue}", SpanKind.PRODUCER, context, at, attributes)
        done = end(span, at + self.work(3, 9))
        for consumer, steps in publish.consumers.items():
            self.consume(consumer, publish.queue, steps, span.get_span_context(), done + self.work(50, 400))
        return done

    def consume(self, workload, queue, steps, sent, at):
        attributes = messaging_attributes(queue, "process", "process")
        span = self.span(workload, f"process {queue}", SpanKind.CONSUMER, None, at, attributes, [Link(sent)])
        end(span, self.perform_all(workload, steps, trace.set_span_in_context(span), at + self.work()) + self.work())

    def job(self, workload, name, steps, at):
        span = self.span(workload, name, SpanKind.INTERNAL, None, at, {})
        end(span, self.perform_all(workload, steps, trace.set_span_in_context(span), at) + self.work())


def address(caller, callee):
    """The name by which a workload reaches another: short within its namespace, full across."""
    namespace, name = callee.split("/")
    return name if caller.split("/")[0] == namespace else f"{name}.{namespace}.svc.cluster.local"


def client_span(workload, call):
    name = call.method if isinstance(call, Http) else f"{call.service}/{call.rpc}"
    return name, SpanKind.CLIENT


def client_attributes(workload, call):
    host, port = address(workload, call.to), WORKLOADS[call.to][1]
    peer = {"server.address": host, "server.port": port}
    if isinstance(call, Grpc):
        return {"rpc.system": "grpc", "rpc.service": call.service, "rpc.method": call.rpc, **peer}
    url = f"http://{host}:{port}{call.route.replace('{id}', '42')}"
    return {"http.request.method": call.method, "url.full": url, "http.response.status_code": call.status, **peer}


def server_name(call):
    return f"{call.method} {call.route}" if isinstance(call, Http) else f"{call.service}/{call.rpc}"


def server_attributes(call):
    if isinstance(call, Grpc):
        return {"rpc.system": "grpc", "rpc.service": call.service, "rpc.method": call.rpc, "rpc.grpc.status_code": 0}
    return {"http.request.method": call.method, "http.route": call.route, "url.scheme": "http", "http.response.status_code": call.status}


def messaging_attributes(queue, name, kind):
    return {"messaging.system": "aws_sqs", "messaging.destination.name": queue, "messaging.operation.name": name, "messaging.operation.type": kind}


def finish(span, call, at, from_status):
    if isinstance(call, Http) and call.status >= from_status:
        span.set_status(Status(StatusCode.ERROR))
    end(span, at)


def end(span, at):
    span.end(end_time=at)
    return at


# The shop's requests.

CATALOG_DB = ("postgresql", "catalog-db", 5432)
ORDERS_DB = ("postgresql", "quillmere-orders.c0ffee000000.eu-central-1.rds.amazonaws.com", 5432)
LEDGER_DB = ("postgresql", "ledger-db", 5432)
CART_CACHE = ("redis", "quillmere-cart.c0ffee.ng.0001.euc1.cache.amazonaws.com", 6379)


def products(route="/products/{id}"):
    return Http("shop/catalog", route, [Query(*CATALOG_DB, "SELECT products", "catalog")])


def stock(rpc):
    return Grpc("shop/inventory", "quillmere.Inventory", rpc, [Query(*CATALOG_DB, "SELECT shelves", "stock")])


def cart(rpc, command):
    return Grpc("shop/cart", "quillmere.Cart", rpc, [Query(*CART_CACHE, command)])


def order(method="GET", route="/orders/{id}", summary="SELECT orders", after=()):
    return Http("shop/orders", route, [Query(*ORDERS_DB, summary, "orders"), *after], method)


def book(method="GET", route="/entries/{id}", summary="SELECT entries"):
    return Http("backoffice/ledger", route, [Query(*LEDGER_DB, summary, "ledger")], method)


def product_page():
    api = Http("shop/api", "/v1/products/{id}", [products()])
    return Http("shop/edge", "/products/{id}", [Http("shop/storefront", "/products/{id}", [api])])


def search_page(by_price):
    # Nothing declares that search asks for prices: the undeclared call.
    prices = [Http("shop/pricing", "/prices", [products("/products")])] if by_price else []
    search = Http("shop/search", "/search", [products("/products"), *prices])
    return Http("shop/edge", "/search", [Http("shop/storefront", "/search", [search])])


def add_to_cart():
    return Http("shop/edge", "/api/cart", [Http("shop/api", "/v1/cart", [cart("AddItem", "HSET")], "POST", 201)], "POST", 201)


def buy(refused, with_card):
    provider = Outside(
        "https://api.paywright.example/v2/charges",
        "api.paywright.example",
        status=402 if refused else 200,
        attributes={"http.request.header.authorization": ("Bearer FAKE-s3cr3t-23-span-header",)},
    )
    paid = [provider] if refused else [provider, book("POST", "/entries", "INSERT entries")]
    payments = Http("shop/payments", "/payments", paid, "POST", 502 if refused else 201)
    card = [Http("shop/giftcards", "/cards/{id}")] if with_card else []
    placed = [] if refused else [order("POST", "/orders", "INSERT orders", [Publish(QUEUE, consumers())])]
    steps = [cart("GetCart", "HGETALL"), Http("shop/pricing", "/quotes", [products("/products")], "POST"), stock("Reserve"), *card, payments, *placed]
    checkout = Http("shop/checkout", "/checkouts", steps, "POST", 502 if refused else 201)
    api = Http("shop/api", "/v1/checkouts", [checkout], "POST", checkout.status)
    return Http("shop/edge", "/checkout", [Http("shop/storefront", "/checkout", [api], "POST", checkout.status)], "POST", checkout.status)


def consumers():
    carrier = Outside("https://api.parcelwise.example/v1/parcels?api_key=FAKE-s3cr3t-24-span-query", "api.parcelwise.example")
    return {"shop/notifications": [order()], "backoffice/shipping": [stock("Pick"), carrier]}


def invoice_page():
    # What decision 0005 forbids, and nothing declares.
    return Http("shop/edge", "/account/invoices", [Http("shop/storefront", "/account/invoices", [book()])])


def staff_page():
    parcels = Http("backoffice/shipping", "/parcels", [stock("List")])
    return Http("backoffice/api", "/orders/{id}", [order(), book(), parcels])


def nightly_export():
    figures = Http("backoffice/api", "/figures", [order("GET", "/orders", "SELECT orders")])
    return [figures, book("GET", "/entries", "SELECT entries"), Upload("quillmere-exports")]


def requests(share):
    """The mix of requests; `share` divides their number."""
    mix = {"product": 56, "search": 20, "search by price": 6, "cart": 22, "buy": 10, "buy with card": 3, "refused": 2, "invoice": 4, "staff": 10}
    return [name for name, times in mix.items() for _ in range(max(1, times // share))]


REQUESTS = {
    "product": product_page,
    "search": lambda: search_page(by_price=False),
    "search by price": lambda: search_page(by_price=True),
    "cart": add_to_cart,
    "buy": lambda: buy(refused=False, with_card=False),
    "buy with card": lambda: buy(refused=False, with_card=True),
    "refused": lambda: buy(refused=True, with_card=False),
    "invoice": invoice_page,
    "staff": staff_page,
}


def moment(text):
    whole = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
    return int(whole.timestamp()) * SECOND


def record(seed, start, share, nightly):
    recorder = Recorder(seed)
    if nightly:
        recorder.job("backoffice/exports", "nightly", nightly_export(), moment("2026-11-20T02:30:00"))
    names = requests(share)
    recorder.random.shuffle(names)
    at = moment(start)
    for name in names:
        at += recorder.random.randint(8_000, 32_000) * MILLISECOND
        recorder.request(REQUESTS[name](), at)
    return exports(recorder.collected.spans)


def exports(spans):
    """The spans as their services would have exported them: each service for itself, in batches."""
    by_resource = {}
    for span in spans:
        by_resource.setdefault(id(span.resource), []).append(span)
    batches = (own[i : i + SPANS_PER_EXPORT] for own in by_resource.values() for i in range(0, len(own), SPANS_PER_EXPORT))
    return [encode_spans(batch) for batch in batches]


def as_json(message):
    """OTLP's JSON: like protobuf's, but ids in hexadecimal and enums as numbers."""
    plain = MessageToDict(message, use_integers_for_enums=True)
    for resource in plain["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            source = iter(message.resource_spans[0].scope_spans[0].spans)
            for span, encoded in zip(scope["spans"], source):
                hexadecimal(span, encoded)
                for link, linked in zip(span.get("links", ()), encoded.links):
                    hexadecimal(link, linked)
    return json.dumps(plain, separators=(",", ":"))


def hexadecimal(plain, encoded):
    plain["traceId"], plain["spanId"] = encoded.trace_id.hex(), encoded.span_id.hex()
    if getattr(encoded, "parent_span_id", b""):
        plain["parentSpanId"] = encoded.parent_span_id.hex()


def merged(messages):
    whole = type(messages[0])()
    for message in messages:
        whole.MergeFrom(message)
    return whole.SerializeToString(deterministic=True)


def main(folder):
    first = record(2026, "2026-11-20T10:00:00", share=1, nightly=True)
    with open(os.path.join(folder, "traces.jsonl"), "w") as file:
        file.writelines(as_json(message) + "\n" for message in first)
    second = record(1120, "2026-11-20T16:00:00", share=4, nightly=False)
    with open(os.path.join(folder, "traces-02.pb.gz"), "wb") as file:
        file.write(gzip.compress(merged(second), mtime=0))


if __name__ == "__main__":
    os.environ.pop("OTEL_RESOURCE_ATTRIBUTES", None)
    main(sys.argv[1])
