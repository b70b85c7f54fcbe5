import { admit, admitViolations, chooseCandidates, fillGradient, makeCandidates } from "./candidates.ts"
import type { Design } from "./featureDesign.ts"
import { smallestProbability } from "./binomial.ts"
import type { PathSolver } from "./path.ts"
import type { ResolvedOptions } from "./problem.ts"
import { makeMinimiser, type Newton, newtonStep } from "./newtonStep.ts"
import { makeLinearFit } from "./quadratic.ts"
import { addScaled, largestMagnitude } from "../vectors.ts"

/** Scores are held within ±250 before they are exponentiated, so that sums stay finite (glmnet's `exmx`). */
const largestScore = 250
const boundedExp = (score: number): number => Math.exp(Math.min(Math.max(score, -largestScore), largestScore))

/** A class is not fitted better than the others, which move next: its descent ends at the tolerance of the whole. */
const looseness = 100

/** A product of ratios of sums of exponentials may be as large as this. */
const largestProduct = 1e300

/**
 * Computes the shift `c` that minimises `Σ_k (α |b_k − c| + ½ (1 − α) (b_k − c)²)`: the mean for ridge, the median for
 * the lasso, a point between them otherwise. Softmax probabilities do not change when every class is shifted alike, so
 * at the optimum this shift is zero (Friedman, Hastie, Tibshirani 2010, section 4.1). Where an interval of shifts is
 * best (the lasso with an even number of classes) the one nearest to zero is returned, which keeps zeros zero.
 *
 * `sorted` holds the `b_k` in ascending order.
 *
 * @example
 * bestShift(Float64Array.of(-1, 0, 4), 1) // => 0
 * bestShift(Float64Array.of(-1, 0, 4), 0) // => 1
 */
export const bestShift = (sorted: Float64Array, alpha: number): number => {
  const classes = sorted.length
  let mean = 0
  for (let k = 0; k < classes; k++) mean += sorted[k]! / classes
  if (alpha === 0) return mean
  if (alpha === 1) {
    const lower = sorted[(classes - 1) >> 1]!
    const upper = sorted[classes >> 1]!
    return Math.min(Math.max(0, lower), upper)
  }
  // Between two neighbouring values the objective is a parabola with its bottom at `mean + slope`; the minimum is the
  // first bottom that lies below the upper end of its interval, or the lower end when the bottom lies below that too.
  for (let k = 0; k <= classes; k++) {
    const bottom = mean + (alpha / (1 - alpha)) * ((classes - 2 * k) / classes)
    const lower = k === 0 ? -Infinity : sorted[k - 1]!
    const upper = k === classes ? Infinity : sorted[k]!
    if (bottom <= upper) return Math.max(bottom, lower)
  }
  return mean
}

/**
 * Makes the solver of the multinomial family, with a coefficient for every class and column (glmnet's "ungrouped"),
 *
 *   −Σ_i w_i [η_{i,y_i} − log Σ_k e^{η_ik}] + λ Σ_k Σ_j (α |b_kj| + ½ (1 − α) b_kj²).
 *
 * Classes take turns: each makes a Newton step of its own (weights `w_i p_ik (1 − p_ik)`, residuals
 * `w_i ([y_i = k] − p_ik)`) with the others held. The common shift of every column's coefficients is taken out at the
 * end: a penalty does so by itself, without one (`λ = 0`) the solution would not be unique.
 */
