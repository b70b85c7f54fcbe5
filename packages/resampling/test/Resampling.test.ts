import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Seed from "@rocflow/core/Seed"
import type * as Split from "@rocflow/core/splitting/Split"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Design from "../src/Design.ts"
import * as Resampling from "../src/Resampling.ts"
import { ResamplingLaws } from "../src/testing.ts"
import { dynamic, factor } from "./support/tasks.ts"

const apply = (spec: Resampling.Spec, task: Task.Task, seed: number | Seed.Seed = 1) =>
  Effect.runSync(Resampling.instantiate(spec, task, seed))

const failure = (spec: Resampling.Spec, task: Task.Task, seed: number | Seed.Seed = 1) =>
  Effect.runSync(Effect.flip(Resampling.instantiate(spec, task, seed)))

const repeat = (n: number, f: (row: number) => string) => Array.from({ length: n }, (_, row) => f(row))
const allRows = (n: number) => Array.from({ length: n }, (_, row) => row)
const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b)

/** Every resampling. */
const family: ReadonlyArray<Resampling.Spec> = [
  Resampling.cv({ folds: 3 }),
  Resampling.repeatedCv({ folds: 3, repeats: 2 }),
  Resampling.holdout(),
  Resampling.subsampling({ repeats: 3, ratio: 0.5 }),
  Resampling.bootstrap({ repeats: 3 }),
  Resampling.leaveOneOut(),
  Resampling.insample(),
  Resampling.custom({ train: [[0, 1], [4]], test: [[2], [1, 3]] }),
  Resampling.sameOther({ ignoreSubset: true }),
  Resampling.forward({ folds: 2, gap: 1 }),
  Resampling.forward({ folds: 3, window: "sliding", horizon: 2 }),
  Resampling.foldColumn()
]

describe.each(family.map((spec) => [spec.type, spec] as const))("every resampling: %s", (_, spec) => {
  it.each(ResamplingLaws.of(spec).map((law) => [law.name, law] as const))("%s", (__, { check }) => check())

  it("is one cell of a score table for each split", () => {
    const task = dynamic(30, {
      stratum: repeat(30, (row) => String(row % 3)),
      ...(spec.type === "foldColumn" ? { fold: repeat(30, (row) => String(row % 5)) } : {}),
      ...(spec.type === "forward" ? { order: allRows(30) } : {})
    })
    const { splits } = apply(spec, task, 7)
    expect(apply(spec, task, Seed.root(7)).splits).toEqual(splits)
    expect(new Set(splits.map((split) => `${split.nTrainGroups} ${split.groups}`)).size).toBe(1)
    expect(new Set(splits.map((split) => `${split.repetition} ${split.testFold}`)).size).toBe(splits.length)
  })
})

it("every resampling is in the table", () => {
  const known = Resampling.schema.members.map((member) => member.fields.type.literal)
  expect([...new Set(family.map(({ type }) => type))].toSorted()).toEqual([...known].toSorted())
})

