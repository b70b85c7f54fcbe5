/**
 * A loss is a function of scores and targets with its explicit (sub)gradient.
 *
 * Everything that trains rests on one small contract, `Explicit.evaluate`: scores and targets in, value out, gradient
 * written in place. It is synchronous and allocates nothing. A custom loss without a formula of its gradient is a
 * `Tensor`, differentiated automatically. Losses are made by `Loss.define`, the built-in ones too.
 *
 * @example
 * // Mean absolute error as a custom loss:
 * const definition = Loss.define({
 *   id: "Mine.absolute", summary: "Mean absolute error", accepts: ["regression"], weighted: false,
 *   options: Schema.Struct({}),
 *   make: () => Loss.explicit({
 *     evaluate: (scores, targets, gradient) => {
 *       let sum = 0
 *       for (let i = 0; i < targets.length; i++) {
 *         sum += Math.abs(scores[i] - targets[i])
 *         gradient[i] = Math.sign(scores[i] - targets[i]) / targets.length
 *       }
 *       return sum / targets.length
 *     }
 *   })
 * })
 * const absolute = () => Loss.stage(definition)
 */
import * as Result from "effect/Result"
import type { Kind as TargetKind } from "../data/Task.ts"
import type * as Base from "./Definition.ts"
import { define as defineStage } from "./internal/bind.ts"
import { stageReference } from "./internal/json.ts"
import { append } from "./internal/pipeline.ts"
import type * as Pipeline from "./Pipeline.ts"
import { PipelineError } from "./PipelineError.ts"
import type * as Stage from "./Stage.ts"
import { findNothing } from "./Decode.ts"

export type { Explicit, Floats, Loss as Bound, LossFormula as Formula, Tensor, TensorLoss, Tf } from "./Stage.ts"

/** Says that a loss has a formula of its gradient. @category constructors */
export const explicit = (parts: Omit<Stage.Explicit, "_tag">): Stage.Explicit => ({ _tag: "Explicit", ...parts })

/** Says that a loss is differentiated automatically. @category constructors */
export const tensor = (loss: Stage.TensorLoss): Stage.Tensor => ({ _tag: "Tensor", tensor: loss })

/**
 * A loss that options make. `make` is for direct evaluation; a stage is made by `Loss.stage`.
 * @category models
 */
export interface Definition<
  out K extends TargetKind = TargetKind,
  out Encoded = unknown,
  in Type = never,
  out B extends Stage.Loss = Stage.Loss
> extends Stage.Definition<"loss", Encoded> {
  readonly accepts: ReadonlyArray<K>
  /** Whether row weights are used. If not, a task with a weight column is refused, never silently unweighted. */
  readonly weighted: boolean
  /**
   * Whether adding a constant to all scores leaves the value as it is, as for losses that only rank. The intercept of a
   * binary model is then chosen after training, by the least errors on the training rows; measures of responses during
   * training (`error`, `accuracy`) still see scores without it.
   */
  readonly translationInvariant: boolean
  /** Binds the loss to options with every default filled in. */
  readonly make: (options: Type) => B
}

/** Defines a loss; `make` gets its options with defaults filled in. @category constructors */
export const define = <const K extends TargetKind, Type, Encoded, B extends Stage.Loss>(definition: {
  readonly id: string
  readonly summary: string
  readonly accepts: ReadonlyArray<K>
  readonly weighted: boolean
  /** Default false. */
  readonly translationInvariant?: boolean
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => B
}): Definition<K, Encoded, Type, B> => {
  const { accepts, make, translationInvariant = false, weighted } = definition
  const stage = defineStage({
    ...definition,
    kind: "loss",
    part: (options) => ({ kind: "loss", loss: make(options), accepts, weighted, translationInvariant })
  })
  return { ...stage, accepts, weighted, translationInvariant, make }
}

/**
 * Sets the loss of a pipeline. It comes after `Nn.head()`.
 * @category stages
 */
export const stage =
  <K extends TargetKind, Encoded extends object, Type>(
    definition: Definition<K, Encoded, Type>,
    ...[options]: Base.Given<Encoded>
  ) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "loss", "a loss">
  ): Pipeline.Pipeline<"loss", Pipeline.ColumnsOf<P>, Pipeline.ShapeOf<P>, K> =>
    append(self, definition.bind(options ?? {}, findNothing))

/**
 * Gives the loss of options as a user writes them, for direct evaluation. Errors: `PipelineError` with every issue of the
 * options.
 *
 * @example
 * Result.map(Loss.bind(Bce.definition, { posWeight: 3 }), (loss) => loss._tag) // => Explicit
 */
export const bind = (definition: Definition, given: object = {}): Result.Result<Stage.Loss, PipelineError> =>
  Result.match(definition.bind(given, findNothing).bound, {
    onSuccess: ({ part }) =>
      part.kind === "loss"
        ? Result.succeed(part.loss)
        : Result.fail(new PipelineError({ issues: [{ path: [], message: `${definition.id} is no loss` }] })),
    onFailure: (issues) => Result.fail(new PipelineError({ issues }))
  })

/** The schema of options that are losses: `{ type: "Bce.loss", posWeight: 3 }`, or a name alone. @category schemas */
export const reference = stageReference("loss")
