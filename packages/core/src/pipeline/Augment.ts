/**
 * Changes of images that are drawn anew in each epoch of training, so that a network never sees the same row twice. Rows
 * that are validated or predicted stay as they are.
 *
 * What is drawn depends on the seed, the epoch and the row alone: a resumed training equals one that was never stopped. The
 * stages stand behind those of `Image` that bring rows to one shape, and their order is kept.
 *
 * @example
 * Image.resize([32, 32]).pipe(
 *   Augment.flip({ axis: "horizontal" }), Augment.affine({ degrees: 10, translate: 0.1 }), Ingress.tensor("scan")
 * )
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../OptionSchema.ts"
import { define, type Size } from "./Image.ts"
import * as Geometry from "./internal/images/geometry.ts"
import * as Values from "./internal/images/values.ts"
import { type ColumnsOption, stage, type Stage } from "./Preprocess.ts"
import { columns } from "./internal/preprocess/columns.ts"
import * as Windows from "./Windows.ts"

/** `Augment.flip` as a definition, for registries. @category definitions */
export const flipDefinition = define({
  id: "Augment.flip",
  summary: "Mirrors images at random, in training only",
  options: Schema.Struct({
    axis: OptionSchema.required(
      Schema.Literals(["horizontal", "vertical"]),
      "horizontal mirrors left to right, vertical top to bottom",
      "horizontal"
    ),
    probability: OptionSchema.withDefault(OptionSchema.proportion, 0.5, "How likely an image is mirrored"),
    columns
  }),
  augments: true,
  change: ({ axis, probability }) => Geometry.flip(axis, probability)
})

/** Mirrors an image left to right (`horizontal`) or top to bottom, with a probability of 0.5 by default. @category stages */
export const flip = <const Name extends string = never>(
  options: { readonly axis: "horizontal" | "vertical"; readonly probability?: number } & ColumnsOption<Name>
): Stage<Name> => stage<Name>(flipDefinition, options)

/** `Augment.crop` as a definition, for registries. @category definitions */
export const cropDefinition = define({
  id: "Augment.crop",
  summary: "Keeps a part of images, anywhere in training and in the middle elsewhere",
  options: Schema.Struct({
    size: OptionSchema.required(
      Windows.perAxis,
      "Height and width of the part that is kept, or one number for both",
      [24, 24]
    ),
    columns
  }),
  augments: true,
  change: ({ size }) => Geometry.crop(Windows.pair(size))
})

/** Keeps a part of some height and width: anywhere in training, each place as likely, else the middle. @category stages */
export const crop = <const Name extends string = never>(size: Size, options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(cropDefinition, { size, ...options })

/** `Augment.affine` as a definition, for registries. @category definitions */
export const affineDefinition = define({
  id: "Augment.affine",
  summary: "Turns, shifts and magnifies images at random, in training only",
  options: Schema.Struct({
    degrees: OptionSchema.withDefault(OptionSchema.nonNegative, 0, "The largest angle, in degrees, either way"),
    translate: OptionSchema.withDefault(
      OptionSchema.proportion,
      0,
      "The largest shift, as a share of height and width"
    ),
    scale: OptionSchema.withDefault(
      Schema.Tuple([OptionSchema.positive, OptionSchema.positive]).check(
        Schema.makeFilter(([least, most]) => (least <= most ? undefined : "Expected the smaller number first"))
      ),
      [1, 1],
      "The least and the greatest magnification"
    ),
    value: OptionSchema.withDefault(Schema.Finite, 0, "The number outside of the image"),
    columns
  }),
  augments: true,
  change: ({ value, ...limits }) => Geometry.affine(limits, value)
})

/**
 * Places an image on itself: turned by up to `degrees` either way, shifted by up to `translate` of its height and width,
 * magnified by a number between the two of `scale`; all uniform. Bilinear; what was outside is `value` (0).
 * @category stages
 */
export const affine = <const Name extends string = never>(
  options: {
    readonly degrees?: number
    readonly translate?: number
    readonly scale?: readonly [least: number, most: number]
    readonly value?: number
  } & ColumnsOption<Name>
): Stage<Name> => stage<Name>(affineDefinition, options)

/** `Augment.brightness` as a definition, for registries. @category definitions */
export const brightnessDefinition = define({
  id: "Augment.brightness",
  summary: "Multiplies rows of tensors by a random number, in training only",
  options: Schema.Struct({
    by: OptionSchema.required(OptionSchema.positive, "An image is multiplied by a number from 1 − by to 1 + by", 0.2),
    columns
  }),
  augments: true,
  change: ({ by }) => Values.brightness(by)
})

/** Multiplies a row by a number uniform in [1 − by, 1 + by]; black is 0, so put it before `Image.normalise`. @category stages */
export const brightness = <const Name extends string = never>(
  options: { readonly by: number } & ColumnsOption<Name>
): Stage<Name> => stage<Name>(brightnessDefinition, options)

/** `Augment.noise` as a definition, for registries. @category definitions */
export const noiseDefinition = define({
  id: "Augment.noise",
  summary: "Adds normal noise to rows of tensors, in training only",
  options: Schema.Struct({
    sd: OptionSchema.required(
      OptionSchema.positive,
      "The standard deviation of the noise that is added to each number",
      0.1
    ),
    columns
  }),
  augments: true,
  change: ({ sd }) => Values.noise(sd)
})

/** Adds to each number an independent normal draw of standard deviation `sd`. @category stages */
export const noise = <const Name extends string = never>(
  options: { readonly sd: number } & ColumnsOption<Name>
): Stage<Name> => stage<Name>(noiseDefinition, options)
