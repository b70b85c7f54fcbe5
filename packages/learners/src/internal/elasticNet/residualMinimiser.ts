import type { Design } from "./featureDesign.ts"
import { alternate, type LinearFit, type Minimiser, smallestCurvature, softThreshold } from "./quadratic.ts"
import { addCentred, addScaled, dot, sumOf, weightedSquare } from "../vectors.ts"

/**
 * Makes the minimiser that keeps the `n` residuals up to date ("naive" updates): `O(n)` for each coefficient visited
 * and no memory, whatever the number of columns. `intercept` says whether the intercept moves.
 */
export const residualMinimiser = (design: Design, fit: LinearFit, intercept: boolean, tolerance: number): Minimiser => {
  const { columns, p } = design
  const { beta, residual, weight } = fit
  const curvature = new Float64Array(p)
  const mean = new Float64Array(p)
  const active = new Int32Array(p)
  let interceptChange = 0
  return {
    curvature,
    interceptChange: () => interceptChange,
    refresh: () => {},
    minimise: ({ l1, l2 }, candidates, budget) => {
      const total = sumOf(weight)
      for (let t = 0; t < candidates.count; t++) {
        const j = candidates.indices[t]!
        const square = weightedSquare(weight, columns[j]!)
        if (intercept) mean[j] = dot(weight, columns[j]!) / total
        curvature[j] = Math.max(square - total * mean[j]! * mean[j]!, smallestCurvature * square)
      }
      if (intercept) {
        const delta = sumOf(residual) / total
        fit.intercept += delta
        interceptChange = total * delta * delta
        addScaled(residual, -delta, weight)
      }
      return alternate(candidates, beta, active, tolerance, budget, (list, count) => {
        let change = 0
        for (let t = 0; t < count; t++) {
          const j = list[t]!
          const column = columns[j]!
          const before = beta[j]!
          const v = curvature[j]!
          const after = softThreshold(dot(column, residual) + v * before, l1) / (v + l2)
          if (after === before) continue
          const delta = after - before
          beta[j] = after
          fit.intercept -= delta * mean[j]!
          addCentred(residual, -delta, weight, column, mean[j]!)
          change = Math.max(change, v * delta * delta)
        }
        return change
      })
    }
  }
}