describe("small tables", () => {
  // scikit-learn/scikit-learn#34828 and #33085: as many groups as folds.
  const tableOf = (random: Seed.Generator, nested: boolean) => {
    const folds = 2 + random.below(4)
    const rows: Array<{ group: string; subset: string; target: string }> = []
    for (let s = 0; s < 2 + random.below(3); s++) {
      for (let g = 0; g < folds + random.below(4); g++) {
        for (let n = 1 + random.below(6); n > 0; n--) {
          rows.push({ group: nested ? `${s} ${g}` : `${g}`, subset: `s${s}`, target: "ab"[random.below(2)]! })
        }
      }
    }
    const column = (key: "group" | "subset" | "target") => rows.map((row) => row[key])
    return {
      folds,
      rows: rows.length,
      parts: { group: column("group"), subset: column("subset"), target: column("target") }
    }
  }

  it.each([
    ["groups within subsets", true],
    ["groups that span subsets", false]
  ])("500 of them, %s: no fold lacks a subset that has as many groups", (_, nested) => {
    for (let table = 0; table < 500; table++) {
      const random = Seed.generator(Seed.root(table))
      const { folds, parts, rows } = tableOf(random, nested)
      const classes = new Set(parts.target).size
      const task = dynamic(rows, { ...parts, stratify: classes === 2 && table % 2 === 0 })
      const algorithm = table % 3 === 0 ? "wasikowski" : "rss"
      const made = Effect.runSync(
        Effect.result(Resampling.instantiate(Resampling.sameOther({ folds, algorithm }), task, table))
      )
      // Without strata a training set may lack a class, which is refused with the strata that help.
      const reason = Result.isFailure(made) ? made.failure.reason : "MissingClass"
      expect(reason).toBe("MissingClass")
      const found = Result.getOrElse(made, () => ({ splits: [] as ReadonlyArray<Split.Split> }))
      for (const { test, train } of found.splits) expect(Math.min(test.length, train.length)).toBeGreaterThan(0)
    }
  })

  it("with as many groups as folds have a group in each fold, at every seed", () => {
    const task = dynamic(4, { group: [..."abcc"], target: [..."xyxy"], stratify: true })
    for (let seed = 0; seed < 50; seed++) {
      const { splits } = apply(Resampling.cv({ folds: 3 }), task, seed)
      expect(splits.map(({ test }) => test.length).toSorted()).toEqual([1, 1, 2])
    }
  })

  it("say which subset has too few groups", () => {
    const task = dynamic(9, { group: [..."aabbcdefg"], subset: [..."nnnnsssss"] })
    expect(failure(Resampling.sameOther({ folds: 3 }), task).message).toMatch(
      /has no row\. It has 2 groups: use at most 2 folds, merge "n" with another subset, or leave it out\./
    )
  })
})

describe("forward", () => {
  const lists = (spec: Resampling.Spec, task: Task.Task) =>
    apply(spec, task).splits.map(({ test, train }) => [[...train], [...test]])

  it("tests the last times, by default as many at a time as sklearn.model_selection.TimeSeriesSplit", () => {
    // TimeSeriesSplit(n_splits=3).split(range(10)): tests of 10 // 4 = 2.
    const ten = dynamic(10, { order: allRows(10) })
    expect(lists(Resampling.forward({ folds: 3 }), ten)).toEqual([
      [
        [0, 1, 2, 3],
        [4, 5]
      ],
      [
        [0, 1, 2, 3, 4, 5],
        [6, 7]
      ],
      [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [8, 9]
      ]
    ])
    // TimeSeriesSplit(n_splits=2, test_size=2, gap=1).split(range(10))
    expect(lists(Resampling.forward({ folds: 2, horizon: 2, gap: 1 }), ten)).toEqual([
      [
        [0, 1, 2, 3, 4],
        [6, 7]
      ],
      [
        [0, 1, 2, 3, 4, 5, 6],
        [8, 9]
      ]
    ])
    // TimeSeriesSplit(n_splits=3, max_train_size=4).split(range(10))
    expect(lists(Resampling.forward({ folds: 3, window: "sliding" }), ten)).toEqual([
      [
        [0, 1, 2, 3],
        [4, 5]
      ],
      [
        [2, 3, 4, 5],
        [6, 7]
      ],
      [
        [4, 5, 6, 7],
        [8, 9]
      ]
    ])
  })

  it("goes by the times and not by the rows, and divides no time", () => {
    const task = dynamic(7, { order: [30, 10, 20, 10, 40, 20, 30] })
    expect(lists(Resampling.forward({ folds: 2, horizon: 1 }), task)).toEqual([
      [
        [1, 2, 3, 5],
        [0, 6]
      ],
      [[0, 1, 2, 3, 5, 6], [4]]
    ])
  })

  it("takes each group for a series of its own", () => {
    const task = dynamic(8, { group: [..."abababab"], order: [1, 100, 2, 200, 3, 300, 4, 400] })
    expect(lists(Resampling.forward({ folds: 1, horizon: 1, gap: 1 }), task)).toEqual([
      [
        [0, 1, 2, 3],
        [6, 7]
      ]
    ])
  })

  it("never trains on what is later than what it tests", () => {
    const times = fc.array(fc.integer({ min: -5, max: 20 }), { minLength: 4, maxLength: 40 })
    const spec = fc.record({
      folds: fc.integer({ min: 1, max: 4 }),
      gap: fc.nat(2),
      window: fc.constantFrom("expanding" as const, "sliding" as const)
    })
    fc.assert(
      fc.property(times, spec, (order, options) => {
        const made = Effect.runSync(
          Effect.result(Resampling.instantiate(Resampling.forward(options), dynamic(order.length, { order }), 1))
        )
        const different = [...new Set(order)].toSorted((a, b) => a - b)
        const place = (row: number) => different.indexOf(order[row]!)
        for (const { test, train } of Result.getOrElse(made, () => ({ splits: [] })).splits) {
          const last = Math.max(...Array.from(train, place))
          expect(Math.min(...Array.from(test, place)) - last).toBe(options.gap + 1)
        }
        const enough =
          different.length - options.folds * Math.floor(different.length / (options.folds + 1)) - options.gap
        const tested = Math.floor(different.length / (options.folds + 1))
        expect(Result.isSuccess(made)).toBe(enough >= 1 && tested >= 1)
      })
    )
  })

  it("needs the role order, and something to train on", () => {
    expect(failure(Resampling.forward(), dynamic(4, {})).message).toMatch(
      /a task without the role order does not say what comes before what\. Give the role order to a column of times/
    )
    expect(failure(Resampling.forward({ folds: 3, gap: 4 }), dynamic(9, { order: allRows(9) })).message).toMatch(
      /3 folds behind a gap of 4 leave nothing to train on of the 9 different times that the order has/
    )
  })
})

