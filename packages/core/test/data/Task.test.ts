import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { existsSync } from "node:fs"
import { expect } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Note from "../../src/data/Note.ts"
import { RoleError } from "../../src/data/RoleError.ts"
import * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"

const many = Array.from({ length: 24 }, (_, i) => i)

/** 24 rows; what a column is for is in its name. */
const columns = {
  binary: Column.text(many.map((i) => (i % 3 === 0 ? "M" : "R"))),
  zeroOne: Column.integer(many.map((i) => (i % 3 === 0 ? 1 : 0))),
  truth: Column.boolean(many.map((i) => i % 2 === 0)),
  three: Column.factor(
    many.map((i) => ["low", "mid", "high"][i % 3] as "low"),
    { levels: ["low", "mid", "high"] }
  ),
  oneOfTwo: Column.factor(
    many.map(() => "a" as const),
    { levels: ["a", "b"] }
  ),
  constant: Column.text(many.map(() => "same")),
  identifier: Column.text(many.map((i) => `row${i}`)),
  real: Column.numeric(many.map((i) => i / 7)),
  infinite: Column.numeric(many.map((i) => (i === 5 ? Number.POSITIVE_INFINITY : i))),
  count: Column.integer(many),
  gap: Column.numeric(many.map((i) => (i === 3 || i === 4 ? null : i))),
  textGap: Column.text(many.map((i) => (i === 7 ? null : "ab"[i % 2]))),
  site: Column.text(many.map((i) => (i < 12 ? "north" : "south"))),
  weight: Column.numeric(many.map((i) => i / 2)),
  negative: Column.numeric(many.map((i) => i - 2)),
  zero: Column.numeric(many.map(() => 0)),
  huge: Column.numeric(many.map(() => 1e308)),
  fold: Column.integer(many.map((i) => i % 4)),
  plot: Column.integer(many.map((i) => i % 8)),
  crossing: Column.integer(many.map((i) => i % 3))
}
const table = Table.fromColumns(columns)
const loose = Effect.map(table, (table): Table.Table => table)

const task = Effect.fnUntraced(function* (options: Task.Options) {
  return yield* Task.fromTable(yield* Effect.orDie(loose), options)
})

describe("kind, levels and target", () => {
  it.effect.each<[string, Task.Options, Task.Kind, ReadonlyArray<string>, ReadonlyArray<number>]>([
    ["text: natural order", { target: "binary" }, "binary", ["M", "R"], [0, 1, 1, 0]],
    ["positive first", { target: "binary", positive: "R" }, "binary", ["R", "M"], [1, 0, 0, 1]],
    ["given levels", { target: "binary", levels: ["R", "M"] }, "binary", ["R", "M"], [1, 0, 0, 1]],
    [
      "positive before given levels",
      { target: "binary", levels: ["R", "M"], positive: "M" },
      "binary",
      ["M", "R"],
      [0, 1, 1, 0]
    ],
    ["true is positive", { target: "truth" }, "binary", ["true", "false"], [0, 1, 0, 1]],
    ["a number as positive", { target: "zeroOne", positive: 1 }, "binary", ["1", "0"], [0, 1, 1, 0]],
    ["a truth value as positive", { target: "truth", positive: false }, "binary", ["false", "true"], [1, 0, 1, 0]],
    ["whole numbers as classes", { target: "zeroOne", kind: "binary" }, "binary", ["0", "1"], [1, 0, 0, 1]],
    ["levels of a factor", { target: "three" }, "multiclass", ["low", "mid", "high"], [0, 1, 2, 0]],
    ["classes of numbers", { target: "fold", kind: "multiclass" }, "multiclass", ["0", "1", "2", "3"], [0, 1, 2, 3]],
    ["two classes as multiclass", { target: "binary", kind: "multiclass" }, "multiclass", ["M", "R"], [0, 1, 1, 0]],
    ["levels that are absent", { target: "constant", levels: ["other", "same"] }, "binary", ["other", "same"], [1, 1]],
    ["real numbers", { target: "real" }, "regression", [], [0, 1 / 7, 2 / 7]],
    ["many whole numbers", { target: "count" }, "regression", [], [0, 1, 2, 3]],
    ["few whole numbers, said", { target: "fold", kind: "regression" }, "regression", [], [0, 1, 2, 3]]
  ])("%s", ([, options, kind, levels, target]) =>
    Effect.gen(function* () {
      const made = yield* task(options)
      assert.strictEqual(made.kind, kind)
      assert.deepStrictEqual(made.levels, levels)
      assert.deepStrictEqual([...made.target.subarray(0, target.length)], target)
      assert.strictEqual(made.rows, 24)
    })
  )
})

