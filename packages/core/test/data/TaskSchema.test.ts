import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"
import * as TaskSchema from "../../src/data/TaskSchema.ts"
import * as Tasks from "../support/tasks.ts"

const trained = TaskSchema.of(
  Tasks.of(
    {
      real: Column.numeric([0.5, 1]),
      whole: Column.indices(Int32Array.of(3, 4)),
      truth: Column.boolean([true, false]),
      site: Column.text(["1a", "3"]),
      level: Column.factor(["lo", "hi"], { levels: ["lo", "hi"] }),
      grade: Column.factor(["C", "A"], { levels: ["C", "B", "A"], ordered: true }),
      y: Column.text(["no", "yes"])
    },
    { target: "y", positive: "yes" }
  )
)

/** Columns of one row that are as in training, with changes; `undefined` takes a column away. */
const given = (changes: Readonly<Record<string, Table.Given | undefined>> = {}): Table.Table => {
  const columns: Readonly<Record<string, Table.Given | undefined>> = {
    real: Column.numeric([2]),
    whole: Column.indices(Int32Array.of(7)),
    truth: Column.boolean([true]),
    site: Column.text(["3"]),
    level: Column.factor(["hi"], { levels: ["lo", "hi"] }),
    grade: Column.factor(["B"], { levels: ["C", "B", "A"], ordered: true }),
    ...changes
  }
  const entries = Object.entries(columns).flatMap(([name, column]) =>
    column === undefined ? [] : [[name, column] as const]
  )
  return Effect.runSync(Table.fromEntries(entries))
}

const read = (changes: Parameters<typeof given>[0]) => TaskSchema.rows(trained, given(changes))
const first = (changes: Parameters<typeof given>[0], name: string) => {
  const column = Result.getOrThrow(read(changes)).columns.get(name)!
  return [column.type, Column.toText(column, 0)]
}
const problems = (changes: Parameters<typeof given>[0]) => Result.getOrThrow(Result.flip(read(changes)))

describe("rows of a table", () => {
  it("need no target, and have a truth where there is one", () => {
    const rows = Result.getOrThrow(read({}))
    expect([rows.rows, rows.truth, [...rows.columns.keys()]]).toEqual([
      1,
      undefined,
      ["real", "whole", "truth", "site", "level", "grade"]
    ])
    expect(Result.getOrThrow(read({ y: Column.text(["no"]) })).truth).toEqual(Float64Array.of(1))
    // An unknown class, or none, is no reason to refuse the row.
    expect(Result.getOrThrow(read({ y: Column.text(["perhaps"]) })).truth).toBeUndefined()
    expect(Result.getOrThrow(read({ y: Column.text([null]) })).truth).toBeUndefined()
  })

  it("may have more columns, which are left out", () => {
    expect(Result.getOrThrow(read({ more: Column.text(["?"]) })).columns.has("more")).toBe(false)
  })

  it.each<[string, Table.Given, ReadonlyArray<string | null>]>([
    ["site", Column.indices(Int32Array.of(3)), ["string", "3"]],
    ["site", Column.numeric([3]), ["string", "3"]],
    ["site", Column.asFactor(Column.text(["9z"])), ["string", "9z"]],
    ["real", Column.indices(Int32Array.of(3)), ["numeric", "3"]],
    ["real", Column.text(["0.25"]), ["numeric", "0.25"]],
    ["real", Column.text([null]), ["numeric", null]],
    ["whole", Column.numeric([7.5]), ["numeric", "7.5"]],
    ["truth", Column.text(["True"]), ["boolean", "true"]],
    ["truth", Column.indices(Int32Array.of(0)), ["boolean", "false"]],
    ["level", Column.text(["lo"]), ["factor", "lo"]],
    ["level", Column.text(["unseen"]), ["factor", "unseen"]],
    ["grade", Column.text(["A"]), ["factor", "A"]]
  ])("read %s as training saw it, from %o", (name, column, expected) => {
    expect(first({ [name]: column }, name)).toEqual(expected)
  })

  it("keep the levels of training first, in their order", () => {
    const { columns } = Result.getOrThrow(read({ level: Column.text(["unseen"]) }))
    expect(columns.get("level")).toMatchObject({ levels: ["lo", "hi", "unseen"], codes: Int32Array.of(2) })
    expect(Result.getOrThrow(read({ grade: Column.text(["A"]) })).columns.get("grade")).toMatchObject({
      levels: ["C", "B", "A"],
      ordered: true
    })
  })

  it.each<[string, Table.Given | undefined, RegExp]>([
    ["real", undefined, /^the feature "real" of training is not there\. /],
    [
      "real",
      Column.text(["one"]),
      /^feature "real" was numeric in training and is string here, and "[^"]*" in row \d+ cannot be read as numeric/
    ],
    ["real", Column.boolean([true]), /^feature "real" was numeric in training and is boolean here/],
    ["site", Column.numeric([1.5]), /^feature "site" was string in training and is numeric here/],
    ["truth", Column.indices(Int32Array.of(2)), /^feature "truth" was boolean in training and is integer here/],
    [
      "grade",
      Column.factor(["B"], { levels: ["A", "B", "C"], ordered: true }),
      /^feature "grade" has the levels A, B, C, and in training they came as C, B, A; give them in that order/
    ],
    [
      "level",
      Column.factor(["hi"], { levels: ["hi", "lo"] }),
      /^feature "level" has the levels hi, lo, and in training they came as lo, hi/
    ],
    ["grade", Column.text(["D"]), /feature "grade"/]
  ])("are refused: %s as %o", (name, column, sentence) => {
    const found = problems({ [name]: column })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(sentence)
  })

  it("are refused with every problem at once", () => {
    expect(problems({ real: undefined, site: Column.numeric([0.5]), level: undefined })).toHaveLength(3)
  })
})

describe("rows of a task", () => {
  it("have its target, whose kind and levels are those of training", () => {
    const task = Tasks.binary(6)
    const schema = TaskSchema.of(task)
    expect(Result.getOrThrow(TaskSchema.rows(schema, Task.take(task, [3, 1]))).truth).toEqual(Float64Array.of(0, 1))
    expect(Result.getOrThrow(Result.flip(TaskSchema.rows(schema, Tasks.binary(6, { positive: "no" }))))).toEqual([
      'the levels in training were yes, no, and task "task" has no, yes; their order says which class is positive, so make it the same by `levels`'
    ])
  })
})