describe("features", () => {
  it("have no say in the splits, nor has the place of their columns", () => {
    const rows = allRows(30)
    const columns = {
      x: Column.numeric(rows),
      z: Column.numeric(rows.map((row) => row % 7)),
      y: Column.text(rows.map((row) => (row % 3 === 0 ? "a" : "b"))),
      site: Column.text(rows.map((row) => (row < 15 ? "n" : "s")))
    }
    const taskOf = (features: ReadonlyArray<string>, target = "y") => {
      const table: Table.Table = Effect.runSync(Table.fromColumns(columns))
      return Effect.runSync(Task.fromTable(table, { target, features, stratum: ["site", "y"], subset: "site" }))
    }
    const [one, two] = [taskOf(["x"]), taskOf(["z", "x"])]
    expect(two.splitHash).toBe(one.splitHash)
    expect(two.hash).not.toBe(one.hash)
    expect(taskOf(["x"], "site").splitHash).not.toBe(one.splitHash)
    const design = (task: Task.Task) =>
      Effect.runSync(
        Design.grid({
          tasks: [task],
          learners: [Featureless.make()],
          resamplings: [Resampling.cv({ folds: 3 })],
          measures: [Measure.error],
          seed: 1
        })
      )
    const splits = (task: Task.Task) => design(task).jobs.map(({ seed, split }) => [seed, split.test])
    expect(splits(two)).toEqual(splits(one))
    expect(design(two).hash).not.toBe(design(one).hash)
  })
})

