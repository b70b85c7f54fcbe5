import { describe, expect, it } from "vitest"
import { cvElasticNet, type CvMeasure, whyNoCvElasticNet } from "../../../src/internal/elasticNet/crossValidated.ts"
import {
  coefficientsAt,
  elasticNet,
  linearPredictors,
  toProbabilities
} from "../../../src/internal/elasticNet/elasticNet.ts"
import type { ElasticNetProblem, Family } from "../../../src/internal/elasticNet/problem.ts"
import { draws, normal, uniform } from "../random.ts"

const n = 45
const p = 4
const next = uniform(17)
const x = draws(n * p, () => normal(next))
const weights = draws(n, () => 0.5 + next())
const noise = draws(n, () => normal(next))
const response: Record<Family, Float64Array> = {
  gaussian: noise.map((e, i) => x[i] - 2 * x[n + i] + e),
  binomial: noise.map((e, i) => (x[i] - 2 * x[n + i] + e > 0 ? 1 : 0)),
  multinomial: noise.map((e, i) => (x[i] + e > 0.5 ? 2 : x[n + i] > 0 ? 1 : 0))
}
const problemOf = (family: Family): ElasticNetProblem => ({ family, n, p, x, y: response[family], weights })
const foldId = Int32Array.from({ length: n }, (_, i) => (i * 7) % 5)

/** Errors of all rows at one penalty, each predicted by the path that did not see its fold. */
const errorsOf = (
  problem: ElasticNetProblem,
  measure: CvMeasure,
  lambda: number,
  foldId: Int32Array
): ReadonlyArray<number> => {
  const errors = Array.from({ length: n }, () => 0)
  for (const fold of new Set(foldId)) {
    const rows = Array.from({ length: n }, (_, i) => i).filter((i) => foldId[i] !== fold)
    const part: ElasticNetProblem = {
      ...problem,
      n: rows.length,
      x: Float64Array.from(
        { length: rows.length * p },
        (_, t) => x[Math.floor(t / rows.length) * n + rows[t % rows.length]]
      ),
      y: rows.map((i) => problem.y[i]),
      weights: Float64Array.from(rows, (i) => weights[i]),
      classes: 3
    }
    const fit = elasticNet(part)
    const out = linearPredictors(coefficientsAt(fit, lambda), x, n)
    if (problem.family !== "gaussian") toProbabilities(out, fit.predictors, n)
    for (let i = 0; i < n; i++) {
      if (foldId[i] !== fold) continue
      if (problem.family === "gaussian") {
        errors[i] = (problem.y[i] - out[i]) ** 2
        continue
      }
      const q = problem.family === "binomial" ? [1 - out[i], out[i]] : [out[i], out[n + i], out[2 * n + i]]
      const own = Math.min(Math.max(q[problem.y[i]], 1e-5), 1 - 1e-5)
      errors[i] = {
        deviance: -2 * Math.log(own),
        mse: q.reduce((sum, value, k) => sum + (value - (k === problem.y[i] ? 1 : 0)) ** 2, 0),
        class: q.indexOf(Math.max(...q)) === problem.y[i] ? 0 : 1
      }[measure]
    }
  }
  return errors
}

describe("cvElasticNet", () => {
  it.each<[Family, CvMeasure]>([
    ["gaussian", "deviance"],
    ["gaussian", "mse"],
    ["binomial", "deviance"],
    ["binomial", "mse"],
    ["binomial", "class"],
    ["multinomial", "deviance"],
    ["multinomial", "mse"],
    ["multinomial", "class"]
  ])("averages folds by their weight: %s, %s", (family, measure) => {
    const problem = problemOf(family)
    const { cvm, cvsd, fit } = cvElasticNet(problem, foldId, {}, measure)
    for (const l of [0, 7, fit.lambda.length - 1]) {
      const errors = errorsOf(problem, measure, fit.lambda[l], foldId)
      const folds = [0, 1, 2, 3, 4].map((fold) => {
        const rows = errors.flatMap((error, i) => (foldId[i] === fold ? [{ error, weight: weights[i] }] : []))
        const weight = rows.reduce((sum, row) => sum + row.weight, 0)
        return { weight, error: rows.reduce((sum, row) => sum + row.weight * row.error, 0) / weight }
      })
      const total = folds.reduce((sum, fold) => sum + fold.weight, 0)
      const mean = folds.reduce((sum, fold) => sum + fold.weight * fold.error, 0) / total
      const spread = folds.reduce((sum, fold) => sum + fold.weight * (fold.error - mean) ** 2, 0) / total
      expect(cvm[l]).toBeCloseTo(mean, 10)
      expect(cvsd[l]).toBeCloseTo(Math.sqrt(spread / 4), 10)
    }
  })

  it("chooses the largest penalty of least error, and the largest within one standard error of it", () => {
    const { cvm, cvsd, fit, index1se, indexMin, lambda1se, lambdaMin } = cvElasticNet(problemOf("gaussian"), foldId)
    expect(cvm[indexMin]).toBe(Math.min(...cvm))
    expect(index1se).toBeLessThan(indexMin)
    const bound = cvm[indexMin] + cvsd[indexMin]
    expect(cvm[index1se]).toBeLessThanOrEqual(bound)
    expect(cvm[index1se - 1]).toBeGreaterThan(bound)
    expect([lambdaMin, lambda1se]).toEqual([fit.lambda[indexMin], fit.lambda[index1se]])
  })

  it("takes rows for folds when folds have fewer than three", () => {
    const problem = problemOf("gaussian")
    const pairs = Int32Array.from({ length: n }, (_, i) => i >> 1)
    const { cvm, cvsd, fit } = cvElasticNet(problem, pairs)
    const total = weights.reduce((a, b) => a + b, 0)
    for (const l of [0, 9]) {
      const errors = errorsOf(problem, "mse", fit.lambda[l], pairs)
      const mean = errors.reduce((sum, e, i) => sum + weights[i] * e, 0) / total
      const spread = errors.reduce((sum, e, i) => sum + weights[i] * (e - mean) ** 2, 0) / total
      expect(cvm[l]).toBeCloseTo(mean, 10)
      expect(cvsd[l]).toBeCloseTo(Math.sqrt(spread / (n - 1)), 10)
    }
  })

  it("does not depend on the names of the folds", () => {
    const problem = problemOf("binomial")
    expect(
      cvElasticNet(
        problem,
        foldId.map((id) => 10 * id - 3)
      )
    ).toEqual(cvElasticNet(problem, foldId))
  })

  it("says why it cannot be done", () => {
    const tiny: ElasticNetProblem = { family: "binomial", n: 4, p: 1, x: Float64Array.of(1, 2, 3, 4), y: [0, 1, 0, 0] }
    expect(whyNoCvElasticNet(tiny, [0, 1, 0, 1])).toBe("without fold 1, class 1 has no rows with a positive weight")
    expect(whyNoCvElasticNet(tiny, [2, 2, 2, 2])).toBe("there is 1 fold, cross-validation needs at least 2")
    expect(whyNoCvElasticNet(tiny, [0, 1])).toBe("there are 2 fold ids for 4 rows")
    expect(whyNoCvElasticNet({ ...tiny, y: [0, 1, 1, 0] }, [0, 0, 1, 1])).toBeUndefined()
    expect(whyNoCvElasticNet({ ...tiny, family: "gaussian" }, [0, 0, 1, 1], "class")).toBe(
      "a gaussian response has no misclassification rate"
    )
  })
})