describe("roles", () => {
  it.effect("default features are the columns without another role", () =>
    Effect.gen(function* () {
      const small = yield* Table.select(yield* table, ["binary", "site", "weight", "plot", "real", "count"])
      const made = yield* Task.make({
        id: "small",
        table: small,
        target: "binary",
        subset: "site",
        stratum: ["site", "binary"],
        weight: "weight",
        group: "plot"
      })
      assert.deepStrictEqual(made.roles, {
        target: "binary",
        feature: ["real", "count"],
        stratum: ["site", "binary"],
        subset: "site",
        group: "plot",
        weight: "weight",
        fold: undefined,
        order: [],
        name: undefined
      })
      assert.strictEqual(made.id, "small")
      assert.deepStrictEqual(made.weights, columns.weight.values)
    })
  )

  it.effect("a column may be a feature and have another role, when it is listed", () =>
    Effect.gen(function* () {
      const made = yield* task({ target: "binary", features: ["real", "site"], subset: "site", stratum: "binary" })
      assert.deepStrictEqual(made.roles.feature, ["real", "site"])
      assert.deepStrictEqual(made.roles.stratum, ["binary"])
    })
  )

  it.effect("rowNames come from the name column, else from the row number", () =>
    Effect.gen(function* () {
      const named = yield* task({ target: "binary", features: ["real"], name: "identifier" })
      assert.deepStrictEqual(Task.rowNames(Task.take(named, [3, 1])), ["row3", "row1"])
      const plain = yield* task({ target: "binary", features: ["real"] })
      assert.deepStrictEqual(Task.rowNames(Task.take(plain, [3, 1])), ["0", "1"])
    })
  )

  it.effect("can be required of a task that came from a file", () =>
    Effect.gen(function* () {
      const made = yield* task({ target: "binary", features: ["real"], subset: "site" })
      assert.strictEqual(yield* Task.requireRole(made, "subset"), made)
      const error = yield* Effect.flip(Task.requireRole(made, "group"))
      assert.match(error.message, /^task "task": group: no column has this role\. Add group: with the name of a column/)
      assert.match((yield* Effect.flip(Task.requireRole(made, "stratum"))).message, /stratum: no column/)
      assert.strictEqual(yield* Task.requireKind(made, "binary"), made)
      const kind = yield* Effect.flip(Task.requireKind(made, "regression"))
      assert.match(kind.message, /target "binary": makes the task binary, but regression is needed/)
    })
  )
})