describe("cv", () => {
  it("tests every row once, with strata within one of each other", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 2, max: 5 }),
        (strata, folds) => {
          const { splits } = apply(Resampling.cv({ folds }), dynamic(strata.length, { stratum: strata.map(String) }))
          expect(sorted(splits.flatMap(({ test }) => [...test]))).toEqual(allRows(strata.length))
          for (const stratum of new Set(strata)) {
            const counts = splits.map(({ test }) => test.filter((row) => strata[row] === stratum).length)
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
          }
          for (const { test, train } of splits) expect(test.length + train.length).toBe(strata.length)
        }
      )
    )
  })

  it("tells groups and strata apart that are called like the parts of an object", () => {
    const group = repeat(24, (row) => ["constructor", "__proto__", "toString", "a"][row % 4]!)
    const stratum = repeat(24, (row) => (row % 8 < 4 ? "__proto__" : "constructor"))
    const { splits } = apply(Resampling.cv({ folds: 4 }), dynamic(24, { group, stratum }))
    expect(splits.map(({ test }) => new Set(Array.from(test, (row) => group[row])).size)).toEqual([1, 1, 1, 1])
  })

  it("takes its folds, and their number, from a fold role", () => {
    const task = dynamic(8, { fold: [..."baabccab"] })
    const { splits, warnings } = apply(Resampling.cv({ folds: 5 }), task)
    expect(splits.map(({ test }) => [...test])).toEqual([
      [1, 2, 6],
      [0, 3, 7],
      [4, 5]
    ])
    expect(warnings).toEqual(["The fold role has 3 folds, which are used in place of folds = 5."])
    expect(apply(Resampling.foldColumn(), task).splits).toEqual(splits)
    expect(apply(Resampling.sameOther({ ignoreSubset: true }), task).splits.map(({ groups }) => groups)).toEqual([
      5, 5, 5
    ])
  })

  it("has new folds in each repetition", () => {
    const { splits } = apply(Resampling.repeatedCv({ folds: 2, repeats: 3 }), dynamic(40, {}))
    expect(splits.map(({ repetition, testFold }) => [repetition, testFold])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1]
    ])
    expect(splits[0]!.test).not.toEqual(splits[2]!.test)
  })

  it("draws each row into the first fold equally often", () => {
    const counts = [0, 0, 0, 0, 0, 0]
    const task = dynamic(6, {})
    for (let seed = 0; seed < 1000; seed++)
      for (const row of apply(Resampling.cv({ folds: 2 }), task, seed).splits[0]!.test) counts[row]! += 1
    // binomial(1000, 1/2): sd 16; the limit is 5 sd
    for (const n of counts) expect(Math.abs(n - 500)).toBeLessThan(80)
  })
})

describe("holdout, subsampling, bootstrap", () => {
  it.each([
    [0.5, 6, 15],
    [2 / 3, 8, 20],
    [0.25, 3, 8]
  ])("share out %d of each stratum", (ratio, rare, total) => {
    const task = dynamic(30, { stratum: repeat(30, (row) => (row < 12 ? "rare" : "common")) })
    const [split] = apply(Resampling.holdout({ ratio }), task).splits
    expect(split!.train.length).toBe(total)
    expect(Math.abs(split!.train.filter((row) => row < 12).length - rare)).toBeLessThanOrEqual(1)
    expect(split!.test.length).toBe(30 - total)
  })

  it("keep every stratum within one of its share, and the total rounded once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(4), { minLength: 6, maxLength: 50 }),
        fc.double({ min: 0.3, max: 0.7, noNaN: true }),
        (strata, ratio) => {
          const [split] = apply(
            Resampling.holdout({ ratio }),
            dynamic(strata.length, { stratum: strata.map(String) })
          ).splits
          expect(split!.train.length).toBe(Math.round(strata.length * ratio))
          for (const stratum of new Set(strata)) {
            const share = strata.filter((own) => own === stratum).length * ratio
            const count = split!.train.filter((row) => strata[row] === stratum).length
            expect(Math.abs(count - share)).toBeLessThanOrEqual(1)
          }
        }
      )
    )
  })

  it("train on groups drawn with replacement, and test on the others", () => {
    const group = repeat(40, (row) => String(row % 10))
    const { splits } = apply(Resampling.bootstrap({ repeats: 20 }), dynamic(40, { group }))
    for (const { test, train } of splits) {
      expect(train.length).toBe(40)
      const drawn = new Set(train)
      expect(sorted([...drawn, ...test])).toEqual(allRows(40))
    }
    // a group is left out with probability 0.9^10 = 0.349; 200 draws: sd 0.034
    const out = splits.reduce((sum, { test }) => sum + test.length, 0) / 800
    expect(Math.abs(out - 0.349)).toBeLessThan(0.14)
  })
})

