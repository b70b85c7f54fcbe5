import * as Schema from "effect/Schema"
import { describe, it } from "vitest"
import * as Averaging from "../../src/learning/Averaging.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Schedule from "../../src/pipeline/Schedule.ts"
import * as Transform from "../../src/pipeline/Transform.ts"

describe("a schedule", () => {
  it("stands where a number may change in training, made in code or written out", () => {
    Optimizer.sgd({ learningRate: Schedule.cosine({ from: 0.1 }), momentum: Schedule.linear({ from: 0.9, to: 0.5 }) })
    Optimizer.adamw({
      learningRate: { type: "Schedule.cosine", from: 0.1 },
      weightDecay: Schedule.coslog4({ from: 0.1 })
    })
    Optimizer.lion({ groups: [{ paths: ["**.bias"], rate: Schedule.step({ from: 1, at: [0.5] }) }] })
    Transform.rate(Schedule.plateau({ from: 0.1 }))
    // @ts-expect-error epsilon stays what it is
    Optimizer.adam({ epsilon: Schedule.cosine({ from: 0.1 }) })
    // @ts-expect-error a text is no rate
    Optimizer.adam({ learningRate: "fast" })
    // @ts-expect-error from is required
    Schedule.cosine({})
    // @ts-expect-error no such option
    Schedule.cosine({ from: 0.1, until: 0 })
  })

  it("of one's own has the types of its options", () => {
    const wave = Schedule.define({
      id: "Mine.wave",
      summary: "Waves around a rate",
      options: Schema.Struct({ rate: Schema.Finite }),
      make:
        ({ rate }) =>
        (progress) =>
          rate * progress
    })
    Optimizer.adam({ learningRate: Schedule.make(wave, { rate: 0.1 }) })
    // @ts-expect-error rate is a number
    Schedule.make(wave, { rate: "0.1" })
  })
})

describe("an average of weights", () => {
  it("is an option of models", () => {
    Model.classif({ epochs: 2, averaging: Averaging.ema({ decay: 0.9 }) })
    Model.regr({ epochs: 2, averaging: { type: "swa", from: 0.5 }, scheduleEpochs: 4 })
    // @ts-expect-error a mean of this name is not known
    Model.regr({ epochs: 2, averaging: { type: "mean" } })
    // @ts-expect-error stochastic weight averaging has no decay
    Averaging.swa({ decay: 0.9 })
  })
})
