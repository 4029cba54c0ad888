"""A state spread over more partitions: who was counted has to be known wherever it may come again.

When a topic gets more partitions, a key's later records may lie on another partition than its first. Totals
stay where they are, for they are partial and added up anyway. Remembered identities do not tell their keys,
so a partition takes over those of all partitions from which its keys can have come: a superset does no harm.
An order's newest lines go to each of its possible homes, with the partition at which they stand, and so does
what is known of a signal's subject.

What a producer with an old map still puts on the old partition becomes a dead letter ``misplaced`` for a
while, which a replay puts where it belongs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import gcd
from typing import Final, NamedTuple

import orjson

from daybook.ledger.messages import PartitionPosition, decode_totals, encode
from daybook.ledger.orders import PREFIX as ORDERS
from daybook.ledger.orders import AppliedOrder, decode_order, encode_order, order_id_of
from daybook.ledger.partitioning import home, homes
from daybook.ledger.remembered import PREFIX as IDENTITIES
from daybook.ledger.remembered import packed, unpacked
from daybook.ledger.signals.encoding import SUBJECTS, decode_subject, subject_id_of

State = dict[bytes, bytes]
"""A partition's changelog: the newest value of each key."""
KEY: Final = b"regrouped"
"""Key of the record that tells when a state was regrouped."""
POSITION: Final = b"position"
WATCHED_MS: Final = 3_600_000
"""For how long records on a wrong partition are looked out for; producers read the map every five minutes."""


class Regrouped(NamedTuple):
    """The number of partitions since the last regrouping, and until when misplaced records are set aside.

    ``one`` says that all keys lay where murmur2 puts them. Else a record of an old map could not be told from
    one that another partitioner has put on the same partition by the new map.
    """

    partitions: int
    until: int
    one: bool = False

    def misplaced(self, key: str, partition: int, recorded_at: int) -> bool:
        """Whether a record that the log took at a time (epoch ms) lies where its key belongs no more."""
        return recorded_at < self.until and partition not in homes(
            key.encode(), self.partitions, one=self.one
        )


def decode_regrouped(value: bytes) -> Regrouped:
    """The record of a regrouping."""
    body = orjson.loads(value)
    return Regrouped(int(body["partitions"]), int(body["until"]), bool(body.get("one", False)))


def regrouped(states: Sequence[State], partitions: int, epoch: int, now: int) -> list[State]:
    """For each of the new partitions, what its state has to be given; old records that are not in it stay.

    Done again on what it has given, it gives the same: a regrouping that was cut short can be done once more.

    Args:
        states: the old partitions', complete up to the records that the new epoch begins with.
        partitions: how many there are from now on; not fewer than before.
        epoch: under which records are counted from now on, above all before it.
        now: this moment in epoch milliseconds.
    """
    step = gcd(len(states), partitions)
    one = _by_murmur2(states)
    told = orjson.dumps(Regrouped(partitions, now + WATCHED_MS, one)._asdict())
    positions = [_position(state, place, epoch) for place, state in enumerate(states)]
    orders = _newest_orders(states, partitions, one=one)
    subjects = _newest_subjects(states, partitions, one=one)
    return [
        {
            **_identities([states[place] for place in range(new % step, len(states), step)]),
            **_orders(orders, new),
            **{key: subject.value for key, subject in subjects.items() if new in subject.homes},
            POSITION: encode(_new_position(positions, new, step, epoch)),
            KEY: told,
        }
        for new in range(partitions)
    ]


def _by_murmur2(states: Sequence[State]) -> bool:
    """Whether all keys lie where murmur2 puts them, now and at an earlier regrouping, and some only so."""
    places: dict[bytes, set[int]] = {}
    for place, state in enumerate(states):
        if KEY in state and not decode_regrouped(state[KEY]).one:
            return False
        for key in state:
            if key.startswith(ORDERS):
                places.setdefault(order_id_of(key).encode(), set()).add(place)
            elif key.startswith(SUBJECTS):
                places.setdefault(subject_id_of(key).encode(), set()).add(place)
    count = len(states)
    # Where each partitioner would have put them in the same way, nothing is known.
    told = any(not homes(key, count) <= found for key, found in places.items())
    return told and all(home(key, count) in found for key, found in places.items())


def _position(state: State, partition: int, epoch: int) -> PartitionPosition:
    if POSITION not in state:
        return PartitionPosition(epoch, partition, 0, 0, 0, 0, 0, 0, 0)
    position = decode_totals(state[POSITION])
    assert isinstance(position, PartitionPosition)
    return position


def _new_position(
    positions: Sequence[PartitionPosition], new: int, step: int, epoch: int
) -> PartitionPosition:
    """The same place in the log under the new epoch; a new partition begins with nothing counted."""
    sources = positions[new % step :: step]
    own = positions[new] if new < len(positions) else PartitionPosition(epoch, new, 0, 0, 0, 0, 0, 0, 0)
    forgotten = max(source.forgotten_before for source in sources)
    return own._replace(epoch=epoch, forgotten_before=forgotten)


def _identities(sources: Sequence[State]) -> State:
    """All identities that the sources remember, by the hour; chunks of one source alone stay as they are."""
    if len(sources) == 1:
        return {key: value for key, value in sources[0].items() if key.startswith(IDENTITIES)}
    hours: dict[int, tuple[int, set[bytes]]] = {}
    for source in sources:
        for key, value in source.items():
            if key.startswith(IDENTITIES):
                chunk = unpacked(key, value)
                version, known = hours.get(chunk.hour, (0, set()))
                hours[chunk.hour] = max(version, chunk.version), known | set(chunk.identities)
    return {
        key: value
        for hour, (version, known) in hours.items()
        for key, value in packed(hour, version, sorted(known))
    }


class _Order(NamedTuple):
    """The newest version of an order, the partition that keeps it, and where later ones may come."""

    order: AppliedOrder
    place: int
    homes: frozenset[int]


def _newest_orders(states: Sequence[State], partitions: int, *, one: bool) -> dict[bytes, _Order]:
    newest: dict[bytes, _Order] = {}
    for place, state in enumerate(states):
        for key, value in state.items():
            if key.startswith(ORDERS):
                order = decode_order(value)
                known = newest.get(key)
                # After an earlier regrouping copies of older versions lie about.
                if known is None or known.order.order_version < order.order_version:
                    newest[key] = _Order(order, place, homes(order_id_of(key).encode(), partitions, one=one))
    return newest


def _orders(newest: Mapping[bytes, _Order], new: int) -> State:
    """The orders of which a newer version may come to the partition, or which lie on it already."""
    found = {}
    for key, (order, place, places) in newest.items():
        if place == new:
            found[key] = encode_order(order)
        elif new in places:
            elsewhere = place if order.partition is None else order.partition
            found[key] = encode_order(order._replace(partition=elsewhere))
    return found


class _Subject(NamedTuple):
    """The state of a subject of which most is known, and where later signals about it may come."""

    known: tuple[int, int]
    value: bytes
    homes: frozenset[int]


def _newest_subjects(states: Sequence[State], partitions: int, *, one: bool) -> dict[bytes, _Subject]:
    newest: dict[bytes, _Subject] = {}
    for state in states:
        for key, value in state.items():
            if key.startswith(SUBJECTS):
                known = decode_subject(value).progress
                # After an earlier regrouping copies of before lie about.
                if key not in newest or newest[key].known < known:
                    places = homes(subject_id_of(key).encode(), partitions, one=one)
                    newest[key] = _Subject(known, value, places)
    return newest
