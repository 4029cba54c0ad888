"""Publishing through the HTTP gateway, for tills that may not speak to Kafka."""

from daybook.producers.http.publisher import GatewayUnavailable, HttpPublisher, HttpSignalsPublisher

__all__ = ["GatewayUnavailable", "HttpPublisher", "HttpSignalsPublisher"]
