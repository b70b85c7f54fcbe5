import * as fc from "fast-check"
import { expect, it } from "vitest"
import { sortNumbers } from "../../src/internal/sortNumbers.ts"

const n = 20_000

it.each<[string, (i: number) => number]>([
  ["spread", (i) => Math.sin(i) * 1e3],
  ["in powers", (i) => Math.tan(i) ** 9],
  ["equal, mostly", (i) => (i % 7 === 0 ? i : 3)],
  ["all equal", () => -2],
  ["of both zeros", (i) => (i % 2 === 0 ? -0 : i % 3 === 0 ? 0 : Math.cos(i))],
  ["infinite", (i) => (i === 5 ? -Infinity : i)],
  ["nearly as far apart as can be", (i) => (i % 2 === 0 ? -1 : 1) * 1.7e308 * Math.sin(i)],
  ["next to each other", (i) => 1 + (i % 3) * Number.EPSILON]
])("sorts many numbers that are %s", (_, value) => {
  fc.assert(
    fc.property(fc.array(fc.nat(n - 1)), (missing) => {
      const values = Float64Array.from({ length: n }, (_, i) => value((i * 7919) % n))
      for (const i of missing) values[i] = Number.NaN
      expect(sortNumbers(values)).toEqual(values.slice().sort())
    }),
    { numRuns: 3 }
  )
})
