import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  coefficientsAt,
  elasticNet,
  linearPredictors,
  toProbabilities
} from "../../../src/internal/elasticNet/elasticNet.ts"
import { bestShift } from "../../../src/internal/elasticNet/multinomial.ts"
import { lambdaSequence } from "../../../src/internal/elasticNet/path.ts"
import {
  type ElasticNetOptions,
  type ElasticNetProblem,
  type Family,
  whyNoElasticNet
} from "../../../src/internal/elasticNet/problem.ts"
import { draws, normal, uniform } from "../random.ts"

const soft = (u: number, t: number): number => Math.sign(u) * Math.max(Math.abs(u) - t, 0)

/** Correlated columns of unequal scale, a sparse truth, rows of unequal weight. */
const randomProblem = (family: Family, seed: number, n: number, p: number, weighted: boolean): ElasticNetProblem => {
  const next = uniform(seed)
  const shared = draws(n, () => normal(next))
  const x = new Float64Array(n * p)
  for (let j = 0; j < p; j++) {
    for (let i = 0; i < n; i++) x[j * n + i] = (j + 1) * (0.5 * shared[i] + normal(next)) + j
  }
  const signal = (i: number, k: number): number => {
    let sum = 0
    for (let j = k; j < Math.min(k + 3, p); j++) sum += ((x[j * n + i] - j) / (j + 1)) * (j % 2 === 0 ? 1 : -1)
    return sum
  }
  const classes = family === "gaussian" ? 1 : family === "binomial" ? 2 : 3
  const y = Float64Array.from({ length: n }, (_, i) => {
    if (family === "gaussian") return 5 + 3 * signal(i, 0) + 2 * normal(next)
    if (i < classes) return i
    if (family === "binomial") return next() < 1 / (1 + Math.exp(-signal(i, 0))) ? 1 : 0
    const scores = [signal(i, 0), signal(i, 1), 0].map((s) => s + normal(next))
    return scores.indexOf(Math.max(...scores))
  })
  return { family, n, p, x, y, weights: weighted ? draws(n, () => 0.5 + next()) : undefined, classes }
}

/**
 * The largest violation of the conditions of an optimum along a path, in units of the largest penalty: for standardised
 * columns and coefficients, `g_j = λ(α sign(b_j) + (1 − α) b_j)` where `b_j ≠ 0`, and `|g_j| ≤ λα` elsewhere.
 */
const worstViolation = (problem: ElasticNetProblem, options: ElasticNetOptions): number => {
  const { family, n, p, x, y } = problem
  const alpha = options.alpha ?? 1
  const fit = elasticNet(problem, options)
  const given = problem.weights ?? new Float64Array(n).fill(1)
  const total = given.reduce((a, b) => a + b, 0)
  const w = given.map((v) => v / total)
  const weightedMean = (f: (i: number) => number): number => w.reduce((sum, v, i) => sum + v * f(i), 0)
  const yMean = weightedMean((i) => y[i])
  const yScale = family === "gaussian" ? Math.sqrt(weightedMean((i) => (y[i] - yMean) ** 2)) : 1
  const center = draws(p, () => 0)
  const scale = draws(p, () => 1)
  for (let j = 0; j < p; j++) {
    center[j] = weightedMean((i) => x[j * n + i])
    if (options.standardize !== false) scale[j] = Math.sqrt(weightedMean((i) => (x[j * n + i] - center[j]) ** 2))
  }
  let worst = 0
  fit.lambda.forEach((penalty, l) => {
    const lambda = penalty / yScale
    const at = coefficientsAt(fit, penalty)
    const predicted = linearPredictors(at, x, n)
    if (family !== "gaussian") toProbabilities(predicted, fit.predictors, n)
    for (let k = 0; k < fit.predictors; k++) {
      const target = (i: number): number => (family === "multinomial" ? (y[i] === k ? 1 : 0) : y[i])
      const residual = draws(n, () => 0).map((_, i) => (w[i] * (target(i) - predicted[k * n + i])) / yScale)
      worst = Math.max(worst, Math.abs(residual.reduce((a, b) => a + b, 0)))
      for (let j = 0; j < p; j++) {
        let g = 0
        for (let i = 0; i < n; i++) g += (residual[i] * (x[j * n + i] - center[j])) / scale[j]
        const b = (at.beta[k * p + j] * scale[j]) / yScale
        const gap =
          b === 0
            ? Math.max(Math.abs(g) - lambda * alpha, 0)
            : Math.abs(g - lambda * (alpha * Math.sign(b) + (1 - alpha) * b))
        worst = Math.max(worst, gap)
      }
    }
    expect(fit.df[l]).toBe(
      Array.from({ length: p }, (_, j) => j).filter((j) =>
        Array.from({ length: fit.predictors }, (_, k) => at.beta[k * p + j]).some((b) => b !== 0)
      ).length
    )
  })
  return worst / (fit.lambda[0] / yScale)
}