describe("problems", () => {
  it.effect.each<[string, Task.Options, string, string, RegExp]>([
    ["unknown column", { target: "binari" }, "target", "binari", /no such column\. Did you mean "binary"\?/],
    [
      "nothing similar",
      { target: "y", features: ["real"] },
      "target",
      "y",
      /Choose one of "binary", "zeroOne",.* and 10 more/
    ],
    [
      "two columns in a single role",
      { target: "binary", subset: ["site", "truth"] as never },
      "subset",
      "truth",
      /takes one column, not "site", "truth"/
    ],
    ["named twice", { target: "binary", stratum: ["site", "site"] }, "stratum", "site", /is named twice/],
    ["target as feature", { target: "real", features: ["real", "gap"] }, "feature", "real", /is the target too/],
    ["no feature", { target: "binary", features: [] }, "feature", "", /the list is empty/],
    ["missing target", { target: "gap" }, "target", "gap", /has 2 missing values, the first in row 3/],
    ["missing subset", { target: "binary", subset: "textGap" }, "subset", "textGap", /has 1 missing value, the first/],
    ["missing stratum", { target: "binary", stratum: "textGap" }, "stratum", "textGap", /1 missing value/],
    ["missing group", { target: "binary", group: "textGap" }, "group", "textGap", /1 missing value/],
    ["missing weight", { target: "binary", weight: "gap" }, "weight", "gap", /2 missing values/],
    ["missing fold", { target: "binary", fold: "gap" }, "fold", "gap", /2 missing values/],
    [
      "real numbers as classes",
      { target: "real", kind: "multiclass" },
      "target",
      "real",
      /24 distinct values in 24 rows, too many to be classes\. Choose kind: "regression"/
    ],
    ["identifiers as classes", { target: "identifier" }, "target", "identifier", /Name a column of class labels/],
    [
      "whole numbers that may be either",
      { target: "fold" },
      "target",
      "fold",
      /whole numbers "0", "1", "2", "3", which may be classes or quantities/
    ],
    ["one level", { target: "constant" }, "target", "constant", /has only the level "same"/],
    ["one level of two", { target: "oneOfTwo" }, "target", "oneOfTwo", /has only the level "a"/],
    [
      "positive is no level",
      { target: "binary", positive: "Metal" },
      "positive",
      "",
      /positive: "Metal" is not one of the levels "M", "R" of the target/
    ],
    [
      "positive among three",
      { target: "three", positive: "low" },
      "target",
      "three",
      /3 levels .*but positive needs two/
    ],
    ["binary of three", { target: "three", kind: "binary" }, "target", "three", /but kind "binary" needs two/],
    ["levels that lack one", { target: "three", levels: ["low", "mid"] }, "target", "three", /has "high", not among/],
    ["levels repeated", { target: "binary", levels: ["M", "R", "R"] }, "target", "binary", /repeated levels/],
    ["text as regression", { target: "binary", kind: "regression" }, "target", "binary", /is string, but kind "regr/],
    ["truth as regression", { target: "truth", kind: "regression" }, "target", "truth", /is boolean, but kind/],
    [
      "regression with positive",
      { target: "real", kind: "regression", positive: "1" },
      "target",
      "real",
      /kind "regression" has no positive level/
    ],
    ["infinite target", { target: "infinite" }, "target", "infinite", /is Infinity in row 5/],
    ["text as weight", { target: "binary", weight: "site" }, "weight", "site", /is string, not a number/],
    ["negative weight", { target: "binary", weight: "negative" }, "weight", "negative", /is -2 in row 0/],
    ["infinite weight", { target: "binary", weight: "infinite" }, "weight", "infinite", /is Infinity in row 5/],
    ["no weight", { target: "binary", weight: "zero" }, "weight", "zero", /is 0 in every row/],
    ["weights beyond a sum", { target: "binary", weight: "huge" }, "weight", "huge", /has no finite sum.*Divide/],
    ["fractions as fold", { target: "binary", fold: "weight" }, "fold", "weight", /is 0\.5 in row 1/],
    [
      "group that spans folds",
      { target: "binary", fold: "fold", group: "crossing" },
      "group",
      "crossing",
      /group "0" spans folds "0" and "3" of column "fold"/
    ]
  ])("%s", ([, options, role, column, message]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(task(options))
      assert.strictEqual(error._tag, "RoleError")
      assert.deepStrictEqual(
        error.problems.map((problem) => [problem.role, problem.column]),
        [[role, column]]
      )
      assert.match(error.message, message)
      assert.isTrue(error.message.startsWith('task "task": '))
    })
  )

  it.effect("come all at once, and survive encoding", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        task({ id: "t", target: "gap", kind: "binary", subset: "sit", weight: "negative", stratum: ["textGap", "no"] })
      )
      assert.deepStrictEqual(
        error.problems.map(({ column, role }) => `${role} ${column}`),
        ["target gap", "subset sit", "stratum textGap", "stratum no", "weight negative", "target gap"]
      )
      assert.match(error.message, /^task "t" has 6 problems:\n {2}- target "gap": has 2 missing values/)
      const json = Schema.encodeSync(RoleError)(error)
      assert.deepStrictEqual(
        Schema.decodeUnknownSync(RoleError)(JSON.parse(JSON.stringify(json))).problems,
        error.problems
      )
    })
  )

  it.effect("no column is left for features", () =>
    Effect.gen(function* () {
      const small = yield* Table.select(yield* loose, ["binary", "site"])
      const error = yield* Effect.flip(Task.fromTable(small, { target: "binary", subset: "site" }))
      assert.match(error.message, /feature: every column has another role or is left out, none is left/)
    })
  )

  it.effect("a group within one fold is none", () =>
    Effect.gen(function* () {
      const made = yield* task({ target: "binary", fold: "fold", group: "plot" })
      assert.strictEqual(made.roles.group, "plot")
    })
  )
})

