import { admitViolations, chooseCandidates, fillGradient, makeCandidates } from "./candidates.ts"
import type { Design } from "./featureDesign.ts"
import type { PathSolver } from "./path.ts"
import type { ResolvedOptions } from "./problem.ts"
import { fillScores, makeMinimiser } from "./newtonStep.ts"
import { makeLinearFit } from "./quadratic.ts"
import { largestMagnitude } from "../vectors.ts"

/**
 * Makes the solver of the gaussian family,
 *
 *   ½ Σ_i w_i (y_i − b₀ − x_i b)² + λ Σ_j (α |b_j| + ½ (1 − α) b_j²).
 *
 * As in glmnet, the response is first divided by its standard deviation `s_y` (denominator `n`) and the penalty with
 * it, and the coefficients are multiplied back afterwards. Columns and response are centred, so the intercept needs no
 * descent.
 *
 * Gotchas: for `α < 1` this is not the problem above in the units of `y`: the ridge part weighs `λ(1 − α)/s_y`.
 * Standardise `y` first to compare with a solver that does not do this.
 */
export const gaussianSolver = (design: Design, y: ArrayLike<number>, options: ResolvedOptions): PathSolver => {
  const { n, p, weights } = design
  let mean = 0
  for (let i = 0; i < n; i++) mean += weights[i]! * y[i]!
  const center = design.intercept ? mean : 0
  let nullDeviance = 0
  for (let i = 0; i < n; i++) nullDeviance += weights[i]! * (y[i]! - center) ** 2
  const scale = Math.sqrt(nullDeviance)
  const response = Float64Array.from({ length: n }, (_, i) => (y[i]! - center) / scale)

  const fit = makeLinearFit(n, p)
  fit.weight.set(weights)
  const minimiser = makeMinimiser(design, fit, false, options.thresh)
  const candidates = makeCandidates(p)
  const gradient = new Float64Array(p)
  const scores = new Float64Array(n)
  let unexplained = 1
  const settle = (): void => {
    unexplained = 0
    for (let i = 0; i < n; i++) {
      const error = response[i]! - scores[i]!
      fit.residual[i] = weights[i]! * error
      unexplained += weights[i]! * error * error
    }
    fillGradient(design, fit.residual, gradient)
  }
  settle()

  return {
    nullDeviance,
    largestGradient: largestMagnitude(gradient),
    predictors: [fit],
    responseCenter: center,
    responseScale: scale,
    devianceRatio: () => 1 - unexplained,
    advance: (penalty, cutoff, budget) => {
      chooseCandidates(candidates, design, fit.beta, gradient, cutoff)
      let sweeps = 0
      do {
        sweeps += minimiser.minimise(penalty, candidates, budget - sweeps)
        fillScores(design, fit, candidates, scores)
        settle()
      } while (sweeps <= budget && admitViolations(candidates, design, gradient, penalty.l1))
      return sweeps
    }
  }
}
