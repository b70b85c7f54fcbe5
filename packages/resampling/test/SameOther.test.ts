import type { Split } from "@rocflow/core/splitting/Split"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Resampling from "../src/Resampling.ts"
import * as SameOther from "../src/SameOther.ts"
import { dynamic, labels2100, pairs2100 } from "./support/tasks.ts"
import type { Parts } from "./support/tasks.ts"

const run = (options: Parameters<typeof Resampling.sameOther>[0], rows: number, parts: Parts, seed = 1) =>
  Effect.runSync(Resampling.instantiate(Resampling.sameOther(options), dynamic(rows, parts), seed))

const labelled = (options: Parameters<typeof Resampling.sameOther>[0], roles: ReadonlyArray<keyof Parts>, seed = 1) => {
  const all = { subset: labels2100, group: pairs2100, stratum: labels2100 }
  return run(
    options,
    2100,
    Object.fromEntries(Object.entries(all).filter(([role]) => roles.includes(role as keyof Parts))),
    seed
  )
}

const shares = (rows: Int32Array) => {
  const count = { A: 0, B: 0, C: 0 }
  for (const row of rows) count[labels2100[row] as "A"] += 1
  return count
}

const soak = ["subset", "group", "stratum"] as const

// The numbers of this section: R package mlr3resampling 2026.6.12
describe("SameOther on 2100 labelled rows", () => {
  it("is cross-validation of rows when subsets are ignored", () => {
    const { splits } = labelled({ ignoreSubset: true }, [])
    expect(splits.map((split) => split.testFold)).toEqual([0, 1, 2])
    expect(splits.map((split) => split.nTrainGroups)).toEqual([1400, 1400, 1400])
    expect(splits.map((split) => split.testSubset)).toEqual(["full", "full", "full"])
  })

  it("counts groups", () => {
    const { groupCount, splits } = labelled({ ignoreSubset: true }, ["group"])
    expect(groupCount).toBe(1050)
    expect(splits.map((split) => split.nTrainGroups)).toEqual([700, 700, 700])
    expect(splits.map((split) => split.train.length)).toEqual([1400, 1400, 1400])
  })

  it.each([
    ["group", "stratum"],
    ["subset", "group", "stratum"]
  ] as const)("keeps label shares exactly with %s %s", (...roles) => {
    const { splits } = labelled({ ignoreSubset: true }, roles)
    expect(splits.length).toBe(3)
    for (const { nTrainGroups, test, train } of splits) {
      expect(nTrainGroups).toBe(700)
      expect(shares(train)).toEqual({ A: 200, B: 400, C: 800 })
      expect(shares(test)).toEqual({ A: 100, B: 200, C: 400 })
    }
  })

  it("adds nothing with sizes = 0 when there is one subset, and smaller sets with sizes = 1", () => {
    const one = { subset: labels2100.map(() => "only"), group: pairs2100, stratum: labels2100 }
    for (const [options, parts] of [
      [{ sizes: 0 }, one],
      [
        { sizes: 0, ignoreSubset: true },
        { ...one, subset: labels2100 }
      ]
    ] as const) {
      const { splits } = run(options, 2100, parts)
      expect(splits.map((split) => split.nTrainGroups)).toEqual([700, 700, 700])
    }
    const { splits } = run({ sizes: 1 }, 2100, one)
    expect(splits.map((split) => split.testFold)).toEqual([0, 0, 1, 1, 2, 2])
    expect(splits.map((split) => split.nTrainGroups)).toEqual([350, 700, 350, 700, 350, 700])
  })

  it.each([
    [{ sizes: -1 }, 27],
    [{ sizes: 1, ratio: 0.5 }, 81],
    [{ sizes: 2, ratio: 0.5 }, 108],
    [{ sizes: -1, subsets: "SO" }, 18]
  ] as const)("with %o has %d splits", (options, iterations) => {
    const { splits } = labelled(options, soak)
    expect(splits.length).toBe(iterations)
    expect(splits.map((split) => split.iteration)).toEqual(Array.from({ length: iterations }, (_, i) => i))
  })

  it("trains on all, other and same for identical test rows", () => {
    const { splits } = labelled({}, soak)
    const cell = splits.filter((split) => split.testSubset === "A" && split.testFold === 0)
    expect(cell.map((split) => split.trainSubsets)).toEqual(["all", "other", "same"])
    expect(cell.map((split) => shares(split.train))).toEqual([
      { A: 200, B: 400, C: 800 },
      { A: 0, B: 400, C: 800 },
      { A: 200, B: 0, C: 0 }
    ])
    for (const split of cell) expect(split.test).toEqual(cell[0]!.test)
  })

  it("adds the smallest size with sizes = 0", () => {
    const { splits } = labelled({ sizes: 0 }, soak)
    const cell = splits.filter((split) => split.testSubset === "A" && split.testFold === 0)
    expect(cell.map(({ groups, nTrainGroups, trainSubsets }) => [trainSubsets, groups, nTrainGroups])).toEqual([
      ["all", 700, 100],
      ["all", 700, 700],
      ["other", 600, 100],
      ["other", 600, 600],
      ["same", 100, 100]
    ])
  })
})

// R package mlr3resampling 2026.6.12
describe("SameOther.nominal and sizes", () => {
  it("adds up the floors of the subsets", () => {
    expect(SameOther.nominal([105, 32, 52], 3)).toEqual([
      { all: 125, other: 55, same: 70 },
      { all: 125, other: 104, same: 21 },
      { all: 125, other: 91, same: 34 }
    ])
  })

  it("does not round between the steps of a ladder", () => {
    const [{ same }] = SameOther.nominal([189], 3) as [SameOther.Nominal]
    expect(SameOther.sizes([same], 4, 0.8)).toEqual([[51, 64, 80, 100, 126]])
  })

  it("leaves out sizes below one group", () => {
    expect(SameOther.sizes([3], 3, 0.5)).toEqual([[1, 3]])
    expect(SameOther.sizes([3], 2, 0)).toEqual([[3]])
  })
})

