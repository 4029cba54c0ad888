"""A till's spool: a folder that keeps sales, in order and on the disk, until the far side has them."""

from daybook.producers.spool.errors import SpoolError, SpoolFailed, SpoolFull, SpoolInUse, SpoolUnusable
from daybook.producers.spool.look import SpoolStatus, look
from daybook.producers.spool.spool import DEFAULT_MAX_BYTES, Kept, Spool

__all__ = [
    "DEFAULT_MAX_BYTES",
    "Kept",
    "Spool",
    "SpoolError",
    "SpoolFailed",
    "SpoolFull",
    "SpoolInUse",
    "SpoolStatus",
    "SpoolUnusable",
    "look",
]
