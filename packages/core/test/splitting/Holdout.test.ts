import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Task from "../../src/data/Task.ts"
import * as Seed from "../../src/Seed.ts"
import * as Holdout from "../../src/splitting/Holdout.ts"
import * as Tasks from "../support/tasks.ts"
import * as Given from "./tasks.ts"

const ratio = fc.double({ min: 0.2, max: 0.8, noNaN: true })

const holdout = (task: Task.Task, ratio: number, seed: Seed.Seed) => Result.getOrThrow(Holdout.rows(task, ratio, seed))
const problem = (task: Task.Task, ratio: number) =>
  Result.getOrThrow(Result.flip(Holdout.rows(task, ratio, Seed.root(1))))

/** For each key, how many rows it has and how many of them are held out. */
const heldBy = <A>(all: ReadonlyArray<A>, held: Int32Array, key: (row: A) => string) => {
  const out = new Set(held)
  const total = Given.tallyBy(all, key)
  const inside = Given.tallyBy(
    all.filter((_, row) => out.has(row)),
    key
  )
  return Array.from(total, ([name, total]) => ({ total, held: inside.get(name) ?? 0 }))
}

describe("Holdout.rows", () => {
  it("gives every row to one of two sides, neither of which is empty", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, ratio, Given.seed, (rows, roles, ratio, seed) => {
        const { train, valid } = holdout(Given.taskOf(rows, roles), ratio, seed)
        expect([...train, ...valid].sort((a, b) => a - b)).toEqual(rows.map((_, row) => row))
        expect([...train].sort((a, b) => a - b)).toEqual([...train])
        expect([...valid].sort((a, b) => a - b)).toEqual([...valid])
        expect(Math.min(train.length, valid.length)).toBeGreaterThan(0)
      })
    )
  })

  it.each<[string, Partial<Task.Options>, (row: Given.Row) => string]>([
    ["class", {}, (row) => row.class],
    ["class, with strata", { stratum: "site" }, (row) => row.class],
    ["class in a stratum", { stratum: "site" }, (row) => `${row.site} ${row.class}`],
    ["combination of strata", { stratum: ["site", "class"] }, (row) => `${row.site} ${row.class}`]
  ])("holds out n − round(n·(1 − ratio)) rows, of each %s within one of its share", (_, options, key) => {
    fc.assert(
      fc.property(Given.rows, ratio, Given.seed, (rows, ratio, seed) => {
        const { valid } = holdout(Given.taskOf(rows, options), ratio, seed)
        expect(valid.length).toBe(rows.length - Math.round(rows.length * (1 - ratio)))
        for (const { held, total } of heldBy(rows, valid, key)) {
          expect(Math.abs(held - total * ratio)).toBeLessThanOrEqual(1)
        }
      })
    )
  })

  it("has the rarer of two classes on both sides when it has two rows", () => {
    for (let n = 10; n < 60; n++) {
      const rows = Array.from({ length: n }, (_, i) => ({ class: i < n - 2 ? "a" : "b", site: "n", patient: "p" }))
      const { valid } = holdout(Given.taskOf(rows), 0.3, Seed.root(n))
      expect(heldBy(rows, valid, (row) => row.class)[1]).toEqual({ total: 2, held: 1 })
      const sites = rows.map((row, i) => ({ ...row, site: i % 3 === 0 ? "n" : "s" }))
      const bySite = holdout(Given.taskOf(sites, { stratum: "site" }), 0.3, Seed.root(n))
      expect(heldBy(sites, bySite.valid, (row) => row.class)[1]).toEqual({ total: 2, held: 1 })
    }
  })

  it("holds out whole groups, as large a share of them as is asked for", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, ratio, Given.seed, (rows, roles, ratio, seed) => {
        const { valid } = holdout(Given.taskOf(rows, { ...roles, group: "patient" }), ratio, seed)
        const counts = heldBy(rows, valid, (row) => row.patient)
        for (const { held, total } of counts) expect([0, total]).toContain(held)
        const groups = counts.length
        expect(counts.filter(({ held }) => held > 0).length).toBe(groups - Math.round(groups * (1 - ratio)))
      })
    )
  })

  it("keeps the copies of a row together", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, ratio, Given.seed, (rows, roles, ratio, seed) => {
        const sample = Given.sample(Given.sample(Given.taskOf(rows, roles), seed), Seed.derive(seed, "again"))
        const split = Holdout.rows(sample, ratio, seed)
        if (Result.isFailure(split)) return
        const identities = Given.identities(sample)
        const train = new Set(Array.from(split.success.train, (row) => identities[row]))
        expect(Array.from(split.success.valid, (row) => identities[row]).filter((row) => train.has(row))).toEqual([])
      })
    )
  })

  it("is the same for the same seed, whichever columns are features and in whichever order", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, ratio, Given.seed, (rows, roles, ratio, seed) => {
        const task = Given.taskOf(rows, roles)
        const split = holdout(task, ratio, seed)
        expect(holdout(task, ratio, seed)).toEqual(split)
        expect(holdout(Given.rearranged(task), ratio, seed)).toEqual(split)
      })
    )
  })

  it("takes each row about as often", () => {
    const task = Tasks.regression(10)
    const counts = new Float64Array(10)
    for (let i = 0; i < 2000; i++) for (const held of holdout(task, 0.3, Seed.root(i)).valid) counts[held]! += 1
    // Binomial(2000, 0.3): deviation 20.5, so 600 ± 82 is four deviations.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(82)
  })

  const grouped = (groups: number) =>
    Given.taskOf(
      Array.from({ length: 24 }, (_, i) => ({ class: i % 2 === 0 ? "a" : "b", site: "n", patient: `p${i % groups}` })),
      { group: "patient" }
    )

  it("leaves a group on each side, whatever their sizes", () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      class: i % 2 === 0 ? "a" : "b",
      site: "n",
      patient: i < 50 ? "large" : `small ${i % 3}`
    }))
    for (let seed = 0; seed < 50; seed++) {
      const { train, valid } = holdout(Given.taskOf(rows, { group: "patient" }), 0.5, Seed.root(seed))
      expect(Math.min(train.length, valid.length)).toBeGreaterThan(0)
    }
  })

  it.each([
    ["too small a share", grouped(4), 0.1, "Hold out a share of at least 0.25."],
    ["too large a share", grouped(4), 0.9, "Hold out a share of at most 0.75."],
    ["one group", grouped(1), 0.5, "Give it at least 2 groups."],
    ["one row", Task.take(Tasks.regression(4), [1]), 0.5, "Give it at least 2 rows."],
    ["copies of one row", Task.take(Tasks.regression(4), [1, 1, 1]), 0.5, "Give it at least 2 distinct rows."]
  ])("refuses %s in three parts", (_, task, ratio, advice) => {
    const { given, reason, rule, ...rest } = problem(task, ratio)
    expect(reason).toBe("EmptySplit")
    expect(given).toMatch(/^a share of 0\.\d of \d (groups|rows|distinct rows)$/)
    expect(rule).toMatch(/^leaves \d \w.* to validate on and \d to train on; both need at least one$/)
    expect(rest.advice).toBe(advice)
  })

  it.each([2, 3, 4, 7, 40])("follows its own advice with %d groups", (groups) => {
    const task = Given.taskOf(
      Array.from({ length: groups }, (_, i) => ({ class: i === 0 ? "a" : "b", site: "n", patient: `p${i}` })),
      { group: "patient" }
    )
    for (const ratio of [0.001, 0.999]) {
      const share = Number(/(0\.\d+)\.$/.exec(problem(task, ratio).advice)?.[1])
      expect(Result.isSuccess(Holdout.rows(task, share, Seed.root(1)))).toBe(true)
    }
  })

  it.each([0, 1, -0.5, 2, Number.NaN])("refuses the share %d", (ratio) => {
    expect(problem(Tasks.regression(9), ratio).message).toBe(
      `a share of ${ratio} is not between 0 and 1. Hold out a share such as 0.3.`
    )
  })
})
