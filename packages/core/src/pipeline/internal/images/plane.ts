/**
 * Rows seen as images: [height, width, channels], or [height, width] with one channel.
 */
import * as Result from "effect/Result"
import type { RowShape } from "../../../data/TensorStore.ts"

export interface Plane {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** A change of rows: the shape that it gives, or why it refuses one; and its kernel. */
export interface Change {
  readonly shape: (input: RowShape) => Result.Result<RowShape, string>
  readonly kernel: (input: RowShape) => Kernel
  /** Whether it brings the numbers to another scale. */
  readonly rescales?: boolean
}

/** Writes the changed row; random numbers are there in training only. */
export type Kernel = (from: Float32Array, to: Float32Array, random: Random | undefined) => void

/** The random numbers of one row in one epoch. */
export interface Random {
  readonly float: () => number
  readonly below: (n: number) => number
  readonly normal: () => number
}

/** The plane of a shape that is one. */
export const plane = ([height = 1, width = 1, channels = 1]: RowShape): Plane => ({ height, width, channels })

const asPlane = (shape: RowShape): Result.Result<Plane, string> =>
  shape.length === 2 || shape.length === 3
    ? Result.succeed(plane(shape))
    : Result.fail(
        `takes images [height, width] or [height, width, channels], but rows have the shape [${shape.join(", ")}]; put Image.reshape before it`
      )

/** A plane of another size as a shape of the same rank. */
const resized = (shape: RowShape, height: number, width: number): RowShape => [height, width, ...shape.slice(2)]

/** A change of images: their size afterwards, or why it cannot be, and the kernel for images of a size. */
export const onPlane = (
  size: (plane: Plane) => Result.Result<readonly [height: number, width: number], string>,
  kernel: (plane: Plane) => Kernel
): Change => ({
  shape: (shape) =>
    Result.flatMap(asPlane(shape), (found) =>
      Result.map(size(found), ([height, width]) => resized(shape, height, width))
    ),
  kernel: (shape) => kernel(plane(shape))
})

/** The size of a plane, for changes that keep it. */
export const same = ({ height, width }: Plane): Result.Result<readonly [number, number], never> =>
  Result.succeed([height, width])

/** A change of rows of any shape, which keeps it. */
export const onNumbers = (kernel: Kernel): Change => ({ shape: Result.succeed, kernel: () => kernel })

/** The channels of rows of a shape: the last size of rank 3 or more, else 1. */
export const channelsOf = (shape: RowShape): number => (shape.length >= 3 ? shape.at(-1)! : 1)