describe("spellings of a class", () => {
  const zeros = Table.fromColumns({
    binary: Column.integer([0, 1, 1]),
    text: Column.text(["1.0", "0.0", "1.0"]),
    truth: Column.boolean([true, false, true]),
    words: Column.text(["True", "FALSE", "True"]),
    twice: Column.text(["1", "1.0", "0"]),
    x: Column.numeric([1, 2, 3])
  })
  it.effect.each<[string, Task.Options, ReadonlyArray<string>]>([
    ["numbers as levels", { target: "binary", levels: [1, 0] }, ["1", "0"]],
    ["a number for a text of the same value", { target: "text", positive: 0 }, ["0.0", "1.0"]],
    ["TRUE for true", { target: "truth", positive: "TRUE" }, ["true", "false"]],
    ["false for FALSE", { target: "words", positive: false }, ["FALSE", "True"]],
    ["truth values as levels", { target: "words", levels: [false, true] }, ["FALSE", "True"]]
  ])("%s", ([, options, levels]) =>
    Effect.gen(function* () {
      const table: Table.Table = yield* zeros
      assert.deepStrictEqual((yield* Task.fromTable(table, options)).levels, levels)
    })
  )

  it.effect.each<[string, Task.Options, RegExp]>([
    [
      "two levels of one value",
      { target: "twice", kind: "multiclass", levels: ["01", "0"] },
      /has "1", "1.0", not among/
    ],
    [
      "another word",
      { target: "truth", positive: "yes" },
      /positive: "yes" is not one of the levels "true", "false" of the target/
    ]
  ])("but not %s", ([, options, message]) =>
    Effect.gen(function* () {
      const table: Table.Table = yield* zeros
      assert.match((yield* Effect.flip(Task.fromTable(table, options))).message, message)
    })
  )
})

describe("features by exclusion", () => {
  it.effect.each<[string, Omit<Task.Options, "target">, ReadonlyArray<string>]>([
    ["ignore", { ignore: ["real", "site"] }, ["binary", "three", "count"]],
    ["ignore one", { ignore: "real" }, ["binary", "three", "site", "count"]],
    ["all but some", { features: { except: ["binary", "three"] } }, ["real", "site", "count"]],
    ["a type, of columns without a role", { features: { type: "numeric" }, group: "count" }, ["real"]],
    ["a list names what it likes", { features: ["count", "site"], ignore: "site", group: "count" }, ["count", "site"]]
  ])("%s", ([, options, features]) =>
    Effect.gen(function* () {
      const small: Table.Table = yield* Table.select(yield* loose, [
        "truth",
        "binary",
        "real",
        "three",
        "site",
        "count"
      ])
      const made = yield* Task.fromTable(small, { target: "truth", ...options })
      assert.deepStrictEqual([...made.roles.feature].sort(), [...features].sort())
    })
  )

  it.effect("names that are not there are problems", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(task({ target: "truth", ignore: "sit", features: { except: ["reel"] } }))
      assert.deepStrictEqual(
        error.problems.map(({ column, role }) => `${role} ${column}`),
        ["feature reel", "ignore sit"]
      )
    })
  )
})

