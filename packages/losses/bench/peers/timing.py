"""How long one call takes: the procedure of `measure.ts`."""

import statistics
import time

SHORTEST_SAMPLE = 1e-3
FEWEST_SAMPLES = 5


def seconds(run, calls):
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - start


def measure(run, budget):
    calls, warm = 1, 0.0
    while warm < budget / 4:
        spent = seconds(run, calls)
        warm += spent
        if spent < SHORTEST_SAMPLE:
            calls *= 2
    samples, total = [], 0.0
    while total < budget or len(samples) < FEWEST_SAMPLES:
        spent = seconds(run, calls)
        total += spent
        samples.append(spent / calls)
    return min(samples), *statistics.quantiles(samples, n=4, method="inclusive")
