/**
 * Principal components: the directions in which rows vary most. Pearson, "On lines and planes of closest fit to systems of
 * points in space", Philosophical Magazine 2 (1901).
 */
import { symmetricEigen } from "./symmetricEigen.ts"

/** Directions, unit vectors in the order of their variances (divisor n − 1), which descend. */
export interface Axes {
  readonly axes: ReadonlyArray<Float64Array>
  readonly variances: ReadonlyArray<number>
  /** The variance of all columns together. */
  readonly total: number
}

const product = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** The products of all pairs of vectors. */
const gram = (vectors: ReadonlyArray<Float64Array>): ReadonlyArray<Float64Array> => {
  const matrix = vectors.map(() => new Float64Array(vectors.length))
  vectors.forEach((a, i) => {
    for (let j = 0; j <= i; j++) matrix[i]![j] = matrix[j]![i] = product(a, vectors[j]!)
  })
  return matrix
}

/** A direction of less variance than this share of the greatest is rounding. */
const least = 1e-14

/** The sign by which the entry that is greatest in magnitude, the first at ties, is positive. */
const signed = (axis: Float64Array): Float64Array => {
  const peak = axis.reduce((top, entry, i) => (Math.abs(entry) > Math.abs(axis[top]!) ? i : top), 0)
  return axis[peak]! < 0 ? axis.map((entry) => -entry) : axis
}

const transposed = (vectors: ReadonlyArray<Float64Array>, length: number): ReadonlyArray<Float64Array> =>
  Array.from({ length }, (_, row) => Float64Array.from(vectors, (vector) => vector[row]!))

/**
 * Finds all directions of positive variance of columns whose mean is 0. The eigenvectors of the covariance of the columns
 * or, where there are more columns than rows, of the products of the rows, whichever is smaller: exact to rounding.
 */
export const principalAxes = (centred: ReadonlyArray<Float64Array>): Axes => {
  const rows = centred[0]?.length ?? 0
  const total = centred.reduce((sum, column) => sum + product(column, column), 0) / (rows - 1)
  const wide = centred.length > rows
  const points = wide ? transposed(centred, rows) : centred
  const { values, vectors } = symmetricEigen(gram(points))
  // Rows less their mean have one direction less than there are rows; beyond are rounding errors.
  const rank = Math.min(Math.max(0, rows - 1), values.filter((value) => value > least * values[0]!).length)
  const axes = vectors.slice(0, rank).map((vector, k) => {
    if (!wide) return signed(vector)
    // Rows u with XXᵀu = λu give the direction Xᵀu/√λ.
    const length = Math.sqrt(values[k]!)
    return signed(Float64Array.from(centred, (column) => product(column, vector) / length))
  })
  return { axes, variances: Array.from(values.subarray(0, rank), (value) => value / (rows - 1)), total }
}
