"""Interleaved rounds (A B A B) and what they come to: medians, quartiles, ratios."""

import statistics
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass
class Series:
    """One figure of one path, once per round."""

    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        if len(self.values) < 2:
            return self.values[0], self.values[0]
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return low, high


Measure = Callable[[], Awaitable[Mapping[str, float]]]
"""Measures one path once: figure's name → value."""

Table = dict[str, dict[str, Series]]
"""Path → figure → its series."""


async def interleaved(paths: Mapping[str, Measure], rounds: int) -> Table:
    """Measure all paths in turn, `rounds` times, after one round that warms up and is dropped."""
    table: Table = {path: {} for path in paths}
    for number in range(rounds + 1):
        for path, measure in paths.items():
            for figure, value in (await measure()).items():
                if number:
                    table[path].setdefault(figure, Series()).values.append(value)
    return table


def ratio(table: Table, figure: str, path: str, base: str) -> float:
    """How many times `base` the path costs: the median of the rounds' own ratios, so that what
    disturbs a whole round cancels out."""
    pairs = zip(table[path][figure].values, table[base][figure].values, strict=True)
    return statistics.median(value / of for value, of in pairs)
