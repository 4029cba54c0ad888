"""A trace as OpenTelemetry's spans, for whatever takes OTLP. Needs ``daybook[traces]``."""

from __future__ import annotations

from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import SpanKind, set_span_in_context

from daybook.tracing import Trace

_NANOSECONDS: Final = 1_000_000


class _Ids(IdGenerator):
    """The trace's own id, under which the record's header has it, and chance for the spans."""

    def __init__(self, trace_id: str) -> None:
        self._trace_id = int(trace_id, 16)
        self._chance = RandomIdGenerator()

    def generate_trace_id(self) -> int:
        """Of the trace."""
        return self._trace_id

    def generate_span_id(self) -> int:
        """Of a span."""
        return self._chance.generate_span_id()


def export(trace: Trace, url: str | None = None, *, exporter: SpanExporter | None = None) -> None:
    """Send a trace's spans: one for the sale, and below it one for each stage.

    Args:
        trace: what was followed.
        url: where OTLP over HTTP is taken, such as http://127.0.0.1:4318/v1/traces.
        exporter: instead of that one.
    """
    resource = Resource.create({"service.name": "daybook"})
    provider = TracerProvider(resource=resource, id_generator=_Ids(trace.trace_id))
    provider.add_span_processor(SimpleSpanProcessor(exporter or OTLPSpanExporter(endpoint=url)))
    tracer = provider.get_tracer("daybook")
    began = min(step.began for step in trace.steps)
    ended = max(step.ended for step in trace.steps)
    sale = tracer.start_span(
        "sale",
        kind=SpanKind.INTERNAL,
        start_time=int(began * _NANOSECONDS),
        attributes={"daybook.event_id": trace.event_id, "daybook.test": True},
    )
    within = set_span_in_context(sale)
    for step in trace.steps:
        span = tracer.start_span(step.name, context=within, start_time=int(step.began * _NANOSECONDS))
        span.end(int(step.ended * _NANOSECONDS))
    sale.end(int(ended * _NANOSECONDS))
    provider.shutdown()
