import type { Candidates } from "./candidates.ts"

/**
 * One penalised weighted least-squares problem, the inner problem of every family (all of it when gaussian, one Newton
 * step when logistic):
 *
 *   ½ Σ_i w_i (z_i − b₀ − Σ_j x_ij b_j)² + Σ_j (l1 |b_j| + ½ l2 b_j²).
 *
 * Coordinate descent gives each coefficient in turn its best value, `b_j ← S(g_j + v_j b_j, l1) / (v_j + l2)`, with
 * `g_j = Σ_i x_ij w_i (z_i − η_i)`, `v_j = Σ_i w_i x_ij²` and the soft threshold `S` (Friedman, Hastie, Tibshirani 2010,
 * J. Stat. Softw. 33(1), equations 5 and 10).
 *
 * The intercept takes its best value after every such update, which comes to centring the columns by the weights:
 * `v_j = Σ_i w_i (x_ij − m_j)²` with `m_j = Σ_i w_i x_ij / Σ_i w_i`, and `b₀ ← b₀ − m_j Δb_j`. Where the weights single out
 * rows that are much alike, as they do in unbalanced problems, intercept and columns are nearly collinear, and descent
 * with the intercept as one more coordinate creeps.
 */
export interface LinearFit {
  intercept: number
  readonly beta: Float64Array
  /** `w_i`. */
  readonly weight: Float64Array
  /** `w_i (z_i − η_i)` at the coefficients. */
  readonly residual: Float64Array
}

/** Makes a fit at zero. */
export const makeLinearFit = (n: number, p: number): LinearFit => ({
  intercept: 0,
  beta: new Float64Array(p),
  weight: new Float64Array(n),
  residual: new Float64Array(n)
})

/** The penalty at one point of the path: `l1 = λα`, `l2 = λ(1 − α)`. */
export interface Penalty {
  readonly l1: number
  readonly l2: number
}

/**
 * Minimises the problem over some columns, changing `beta` and `intercept` in place. What it leaves in `residual` is
 * its own affair: callers compute residuals anew.
 */
export interface Minimiser {
  /**
   * Descends from `weight` and `residual` until no update changes the fit by more than `tolerance` (in `v_j Δ_j²`).
   * Returns the number of passes over the columns; it is above `budget` when descent was cut short.
   */
  readonly minimise: (penalty: Penalty, candidates: Candidates, budget: number) => number
  /** `v_j` as used by the last descent, for the columns that it visited. */
  readonly curvature: Float64Array
  /** By how much the last descent moved the intercept on account of the residuals that it began with, `Σ_i w_i Δ²`. */
  readonly interceptChange: () => number
  /** Makes the next descent use the weights as they are. */
  readonly refresh: () => void
}

/** The least curvature of a column that the weights see as constant, as a fraction of `Σ_i w_i x_ij²`. */
export const smallestCurvature = 1e-10

/** Computes the soft threshold `sign(u) · max(|u| − t, 0)`. `softThreshold(-3, 1) // => -2`. */
export const softThreshold = (u: number, t: number): number => (u > t ? u - t : u < -t ? u + t : 0)

/** Computes `l1 Σ|b_j| + ½ l2 Σ b_j²`. */
export const penaltyOf = (beta: Float64Array, penalty: Penalty): number => {
  let absolute = 0
  let square = 0
  for (let j = 0; j < beta.length; j++) {
    absolute += Math.abs(beta[j]!)
    square += beta[j]! * beta[j]!
  }
  return penalty.l1 * absolute + 0.5 * penalty.l2 * square
}

/** The passes over the same columns after which `leap` is tried: about what solving for `count` of them costs. */
const patience = (count: number): number => 1 + (count >> 4)

/**
 * Alternates between full passes over the columns and passes over those that are not zero, until a full pass changes
 * nothing by `tolerance` or more. `pass` returns its largest change. Where passes over the same columns creep, `leap` may
 * change these at once. Returns the number of passes.
 */
export const alternate = (
  candidates: Candidates,
  beta: Float64Array,
  active: Int32Array,
  tolerance: number,
  budget: number,
  pass: (list: Int32Array, count: number) => number,
  leap?: (list: Int32Array, count: number) => void
): number => {
  let sweeps = 0
  while (sweeps <= budget) {
    sweeps++
    if (pass(candidates.indices, candidates.count) < tolerance) return sweeps
    let count = 0
    for (let t = 0; t < candidates.count; t++) {
      const j = candidates.indices[t]!
      if (beta[j] !== 0) active[count++] = j
    }
    let passes = 0
    do {
      sweeps++
      passes++
      if (leap !== undefined && passes % patience(count) === 0) leap(active, count)
    } while (pass(active, count) >= tolerance && sweeps <= budget)
  }
  return sweeps
}
