"""Traces: what is exported, and what of a context is carried on."""

from __future__ import annotations

import pytest

from daybook.producers.records import trace_headers
from daybook.tracing import Step, Trace

VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_trace_becomes_a_sale_with_its_stages_below_it() -> None:
    """Under the trace's own id, with the times that were measured."""
    in_memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    exporting = pytest.importorskip("daybook.trace_export")
    steps = [Step("gateway", 1000.0, 1010.0), Step("worker", 1004.0, 1250.0), Step("boards", 1250.0, 1400.0)]
    kept = in_memory.InMemorySpanExporter()
    exporting.export(Trace("4bf92f3577b34da6a3ce929d0e0e4736", "e1", steps), exporter=kept)
    spans = {span.name: span for span in kept.get_finished_spans()}
    assert spans.keys() == {"sale", "gateway", "worker", "boards"}
    assert {f"{span.context.trace_id:032x}" for span in spans.values()} == {
        "4bf92f3577b34da6a3ce929d0e0e4736"
    }
    sale = spans.pop("sale")
    assert sale.parent is None
    assert {span.parent.span_id for span in spans.values()} == {sale.context.span_id}
    assert (sale.start_time, sale.end_time) == (1_000_000_000, 1_400_000_000)
    assert (spans["worker"].start_time, spans["worker"].end_time) == (1_004_000_000, 1_250_000_000)


@pytest.mark.parametrize(
    "header, carried",
    [
        (VALID, True),
        (None, False),
        ("", False),
        (VALID.upper(), False),
        (VALID[:-1], False),
        (VALID + "\r\nx: y", False),
        ("00-" + "0" * 32 + "-00f067aa0ba902b7-01", False),
        ("x" * 100_000, False),
    ],
)
def test_only_a_valid_context_is_carried_on(header: str | None, carried: bool) -> None:  # noqa: FBT001 - a parameter
    """What a stranger sends as a header gets into a record only in its one form."""
    assert bool(trace_headers(header)) is carried