describe("dropMissing", () => {
  it.effect("leaves rows out, and says how many", () =>
    Effect.gen(function* () {
      const made = yield* task({
        target: "textGap",
        features: ["gap", "real"],
        weight: "gap",
        dropMissing: ["target", "weight"]
      })
      assert.strictEqual(made.rows, 21)
      assert.deepStrictEqual(made.notes.map(Note.message), [
        "3 of 24 rows are left out, as dropMissing says: 1 without target, 2 without weight. Fill in the values to keep them."
      ])
      const complete = yield* task({ target: "binary", features: ["gap"], dropMissing: ["feature"] })
      assert.strictEqual(complete.rows, 22)
    })
  )

  it.effect("says nothing where nothing is missing, and refuses what it does not cover", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* task({ target: "binary", features: ["real"], dropMissing: ["target"] })).notes, [])
      const error = yield* Effect.flip(task({ target: "gap", kind: "regression" }))
      assert.match(error.message, /first in row 3\. Give dropMissing: \[target\] to leave these rows out/)
    })
  )
})

describe("notes on roles", () => {
  const codes = (options: Task.Options) => Effect.map(task(options), ({ notes }) => notes.map(({ code }) => code))
  it.effect.each<[string, Task.Options, ReadonlyArray<string>]>([
    ["nothing to say", { target: "binary", features: ["real"], stratum: ["binary"] }, []],
    ["a feature that counts the rows", { target: "binary", features: ["count"] }, ["identifier-feature"]],
    ["a stratum of one value", { target: "binary", features: ["real"], stratum: ["constant"] }, ["useless-stratum"]],
    ["strata that all differ", { target: "binary", features: ["real"], stratum: ["identifier"] }, ["useless-stratum"]],
    [
      "a class that a subset hardly has",
      { target: "binary", features: ["real"], subset: "site" },
      ["rare-class-in-subset"]
    ]
  ])("%s", ([, options, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* codes(options), expected)
    })
  )
})

describe("take", () => {
  it.effect("keeps kind, levels and roles, and picks target and weights", () =>
    Effect.gen(function* () {
      const whole = yield* task({ target: "binary", weight: "weight" })
      const part = Task.take(whole, [1, 3, 3])
      assert.deepStrictEqual(part.origin, Int32Array.of(1, 3, 3))
      assert.deepStrictEqual(Task.take(part, [2, 0]).origin, Int32Array.of(3, 1))
      assert.strictEqual(Task.take(whole, [3, 1]).origin, undefined)
      assert.strictEqual(part.rows, 3)
      assert.deepStrictEqual(part.target, Float64Array.of(1, 0, 0))
      assert.deepStrictEqual(part.weights, Float64Array.of(0.5, 1.5, 1.5))
      assert.deepStrictEqual(part.levels, whole.levels)
      assert.deepStrictEqual(part.roles, whole.roles)
      const oneClass = Task.take(whole, [0, 3])
      assert.deepStrictEqual(oneClass.levels, ["M", "R"])
      expect(() => Task.take(whole, [24])).toThrow(/row 24 is not one of the 24 rows/)
    })
  )
})

