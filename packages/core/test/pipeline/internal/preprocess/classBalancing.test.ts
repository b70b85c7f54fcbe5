import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Column from "../../../../src/data/Column.ts"
import * as Preprocess from "../../../../src/pipeline/Preprocess.ts"
import * as Seed from "../../../../src/Seed.ts"
import { failure, fit, target } from "../../../support/preprocess.ts"

/** 12 rows of class a, 6 of b, 3 of c. */
const codes = [0, 1, 0, 2, 0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 0, 1, 0, 2, 0, 1, 0]
const x = Column.numeric(codes.map((_, row) => row))

const rowsOf = (options: Parameters<typeof Preprocess.classBalancing>[0], seed = 1) => {
  const fitted = fit(Preprocess.classBalancing(options), { x }, target("multiclass", codes), Seed.root(seed))
  return Array.from(Result.getOrThrow(fitted).training!.rows!)
}
const sizes = (rows: ReadonlyArray<number>) => [0, 1, 2].map((code) => rows.filter((row) => codes[row] === code).length)

/** round(ratio · reference) rows for each class that is adjusted, the references and adjustments of mlr3pipelines' `classbalancing`. */
it.each<[Parameters<typeof Preprocess.classBalancing>[0], ReadonlyArray<number>]>([
  [{}, [7, 7, 7]],
  [{ ratio: 2 }, [14, 14, 14]],
  [{ reference: "major" }, [12, 12, 12]],
  [{ reference: "minor" }, [3, 3, 3]],
  [{ reference: "nonmajor" }, [5, 5, 5]],
  [{ reference: "nonminor" }, [9, 9, 9]],
  [{ reference: "one", ratio: 4 }, [4, 4, 4]],
  [{ adjust: "upsample" }, [12, 7, 7]],
  [{ adjust: "downsample" }, [7, 6, 3]],
  [{ adjust: "major" }, [7, 6, 3]],
  [{ adjust: "minor" }, [12, 6, 7]],
  [{ adjust: "nonmajor" }, [12, 7, 7]],
  [{ adjust: "nonminor" }, [7, 7, 3]],
  [{ reference: "major", adjust: "minor", ratio: 0.5 }, [12, 6, 6]]
])("%j", (options, expected) => {
  expect(sizes(rowsOf(options))).toEqual(expected)
})

describe("rows", () => {
  it("are neither none of a class nor more than memory has", () => {
    const refused = (options: Parameters<typeof Preprocess.classBalancing>[0]) =>
      failure(Preprocess.classBalancing(options), { x }, undefined, target("multiclass", codes))
    expect(refused({ ratio: 0.1, reference: "minor" })).toEqual([
      'Preprocess.classBalancing: a ratio of 0.1 to the reference "minor" leaves none of the 12 training rows of class "a", and each class needs one; raise the ratio'
    ])
    expect(refused({ ratio: 1e12, reference: "one" })).toEqual([
      "Preprocess.classBalancing: a ratio of 1000000000000 to one row makes 3000000000000 rows of 21, and 16777216 are the most; lower the ratio"
    ])
  })

  it("that are left out do not come twice, and the others are all there", () => {
    const rows = rowsOf({ reference: "minor" })
    expect(new Set(rows).size).toBe(9)
    expect(rows).toEqual(rows.toSorted((a, b) => a - b))
  })

  it("that are repeated come as often as others, or once more", () => {
    const rows = rowsOf({ reference: "one", ratio: 8 })
    const times = [3, 10, 17].map((row) => rows.filter((each) => each === row).length)
    expect(times.toSorted()).toEqual([2, 3, 3])
  })

  it("are drawn by the seed", () => {
    expect(rowsOf({ reference: "minor" })).toEqual(rowsOf({ reference: "minor" }))
    expect(rowsOf({ reference: "minor" }, 2)).not.toEqual(rowsOf({ reference: "minor" }))
  })

  it("are counted in its state", () => {
    const fitted = Result.getOrThrow(fit(Preprocess.classBalancing(), { x }, target("multiclass", codes)))
    expect(fitted.state()).toEqual([
      { level: "a", before: 12, after: 7 },
      { level: "b", before: 6, after: 7 },
      { level: "c", before: 3, after: 7 }
    ])
  })

  it("of a class that training does not have stay away", () => {
    const few = fit(Preprocess.classBalancing(), { x: Column.numeric([1, 2, 3]) }, target("multiclass", [0, 0, 2]))
    expect(Array.from(Result.getOrThrow(few).training!.rows!)).toHaveLength(4)
  })
})

it("refuses numbers, and rows without a target", () => {
  expect(failure(Preprocess.classBalancing(), { x }, undefined, target("regression", codes))).toEqual([
    "Preprocess.classBalancing: balances classes, and the target is a number; leave it out"
  ])
  expect(failure(Preprocess.classBalancing(), { x })).toEqual([
    "Preprocess.classBalancing: balances classes, and the rows have no target; fit it in a learner"
  ])
})
