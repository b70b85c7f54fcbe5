/**
 * How optimizers are made: as chains of transforms, and with the options that all of those with a learning rate share.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { findNothing } from "../../Decode.ts"
import type * as Base from "../../Definition.ts"
import type { Issue } from "../../PipelineError.ts"
import type * as Pipeline from "../../Pipeline.ts"
import type * as Stage from "../../Stage.ts"
import type { Transform } from "../transforms/define.ts"
import { define as defineStage } from "../bind.ts"
import { append } from "../pipeline.ts"
import { value, written } from "../schedules/define.ts"
import { all, choosing, onlyOn, Patterns, sequence } from "../transforms/compose.ts"
import { clip, decay as decayBy, rate } from "../transforms/steps.ts"

/** The definition of an optimizer. @category models */
export type Definition<Encoded = unknown> = Stage.Definition<"optimizer", Encoded>

type Bounds = Result.Result<ReadonlyArray<Stage.Transform>, ReadonlyArray<Issue>>

/** Defines an optimizer by its chain. */
const defineChain = <Type, Encoded>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly chain: (options: Type) => Bounds
}): Definition<Encoded> =>
  defineStage({
    ...definition,
    kind: "optimizer",
    part: (options) =>
      Result.mapBoth(definition.chain(options), {
        onSuccess: (transforms) => ({ kind: "optimizer", transform: sequence(transforms) }) as const,
        // The places of transforms are not those of the options that they were made of.
        onFailure: (issues) => issues.map(({ message }) => ({ path: [], message }))
      })
  })

/**
 * Defines an optimizer as a chain of transforms; `make` gets its options with defaults filled in.
 *
 * @example
 * // Sign descent under a name of its own; `sign` is the example of `Transform.define`:
 * const definition = Optimizer.define({
 *   id: "Mine.signDescent", summary: "Steps by the sign of the gradient",
 *   options: Schema.Struct({ learningRate: Schema.Finite }),
 *   make: ({ learningRate }) => [Transform.make(sign), Transform.rate(learningRate)]
 * })
 * @category constructors
 */
export const define = <Type, Encoded>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => ReadonlyArray<Transform>
}): Definition<Encoded> =>
  defineChain({
    ...definition,
    chain: (options) => Result.map(all(definition.make(options)), ({ transforms }) => transforms)
  })

/** The type of putting an optimizer on a pipeline. @category type-level */
export type Put = <P extends Pipeline.Any>(
  self: P & Pipeline.After<P, "optimizer", "an optimizer">
) => Pipeline.Pipeline<"optimizer", Pipeline.ColumnsOf<P>, Pipeline.ShapeOf<P>, Pipeline.AcceptsOf<P>>

/** Puts a stage that is an optimizer on a pipeline. */
export const put =
  (stage: Stage.Stage): Put =>
  (self) =>
    append(self, stage)

/** Sets the optimizer of a pipeline. It comes after the loss. @category stages */
export const stage = <Encoded extends object>(
  definition: Definition<Encoded>,
  ...[options]: Base.Given<Encoded>
): Put => put(definition.bind(options ?? {}, findNothing))

// --------------------------------------------------------------------------------------------------- groups, decay

const amount = value(OptionSchema.nonNegative)

const Group = Schema.Struct({
  paths: OptionSchema.required(Patterns, "Patterns of paths of parameters; * stands for one part, ** for several", [
    "**.kernel"
  ]),
  rate: OptionSchema.withDefault(amount, 1, "What the learning rate of these parameters is multiplied by"),
  weightDecay: OptionSchema.optional(amount, "The weight decay of these parameters; default: that of the others", 0.01)
})

/** A learning rate: above 0, or a schedule, which may reach 0. */
export const learningRate = value(OptionSchema.positive, OptionSchema.nonNegative)

/** A weight decay, or a schedule of it. */
export const weightDecay = amount

/** The options that all optimizers with a learning rate share. */
export const shared = {
  weightDecay: OptionSchema.optional(amount, "How much weights are pulled to 0; default: not at all", 0.01),
  clipNorm: OptionSchema.optional(OptionSchema.positive, "The largest Euclidean norm of the gradient; default: any", 1),
  groups: OptionSchema.optional(
    Schema.Array(Group),
    "Parameters with a rate and a decay of their own, by patterns of their paths",
    [{ paths: ["**.bias"], weightDecay: 0 }]
  )
}

interface Shared {
  readonly learningRate: Stage.Value
  readonly weightDecay?: Stage.Value
  readonly clipNorm?: number
  readonly groups?: ReadonlyArray<typeof Group.Type>
}

/** The arrays that decay by default: kernels, but for those of embeddings. */
const decaying = choosing(["**.kernel", "!**mbedding*.kernel", "!**Tokens*.kernel"])

/** What a chain is made of besides its moments; `decoupled` decay stands behind them, an L2 penalty before. */
interface Parts extends Shared {
  readonly decoupled: boolean
  readonly moments: ReadonlyArray<Transform>
}

/**
 * The chain clip → penalty → moments → decoupled decay → rate → rates of groups. The first group that names an array
 * decides; its decay is that of all arrays that it names.
 */
const grouped = ({ clipNorm, decoupled, groups = [], learningRate, moments, weightDecay = 0 }: Parts): Bounds => {
  const chosen = groups.map(({ paths }) => choosing(paths))
  const groupOf = (path: string): number => chosen.findIndex((chooses) => chooses(path))
  const some = (transforms: ReadonlyArray<Transform>, chooses: (path: string) => boolean): Bounds =>
    Result.map(all(transforms), ({ transforms }) => transforms.map((transform) => onlyOn(chooses, transform)))
  const isUsed = (value: Stage.Value) => value !== 0
  const decay = (value: Stage.Value) => (isUsed(value) ? [decayBy({ rate: written(value) })] : [])
  const ownDecay = (path: string) => groups[groupOf(path)]?.weightDecay !== undefined
  const decays = [
    some(decay(weightDecay), (path) => decaying(path) && !ownDecay(path)),
    ...groups.map((group, i) => some(decay(group.weightDecay ?? 0), (path) => groupOf(path) === i))
  ]
  const every = (transforms: ReadonlyArray<Transform>): Bounds =>
    Result.map(all(transforms), ({ transforms }) => transforms)
  const chain = [
    every(clipNorm === undefined ? [] : [clip({ norm: clipNorm })]),
    ...(decoupled ? [] : decays),
    every(moments),
    ...(decoupled ? decays : []),
    every([rate(written(learningRate))]),
    ...groups.map((group, i) =>
      some(group.rate === 1 ? [] : [rate(written(group.rate))], (path) => groupOf(path) === i)
    )
  ]
  // It changes nothing, and names the groups.
  const named: Stage.Transform = {
    ...sequence([]),
    groups: groups.map(({ paths }, i) => ({ patterns: paths, chooses: chosen[i]! }))
  }
  return Result.map(Result.all(chain), (parts) => [...parts.flat(), named])
}

/** Defines an optimizer with a learning rate and the options of `shared`. */
export const defineShared = <Type extends Shared, Encoded>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly decoupled: boolean
  readonly moments: (options: Type) => ReadonlyArray<Transform>
}): Definition<Encoded> =>
  defineChain({
    ...definition,
    chain: (options) => grouped({ ...options, decoupled: definition.decoupled, moments: definition.moments(options) })
  })
