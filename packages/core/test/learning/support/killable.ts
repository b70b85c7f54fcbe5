/**
 * A program that trains with checkpoints in a folder, goes on from those that are there, and writes what came of it:
 * `node killable.ts <folder> <engine> <epochs>`. It can be killed at any instant and started again.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Column from "../../../src/data/Column.ts"
import * as Table from "../../../src/data/Table.ts"
import * as Task from "../../../src/data/Task.ts"
import * as Fused from "../../../src/engine/fused/Fused.ts"
import * as Tfjs from "../../../src/engine/tfjs/Tfjs.ts"
import * as Averaging from "../../../src/learning/Averaging.ts"
import * as Callback from "../../../src/learning/Callback.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Measure from "../../../src/learning/Measure.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Place from "../../../src/learning/Place.ts"
import * as Saved from "../../../src/learning/Saved.ts"
import * as Validation from "../../../src/learning/Validation.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import * as Schedule from "../../../src/pipeline/Schedule.ts"
import * as Seed from "../../../src/Seed.ts"

const [folder = ".", engine = "fused", epochs = "60"] = process.argv.slice(2)

const task = Effect.gen(function* () {
  const random = Seed.generator(Seed.root(5))
  const classes = Array.from({ length: 240 }, () => random.below(2))
  const column = (shift: number) => Column.numeric(classes.map((code) => random.normal() + shift * code))
  const table = yield* Table.fromEntries([
    ...[0.8, 0.5, 0, -0.6].map((shift, i) => [`x${i}`, column(shift)] as const),
    ["y", Column.text(classes.map((code) => ["no", "yes"][code]!))]
  ])
  return yield* Task.fromTable(table, { target: "y", positive: "yes" })
})

const learner = Preprocess.standardise().pipe(
  Ingress.numeric(),
  Nn.linear(24),
  Nn.batchNorm(),
  Nn.relu(),
  Nn.dropout(0.3),
  Nn.linear(12),
  Nn.relu(),
  Nn.head(),
  Bce.loss(),
  Optimizer.adamw({ learningRate: Schedule.plateau({ from: 0.003, patience: 15 }), weightDecay: 0.01 }),
  Model.classif({
    epochs: Number(epochs),
    batchSize: 16,
    averaging: Averaging.ema({ decay: 0.9 }),
    mixup: 0.3,
    measures: [Measure.auc],
    validation: Validation.holdout(0.3, {
      measures: [Measure.logloss, Measure.auc],
      patience: 1000,
      stopWhen: "all",
      restoreBest: true
    }),
    callbacks: [
      Callback.checkpoint({ keep: 2, best: true }),
      Callback.csv(),
      Callback.jsonl(),
      Callback.tensorBoard(),
      Callback.freeze("linear#2.*", { at: 3 }),
      Callback.unfreeze("linear#2.*", { at: { progress: 0.5 } })
    ]
  })
)

const program = Effect.gen(function* () {
  const given = yield* task
  const trained = yield* Learner.train(learner, given, { seed: 3, resume: true })
  const { notes, outcome } = trained.fitted
  const history = outcome?.history.map(({ seconds: _, ...row }) => row)
  const { scores } = yield* Learner.predict(trained, given)
  const result = {
    history,
    notes,
    best: outcome?.best,
    kept: outcome?.kept,
    epochs: outcome?.epochs,
    reason: outcome?.reason,
    model: Saved.toJson(trained),
    // The last weights, what the optimizer keeps, and where everything else stands.
    state: JSON.stringify(outcome?.state.engine, (_, value: unknown) =>
      value instanceof Float32Array ? Array.from(value) : value
    ),
    stopping: outcome?.state.stopping,
    schedules: outcome?.state.schedules,
    callbacks: outcome?.state.callbacks,
    scores: scores && Array.from(scores)
  }
  writeFileSync(join(folder, "result.json"), JSON.stringify(result))
}).pipe(
  Effect.provideService(Place.Place, folder),
  Effect.provide(engine === "fused" ? Fused.layer() : Tfjs.layer(["wasm"]))
)

await Effect.runPromise(program)
