/**
 * Changes of tensor columns, such as images, that happen when rows are read: preprocessing stages before `Ingress.tensor`.
 *
 * A row is [height, width, channels], or [height, width] with one channel; `reshape`, `rescale` and `normalise` take rows of
 * any shape. Nothing is decoded or kept when a stage is fitted or applied, except by `normalise`, which learns. Without
 * `columns` a stage changes every tensor column. What acts in training only is in `Augment`.
 *
 * @example
 * Image.grayscale().pipe(Image.resize([28, 28]), Image.rescale({ from: [0, 255] }), Ingress.tensor("scan"))
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Table from "../data/Table.ts"
import * as OptionSchema from "../OptionSchema.ts"
import { changeTable } from "./internal/images/changeTable.ts"
import { define as defineLearning, defineFixed, type Chosen } from "./internal/images/define.ts"
import * as Geometry from "./internal/images/geometry.ts"
import { moments } from "./internal/images/moments.ts"
import type { Change } from "./internal/images/plane.ts"
import { resize as resized } from "./internal/images/resize.ts"
import * as Values from "./internal/images/values.ts"
import type { Options } from "./Definition.ts"
import type * as Pipeline from "./Pipeline.ts"
import type { PipelineError } from "./PipelineError.ts"
import { type ColumnsOption, type Preprocess, stage, type Stage } from "./Preprocess.ts"
import { columns } from "./internal/preprocess/columns.ts"
import * as Windows from "./Windows.ts"

export type { Change, Kernel, Random } from "./internal/images/plane.ts"

const Pair = Schema.Tuple([Schema.Finite, Schema.Finite])
const Limits = Pair.check(Schema.makeFilter(([a, b]) => (a === b ? "Expected two different numbers" : undefined)))

/** Height and width in pixels; one number for both. @category models */
export type Size = number | readonly [height: number, width: number]

/**
 * Defines a change of rows that learns nothing: its shape afterwards, and the kernel that writes it. With `augments` the
 * kernel gets random numbers, of the row and the epoch, in training; elsewhere it gets none.
 *
 * @example
 * const invert = Image.define({
 *   id: "Mine.invert",
 *   summary: "Makes white of black",
 *   options: Schema.Struct({ columns: Schema.optionalKey(Select.schema) }),
 *   change: () => ({
 *     shape: Result.succeed,
 *     kernel: () => (from, to) => from.forEach((value, i) => { to[i] = 1 - value })
 *   })
 * })
 * @category constructors
 */
export const define = <Type extends Chosen, Encoded>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Options<Type, Encoded>
  readonly change: (options: Type) => Change
  readonly augments?: boolean
}): Preprocess<Encoded> => defineFixed({ ...definition, augments: definition.augments ?? false })

/** `Image.reshape` as a definition, for registries. @category definitions */
export const reshapeDefinition = define({
  id: "Image.reshape",
  summary: "Gives rows of tensors another shape of the same size",
  options: Schema.Struct({
    shape: OptionSchema.required(
      Schema.Array(OptionSchema.width()).check(Schema.isMinLength(1)),
      "The new shape of a row, of as many numbers",
      [28, 28, 1]
    ),
    columns
  }),
  change: ({ shape }) => Values.reshape(shape)
})

