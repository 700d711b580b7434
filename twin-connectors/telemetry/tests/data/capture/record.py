"""Records the payloads of this folder with the OpenTelemetry SDK for Python: a shop of three services, their spans as OTLP/protobuf.

pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-common; then run here. Ids and times differ in each run.
"""
import gzip

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode

exporter = InMemorySpanExporter()


def tracer(name):
    provider = TracerProvider(resource=Resource.create({
        "service.name": name,
        "service.namespace": "teashop",
        "deployment.environment.name": "test",
        "service.version": "1.4.0",
        "k8s.namespace.name": "tea",
        "k8s.deployment.name": name,
    }))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("capture")


def sent():
    carrier = {}
    propagate.inject(carrier)
    return propagate.extract(carrier)


web, basket, mailer = tracer("web"), tracer("basket"), tracer("mailer")
for number in range(3):
    with web.start_as_current_span("POST /basket", kind=SpanKind.SERVER):
        http = {"http.request.method": "POST", "server.address": "basket", "server.port": 8080}
        with web.start_as_current_span("POST", kind=SpanKind.CLIENT, attributes=http):
            with basket.start_as_current_span("POST /add", context=sent(), kind=SpanKind.SERVER) as span:
                redis = {"db.system.name": "redis", "server.address": "basket-cache", "server.port": 6379,
                         "db.query.text": "SET user:jane hunter2-not-a-secret"}
                with basket.start_as_current_span("SET", kind=SpanKind.CLIENT, attributes=redis):
                    pass
                topic = {"messaging.system": "rabbitmq", "messaging.destination.name": "baskets",
                         "messaging.operation.type": "send"}
                with basket.start_as_current_span("send baskets", kind=SpanKind.PRODUCER, attributes=topic):
                    taken = dict(topic, **{"messaging.operation.type": "process"})
                    with mailer.start_as_current_span("process baskets", context=sent(), kind=SpanKind.CONSUMER,
                                                      attributes=taken):
                        pass
                if number == 2:
                    span.set_status(Status(StatusCode.ERROR, "hunter2-not-a-secret"))

payload = encode_spans(exporter.get_finished_spans()).SerializeToString()
with open("traces.pb", "wb") as file:
    file.write(payload)
with open("traces.pb.gz", "wb") as file:
    file.write(gzip.compress(payload, mtime=0))
