import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type * as Task from "../../src/data/Task.ts"
import * as Seed from "../../src/Seed.ts"
import * as Folds from "../../src/splitting/Folds.ts"
import * as Units from "../../src/splitting/Units.ts"
import * as Tasks from "../support/tasks.ts"
import * as Given from "./tasks.ts"

const options = fc.record({
  folds: fc.integer({ min: 1, max: 4 }),
  algorithm: fc.constantFrom("rss" as const, "wasikowski" as const)
})

const assign = (task: Task.Task, given: Folds.Options, seed: Seed.Seed) =>
  Result.flatMap(Units.make(task), (units) => Folds.assign(units, given, seed))

const foldsOf = (task: Task.Task, given: Folds.Options, seed: Seed.Seed): ReadonlyArray<number> =>
  Array.from(Result.getOrThrow(assign(task, given, seed)))

/** Each of `keys` with rows in one fold only. */
const expectWhole = (keys: ReadonlyArray<unknown>, folds: ReadonlyArray<number>) => {
  const foldOf = new Map<unknown, number>()
  for (const [row, key] of keys.entries()) {
    expect(foldOf.get(key) ?? folds[row]).toBe(folds[row])
    foldOf.set(key, folds[row]!)
  }
}

describe("Folds.assign", () => {
  it("gives every row one of K folds, none of which is empty", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, options, Given.seed, (rows, roles, given, seed) => {
        const folds = foldsOf(Given.taskOf(rows, roles), given, seed)
        expect(folds.length).toBe(rows.length)
        expect([...new Set(folds)].sort()).toEqual(Array.from({ length: given.folds }, (_, fold) => fold))
      })
    )
  })

  it("keeps the rows of a group together", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, options, Given.seed, (rows, roles, given, seed) => {
        const folds = foldsOf(Given.taskOf(rows, { ...roles, group: "patient" }), given, seed)
        expectWhole(
          rows.map(({ patient }) => patient),
          folds
        )
      })
    )
  })

  it("keeps the copies of a row together", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, options, Given.seed, (rows, roles, given, seed) => {
        const sample = Given.sample(Given.sample(Given.taskOf(rows, roles), seed), Seed.derive(seed, "again"))
        const folds = assign(sample, given, seed)
        // Fewer groups than folds may have been drawn.
        if (Result.isSuccess(folds)) expectWhole(Given.identities(sample), Array.from(folds.success))
      })
    )
  })

  it("keeps strata within one of their share without groups", () => {
    fc.assert(
      fc.property(Given.rows, options, Given.seed, (rows, given, seed) => {
        const folds = foldsOf(Given.taskOf(rows, { stratum: ["site", "class"] }), given, seed)
        const key = (row: Given.Row) => `${row.site} ${row.class}`
        const inFold = Given.tallyBy(rows, (row, i) => `${key(row)} ${folds[i]}`)
        for (const [stratum, total] of Given.tallyBy(rows, key)) {
          for (let fold = 0; fold < given.folds; fold++) {
            expect(Math.abs((inFold.get(`${stratum} ${fold}`) ?? 0) - total / given.folds)).toBeLessThan(1)
          }
        }
      })
    )
  })

  it("is the same for the same seed, whichever columns are features and in whichever order", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, options, Given.seed, (rows, roles, given, seed) => {
        const task = Given.taskOf(rows, roles)
        const folds = foldsOf(task, given, seed)
        expect(foldsOf(task, given, seed)).toEqual(folds)
        expect(foldsOf(Given.rearranged(task), given, seed)).toEqual(folds)
      })
    )
  })

  it("draws other folds from another seed", () => {
    const [one, two] = [1, 2].map((seed) => foldsOf(Tasks.regression(50), { folds: 5 }, Seed.root(seed)))
    expect(one).not.toEqual(two)
  })

  it.each([
    [{ folds: 5 }, "TooManyFolds", "folds = 5 is more than the 4 rows. Use at most 4 folds."],
    [{ folds: 0 }, "InvalidOption", "folds = 0 is not a whole number of at least 1. Use up to 4 folds."],
    [{ folds: 2.5 }, "InvalidOption", "folds = 2.5 is not a whole number of at least 1. Use up to 4 folds."]
  ])("refuses %o of 4 rows", (given, reason, message) => {
    expect(Result.getOrThrow(Result.flip(assign(Tasks.regression(4), given, Seed.root(1))))).toMatchObject({
      reason,
      message
    })
  })
})