/** Gives rows another shape, of as many numbers; their order stays: [784] to [28, 28, 1]. @category stages */
export const reshape = <const Name extends string = never>(
  shape: ReadonlyArray<number>,
  options: ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(reshapeDefinition, { shape, ...options })

/** `Image.resize` as a definition, for registries. @category definitions */
export const resizeDefinition = define({
  id: "Image.resize",
  summary: "Brings images to one height and width",
  options: Schema.Struct({
    size: OptionSchema.required(Windows.perAxis, "The new height and width, or one number for both", [28, 28]),
    method: OptionSchema.withDefault(
      Schema.Literals(["bilinear", "area", "nearest"]),
      "bilinear",
      "How pixels between pixels are computed"
    ),
    columns
  }),
  change: ({ method, size }) => resized(Windows.pair(size), method)
})

/**
 * Brings images to a height and width, whatever they have; one number is both.
 *
 * - `bilinear`: the line between neighbouring pixels, coordinates being those of half pixels; where an image shrinks, the
 *   weights become as wide as the ratio of the sizes (antialiasing, as in Pillow).
 * - `area`: the mean over the area that a new pixel covers.
 * - `nearest`: one old pixel each, for images whose numbers are labels.
 *
 * *Gotcha*: the ratio of height and width is not kept; crop or pad before it where that matters.
 * @category stages
 */
export const resize = <const Name extends string = never>(
  size: Size,
  options: { readonly method?: "bilinear" | "area" | "nearest" } & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(resizeDefinition, { size, ...options })

/** `Image.crop` as a definition, for registries. @category definitions */
export const cropDefinition = define({
  id: "Image.crop",
  summary: "Keeps the middle of images, of some height and width",
  options: Schema.Struct({
    size: OptionSchema.required(
      Windows.perAxis,
      "Height and width of the part that is kept, or one number for both",
      [24, 24]
    ),
    columns
  }),
  change: ({ size }) => {
    const { kernel, shape } = Geometry.crop(Windows.pair(size))
    return {
      shape,
      kernel: (input) => {
        const run = kernel(input)
        return (from, to) => run(from, to, undefined)
      }
    }
  }
})

/** Keeps the middle of an image; of an odd margin, the smaller part is above and to the left. @category stages */
export const crop = <const Name extends string = never>(size: Size, options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(cropDefinition, { size, ...options })

/** `Image.pad` as a definition, for registries. @category definitions */
export const padDefinition = define({
  id: "Image.pad",
  summary: "Puts a margin around images, up to some height and width",
  options: Schema.Struct({
    size: OptionSchema.required(Windows.perAxis, "Height and width of the frame, or one number for both", [32, 32]),
    value: OptionSchema.withDefault(Schema.Finite, 0, "The number outside of the image"),
    columns
  }),
  change: ({ size, value }) => Geometry.pad(Windows.pair(size), value)
})

/** Puts an image into the middle of a larger one that is `value` (0) elsewhere. @category stages */
export const pad = <const Name extends string = never>(
  size: Size,
  options: { readonly value?: number } & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(padDefinition, { size, ...options })

/** `Image.rotate` as a definition, for registries. @category definitions */
export const rotateDefinition = define({
  id: "Image.rotate",
  summary: "Turns images against the clock",
  options: Schema.Struct({
    degrees: OptionSchema.required(Schema.Finite, "The angle in degrees, against the clock", 90),
    value: OptionSchema.withDefault(Schema.Finite, 0, "The number outside of the image"),
    columns
  }),
  change: ({ degrees, value }) => Geometry.rotate(degrees, value)
})

/**
 * Turns images against the clock, about their middle. By quarters this is exact, and height and width change places; by
 * other angles the size stays, corners are cut off, and what was outside is `value` (0), with bilinear interpolation.
 * @category stages
 */
export const rotate = <const Name extends string = never>(
  degrees: number,
  options: { readonly value?: number } & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(rotateDefinition, { degrees, ...options })

/** `Image.transpose` as a definition, for registries. @category definitions */
export const transposeDefinition = define({
  id: "Image.transpose",
  summary: "Swaps height and width of images",
  options: Schema.Struct({ columns }),
  change: () => Geometry.transpose
})

/** Swaps height and width: pixel (y, x) goes to (x, y). @category stages */
export const transpose = <const Name extends string = never>(options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(transposeDefinition, options)

/** `Image.grayscale` as a definition, for registries. @category definitions */
export const grayscaleDefinition = define({
  id: "Image.grayscale",
  summary: "Makes one channel of three or four, their luma",
  options: Schema.Struct({ columns }),
  change: () => Values.grayscale
})

/** Makes one channel: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601); of grey images the first. Transparency goes. @category stages */
export const grayscale = <const Name extends string = never>(options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(grayscaleDefinition, options)

/** `Image.rescale` as a definition, for registries. @category definitions */
export const rescaleDefinition = define({
  id: "Image.rescale",
  summary: "Maps a range of numbers in tensors to another one",
  options: Schema.Struct({
    from: OptionSchema.required(Limits, "The two numbers that become the ends of `to`", [0, 255]),
    to: OptionSchema.withDefault(Limits, [0, 1], "The numbers that the ends of `from` become"),
    columns
  }),
  change: ({ from, to }) => Values.rescale(from, to)
})

/** Maps numbers by the line through (from[0], to[0]) and (from[1], to[1]); `to` is [0, 1] by default. @category stages */
export const rescale = <const Name extends string = never>(
  options: {
    readonly from: readonly [number, number]
    readonly to?: readonly [number, number]
  } & ColumnsOption<Name>
): Stage<Name> => stage<Name>(rescaleDefinition, options)

const Numbers = Schema.Array(Schema.Finite).check(Schema.isMinLength(1))
const Positives = Schema.Array(OptionSchema.positive).check(Schema.isMinLength(1))

/** `Image.normalise` as a definition, for registries. @category definitions */
export const normaliseDefinition = defineLearning({
  id: "Image.normalise",
  summary: "Maps each channel of tensors to (x − mean) / sd, of the training rows or as given",
  options: Schema.Struct({
    mean: OptionSchema.optional(
      Numbers,
      "The mean of each channel, together with sd; without both, those of the training rows",
      [0.5]
    ),
    sd: OptionSchema.optional(Positives, "The standard deviation of each channel, together with mean", [0.25]),
    columns
  }).check(
    Schema.makeFilter(({ mean, sd }) =>
      mean?.length === sd?.length ? undefined : "mean and sd come together, as many of each"
    )
  ),
  learned: Schema.Struct({ mean: Numbers, sd: Positives }),
  augments: false,
  learn: ({ mean, sd }, column) =>
    mean === undefined || sd === undefined ? moments("Image.normalise", column) : Effect.succeed({ mean, sd }),
  change: (_, { mean, sd }) => Values.normalise(mean, sd)
})

/**
 * Maps each channel to (x − mean) / sd. Without `mean` and `sd` they are those of the training rows (divisor n), which are
 * read once for that; a constant channel is only shifted. Rows of rank 1 or 2 have one channel.
 * @category stages
 */
export const normalise = <const Name extends string = never>(
  options: { readonly mean?: ReadonlyArray<number>; readonly sd?: ReadonlyArray<number> } & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(normaliseDefinition, options)

/**
 * Changes the tensor columns of a table, whichever way its rows are divided later: for what one of several sources needs
 * before `Table.concat`. Stages are fitted to no rows, so that they cannot learn of these. Errors: those of the stages, one
 * that learns, an augmentation.
 *
 * @example
 * const cropped = yield* Image.change(mnist, Image.crop([20, 20])) // [28, 28, 1] to [20, 20, 1]
 * @category combinators
 */
export const change = (table: Table.Table, { stages }: Pipeline.Any): Effect.Effect<Table.Table, PipelineError> =>
  changeTable(table, stages)