describe("elasticNet", () => {
  it.each(["gaussian", "binomial", "multinomial"] as const)("satisfies the conditions of an optimum: %s", (family) => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 0, max: 1e6 }),
          n: fc.integer({ min: 12, max: 60 }),
          p: fc.integer({ min: 1, max: 30 }),
          alpha: fc.constantFrom(1, 0.7, 0.3, 0),
          standardize: fc.boolean(),
          weighted: fc.boolean()
        }),
        ({ seed, n, p, alpha, standardize, weighted }) => {
          const problem = randomProblem(family, seed, n, p, weighted)
          const options = { alpha, standardize, nlambda: 8, lambdaMinRatio: 0.05, thresh: 1e-14 }
          // With α = 0 the path starts at a finite penalty whose fit is recorded as the null model.
          const skipFirst = alpha === 0 ? { lambda: elasticNet(problem, options).lambda.subarray(1) } : {}
          expect(worstViolation(problem, { ...options, ...skipFirst })).toBeLessThan(1e-5)
        }
      ),
      { numRuns: 40, seed: 1 }
    )
  })

  it("agrees with itself above and below the number of columns where products are kept", () => {
    // 510 columns, of which the last 460 are constant: the same problem as with 50.
    const small = randomProblem("binomial", 3, 80, 50, true)
    const x = new Float64Array(80 * 510).fill(7)
    x.set(small.x)
    const options = { nlambda: 10, lambdaMinRatio: 0.1, thresh: 1e-14 }
    for (const family of ["binomial", "gaussian"] as const) {
      const few = elasticNet({ ...small, family }, options)
      const many = elasticNet({ ...small, family, p: 510, x }, options)
      for (let l = 0; l < few.lambda.length; l++) {
        for (let j = 0; j < 50; j++) expect(many.beta[l * 510 + j]).toBeCloseTo(few.beta[l * 50 + j], 6)
        for (let j = 50; j < 510; j++) expect(many.beta[l * 510 + j]).toBe(0)
      }
    }
  })

  it("gives soft thresholds for orthogonal columns", () => {
    // With (1/n) X'X = I and y of standard deviation 1, b_j = S((1/n) x_j'y, λα) / (1 + λ(1 − α)).
    const x = Float64Array.of(-1, -1, 1, 1, -1, 1, -1, 1)
    const raw = [-4, -2, 2, 4]
    const scale = Math.sqrt(10)
    const y = raw.map((v) => v / scale)
    for (const alpha of [1, 0.5, 0]) {
      for (const lambda of [0.1, 0.3, 0.9]) {
        const { beta, a0 } = elasticNet({ family: "gaussian", n: 4, p: 2, x, y }, { alpha, lambda: [lambda] })
        expect(beta[0]).toBeCloseTo(soft(3 / scale, lambda * alpha) / (1 + lambda * (1 - alpha)), 12)
        expect(beta[1]).toBeCloseTo(soft(1 / scale, lambda * alpha) / (1 + lambda * (1 - alpha)), 12)
        expect(a0[0]).toBeCloseTo(0, 12)
      }
    }
    const fit = elasticNet({ family: "gaussian", n: 4, p: 2, x, y: raw }, { lambda: [0.5] })
    expect([...fit.beta]).toEqual([expect.closeTo(2.5, 12), expect.closeTo(0.5, 12)])
    expect(fit.nulldev).toBe(40)
  })

  it("weighs the ridge part by λ / s_y, as glmnet does", () => {
    // One column of mean 0 and variance 1: b = ((1/n) Σ x y) / (1 + λ / s_y), in the units of y.
    const x = Float64Array.of(-1, -1, 1, 1)
    const y = [-4, -2, 2, 4]
    const { beta } = elasticNet({ family: "gaussian", n: 4, p: 1, x, y }, { alpha: 0, lambda: [2] })
    expect(beta[0]).toBeCloseTo(3 / (1 + 2 / Math.sqrt(10)), 12)
  })

  it("starts where the first coefficient leaves zero", () => {
    for (const family of ["gaussian", "binomial", "multinomial"] as const) {
      const problem = randomProblem(family, 11, 50, 6, false)
      const { lambda, df } = elasticNet(problem, { nlambda: 30 })
      const around = elasticNet(problem, { lambda: [lambda[0] * 1.0001, lambda[0] * 0.9999], thresh: 1e-14 })
      expect(df[0]).toBe(0)
      expect([...around.df]).toEqual([0, 1])
    }
  })

  it("treats a weight of two like a row twice", () => {
    for (const family of ["gaussian", "binomial", "multinomial"] as const) {
      const one = randomProblem(family, 5, 20, 4, false)
      const twice = Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? [i, i] : [i])).flat()
      const n = twice.length
      const doubled: ElasticNetProblem = {
        ...one,
        n,
        x: Float64Array.from({ length: n * 4 }, (_, t) => one.x[Math.floor(t / n) * 20 + twice[t % n]]),
        y: twice.map((i) => one.y[i])
      }
      const weights = Float64Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? 2 : 1))
      const options = { nlambda: 6, lambdaMinRatio: 0.1, thresh: 1e-14 }
      const a = elasticNet({ ...one, weights }, options)
      const b = elasticNet(doubled, options)
      expect(a.nulldev).toBeCloseTo(b.nulldev, 9)
      a.lambda.forEach((lambda, l) => expect(lambda).toBeCloseTo(b.lambda[l], 10))
      a.beta.forEach((beta, t) => expect(beta).toBeCloseTo(b.beta[t], 6))
    }
  })

  it("reports the deviance it explains", () => {
    for (const family of ["binomial", "multinomial"] as const) {
      const problem = randomProblem(family, 8, 60, 5, true)
      const fit = elasticNet(problem, { nlambda: 5, lambdaMinRatio: 0.1 })
      const share = new Map<number, number>()
      for (let i = 0; i < 60; i++) share.set(problem.y[i], (share.get(problem.y[i]) ?? 0) + problem.weights![i])
      const total = [...share.values()].reduce((a, b) => a + b, 0)
      const nulldev = [...share.values()].reduce((sum, w) => sum - 2 * w * Math.log(w / total), 0)
      expect(fit.nulldev).toBeCloseTo(nulldev, 9)
      const p = toProbabilities(linearPredictors(coefficientsAt(fit, fit.lambda[3]), problem.x, 60), fit.predictors, 60)
      let deviance = 0
      for (let i = 0; i < 60; i++) {
        const own = family === "binomial" ? (problem.y[i] === 1 ? p[i] : 1 - p[i]) : p[problem.y[i] * 60 + i]
        deviance -= 2 * problem.weights![i] * Math.log(own)
      }
      expect(fit.devRatio[3]).toBeCloseTo(1 - deviance / nulldev, 9)
    }
  })

  it("fits without an intercept", () => {
    // Through the origin b = Σ x y / Σ x² = 32 / 14 when nothing is penalised.
    const problem = { family: "gaussian", n: 3, p: 1, x: Float64Array.of(1, 2, 3), y: [4, 5, 6] } as const
    const fit = elasticNet(problem, { intercept: false, lambda: [0] })
    expect(fit.a0[0]).toBe(0)
    expect(fit.beta[0]).toBeCloseTo(32 / 14, 10)
    expect(fit.nulldev).toBe(77)
    const logit = elasticNet({ ...problem, family: "binomial", y: [0, 1, 1] }, { intercept: false, nlambda: 3 })
    expect(logit.nulldev).toBeCloseTo(6 * Math.LN2, 12)
    expect([...logit.a0]).toEqual([0, 0, 0])
  })

  it("ends the path once nothing is left to explain, unless penalties are given", () => {
    const n = 40
    const next = uniform(2)
    const x = draws(n * 3, () => normal(next))
    const y = Float64Array.from({ length: n }, (_, i) => x[i])
    const fit = elasticNet({ family: "gaussian", n, p: 3, x, y })
    expect(fit.lambda.length).toBeLessThan(60)
    expect(fit.devRatio.at(-1)).toBeGreaterThan(0.999)
    expect(fit.devRatio.at(-2)).toBeLessThan(0.999)
    expect(fit.complete).toBe(true)
    expect(
      elasticNet({ family: "gaussian", n, p: 3, x, y }, { lambda: lambdaSequence(1, 70, 1e-4) }).lambda.length
    ).toBe(70)
  })

  it("ends the path of classes once a step explains less than 1e-5 of the deviance more, of numbers 1e-5 of what is explained", () => {
    for (const family of ["gaussian", "binomial", "multinomial"] as const) {
      const { devRatio, lambda } = elasticNet(randomProblem(family, 3, 200, 6, false), { lambdaMinRatio: 1e-6 })
      const least = (l: number) => (family === "gaussian" ? 1e-5 * devRatio[l]! : 1e-5)
      const gain = (l: number) => devRatio[l]! - devRatio[l - 1]!
      expect(lambda.length).toBeLessThan(100)
      const last = lambda.length - 1
      expect(gain(last)).toBeLessThan(least(last))
      for (let l = 4; l < last; l++) expect(gain(l)).toBeGreaterThanOrEqual(least(l))
    }
  })

  it("needs few sweeps where columns are nearly alike", () => {
    const n = 100
    const next = uniform(4)
    const x = draws(n * 8, () => normal(next))
    // Each column is the first one, nearly.
    for (let j = 1; j < 8; j++) for (let i = 0; i < n; i++) x[j * n + i] = x[i]! + 0.02 * x[j * n + i]!
    const y = Float64Array.from({ length: n }, (_, i) => x[i]! + x[3 * n + i]! - x[5 * n + i]! + normal(next) / 10)
    const fit = elasticNet({ family: "gaussian", n, p: 8, x, y }, { thresh: 1e-12, alpha: 0.9 })
    expect(fit.complete).toBe(true)
    expect(fit.sweeps).toBeLessThan(15 * fit.lambda.length)
  })

  it("says when its sweeps ran out and keeps what is converged", () => {
    const problem = randomProblem("binomial", 4, 60, 20, false)
    const whole = elasticNet(problem)
    const cut = elasticNet(problem, { maxit: 200 })
    expect(whole.complete).toBe(true)
    expect(cut.complete).toBe(false)
    expect(cut.lambda.length).toBeGreaterThan(1)
    expect(cut.lambda.length).toBeLessThan(whole.lambda.length)
    expect([...cut.beta]).toEqual([...whole.beta.subarray(0, cut.beta.length)])
  })

  it("keeps to finite coefficients where classes can be told apart without error", () => {
    const x = Float64Array.of(-3, -2, -1, 1, 2, 3)
    const base = { n: 6, p: 1, x }
    const two = elasticNet(
      { ...base, family: "binomial", y: [0, 0, 0, 1, 1, 1] },
      { lambda: [0], thresh: 1e-12, maxit: 500 }
    )
    const three = elasticNet({ ...base, family: "multinomial", y: [0, 0, 1, 1, 2, 2] }, { lambda: [1e-9] })
    for (const fit of [two, three]) {
      expect(fit.complete).toBe(true)
      expect(fit.devRatio[0]).toBeGreaterThan(0.9999)
      expect(fit.beta.every(Number.isFinite)).toBe(true)
    }
  })

  it("converges from a cold start where a whole Newton step overshoots", () => {
    // Heavy-tailed columns and few positive rows. With steps that are never halved these do not end in 100 000 sweeps.
    for (const seed of [31, 85, 93, 413]) {
      const next = uniform(seed)
      const n = 8 + Math.floor(next() * 30)
      const x = draws(n * 2, () => normal(next) ** 3)
      const y = Array.from({ length: n }, (_, i) => (i < 3 ? i % 2 : next() < 0.15 ? 1 : 0))
      const problem: ElasticNetProblem = { family: "binomial", n, p: 2, x, y }
      const options = { lambda: [1e-4], thresh: 1e-10, maxit: 1e4 }
      expect(elasticNet(problem, options).complete).toBe(true)
    }
  })

  it("gives classes coefficients whose common shift is zero when nothing is penalised", () => {
    const problem = randomProblem("multinomial", 21, 60, 4, false)
    for (const alpha of [0, 0.5, 1]) {
      const { a0, beta } = elasticNet(problem, { alpha, lambda: [0], thresh: 1e-12 })
      expect(a0[0] + a0[1] + a0[2]).toBeCloseTo(0, 12)
      for (let j = 0; j < 4; j++) {
        const column = problem.x.subarray(j * 60, (j + 1) * 60)
        const mean = column.reduce((sum, v) => sum + v / 60, 0)
        const sd = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2 / 60, 0))
        // Any shift along a column is the same model: shifting by the best one must do nothing.
        const own = Float64Array.of(beta[j] * sd, beta[4 + j] * sd, beta[8 + j] * sd)
        expect(bestShift(own.sort(), alpha)).toBeCloseTo(0, 6)
      }
    }
  })

  it("leaves a constant column at zero, and does not move by repetition", () => {
    const problem = randomProblem("multinomial", 6, 50, 4, false)
    const x = problem.x.slice()
    x.fill(0.1, 50, 100)
    const a = elasticNet({ ...problem, x })
    for (let t = 1; t < a.beta.length; t += 4) expect(a.beta[t]).toBe(0)
    expect(elasticNet({ ...problem, x })).toEqual(a)
    expect(x.subarray(50, 100).every((v) => v === 0.1)).toBe(true)
  })
})