describe("the others", () => {
  it("leave out each group once", () => {
    const { splits } = apply(Resampling.leaveOneOut(), dynamic(5, { group: [..."babac"] }))
    expect(splits.map(({ test }) => [...test])).toEqual([[0, 2], [1, 3], [4]])
    expect(splits.map(({ nTrainGroups }) => nTrainGroups)).toEqual([2, 2, 2])
  })

  it("refuse to leave out so many rows one by one that their training sets fill the memory", () => {
    expect(failure(Resampling.leaveOneOut(), dynamic(16_000, {})).message).toContain(
      "leaving out each of 16000 rows alone makes sets of 256000000 rows in all, more than 250000000. Use cv"
    )
  })

  it("train and test on all rows, with a warning", () => {
    const { splits, warnings } = apply(Resampling.insample(), dynamic(3, {}))
    expect(splits.map(({ test, train }) => [[...train], [...test]])).toEqual([
      [
        [0, 1, 2],
        [0, 1, 2]
      ]
    ])
    expect(warnings).toEqual(["1 split tests on rows it trains on, so that scores are too good: split 0 (fold 0)."])
  })

  it("take given rows", () => {
    const { splits } = apply(Resampling.custom({ train: [[3, 1]], test: [[2, 0]] }), dynamic(4, {}))
    expect(splits.map(({ test, train }) => [[...train], [...test]])).toEqual([
      [
        [1, 3],
        [0, 2]
      ]
    ])
  })
})

describe("Resampling.schema", () => {
  it("fills in defaults", () => {
    const decode = Schema.decodeUnknownSync(Resampling.schema)
    expect(decode({ type: "cv" })).toEqual(Resampling.cv())
    expect(decode({ type: "repeatedCv" })).toEqual(Resampling.repeatedCv())
    expect(decode({ type: "holdout" })).toEqual(Resampling.holdout())
    expect(decode({ type: "subsampling" })).toEqual(Resampling.subsampling())
    expect(decode({ type: "bootstrap" })).toEqual(Resampling.bootstrap())
    expect(decode({ type: "sameOther" })).toEqual(Resampling.sameOther())
    expect(decode({ type: "foldColumn" })).toEqual(Resampling.foldColumn())
  })

  it.each([
    [{ type: "cv", folds: 1 }, "folds"],
    [{ type: "cv", folds: 2.5 }, "folds"],
    [{ type: "holdout", ratio: 1 }, "ratio"],
    [{ type: "sameOther", sizes: -2 }, "sizes"],
    [{ type: "sameOther", ratio: 1.1 }, "ratio"],
    [{ type: "sameOther", seeds: 0 }, "seeds"],
    [{ type: "sameOther", subsets: "X" }, "subsets"],
    [{ type: "sameOther", algorithm: "fast" }, "algorithm"],
    [{ type: "custom", train: [], test: [] }, "train"]
  ])("refuses %o at %s", (json, path) => {
    const result = Schema.decodeUnknownResult(Resampling.schema)(json)
    expect(String(Result.getOrThrow(Result.flip(result)))).toContain(`["${path}"]`)
  })
})

describe("Resampling.table", () => {
  it("has the sizes in place of the rows", () => {
    expect(Resampling.table(apply(Resampling.cv({ folds: 2 }), dynamic(5, {})))).toEqual([
      {
        iteration: 0,
        testSubset: "full",
        trainSubsets: "same",
        groups: 2,
        testFold: 0,
        seed: 0,
        nTrainGroups: 2,
        repetition: 0,
        trainRows: 2,
        testRows: 3
      },
      {
        iteration: 1,
        testSubset: "full",
        trainSubsets: "same",
        groups: 2,
        testFold: 1,
        seed: 0,
        nTrainGroups: 2,
        repetition: 0,
        trainRows: 3,
        testRows: 2
      }
    ])
  })
})

