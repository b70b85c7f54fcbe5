/**
 * How long one call takes. The peers are timed by the same procedure, written in their languages.
 */

/**
 * Seconds a call: the fastest sample, which other programs disturb least, median and quartiles. A sample is the mean of
 * as many calls as take a millisecond.
 */
export interface Timing {
  readonly fastest: number
  readonly q1: number
  readonly median: number
  readonly q3: number
}

const shortestSample = 1e-3
const fewestSamples = 5

const seconds = (run: () => unknown, calls: number): number => {
  const start = performance.now()
  for (let i = 0; i < calls; i++) run()
  return (performance.now() - start) / 1000
}

/** The quantile of sorted values, linear between neighbours. */
const quantile = (sorted: ReadonlyArray<number>, p: number): number => {
  const place = p * (sorted.length - 1)
  const below = sorted[Math.floor(place)]!
  return below + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - below)
}

/** Times calls for about `budget` seconds, after warming up for a quarter of it. Five samples at least. */
export const measure = (run: () => unknown, budget: number): Timing => {
  let calls = 1
  let warm = 0
  while (warm < budget / 4) {
    const time = seconds(run, calls)
    warm += time
    if (time < shortestSample) calls *= 2
  }
  const samples: Array<number> = []
  for (let spent = 0; spent < budget || samples.length < fewestSamples;) {
    const time = seconds(run, calls)
    spent += time
    samples.push(time / calls)
  }
  samples.sort((a, b) => a - b)
  return {
    fastest: samples[0]!,
    q1: quantile(samples, 0.25),
    median: quantile(samples, 0.5),
    q3: quantile(samples, 0.75)
  }
}
