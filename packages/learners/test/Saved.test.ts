import { assert, describe, it } from "@effect/vitest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Core from "@rocflow/core/Definitions"
import * as Table from "@rocflow/core/data/Table"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Model from "@rocflow/core/learning/Model"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Bce from "@rocflow/losses/Bce"
import * as Losses from "@rocflow/losses/Definitions"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { cpu, on } from "../../core/test/support/engines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"
import * as Safetensors from "../../core/src/learning/internal/safetensors.ts"
import { version } from "@rocflow/core/Version"
import fc from "fast-check"
import * as Learners from "../src/Definitions.ts"
import * as Ensemble from "../src/Ensemble.ts"
import * as Tree from "../src/Tree.ts"

const registry = Result.getOrThrow(Registry.make([...Core.all, ...Losses.all, ...Learners.all]))
const directory = mkdtempSync(join(tmpdir(), "rocflow-saved-"))
afterAll(() => rmSync(directory, { recursive: true }))

const network = Preprocess.standardise().pipe(
  Ingress.numeric(),
  Nn.head(),
  Bce.loss(),
  Optimizer.adam({ learningRate: 0.1 }),
  Model.classif({ epochs: 10 })
)

describe("a saved model", () => {
  it.live("predicts rows without a target as the trained one does, from the file alone", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(40)
      const table = yield* Table.select(task.table, ["z", "x"])
      for (const [i, learner] of [network, Learner.preprocessed(Preprocess.standardise(), Tree.make({}))].entries()) {
        const trained = yield* Learner.train(learner, task)
        const file = join(directory, `${i}.safetensors`)
        yield* Saved.write(trained, file)
        const read = yield* Saved.read(file, registry)
        assert.strictEqual(read.learner.id, learner.id)
        assert.deepStrictEqual(yield* Learner.predict(read, table), yield* Learner.predict(trained, table))
      }
    }).pipe(Effect.provide(NodeServices.layer), on(cpu))
  )

  it.live("knows its classes: a task with the other one positive is refused", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(network, Tasks.binary(40))
      const read = yield* Effect.fromResult(Saved.fromJson(JSON.parse(JSON.stringify(Saved.toJson(trained))), registry))
      assert.deepStrictEqual(read.task.levels, ["yes", "no"])
      const other = Tasks.binary(40, { positive: "no" })
      const { message } = yield* Effect.flip(Learner.predict(read, other))
      assert.match(message, /the levels in training were yes, no, and task "task" has no, yes/)
      const auc = Measure.auc.evaluate(yield* Learner.predict(read, Tasks.binary(40)))
      assert.isAbove(auc as number, 0.5)
    }).pipe(on(cpu))
  )

  it.live("is refused where it is none, was changed, or names what is not there", () =>
    Effect.gen(function* () {
      const saved = Saved.toJson(yield* Learner.train(Tree.make({}), Tasks.binary(40)))
      const refusal = (json: unknown, known = registry) =>
        Effect.map(Effect.flip(Effect.fromResult(Saved.fromJson(json, known))), ({ message }) => message)
      assert.match(
        yield* refusal({ ...saved, task: { ...saved.task, levels: ["no", "yes"] } }),
        /it was changed since it was written/
      )
      assert.match(yield* refusal(saved.state), /saved model: .*format/)
      assert.match(yield* refusal(saved, Result.getOrThrow(Registry.make([]))), /"Tree" is not a known learner/)
      const file = join(directory, "text.json")
      writeFileSync(file, "no")
      assert.match(
        (yield* Effect.flip(Saved.read(file, registry))).message,
        /text\.json: saved model: it is none \(it is cut off, or is something else\); name a file that Saved\.write wrote/
      )
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("keeps weights as arrays that other programs read, and says what trained it", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(Ensemble.seeds(network, 2), Tasks.binary(40), { seed: 7 })
      const { arrays, texts } = Result.getOrThrow(Safetensors.read(Saved.toBytes(trained)))
      assert.deepStrictEqual(
        arrays.map(({ path, shape }) => [path, shape]),
        [0, 1].flatMap((member) => [
          [`members/${member}/head.kernel`, [2, 1]],
          [`members/${member}/head.bias`, [1]]
        ])
      )
      const model = JSON.parse(texts["model"]!)
      assert.deepStrictEqual(model.origin, { rows: 40, seed: { high: 0, low: 7 } })
      assert.strictEqual(model.rocflow, version)
      const read = Result.getOrThrow(Saved.fromBytes(Saved.toBytes(trained), registry, "bytes"))
      assert.deepStrictEqual(read.origin, trained.origin)
      assert.deepStrictEqual(read.fitted.state(), trained.fitted.state())
    }).pipe(on(cpu))
  )

  it.live("is refused wherever a byte of it is another, or it is cut", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(network, Tasks.binary(40))
      const bytes = Saved.toBytes(trained)
      const original = trained.fitted.state()
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, cut) => {
          const damaged = cut ? bytes.slice(0, at) : bytes.slice()
          if (!cut) damaged[at]! ^= change
          const read = Saved.fromBytes(damaged, registry, "m")
          if (Result.isSuccess(read)) {
            // Blanks that fill the header up mean nothing.
            assert.deepStrictEqual(read.success.fitted.state(), original)
          } else assert.match(read.failure.message, /^m: saved model: /)
        }),
        { numRuns: 400, seed: 1 }
      )
    }).pipe(on(cpu))
  )
})