describe("errors", () => {
  const ten = dynamic(10, {})
  const sites = repeat(12, (row) => (row < 11 ? "a" : "b"))

  it.each([
    ["folds below 2", Resampling.cv({ folds: 1 }), ten, "InvalidOption"],
    ["more folds than rows", Resampling.cv({ folds: 11 }), ten, "TooManyFolds"],
    [
      "more folds than groups",
      Resampling.cv({ folds: 3 }),
      dynamic(10, { group: repeat(10, (row) => String(row % 2)) }),
      "TooManyFolds"
    ],
    ["one fold in the column", Resampling.foldColumn(), dynamic(4, { fold: [..."aaaa"] }), "InvalidOption"],
    ["no fold role", Resampling.foldColumn(), ten, "MissingRole"],
    ["no subset role", Resampling.sameOther(), ten, "MissingRole"],
    ["repetitions of given folds", Resampling.repeatedCv(), dynamic(4, { fold: [..."aabb"] }), "FixedFolds"],
    ["an empty cell", Resampling.sameOther({ folds: 2 }), dynamic(12, { subset: sites }), "EmptySplit"],
    ["an empty train set", Resampling.holdout({ ratio: 0.01 }), ten, "EmptySplit"],
    ["rows out of range", Resampling.custom({ train: [[0]], test: [[10]] }), ten, "InvalidRows"],
    ["rows twice", Resampling.custom({ train: [[0, 0]], test: [[1]] }), ten, "InvalidRows"],
    ["sets without partner", Resampling.custom({ train: [[0]], test: [[1], [2]] }), ten, "InvalidRows"]
  ] as const)("name %s", (_, spec, task, reason) => {
    const error = failure(spec, task)
    expect(error.reason).toBe(reason)
    expect(error.message).toContain(`${spec.type} on task "made": `)
    for (const part of [error.given, error.rule, error.advice]) expect(part).not.toBe("")
  })

  it("refuse a seed that is not an integer", () => {
    expect(failure(Resampling.cv(), ten, 1.5).message).toBe(
      'cv on task "made": seed 1.5 is not an integer. Use a whole number such as 1.'
    )
  })

  it("name the empty cell of subset and fold", () => {
    const error = failure(Resampling.sameOther({ folds: 2 }), dynamic(12, { subset: sites }))
    expect(error.message).toMatch(
      /^sameOther on task "made": the test set of split \d \(test subset "b", fold \d, train all\) has no row\. It has 1 row: merge "b" with another subset, or leave it out\.$/
    )
  })

  /** Such tasks do not come from `Task.fromTable`, which says the same; data may have been changed since. */
  const changed = (task: Task.Task, name: string, column: Column.Column): Task.Task => ({
    ...task,
    table: Effect.runSync(
      Table.fromEntries([...task.table.columns].map(([own, old]) => [own, own === name ? column : old]))
    )
  })

  it("refuse missing values in a role", () => {
    const task = changed(dynamic(4, { subset: [..."aabb"] }), "site", factor(["a", null, "b", "b"]))
    expect(failure(Resampling.sameOther(), task)).toMatchObject({
      reason: "MissingValue",
      given: 'the subset column "site"'
    })
  })

  it("refuse a group that spans folds", () => {
    const task = changed(dynamic(4, { group: [..."aabb"], fold: [..."xxyy"] }), "part", factor([..."xyyy"]))
    expect(failure(Resampling.cv(), task)).toMatchObject({
      reason: "GroupSpansFolds",
      given: 'group "a" with rows in the folds "x" and "y"'
    })
  })
})