describe("the parts of a path", () => {
  it("spaces penalties evenly on the log scale", () => {
    expect([...lambdaSequence(8, 3, 1 / 4)]).toEqual([8, 4, 2])
    expect([...lambdaSequence(8, 1, 1 / 4)]).toEqual([8])
  })

  it("interpolates coefficients between penalties and holds them beyond", () => {
    const path = {
      predictors: 1,
      p: 1,
      lambda: Float64Array.of(4, 2, 1),
      a0: Float64Array.of(0, 1, 3),
      beta: Float64Array.of(0, 3, 5)
    }
    const at = (lambda: number): ReadonlyArray<number> => {
      const { a0, beta } = coefficientsAt(path, lambda)
      return [a0[0], beta[0]]
    }
    expect(at(9)).toEqual([0, 0])
    expect(at(4)).toEqual([0, 0])
    expect(at(3)).toEqual([0.5, 1.5])
    expect(at(2)).toEqual([1, 3])
    expect(at(1.25)).toEqual([2.5, 4.5])
    expect(at(0.1)).toEqual([3, 5])
  })

  it("computes scores and probabilities", () => {
    const one = { predictors: 1, p: 1, a0: Float64Array.of(1), beta: Float64Array.of(2) }
    expect([...linearPredictors(one, Float64Array.of(0, 3), 2)]).toEqual([1, 7])
    expect([...toProbabilities(Float64Array.of(0), 1, 1)]).toEqual([0.5])
    expect([...toProbabilities(Float64Array.of(1000, 1000 - Math.log(3)), 2, 1)]).toEqual([
      expect.closeTo(0.75, 12),
      expect.closeTo(0.25, 12)
    ])
  })

  it("takes the shift that lowers the penalty most", () => {
    expect(bestShift(Float64Array.of(-1, 0, 4), 1)).toBe(0)
    expect(bestShift(Float64Array.of(-1, 0, 4), 0)).toBe(1)
    expect(bestShift(Float64Array.of(-2, -1, 3, 5), 1)).toBe(0)
    expect(bestShift(Float64Array.of(1, 2, 3, 5), 1)).toBe(2)
    const cost = (b: ReadonlyArray<number>, alpha: number, c: number): number =>
      b.reduce((sum, v) => sum + alpha * Math.abs(v - c) + 0.5 * (1 - alpha) * (v - c) ** 2, 0)
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 7 }),
        fc.constantFrom(0, 0.05, 0.4, 0.9, 0.99, 1),
        fc.double({ min: -60, max: 60, noNaN: true }),
        (b, alpha, other) => {
          const shift = bestShift(Float64Array.from(b).sort(), alpha)
          expect(cost(b, alpha, shift)).toBeLessThanOrEqual(cost(b, alpha, other) + 1e-9)
        }
      ),
      { seed: 1 }
    )
  })
})

