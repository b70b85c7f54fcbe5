/** Layers by themselves. */
import type * as Tf from "@tensorflow/tfjs-core"
import { findNothing } from "../../src/pipeline/Decode.ts"
import * as Shape from "../../src/pipeline/Shape.ts"
import type { Definition, Pass } from "../../src/pipeline/Stage.ts"
import * as Schedule from "../../src/pipeline/Schedule.ts"
import * as Seed from "../../src/Seed.ts"
import { partOf } from "./pipelines.ts"

type Layers = Definition<"layer" | "head">

/** The tensor library on plain JavaScript. */
export const tensors = async (): Promise<typeof Tf> => {
  const tf = await import("@tensorflow/tfjs-core")
  // The gradients of operations come with it.
  await import("@tensorflow/tfjs-layers")
  await import("@tensorflow/tfjs-backend-cpu")
  tf.env().set("PROD", true)
  await tf.setBackend("cpu")
  return tf
}

export const layerOf = (definition: Layers, options: object) =>
  partOf(definition.bind(options, findNothing), "layer", "head").layer

/** Numbers in order, of a shape. */
export interface Array {
  readonly shape: Shape.Shape
  readonly values: ReadonlyArray<number>
}

/** A pass of a layer by itself; its own random numbers. */
export const passOf = (tf: typeof Tf, more: Partial<Pass> = {}): Pass => ({
  tf,
  training: false,
  random: Seed.generator(Seed.root(0)),
  read: Schedule.reading(0),
  buffers: [],
  update: () => undefined,
  ...more
})

/** What a layer makes of rows, in order, and the shape of all of them. */
export const forward = (
  tf: typeof Tf,
  definition: Layers,
  options: object,
  input: Array,
  parameters: ReadonlyArray<Array> = [],
  more: Partial<Pass> = {}
): Array =>
  tf.tidy(() => {
    const output = layerOf(definition, options).forward(
      tf.tensor([...input.values], [...input.shape]),
      parameters.map(({ shape, values }) => tf.tensor([...values], [...shape])),
      passOf(tf, more)
    )
    return { shape: output.shape, values: [...output.dataSync()] }
  })

/** The first values of a layer's parameters. */
export const initial = (
  definition: Layers,
  options: object,
  input: Shape.Shape,
  output: Shape.Shape,
  cardinalities?: ReadonlyArray<number>
) =>
  layerOf(definition, options)
    .parameters(input, output, cardinalities)
    .map(({ initialise, name, shape }) => {
      const values = new Float32Array(Shape.size(shape))
      initialise(values, Seed.generator(Seed.derive(Seed.root(5), name)))
      return { name, shape, values: [...values] }
    })
