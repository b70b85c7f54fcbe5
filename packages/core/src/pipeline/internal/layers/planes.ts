/**
 * Operations on planes, [rows, height, width, channels], of which convolution and pooling are made.
 */
import type * as tf from "@tensorflow/tfjs-core"
import type * as Stage from "../../Stage.ts"
import type { Fit, Plane } from "../../Windows.ts"

type Tf = Stage.Pass["tf"]

/** An operation with its own gradient, which is given the tensors `kept`, and then the value. */
export const withGradient = (
  t: Tf,
  inputs: ReadonlyArray<tf.Tensor>,
  kept: ReadonlyArray<tf.Tensor>,
  value: () => tf.Tensor,
  gradient: (dy: tf.Tensor, kept: ReadonlyArray<tf.Tensor>) => Array<tf.Tensor>
): tf.Tensor =>
  t.customGrad((...given) => {
    const save = given.at(-1)
    const y = value()
    if (typeof save === "function") save([...kept, y])
    return { value: y, gradFunc: (dy: tf.Tensor, saved: Array<tf.Tensor>) => gradient(dy, saved) }
  })(...inputs)

/** Puts zeros between the entries of the axes 1 and 2, so that they stand `apart` entries apart; none after the last. */
export const spread = (x: tf.Tensor, [vertical, horizontal]: readonly [number, number], t: Tf): tf.Tensor => {
  if (vertical === 1 && horizontal === 1) return x
  const [n, height, width, channels] = x.shape as [number, number, number, number]
  const wide = t.reshape(
    t.pad(t.reshape(x, [n, height, width, channels]), [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, (horizontal - 1) * channels]
    ]),
    [n, height, width * horizontal * channels]
  )
  const full = t.pad(wide, [
    [0, 0],
    [0, 0],
    [0, (vertical - 1) * width * horizontal * channels]
  ])
  return t.slice(
    t.reshape(full, [n, height * vertical, width * horizontal, channels]),
    [0, 0, 0, 0],
    [n, (height - 1) * vertical + 1, (width - 1) * horizontal + 1, channels]
  )
}

/** How many entries are added at both ends of an axis. */
export type Ends = readonly [before: number, after: number]

/** Extends the axes 1 and 2 at both ends by a value; a negative number cuts off. */
export const extend = (x: tf.Tensor, [vertical, horizontal]: readonly [Ends, Ends], t: Tf, value = 0): tf.Tensor => {
  const [n, height, width, channels] = x.shape as [number, number, number, number]
  const cut = ([before, after]: Ends) => [Math.max(0, -before), Math.max(0, -before) + Math.max(0, -after)] as const
  const [[top, lost], [left, narrower]] = [cut(vertical), cut(horizontal)]
  const kept = lost + narrower === 0 ? x : t.slice(x, [0, top, left, 0], [n, height - lost, width - narrower, channels])
  const added = ([before, after]: Ends): [number, number] => [Math.max(0, before), Math.max(0, after)]
  const [above, beside] = [added(vertical), added(horizontal)]
  return [...above, ...beside].every((n) => n === 0) ? kept : t.pad(kept, [[0, 0], above, beside, [0, 0]], value)
}

type Pair = [number, number]

/** A number of each axis. */
export const both = (plane: Plane, f: (fit: Fit) => number): Pair => [f(plane[0]), f(plane[1])]

/** The padding as the operations of tensors take it. */
export const padded = ([vertical, horizontal]: Plane): [Pair, Pair, Pair, Pair] => [
  [0, 0],
  [vertical.before, vertical.after],
  [horizontal.before, horizontal.after],
  [0, 0]
]