describe("whyNoElasticNet", () => {
  const fine: ElasticNetProblem = { family: "binomial", n: 2, p: 1, x: Float64Array.of(0, 1), y: [0, 1] }
  it.each<[string, Partial<ElasticNetProblem>, string | undefined]>([
    ["a fine problem", {}, undefined],
    ["a class without rows", { y: [1, 1] }, "class 0 has no rows with a positive weight"],
    ["a class without weight", { weights: Float64Array.of(1, 0) }, "class 1 has no rows with a positive weight"],
    ["no weight at all", { weights: Float64Array.of(0, 0) }, "there is no row with a positive weight"],
    ["a code that is no class", { y: [0, 2] }, "row 1 has the class code 2, codes are whole numbers from 0 to 1"],
    ["a constant response", { family: "gaussian", y: [3, 3] }, "the response is 3 in every row"],
    ["a missing value", { x: Float64Array.of(0, NaN) }, "x has a value that is missing or not finite"],
    ["a wrong size", { p: 2 }, "x has 2 numbers, 2 rows of 2 columns need 4"],
    [
      "a negative weight",
      { weights: Float64Array.of(1, -1) },
      "row 1 has the weight -1, weights are finite and not negative"
    ]
  ])("judges %s", (_, change, reason) => {
    expect(whyNoElasticNet({ ...fine, ...change })).toBe(reason)
  })
})