export const multinomialSolver = (
  design: Design,
  y: ArrayLike<number>,
  classes: number,
  options: ResolvedOptions
): PathSolver => {
  const { n, p, columns, weights } = design
  const perClass = <A>(make: (k: number) => A): ReadonlyArray<A> => Array.from({ length: classes }, (_, k) => make(k))
  const codes = Int32Array.from(y)
  const share = new Float64Array(classes).fill(1)
  if (design.intercept) {
    share.fill(0)
    for (let i = 0; i < n; i++) share[codes[i]!]! += weights[i]!
  }
  const fits = perClass(() => makeLinearFit(n, p))
  const scores = perClass((k) => {
    fits[k]!.intercept = Math.log(share[k]!)
    return new Float64Array(n).fill(fits[k]!.intercept)
  })
  const exponential = perClass((k) => new Float64Array(n).fill(share[k]!))
  const gradient = perClass(() => new Float64Array(p))
  const candidates = perClass(() => makeCandidates(p))
  const values = new Float64Array(classes)
  const changes = new Float64Array(classes)
  const sum = new Float64Array(n)

  const others = new Float64Array(n)
  const before = new Float64Array(n)
  const after = perClass(() => new Float64Array(n))
  const equalWeights = weights.every((weight) => weight === weights[0])

  let loss = 0
  /** Fills and returns the negative log-likelihood. */
  const addLoss = (): number => {
    loss = 0
    // Of equal weights the logarithm of a product is taken, while it is small enough for one factor more.
    let product = 1
    for (let i = 0; i < n; i++) {
      const ratio = sum[i]! / exponential[codes[i]!]![i]!
      if (!equalWeights) loss += weights[i]! * Math.log(ratio)
      else if (product * ratio < largestProduct) product *= ratio
      else {
        loss += Math.log(product)
        product = ratio
      }
    }
    if (equalWeights) loss = weights[0]! * (loss + Math.log(product))
    return loss
  }
  /** Computes everything anew from the scores. */
  const evaluateAll = (): number => {
    sum.fill(0)
    for (let k = 0; k < classes; k++) {
      const [from, to] = [scores[k]!, exponential[k]!]
      for (let i = 0; i < n; i++) sum[i]! += to[i] = boundedExp(from[i]!)
    }
    return addLoss()
  }
  /** The exponentials of class `k` by its scores; those of the others are as when its turn began. */
  const evaluate = (k: number): number => {
    const [from, to] = [scores[k]!, exponential[k]!]
    for (let i = 0; i < n; i++) sum[i] = others[i]! + (to[i] = boundedExp(from[i]!))
    return addLoss()
  }
  /** Adds up the exponentials behind each class: what is before it is added up on the way. Nothing is ever subtracted. */
  const beginRound = (): void => {
    before.fill(0)
    after[classes - 1]!.fill(0)
    for (let k = classes - 2; k >= 0; k--) {
      const [to, rest, next] = [after[k]!, after[k + 1]!, exponential[k + 1]!]
      for (let i = 0; i < n; i++) to[i] = rest[i]! + next[i]!
    }
  }
  const beginTurn = (k: number): void => {
    const rest = after[k]!
    for (let i = 0; i < n; i++) others[i] = before[i]! + rest[i]!
  }
  const endTurn = (k: number): void => {
    const own = exponential[k]!
    for (let i = 0; i < n; i++) before[i]! += own[i]!
  }
  const linearise = (k: number): void => {
    const { residual, weight } = fits[k]!
    const own = exponential[k]!
    for (let i = 0; i < n; i++) {
      const raw = own[i]! / sum[i]!
      const share = raw < smallestProbability ? 0 : raw > 1 - smallestProbability ? 1 : raw
      weight[i] = weights[i]! * Math.max(share * (1 - share), smallestProbability * (1 - smallestProbability))
      residual[i] = weights[i]! * ((codes[i] === k ? 1 : 0) - share)
    }
  }
  const refreshGradients = (): void => {
    for (let k = 0; k < classes; k++) {
      linearise(k)
      fillGradient(design, fits[k]!.residual, gradient[k]!)
    }
  }
  const nullLoss = evaluateAll()
  refreshGradients()
  const tolerance = options.thresh * 2 * nullLoss
  const betaBefore = new Float64Array(p)
  const scoresBefore = new Float64Array(n)
  const newtons = perClass((k): Newton => ({
    design,
    fit: fits[k]!,
    scores: scores[k]!,
    candidates: candidates[k]!,
    minimiser: makeMinimiser(design, fits[k]!, design.intercept, looseness * tolerance),
    evaluate: () => evaluate(k),
    betaBefore,
    scoresBefore
  }))

  const removeShifts = (): void => {
    for (let j = 0; j < p; j++) {
      let used = false
      for (let k = 0; k < classes; k++) {
        values[k] = fits[k]!.beta[j]!
        used ||= values[k] !== 0
      }
      const shift = used ? bestShift(values.sort(), options.alpha) : 0
      if (shift === 0) continue
      for (let k = 0; k < classes; k++) {
        admit(candidates[k]!, j)
        fits[k]!.beta[j]! -= shift
        addScaled(scores[k]!, -shift, columns[j]!)
      }
    }
    evaluateAll()
  }
  const admitAllViolations = (l1: number): boolean => {
    let any = false
    for (let k = 0; k < classes; k++) any = admitViolations(candidates[k]!, design, gradient[k]!, l1) || any
    return any
  }

  return {
    nullDeviance: 2 * nullLoss,
    largestGradient: gradient.reduce((largest, g) => Math.max(largest, largestMagnitude(g)), 0),
    predictors: fits,
    responseCenter: 0,
    responseScale: 1,
    devianceRatio: () => 1 - loss / nullLoss,
    advance: (penalty, cutoff, budget) => {
      for (let k = 0; k < classes; k++) {
        chooseCandidates(candidates[k]!, design, fits[k]!.beta, gradient[k]!, cutoff)
      }
      let sweeps = 0
      let change = 0
      do {
        changes.fill(Infinity)
        do {
          change = 0
          beginRound()
          for (let k = 0; k < classes && sweeps <= budget; k++) {
            beginTurn(k)
            linearise(k)
            const step = newtonStep(newtons[k]!, penalty, loss, changes[k]!, budget - sweeps)
            sweeps += step.sweeps
            changes[k] = step.change
            change = Math.max(change, step.change)
            endTurn(k)
          }
        } while (change >= tolerance && sweeps <= budget)
        removeShifts()
        refreshGradients()
      } while (sweeps <= budget && admitAllViolations(penalty.l1))
      return sweeps
    }
  }
}
