/** Networks for tables on both backends: a backend that lacks an operation, or the gradient of one, fails here. */
import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Column from "../../../src/data/Column.ts"
import type { Task } from "../../../src/data/Task.ts"
import type * as Engine from "../../../src/engine/Engine.ts"
import * as Tfjs from "../../../src/engine/tfjs/Tfjs.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Merge from "../../../src/pipeline/Merge.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import { cpu, on, wasm } from "../../support/engines.ts"
import * as Tasks from "../../support/tasks.ts"

const n = 48
/** Two numbers, and two columns of categories with missing values. */
const mixed = Tasks.binary(
  n,
  { features: ["x", "z", "site", "ward"] },
  {
    site: Column.text(Array.from({ length: n }, (_, i) => (i % 7 === 0 ? null : `s${i % 3}`))),
    ward: Column.text(Array.from({ length: n }, (_, i) => `w${i % 5}`))
  }
)

const model = Model.classif({ epochs: 3, batchSize: 16 })
const training = Optimizer.adam({ learningRate: 0.01 })

type AnyLearner = Learner.Learner<Task["kind"], string, never, Engine.Engines>
const learners: ReadonlyArray<readonly [string, AnyLearner, Task]> = [
  [
    "an embedding beside numbers",
    Merge.concat({
      numbers: Preprocess.standardise({ columns: ["x", "z"] }).pipe(Ingress.numeric(["x", "z"]), Nn.linear(3)),
      sites: Ingress.categorical(["site", "ward"]).pipe(Nn.embedding(3), Nn.flatten())
    }).pipe(Nn.relu(), Nn.head(), Bce.loss(), training, model),
    mixed
  ],
  [
    "embeddings of numbers",
    Preprocess.standardise().pipe(
      Merge.concat({
        bins: Ingress.piecewiseLinear({ bins: 5 }).pipe(Nn.featureLinear(3)),
        line: Ingress.numeric().pipe(Nn.linearEmbedding(3)),
        pbld: Ingress.numeric().pipe(Nn.pbldEmbedding()),
        lite: Ingress.numeric().pipe(Nn.periodicEmbedding({ frequencies: 4, size: 3, scale: 0.3, shared: true })),
        waves: Ingress.numeric().pipe(Nn.periodicEmbedding({ frequencies: 4, size: 3, scale: 0.3 }))
      }),
      Nn.flatten(),
      Nn.head(),
      Bce.loss(),
      training,
      model
    ),
    Tasks.binary(n)
  ],
  [
    "a transformer of feature tokens",
    Preprocess.standardise().pipe(
      Ingress.numeric(),
      Nn.featureTokens(8),
      Nn.classToken(),
      Nn.transformer({ heads: 2, firstNorm: false }),
      Nn.transformer({ heads: 4, activation: "geglu", residualDropout: 0.1 }),
      // Keys have a bias without an effect, whose gradient is rounding: plain steps leave it there.
      Nn.selfAttention({ heads: 2, dropout: 0.1 }),
      Nn.takeToken(),
      Nn.layerNorm(),
      Nn.relu(),
      Nn.head(),
      Bce.loss(),
      Optimizer.sgd({ learningRate: 0.1 }),
      model
    ),
    Tasks.binary(n)
  ],
  [
    "a transformer of tokens of numbers and of categories",
    Merge.concat({
      numbers: Preprocess.standardise({ columns: ["x", "z"] }).pipe(
        Ingress.numeric(["x", "z"]),
        Nn.featureTokens(6),
        Nn.flatten()
      ),
      sites: Ingress.categorical(["site", "ward"]).pipe(Nn.embedding(6), Nn.flatten())
    }).pipe(
      Nn.reshape([4, 6]),
      Nn.classToken(),
      Nn.transformer({ heads: 2, firstNorm: false }),
      Nn.takeToken(),
      Nn.head(),
      Bce.loss(),
      Optimizer.sgd({ learningRate: 0.1 }),
      model
    ),
    mixed
  ],
  [
    "members",
    Preprocess.standardise().pipe(
      Ingress.numeric(),
      Nn.members(3, { adapter: "normal" }),
      Nn.memberLinear(4, { adapter: "none" }),
      Nn.relu(),
      Nn.memberLinear(4, { adapter: "signs" }),
      Nn.relu(),
      Nn.memberHead(),
      Bce.loss(),
      training,
      model
    ),
    Tasks.binary(n)
  ]
]

const run = Effect.fnUntraced(function* (learner: AnyLearner, task: Task) {
  const before = yield* Tfjs.liveTensors
  const trained = yield* Learner.train(learner, task, { seed: 3 })
  const prediction = yield* Learner.predict(trained, task)
  assert.strictEqual(yield* Tfjs.liveTensors, before)
  return { outcome: trained.fitted.outcome!, prediction }
})

const far = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))

describe("WebAssembly and plain JavaScript give the same numbers", () => {
  it.effect.each(learners)("for %s", ([, learner, task]) =>
    Effect.gen(function* () {
      const a = yield* run(learner, task).pipe(on(wasm))
      const b = yield* run(learner, task).pipe(on(cpu))
      a.outcome.arrays.forEach(({ path, values }, i) => {
        assert.strictEqual(b.outcome.arrays[i]!.path, path)
        assert.isBelow(far(values, b.outcome.arrays[i]!.values), 2e-5, path)
      })
      assert.isBelow(far(a.prediction.prob!, b.prediction.prob!), 1e-5)
    })
  )
})