describe("withFeatures", () => {
  it.effect("gives features that stay when rows are taken, of a view too", () =>
    Effect.gen(function* () {
      const table = yield* Table.fromColumns({ x: Column.numeric([1, 2, 3]), y: Column.numeric([4, 5, 6]) })
      for (const task of [
        yield* Task.fromTable(table, { target: "y" }),
        Task.take(yield* Task.fromTable(table, { target: "y" }), [0, 1, 2])
      ]) {
        const changed = Task.withFeatures(task, new Map([["x", Column.numeric([10, 20, 30])]]))
        const taken = Task.take(changed, [2, 0])
        assert.deepStrictEqual(Column.asNumbers(taken.table.columns.get("x")!), Float64Array.of(30, 10))
        assert.deepStrictEqual(taken.target, Float64Array.of(6, 4))
        const moved = Task.take(Task.withTarget(changed, Float64Array.of(7, 8, 9)), [1])
        assert.deepStrictEqual(Column.asNumbers(moved.table.columns.get("y")!), Float64Array.of(8))
      }
    })
  )
})

describe("clone", () => {
  it.effect("a task is plain data, which a worker can be sent", () =>
    Effect.gen(function* () {
      const made = yield* task({ target: "binary", weight: "weight" })
      const clone: Task.Task = structuredClone(made)
      assert.strictEqual(clone.hash, made.hash)
      assert.deepStrictEqual(Task.take(clone, [1, 3]).target, Float64Array.of(1, 0))
    })
  )
})

describe("hash", () => {
  it.effect("depends on data, roles and levels, not on the id", () =>
    Effect.gen(function* () {
      const base: Task.Options = { target: "binary", features: ["real"] }
      const hash = (options: Task.Options) => Effect.map(task(options), (made) => made.hash)
      const one = yield* hash(base)
      assert.match(one, /^[0-9a-f]{64}$/)
      assert.strictEqual(yield* hash({ ...base, id: "other" }), one)
      assert.strictEqual(yield* hash({ ...base, subset: undefined, positive: "M" }), one)
      const others = [
        yield* hash({ ...base, positive: "R" }),
        yield* hash({ ...base, features: ["real", "gap"] }),
        yield* hash({ ...base, subset: "site" }),
        yield* hash({ ...base, stratum: "site" }),
        yield* hash({ ...base, kind: "multiclass" }),
        Task.take(yield* task(base), [0, 1]).hash
      ]
      assert.strictEqual(new Set([one, ...others]).size, 7)
      const all = Task.take(yield* task(base), many)
      assert.strictEqual(all.hash, one)
    })
  )
})

const sonar = "../shared/data/sonar.csv"
const fires = "../shared/data/CanadaFires_downSampled.csv"
const spam = "../shared/data/spam.csv"

describe.skipIf(![sonar, fires, spam].every((path) => existsSync(path)))("public data in ../shared/data", () => {
  it.live("sonar: 208 rows of 60 features; 111 mines, 97 rocks (UCI)", () =>
    Effect.gen(function* () {
      const made = yield* Task.fromFile(sonar, { target: "Class", positive: "M", stratum: ["Class"] })
      assert.strictEqual(made.id, "sonar")
      assert.strictEqual(made.rows, 208)
      assert.strictEqual(made.roles.feature.length, 60)
      assert.deepStrictEqual(made.levels, ["M", "R"])
      assert.strictEqual(made.target.filter((code) => code === 0).length, 111)
      assert.isTrue(made.roles.feature.every((name) => made.table.columns.get(name)?.type === "numeric"))
      assert.strictEqual(made.table.columns.get("V1")?.type, "numeric")
    })
  )

  it.live("spam: 1813 of 4601 messages are spam (UCI)", () =>
    Effect.gen(function* () {
      const made = yield* Task.fromFile(spam, { target: "y", positive: 1, subset: "subset" })
      assert.strictEqual(made.rows, 4601)
      assert.strictEqual(made.target.filter((code) => code === 0).length, 1813)
    })
  )

  it.live("fires: 1491 rows, 46 features, four images", () =>
    Effect.gen(function* () {
      const made = yield* Task.fromFile(fires, { target: "y", positive: "burned", subset: "subset" })
      assert.strictEqual(made.rows, 1491)
      assert.strictEqual(made.roles.feature.length, 46)
      assert.strictEqual(Column.asFactor(made.table.columns.get("subset")!).levels.length, 4)
    })
  )
})
