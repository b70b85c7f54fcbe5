/** Networks over tensors, trained: images alone, images beside numbers, augmented, saved. */
import { layer, expect } from "@effect/vitest"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Effect from "effect/Effect"
import * as Column from "../../src/data/Column.ts"
import * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"
import * as Tensors from "../../src/data/Tensors.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Saved from "../../src/learning/Saved.ts"
import * as Augment from "../../src/pipeline/Augment.ts"
import * as Image from "../../src/pipeline/Image.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Merge from "../../src/pipeline/Merge.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Seed from "../../src/Seed.ts"
import { cpu } from "../support/engines.ts"
import { registry } from "../support/pipelines.ts"

/** Images of a bright line, lying, standing or absent, with noise, of two sizes; and a number that says nothing. */
const task = Effect.gen(function* () {
  const random = Seed.generator(Seed.root(3))
  const part = Effect.fnUntraced(function* (rows: number, side: number) {
    const kinds = Array.from({ length: rows }, (_, row) => row % 3)
    const names = Array.from({ length: side * side }, (_, i) => `p${i}`)
    const pixel = (kind: number, y: number, x: number) =>
      random.below(100) + ((kind === 0 && y === side >> 1) || (kind === 1 && x === side >> 1) ? 155 : 0)
    const table = yield* Table.fromEntries([
      ...names.map(
        (name, i) => [name, Column.numeric(kinds.map((kind) => pixel(kind, Math.floor(i / side), i % side)))] as const
      ),
      ["kind", Column.text(kinds.map((kind) => ["lying", "standing", "none"][kind]!))],
      ["noise", Column.numeric(kinds.map(() => random.normal()))]
    ])
    return yield* Tensors.fromColumns(table, { name: "image", columns: names, shape: [side, side, 1], range: [0, 255] })
  })
  const table = yield* Table.concat([yield* part(60, 5), yield* part(60, 8)])
  return yield* Task.fromTable(table, { target: "kind", kind: "multiclass" })
})

const closing = [
  CrossEntropy.loss(),
  Optimizer.adam({ learningRate: 0.03 }),
  Model.classif({ epochs: 25, batchSize: 16 })
] as const

const scan = Image.resize([5, 5]).pipe(Ingress.tensor("image"), Nn.flatten())
const alone = scan.pipe(Nn.head(), ...closing)
const beside = Merge.concat({ scan, other: Ingress.numeric(["noise"]) }).pipe(
  Nn.linear(8),
  Nn.relu(),
  Nn.head(),
  ...closing
)
const augmented = Image.resize([5, 5]).pipe(
  Augment.flip({ axis: "horizontal" }),
  Augment.noise({ sd: 0.1 }),
  Image.normalise({ mean: [0.3], sd: [0.2] }),
  Ingress.tensor("image"),
  Nn.flatten(),
  Nn.head(),
  ...closing
)

layer(cpu)((it) => {
  it.effect.each([
    ["images alone", alone],
    ["images beside numbers", beside],
    ["augmented images", augmented]
  ] as const)("learns of %s, and predicts the same after it was saved", ([, learner]) =>
    Effect.gen(function* () {
      const digits = yield* task
      const trained = yield* Learner.train(learner, digits, { seed: 1 })
      const prediction = yield* Learner.predict(trained, digits)
      expect(Measure.error.evaluate(prediction)).toBeLessThan(0.1)
      const json: unknown = JSON.parse(JSON.stringify(Saved.toJson(trained)))
      const back = yield* Effect.fromResult(Saved.fromJson(json, registry))
      expect(yield* Learner.predict(back, digits)).toEqual(prediction)
      const again = yield* Learner.train(learner, digits, { seed: 1 })
      expect(yield* Learner.predict(again, digits)).toEqual(prediction)
    })
  )
})
