import { coefficientsAt, elasticNet, linearPredictors, toProbabilities } from "./elasticNet.ts"
import {
  classCount,
  type ElasticNetFit,
  type ElasticNetOptions,
  type ElasticNetProblem,
  type Family,
  whyNoElasticNet
} from "./problem.ts"

/**
 * What cross-validation measures on the rows left out, smaller being better: the deviance (`−2 log p` of the true
 * class; squared error when gaussian), the squared error (of the probabilities, summed over the classes, when not
 * gaussian), or the misclassification rate.
 */
export type CvMeasure = "deviance" | "mse" | "class"

/**
 * A path with its cross-validated error.
 *
 * - `cvm[l]`, `cvsd[l]`: mean error at `fit.lambda[l]` and the standard error of that mean.
 * - `lambdaMin`: the largest penalty of least error. `lambda1se`: the largest whose error is within one standard error
 *   of that. `indexMin`, `index1se`: where they are on the path.
 */
export interface CvElasticNet {
  readonly fit: ElasticNetFit
  readonly measure: CvMeasure
  readonly cvm: Float64Array
  readonly cvsd: Float64Array
  readonly indexMin: number
  readonly index1se: number
  readonly lambdaMin: number
  readonly lambda1se: number
}

/** Probabilities are held this far from 0 and 1 before their logarithm is taken (glmnet). */
const margin = 1e-5

/** With fewer rows than this in a fold, in the mean, the standard error is that over rows instead of over folds. */
const smallestFold = 3

const takeRows = (problem: ElasticNetProblem, rows: Int32Array): ElasticNetProblem & { readonly y: Float64Array } => {
  const x = new Float64Array(rows.length * problem.p)
  for (let j = 0; j < problem.p; j++) {
    for (let i = 0; i < rows.length; i++) x[j * rows.length + i] = problem.x[j * problem.n + rows[i]!]!
  }
  return {
    family: problem.family,
    n: rows.length,
    p: problem.p,
    x,
    y: Float64Array.from(rows, (i) => problem.y[i]!),
    weights: problem.weights && Float64Array.from(rows, (i) => problem.weights![i]!),
    classes: problem.family === "multinomial" ? classCount(problem) : undefined
  }
}

/** Computes the error of row `i` from the scores `η` (gaussian) or probabilities of `n` rows. */
const errorOf = (
  family: Family,
  measure: CvMeasure,
  predicted: Float64Array,
  predictors: number,
  n: number,
  i: number,
  truth: number
): number => {
  if (family === "gaussian") return (truth - predicted[i]!) ** 2
  const classes = family === "binomial" ? 2 : predictors
  let likeliest = 0
  let highest = -Infinity
  let square = 0
  let deviance = 0
  for (let k = 0; k < classes; k++) {
    const p = family === "multinomial" ? predicted[k * n + i]! : k === 1 ? predicted[i]! : 1 - predicted[i]!
    if (p > highest) {
      highest = p
      likeliest = k
    }
    square += (p - (k === truth ? 1 : 0)) ** 2
    if (k === truth) deviance = -2 * Math.log(Math.min(Math.max(p, margin), 1 - margin))
  }
  return measure === "deviance" ? deviance : measure === "mse" ? square : likeliest === truth ? 0 : 1
}

/** Computes the distinct folds in the order of their ids. */
const distinct = (foldId: ArrayLike<number>): ReadonlyArray<number> =>
  [...new Set(Array.from(foldId))].sort((a, b) => a - b)

const rowsWhere = (foldId: ArrayLike<number>, test: (fold: number) => boolean): Int32Array =>
  Int32Array.from({ length: foldId.length }, (_, i) => i).filter((i) => test(foldId[i]!))

/**
 * Says why a problem cannot be cross-validated with these folds, or `undefined` when it can: the whole, and what
 * remains when any fold is left out, must each have an elastic net.
 */
export const whyNoCvElasticNet = (
  problem: ElasticNetProblem,
  foldId: ArrayLike<number>,
  measure: CvMeasure = "deviance"
): string | undefined => {
  if (foldId.length !== problem.n) return `there are ${foldId.length} fold ids for ${problem.n} rows`
  if (measure === "class" && problem.family === "gaussian") return "a gaussian response has no misclassification rate"
  const whole = whyNoElasticNet(problem)
  if (whole !== undefined) return whole
  const folds = distinct(foldId)
  if (folds.length < 2) return `there is ${folds.length} fold, cross-validation needs at least 2`
  for (const fold of folds) {
    const reason = whyNoElasticNet(
      takeRows(
        problem,
        rowsWhere(foldId, (id) => id !== fold)
      )
    )
    if (reason !== undefined) return `without fold ${fold}, ${reason}`
  }
  return undefined
}

