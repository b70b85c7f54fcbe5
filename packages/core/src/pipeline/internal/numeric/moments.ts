/**
 * Mean and spread of numbers none of which is missing.
 */

/**
 * Mean and standard deviation (divisor n). The deviation is 1 of numbers that are all one, to rounding, and of none, so that
 * dividing by it does no harm.
 */
export const meanAndSdOf = (values: Float64Array): { readonly mean: number; readonly sd: number } => {
  const n = Math.max(1, values.length)
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n)
  return { mean, sd: sd > Math.abs(mean) * 1e-13 ? sd : 1 }
}
