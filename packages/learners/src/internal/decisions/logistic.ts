/**
 * Logistic regression of a few columns on shares in [0, 1], by Newton's method with step halving.
 */

/** ln(1 + exp x), without overflow. */
export const log1pExp = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)))

/** 1/(1 + exp(−x)), without overflow. */
export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

/** Solves a small symmetric positive definite system by Gaussian elimination with pivots; a singular one has 0 there. */
const solve = (matrix: ReadonlyArray<ReadonlyArray<number>>, right: ReadonlyArray<number>): ReadonlyArray<number> => {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  const n = rows.length
  for (let k = 0; k < n; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? k + i : best), k)
    const held = rows[k]!
    rows[k] = rows[pivot]!
    rows[pivot] = held
    const head = rows[k]![k]!
    if (Math.abs(head) < 1e-300) continue
    for (let i = 0; i < n; i++) {
      if (i === k) continue
      const factor = rows[i]![k]! / head
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!
    }
  }
  return rows.map((row, i) => (Math.abs(row[i]!) < 1e-300 ? 0 : row[n]! / row[i]!))
}

/**
 * The coefficients β that minimise Σ w·(ln(1 + exp η) − t·η), η = Σ βⱼ·xⱼ, of columns x and targets t in (0, 1): finite, as no
 * target is 0 or 1. A column of ones is an intercept.
 */
export const logistic = (
  columns: ReadonlyArray<ArrayLike<number>>,
  targets: ArrayLike<number>,
  weights: ArrayLike<number>
): ReadonlyArray<number> => {
  const n = targets.length
  const score = (beta: ReadonlyArray<number>, i: number) => columns.reduce((sum, x, j) => sum + beta[j]! * x[i]!, 0)
  const loss = (beta: ReadonlyArray<number>) => {
    let total = 0
    for (let i = 0; i < n; i++) {
      const eta = score(beta, i)
      total += weights[i]! * (log1pExp(eta) - targets[i]! * eta)
    }
    return total
  }
  let beta: ReadonlyArray<number> = columns.map(() => 0)
  let value = loss(beta)
  for (let step = 0; step < 100; step++) {
    const gradient = columns.map(() => 0)
    // A little on the diagonal, as Lin, Lin and Weng have it, for columns that are proportional.
    const hessian = columns.map((_, j) => columns.map((__, k) => (j === k ? 1e-12 : 0)))
    for (let i = 0; i < n; i++) {
      const p = sigmoid(score(beta, i))
      const off = weights[i]! * (p - targets[i]!)
      const bend = weights[i]! * p * (1 - p)
      columns.forEach((x, j) => {
        gradient[j]! += off * x[i]!
        columns.forEach((z, k) => (hessian[j]![k]! += bend * x[i]! * z[i]!))
      })
    }
    if (gradient.every((slope) => Math.abs(slope) < 1e-10 * n)) return beta
    const direction = solve(hessian, gradient)
    let size = 1
    for (; size > 1e-10; size /= 2) {
      const next = beta.map((each, j) => each - size * direction[j]!)
      const after = loss(next)
      if (after < value) {
        beta = next
        value = after
        break
      }
    }
    if (size <= 1e-10) return beta
  }
  return beta
}
