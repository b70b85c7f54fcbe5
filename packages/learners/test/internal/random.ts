/** A small generator for test data: mulberry32, uniform in [0, 1). */
export const uniform = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A nearly normal number: the sum of twelve uniform ones, centred. */
export const normal = (next: () => number): number => {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += next()
  return sum
}

/** Fills an array with draws. */
export const draws = (length: number, draw: () => number): Float64Array => Float64Array.from({ length }, draw)
