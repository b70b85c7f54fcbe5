/**
 * Pooling by tensor operations, with gradients that are right and the same on every backend.
 *
 * Those of TensorFlow.js itself are not: with padding the gradients of both pools are wrong, and where several entries of
 * a window are the largest each backend chooses another one. So the value is that of the backend's own kernel, and the
 * gradient is composed.
 */
import type * as tf from "@tensorflow/tfjs-core"
import type * as Stage from "../../Stage.ts"
import { both, type Ends, extend, padded, withGradient } from "./planes.ts"
import type { Fit, Plane } from "../../Windows.ts"

type Tf = Stage.Pass["tf"]

/** So many pieces of a stride an axis is cut in, for the last entry of the last window to be in one. */
const pieces = ({ output, size, stride }: Fit): number => output + Math.floor((size - 1) / stride)

/** What makes the axis as long as its pieces are together. */
const ends = (fit: Fit): Ends => [fit.before, pieces(fit) * fit.stride - fit.before - fit.input]

const indices = (n: number): ReadonlyArray<number> => Array.from({ length: n }, (_, i) => i)

/** The entries that stand a stride apart, together: [stride′·stride·rows, pieces, pieces′, channels], one phase after the other. */
const phases = (x: tf.Tensor, [vertical, horizontal]: Plane, t: Tf): tf.Tensor => {
  const [rows, , , channels] = x.shape as [number, number, number, number]
  const [high, wide] = [pieces(vertical), pieces(horizontal)]
  const lines = t.reshape(x, [rows * high, vertical.stride, wide * horizontal.stride * channels])
  const columns = t.reshape(t.transpose(lines, [1, 0, 2]), [
    vertical.stride * rows * high * wide,
    horizontal.stride,
    channels
  ])
  return t.reshape(t.transpose(columns, [1, 0, 2]), [horizontal.stride * vertical.stride * rows, high, wide, channels])
}

/** The image of phases: undoes `phases`. */
const unphased = (x: tf.Tensor, rows: number, [vertical, horizontal]: Plane, t: Tf): tf.Tensor => {
  const [, high, wide, channels] = x.shape as [number, number, number, number]
  const columns = t.reshape(x, [horizontal.stride, vertical.stride * rows * high * wide, channels])
  const lines = t.reshape(t.transpose(columns, [1, 0, 2]), [
    vertical.stride,
    rows * high,
    wide * horizontal.stride * channels
  ])
  return t.reshape(t.transpose(lines, [1, 0, 2]), [rows, high * vertical.stride, wide * horizontal.stride, channels])
}

/** Where an entry of a window stands: its phase, and the piece of the first window. */
interface Place {
  readonly phase: number
  readonly down: number
  readonly right: number
}

/** The places of the entries of a window, row by row. */
const places = ([vertical, horizontal]: Plane): ReadonlyArray<Place> =>
  indices(vertical.size).flatMap((a) =>
    indices(horizontal.size).map((b) => ({
      phase: (b % horizontal.stride) * vertical.stride + (a % vertical.stride),
      down: Math.floor(a / vertical.stride),
      right: Math.floor(b / horizontal.stride)
    }))
  )

/** The first entries of all windows, the second ones, and so on: each [rows, height′, width′, channels]. */
const entries = (x: tf.Tensor, plane: Plane, outside: number, t: Tf): ReadonlyArray<tf.Tensor> => {
  const [vertical, horizontal] = plane
  const [rows, , , channels] = x.shape as [number, number, number, number]
  const all = phases(extend(x, [ends(vertical), ends(horizontal)], t, outside), plane, t)
  return places(plane).map(({ down, phase, right }) =>
    t.slice(all, [phase * rows, down, right, 0], [rows, vertical.output, horizontal.output, channels])
  )
}

/** Adds up what `entries` takes apart: each entry where it stands in the image. */
const assembled = (parts: ReadonlyArray<tf.Tensor>, plane: Plane, t: Tf): tf.Tensor => {
  const [vertical, horizontal] = plane
  const [rows, , , channels] = parts[0]!.shape as [number, number, number, number]
  const [high, wide] = [pieces(vertical), pieces(horizontal)]
  const standing = places(plane).map(({ down, phase, right }, i) => ({
    phase,
    part: extend(
      parts[i]!,
      [
        [down, high - down - vertical.output],
        [right, wide - right - horizontal.output]
      ],
      t
    )
  }))
  const byPhase = indices(vertical.stride * horizontal.stride).map((phase) =>
    standing
      .filter((one) => one.phase === phase)
      .reduce<tf.Tensor | undefined>((sum, { part }) => (sum === undefined ? part : t.add(sum, part)), undefined)
  )
  const all = t.concat(
    byPhase.map((phase) => phase ?? t.zeros([rows, high, wide, channels])),
    0
  )
  const back = (fit: Fit): Ends => [-ends(fit)[0], -ends(fit)[1]]
  return extend(unphased(all, rows, plane, t), [back(vertical), back(horizontal)], t)
}

/** The gradient of each window, for the first of its entries that is the largest. */
const ofMaximum = (dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor, plane: Plane, t: Tf): tf.Tensor => {
  const none = t.zerosLike(dy)
  let left = dy
  const parts = entries(x, plane, Number.NEGATIVE_INFINITY, t).map((entry) => {
    const part = t.where(t.equal(entry, y), left, none)
    left = t.sub(left, part)
    return part
  })
  return assembled(parts, plane, t)
}

/** The largest entry of each window; its gradient goes to the first of the largest, row by row. */
export const maximum = (x: tf.Tensor, plane: Plane, t: Tf): tf.Tensor => {
  const value = () =>
    t.maxPool(
      x as tf.Tensor4D,
      both(plane, ({ size }) => size),
      both(plane, ({ stride }) => stride),
      padded(plane)
    )
  return withGradient(t, [x], [x], value, (dy, [x, y]) => [ofMaximum(dy, x!, y!, plane, t)])
}

/** How many entries of the image are in each window. */
const counts = ([vertical, horizontal]: Plane, t: Tf): tf.Tensor => {
  const inside = ({ before, input, output, size, stride }: Fit) =>
    Array.from(
      { length: output },
      (_, i) => Math.min(input, i * stride - before + size) - Math.max(0, i * stride - before)
    )
  const across = inside(horizontal)
  const all = inside(vertical).flatMap((n) => across.map((m) => n * m))
  return t.tensor(all, [vertical.output, horizontal.output, 1])
}

/** The gradient of each window, in equal shares for its entries. */
const ofAverage = (dy: tf.Tensor, plane: Plane, t: Tf): tf.Tensor => {
  const share = t.div(dy, counts(plane, t))
  return assembled(
    places(plane).map(() => share),
    plane,
    t
  )
}

/** The mean of the entries of each window that are in the image. */
export const average = (x: tf.Tensor, plane: Plane, t: Tf): tf.Tensor => {
  const value = () =>
    t.avgPool(
      x as tf.Tensor4D,
      both(plane, ({ size }) => size),
      both(plane, ({ stride }) => stride),
      padded(plane)
    )
  return withGradient(t, [x], [], value, (dy) => [ofAverage(dy, plane, t)])
}
