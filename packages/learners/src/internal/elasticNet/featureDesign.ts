/**
 * The columns of a problem as coordinate descent sees them: weighted rows that sum to one, columns centred (when there
 * is an intercept) and divided by their scale. `columns[j][i] = (x_ij − center_j) / scale_j`.
 */
export interface Design {
  readonly n: number
  readonly p: number
  readonly columns: ReadonlyArray<Float64Array>
  /** Row weights, summing to one. */
  readonly weights: Float64Array
  /** The sum of the row weights as given. */
  readonly totalWeight: number
  readonly center: Float64Array
  readonly scale: Float64Array
  /** The columns with more than one value. The coefficients of the others stay zero. */
  readonly usable: Int32Array
  readonly intercept: boolean
}

/**
 * Centres and scales columns by their weighted mean and standard deviation (denominator `n`, as glmnet does).
 *
 * Gotchas: without an intercept columns are not centred, yet they are still divided by the standard deviation about
 * their mean, again as glmnet does.
 */
export const makeDesign = (
  problem: {
    readonly n: number
    readonly p: number
    readonly x: Float64Array
    readonly weights?: Float64Array | undefined
  },
  options: { readonly standardize: boolean; readonly intercept: boolean }
): Design => {
  const { n, p, x } = problem
  const given = problem.weights ?? new Float64Array(n).fill(1)
  let totalWeight = 0
  for (let i = 0; i < n; i++) totalWeight += given[i]!
  const weights = given.map((w) => w / totalWeight)
  const center = new Float64Array(p)
  const scale = new Float64Array(p).fill(1)
  const usable: Array<number> = []
  const columns: Array<Float64Array> = []
  for (let j = 0; j < p; j++) {
    const column = x.slice(j * n, (j + 1) * n)
    columns.push(column)
    let mean = 0
    for (let i = 0; i < n; i++) mean += weights[i]! * column[i]!
    let variance = 0
    for (let i = 0; i < n; i++) variance += weights[i]! * (column[i]! - mean) ** 2
    if (variance === 0 || column.every((value) => value === column[0])) continue
    usable.push(j)
    const shift = options.intercept ? mean : 0
    const divisor = options.standardize ? Math.sqrt(variance) : 1
    for (let i = 0; i < n; i++) column[i] = (column[i]! - shift) / divisor
    center[j] = shift
    scale[j] = divisor
  }
  return {
    n,
    p,
    columns,
    weights,
    totalWeight,
    center,
    scale,
    usable: Int32Array.from(usable),
    intercept: options.intercept
  }
}
