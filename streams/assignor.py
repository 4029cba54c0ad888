"""Assigning partitions, with an eye on whether they are known at all."""

from __future__ import annotations

from typing import Any, ClassVar

from faust.assignor.partition_assignor import PartitionAssignor

from daybook.schemas import topics


class BlindAssignmentError(Exception):
    """This worker assigned partitions to the group without knowing that there are any."""

    def __init__(self) -> None:
        super().__init__("the brokers told of no partitions when they were assigned, so nobody reads them")


class WatchfulAssignor(PartitionAssignor):
    """Faust's assignor. It takes a topic that the client knows nothing of yet for one that there is not.

    So a group that forms while brokers come back may have a leader that gives nobody anything, and stays so.
    """

    source: ClassVar[str] = topics.EVENTS
    blind = False
    """Whether the last assignment was made without the source topic."""

    def assign(self, cluster: Any, member_metadata: Any) -> Any:
        """Assign, and note whether the source topic was known."""
        self.blind = not cluster.partitions_for_topic(self.source)
        return super().assign(cluster, member_metadata)
