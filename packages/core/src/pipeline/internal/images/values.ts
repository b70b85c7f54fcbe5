/**
 * What numbers become, wherever they are: reshape, rescale, normalise, greyscale, brightness, noise.
 */
import * as Result from "effect/Result"
import { type Change, channelsOf, onNumbers } from "./plane.ts"

const sizeOf = (shape: ReadonlyArray<number>): number => shape.reduce((product, n) => product * n, 1)

export const reshape = (shape: ReadonlyArray<number>): Change => ({
  shape: (input) =>
    sizeOf(input) === sizeOf(shape)
      ? Result.succeed(shape)
      : Result.fail(
          `cannot make [${shape.join(", ")}] of [${input.join(", ")}], which has ${sizeOf(input)} numbers and not ${sizeOf(shape)}; give sizes of that product`
        ),
  kernel: () => (from, to) => to.set(from)
})

export const rescale = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]): Change => ({
  ...onNumbers((from, to) => {
    for (let i = 0; i < from.length; i++) to[i] = c + ((from[i]! - a) / (b - a)) * (d - c)
  }),
  rescales: true
})

/** (x − mean) / sd, with one mean and deviation a channel, or one for all. */
export const normalise = (mean: ReadonlyArray<number>, sd: ReadonlyArray<number>): Change => ({
  rescales: true,
  shape: (input) => {
    const channels = channelsOf(input)
    return mean.length === 1 || mean.length === channels
      ? Result.succeed(input)
      : Result.fail(
          `has ${mean.length} means for ${channels} ${channels === 1 ? "channel" : "channels"}; give one for each, or one for all`
        )
  },
  kernel: () => (from, to) => {
    const n = mean.length
    for (let i = 0; i < from.length; i++) to[i] = (from[i]! - mean[i % n]!) / sd[i % n]!
  }
})

/** The luma of ITU-R BT.601, as in Pillow and OpenCV. */
const luma = [0.299, 0.587, 0.114] as const

/** One channel: of three colours or more their luma, else the first one; transparency goes. */
export const grayscale: Change = {
  shape: (input) =>
    input.length === 3
      ? Result.succeed([input[0]!, input[1]!, 1])
      : input.length === 2
        ? Result.succeed(input)
        : Result.fail(
            `takes images [height, width, channels], but rows have the shape [${input.join(", ")}]; put Image.reshape before it`
          ),
  kernel: (input) => {
    const channels = channelsOf(input)
    return (from, to) => {
      for (let i = 0; i < to.length; i++) {
        const at = i * channels
        to[i] = channels < 3 ? from[at]! : luma[0] * from[at]! + luma[1] * from[at + 1]! + luma[2] * from[at + 2]!
      }
    }
  }
}

/** Multiplies a row by a number drawn from [1 − by, 1 + by]. */
export const brightness = (by: number): Change =>
  onNumbers((from, to, random) => {
    const factor = random === undefined ? 1 : 1 + (2 * random.float() - 1) * by
    for (let i = 0; i < from.length; i++) to[i] = from[i]! * factor
  })

/** Adds a normal draw to each number. */
export const noise = (sd: number): Change =>
  onNumbers((from, to, random) => {
    for (let i = 0; i < from.length; i++) to[i] = from[i]! + (random === undefined ? 0 : sd * random.normal())
  })
