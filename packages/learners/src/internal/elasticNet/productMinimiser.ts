import { type Candidates, fillGradientOf } from "./candidates.ts"
import type { Design } from "./featureDesign.ts"
import { makeLeap } from "./leap.ts"
import { alternate, type LinearFit, type Minimiser, smallestCurvature, softThreshold } from "./quadratic.ts"
import { dot, dotFour, sumOf } from "../vectors.ts"

/**
 * Products are computed anew when the weights have moved from those they were computed with by more than this
 * fraction, in the mean.
 */
const drift = 0.1

/**
 * Makes the minimiser that keeps weighted inner products between columns, `H_jk = Σ_i w_i (x_ij − m_j) x_ik` ("covariance"
 * updates): a pass costs `O(a²)` for `a` columns, whatever the number of rows. Products are computed when a column is
 * first visited, `O(n a)`, which is the dear part.
 *
 * So they are kept while the weights change little. A Newton step then uses the curvature of a recent step with the
 * exact gradient of this one: its fixed point is the same, it takes a step more to get there, and each costs a
 * fraction. The gradient is that of `residual`, computed anew by every call; `H` only shapes the way.
 *
 * Memory `8 p²` bytes.
 */
export const productMinimiser = (design: Design, fit: LinearFit, intercept: boolean, tolerance: number): Minimiser => {
  const { columns, n, p } = design
  const { beta, residual, weight } = fit
  const products = new Float64Array(p * p)
  const curvature = new Float64Array(p)
  const mean = new Float64Array(p)
  const gradient = new Float64Array(p)
  const active = new Int32Array(p)
  const anchor = new Float64Array(n)
  const weighted = new Float64Array(n)
  const four = new Float64Array(4)
  const known = new Int32Array(p)
  const isKnown = new Uint8Array(p)
  let knownCount = 0
  let total = 0

  const put = (j: number, k: number, value: number): void => {
    products[j * p + k] = value
    products[k * p + j] = value
  }

  const learn = (j: number): void => {
    isKnown[j] = 1
    known[knownCount++] = j
    const column = columns[j]!
    mean[j] = intercept ? dot(anchor, column) / total : 0
    const m = mean[j]!
    for (let i = 0; i < n; i++) weighted[i] = anchor[i]! * (column[i]! - m)
    let t = 0
    for (; t + 3 < knownCount; t += 4) {
      dotFour(
        weighted,
        columns[known[t]!]!,
        columns[known[t + 1]!]!,
        columns[known[t + 2]!]!,
        columns[known[t + 3]!]!,
        four
      )
      for (let f = 0; f < 4; f++) put(j, known[t + f]!, four[f]!)
    }
    for (; t < knownCount; t++) put(j, known[t]!, dot(weighted, columns[known[t]!]!))
    const own = products[j * p + j]!
    // Σ_i w_i x_ij² is what remains about the mean, and the mean squared.
    curvature[j] = Math.max(own, smallestCurvature * (own + total * m * m))
  }

  const drifted = (): boolean => {
    let apart = 0
    for (let i = 0; i < n; i++) apart += Math.abs(weight[i]! - anchor[i]!)
    return !(apart <= drift * total)
  }

  /** Updates the gradient of the candidates for a change of column `k` by `delta`. */
  const follow = (candidates: Candidates, k: number, delta: number): void => {
    const { count, indices } = candidates
    const row = k * p
    for (let t = 0; t < count; t++) {
      const j = indices[t]!
      gradient[j]! -= delta * products[row + j]!
    }
  }

  /** The columns that the descent is about. */
  let visited: Candidates | undefined
  const leap = makeLeap({
    p,
    products,
    gradient,
    beta,
    move: (j, to) => {
      const delta = to - beta[j]!
      beta[j] = to
      fit.intercept -= delta * mean[j]!
      follow(visited!, j, delta)
    }
  })

  let interceptChange = 0
  return {
    curvature,
    interceptChange: () => interceptChange,
    refresh: () => {
      total = 0
    },
    minimise: ({ l1, l2 }, candidates, budget) => {
      if (total === 0 || drifted()) {
        anchor.set(weight)
        total = sumOf(anchor)
        knownCount = 0
        isKnown.fill(0)
      }
      const rest = intercept ? sumOf(residual) : 0
      fit.intercept += rest / total
      interceptChange = (rest * rest) / total
      fillGradientOf(columns, candidates.indices, candidates.count, residual, gradient)
      for (let t = 0; t < candidates.count; t++) {
        const j = candidates.indices[t]!
        if (isKnown[j] === 0) learn(j)
        gradient[j]! -= mean[j]! * rest
      }
      visited = candidates
      const pass = (list: Int32Array, count: number): number => {
        let change = 0
        for (let t = 0; t < count; t++) {
          const j = list[t]!
          const before = beta[j]!
          const v = curvature[j]!
          const after = softThreshold(gradient[j]! + v * before, l1) / (v + l2)
          if (after === before) continue
          const delta = after - before
          beta[j] = after
          fit.intercept -= delta * mean[j]!
          follow(candidates, j, delta)
          change = Math.max(change, v * delta * delta)
        }
        return change
      }
      return alternate(candidates, beta, active, tolerance, budget, pass, (list, count) =>
        leap(list, count, { l1, l2 })
      )
    }
  }
}
