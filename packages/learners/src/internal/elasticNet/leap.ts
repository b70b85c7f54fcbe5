import type { Penalty } from "./quadratic.ts"

/** With more columns than this a leap costs more than the passes that it saves. */
const mostColumns = 128

/** A pivot below this fraction of its diagonal means columns that say the same: then there is no one solution. */
const smallestPivot = 1e-10

/** The quadratic problem of a minimiser that keeps products `H_jk = products[j p + k]` and the gradient. */
export interface Quadratic {
  readonly p: number
  readonly products: Float64Array
  readonly gradient: Float64Array
  readonly beta: Float64Array
  /** Changes a coefficient, and all that depends on it. */
  readonly move: (j: number, to: number) => void
}

/**
 * Makes the function that moves the listed coefficients that are not zero to the minimum of the quadratic problem where
 * they keep their signs: with `(H + l2) d = g − l1 sign(b) − l2 b`, by Cholesky's factors. Of columns that are alike,
 * descent by one coefficient after the other only creeps there. Where one would change its sign, all go the same part of
 * the way, up to the zero of the first. On this way the objective falls, as it is a convex parabola.
 */
export const makeLeap = ({ beta, gradient, move, p, products }: Quadratic) => {
  let factor = new Float64Array(0)
  let step = new Float64Array(0)
  const used = new Int32Array(p)

  /** Writes the factor of `H + l2` of the first `count` used columns; says whether there is one. */
  const factorise = (count: number, l2: number): boolean => {
    for (let a = 0; a < count; a++) {
      const row = used[a]! * p
      for (let b = 0; b <= a; b++) {
        const own = products[row + used[b]!]! + (a === b ? l2 : 0)
        let rest = own
        for (let c = 0; c < b; c++) rest -= factor[a * count + c]! * factor[b * count + c]!
        if (a !== b) factor[a * count + b] = rest / factor[b * count + b]!
        else if (rest > smallestPivot * own) factor[a * count + a] = Math.sqrt(rest)
        else return false
      }
    }
    return true
  }

  /** Solves for the step in place. */
  const solve = (count: number): void => {
    for (let a = 0; a < count; a++) {
      for (let c = 0; c < a; c++) step[a]! -= factor[a * count + c]! * step[c]!
      step[a]! /= factor[a * count + a]!
    }
    for (let a = count - 1; a >= 0; a--) {
      for (let c = a + 1; c < count; c++) step[a]! -= factor[c * count + a]! * step[c]!
      step[a]! /= factor[a * count + a]!
    }
  }

  return (list: Int32Array, listed: number, { l1, l2 }: Penalty): void => {
    let count = 0
    for (let t = 0; t < listed; t++) if (beta[list[t]!] !== 0) used[count++] = list[t]!
    if (count < 2 || count > mostColumns) return
    if (step.length < count) {
      step = new Float64Array(2 * count)
      factor = new Float64Array(4 * count * count)
    }
    if (!factorise(count, l2)) return
    for (let a = 0; a < count; a++) {
      const j = used[a]!
      step[a] = gradient[j]! - l1 * Math.sign(beta[j]!) - l2 * beta[j]!
    }
    solve(count)
    let way = 1
    let first = -1
    for (let a = 0; a < count; a++) {
      const now = beta[used[a]!]!
      if ((now + way * step[a]!) * now > 0) continue
      way = -now / step[a]!
      first = a
    }
    for (let a = 0; a < count; a++) {
      const j = used[a]!
      move(j, a === first ? 0 : beta[j]! + way * step[a]!)
    }
  }
}
