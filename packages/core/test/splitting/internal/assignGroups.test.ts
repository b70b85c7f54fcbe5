import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Seed from "../../../src/Seed.ts"
import { assignGroups, type Input, sortGroups } from "../../../src/splitting/internal/assignGroups.ts"
import { countPairs } from "../../../src/splitting/internal/tally.ts"

const random = (seed: number) => Seed.generator(Seed.root(seed))

/** Codes from 0 in order of first appearance. */
const code = (values: ReadonlyArray<unknown>) => {
  const seen = new Map<unknown, number>()
  const codes = Int32Array.from(values, (value) => {
    if (!seen.has(value)) seen.set(value, seen.size)
    return seen.get(value)!
  })
  return { codes, count: seen.size }
}

const input = (group: ReadonlyArray<unknown>, stratum: ReadonlyArray<unknown>, folds: number): Input => {
  const groups = code(group)
  const strata = code(stratum)
  return {
    group: groups.codes,
    groups: groups.count,
    stratum: strata.codes,
    strata: strata.count,
    folds,
    algorithm: "rss"
  }
}

/** counts[s][f] */
const table = ({ folds, strata, stratum }: Input, fold: Int32Array) => {
  const counts = Array.from({ length: strata }, () => Array.from({ length: folds }, () => 0))
  for (const [row, f] of fold.entries()) counts[stratum[row]!]![f]! += 1
  return counts
}

/** The sum over strata and folds of (n − ideal)², times K². */
const residual = (given: Input, fold: Int32Array) =>
  table(given, fold).reduce((sum, row) => {
    const total = row.reduce((a, b) => a + b, 0)
    return sum + row.reduce((a, n) => a + (n * given.folds - total) ** 2, 0)
  }, 0)

const algorithms = ["rss", "wasikowski"] as const

const inputs = fc
  .record({
    rows: fc.array(fc.tuple(fc.nat(15), fc.nat(3)), { minLength: 12, maxLength: 80 }),
    folds: fc.integer({ min: 2, max: 5 }),
    seed: fc.integer()
  })
  .map(({ folds, rows, seed }) => ({
    seed,
    given: input(
      rows.map(([g]) => g),
      rows.map(([, s]) => s),
      folds
    )
  }))
  .filter(({ given }) => given.groups >= given.folds)

