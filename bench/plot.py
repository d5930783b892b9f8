"""Draws cost against streams and lag against load: `plot.py DATA.json PICTURE.png`.

Runs in an environment of its own that has matplotlib (`bench/environments.py`).
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import NullFormatter

data = json.loads(Path(sys.argv[1]).read_text())
figure, (cost, lag) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
for path, steps in data.items():
    streams = [step["streams"] for step in steps]
    cost.plot(streams, [step["cpu"] for step in steps], marker="o", label=path)
    load = [100 * step["load"] for step in steps]
    lag.plot(load, [step["lag_p99"] for step in steps], marker="o", label=path)
cost.set(xlabel="streams of 50 tokens a second", ylabel="server CPU, µs per token")
lag.set(xlabel="load of the core, %", ylabel="p99 lag of a token, ms")
for axes in (cost, lag):
    axes.set_yscale("log")
    axes.grid(alpha=0.3, which="both")
cost.set_xscale("log")
cost.xaxis.set_major_formatter("{x:g}")
cost.xaxis.set_minor_formatter(NullFormatter())
lag.axhline(100, color="grey", linestyle=":")
cost.legend(fontsize=8)
figure.savefig(sys.argv[2], dpi=110)
