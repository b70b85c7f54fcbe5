/**
 * The values that arrays start from.
 */
import type { Generator } from "../../../Seed.ts"

type Fill = (values: Float32Array, random: Generator) => void

/** Draws every entry by itself. */
export const draw =
  (one: (random: Generator) => number): Fill =>
  (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = one(random)
  }

/** Uniform on ±bound. */
export const uniform = (bound: number): Fill => draw((random) => (2 * random.float() - 1) * bound)

/** Uniform on ±1/√input, PyTorch's default for linear layers (He et al. 2015 with a = √5). */
export const fanIn = (input: number): Fill => uniform(1 / Math.sqrt(input))

/** Normal with a standard deviation, within three of them. */
export const truncatedNormal = (scale: number): Fill =>
  draw((random) => {
    for (;;) {
      const z = random.normal()
      if (Math.abs(z) <= 3) return z * scale
    }
  })

export const ones: Fill = (values) => values.fill(1)
export const zeros: Fill = (values) => values.fill(0)
