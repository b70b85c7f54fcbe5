/** Which growth explains a curve of times best. */

const classes = {
  N: (n: number) => n,
  "N log N": (n: number) => n * Math.log(n),
  "N²": (n: number) => n * n
}

/** What a growth is called. */
export type Class = keyof typeof classes

/** The best class, how far it is off (a factor, 1 = exact), and the slope of the curve on log-log paper. */
export interface Fit {
  readonly best: Class
  readonly factor: number
  readonly slope: number
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((a, b) => a + b, 0) / values.length

/** The standard deviation of log time around log(c · growth): least squares give the mean difference as log c. */
const spread = (points: ReadonlyArray<readonly [number, number]>, growth: (n: number) => number): number => {
  const differences = points.map(([n, time]) => Math.log(time / growth(n)))
  const logC = mean(differences)
  return Math.sqrt(mean(differences.map((difference) => (difference - logC) ** 2)))
}

/**
 * Fits c·N, c·N log N and c·N² to (N, time) by least squares of the logarithms, so that every N counts the same, over
 * N ≥ 10³, where fixed costs no longer show. Undefined with fewer than three such points.
 */
export const fit = (all: ReadonlyArray<readonly [number, number]>): Fit | undefined => {
  const points = all.filter(([n]) => n >= 1000)
  if (points.length < 3) return undefined
  const [best, error] = (Object.keys(classes) as ReadonlyArray<Class>)
    .map((name) => [name, spread(points, classes[name])] as const)
    .reduce((a, b) => (b[1] < a[1] ? b : a))
  const x = mean(points.map(([n]) => Math.log(n)))
  const covariance = mean(points.map(([n, time]) => (Math.log(n) - x) * Math.log(time)))
  return { best, factor: Math.exp(error), slope: covariance / mean(points.map(([n]) => (Math.log(n) - x) ** 2)) }
}
