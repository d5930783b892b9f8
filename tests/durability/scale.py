"""How much the durability tests do: their full counts, times the variable SOAK."""

import os

FACTOR = float(os.environ.get("SOAK", "1"))


def times(count: int) -> int:
    """`count` for `make test`; `SOAK=10` asks for ten times as much, `SOAK=0.1` for a glance."""
    return max(2, round(count * FACTOR))