const tables = fc
  .record({
    rows: fc.array(
      fc.record({ subset: fc.constantFrom("a", "b", "c"), group: fc.nat(25), stratum: fc.constantFrom("p", "q") }),
      { minLength: 30, maxLength: 120 }
    ),
    sizes: fc.integer({ min: -1, max: 2 }),
    seeds: fc.integer({ min: 1, max: 2 }),
    folds: fc.integer({ min: 2, max: 4 }),
    seed: fc.integer(),
    algorithm: fc.constantFrom("rss" as const, "wasikowski" as const),
    grouped: fc.boolean()
  })
  .map(({ grouped, rows, seed, ...options }) => {
    const subset = rows.map((row) => row.subset)
    const stratum = rows.map((row) => row.stratum)
    const group = rows.map((row, i) => String(grouped ? row.group : i))
    return { rows: rows.length, subset, stratum, group, options, seed }
  })
  .filter(({ subset }) => new Set(subset).size === 3)

/** Splits of a random table; none when the table is too small, which is said by an error. */
const random = ({
  group,
  options,
  rows,
  seed,
  stratum,
  subset
}: typeof tables extends fc.Arbitrary<infer A> ? A : never) =>
  Effect.runSync(
    Resampling.instantiate(Resampling.sameOther(options), dynamic(rows, { subset, group, stratum }), seed).pipe(
      Effect.map((instance) => instance.splits),
      Effect.catchTag("ResamplingError", (error) => {
        expect(["EmptySplit", "TooManyFolds"]).toContain(error.reason)
        return Effect.succeed([])
      })
    )
  )

const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b)

describe("SameOther on random tables", () => {
  it("tests every row once in each train subset and size, and trains on other folds and the right subsets", () => {
    fc.assert(
      fc.property(tables, (given) => {
        const splits = random(given)
        for (const { groups, nTrainGroups, test, testSubset, train, trainSubsets } of splits) {
          const testGroups = new Set(Array.from(test, (row) => given.group[row]))
          for (const row of test) expect(given.subset[row]).toBe(testSubset)
          for (const row of train) {
            expect(testGroups.has(given.group[row])).toBe(false)
            expect(trainSubsets === "all" || (given.subset[row] === testSubset) === (trainSubsets === "same")).toBe(
              true
            )
          }
          expect(sorted(train)).toEqual([...train])
          expect(nTrainGroups).toBeLessThanOrEqual(groups)
        }
        for (const trainSubsets of splits.length === 0 ? [] : ["all", "other", "same"]) {
          const full = splits.filter(
            (split) => split.trainSubsets === trainSubsets && split.nTrainGroups === split.groups
          )
          expect(sorted(full.flatMap((split) => Array.from(split.test)))).toEqual(given.subset.map((_, row) => row))
        }
      })
    )
  })

  it("has same and other making up all, and small sets nested in large ones", () => {
    fc.assert(
      fc.property(tables, (given) => {
        const splits = random(given)
        const cells = Map.groupBy(splits, (split) => `${split.testSubset} ${split.testFold}`)
        for (const cell of cells.values()) {
          const [all, other, same] = ["all", "other", "same"].map(
            (name) => cell.find((split) => split.trainSubsets === name && split.nTrainGroups === split.groups)!.train
          )
          expect(sorted([...other!, ...same!])).toEqual([...all!])
          for (const set of Map.groupBy(cell, (split) => `${split.trainSubsets} ${split.seed}`).values()) {
            const bySize = set.toSorted((a, b) => a.nTrainGroups - b.nTrainGroups)
            for (const [i, split] of bySize.slice(1).entries()) {
              const larger = new Set(split.train)
              expect(bySize[i]!.train.every((row) => larger.has(row))).toBe(true)
            }
          }
        }
      })
    )
  })

  it("keeps ⌊L·n/full⌋ rows of each stratum without groups", () => {
    fc.assert(
      fc.property(tables, (given) => {
        const own = { ...given, group: given.group.map((_, row) => String(row)) }
        const splits = random(own)
        const inStratum = (split: Split, name: string) => split.train.filter((row) => own.stratum[row] === name).length
        for (const split of splits) {
          if (split.nTrainGroups === split.groups) continue
          const full = splits.find(
            (other) =>
              other.nTrainGroups === other.groups &&
              other.trainSubsets === split.trainSubsets &&
              other.testFold === split.testFold &&
              other.testSubset === split.testSubset
          )!
          for (const name of ["p", "q"]) {
            const expected = Math.floor((inStratum(full, name) * split.nTrainGroups) / split.groups)
            expect(inStratum(split, name)).toBe(expected)
          }
        }
      })
    )
  })

  it("is the same for the same seed", () => {
    fc.assert(
      fc.property(tables, (given) => {
        expect(random(given)).toEqual(random(given))
      }),
      { numRuns: 30 }
    )
  })

  it("draws other rows for each re-draw, train subset, fold and seed", () => {
    const drawn = (seed: number) =>
      labelled({ sizes: 0, seeds: 2 }, soak, seed).splits.filter(
        (split) => split.nTrainGroups < split.groups && split.testSubset === "A" && split.testFold === 0
      )
    const first = drawn(1)
    expect(first.map((split) => [split.trainSubsets, split.seed])).toEqual([
      ["all", 0],
      ["all", 1],
      ["other", 0],
      ["other", 1]
    ])
    expect(first[0]!.train).not.toEqual(first[1]!.train)
    expect(drawn(2)[0]!.train).not.toEqual(first[0]!.train)
  })
})
