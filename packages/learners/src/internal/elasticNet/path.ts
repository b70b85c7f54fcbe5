import type { Design } from "./featureDesign.ts"
import type { ElasticNetFit, Family, ResolvedOptions } from "./problem.ts"
import type { LinearFit, Penalty } from "./quadratic.ts"

/**
 * One family's fit, moved down the path one penalty after the other, each warm-started from the last.
 */
export interface PathSolver {
  /** The deviance of the model without columns, per unit of weight. */
  readonly nullDeviance: number
  /** The largest gradient of the model without columns: the penalty `λα` above which every coefficient is zero. */
  readonly largestGradient: number
  /** Fits at the penalty; `cutoff` is the strong rule's. Returns the sweeps used, above `budget` when cut short. */
  readonly advance: (penalty: Penalty, cutoff: number, budget: number) => number
  /** The fraction of the null deviance explained by the current fit. */
  readonly devianceRatio: () => number
  /** The current fit: one predictor, or one per class. */
  readonly predictors: ReadonlyArray<LinearFit>
  /** What centring took from the response, and what scaling divided it by: 0 and 1 unless gaussian. */
  readonly responseCenter: number
  readonly responseScale: number
}

/** Of ridge (`alpha` 0) no penalty makes every coefficient zero; glmnet starts its path as if `alpha` were 1e-3. */
const smallestAlpha = 1e-3

/** The path ends early when the explained fraction exceeds this … */
const almostAll = 0.999
/** … or when a step adds less than this (gaussian: less than this fraction of it) … */
const almostNothing = 1e-5
/** … but not before this many penalties. */
const fewestPenalties = 5

/**
 * Computes the penalties `λ_l = λ_max · ratio^(l / (L − 1))`.
 *
 * @example
 * lambdaSequence(8, 3, 1 / 4) // => [8, 4, 2]
 */
export const lambdaSequence = (largest: number, length: number, ratio: number): Float64Array =>
  Float64Array.from({ length }, (_, l) => (l === 0 ? largest : largest * ratio ** (l / (length - 1))))

const record = (
  design: Design,
  solver: PathSolver,
  l: number,
  out: { readonly a0: Float64Array; readonly beta: Float64Array; readonly df: Int32Array; readonly length: number }
): void => {
  const { p, center, scale } = design
  const used = new Uint8Array(p)
  solver.predictors.forEach((predictor, k) => {
    const offset = (k * out.length + l) * p
    let intercept = predictor.intercept * solver.responseScale + solver.responseCenter
    for (let j = 0; j < p; j++) {
      if (predictor.beta[j] === 0) continue
      used[j] = 1
      const coefficient = (predictor.beta[j]! * solver.responseScale) / scale[j]!
      out.beta[offset + j] = coefficient
      intercept -= coefficient * center[j]!
    }
    out.a0[k * out.length + l] = design.intercept ? intercept : 0
  })
  if (solver.predictors.length > 1) {
    // Softmax does not see a shift common to all classes; reported intercepts sum to zero, as glmnet's do.
    const blocks = solver.predictors.length
    let mean = 0
    for (let k = 0; k < blocks; k++) mean += out.a0[k * out.length + l]! / blocks
    for (let k = 0; k < blocks; k++) out.a0[k * out.length + l]! -= mean
  }
  out.df[l] = used.reduce((sum, one) => sum + one, 0)
}

/** Keeps the first `length` of the `total` rows of every block of a `blocks × total × width` array. */
const truncate = (values: Float64Array, blocks: number, total: number, length: number, width: number): Float64Array => {
  if (length === total) return values
  const out = new Float64Array(blocks * length * width)
  for (let k = 0; k < blocks; k++) {
    out.set(values.subarray(k * total * width, (k * total + length) * width), k * length * width)
  }
  return out
}

/**
 * Runs a solver down its path and collects the fits.
 *
 * A sequence that is computed starts at `λ_max = max|g_j| / max(α, 10⁻³)`, whose fit is the null model, and ends early
 * once, after five penalties, more than 99.9% of the deviance is explained or a step explains less than 10⁻⁵ of it more;
 * gaussian, less than 10⁻⁵ of what is explained already. So does glmnet. A sequence that is given is fitted to its end.
 */
export const fitPath = (
  family: Family,
  design: Design,
  solver: PathSolver,
  options: ResolvedOptions
): ElasticNetFit => {
  const { alpha } = options
  const largest = (solver.largestGradient * solver.responseScale) / Math.max(alpha, smallestAlpha)
  const lambda = options.lambda ?? lambdaSequence(largest, options.nlambda, options.lambdaMinRatio)
  const computed = options.lambda === undefined
  const length = lambda.length
  const blocks = solver.predictors.length
  const a0 = new Float64Array(blocks * length)
  const beta = new Float64Array(blocks * length * design.p)
  const df = new Int32Array(length)
  const devRatio = new Float64Array(length)
  let sweeps = 0
  let fitted = 0
  let previous = largest
  while (fitted < length) {
    const l = fitted
    if (!(computed && l === 0)) {
      const scaled = lambda[l]! / solver.responseScale
      const cutoff = (alpha * (2 * lambda[l]! - Math.max(previous, lambda[l]!))) / solver.responseScale
      sweeps += solver.advance({ l1: alpha * scaled, l2: (1 - alpha) * scaled }, cutoff, options.maxit - sweeps)
      if (sweeps > options.maxit) break
      devRatio[l] = solver.devianceRatio()
    }
    previous = lambda[l]!
    record(design, solver, l, { a0, beta, df, length })
    fitted++
    if (!computed || fitted < fewestPenalties) continue
    const gain = devRatio[l]! - devRatio[l - 1]!
    const least = family === "gaussian" ? almostNothing * devRatio[l]! : almostNothing
    if (devRatio[l]! > almostAll || gain < least) break
  }
  return {
    family,
    p: design.p,
    predictors: blocks,
    lambda: lambda.slice(0, fitted),
    a0: truncate(a0, blocks, length, fitted, 1),
    beta: truncate(beta, blocks, length, fitted, design.p),
    df: df.slice(0, fitted),
    devRatio: devRatio.slice(0, fitted),
    nulldev: solver.nullDeviance * design.totalWeight,
    sweeps,
    complete: sweeps <= options.maxit
  }
}
