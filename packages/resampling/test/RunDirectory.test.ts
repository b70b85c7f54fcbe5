import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Effect from "effect/Effect"
import * as Checked from "../src/Checked.ts"
import * as Job from "../src/Job.ts"
import * as RunDirectory from "../src/RunDirectory.ts"
import * as Segments from "../src/Segments.ts"
import { control, design, temporary } from "./support/runs.ts"

const files = Effect.provide(NodeServices.layer)

describe("the manifest", () => {
  it.effect("comes back as it was written", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      assert.strictEqual(yield* RunDirectory.readManifest(directory), undefined)
      const value = RunDirectory.manifest(
        yield* design(control()),
        { learnerHash: (id) => `hash of ${id}`, resamplingText: ({ resampling }) => resampling.type },
        { provenance: { engine: "none" }, models: false }
      )
      yield* RunDirectory.writeManifest(directory, value)
      assert.deepStrictEqual(yield* RunDirectory.readManifest(directory), value)
      assert.deepStrictEqual(value.provenance, { engine: "none" })
      assert.deepStrictEqual(
        value.learners.map(({ hash }) => hash),
        ["hash of one", "hash of two"]
      )
      // The upper end of the squared error is infinite, which JSON cannot say by a number.
      assert.deepStrictEqual(value.measures[0]!.range, [0, "Infinity"])
      assert.strictEqual(value.jobs.length, 8)
    }).pipe(files)
  )

  it.effect("is missed in a directory without a run", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const error = yield* Effect.flip(RunDirectory.requireManifest(directory))
      assert.strictEqual(
        error.message,
        `${directory}: the directory holds no run (there is no design.json); name the directory that \`rocflow run\` printed`
      )
    }).pipe(files)
  )
})

describe("a design that rocflow did not write", () => {
  const broken: ReadonlyArray<readonly [string, string, string]> = [
    ["empty", "", "it has no check"],
    ["cut off", '{"check":"0123456789abcdef0123456789abcdef","format":2,"has', "it was changed since it was written"],
    ["of another kind", "[]", "it has no check"],
    ["of the version before", '{"format":1}', "an earlier version wrote it, whose runs are not read any more"]
  ]

  it.effect.each(broken)("is refused by its name when it is %s", ([, text, reason]) =>
    Effect.gen(function* () {
      const directory = yield* temporary
      writeFileSync(join(directory, "design.json"), text)
      const error = yield* Effect.flip(RunDirectory.readManifest(directory))
      assert.strictEqual(
        error.message,
        `${directory}: the file design.json cannot be trusted: ${reason}; delete it, and run the experiment again: finished jobs are kept`
      )
    }).pipe(files)
  )
})

describe("what a job gave", () => {
  it.effect("is a result and the predictions of its test rows", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      mkdirSync(join(directory, "results"))
      mkdirSync(join(directory, "predictions"))
      const [job] = (yield* design(control())).jobs
      const executed = yield* Job.execute(job!)
      assert.strictEqual((yield* Segments.read(directory)).size, 0)
      const written = yield* RunDirectory.writeExecuted(directory, executed)
      const { at, pack, predictions, ...rest } = written
      assert.deepStrictEqual(rest, executed.result)
      assert.isNumber(at)
      assert.deepStrictEqual((yield* Segments.read(directory)).get(job!.id), written)
      const of = { kind: "regression" as const, levels: [] }
      const { prediction } = (yield* RunDirectory.readPrediction(directory, written, of))!
      assert.deepStrictEqual(prediction, executed.prediction)
      // The task is a regression of 0 … 11 on themselves.
      assert.deepStrictEqual(prediction.truth, Float64Array.from(job!.split.test))
      const bytes = readFileSync(join(directory, "predictions", pack!.file))
      assert.deepStrictEqual([pack!.from, pack!.size, Checked.digest(bytes)], [0, bytes.length, predictions!])
    }).pipe(Effect.scoped, files)
  )

  it.effect("is a result alone when the job failed", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      mkdirSync(join(directory, "results"))
      const [job] = (yield* design(control())).jobs
      const result: Job.Result = {
        id: job!.id,
        job: Job.columns(job!),
        status: "failed",
        scores: {},
        error: { tag: "Defect", message: "no" },
        seconds: 1
      }
      const { at, ...written } = yield* RunDirectory.writeExecuted(directory, { result, prediction: undefined })
      assert.deepStrictEqual(written, result)
      assert.deepStrictEqual((yield* Segments.read(directory)).get(job!.id), { ...result, at: at! })
      assert.deepStrictEqual(readdirSync(directory), ["results"])
    }).pipe(Effect.scoped, files)
  )
})

describe("splits.parquet", () => {
  it.effect("has a row for each split and row, and says which rows train and test", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const planned = yield* design(control())
      yield* RunDirectory.writeSplits(directory, planned, () => "four folds")
      const table = yield* Table.fromFile(join(directory, "splits.parquet"))
      assert.deepStrictEqual(table.names, [
        "task",
        "resampling",
        "iteration",
        "testSubset",
        "trainSubsets",
        "testFold",
        "part",
        "row"
      ])
      assert.strictEqual(table.rows, 4 * 12)
      const texts = (name: string) =>
        Array.from({ length: table.rows }, (_, row) => Column.toText(table.columns.get(name)!, row))
      assert.deepStrictEqual(new Set(texts("resampling")), new Set(["four folds"]))
      for (const { iteration, train, test } of planned.plan[0]!.instance.splits) {
        for (const [part, rows] of [
          ["train", train],
          ["test", test]
        ] as const) {
          const found = texts("row").filter(
            (_, i) => texts("iteration")[i] === String(iteration) && texts("part")[i] === part
          )
          assert.deepStrictEqual(found.map(Number), Array.from(rows))
        }
      }
    }).pipe(Effect.scoped, files)
  )
})
