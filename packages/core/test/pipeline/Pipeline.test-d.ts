import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Schema from "effect/Schema"
import { describe, expectTypeOf, it } from "vitest"
import type * as Task from "../../src/data/Task.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Loss from "../../src/pipeline/Loss.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import type { Problem } from "../../src/pipeline/Order.ts"
import type * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"

const scaled = Preprocess.standardise()
const ingress = Ingress.numeric(["age", "dose"])
const layers = ingress.pipe(Nn.linear(20), Nn.relu())
const head = layers.pipe(Nn.head())
const loss = head.pipe(Bce.loss())
const optimizer = loss.pipe(Optimizer.adam())

describe("what a pipeline's type carries", () => {
  it("the stage reached", () => {
    expectTypeOf<Pipeline.ReachedOf<typeof scaled>>().toEqualTypeOf<"preprocess">()
    expectTypeOf<Pipeline.ReachedOf<typeof ingress>>().toEqualTypeOf<"ingress">()
    expectTypeOf<Pipeline.ReachedOf<typeof layers>>().toEqualTypeOf<"layer">()
    expectTypeOf<Pipeline.ReachedOf<typeof head>>().toEqualTypeOf<"head">()
    expectTypeOf<Pipeline.ReachedOf<typeof loss>>().toEqualTypeOf<"loss">()
    expectTypeOf<Pipeline.ReachedOf<typeof optimizer>>().toEqualTypeOf<"optimizer">()
  })

  it("the width, literal where it is known", () => {
    expectTypeOf<Pipeline.WidthOf<typeof ingress>>().toEqualTypeOf<2>()
    expectTypeOf(ingress.pipe(Nn.linear(20))).toEqualTypeOf<Pipeline.Pipeline<"layer", "age" | "dose", 20, Task.Kind>>()
    expectTypeOf<Pipeline.WidthOf<typeof layers>>().toEqualTypeOf<20>()
    const all = Ingress.numeric().pipe(Nn.tanh())
    expectTypeOf<Pipeline.WidthOf<typeof all>>().toEqualTypeOf<number>()
    expectTypeOf<Pipeline.WidthOf<typeof head>>().toEqualTypeOf<number>()
    const units: number = 3
    const unknown = ingress.pipe(Nn.linear(units))
    expectTypeOf<Pipeline.WidthOf<typeof unknown>>().toEqualTypeOf<number>()
  })

  it("the columns, from the stages that name them first", () => {
    expectTypeOf<Pipeline.ColumnsOf<typeof optimizer>>().toEqualTypeOf<"age" | "dose">()
    const every = Ingress.numeric()
    expectTypeOf<Pipeline.ColumnsOf<typeof every>>().toEqualTypeOf<never>()
    const chosen = Preprocess.select(["age", "site"]).pipe(Preprocess.oneHot({ columns: ["sex"] }))
    expectTypeOf<Pipeline.ColumnsOf<typeof chosen>>().toEqualTypeOf<"age" | "site" | "sex">()
    // After preprocessing the names may be made by it, so they are not asked of the task.
    const made = Preprocess.oneHot().pipe(Ingress.numeric(["site=north"]))
    expectTypeOf<Pipeline.ColumnsOf<typeof made>>().toEqualTypeOf<never>()
    expectTypeOf<Pipeline.WidthOf<typeof made>>().toEqualTypeOf<1>()
  })

  it("the target kinds that the loss accepts", () => {
    expectTypeOf<Pipeline.AcceptsOf<typeof head>>().toEqualTypeOf<Task.Kind>()
    const aum = head.pipe(Aum.loss())
    expectTypeOf<Pipeline.AcceptsOf<typeof aum>>().toEqualTypeOf<"binary">()
    const cross = head.pipe(CrossEntropy.loss())
    expectTypeOf<Pipeline.AcceptsOf<typeof cross>>().toEqualTypeOf<"multiclass">()
    const mse = head.pipe(Mse.loss())
    expectTypeOf<Pipeline.AcceptsOf<typeof mse>>().toEqualTypeOf<"regression">()
  })
})

describe("stages that are not set", () => {
  it("are named, all of them", () => {
    expectTypeOf<Pipeline.After<typeof head, "model", "Model.classif">>().toEqualTypeOf<
      "Stage not set: loss" | "Stage not set: optimizer"
    >()
    expectTypeOf<Pipeline.After<typeof loss, "model", "Model.classif">>().toEqualTypeOf<"Stage not set: optimizer">()
    expectTypeOf<Pipeline.After<typeof layers, "loss", "a loss">>().toEqualTypeOf<"Stage not set: head">()
    expectTypeOf<Pipeline.After<typeof ingress, "optimizer", "an optimizer">>().toEqualTypeOf<
      "Stage not set: head" | "Stage not set: loss"
    >()
    expectTypeOf<Pipeline.After<typeof scaled, "layer", "Nn.linear">>().toEqualTypeOf<"Stage not set: ingress">()
  })

  it("do not compile", () => {
    // @ts-expect-error Stage not set: loss, optimizer
    head.pipe(Model.classif({ epochs: 1 }))
    // @ts-expect-error Stage not set: optimizer
    loss.pipe(Model.classif({ epochs: 1 }))
    // @ts-expect-error Stage not set: head
    layers.pipe(Bce.loss())
    // @ts-expect-error Stage not set: loss
    head.pipe(Optimizer.adam())
    // @ts-expect-error Stage not set: ingress
    scaled.pipe(Nn.linear(20))
    // @ts-expect-error Stage not set: ingress
    scaled.pipe(Nn.head())
  })
})

