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
import * as Merge from "../../src/pipeline/Merge.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import type { Problem } from "../../src/pipeline/Order.ts"
import type * as Pipeline from "../../src/pipeline/Pipeline.ts"
import type * as Shape from "../../src/pipeline/Shape.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Transform from "../../src/pipeline/Transform.ts"

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

  it("the shape, of literal sizes where they are known", () => {
    expectTypeOf<Pipeline.ShapeOf<typeof ingress>>().toEqualTypeOf<readonly [2]>()
    expectTypeOf(ingress.pipe(Nn.linear(20))).toEqualTypeOf<
      Pipeline.Pipeline<"layer", "age" | "dose", readonly [20], Task.Kind>
    >()
    expectTypeOf<Pipeline.ShapeOf<typeof layers>>().toEqualTypeOf<readonly [20]>()
    const all = Ingress.numeric().pipe(Nn.tanh())
    expectTypeOf<Pipeline.ShapeOf<typeof all>>().toEqualTypeOf<readonly [number]>()
    expectTypeOf<Pipeline.ShapeOf<typeof head>>().toEqualTypeOf<readonly [number]>()
    const units: number = 3
    const unknown = ingress.pipe(Nn.linear(units))
    expectTypeOf<Pipeline.ShapeOf<typeof unknown>>().toEqualTypeOf<readonly [number]>()
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
    expectTypeOf<Pipeline.ShapeOf<typeof made>>().toEqualTypeOf<readonly [1]>()
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

describe("branches", () => {
  const measured = Ingress.numeric(["age", "dose"])
  const site = Preprocess.oneHot({ columns: ["site"] }).pipe(Ingress.numeric(["site=a"]), Nn.linear(2))
  const concat = Merge.concat({ measured, site })

  it("come together as a layer, with the columns of all", () => {
    expectTypeOf<Pipeline.ReachedOf<typeof concat>>().toEqualTypeOf<"layer">()
    expectTypeOf<Pipeline.ColumnsOf<typeof concat>>().toEqualTypeOf<"age" | "dose" | "site">()
    expectTypeOf<Pipeline.After<typeof concat, "layer", "Nn.linear">>().toEqualTypeOf<unknown>()
    expectTypeOf<Pipeline.After<typeof concat, "head", "Nn.head">>().toEqualTypeOf<unknown>()
  })

  it("have a shape of the same rank side by side, and the same shape entry by entry", () => {
    expectTypeOf<Pipeline.ShapeOf<typeof concat>>().toEqualTypeOf<readonly [number]>()
    const sum = Merge.sum({ measured, site })
    expectTypeOf<Pipeline.ShapeOf<typeof sum>>().toEqualTypeOf<readonly [2]>()
    const product = Merge.product({ a: sum, b: sum }).pipe(Nn.relu())
    expectTypeOf<Pipeline.ShapeOf<typeof product>>().toEqualTypeOf<readonly [2]>()
  })

  it("put tokens of one size into one row", () => {
    const tokens = Merge.tokens({
      kinds: Ingress.categorical(["site", "ward"]).pipe(Nn.embedding(8)),
      measured: Ingress.numeric(["age", "dose", "crp"]).pipe(Nn.featureTokens(8))
    })
    expectTypeOf<Pipeline.ShapeOf<typeof tokens>>().toEqualTypeOf<readonly [number, 8]>()
    expectTypeOf<Pipeline.ShapeOf<typeof row>>().toEqualTypeOf<readonly [8]>()
    const row = tokens.pipe(Nn.classToken(), Nn.transformer(), Nn.takeToken())
  })

  it("may be written in their places, whatever they are", () => {
    const made = Merge.sum({
      a: Ingress.numeric(["age", "dose"]),
      b: Ingress.numeric(["age"]).pipe(Nn.linear(2)),
      c: Merge.concat({ d: Ingress.numeric(["x"]), e: Ingress.numeric(["y"]).pipe(Nn.relu()) })
    })
    expectTypeOf<Pipeline.ColumnsOf<typeof made>>().toEqualTypeOf<"age" | "dose" | "x" | "y">()
    const all = Merge.concat({ a: Ingress.numeric(), b: Ingress.numeric().pipe(Nn.relu()) })
    expectTypeOf<Pipeline.ColumnsOf<typeof all>>().toEqualTypeOf<never>()
  })

  it("may share preprocessing, whose columns are then asked of the task", () => {
    const made = Preprocess.select(["age", "dose"]).pipe(concat, Nn.head())
    expectTypeOf<Pipeline.ColumnsOf<typeof made>>().toEqualTypeOf<"age" | "dose">()
    expectTypeOf<Pipeline.ReachedOf<typeof made>>().toEqualTypeOf<"head">()
    // @ts-expect-error a merge of branches cannot come after the network layers
    layers.pipe(concat)
    // @ts-expect-error a merge of branches cannot come after the ingress
    ingress.pipe(concat)
  })

  it("end with an ingress or a layer", () => {
    expectTypeOf<Merge.Joinable<{ a: typeof head; b: typeof layers }>>().toEqualTypeOf<{
      readonly a: "A branch ends with an ingress or a layer, and a ends after the head"
      readonly b: unknown
    }>()
    // @ts-expect-error A branch ends with an ingress or a layer, and b ends after the head
    Merge.concat({ a: layers, b: head })
    // @ts-expect-error A branch ends with an ingress or a layer, and a ends after the preprocessing
    Merge.sum({ a: Preprocess.standardise() })
    const image = Ingress.tensor("scan", { shape: [8, 8, 1] })
    // @ts-expect-error Branches have rows of one rank, and image has rank 3: end it with Nn.flatten()
    const uneven = Merge.concat({ layers, image })
    // The branch is the one place of the error: what follows knows no shape.
    expectTypeOf<Pipeline.ShapeOf<typeof uneven>>().toEqualTypeOf<Shape.Shape>()
    // @ts-expect-error Branches have rows of one rank, and image has rank 3: end it with Nn.flatten()
    Merge.sum({ layers, image })
    Merge.concat({ layers, open: Ingress.tensor("scan") })
    // Of a pipeline that was read from a file the compiler does not know; it is checked when it is read.
    expectTypeOf<Merge.Joinable<{ a: Pipeline.Any }>>().toEqualTypeOf<{ readonly a: unknown }>()
  })
})

describe("norms", () => {
  it("keep the shape, and take options of the right types", () => {
    expectTypeOf(layers.pipe(Nn.batchNorm({ momentum: 0.2 }), Nn.layerNorm())).toEqualTypeOf<typeof layers>()
    // @ts-expect-error Type 'string' is not assignable to type 'number'
    Nn.layerNorm({ epsilon: "small" })
  })
})

describe("embeddings", () => {
  it("of categories have a vector for each column", () => {
    const sites = Ingress.categorical(["site", "ward"]).pipe(Nn.embedding(8))
    expectTypeOf(sites).toEqualTypeOf<Pipeline.Pipeline<"layer", "site" | "ward", readonly [2, 8], Task.Kind>>()
    expectTypeOf<Pipeline.ShapeOf<ReturnType<typeof Ingress.categorical>>>().toEqualTypeOf<readonly [number]>()
    // @ts-expect-error Nn.embedding takes rows of rank 1, these have rank 2
    sites.pipe(Nn.embedding(2))
    // @ts-expect-error Ingress.categorical cannot come after the ingress
    Ingress.numeric().pipe(Ingress.categorical())
  })
})

describe("reshaping", () => {
  it("is known where nothing has to be multiplied", () => {
    const image = Ingress.numeric().pipe(Nn.reshape([28, 28, 1]))
    expectTypeOf<Pipeline.ShapeOf<typeof image>>().toEqualTypeOf<readonly [28, 28, 1]>()
    const flat = image.pipe(Nn.relu(), Nn.flatten())
    expectTypeOf<Pipeline.ShapeOf<typeof flat>>().toEqualTypeOf<readonly [number]>()
    expectTypeOf(layers.pipe(Nn.flatten())).toEqualTypeOf<typeof layers>()
    // @ts-expect-error Nn.head takes rows of rank 1, these have rank 3: put Nn.flatten() before it
    image.pipe(Nn.head())
    // @ts-expect-error Nn.reshape cannot come after the head
    head.pipe(Nn.reshape([1, 1]))
  })
})

describe("embeddings of numbers", () => {
  it("have a vector for each feature", () => {
    const pair = Ingress.numeric(["age", "dose"])
    const shape = <P extends Pipeline.Any>(_: P): Pipeline.ShapeOf<P> => [] as unknown as Pipeline.ShapeOf<P>
    expectTypeOf(shape(pair.pipe(Nn.linearEmbedding(8)))).toEqualTypeOf<readonly [2, 8]>()
    expectTypeOf(shape(pair.pipe(Nn.periodicEmbedding()))).toEqualTypeOf<readonly [2, 24]>()
    expectTypeOf(shape(pair.pipe(Nn.periodicEmbedding({ size: 5, scale: 1 })))).toEqualTypeOf<readonly [2, 5]>()
    expectTypeOf(shape(pair.pipe(Nn.pbldEmbedding()))).toEqualTypeOf<readonly [2, 4]>()
    const binned = Ingress.piecewiseLinear({ columns: ["age", "dose"], bins: 6 })
    expectTypeOf(shape(binned)).toEqualTypeOf<readonly [2, 6]>()
    expectTypeOf(shape(binned.pipe(Nn.featureLinear(8)))).toEqualTypeOf<readonly [2, 8]>()
    expectTypeOf(shape(Ingress.piecewiseLinear())).toEqualTypeOf<readonly [number, 48]>()
    // @ts-expect-error Nn.featureLinear takes rows of rank 2, these have rank 1
    pair.pipe(Nn.featureLinear(8))
    // @ts-expect-error Nn.linearEmbedding takes rows of rank 1, these have rank 2
    binned.pipe(Nn.linearEmbedding(8))
  })
})

describe("tokens", () => {
  const tokens = Ingress.numeric(["age", "dose"]).pipe(Nn.featureTokens(16))

  it("have a size that transformers keep", () => {
    const blocks = tokens.pipe(Nn.classToken(), Nn.transformer({ firstNorm: false }), Nn.selfAttention({ heads: 4 }))
    expectTypeOf(blocks).toEqualTypeOf<Pipeline.Pipeline<"layer", "age" | "dose", readonly [number, 16], Task.Kind>>()
    const taken = blocks.pipe(Nn.takeToken())
    expectTypeOf(taken).toEqualTypeOf<Pipeline.Pipeline<"layer", "age" | "dose", readonly [16], Task.Kind>>()
  })

  it("are rows of rank 2", () => {
    // @ts-expect-error Nn.transformer takes rows of rank 2, these have rank 1
    layers.pipe(Nn.transformer())
    // @ts-expect-error Nn.classToken takes rows of rank 2, these have rank 1
    layers.pipe(Nn.classToken())
    // @ts-expect-error no such activation
    Nn.transformer({ activation: "swish" })
  })
})

describe("members", () => {
  const some = Ingress.numeric(["age", "dose"]).pipe(Nn.members(32))

  it("stand before the width, up to their head", () => {
    expectTypeOf<Pipeline.ShapeOf<typeof some>>().toEqualTypeOf<readonly [32, 2]>()
    const hidden = some.pipe(Nn.memberLinear(64, { adapter: "signs" }), Nn.relu())
    expectTypeOf<Pipeline.ShapeOf<typeof hidden>>().toEqualTypeOf<readonly [32, 64]>()
    const ended = hidden.pipe(Nn.memberHead())
    expectTypeOf(ended).toEqualTypeOf<Pipeline.Pipeline<"head", "age" | "dose", readonly [32, number], Task.Kind>>()
    expectTypeOf<Pipeline.After<typeof ended, "loss", "Bce.loss">>().toEqualTypeOf<unknown>()
  })

  it("have layers of their own", () => {
    // @ts-expect-error Nn.linear takes rows of rank 1, these have rank 2
    some.pipe(Nn.linear(3))
    // @ts-expect-error Nn.head takes rows of rank 1, these have rank 2
    some.pipe(Nn.head())
    // @ts-expect-error Nn.memberHead takes rows of rank 2, these have rank 1
    layers.pipe(Nn.memberHead())
    // @ts-expect-error no such adapter
    Nn.memberLinear(3, { adapter: "zeros" })
  })
})

describe("convolutions", () => {
  const image = Ingress.numeric().pipe(Nn.reshape([28, 28, 1]))
  const sequence = Ingress.numeric().pipe(Nn.reshape([100, 1]))

  it("know their filters, and the sizes where they stay", () => {
    const valid = image.pipe(Nn.conv2d({ filters: 8, size: 3 }))
    expectTypeOf<Pipeline.ShapeOf<typeof valid>>().toEqualTypeOf<readonly [number, number, 8]>()
    const same = image.pipe(Nn.conv2d({ filters: 8, size: [3, 5], padding: "same", dilation: 2 }))
    expectTypeOf<Pipeline.ShapeOf<typeof same>>().toEqualTypeOf<readonly [28, 28, 8]>()
    const half = image.pipe(Nn.conv2d({ filters: 8, size: 3, padding: "same", stride: [2, 1] }))
    expectTypeOf<Pipeline.ShapeOf<typeof half>>().toEqualTypeOf<readonly [number, number, 8]>()
    const padding: "valid" | "same" = "same" as "valid" | "same"
    const either = sequence.pipe(Nn.conv1d({ filters: 4, size: 3, padding }))
    expectTypeOf<Pipeline.ShapeOf<typeof either>>().toEqualTypeOf<readonly [number, 4]>()
    const all = sequence.pipe(Nn.conv1d({ filters: 4, size: 3, padding: "same" }), Nn.relu())
    expectTypeOf<Pipeline.ShapeOf<typeof all>>().toEqualTypeOf<readonly [100, 4]>()
  })

  it("take images, or sequences, and options of the right names", () => {
    // @ts-expect-error Nn.conv2d takes rows of shape [height, width, channels], these have rank 1
    ingress.pipe(Nn.conv2d({ filters: 8, size: 3 }))
    // @ts-expect-error Nn.conv1d takes rows of shape [length, channels], these have rank 3
    image.pipe(Nn.conv1d({ filters: 8, size: 3 }))
    // @ts-expect-error no such option
    image.pipe(Nn.conv2d({ filters: 8, size: 3, paddings: "same" }))
    // @ts-expect-error no such padding
    image.pipe(Nn.conv2d({ filters: 8, size: 3, padding: "full" }))
    // @ts-expect-error a sequence has one axis
    sequence.pipe(Nn.conv1d({ filters: 8, size: [3, 3] }))
  })
})

describe("pooling", () => {
  const image = Ingress.numeric().pipe(Nn.reshape([28, 28, 3]))
  const sequence = Ingress.numeric().pipe(Nn.reshape([100, 2]))

  it("keeps the channels", () => {
    const pooled = image.pipe(Nn.maxPool2d(2), Nn.averagePool2d({ size: [2, 3], stride: 1, padding: "same" }))
    expectTypeOf<Pipeline.ShapeOf<typeof pooled>>().toEqualTypeOf<readonly [number, number, 3]>()
    const shorter = sequence.pipe(Nn.maxPool1d(2), Nn.averagePool1d({ size: 2, padding: 1 }))
    expectTypeOf<Pipeline.ShapeOf<typeof shorter>>().toEqualTypeOf<readonly [number, 2]>()
    const channels = pooled.pipe(Nn.globalMaxPool(), Nn.head())
    expectTypeOf<Pipeline.ReachedOf<typeof channels>>().toEqualTypeOf<"head">()
    const means = sequence.pipe(Nn.globalAveragePool())
    expectTypeOf<Pipeline.ShapeOf<typeof means>>().toEqualTypeOf<readonly [2]>()
  })

  it("takes images, or sequences", () => {
    // @ts-expect-error Nn.maxPool2d takes rows of shape [height, width, channels], these have rank 1
    ingress.pipe(Nn.maxPool2d(2))
    // @ts-expect-error Nn.averagePool1d takes rows of shape [length, channels], these have rank 3
    image.pipe(Nn.averagePool1d(2))
    // @ts-expect-error no such option
    image.pipe(Nn.maxPool2d({ size: 2, dilation: 2 }))
  })
})

describe("gated units", () => {
  it("leave a last size that the compiler does not know", () => {
    const gated = layers.pipe(Nn.glu())
    expectTypeOf(gated).toEqualTypeOf<Pipeline.Pipeline<"layer", "age" | "dose", readonly [number], Task.Kind>>()
    // @ts-expect-error Nn.glu cannot come after the head
    head.pipe(Nn.glu())
  })
})

describe("residual blocks", () => {
  it("keep everything as it was", () => {
    const block = layers.pipe(Nn.residual((inner) => inner.pipe(Nn.linear(20), Nn.relu())))
    expectTypeOf(block).toEqualTypeOf<Pipeline.Pipeline<"layer", "age" | "dose", readonly [20], Task.Kind>>()
  })

  it("keep the shape, as far as the compiler knows it", () => {
    // @ts-expect-error The body of a residual block must keep the shape
    layers.pipe(Nn.residual((inner) => inner.pipe(Nn.linear(21))))
    const units: number = 3
    layers.pipe(Nn.residual((inner) => inner.pipe(Nn.linear(units))))
  })

  it("hold layers, and come where layers do", () => {
    // @ts-expect-error The body of a residual block ends with a layer, and this one ends after the head
    layers.pipe(Nn.residual((inner) => inner.pipe(Nn.head())))
    // @ts-expect-error a preprocessing stage cannot come after the network layers
    layers.pipe(Nn.residual((inner) => inner.pipe(Preprocess.standardise())))
    // @ts-expect-error Nn.residual cannot come after the head
    head.pipe(Nn.residual((inner) => inner))
    // @ts-expect-error Stage not set: ingress
    scaled.pipe(Nn.residual((inner) => inner))
  })
})

describe("repeated blocks", () => {
  it("keep everything as it was", () => {
    const block = layers.pipe(Nn.block(3, (inner) => inner.pipe(Nn.linear(20), Nn.relu())))
    expectTypeOf(block).toEqualTypeOf<Pipeline.Pipeline<"layer", "age" | "dose", readonly [20], Task.Kind>>()
    const count: number = 3
    expectTypeOf(layers.pipe(Nn.block(count, (inner) => inner.pipe(Nn.linear(20))))).toEqualTypeOf<typeof block>()
  })

  it("may change the shape if they stand once", () => {
    const once = layers.pipe(Nn.block(1, (inner) => inner.pipe(Nn.linear(21))))
    expectTypeOf<Pipeline.ShapeOf<typeof once>>().toEqualTypeOf<readonly [21]>()
    // @ts-expect-error The body of a repeated block must keep the shape
    layers.pipe(Nn.block(2, (inner) => inner.pipe(Nn.linear(21))))
  })

  it("hold layers, and come where layers do", () => {
    // @ts-expect-error The body of a repeated block ends with a layer, and this one ends after the head
    layers.pipe(Nn.block(1, (inner) => inner.pipe(Nn.head())))
    // @ts-expect-error Nn.block cannot come after the head
    head.pipe(Nn.block(2, (inner) => inner))
  })
})

describe("options of stages", () => {
  it("that do not exist, or lack, do not compile", () => {
    // @ts-expect-error SGD has no default learning rate
    Optimizer.sgd({})
    // @ts-expect-error no such option
    Optimizer.adam({ momentum: 0.9 })
    // @ts-expect-error a chain has at least one transform
    Optimizer.chain()
    // @ts-expect-error a group has at least one transform
    Transform.group("**.kernel")
    // @ts-expect-error no such option
    Transform.clip({ value: 1 })
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
    make: () => Loss.explicit({ evaluate: () => 0 })
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

  it("may change the shape, which the compiler then knows", () => {
    const doubled = Nn.define({
      id: "Mine.doubled",
      summary: "Every column twice",
      options: Schema.Struct({}),
      shape: (_, [width = 1]) => [2 * width],
      forward: (_, input, __, { tf }) => tf.concat([input, input], -1)
    })
    const pipeline = Ingress.numeric(["a", "b"]).pipe(Nn.reshaping(doubled, {}, [4]))
    expectTypeOf<Pipeline.ShapeOf<typeof pipeline>>().toEqualTypeOf<readonly [4]>()
    const plane = Ingress.numeric(["a", "b"]).pipe(Nn.reshaping(doubled, {}, [2, 2]), Nn.relu())
    expectTypeOf<Pipeline.ShapeOf<typeof plane>>().toEqualTypeOf<readonly [2, 2]>()
    // @ts-expect-error Nn.linear takes rows of rank 1, these have rank 2
    plane.pipe(Nn.linear(3))
    // @ts-expect-error Nn.head takes rows of rank 1, these have rank 2
    plane.pipe(Nn.head())
  })
})
