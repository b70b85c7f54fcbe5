/**
 * Pooling: windows as lists of the entries that are inside the image, one image at a time.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import * as Windows from "../../../../pipeline/Windows.ts"
import type { Operation, Place } from "../operation.ts"
import { count, grid } from "./windows.ts"

/** How a window becomes one number a channel. */
export type Pool = "maximum" | "average"

/** The offsets of the entries of each window, in numbers of pixels. */
type Entries = (shape: Shape.Shape) => ReadonlyArray<ReadonlyArray<number>>

const pooled =
  (pool: Pool, entriesOf: Entries) =>
  ({ arena, input, inputShape, kernels, output, rows, shape }: Place): Operation => {
    const channels = inputShape.at(-1)!
    const windows = entriesOf(inputShape)
    const entries = arena.table(windows.flat().map((pixel) => 4 * channels * pixel))
    // Where the entries of each window begin, and at last how many there are.
    const firsts = [0]
    for (const window of windows) firsts.push(firsts.at(-1)! + window.length)
    const first = arena.table(firsts)
    const [inBytes, outBytes] = [4 * Shape.size(inputShape), 4 * Shape.size(shape)]
    const places = pool === "maximum" ? arena.shared(rows * Shape.size(shape)) : undefined
    const n = windows.length
    return {
      own: places === undefined ? [] : [places],
      forward: (used) => {
        for (let row = 0; row < used; row++) {
          const [x, y] = [input.at + row * inBytes, output.at + row * outBytes]
          if (places === undefined) kernels.averagePool(n, channels, x, first.at, entries.at, y)
          else kernels.maxPool(n, channels, x, first.at, entries.at, y, places.at + row * outBytes)
        }
      },
      backward: (used, { input: dx, output: dy }) => {
        if (dx === undefined) return
        kernels.clear(dx.at, used * inBytes)
        for (let row = 0; row < used; row++) {
          const [from, to] = [dy.at + row * outBytes, dx.at + row * inBytes]
          if (places === undefined) kernels.averagePoolBack(n, channels, from, first.at, entries.at, to)
          else kernels.maxPoolBack(n, channels, from, places.at + row * outBytes, to)
        }
      }
    }
  }

/** Pools of windows; what is outside the image is not among their entries. */
export const pooling = (pool: Pool, options: Windows.Options) =>
  pooled(pool, (row) => {
    const { plane, shape } = Windows.image(options, row)
    const [vertical, horizontal] = plane
    const [height, width] = shape
    return grid(vertical.output, horizontal.output).map(([i, j]) =>
      grid(vertical.size, horizontal.size).flatMap(([a, b]) => {
        const y = i * vertical.stride + a - vertical.before
        const x = j * horizontal.stride + b - horizontal.before
        return y >= 0 && y < height && x >= 0 && x < width ? [y * width + x] : []
      })
    )
  })

/** One window, which is the whole image. */
export const globalPooling = (pool: Pool) => pooled(pool, (row) => [count(Shape.size(row.slice(0, -1)))])
