/**
 * Convolution with a gradient that every backend of TensorFlow.js has and computes fast.
 *
 * Both gradients are convolutions again: that with respect to the rows slides the turned kernel over the gradient, that
 * with respect to the kernel slides the gradient over the rows, with rows and channels exchanged. The WebAssembly backend
 * has no kernel for the second, and the plain one takes 17 to 108 times as long for it; windows written out as a matrix
 * take 2 to 40 times as long on WebAssembly and 5 to 10 times on plain JavaScript (64 rows, 28×28×1 to 14×14×32).
 */
import type * as tf from "@tensorflow/tfjs-core"
import type * as Stage from "../../Stage.ts"
import { both, type Ends, extend, padded, spread, withGradient } from "./planes.ts"
import { extent, type Fit, type Plane } from "../../Windows.ts"

type Tf = Stage.Pass["tf"]

/** The convolution itself; strides and dilations do not both exceed 1. */
const value = (x: tf.Tensor4D, kernel: tf.Tensor4D, plane: Plane, t: Tf): tf.Tensor4D =>
  t.conv2d(
    x,
    kernel,
    both(plane, (fit) => fit.stride),
    padded(plane),
    "NHWC",
    both(plane, (fit) => fit.dilation)
  )

/** The gradient with respect to the rows: the gradient, spread by the strides, under the kernel turned by half a circle. */
const ofRows = (dy: tf.Tensor, kernel: tf.Tensor, plane: Plane, t: Tf): tf.Tensor => {
  const turned = t.transpose(t.reverse(kernel, [0, 1]), [0, 1, 3, 2])
  const ends = ({ before, dilation, input, output, size, stride }: Fit): Ends => {
    const first = dilation * (size - 1) - before
    return [first, input + dilation * (size - 1) - first - ((output - 1) * stride + 1)]
  }
  const under = extend(
    spread(
      dy,
      both(plane, (fit) => fit.stride),
      t
    ),
    [ends(plane[0]), ends(plane[1])],
    t
  )
  return t.conv2d(
    under as tf.Tensor4D,
    turned as tf.Tensor4D,
    1,
    "valid",
    "NHWC",
    both(plane, (fit) => fit.dilation)
  )
}

/** The gradient with respect to the kernel: the gradient slides over the rows; strides and dilations change places. */
const ofKernel = (dy: tf.Tensor, x: tf.Tensor, plane: Plane, t: Tf): tf.Tensor => {
  const slid = t.conv2d(
    t.transpose(x, [3, 1, 2, 0]) as tf.Tensor4D,
    t.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D,
    both(plane, (fit) => fit.dilation),
    padded(plane),
    "NHWC",
    both(plane, (fit) => fit.stride)
  )
  const [channels, , , filters] = slid.shape
  const [height, width] = both(plane, (fit) => fit.size)
  return t.transpose(t.slice(slid, [0, 0, 0, 0], [channels, height, width, filters]), [1, 2, 0, 3])
}

/** Along each axis either the stride or the dilation is 1, and that for both axes the same one. */
const single = (plane: Plane): boolean =>
  plane.every(({ stride }) => stride === 1) || plane.every(({ dilation }) => dilation === 1)

/** A kernel of dilated windows as one of windows without gaps, with zeros in them. */
const dilated = (kernel: tf.Tensor, plane: Plane, t: Tf): tf.Tensor => {
  const [height, width, channels, filters] = kernel.shape as [number, number, number, number]
  const wide = spread(
    t.reshape(kernel, [1, height, width, channels * filters]),
    both(plane, (fit) => fit.dilation),
    t
  )
  return t.reshape(wide, [wide.shape[1]!, wide.shape[2]!, channels, filters])
}

const whole = (fit: Fit): Fit => ({ ...fit, size: extent(fit), dilation: 1 })

/**
 * Slides `kernel` [height, width, channels, filters] over `x` [rows, height, width, channels]: cross-correlation, as every
 * library of networks calls convolution.
 *
 * The value is passed through a second operation, so that the gradient of rows that nobody asks for, those of the first
 * layer, is not computed.
 */
export const convolve = (x: tf.Tensor, kernel: tf.Tensor, plane: Plane, t: Tf): tf.Tensor => {
  if (!single(plane)) return convolve(x, dilated(kernel, plane, t), [whole(plane[0]), whole(plane[1])], t)
  const y = withGradient(
    t,
    [x],
    [kernel],
    () => value(x as tf.Tensor4D, kernel as tf.Tensor4D, plane, t),
    (dy, [kernel]) => [ofRows(dy, kernel!, plane, t)]
  )
  return withGradient(
    t,
    [y, kernel],
    [x],
    () => t.clone(y),
    (dy, [x]) => [dy, ofKernel(dy, x!, plane, t)]
  )
}

/**
 * The kernel of groups [height, width, channels / groups, filters] as one of all channels, with zeros where channel and
 * filter are of different groups.
 */
export const ungrouped = (kernel: tf.Tensor, groups: number, t: Tf): tf.Tensor => {
  if (groups === 1) return kernel
  const [, , each, filters] = kernel.shape as [number, number, number, number]
  const channels = each * groups
  const mask = Float32Array.from({ length: channels * filters }, (_, i) =>
    Math.floor(Math.floor(i / filters) / each) === Math.floor(((i % filters) * groups) / filters) ? 1 : 0
  )
  return t.mul(t.tile(kernel, [1, 1, groups, 1]), t.tensor(mask, [channels, filters]))
}
