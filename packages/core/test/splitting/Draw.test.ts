import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import type * as Task from "../../src/data/Task.ts"
import * as Seed from "../../src/Seed.ts"
import * as Draw from "../../src/splitting/Draw.ts"
import * as Units from "../../src/splitting/Units.ts"
import * as Tasks from "../support/tasks.ts"
import * as Given from "./tasks.ts"

const unitsOf = (task: Task.Task) => Result.getOrThrow(Units.make(task))
const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0)

const ratio = fc.double({ min: 0.05, max: 0.95, noNaN: true })
const order = fc.constantFrom("asCoded" as const, "rarestFirst" as const)

/** A task of one stratum for each size. */
const strata = (...sizes: ReadonlyArray<number>) => {
  const s = sizes.flatMap((size, i) => Array.from({ length: size }, () => `s${i}`))
  const x = Column.numeric(s.map((_, i) => i))
  return unitsOf(Tasks.of({ x, y: x, s: Column.text(s) }, { target: "y", features: ["x"], stratum: "s" }))
}

describe("Draw.shares", () => {
  it("rounds the total once, and every stratum to within one of its share", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, ratio, order, (rows, roles, ratio, order) => {
        const units = unitsOf(Given.taskOf(rows, roles))
        const { groups, quotas, strata, total } = Draw.shares(units, ratio, order)
        expect(groups).toBe(units.groups)
        expect(total).toBe(Math.round(units.groups * ratio))
        expect(sum(quotas)).toBe(total)
        expect(sum(strata.map(({ length }) => length))).toBe(units.groups)
        for (const [s, quota] of quotas.entries()) {
          expect(Math.abs(quota - strata[s]!.length * ratio)).toBeLessThanOrEqual(1)
        }
      })
    )
  })

  it("rounds along the cumulative sum, in the order of the codes or from the rarest stratum on", () => {
    expect(Draw.shares(strata(3, 9), 2 / 3).quotas).toEqual([2, 6])
    // 99 · 0.7 = 69.3 and 101 · 0.7 = 70.7: both of the rare rows are drawn, unless they are rounded by themselves.
    expect(Draw.shares(strata(99, 2), 0.7).quotas).toEqual([69, 2])
    expect(Draw.shares(strata(99, 2), 0.7, "rarestFirst").quotas).toEqual([70, 1])
  })

  it("counts a group in the stratum with most of its rows, the first of several", () => {
    const x = Column.numeric([0, 1, 2, 3, 4, 5])
    const columns = { x, y: x, g: Column.text([..."aaabbc"]), s: Column.text([..."uvvuvv"]) }
    const units = unitsOf(Tasks.of(columns, { target: "y", features: ["x"], group: "g", stratum: "s" }))
    expect(Draw.shares(units, 0.5).strata).toEqual([Int32Array.of(1), Int32Array.of(0, 2)])
  })

  it("leaves the rest", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, ratio, (rows, roles, ratio) => {
        const shares = Draw.shares(unitsOf(Given.taskOf(rows, roles)), ratio)
        const rest = Draw.rest(shares)
        expect(rest.total).toBe(shares.groups - shares.total)
        for (const [s, members] of shares.strata.entries()) {
          expect(shares.quotas[s]! + rest.quotas[s]!).toBe(members.length)
        }
        expect(Draw.rest(rest)).toEqual(shares)
      })
    )
  })
})

describe.each([
  ["without", Draw.without, 1],
  ["withReplacement", Draw.withReplacement, Infinity]
])("Draw.%s", (_, draw, most) => {
  it("draws as many groups of each stratum as shared out, the same for the same seed", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, ratio, Given.seed, (rows, roles, ratio, seed) => {
        const shares = Draw.shares(unitsOf(Given.taskOf(rows, roles)), ratio)
        const times = draw(shares, seed)
        expect(draw(shares, seed)).toEqual(times)
        for (const [s, members] of shares.strata.entries()) {
          expect(sum(members.map((g) => times[g]!))).toBe(shares.quotas[s])
        }
        expect(Math.max(...times)).toBeLessThanOrEqual(most)
      })
    )
  })

  it("draws every group about as often", () => {
    const shares = Draw.shares(strata(10), 0.3)
    const counts = new Float64Array(10)
    for (let seed = 0; seed < 2000; seed++) {
      for (const [g, times] of draw(shares, Seed.root(seed)).entries()) counts[g]! += times
    }
    // At most binomial(6000, 0.1): sd 23.2; the limit is 5 sd.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(116)
  })
})
