/** Predictions of many jobs in one file. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as ParquetBytes from "@rocflow/core/data/ParquetBytes"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Effect from "effect/Effect"
import * as Checked from "../src/Checked.ts"
import type * as Job from "../src/Job.ts"
import * as Packs from "../src/Packs.ts"
import * as Predicted from "../src/Predicted.ts"
import * as Query from "../src/Query.ts"
import * as Run from "../src/Run.ts"
import { control, design, services, temporary } from "./support/runs.ts"
import { editRecords } from "./support/records.ts"

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const live = <E>(name: string, test: Effect.Effect<void, E, never>) => it.live(name, () => test as Effect.Effect<void>)

/** Blocks by the ids of their jobs. */
const read = Effect.fnUntraced(function* (directory: string, results: ReadonlyArray<Packs.Packed>) {
  const found = new Map<string, string>()
  yield* Packs.each(directory, results, ({ id }, bytes) => Effect.sync(() => found.set(id, text(bytes))))
  return found
})

const folder = Effect.map(temporary, (directory) => {
  mkdirSync(join(directory, Packs.folder))
  return directory
})

describe("blocks", () => {
  live(
    "come back, whoever else of this process appends at the same time",
    Effect.gen(function* () {
      const directory = yield* folder
      const texts = Array.from({ length: 50 }, (_, i) => "x".repeat(i * 37))
      const results = yield* Effect.forEach(
        texts,
        (each, i) => Effect.map(Packs.append(directory, Buffer.from(each)), (packed) => ({ id: String(i), ...packed })),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(readdirSync(join(directory, Packs.folder)), 1)
      const found = yield* read(directory, results)
      assert.deepStrictEqual(
        texts.map((_, i) => found.get(String(i))),
        texts
      )
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "stand behind what a write left that failed in the middle",
    Effect.gen(function* () {
      const directory = yield* folder
      const first = { id: "1", ...(yield* Packs.append(directory, Buffer.from("first"))) }
      appendFileSync(join(directory, Packs.folder, first.pack.file), "hal")
      const second = { id: "2", ...(yield* Packs.append(directory, Buffer.from("second"))) }
      assert.strictEqual(second.pack.from, 8)
      assert.deepStrictEqual(
        [...(yield* read(directory, [second, first]))],
        [
          ["1", "first"],
          ["2", "second"]
        ]
      )
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  live(
    "are refused by the name of their job and file where they are gone, cut or changed",
    Effect.gen(function* () {
      const directory = yield* folder
      const packed = { id: "a1", ...(yield* Packs.append(directory, Buffer.from("block"))) }
      const file = join(directory, Packs.folder, packed.pack.file)
      const given = `${directory}: the predictions of job a1 in predictions/${packed.pack.file}`
      for (const [damage, rule] of [
        [() => writeFileSync(file, "blocK"), "were changed since they were written"],
        [() => writeFileSync(file, "bloc"), "were changed since they were written"],
        [() => rmSync(file), "are gone"]
      ] as const) {
        damage()
        const { message } = yield* Effect.flip(read(directory, [packed]))
        assert.strictEqual(
          message,
          `${given} ${rule}; delete the lines of the folder results that name it, and run the experiment again: these jobs are executed anew, the others are kept`
        )
      }
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})

describe("a run of an earlier version, with a file for each job", () => {
  /** Makes such a run of one with packs. */
  const unpack = (directory: string, predicted: ReadonlyMap<string, Predicted.Predicted>) => {
    const files = new Map(
      Array.from(predicted, ([id, { prediction }]) => [id, ParquetBytes.of(Prediction.toColumns(prediction))])
    )
    for (const name of readdirSync(join(directory, Packs.folder))) rmSync(join(directory, Packs.folder, name))
    for (const [id, bytes] of files) writeFileSync(join(directory, Packs.folder, `${id}.parquet`), bytes)
    editRecords(directory, (line) => {
      const { check: _, pack: __, ...record } = JSON.parse(line) as Job.Result & { readonly check: string }
      return Checked.write({ ...record, predictions: Checked.digest(files.get(record.id)!) })
    })
  }
  const asked = Effect.fnUntraced(function* (directory: string) {
    const run = yield* Run.read(directory)
    const database = yield* Query.open(directory, ["predictions"])
    const { rows } = yield* database.query('SELECT * FROM predictions ORDER BY id, "row"')
    return { predicted: yield* Predicted.readAll(run, run.results), rows }
  }, Effect.scoped)

  live(
    "is read, taken over and damaged as any other",
    Effect.gen(function* () {
      const directory = yield* temporary
      const { results } = yield* Run.start(yield* design(control()), directory)
      const packed = yield* asked(directory)
      assert.lengthOf(results, packed.predicted.size)
      assert.isAbove(packed.rows.length, results.length)
      unpack(directory, packed.predicted)
      assert.deepStrictEqual(yield* asked(directory), packed)
      const next = yield* temporary
      const state = control()
      const made = yield* Run.start(yield* design(state), next, { reuse: [directory] })
      assert.deepStrictEqual([state.trained, made.reused], [0, results.length])
      assert.deepStrictEqual(yield* asked(next), packed)
      const file = `predictions/${results[3]!.id}.parquet`
      writeFileSync(join(directory, file), readFileSync(join(directory, file)).subarray(1))
      const { message } = yield* Effect.flip(asked(directory))
      assert.include(message, `the file ${file} was changed since it was written`)
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})
