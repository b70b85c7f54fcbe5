/**
 * Loading and predicting, in Node: the same code as in a page.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Auto from "@rocflow/core/engine/Auto"
import type * as Engine from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Boosting from "@rocflow/learners/Boosting"
import * as Conv from "@rocflow/learners/Conv"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { beforeAll, describe, expect, it } from "vitest"
import { loadModel, type Model, type Rows } from "../src/index.ts"

const n = 60
const of = <A>(make: (i: number) => A): ReadonlyArray<A> => Array.from({ length: n }, (_, i) => make(i))

const trained = (
  columns: Table.GivenColumns,
  learner: Learner.Learner<Task.Kind, string, never, Engine.Engines>
): Promise<Saved.Saved> =>
  Effect.gen(function* () {
    const table: Table.Table = yield* Table.fromColumns(columns)
    const task: Task.Task = yield* Task.fromTable(table, { target: "finding", positive: "ill" })
    return Saved.toJson(yield* Learner.train(learner, task))
  }).pipe(Effect.provide(Auto.layer()), Effect.runPromise)

const bytesOf = (saved: unknown) => new TextEncoder().encode(JSON.stringify(saved))

const patients = {
  finding: Column.text(of((i) => (i % 3 === 0 ? "ill" : "well"))),
  dose: Column.numeric(of((i) => (i % 3 === 0 ? i / 10 : -i / 10))),
  visits: Column.integer(of((i) => i % 7)),
  smoker: Column.boolean(of((i) => i % 2 === 0)),
  site: Column.text(of((i) => (i % 3 === 0 ? "north" : "south")))
}

let saved: Saved.Saved
let model: Model
beforeAll(async () => {
  saved = await trained(patients, Boosting.classif({ iterations: 5, minRows: 1 }))
  model = await loadModel(bytesOf(saved))
})

describe("a model", () => {
  it("says what it predicts, and from what", () => {
    const { features, kind, learner, levels, target } = model
    expect({ kind, learner, levels, target }).toEqual({
      kind: "binary",
      learner: "Boosting.classif",
      levels: ["ill", "well"],
      target: "finding"
    })
    expect(features.map(({ name, type }) => [name, type])).toEqual([
      ["dose", "numeric"],
      ["visits", "integer"],
      ["smoker", "boolean"],
      ["site", "string"]
    ])
  })

  it("predicts rows and columns alike, whatever else is in them", async () => {
    const rows: Rows = [
      { dose: 3, visits: 1, smoker: true, site: "north", note: { shape: [], values: [] } },
      { dose: null, visits: 2, smoker: false, site: "south" },
      { dose: -2, smoker: null }
    ]
    const predicted = await model.predict(rows)
    if (predicted.kind === "regression") throw new Error("expected classes")
    expect(predicted.response).toEqual(["ill", "well", "well"])
    for (const shares of predicted.prob!) expect(shares["ill"]! + shares["well"]!).toBeCloseTo(1, 12)
    const columns = {
      dose: [3, null, -2],
      visits: Int32Array.of(1, 2, 0),
      smoker: [true, false, null],
      site: ["north", "south", undefined]
    }
    const other = await model.predict({ ...columns, visits: [1, 2, null] })
    expect(other).toEqual(predicted)
    expect((await model.predict(columns)).response).toEqual(predicted.response)
  })

  it("reads values as a file would have them: numbers in words, words beside numbers", async () => {
    const row = { dose: 1.5, visits: 3, smoker: true, site: "north" }
    const words = { dose: "1.5", visits: "3", smoker: "true", site: "north" }
    const [first, second] = [await model.predict([row, row]), await model.predict([words, row])]
    expect(second).toEqual(first)
  })
})

describe("what is refused", () => {
  const message = (rows: Rows) => model.predict(rows).catch((error: Error) => error.message)
  const row = { dose: 1, visits: 3, smoker: true, site: "north" }
  const cases: ReadonlyArray<readonly [string, Rows, RegExp]> = [
    [
      "a column that is missing",
      [{ doze: 1, visits: 3, smoker: true, site: "a" }],
      /the feature "dose" of training is not there.*"doze"/
    ],
    [
      "a changed type",
      [row, { ...row, dose: "much" }],
      /feature "dose" was numeric in training and is string here, and "much" in row 1/
    ],
    [
      "numbers that are no truth values",
      [{ ...row, smoker: 3 }],
      /feature "smoker" was boolean in training .* "3" in row 0/
    ],
    [
      "an array in place of a number",
      [{ ...row, dose: [1, 2] }],
      /feature "dose" was numeric in training and is tensor here/
    ],
    [
      "arrays beside numbers",
      [row, { ...row, dose: [1] }],
      /"dose": arrays beside other values are no column of one type/
    ],
    [
      "ragged arrays",
      [{ ...row, dose: [[1, 2], [3]] }],
      /"dose": the array in row 0 has at one depth arrays of different lengths/
    ],
    ["words in arrays", [{ ...row, dose: JSON.parse('[["a"]]') }], /"dose": the array in row 0 has at one depth/],
    ["an object", [{ ...row, dose: JSON.parse("{}") }], /"dose": the array in row 0 has no shape and values/],
    ["a row in place of rows", JSON.parse('{ "dose": 1 }'), /"dose": 1 is a value and no column\. Give a list of rows/],
    ["a word in place of a column", JSON.parse('{ "site": "north" }'), /"site": "north" is a value and no column/],
    ["no rows", [], /the rows are none/]
  ]
  it.each(cases)("%s", async (_, rows, said) => {
    expect(await message(rows)).toMatch(said)
  })

  it("columns of different lengths", async () => {
    await expect(model.predict({ dose: [1, 2], visits: [1], smoker: [true], site: ["a"] })).rejects.toThrow(
      /"visits": 1 rows are not as many as the 2 of column "dose"/
    )
  })
})

describe("values of other types", () => {
  it("are dates, whole or in words, where training saw dates", async () => {
    const day = Column.date(of((i) => Date.UTC(2020, 0, i + 1)))
    const learner = Learner.preprocessed(Preprocess.dates(), Boosting.classif({ iterations: 5, minRows: 1 }))
    const dated = await loadModel(bytesOf(await trained({ finding: patients.finding, day }, learner)))
    const whole = await dated.predict([{ day: new Date(Date.UTC(2020, 1, 3)) }, { day: null }])
    expect(await dated.predict([{ day: "2020-02-03" }, { day: null }])).toEqual(whole)
    expect(await dated.predict([{ day: new Date(Date.UTC(2020, 1, 3)) }, { day: "2020-02-03" }])).toEqual(
      await dated.predict([{ day: "2020-02-03" }, { day: "2020-02-03" }])
    )
    await expect(dated.predict([{ day: new Date("never") }])).rejects.toThrow(/"Invalid Date" in row 0/)
  })

  it("are arrays, nested or flat, on the scale of training", async () => {
    const bytes = of((i) => Array.from({ length: 9 }, (_, k) => (i * k) % 256))
    const given = bytes.map((values) => ({ shape: [3, 3, 1], values, range: [0, 255] as const }))
    const scan = await Effect.runPromise(Tensors.fromArrays(given))
    const learner = Conv.classif({ loss: Bce.loss(), epochs: 1 })
    const conv = await loadModel(bytesOf(await trained({ finding: patients.finding, scan }, learner)))
    const { values } = given[7]!
    const predicted = await conv.predict([{ scan: given[7]! }])
    const unit = values.map((value) => value / 255)
    const nested = [0, 3, 6].map((from) => unit.slice(from, from + 3).map((value) => [value]))
    await expect(conv.predict([{ scan: nested }])).rejects.toThrow(/training read it with range: \[0, 255\]/)
    expect(await conv.predict([{ scan: { shape: [3, 3, 1], values: unit, range: [0, 1] } }])).toEqual(predicted)
    await expect(conv.predict([{ scan: null }])).rejects.toThrow(/scan/)
  })

  it("are nested arrays where training read its arrays as they are", async () => {
    const scan = await Effect.runPromise(Tensors.fromArrays(of((i) => ({ shape: [2, 2, 1], values: [i, 1, 0, -i] }))))
    const learner = Conv.classif({ loss: Bce.loss(), epochs: 1 })
    const conv = await loadModel(bytesOf(await trained({ finding: patients.finding, scan }, learner)))
    const nested = await conv.predict({
      scan: [
        [
          [[3], [1]],
          [[0], [-3]]
        ]
      ]
    })
    expect(await conv.predict([{ scan: { shape: [2, 2, 1], values: Int8Array.of(3, 1, 0, -3) } }])).toEqual(nested)
  })
})

describe("loading", () => {
  it("is from an address, too", async () => {
    const server = createServer(({ url }, response) => {
      response.writeHead(url === "/model.json" ? 200 : 404).end(JSON.stringify(saved))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      expect((await loadModel(`${address}/model.json`)).target).toBe("finding")
      expect((await loadModel(new URL("model.json", address))).target).toBe("finding")
      await expect(loadModel(`${address}/none.json`)).rejects.toMatchObject({ _tag: "LoadError" })
    } finally {
      server.close()
    }
    await expect(loadModel(`${address}/model.json`)).rejects.toThrow(/model\.json: cannot be fetched/)
  })

  it("refuses what is no model, was changed, or names what is not there", async () => {
    await expect(loadModel(Uint8Array.of(1, 2))).rejects.toThrow(
      /the model: saved model: it is none \(it is cut off, or is something else\); name a file that Saved\.write wrote/
    )
    await expect(loadModel(bytesOf({ ...saved, state: {} }))).rejects.toThrow(/it was changed since it was written/)
  })

  it("takes definitions of one's own", async () => {
    const own = Learner.define({
      id: "Mine.first",
      summary: "The first class",
      accepts: ["binary"],
      weighted: true,
      options: Schema.Struct({}),
      state: Schema.Struct({}),
      train: () => Effect.succeed({}),
      predict: (_, __, rows) =>
        Effect.succeed({
          kind: "binary" as const,
          levels: rows.schema.levels,
          rows: new Int32Array(rows.rows),
          truth: undefined,
          response: new Float64Array(rows.rows),
          prob: undefined,
          scores: undefined
        })
    })
    const bytes = bytesOf(await trained(patients, own.make({})))
    await expect(loadModel(bytes)).rejects.toThrow(/Mine\.first/)
    const mine = await loadModel(bytes.buffer as ArrayBuffer, { definitions: [own.definition] })
    expect(await mine.predict([{ dose: 1, visits: 1, smoker: true, site: "a" }])).toMatchObject({
      response: ["ill"],
      prob: undefined
    })
  })
})
