/**
 * Transformations of the target of a regression: learned on the training rows, and undone in what is predicted, so that
 * measures, of the validation too, are in the unit of the target.
 *
 * A list of them is one after another. Networks have them as a setting, `Model.regr({ target: [Target.log(),
 * Target.standardise()] })`; before any other learner they are put by `Learner.targetTransformed`. They keep the order of
 * values.
 *
 * @example
 * Learner.targetTransformed([Target.log()], Knn.make({ k: 5 }))
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Decode from "./Decode.ts"
import type * as Base from "./Definition.ts"
import { isDefinition, isTarget, type Json, type Target } from "./internal/target/define.ts"
import { minMaxDefinition, standardiseDefinition } from "./internal/target/linear.ts"
import { log1pDefinition, logDefinition } from "./internal/target/logarithms.ts"
import { boxCoxDefinition, yeoJohnsonDefinition } from "./internal/target/powers.ts"

export {
  type Bound,
  define,
  type Definition,
  type Fitted,
  type Json,
  make,
  type Target,
  TypeId
} from "./internal/target/define.ts"
export * from "./internal/target/linear.ts"
export { log, log1p, log1pDefinition, logDefinition } from "./internal/target/logarithms.ts"
export * from "./internal/target/powers.ts"

/** The transformations of this package, for registries. */
export const definitions: ReadonlyArray<Base.Definition<"target">> = [
  standardiseDefinition,
  minMaxDefinition,
  logDefinition,
  log1pDefinition,
  boxCoxDefinition,
  yeoJohnsonDefinition
]

const TargetJson = Schema.StructWithRest(Schema.Struct({ type: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])

/** Those of this package need no registry, as one of them is a default. */
const findTarget = (type: string, find: Base.Find): Result.Result<Base.Definition, string> => {
  const own = definitions.find(({ id }) => id === type)
  return own === undefined ? find(type, "target") : Result.succeed(own)
}

/** The schema of options that are transformations of the target: `{ type: "Target.log" }`, or a name alone. */
export const reference: Base.Options<Target, string | Json> = Decode.reference(
  "target",
  Schema.Union([Schema.String, TargetJson]),
  isTarget,
  (given, find) => {
    const { type, ...options } = typeof given === "string" ? { type: given } : given
    return Result.match(findTarget(type, find), {
      onSuccess: (definition) => {
        if (!isDefinition(definition)) {
          return Result.fail([
            { path: ["type"], message: `"${type}" is no transformation of a target; define it by Target.define` }
          ])
        }
        const target = definition.bind(options, find)
        return Result.map(target.bound, () => target)
      },
      onFailure: (message) => Result.fail([{ path: typeof given === "string" ? [] : ["type"], message }])
    })
  },
  ({ bound, json }) => (Result.isSuccess(bound) ? bound.success.encoded : json)
)
