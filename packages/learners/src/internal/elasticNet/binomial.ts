import { admitViolations, chooseCandidates, fillGradient, makeCandidates } from "./candidates.ts"
import type { Design } from "./featureDesign.ts"
import type { PathSolver } from "./path.ts"
import type { ResolvedOptions } from "./problem.ts"
import { makeMinimiser, type Newton, newtonStep } from "./newtonStep.ts"
import { makeLinearFit } from "./quadratic.ts"
import { largestMagnitude } from "../vectors.ts"

/** Probabilities nearer to 0 or 1 than this count as being there, with this variance (glmnet's `pmin`). */
export const smallestProbability = 1e-9
const smallestVariance = smallestProbability * (1 - smallestProbability)

/**
 * Makes the solver of the binomial family,
 *
 *   −Σ_i w_i [y_i η_i − log(1 + e^η_i)] + λ Σ_j (α |b_j| + ½ (1 − α) b_j²),   η_i = b₀ + x_i b.
 *
 * Each step replaces the likelihood by its quadratic approximation at the current fit, with weights `w_i p_i (1 − p_i)`
 * and weighted residuals `w_i (y_i − p_i)`, and minimises that by coordinate descent (Friedman, Hastie, Tibshirani
 * 2010, section 3).
 */
export const binomialSolver = (design: Design, y: ArrayLike<number>, options: ResolvedOptions): PathSolver => {
  const { n, p, weights } = design
  let prevalence = 0
  for (let i = 0; i < n; i++) prevalence += weights[i]! * y[i]!
  if (!design.intercept) prevalence = 0.5

  const fit = makeLinearFit(n, p)
  const { residual, weight } = fit
  fit.intercept = Math.log(prevalence / (1 - prevalence))
  const scores = new Float64Array(n).fill(fit.intercept)
  const gradient = new Float64Array(p)
  const candidates = makeCandidates(p)

  let loss = 0
  /** Fills weights and residuals at the scores, and the negative log-likelihood. */
  const evaluate = (): number => {
    loss = 0
    for (let i = 0; i < n; i++) {
      const score = scores[i]!
      const w = weights[i]!
      const tail = Math.exp(-Math.abs(score))
      const positive = score >= 0 ? 1 / (1 + tail) : tail / (1 + tail)
      loss += w * (Math.log1p(tail) + Math.max(score, 0) - y[i]! * score)
      const certain = tail < smallestProbability
      weight[i] = w * (certain ? smallestVariance : positive * (1 - positive))
      residual[i] = w * (y[i]! - (certain ? Math.round(positive) : positive))
    }
    return loss
  }

  const nullLoss = evaluate()
  fillGradient(design, residual, gradient)
  const tolerance = options.thresh * 2 * nullLoss
  const newton: Newton = {
    design,
    fit,
    scores,
    candidates,
    minimiser: makeMinimiser(design, fit, design.intercept, tolerance),
    evaluate,
    betaBefore: new Float64Array(p),
    scoresBefore: new Float64Array(n)
  }

  return {
    nullDeviance: 2 * nullLoss,
    largestGradient: largestMagnitude(gradient),
    predictors: [fit],
    responseCenter: 0,
    responseScale: 1,
    devianceRatio: () => 1 - loss / nullLoss,
    advance: (penalty, cutoff, budget) => {
      chooseCandidates(candidates, design, fit.beta, gradient, cutoff)
      let sweeps = 0
      let change = 0
      do {
        change = Infinity
        do {
          const step = newtonStep(newton, penalty, loss, change, budget - sweeps)
          sweeps += step.sweeps
          change = step.change
        } while (change >= tolerance && sweeps <= budget)
        fillGradient(design, residual, gradient)
      } while (sweeps <= budget && admitViolations(candidates, design, gradient, penalty.l1))
      return sweeps
    }
  }
}
