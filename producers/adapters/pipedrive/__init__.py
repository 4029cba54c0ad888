"""Pipedrive: deals, in both forms of its webhooks."""

from daybook.producers.adapters.pipedrive.adapter import PipedriveAdapter

__all__ = ["PipedriveAdapter"]