/**
 * Fits a path and chooses its penalty by cross-validation, as glmnet's `cv.glmnet` does.
 *
 * The path of all rows says at which penalties error is measured. Every fold is left out once; the rest has a path of
 * its own, with its own sequence of penalties, whose coefficients are interpolated to the penalties of the whole. With
 * `E_f` the weighted mean error in fold `f` and `W_f` the weight of its rows,
 *
 *   cvm = Σ_f W_f E_f / Σ_f W_f,   cvsd = √( Σ_f W_f (E_f − cvm)² / Σ_f W_f / (F − 1) ).
 *
 * With fewer than 3 rows a fold, rows take the place of folds in these formulas.
 *
 * `foldId`: length `n`, equal numbers for rows of one fold. Ask `whyNoCvElasticNet` first.
 *
 * Gotchas: probabilities are held within [10⁻⁵, 1 − 10⁻⁵] in the deviance, so a confident mistake costs at most 23.
 *
 * @example
 * cvElasticNet(problem, Int32Array.from({ length: problem.n }, (_, i) => i % 10)).lambda1se
 *
 * @see https://glmnet.stanford.edu/reference/cv.glmnet.html
 */
export const cvElasticNet = (
  problem: ElasticNetProblem,
  foldId: ArrayLike<number>,
  options: ElasticNetOptions = {},
  measure: CvMeasure = "deviance"
): CvElasticNet => {
  const fit = elasticNet(problem, options)
  const length = fit.lambda.length
  const folds = distinct(foldId)
  const grouped = problem.n / folds.length >= smallestFold
  const groups = grouped ? folds.length : problem.n
  const groupWeight = new Float64Array(groups)
  const error = new Float64Array(groups * length)
  folds.forEach((fold, f) => {
    const held = rowsWhere(foldId, (id) => id === fold)
    const part = elasticNet(
      takeRows(
        problem,
        rowsWhere(foldId, (id) => id !== fold)
      ),
      options
    )
    const test = takeRows(problem, held)
    const out = new Float64Array(fit.predictors * test.n)
    for (let i = 0; i < test.n; i++) groupWeight[grouped ? f : held[i]!]! += test.weights ? test.weights[i]! : 1
    for (let l = 0; l < length; l++) {
      linearPredictors(coefficientsAt(part, fit.lambda[l]!), test.x, test.n, out)
      if (problem.family !== "gaussian") toProbabilities(out, fit.predictors, test.n)
      for (let i = 0; i < test.n; i++) {
        const group = grouped ? f : held[i]!
        if (groupWeight[group] === 0) continue
        const share = (test.weights ? test.weights[i]! : 1) / groupWeight[group]!
        const own = errorOf(problem.family, measure, out, fit.predictors, test.n, i, test.y[i]!)
        error[group * length + l]! += share * own
      }
    }
  })

  const cvm = new Float64Array(length)
  const cvsd = new Float64Array(length)
  let total = 0
  for (let g = 0; g < groups; g++) total += groupWeight[g]!
  for (let l = 0; l < length; l++) {
    for (let g = 0; g < groups; g++) cvm[l]! += (groupWeight[g]! * error[g * length + l]!) / total
    let spread = 0
    for (let g = 0; g < groups; g++) spread += (groupWeight[g]! * (error[g * length + l]! - cvm[l]!) ** 2) / total
    cvsd[l] = Math.sqrt(spread / (groups - 1))
  }
  let indexMin = 0
  for (let l = 1; l < length; l++) if (cvm[l]! < cvm[indexMin]!) indexMin = l
  const bound = cvm[indexMin]! + cvsd[indexMin]!
  const index1se = cvm.findIndex((value) => value <= bound)
  return {
    fit,
    measure,
    cvm,
    cvsd,
    indexMin,
    index1se,
    lambdaMin: fit.lambda[indexMin]!,
    lambda1se: fit.lambda[index1se]!
  }
}
