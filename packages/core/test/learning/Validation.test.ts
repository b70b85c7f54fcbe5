import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Task from "../../src/data/Task.ts"
import { holdout } from "../../src/learning/internal/holdout.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Validation from "../../src/learning/Validation.ts"
import * as Seed from "../../src/Seed.ts"
import * as Tasks from "../support/tasks.ts"

const ratio = fc.double({ min: 0.05, max: 0.95, noNaN: true })
const seed = fc.nat(1000).map(Seed.root)

const taskOf = (
  rows: ReadonlyArray<{ readonly class: string; readonly site: string; readonly patient: string }>,
  options: Partial<Task.Options> = {}
) =>
  Tasks.of(
    {
      class: Column.factor(
        rows.map((row) => row.class as "a"),
        { levels: ["a", "b"] }
      ),
      site: Column.text(rows.map((row) => row.site)),
      patient: Column.text(rows.map((row) => row.patient)),
      x: Column.numeric(rows.map((_, i) => i))
    },
    { target: "class", features: ["x"], ...options }
  )

const row = fc.record({
  class: fc.constantFrom("a", "b"),
  site: fc.constantFrom("n", "s"),
  patient: fc.constantFrom(..."pqrstuvw")
})
const rows = fc
  .array(row, { minLength: 4, maxLength: 40 })
  .map((more) => [{ class: "a", site: "n", patient: "p" }, { class: "b", site: "s", patient: "q" }, ...more])

/** How many of each key are held. */
const heldBy = <A>(all: ReadonlyArray<A>, held: Int32Array, key: (row: A) => string) => {
  const counts = new Map<string, { total: number; held: number }>()
  const out = new Set(held)
  all.forEach((row, i) => {
    const count = counts.get(key(row)) ?? { total: 0, held: 0 }
    counts.set(key(row), { total: count.total + 1, held: count.held + (out.has(i) ? 1 : 0) })
  })
  return counts
}

