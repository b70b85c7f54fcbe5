import type { Candidates } from "./candidates.ts"
import type { Design } from "./featureDesign.ts"
import { productMinimiser } from "./productMinimiser.ts"
import { type LinearFit, type Minimiser, type Penalty, penaltyOf } from "./quadratic.ts"
import { residualMinimiser } from "./residualMinimiser.ts"
import { addScaled, addScaledFour, halfWay } from "../vectors.ts"

/** Below this many columns inner products between columns are kept; above, residuals are (as glmnet for gaussian). */
const fewColumns = 500

/**
 * Where products are kept, passes cost little, and a leap ends them: descent then goes on to this fraction of the tolerance.
 * A fit that stops anywhere within the tolerance makes the gains of a path uneven, and so its end a matter of chance.
 */
const precision = 0.01

/** Chooses the minimiser for the size of the problem. */
export const makeMinimiser = (design: Design, fit: LinearFit, intercept: boolean, tolerance: number): Minimiser =>
  design.p < fewColumns
    ? productMinimiser(design, fit, intercept, precision * tolerance)
    : residualMinimiser(design, fit, intercept, tolerance)

/** Writes `η_i = b₀ + Σ_j x_ij b_j`, where only candidates have a coefficient that is not zero. */
export const fillScores = (design: Design, fit: LinearFit, candidates: Candidates, scores: Float64Array): void => {
  const { columns } = design
  const used = candidates.indices.subarray(0, candidates.count).filter((j) => fit.beta[j] !== 0)
  const four = new Float64Array(4)
  const whole = used.length - (used.length % 4)
  scores.fill(fit.intercept)
  for (let t = 0; t < whole; t += 4) {
    for (let f = 0; f < 4; f++) four[f] = fit.beta[used[t + f]!]!
    addScaledFour(
      scores,
      four,
      columns[used[t]!]!,
      columns[used[t + 1]!]!,
      columns[used[t + 2]!]!,
      columns[used[t + 3]!]!
    )
  }
  for (let t = whole; t < used.length; t++) addScaled(scores, fit.beta[used[t]!]!, columns[used[t]!]!)
}

/** A step that does not lower the objective is halved up to this many times. */
const mostHalvings = 20
/** Rises of the objective below this fraction of it are rounding. */
const rounding = 1e-12

/** What takes Newton steps: a fit, its scores `η`, and how to evaluate and to minimise at them. */
export interface Newton {
  readonly design: Design
  readonly fit: LinearFit
  readonly scores: Float64Array
  readonly candidates: Candidates
  readonly minimiser: Minimiser
  /** Computes the loss at the scores, and fills what the next step starts from. */
  readonly evaluate: () => number
  /** Room for the coefficients and the scores before a step. */
  readonly betaBefore: Float64Array
  readonly scoresBefore: Float64Array
}

/** What a step did: the passes it used, and the largest change of the fit in `v_j Δ_j²`. */
export interface Step {
  readonly sweeps: number
  readonly change: number
}

/**
 * A step whose change is above this fraction of the one before is slow (Newton's own steps, with the curvature of where
 * they are, shrink ever faster): the next uses new curvature.
 */
const slow = 0.1

/**
 * Makes one Newton step: minimises the quadratic approximation of the loss, and halves the step while it raises the
 * penalised loss, which therefore never rises. `loss` is the loss before; `previous` is the change by the step before.
 */
export const newtonStep = (
  { design, fit, scores, candidates, minimiser, evaluate, betaBefore, scoresBefore }: Newton,
  penalty: Penalty,
  loss: number,
  previous: number,
  budget: number
): Step => {
  const { beta } = fit
  const interceptBefore = fit.intercept
  betaBefore.set(beta)
  scoresBefore.set(scores)
  const bound = (loss + penaltyOf(beta, penalty)) * (1 + rounding)
  const sweeps = minimiser.minimise(penalty, candidates, budget)
  fillScores(design, fit, candidates, scores)
  let objective = evaluate() + penaltyOf(beta, penalty)
  for (let h = 0; h < mostHalvings && !(objective <= bound); h++) {
    minimiser.refresh()
    fit.intercept = 0.5 * (fit.intercept + interceptBefore)
    halfWay(beta, betaBefore)
    halfWay(scores, scoresBefore)
    objective = evaluate() + penaltyOf(beta, penalty)
  }
  let change = minimiser.interceptChange()
  for (let t = 0; t < candidates.count; t++) {
    const j = candidates.indices[t]!
    const delta = beta[j]! - betaBefore[j]!
    change = Math.max(change, minimiser.curvature[j]! * delta * delta)
  }
  if (change > slow * previous) minimiser.refresh()
  return { sweeps, change }
}
