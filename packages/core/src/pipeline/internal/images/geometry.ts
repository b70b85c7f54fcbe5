/**
 * Where pixels go: crop, pad, flip, transpose, rotate, and affine maps.
 */
import * as Result from "effect/Result"
import { type Change, onPlane, type Plane, type Random, same } from "./plane.ts"

/** Copies a window of an image, whose upper left corner is at (top, left); outside the image is `value`. */
const copyWindow = (
  from: Float32Array,
  { channels, height, width }: Plane,
  [top, left]: readonly [number, number],
  to: Float32Array,
  [rows, columns]: readonly [number, number],
  value: number
): void => {
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [oldY, oldX] = [y + top, x + left]
      const inside = oldY >= 0 && oldY < height && oldX >= 0 && oldX < width
      for (let c = 0; c < channels; c++) {
        to[(y * columns + x) * channels + c] = inside ? from[(oldY * width + oldX) * channels + c]! : value
      }
    }
  }
}

const middle = (larger: number, smaller: number) => Math.floor((larger - smaller) / 2)

type Size = readonly [height: number, width: number]

/** Crops to a size, in the middle or, where there are random numbers, anywhere. */
export const crop = (size: Size): Change =>
  onPlane(
    ({ height, width }) =>
      size[0] <= height && size[1] <= width
        ? Result.succeed(size)
        : Result.fail(
            `cannot crop ${height} × ${width} to ${size[0]} × ${size[1]}, which is larger; put a pad or a resize before it`
          ),
    (plane) => {
      const [down, across] = [plane.height - size[0], plane.width - size[1]]
      return (from, to, random) => {
        const top = random === undefined ? middle(down, 0) : random.below(down + 1)
        const left = random === undefined ? middle(across, 0) : random.below(across + 1)
        copyWindow(from, plane, [top, left], to, size, 0)
      }
    }
  )

/** Pads to a size with a value, the image in the middle. */
export const pad = (size: Size, value: number): Change =>
  onPlane(
    ({ height, width }) =>
      size[0] >= height && size[1] >= width
        ? Result.succeed(size)
        : Result.fail(
            `cannot pad ${height} × ${width} to ${size[0]} × ${size[1]}, which is smaller; put a crop or a resize before it`
          ),
    (plane) => {
      const corner = [-middle(size[0], plane.height), -middle(size[1], plane.width)] as const
      return (from, to) => copyWindow(from, plane, corner, to, size, value)
    }
  )

/** Mirrors an image left to right (horizontal) or top to bottom, with some probability where there are random numbers. */
export const flip = (axis: "horizontal" | "vertical", probability: number): Change =>
  onPlane(same, ({ channels, height, width }) => (from, to, random) => {
    if (random === undefined || random.float() >= probability) return to.set(from)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const old = axis === "horizontal" ? y * width + width - 1 - x : (height - 1 - y) * width + x
        for (let c = 0; c < channels; c++) to[(y * width + x) * channels + c] = from[old * channels + c]!
      }
    }
  })

/** Moves each pixel to where `place` says, in an image of another width. */
const move = (
  { channels, height, width }: Plane,
  newWidth: number,
  place: (y: number, x: number) => readonly [y: number, x: number]
) => {
  const target = new Int32Array(height * width)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [newY, newX] = place(y, x)
      target[y * width + x] = newY * newWidth + newX
    }
  }
  return (from: Float32Array, to: Float32Array): void => {
    for (const [old, pixel] of target.entries()) {
      for (let c = 0; c < channels; c++) to[pixel * channels + c] = from[old * channels + c]!
    }
  }
}

/** Swaps height and width. */
export const transpose: Change = onPlane(
  ({ height, width }) => Result.succeed([width, height]),
  (plane) => move(plane, plane.height, (y, x) => [x, y])
)

/** How an image is placed on itself: turned against the clock, shifted by pixels, magnified, all about its centre. */
export interface Placing {
  readonly degrees: number
  readonly down: number
  readonly right: number
  readonly scale: number
}

/** Places an image on itself by bilinear interpolation; outside of it is `value`. */
export const place = (
  from: Float32Array,
  to: Float32Array,
  { channels, height, width }: Plane,
  { degrees, down, right, scale }: Placing,
  value: number
): void => {
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale]
  const [centreY, centreX] = [(height - 1) / 2, (width - 1) / 2]
  const at = (y: number, x: number, c: number): number =>
    y >= 0 && y < height && x >= 0 && x < width ? from[(y * width + x) * channels + c]! : value
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dy, dx] = [y - centreY - down, x - centreX - right]
      const oldY = centreY + cos * dy + sin * dx
      const oldX = centreX - sin * dy + cos * dx
      const [top, left] = [Math.floor(oldY), Math.floor(oldX)]
      const [v, u] = [oldY - top, oldX - left]
      for (let c = 0; c < channels; c++) {
        const above = (1 - u) * at(top, left, c) + u * at(top, left + 1, c)
        const below = (1 - u) * at(top + 1, left, c) + u * at(top + 1, left + 1, c)
        to[(y * width + x) * channels + c] = (1 - v) * above + v * below
      }
    }
  }
}

/** Turns an image against the clock; by quarters exactly, which swaps height and width, else within its own frame. */
export const rotate = (degrees: number, value: number): Change => {
  const turns = (((degrees / 90) % 4) + 4) % 4
  if (!Number.isInteger(turns)) {
    return onPlane(
      same,
      (plane) => (from, to) => place(from, to, plane, { degrees, down: 0, right: 0, scale: 1 }, value)
    )
  }
  const swaps = turns % 2 === 1
  return onPlane(
    ({ height, width }) => Result.succeed(swaps ? [width, height] : [height, width]),
    (plane) => {
      const { height, width } = plane
      const [lastY, lastX] = [height - 1, width - 1]
      return move(plane, swaps ? height : width, (y, x) =>
        turns === 0 ? [y, x] : turns === 1 ? [lastX - x, y] : turns === 2 ? [lastY - y, lastX - x] : [x, lastY - y]
      )
    }
  )
}

/** Draws how an image is placed on itself, within limits. */
export const affine = (
  limits: {
    readonly degrees: number
    readonly translate: number
    readonly scale: readonly [least: number, most: number]
  },
  value: number
): Change =>
  onPlane(same, (plane) => (from, to, random) => {
    if (random === undefined) return to.set(from)
    const within = ({ float }: Random, limit: number) => (2 * float() - 1) * limit
    const [least, most] = limits.scale
    const placing = {
      degrees: within(random, limits.degrees),
      down: within(random, limits.translate * plane.height),
      right: within(random, limits.translate * plane.width),
      scale: least + random.float() * (most - least)
    }
    place(from, to, plane, placing, value)
  })
