import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Result from "effect/Result"
import * as Column from "../../../src/data/Column.ts"
import { batches } from "../../../src/learning/internal/batches.ts"
import * as Drawing from "../../../src/learning/internal/drawing.ts"
import * as Seed from "../../../src/Seed.ts"
import * as Tasks from "../../support/tasks.ts"

const random = (seed: number) => Seed.generator(Seed.root(seed))

/** The groups of rows, group by group. */
const groupsOf = (counts: ReadonlyArray<number>): Uint32Array =>
  Uint32Array.from(counts.flatMap((count, k) => Array.from({ length: count }, () => k)))

const drawn = (
  counts: ReadonlyArray<number>,
  size: number,
  how: Drawing.Grouped["how"] | undefined,
  { dropLast = false, seed = 1 } = {}
) => {
  const groups = groupsOf(counts)
  const grouped = how === undefined ? undefined : { how, groups }
  const { draw, rows } = Drawing.make(groups.length, size, { dropLast, grouped })
  const order = draw(random(seed))
  assert.strictEqual(order.length, rows)
  const made = batches(order, size).map((batch) =>
    counts.map((_, k) => batch.reduce((sum, row) => sum + (groups[row] === k ? 1 : 0), 0))
  )
  return { order: [...order], made, groups }
}

const all = (n: number) => Array.from({ length: n }, (_, i) => i)

const cases = (groups: number) =>
  fc.record({
    counts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: groups, maxLength: groups }),
    size: fc.integer({ min: 1, max: 30 }),
    seed: fc.nat(1000)
  })

describe("batches of any rows", () => {
  it("have every row once, and are what they were before there were others", () => {
    const order = Uint32Array.from(all(20))
    random(7).shuffle(order)
    assert.deepStrictEqual(drawn([20], 6, undefined, { seed: 7 }).order, [...order])
    assert.deepStrictEqual(drawn([20], 6, undefined, { seed: 7, dropLast: true }).order, [...order.subarray(0, 18)])
    assert.lengthOf(drawn([12], 6, undefined, { dropLast: true }).order, 12)
  })
})

describe("stratified batches", () => {
  it("have every row once, and of two groups the exact shares to within a row", () =>
    fc.assert(
      fc.property(cases(2), ({ counts, seed, size }) => {
        const { made, order } = drawn(counts, size, "stratified", { seed })
        const n = counts[0]! + counts[1]!
        assert.deepStrictEqual(
          order.toSorted((a, b) => a - b),
          all(n)
        )
        for (const batch of made) {
          const rows = batch[0]! + batch[1]!
          batch.forEach((count, k) => assert.isAtMost(Math.abs(count - (rows * counts[k]!) / n), 1 + 1e-9))
        }
        const full = made.filter((batch) => size === batch[0]! + batch[1]!)
        counts.forEach((count, k) => {
          if ((size * count) / n >= 1) full.forEach((batch) => assert.isAtLeast(batch[k]!, 1))
        })
      })
    ))

  it("have of more groups the shares to within a few rows", () =>
    fc.assert(
      fc.property(cases(5), ({ counts, seed, size }) => {
        const { made } = drawn(counts, size, "stratified", { seed })
        const n = counts.reduce((a, b) => a + b)
        for (const batch of made) {
          const rows = batch.reduce((a, b) => a + b)
          batch.forEach((count, k) => assert.isBelow(Math.abs(count - (rows * counts[k]!) / n), 3))
        }
      })
    ))

  it("bring a row into every batch alike, and leave out others in every epoch", () => {
    // 30 rows in batches of 8: three full ones, and one of 6, of 10 and 20 rows of the groups.
    const places = all(30).map(() => [0, 0, 0, 0])
    const n = 3000
    for (let seed = 0; seed < n; seed++) {
      drawn([10, 20], 8, "stratified", { seed }).order.forEach((row, i) => (places[row]![Math.floor(i / 8)]! += 1 / n))
    }
    for (const shares of places) {
      shares.forEach((share, batch) => assert.approximately(share, (batch === 3 ? 6 : 8) / 30, 0.06))
    }
    assert.strictEqual(
      new Set(all(50).flatMap((seed) => drawn([10, 20], 8, "stratified", { seed, dropLast: true }).order)).size,
      30
    )
  })

  it("keep the smaller batch last", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { made } = drawn([5, 9], 4, "stratified", { seed })
      assert.deepStrictEqual(
        made.map(([a = 0, b = 0]) => a + b),
        [4, 4, 4, 2]
      )
    }
  })
})

describe("balanced batches", () => {
  it("have as many rows of each group, to within one, and as many rows as there are", () =>
    fc.assert(
      fc.property(cases(3), ({ counts, seed, size }) => {
        const { made, order } = drawn(counts, size, "balanced", { seed })
        assert.lengthOf(
          order,
          counts.reduce((a, b) => a + b)
        )
        for (const batch of made) assert.isAtMost(Math.max(...batch) - Math.min(...batch), 1)
      })
    ))

  it("bring the rows of a small group equally often, and others of a large one in each epoch", () => {
    const { groups, order } = drawn([3, 37], 8, "balanced")
    const times = all(40).map((row) => order.filter((each) => each === row).length)
    const small = times.filter((_, row) => groups[row] === 0)
    assert.isAtMost(Math.max(...small) - Math.min(...small), 1)
    assert.isTrue(times.every((time, row) => groups[row] === 0 || time <= 1))
    const seen = new Set(all(20).flatMap((seed) => drawn([3, 37], 8, "balanced", { seed }).order))
    assert.strictEqual(seen.size, 40)
  })
})

describe("groups", () => {
  const site = { site: Column.text(all(12).map((i) => (i < 6 ? "here" : "there"))) }
  const task = Tasks.binary(12, { stratum: ["class", "site"] }, site)
  const refused = (options: Drawing.Options, of = task) => {
    const made = Drawing.group(options, of)
    return Result.isFailure(made) ? made.failure.message : ""
  }

  it("are the classes, or the strata of all columns of that role together", () => {
    const { groups: classes, how } = Result.getOrThrow(Drawing.group({ stratified: "class" }, task))
    assert.strictEqual(how, "stratified")
    assert.deepStrictEqual([...classes], [...task.target])
    const { groups } = Result.getOrThrow(Drawing.group({ balanced: "stratum" }, task))
    // Every third row is positive; a place changes after six rows.
    assert.deepStrictEqual([...groups], [0, 1, 1, 0, 1, 1, 2, 3, 3, 2, 3, 3])
  })

  it("are refused where there are none, with what to take instead", () => {
    assert.include(
      refused({ stratified: "class" }, Tasks.regression(10)),
      "batches: a regression has no classes; give the task a stratum and take { stratified: stratum }, or leave batches out"
    )
    assert.include(
      refused({ balanced: "stratum" }, Tasks.binary(12)),
      "batches: the task has no stratum; give it the role, or take { balanced: class }"
    )
  })
})
