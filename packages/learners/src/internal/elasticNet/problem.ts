/** The distribution of the response: squared error, logistic or softmax likelihood. */
export type Family = "gaussian" | "binomial" | "multinomial"

/**
 * A regression problem over dense columns.
 *
 * - `x`: `n × p`, column-major (`x[j * n + i]`), finite.
 * - `y`: length `n`; numbers for `gaussian`; 0 or 1 for `binomial`, 1 being the class that is modelled; class codes
 *   `0 … classes − 1` for `multinomial`.
 * - `weights`: length `n`, not negative; 1 for every row when absent.
 * - `classes`: the number of classes of a multinomial problem; the largest code of `y` plus one when absent.
 */
export interface ElasticNetProblem {
  readonly family: Family
  readonly n: number
  readonly p: number
  readonly x: Float64Array
  readonly y: ArrayLike<number>
  readonly weights?: Float64Array | undefined
  readonly classes?: number | undefined
}

/**
 * The settings of a path, named and defaulted as in glmnet.
 *
 * - `alpha` in [0, 1], default 1: 1 is the lasso, 0 is ridge.
 * - `nlambda`, default 100; `lambdaMinRatio`, default 1e-2 with fewer rows than columns and 1e-4 otherwise.
 * - `lambda`: penalties of one's own, in any order (fitted from the largest down); replaces the two above and turns
 *   off the early end of the path.
 * - `standardize`, default true: penalise columns in units of their standard deviation. Coefficients are always
 *   returned in the units of `x`.
 * - `intercept`, default true: fit an intercept, which is never penalised.
 * - `thresh`, default 1e-7: descent ends when no update changes the fit by more than `thresh` times the null deviance.
 * - `maxit`, default 1e5: the number of sweeps over the coefficients allowed for the whole path.
 */
export interface ElasticNetOptions {
  readonly alpha?: number | undefined
  readonly nlambda?: number | undefined
  readonly lambdaMinRatio?: number | undefined
  readonly lambda?: ArrayLike<number> | undefined
  readonly standardize?: boolean | undefined
  readonly intercept?: boolean | undefined
  readonly thresh?: number | undefined
  readonly maxit?: number | undefined
}

/**
 * A fitted path of `L = lambda.length` penalties for `K` linear predictors (`K = 1` unless multinomial).
 *
 * - `lambda`: descending. `df`: the number of columns with a coefficient that is not zero, in any class.
 * - `a0[k * L + l]`: intercepts. `beta[(k * L + l) * p + j]`: coefficients, in the units of `x`.
 * - `devRatio`: the fraction of the null deviance that is explained (R² when gaussian).
 * - `nulldev`: the deviance of the model without columns, summed over the rows with their weights.
 * - `complete`: false when `maxit` ended the path before its last penalty; the penalties present are converged.
 */
export interface ElasticNetFit {
  readonly family: Family
  readonly p: number
  readonly predictors: number
  readonly lambda: Float64Array
  readonly a0: Float64Array
  readonly beta: Float64Array
  readonly df: Int32Array
  readonly devRatio: Float64Array
  readonly nulldev: number
  readonly sweeps: number
  readonly complete: boolean
}

/** The options with their defaults filled in. */
export interface ResolvedOptions {
  readonly alpha: number
  readonly nlambda: number
  readonly lambdaMinRatio: number
  readonly lambda: Float64Array | undefined
  readonly standardize: boolean
  readonly intercept: boolean
  readonly thresh: number
  readonly maxit: number
}

/** Fills in the defaults of the options for a problem of `n` rows and `p` columns. */
export const resolveOptions = (options: ElasticNetOptions, n: number, p: number): ResolvedOptions => ({
  alpha: options.alpha ?? 1,
  nlambda: options.nlambda ?? 100,
  lambdaMinRatio: options.lambdaMinRatio ?? (n < p ? 1e-2 : 1e-4),
  lambda: options.lambda === undefined ? undefined : Float64Array.from(options.lambda).sort().reverse(),
  standardize: options.standardize ?? true,
  intercept: options.intercept ?? true,
  thresh: options.thresh ?? 1e-7,
  maxit: options.maxit ?? 1e5
})

/** The number of classes of a problem: 1 when gaussian, 2 when binomial. */
export const classCount = (problem: ElasticNetProblem): number => {
  if (problem.family === "gaussian") return 1
  if (problem.family === "binomial") return 2
  if (problem.classes !== undefined) return problem.classes
  let largest = 0
  for (let i = 0; i < problem.n; i++) largest = Math.max(largest, problem.y[i]!)
  return largest + 1
}

/**
 * Says why a problem has no elastic net, or `undefined` when it has one. The likelihood of a class without rows has
 * no maximum, and a constant response leaves nothing to explain: the caller decides what that means, so that no number
 * is made up here.
 *
 * @example
 * whyNoElasticNet({ family: "binomial", n: 2, p: 1, x: new Float64Array([0, 1]), y: [1, 1] })
 * // => "class 0 has no rows with a positive weight"
 */
export const whyNoElasticNet = (problem: ElasticNetProblem): string | undefined => {
  const { family, n, p, x, y, weights } = problem
  if (x.length !== n * p) return `x has ${x.length} numbers, ${n} rows of ${p} columns need ${n * p}`
  if (y.length !== n) return `y has ${y.length} values for ${n} rows`
  if (weights !== undefined && weights.length !== n) return `there are ${weights.length} weights for ${n} rows`
  if (!x.every(Number.isFinite)) return "x has a value that is missing or not finite"
  const classes = classCount(problem)
  const total = new Float64Array(classes)
  let lowest = Infinity
  let highest = -Infinity
  for (let i = 0; i < n; i++) {
    const weight = weights === undefined ? 1 : weights[i]!
    const value = y[i]!
    if (!Number.isFinite(value)) return "y has a value that is missing or not finite"
    if (!(weight >= 0 && weight < Infinity))
      return `row ${i} has the weight ${weight}, weights are finite and not negative`
    if (weight === 0) continue
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
    if (family === "gaussian") continue
    if (!Number.isInteger(value) || value < 0 || value >= classes) {
      return `row ${i} has the class code ${value}, codes are whole numbers from 0 to ${classes - 1}`
    }
    total[value]! += weight
  }
  if (lowest > highest) return "there is no row with a positive weight"
  if (family === "gaussian") return lowest === highest ? `the response is ${lowest} in every row` : undefined
  const empty = total.indexOf(0)
  return empty < 0 ? undefined : `class ${empty} has no rows with a positive weight`
}
