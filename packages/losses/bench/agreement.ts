/** Whether two versions of a loss agree: they must, before it makes sense to compare their times. */

interface Outcome {
  readonly value: number
  readonly gradient: ArrayLike<number>
}

/** How far an outcome is from another one: the larger of both relative errors, that of the gradient in the 1-norm. */
export const distance = (found: Outcome, expected: Outcome): number => {
  let difference = 0
  let norm = 0
  for (let i = 0; i < expected.gradient.length; i++) {
    difference += Math.abs(found.gradient[i]! - expected.gradient[i]!)
    norm += Math.abs(expected.gradient[i]!)
  }
  return Math.max(Math.abs(found.value - expected.value) / Math.abs(expected.value), difference / norm)
}

/** Throws if an outcome is further from another one than a tolerance. */
export const require = (title: string, found: Outcome, expected: Outcome, tolerance: number): void => {
  const off = distance(found, expected)
  // Not `off > tolerance`: NaN must not pass.
  if (off <= tolerance) return
  throw new Error(
    `${title} for ${expected.gradient.length} rows is off by ${off.toPrecision(3)}, but ${tolerance} is allowed: ` +
      `value ${found.value}, expected ${expected.value}; correct it before comparing times`
  )
}