describe("stages out of order", () => {
  it("say after what they cannot come", () => {
    expectTypeOf<
      Pipeline.After<typeof head, "layer", "Nn.linear">
    >().toEqualTypeOf<"Nn.linear cannot come after the head">()
    expectTypeOf<
      Pipeline.After<typeof layers, "ingress", "Ingress.numeric">
    >().toEqualTypeOf<"Ingress.numeric cannot come after the network layers">()
    expectTypeOf<
      Pipeline.After<typeof ingress, "preprocess", "a preprocessing stage">
    >().toEqualTypeOf<"a preprocessing stage cannot come after the ingress">()
    expectTypeOf<Pipeline.After<typeof loss, "loss", "a loss">>().toEqualTypeOf<"a loss cannot come after the loss">()
    expectTypeOf<
      Problem<"model", "model", "Model.regr">
    >().toEqualTypeOf<"Model.regr cannot come after the model: the pipeline is complete">()
  })

  it("do not compile", () => {
    // @ts-expect-error Nn.linear cannot come after the head
    head.pipe(Nn.linear(2))
    // @ts-expect-error a layer cannot come after the head
    head.pipe(Nn.relu())
    // @ts-expect-error Nn.head cannot come after the head
    head.pipe(Nn.head())
    // @ts-expect-error a preprocessing stage cannot come after the ingress
    ingress.pipe(Preprocess.standardise())
    // @ts-expect-error Ingress.numeric cannot come after the ingress
    ingress.pipe(Ingress.numeric())
    // @ts-expect-error a loss cannot come after the loss
    loss.pipe(Aum.loss())
    // @ts-expect-error an optimizer cannot come after the optimizer
    optimizer.pipe(Optimizer.adam())
    // @ts-expect-error a learner is no pipeline
    optimizer.pipe(Model.classif({ epochs: 1 }), Model.classif({ epochs: 1 }))
  })

  it("leave the stages that fit", () => {
    expectTypeOf<Pipeline.After<typeof optimizer, "model", "Model.classif">>().toEqualTypeOf<unknown>()
    expectTypeOf<Pipeline.After<typeof scaled, "ingress", "Ingress.numeric">>().toEqualTypeOf<unknown>()
    expectTypeOf<Pipeline.After<typeof layers, "head", "Nn.head">>().toEqualTypeOf<unknown>()
  })
})

describe("options of stages", () => {
  it("that do not exist, or lack, do not compile", () => {
    // @ts-expect-error SGD has no default learning rate
    Optimizer.sgd({})
    // @ts-expect-error no such option
    Optimizer.adam({ momentum: 0.9 })
    // @ts-expect-error no such method
    Preprocess.impute({ method: "nearest" })
    // @ts-expect-error no such denominator
    Aum.loss({ denominator: "rates" })
  })
})

describe("options of one's own definitions", () => {
  const scaled = Loss.define({
    id: "Mine.scaled",
    summary: "A loss with a required option",
    accepts: ["regression"],
    weighted: false,
    options: Schema.Struct({ scale: Schema.Finite }),
    make: () => ({ evaluate: () => 0 })
  })

  it("are checked where a stage is made", () => {
    Loss.stage(scaled, { scale: 2 })
    // @ts-expect-error a misspelt option
    Loss.stage(scaled, { scal: 2 })
    // @ts-expect-error a required option is left out
    Loss.stage(scaled)
    Optimizer.stage(Optimizer.adamDefinition)
    // @ts-expect-error the learning rate of SGD has no default
    Optimizer.stage(Optimizer.sgdDefinition)
  })

  it("may change the width, which the compiler then knows", () => {
    const doubled = Nn.define({
      id: "Mine.doubled",
      summary: "Every column twice",
      options: Schema.Struct({}),
      width: (_, input) => 2 * input,
      forward: (_, input, __, { tf }) => tf.concat2d([input, input], 1)
    })
    const pipeline = Ingress.numeric(["a", "b"]).pipe(Nn.resizing(doubled, {}, 4))
    expectTypeOf<Pipeline.WidthOf<typeof pipeline>>().toEqualTypeOf<4>()
  })
})
