/**
 * A callback watches training, and may change gradients or end it.
 *
 * ```
 * begin
 *   epochBegin
 *     batchBegin  afterBackward  batchEnd          for each batch: synchronous
 *   beforeValid  (validBatchBegin validBatchEnd)*  validEnd
 *   epochEnd
 * end
 * exit                                             always, also after an error
 * ```
 * Callbacks run in the order of their weights, at equal weights as listed.
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Weights } from "../engine/Engine.ts"
import type * as Base from "../pipeline/Definition.ts"
import type { Measured } from "./Measure.ts"

/** What a callback sees of training at the moment it is called. @category models */
export interface Moment {
  /** From 1; 0 in `begin`. */
  readonly epoch: number
  readonly epochs: number
  /** Updates made so far. */
  readonly step: number
  /** Of the last batch; from `beforeValid` on, the mean of the epoch. */
  readonly loss: number | undefined
  /** The scores of this epoch, by measure id, once they are known. */
  readonly train: Readonly<Record<string, Measured>>
  readonly valid: Readonly<Record<string, Measured>>
  readonly weights: () => ReadonlyArray<Weights>
  /** Ends training before the next epoch; `epochEnd` of this one still runs. In `begin`: no epoch at all. */
  readonly terminate: () => void
}

/** The functions of a callback, all optional. @category models */
export interface Hooks<out E = never, out R = never> {
  readonly begin?: (moment: Moment) => Effect.Effect<void, E, R>
  readonly epochBegin?: (moment: Moment) => Effect.Effect<void, E, R>
  readonly batchBegin?: (moment: Moment) => void
  /** May change the gradients in place, in the order of the weights. */
  readonly afterBackward?: (gradients: ReadonlyArray<Float32Array>, moment: Moment) => void
  readonly batchEnd?: (moment: Moment) => void
  readonly beforeValid?: (moment: Moment) => Effect.Effect<void, E, R>
  readonly validBatchBegin?: (moment: Moment) => void
  readonly validBatchEnd?: (moment: Moment) => void
  readonly validEnd?: (moment: Moment) => Effect.Effect<void, E, R>
  readonly epochEnd?: (moment: Moment) => Effect.Effect<void, E, R>
  readonly end?: (moment: Moment) => Effect.Effect<void, E, R>
  readonly exit?: (moment: Moment) => Effect.Effect<void, never, R>
}

/** @category models */
// oxlint-disable-next-line typescript/no-explicit-any -- a callback of any options
export interface Definition<out E = never, out R = never, out Encoded = any> extends Base.Definition<
  "callback",
  Encoded
> {
  /** Lower weights run first. Default 0. */
  readonly weight: number
  // oxlint-disable-next-line typescript/no-explicit-any -- the options' type is erased in the definition
  readonly make: (options: any) => Hooks<E, R>
}

/** A callback with its options: what `Model.classif({ callbacks })` takes. @category models */
export interface Callback<out E = never, out R = never> {
  readonly definition: Definition<E, R>
  readonly options: object
}

/** Defines a callback; `make` runs once per training, so its state is fresh each time. @category constructors */
export const define = <Type, Encoded, E = never, R = never>(definition: {
  readonly id: string
  readonly summary: string
  readonly weight?: number
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => Hooks<E, R>
}): Definition<E, R, Encoded> => ({ kind: "callback", weight: 0, ...definition })

/** Gives a callback its options. @category constructors */
export const make = <E, R, Encoded extends object>(
  definition: Definition<E, R, Encoded>,
  ...[options]: Base.Given<Encoded>
): Callback<E, R> => ({
  definition,
  options: options ?? {}
})

/** @category definitions */
export const clipGradientsDefinition = define({
  id: "Callback.clipGradients",
  summary: "Scales gradients down to a largest Euclidean norm",
  options: Schema.Struct({ norm: Schema.Finite.check(Schema.isGreaterThan(0)) }),
  make: ({ norm }) => ({
    afterBackward: (gradients) => {
      let squares = 0
      for (const gradient of gradients) for (const g of gradient) squares += g * g
      const scale = norm / Math.sqrt(squares)
      if (scale >= 1) return
      for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) gradient[i]! *= scale
    }
  })
})

/**
 * Scales the gradients of all weights together so that their Euclidean norm is at most `norm` > 0 (Pascanu, Mikolov and
 * Bengio 2013).
 * @category callbacks
 */
export const clipGradients = (norm: number): Callback => make(clipGradientsDefinition, { norm })

/** The callbacks of this package, for registries. */
export const definitions = [clipGradientsDefinition]
