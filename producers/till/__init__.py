"""Publishing from a till: every sale is kept on its disk first, and sent when the far side can be reached."""

from daybook.producers.till.blocking import BlockingSignalsTill, BlockingTill
from daybook.producers.till.receipts import Receipt, State, TillStatus
from daybook.producers.till.retry import Retry
from daybook.producers.till.till import SignalsTill, Till

__all__ = [
    "BlockingSignalsTill",
    "BlockingTill",
    "Receipt",
    "Retry",
    "SignalsTill",
    "State",
    "Till",
    "TillStatus",
]
