"""What can be wrong with a spool. Each says in its sentence what became of the sale."""

from __future__ import annotations


class SpoolError(RuntimeError):
    """The spool did not do what it was asked to."""


class SpoolFull(SpoolError):
    """No room within the limit. Nothing of this call was kept; what was kept before is untouched."""


class SpoolFailed(SpoolError):
    """The disk refused. Nothing of this call is promised; what was kept before is untouched."""


class SpoolInUse(SpoolError):
    """Another process, or another spool of this one, has the folder."""


class SpoolUnusable(SpoolError):
    """The folder cannot be used, or no longer: not writable, closed, or taken over a fork."""
