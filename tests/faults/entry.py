"""A ``daybook`` process with faults in it: ``python -m tests.faults.entry kill:sent:7,no:fencing worker``.

Nothing of the product can be switched off by a setting; what a row needs is put in its place here.
"""

from __future__ import annotations

import sys

from daybook.cli.main import main
from tests.faults.forced import force
from tests.faults.sabotage import SAFEGUARDS

if __name__ == "__main__":
    for fault in sys.argv[1].split(","):
        kind, _, rest = fault.partition(":")
        if kind == "no":
            SAFEGUARDS[rest]()
        else:
            force(kind, rest)
    main(sys.argv[2:])
