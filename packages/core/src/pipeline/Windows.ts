/**
 * Where windows stand along an axis: the geometry of convolutions and pooling, once for every engine.
 *
 * A window of `size` entries, `dilation` apart, begins every `stride` entries of an axis that has been extended by
 * `before` and `after` entries. Sizes that are not known yet are NaN and stay so.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../OptionSchema.ts"
import * as Shape from "./Shape.ts"

/**
 * Entries at both ends of an axis: so many; `"valid"`, none; `"same"`, as many as give ⌈size / stride⌉ windows, the odd
 * one after.
 */
export type Padding = "valid" | "same" | number

/** A window along one axis. */
export interface Window {
  readonly size: number
  readonly stride: number
  readonly dilation: number
  readonly padding: Padding
}

/** Windows along an axis of known size. */
export interface Fit extends Omit<Window, "padding"> {
  readonly input: number
  /** How many windows there are; below 1 where not even one fits. */
  readonly output: number
  readonly before: number
  readonly after: number
}

/** How many entries of the axis a window spans: dilation·(size − 1) + 1. */
export const extent = ({ dilation, size }: Pick<Window, "dilation" | "size">): number => dilation * (size - 1) + 1

/**
 * Fits windows to an axis: ⌊(input + before + after − extent) / stride⌋ + 1 of them.
 *
 * @example
 * fit(28, { size: 3, stride: 2, dilation: 1, padding: "same" }).output // => 14
 */
export const fit = (input: number, { padding, ...window }: Window): Fit => {
  const span = extent(window)
  if (padding === "same") {
    const output = Math.ceil(input / window.stride)
    const total = Math.max(0, (output - 1) * window.stride + span - input)
    const before = Math.floor(total / 2)
    return { ...window, input, output, before, after: total - before }
  }
  const each = padding === "valid" ? 0 : padding
  const output = Math.floor((input + 2 * each - span) / window.stride) + 1
  return { ...window, input, output, before: each, after: each }
}

/** One number for all axes, or one for each. */
export type PerAxis = number | ReadonlyArray<number>

const ofAxis = (given: PerAxis, axis: number): number => (typeof given === "number" ? given : given[axis]!)

/** Height and width. */
export const pair = (given: PerAxis): readonly [height: number, width: number] => [ofAxis(given, 0), ofAxis(given, 1)]

/** The options of a layer with windows; those of pools leave out the dilation, and the stride where it is the size. */
export interface Options {
  readonly size: PerAxis
  readonly stride?: PerAxis
  readonly dilation?: PerAxis
  readonly padding: Padding
}

/** The windows along each axis before the channels. */
export const windows = (
  { dilation = 1, padding, size, stride = size }: Options,
  spatial: 1 | 2
): ReadonlyArray<Window> =>
  Array.from({ length: spatial }, (_, axis) => ({
    size: ofAxis(size, axis),
    stride: ofAxis(stride, axis),
    dilation: ofAxis(dilation, axis),
    padding
  }))

/** Windows along height and width. */
export type Plane = readonly [vertical: Fit, horizontal: Fit]

/** An image of shape [height, width, channels] under the windows of a layer; a sequence is an image of height 1. */
export interface Image {
  readonly shape: readonly [height: number, width: number, channels: number]
  readonly plane: Plane
}

const one: Window = { size: 1, stride: 1, dilation: 1, padding: "valid" }

/** Sees rows [height, width, channels], or [length, channels], as an image under the windows of a layer. */
export const image = (options: Options, row: Shape.Shape): Image => {
  const [height = 1, width = 1, channels = 1] = row.length === 2 ? [1, ...row] : row
  const [vertical = one, horizontal = one] = row.length === 2 ? [one, ...windows(options, 1)] : windows(options, 2)
  return { shape: [height, width, channels], plane: [fit(height, vertical), fit(width, horizontal)] }
}

const positive = OptionSchema.width()

/** A number of at least 1: one for height and width, or `[height, width]`. */
export const perAxis = Schema.Union([positive, Schema.Tuple([positive, positive])])

/** The padding of both ends of every axis. */
export const padding = Schema.Union([Schema.Literals(["valid", "same"]), OptionSchema.width(0)])

const names: Readonly<Record<number, ReadonlyArray<string>>> = {
  1: ["length"],
  2: ["height", "width"]
}

/** Refuses rows that are not [length, channels] or [height, width, channels]; `spatial` is the number of axes before the channels. */
export const ofSpatial = (shape: Shape.Shape, spatial: 1 | 2): Result.Result<Shape.Shape, Shape.Problem> => {
  if (shape.length === spatial + 1) return Result.succeed(shape)
  const wanted = `[${[...names[spatial]!, "channels"].join(", ")}]`
  const withChannel = `[${[...shape, 1].join(", ")}]`
  return Result.fail({
    given: `${Shape.toText(shape)} (rank ${shape.length})`,
    expected: `rows of shape ${wanted}`,
    advice:
      spatial === 2 && shape.length === 2 && shape.every(Number.isInteger)
        ? `put Nn.reshape(${withChannel}) before it, or read the images with a channel: shape: ${withChannel} of the array`
        : `put Nn.reshape(${wanted}) before it, or read images by Ingress.tensor`
  })
}

/** Fits a window to each axis before the channels, or says along which none fits. */
export const fitAll = (
  shape: Shape.Shape,
  windows: ReadonlyArray<Window>
): Result.Result<ReadonlyArray<Fit>, Shape.Problem> => {
  const fits = windows.map((window, axis) => fit(shape[axis]!, window))
  const axis = fits.findIndex(({ output }) => output < 1)
  if (axis < 0) return Result.succeed(fits)
  const { after, before, input } = fits[axis]!
  return Result.fail({
    given: `${Shape.toText(shape)}, a ${names[windows.length]![axis]} of ${input} with ${before + after} of padding`,
    expected: `at least ${extent(windows[axis]!)} there, for one window`,
    advice: 'make the window smaller, or pad: padding: "same"'
  })
}
