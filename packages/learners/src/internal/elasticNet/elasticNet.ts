import { makeDesign } from "./featureDesign.ts"
import { binomialSolver } from "./binomial.ts"
import { gaussianSolver } from "./gaussian.ts"
import { multinomialSolver } from "./multinomial.ts"
import { fitPath } from "./path.ts"
import {
  classCount,
  type ElasticNetFit,
  type ElasticNetOptions,
  type ElasticNetProblem,
  resolveOptions
} from "./problem.ts"

/**
 * Fits the elastic net for a whole sequence of penalties `λ`,
 *
 *   minimise  −(1/Σw) Σ_i w_i ℓ(y_i, b₀ + x_i b) + λ Σ_j (α |b_j| + ½ (1 − α) b_j²),
 *
 * with columns in units of their standard deviation, by coordinate descent with warm starts, active sets and the
 * sequential strong rule. Conventions and defaults are those of R's glmnet.
 *
 * The problem must have a solution: ask `whyNoElasticNet` first.
 *
 * Gotchas: `beta` is per class, then per penalty, then per column; see `coefficientsAt` for one penalty's numbers. The
 * path may end before `nlambda` penalties, once nothing is left to explain.
 *
 * @example
 * // Orthogonal columns with ±1: each coefficient is the soft threshold of (1/n) Σ x y.
 * elasticNet(
 *   { family: "gaussian", n: 4, p: 2, x: Float64Array.of(-1, -1, 1, 1, -1, 1, -1, 1), y: [-4, -2, 2, 4] },
 *   { lambda: [0.5] }
 * ).beta // => [2.5, 0.5]
 *
 * @see Friedman, Hastie, Tibshirani (2010), Regularization paths for generalized linear models via coordinate descent,
 *   Journal of Statistical Software 33(1).
 */
export const elasticNet = (problem: ElasticNetProblem, options: ElasticNetOptions = {}): ElasticNetFit => {
  const resolved = resolveOptions(options, problem.n, problem.p)
  const design = makeDesign(problem, resolved)
  const solver =
    problem.family === "gaussian"
      ? gaussianSolver(design, problem.y, resolved)
      : problem.family === "binomial"
        ? binomialSolver(design, problem.y, resolved)
        : multinomialSolver(design, problem.y, classCount(problem), resolved)
  return fitPath(problem.family, design, solver, resolved)
}

/** The coefficients at one penalty: `a0[k]` and `beta[k * p + j]`, in the units of `x`. */
export interface Coefficients {
  readonly predictors: number
  readonly p: number
  readonly a0: Float64Array
  readonly beta: Float64Array
}

/**
 * Computes the coefficients at any penalty by linear interpolation in `λ` between the two neighbours on the path;
 * beyond its ends, those of the end (glmnet's `predict(…, s)` with `exact = FALSE`).
 *
 * @example
 * // Half-way between the two penalties of a path, half-way between their coefficients.
 * coefficientsAt({ ...fit, lambda: Float64Array.of(2, 1), beta: Float64Array.of(0, 3) }, 1.5).beta // => [1.5]
 */
export const coefficientsAt = (
  fit: Pick<ElasticNetFit, "predictors" | "p" | "lambda" | "a0" | "beta">,
  lambda: number
): Coefficients => {
  const { predictors, p } = fit
  const length = fit.lambda.length
  let right = 0
  while (right < length - 1 && fit.lambda[right]! > lambda) right++
  const left = Math.max(right - 1, 0)
  const span = fit.lambda[left]! - fit.lambda[right]!
  const share = span > 0 ? Math.min(Math.max((fit.lambda[left]! - lambda) / span, 0), 1) : 1
  const a0 = new Float64Array(predictors)
  const beta = new Float64Array(predictors * p)
  for (let k = 0; k < predictors; k++) {
    const from = k * length + left
    const to = k * length + right
    a0[k] = (1 - share) * fit.a0[from]! + share * fit.a0[to]!
    for (let j = 0; j < p; j++) {
      beta[k * p + j] = (1 - share) * fit.beta[from * p + j]! + share * fit.beta[to * p + j]!
    }
  }
  return { predictors, p, a0, beta }
}

/**
 * Computes the linear predictors `η_ik = a0_k + Σ_j x_ij beta_kj` of `n` rows into `out[k * n + i]`.
 *
 * @example
 * linearPredictors({ predictors: 1, p: 1, a0: Float64Array.of(1), beta: Float64Array.of(2) }, Float64Array.of(0, 3), 2)
 * // => [1, 7]
 */
export const linearPredictors = (
  coefficients: Coefficients,
  x: Float64Array,
  n: number,
  out: Float64Array = new Float64Array(coefficients.predictors * n)
): Float64Array => {
  const { predictors, p, a0, beta } = coefficients
  for (let k = 0; k < predictors; k++) {
    out.fill(a0[k]!, k * n, (k + 1) * n)
    for (let j = 0; j < p; j++) {
      const b = beta[k * p + j]!
      if (b === 0) continue
      for (let i = 0; i < n; i++) out[k * n + i]! += b * x[j * n + i]!
    }
  }
  return out
}

/**
 * Turns the linear predictors of `n` rows into probabilities in place: logistic for one predictor (the probability of
 * class 1), softmax for several.
 *
 * @example
 * toProbabilities(Float64Array.of(0), 1, 1) // => [0.5]
 */
export const toProbabilities = (scores: Float64Array, predictors: number, n: number): Float64Array => {
  if (predictors === 1) {
    for (let i = 0; i < n; i++) scores[i] = 1 / (1 + Math.exp(-scores[i]!))
    return scores
  }
  for (let i = 0; i < n; i++) {
    let highest = -Infinity
    for (let k = 0; k < predictors; k++) highest = Math.max(highest, scores[k * n + i]!)
    let sum = 0
    for (let k = 0; k < predictors; k++) sum += scores[k * n + i] = Math.exp(scores[k * n + i]! - highest)
    for (let k = 0; k < predictors; k++) scores[k * n + i]! /= sum
  }
  return scores
}
