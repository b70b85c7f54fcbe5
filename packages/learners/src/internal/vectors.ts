/** Computes `Σ_i a_i b_i`; four sums at once keep the processor's adders busy. */
export const dot = (a: Float64Array, b: Float64Array): number => {
  const n = a.length
  const whole = n - (n % 4)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!
    s1 += a[i + 1]! * b[i + 1]!
    s2 += a[i + 2]! * b[i + 2]!
    s3 += a[i + 3]! * b[i + 3]!
  }
  for (let i = whole; i < n; i++) s0 += a[i]! * b[i]!
  return s0 + s1 + (s2 + s3)
}

/**
 * Writes `Σ_i a_i b_i` for four `b` at once into `out`: `a` is read once instead of four times. Even and odd rows have
 * sums of their own, so that no addition waits for the one before.
 */
export const dotFour = (
  a: Float64Array,
  b0: Float64Array,
  b1: Float64Array,
  b2: Float64Array,
  b3: Float64Array,
  out: Float64Array
): void => {
  const n = a.length
  const whole = n - (n % 2)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let t0 = 0
  let t1 = 0
  let t2 = 0
  let t3 = 0
  for (let i = 0; i < whole; i += 2) {
    const even = a[i]!
    const odd = a[i + 1]!
    s0 += even * b0[i]!
    s1 += even * b1[i]!
    s2 += even * b2[i]!
    s3 += even * b3[i]!
    t0 += odd * b0[i + 1]!
    t1 += odd * b1[i + 1]!
    t2 += odd * b2[i + 1]!
    t3 += odd * b3[i + 1]!
  }
  if (whole < n) {
    s0 += a[whole]! * b0[whole]!
    s1 += a[whole]! * b1[whole]!
    s2 += a[whole]! * b2[whole]!
    s3 += a[whole]! * b3[whole]!
  }
  out[0] = s0 + t0
  out[1] = s1 + t1
  out[2] = s2 + t2
  out[3] = s3 + t3
}

/** Computes `Σ_i a_i`. */
export const sumOf = (a: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]!
  return sum
}

/** Computes `Σ_i w_i a_i²`. */
export const weightedSquare = (w: Float64Array, a: Float64Array): number => {
  const n = a.length
  let even = 0
  let odd = 0
  for (let i = 0; i + 1 < n; i += 2) {
    even += w[i]! * a[i]! * a[i]!
    odd += w[i + 1]! * a[i + 1]! * a[i + 1]!
  }
  return n % 2 === 1 ? even + odd + w[n - 1]! * a[n - 1]! * a[n - 1]! : even + odd
}

/** Adds `c · a_i` to every `out_i`. */
export const addScaled = (out: Float64Array, c: number, a: Float64Array): void => {
  for (let i = 0; i < out.length; i++) out[i]! += c * a[i]!
}

/** Adds `Σ_f c_f · a_f,i` of four columns to every `out_i`: `out` is read and written once instead of four times. */
export const addScaledFour = (
  out: Float64Array,
  c: Float64Array,
  a0: Float64Array,
  a1: Float64Array,
  a2: Float64Array,
  a3: Float64Array
): void => {
  const c0 = c[0]!
  const c1 = c[1]!
  const c2 = c[2]!
  const c3 = c[3]!
  for (let i = 0; i < out.length; i++) {
    out[i] = out[i]! + c0 * a0[i]! + (c1 * a1[i]! + (c2 * a2[i]! + c3 * a3[i]!))
  }
}

/** Adds `c · w_i · (a_i − m)` to every `out_i`. */
export const addCentred = (out: Float64Array, c: number, w: Float64Array, a: Float64Array, m: number): void => {
  for (let i = 0; i < out.length; i++) out[i]! += c * w[i]! * (a[i]! - m)
}

/** Moves every `out_i` half of the way to `to_i`. */
export const halfWay = (out: Float64Array, to: Float64Array): void => {
  for (let i = 0; i < out.length; i++) out[i] = 0.5 * (out[i]! + to[i]!)
}

/** Computes the largest absolute value, 0 of none. */
export const largestMagnitude = (values: Float64Array): number => {
  let largest = 0
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!))
  return largest
}