describe("classes left out", () => {
  const rare = (n: number) => repeat(20, (row) => (row < n ? "rare" : row % 2 === 0 ? "a" : "b"))
  const folds = repeat(20, (row) => (row < 3 ? "0" : String(row % 3)))

  it("are an error in a training set that strata would have repaired", () => {
    const errors = allRows(40).flatMap((seed) => {
      const result = Effect.runSync(
        Effect.result(Resampling.instantiate(Resampling.cv({ folds: 2 }), dynamic(20, { target: rare(2) }), seed))
      )
      return Result.isFailure(result) ? [result.failure] : []
    })
    expect(errors.length).toBeGreaterThan(5)
    expect(errors[0]!.message).toMatch(
      /^cv on task "made": the train set of split \d \(fold \d\) has no row of the class "rare", which stratification would give it\. Use stratum: \["y"\], or fewer folds\.$/
    )
    for (const seed of allRows(40)) {
      const task = dynamic(20, { target: rare(2), stratify: true })
      expect(apply(Resampling.cv({ folds: 2 }), task, seed).warnings).toEqual([])
    }
  })

  it("are a warning where nothing can repair them, naming the splits", () => {
    const { warnings } = apply(Resampling.cv({ folds: 2 }), dynamic(20, { target: rare(1) }))
    expect(warnings.length).toBe(2)
    expect(warnings[0]).toMatch(/^1 train set has no row of the class "rare": split \d \(fold \d\)\.$/)
    expect(warnings[1]).toMatch(
      /^1 test set has no row of the class "rare", .*: split \d \(fold \d\)\. Use stratum: \["y"\], or fewer folds\.$/
    )
  })

  it("are a warning in given folds", () => {
    const { warnings } = apply(Resampling.cv({ folds: 3 }), dynamic(20, { target: rare(3), fold: folds }))
    expect(warnings[0]).toBe('1 train set has no row of the class "rare": split 0 (fold 0).')
  })

  it("are a warning when a subset does not have them", () => {
    const target = repeat(40, (row) => (row < 20 ? "a" : row % 2 === 0 ? "a" : "b"))
    const subset = repeat(40, (row) => (row < 20 ? "one" : "two"))
    const { warnings } = apply(Resampling.sameOther({ folds: 2 }), dynamic(40, { target, subset, stratify: true }))
    expect(warnings).toEqual([
      '4 train sets have no row of the class "b": split 5 (test subset "two", fold 0, train other), split 7 (test subset "two", fold 1, train other), split 8 (test subset "one", fold 0, train same) and 1 more.',
      '2 test sets have no row of the class "b", so that measures such as AUC may be undefined there: split 0 (test subset "one", fold 0, train all), split 2 (test subset "one", fold 1, train all). Use fewer folds, or pool the test rows (average: micro).'
    ])
  })

  it("are a warning too when that subset is called as rows of no subset are", () => {
    const target = repeat(40, (row) => (row < 20 ? "a" : row % 2 === 0 ? "a" : "b"))
    const subset = repeat(40, (row) => (row < 20 ? "full" : "two"))
    const { warnings } = apply(Resampling.sameOther({ folds: 2 }), dynamic(40, { target, subset }))
    expect(warnings.filter((warning) => warning.includes('train sets have no row of the class "b"')).length).toBe(1)
  })
})

describe("warnings", () => {
  it("recommend the subset as a stratum", () => {
    const subset = repeat(20, (row) => String(row % 2))
    expect(apply(Resampling.sameOther({ folds: 2 }), dynamic(20, { subset })).warnings).toEqual([
      'The subset "site" is not among the strata, so its rows may spread unevenly over the folds; better use stratum: ["site"].'
    ])
    expect(
      apply(
        Resampling.sameOther({ folds: 2 }),
        dynamic(20, { subset, stratify: true, target: repeat(20, (row) => (row % 4 < 2 ? "a" : "b")) })
      ).warnings
    ).toEqual([])
  })

  it("tell strata that downsampling left without rows", () => {
    const subset = repeat(60, (row) => (row < 6 ? "small" : "large"))
    const stratum = repeat(60, (row) => (row % 30 === 6 ? "rare" : row < 6 ? "small" : "large"))
    const { warnings } = apply(Resampling.sameOther({ folds: 2, sizes: 0 }), dynamic(60, { subset, stratum }))
    expect(
      warnings.some((warning) => warning.includes("downsampled train sets have no row of the stratum level = rare"))
    ).toBe(true)
  })

  it("tell roles and options without effect", () => {
    const task = dynamic(12, {
      fold: repeat(12, (row) => String(row % 3)),
      subset: repeat(12, () => "one"),
      stratum: repeat(12, (row) => String(row % 2))
    })
    expect(apply(Resampling.holdout(), task).warnings).toEqual(["The fold role has no effect in holdout."])
    expect(apply(Resampling.leaveOneOut(), task).warnings).toContain("Strata have no effect in leaveOneOut.")
    expect(apply(Resampling.sameOther({ seeds: 3 }), task).warnings[0]).toBe(
      "seeds = 3 has no effect: rows are drawn for smaller training sets, and there are none. Give sizes = 0 or more, or leave seeds out."
    )
    expect(apply(Resampling.sameOther(), task).warnings).toEqual([
      'The subset column has one value, "one", so there are only "same" splits.'
    ])
  })
})
