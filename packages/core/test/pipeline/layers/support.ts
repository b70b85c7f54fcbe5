/** What tests of layers on images share. */
import { assert } from "@effect/vitest"
import type * as Tf from "@tensorflow/tfjs-core"
import type * as Windows from "../../../src/pipeline/Windows.ts"
import type { Layer, Pass } from "../../../src/pipeline/Stage.ts"
import * as Schedule from "../../../src/pipeline/Schedule.ts"
import * as Seed from "../../../src/Seed.ts"

/** Numbers of a shape, row-major. */
export interface Values {
  readonly shape: ReadonlyArray<number>
  readonly values: Float32Array
}

export const normal = (shape: ReadonlyArray<number>, random: Seed.Generator): Values => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => random.normal())
})

/** Refuses numbers that differ from those of a formula. */
export const close = (actual: Values, expected: Float64Array, what: string) => {
  assert.strictEqual(actual.values.length, expected.length, what)
  expected.forEach((value, i) => assert.closeTo(actual.values[i]!, value, 1e-4, `${what}, entry ${i}`))
}

/** Where an entry stands. */
export const at = (shape: ReadonlyArray<number>, ...index: ReadonlyArray<number>): number =>
  index.reduce((offset, i, axis) => offset * shape[axis]! + i, 0)

/** The entry of the axis under entry `a` of window `i`; undefined in the padding. */
export const under = ({ before, dilation, input, stride }: Windows.Fit, i: number, a: number): number | undefined => {
  const place = i * stride + a * dilation - before
  return place >= 0 && place < input ? place : undefined
}

const still = { random: Seed.generator(Seed.root(0)), read: Schedule.reading(0), buffers: [], update: () => undefined }

/** The pass of a layer, and the gradients of Σ y·dy with respect to the rows and the parameters. */
export const differentiated = (
  tf: typeof Tf,
  layer: Layer,
  inputs: ReadonlyArray<Values>,
  dy: Values,
  training = true
): { readonly y: Values; readonly gradients: ReadonlyArray<Values> } => {
  const pass: Pass = { tf, training, ...still }
  const read = (tensor: Tf.Tensor): Values => ({ shape: tensor.shape, values: tensor.dataSync<"float32">() })
  const run = (...[rows, ...parameters]: ReadonlyArray<Tf.Tensor>) => layer.forward(rows!, parameters, pass)
  let found: { readonly y: Values; readonly gradients: ReadonlyArray<Values> } | undefined
  tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values, [...shape]))
    const y = read(run(...tensors))
    found = {
      y,
      gradients: tf
        .grads(run)(tensors, tf.tensor(dy.values, [...dy.shape]))
        .map(read)
    }
  })
  return found!
}
