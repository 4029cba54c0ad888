"""HubSpot: deals, fetched by id, or in the body of a workflow."""

from daybook.producers.adapters.hubspot.adapter import HubSpotAdapter

__all__ = ["HubSpotAdapter"]