describe("holdout", () => {
  it("gives distinct rows of the task, sorted", () => {
    fc.assert(
      fc.property(rows, ratio, seed, (all, share, key) => {
        const held = holdout(taskOf(all), share, key)
        expect([...held]).toEqual([...new Set(held)].sort((a, b) => a - b))
        held.forEach((i) => expect(i >= 0 && i < all.length).toBe(true))
      })
    )
  })

  it.each<[string, Partial<Task.Options>, (row: { class: string; site: string }) => string]>([
    ["each class", {}, (r) => r.class],
    ["each stratum", { stratum: ["site"] }, (r) => r.site],
    ["each combination of strata", { stratum: ["site", "class"] }, (r) => `${r.site} ${r.class}`]
  ])("keeps round(n·(1 − ratio)) rows of %s for training", (_, options, key) => {
    fc.assert(
      fc.property(rows, ratio, seed, (all, share, random) => {
        for (const { total, held } of heldBy(all, holdout(taskOf(all, options), share, random), key).values()) {
          expect(held).toBe(total - Math.round(total * (1 - share)))
        }
      })
    )
  })

  it("holds out whole groups, no more of them than needed", () => {
    fc.assert(
      fc.property(rows, ratio, seed, (all, share, random) => {
        const held = holdout(taskOf(all, { group: "patient" }), share, random)
        const counts = [...heldBy(all, held, (r) => r.patient).values()]
        counts.forEach((count) => expect([0, count.total]).toContain(count.held))
        const wanted = all.length - Math.round(all.length * (1 - share))
        // Fewer only where one more group would leave none to train on.
        const left = counts.filter((count) => count.held === 0).length
        expect(left).toBeGreaterThanOrEqual(1)
        expect(held.length >= wanted || left === 1).toBe(true)
        const largest = Math.max(...counts.map(({ total }) => total))
        expect(held.length).toBeLessThan(wanted + largest)
      })
    )
  })

  it("leaves a group to train on, whatever their sizes", () => {
    const patient = (i: number) => (i < 50 ? "large" : `small ${i % 3}`)
    const all = Array.from({ length: 60 }, (_, i) => ({ class: i % 2 ? "a" : "b", site: "n", patient: patient(i) }))
    for (let i = 0; i < 50; i++) {
      const held = holdout(taskOf(all, { group: "patient" }), 0.5, Seed.root(i))
      expect(held.length).toBeGreaterThan(0)
      expect(held.length).toBeLessThan(60)
    }
  })

  it.each([
    ["each class", {}],
    ["a group", { group: "patient" }]
  ])("keeps the copies of a row together when it draws from %s", (_, options) => {
    const all = Array.from({ length: 30 }, (_, i) => ({ class: i % 2 ? "a" : "b", site: "n", patient: `p${i % 7}` }))
    const random = Seed.generator(Seed.root(7))
    const drawn = Array.from({ length: 60 }, () => random.below(30))
    // Taken once more, so that copies are those of the rows that were drawn first.
    const sample = Task.take(
      Task.take(taskOf(all, options), drawn),
      Array.from({ length: 50 }, (_, i) => 59 - i)
    )
    const x = Column.asNumbers(sample.table.columns.get("x")!)!
    const held = new Set(holdout(sample, 0.4, Seed.root(2)))
    const inside = new Set(x.filter((_, i) => held.has(i)))
    expect(held.size).toBeGreaterThanOrEqual(20)
    expect(x.filter((value, i) => !held.has(i) && inside.has(value))).toEqual(new Float64Array())
  })

  it("draws from all rows of a regression", () => {
    const task = Tasks.regression(40)
    expect(holdout(task, 0.25, Seed.root(1))).toHaveLength(10)
  })

  it("is the same for the same seed, and takes each row about as often", () => {
    const task = Tasks.regression(10)
    expect(holdout(task, 0.3, Seed.root(4))).toEqual(holdout(task, 0.3, Seed.root(4)))
    const counts = new Float64Array(10)
    for (let i = 0; i < 2000; i++) for (const held of holdout(task, 0.3, Seed.root(i))) counts[held]! += 1
    // Binomial(2000, 0.3): deviation 20.5, so 600 ± 82 is four deviations.
    counts.forEach((count) => expect(Math.abs(count - 600)).toBeLessThan(82))
  })
})

describe("options", () => {
  it("are JSON with measures by id", () => {
    expect(Validation.holdout(0.5, { measures: [Measure.auc, Measure.logloss], patience: 3 }).options).toEqual({
      holdout: 0.5,
      measures: ["auc", "logloss"],
      patience: 3
    })
    expect(Validation.rows([1, 2], { measures: [Measure.error] }).options).toEqual({
      rows: [1, 2],
      measures: ["error"]
    })
  })

  it("have declared defaults: never stop, any gain counts, keep the last weights", () => {
    expect(Schema.decodeUnknownSync(Validation.Options)({ holdout: 0.2, measures: ["auc"] })).toEqual({
      holdout: 0.2,
      measures: ["auc"],
      patience: 0,
      minDelta: 0,
      restoreBest: false
    })
  })

  it.each<[string, object]>([
    ["no measure", { holdout: 0.5, measures: [] }],
    ["no split", { measures: ["auc"], patience: 3 }],
    ["the share 0", { holdout: 0, measures: ["auc"] }],
    ["the share 1", { holdout: 1, measures: ["auc"] }],
    ["no rows", { rows: [], measures: ["auc"] }],
    ["a negative row", { rows: [-1], measures: ["auc"] }],
    ["a negative patience", { holdout: 0.5, measures: ["auc"], patience: -1 }],
    ["half a patience", { holdout: 0.5, measures: ["auc"], patience: 0.5 }],
    ["a minDelta that is no number", { holdout: 0.5, measures: ["auc"], minDelta: Number.NaN }]
  ])("refuse %s", (_, given) => {
    expect(Result.isFailure(Schema.decodeUnknownResult(Validation.Options)(given))).toBe(true)
  })
})
