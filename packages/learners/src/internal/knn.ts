/**
 * The training rows as nearest neighbours see them: standardised, row-major.
 *
 * - `rows[i * p + j] = (x_ij − center_j) · factor_j`, with `factor_j = 1 / s_j` (denominator `n`), or 0 for a column
 *   with one value only, which tells no rows apart.
 * - `y`: numbers (`classes` 0) or class codes.
 */
export interface KnnModel {
  readonly n: number
  readonly p: number
  readonly k: number
  readonly classes: number
  readonly center: Float64Array
  readonly factor: Float64Array
  readonly rows: Float64Array
  readonly y: Float64Array
}

/** Training rows looked at by one block of queries before the next: with 60 columns, about as much as an L2 cache. */
const trainBlock = 512
const queryBlock = 32
/** Squared differences summed between two looks at whether the row can still be a neighbour. */
const stride = 16

const standardise = (
  x: Float64Array,
  n: number,
  p: number,
  center: Float64Array,
  factor: Float64Array
): Float64Array => {
  const rows = new Float64Array(n * p)
  for (let j = 0; j < p; j++) {
    for (let i = 0; i < n; i++) rows[i * p + j] = (x[j * n + i]! - center[j]!) * factor[j]!
  }
  return rows
}

/**
 * Keeps the training rows of a nearest-neighbour model, `x` column-major and finite.
 *
 * `k`, default 5, is at most the number of rows: with fewer rows all of them are neighbours. `classes` is 0 for
 * regression.
 *
 * @example
 * const model = knn({ x: Float64Array.of(0, 1, 10), n: 3, p: 1, y: [0, 0, 1], classes: 2, k: 1 })
 * knnPredict(model, Float64Array.of(9), 1) // => [0, 1]
 */
export const knn = (problem: {
  readonly x: Float64Array
  readonly n: number
  readonly p: number
  readonly y: ArrayLike<number>
  readonly classes: number
  readonly k?: number | undefined
}): KnnModel => {
  const { classes, n, p, x, y } = problem
  const center = new Float64Array(p)
  const factor = new Float64Array(p)
  for (let j = 0; j < p; j++) {
    const column = x.subarray(j * n, (j + 1) * n)
    const mean = column.reduce((sum, value) => sum + value, 0) / n
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n
    center[j] = mean
    factor[j] = column.some((value) => value !== column[0]) && variance > 0 ? 1 / Math.sqrt(variance) : 0
  }
  const rows = standardise(x, n, p, center, factor)
  return { n, p, k: Math.min(problem.k ?? 5, n), classes, center, factor, rows, y: Float64Array.from(y) }
}

/** The neighbours of `m` queries, nearest first: `index[q * k + r]` and their squared distances. */
export interface Neighbours {
  readonly index: Int32Array
  readonly squared: Float64Array
}

/**
 * Finds the `k` nearest training rows of each of `m` queries (column-major), by the Euclidean distance
 * `√ Σ_j ((a_j − b_j) / s_j)²`. Of rows at the same distance the one that comes first in the training data is nearer.
 *
 * Distances are sums of squared differences, not the expansion `|a|² + |b|² − 2ab`: that one is faster and loses the
 * digits that tell close neighbours, and duplicates, apart. A sum is given up once it exceeds the `k`-th nearest so far.
 *
 * @example
 * knnNeighbours(model, Float64Array.of(9), 1).index // => [2]
 */
export const knnNeighbours = (model: KnnModel, x: Float64Array, m: number): Neighbours => {
  const { k, n, p, rows } = model
  const queries = standardise(x, m, p, model.center, model.factor)
  const index = new Int32Array(m * k)
  const squared = new Float64Array(m * k).fill(Infinity)
  for (let fromQuery = 0; fromQuery < m; fromQuery += queryBlock) {
    const toQuery = Math.min(fromQuery + queryBlock, m)
    for (let fromRow = 0; fromRow < n; fromRow += trainBlock) {
      const toRow = Math.min(fromRow + trainBlock, n)
      for (let q = fromQuery; q < toQuery; q++) {
        const query = q * p
        const first = q * k
        const last = first + k - 1
        for (let i = fromRow; i < toRow; i++) {
          const row = i * p
          const bound = squared[last]!
          let sum = 0
          for (let j = 0; j < p && sum < bound;) {
            const end = Math.min(j + stride, p)
            for (; j < end; j++) {
              const difference = queries[query + j]! - rows[row + j]!
              sum += difference * difference
            }
          }
          if (sum >= bound) continue
          let at = last
          while (at > first && squared[at - 1]! > sum) {
            squared[at] = squared[at - 1]!
            index[at] = index[at - 1]!
            at--
          }
          squared[at] = sum
          index[at] = i
        }
      }
    }
  }
  return { index, squared }
}

/**
 * Predicts `m` queries: `out[q]`, the mean response of the neighbours, or `out[q * classes + c]`, the share of class `c`
 * among them. All neighbours count the same.
 *
 * Gotchas: shares are multiples of `1/k`; when two classes have the same share, the lower code is the usual choice.
 *
 * @example
 * knnPredict(model, Float64Array.of(9), 1) // => [0, 1]
 */
export const knnPredict = (model: KnnModel, x: Float64Array, m: number): Float64Array => {
  const { classes, k, y } = model
  const { index } = knnNeighbours(model, x, m)
  const width = Math.max(classes, 1)
  const out = new Float64Array(m * width)
  for (let q = 0; q < m; q++) {
    for (let r = 0; r < k; r++) {
      const response = y[index[q * k + r]!]!
      if (classes > 0) out[q * width + response]!++
      else out[q]! += response
    }
  }
  for (let t = 0; t < out.length; t++) out[t]! /= k
  return out
}
