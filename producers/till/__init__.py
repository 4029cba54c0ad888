"""Publishing from a till: every sale is kept on its disk first, and sent when the far side can be reached."""

from daybook.producers.till.blocking import BlockingTill
from daybook.producers.till.receipts import Receipt, State, TillStatus
from daybook.producers.till.retry import Retry
from daybook.producers.till.till import Till

__all__ = ["BlockingTill", "Receipt", "Retry", "State", "Till", "TillStatus"]
