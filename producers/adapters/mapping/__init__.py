"""Any other system: a mapping document says which of its fields are which of ours."""

from daybook.producers.adapters.mapping.adapter import MappingAdapter
from daybook.producers.adapters.mapping.document import Mapping

__all__ = ["Mapping", "MappingAdapter"]
