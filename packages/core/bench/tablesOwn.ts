/** Our side of `tables.ts`: reads one table, divides it, learns from it, and says how long each took. */
import { performance } from "node:perf_hooks"
import * as Effect from "effect/Effect"
import * as Bce from "@rocflow/losses/Bce"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Task from "../src/data/Task.ts"
import * as Auto from "../src/engine/Auto.ts"
import * as Learner from "../src/learning/Learner.ts"
import * as Measure from "../src/learning/Measure.ts"
import * as Ingress from "../src/pipeline/Ingress.ts"
import * as Model from "../src/learning/Model.ts"
import * as Nn from "../src/pipeline/Nn.ts"
import * as Optimizer from "../src/pipeline/Optimizer.ts"
import * as Preprocess from "../src/pipeline/Preprocess.ts"

const learner = Preprocess.standardise().pipe(
  Ingress.numeric(),
  Nn.head(),
  Bce.loss(),
  Optimizer.sgd({ learningRate: 0.1 }),
  Model.classif({ epochs: 3, batchSize: 1024 })
)

const program = Effect.gen(function* () {
  const times: Array<number> = [performance.now()]
  const lap = () => times.push(performance.now())
  const task = yield* Task.fromFile(process.argv[2]!, { target: "Class", positive: "yes", stratum: ["Class"] })
  const binary = yield* Task.requireKind(task, "binary")
  lap()
  const { splits } = yield* Resampling.instantiate(Resampling.cv({ folds: 5 }), binary, 1)
  lap()
  const [{ test, train }] = splits as [(typeof splits)[number]]
  const trained = yield* Learner.train(learner, Task.take(binary, train), { seed: 1 })
  const prediction = yield* Learner.predict(trained, Task.take(binary, test))
  lap()
  const auc = Measure.auc.evaluate(prediction)
  const [read, split, training] = times.slice(1).map((time, i) => (time - times[i]!) / 1000)
  const peak = process.resourceUsage().maxRSS / 1024
  console.log(
    JSON.stringify({ version: `rocflow, Node ${process.versions.node}`, read, split, train: training, peak, auc })
  )
})

await Effect.runPromise(program.pipe(Effect.provide(Auto.layer()), Effect.scoped))