describe("assignGroups", () => {
  // R package mlr3resampling 2026.6.12: 75 groups of two rows; holds for any random order, with the group role or not
  const pairs = [
    ...Array.from({ length: 5 }, () => ["rare", "rare"]),
    ...Array.from({ length: 5 }, () => ["rare", "common"]),
    ...Array.from({ length: 65 }, () => ["common", "common"])
  ]
  describe.each([
    [3, true, 5, 45],
    [3, false, 5, 45],
    [5, true, 3, 27],
    [5, false, 3, 27]
  ])("of 75 pairs to %d folds, grouped: %s", (folds, grouped, rare, common) => {
    it("gives every fold the same counts in 50 random orders", () => {
      const strata = pairs.flat()
      const given = input(
        strata.map((_, row) => (grouped ? Math.floor(row / 2) : row)),
        strata,
        folds
      )
      for (let seed = 0; seed < 50; seed++) {
        expect(table(given, assignGroups(given, random(seed)))).toEqual([
          Array.from({ length: folds }, () => rare),
          Array.from({ length: folds }, () => common)
        ])
      }
    })
  })

  it("gives the only partition of five unlike groups in 50 random orders", () => {
    // R package mlr3resampling 2026.6.12
    const groups = [..."aabbcccdeeee"]
    const given = input(groups, [..."122212221222"], 3)
    for (let seed = 0; seed < 50; seed++) {
      const fold = assignGroups(given, random(seed))
      const members = [0, 1, 2].map((f) => [...new Set(groups.filter((_, row) => fold[row] === f))].join(""))
      expect(members.sort()).toEqual(["ab", "cd", "e"])
      expect(table(given, fold)).toEqual([
        [1, 1, 1],
        [3, 3, 3]
      ])
    }
  })

  it("does not overflow with 100,000 rows in one stratum", () => {
    const rows = Int32Array.from({ length: 100_000 }, (_, row) => row)
    const given: Input = {
      group: rows,
      groups: rows.length,
      stratum: new Int32Array(rows.length),
      strata: 1,
      folds: 3,
      algorithm: "rss"
    }
    expect(table(given, assignGroups(given, random(1)))[0]!.sort()).toEqual([33_333, 33_333, 33_334])
  })

  it("puts every group whole into one of the folds", () => {
    fc.assert(
      fc.property(inputs, fc.constantFrom(...algorithms), ({ given, seed }, algorithm) => {
        const fold = assignGroups({ ...given, algorithm }, random(seed))
        const pairs = new Set(fold.map((f, row) => given.group[row]! * given.folds + f))
        expect(pairs.size).toBe(given.groups)
        expect(fold.every((f) => f >= 0 && f < given.folds)).toBe(true)
      })
    )
  })

  it("leaves no fold empty, as there are at least as many groups as folds", () => {
    fc.assert(
      fc.property(inputs, fc.constantFrom(...algorithms), ({ given, seed }, algorithm) => {
        for (let folds = 1; folds <= given.groups; folds++) {
          expect(new Set(assignGroups({ ...given, folds, algorithm }, random(seed))).size).toBe(folds)
        }
      })
    )
  })

  it.each(algorithms)("gives each of three groups a fold of its own when there are three: %s", (algorithm) => {
    // scikit-learn #34828: the two groups of one row are of different strata, so that one fold would do for both.
    const given = { ...input([0, 1, 2, 2], ["well", "ill", "ill", "ill"], 3), algorithm }
    for (let seed = 0; seed < 20; seed++) expect(new Set(assignGroups(given, random(seed))).size).toBe(3)
  })

  it("keeps the counts of every stratum, and of the folds, within one without groups", () => {
    fc.assert(
      fc.property(inputs, fc.constantFrom(...algorithms), ({ given, seed }, algorithm) => {
        const own = { ...given, group: given.stratum.map((_, row) => row), groups: given.stratum.length, algorithm }
        const counts = table(own, assignGroups(own, random(seed)))
        for (const row of counts) expect(Math.max(...row) - Math.min(...row)).toBeLessThanOrEqual(1)
        if (algorithm === "wasikowski") return
        const totals = counts[0]!.map((_, f) => counts.reduce((sum, row) => sum + row[f]!, 0))
        expect(Math.max(...totals) - Math.min(...totals)).toBeLessThanOrEqual(given.strata)
      })
    )
  })

  it("ends where no smaller residual is one move of the last group away", () => {
    fc.assert(
      fc.property(inputs, ({ given, seed }) => {
        const fold = assignGroups(given, random(seed))
        const last = lastGroup(given)
        if (last === undefined) return
        const moved = Array.from({ length: given.folds }, (_, f) =>
          residual(
            given,
            fold.map((own, row) => (given.group[row] === last ? f : own))
          )
        )
        expect(residual(given, fold)).toBe(Math.min(...moved))
      })
    )
  })

  it.each(algorithms)("fills the folds evenly when no stratum tells them apart: %s", (algorithm) => {
    const given = { ...input([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], 3), algorithm }
    for (let seed = 0; seed < 20; seed++) {
      const fold = assignGroups(given, random(seed))
      expect([0, 1, 2].map((f) => fold.filter((own) => own === f).length)).toEqual([2, 2, 2])
    }
  })

  it("depends on the seed only", () => {
    fc.assert(
      fc.property(inputs, fc.constantFrom(...algorithms), ({ given, seed }, algorithm) => {
        const twice = [1, 2].map(() => assignGroups({ ...given, algorithm }, random(seed)))
        expect(twice[0]).toEqual(twice[1])
      })
    )
  })

  it("puts a row into each fold equally often", () => {
    const given = input([0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0], 3)
    const counts = [0, 0, 0]
    for (let seed = 0; seed < 3000; seed++) counts[assignGroups(given, random(seed))[0]!]! += 1
    // binomial(3000, 1/3): sd 26; the limit is 5 sd
    for (const n of counts) expect(Math.abs(n - 1000)).toBeLessThan(130)
  })
})

/** The group that is certainly placed last: the unique one furthest from the ideal counts. */
const lastGroup = (given: Input): number | undefined => {
  const totals = table({ ...given, folds: 1 }, new Int32Array(given.group.length)).map(([n]) => n!)
  const distance = Array.from({ length: given.groups }, (_, g) =>
    totals.reduce((sum, total, s) => {
      const c = given.group.filter((own, row) => own === g && given.stratum[row] === s).length
      return sum + (given.folds * c - total) ** 2
    }, 0)
  )
  const most = Math.max(...distance)
  return distance.filter((d) => d === most).length === 1 ? distance.indexOf(most) : undefined
}

it("sorts rows without groups, which are alike in each stratum, as a stable sort does", () => {
  const keys = fc.array(fc.nat(2), { minLength: 6, maxLength: 6 })
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 40 }), keys, fc.integer(), (strata, key, seed) => {
      const counts = countPairs(
        input(
          strata.map((_, row) => row),
          strata,
          2
        )
      )
      const compare = (a: number, b: number) => key[counts.stratum[a]!]! - key[counts.stratum[b]!]!
      const order = Int32Array.from(strata.keys())
      random(seed).shuffle(order)
      const sorted = order.slice().sort(compare)
      sortGroups(order, counts, compare)
      expect(order).toEqual(sorted)
    })
  )
})
