/**
 * The loss of a recipe: one, one for each kind of target, or the usual ones by their ids.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import type { Kind as TargetKind } from "../../../data/Task.ts"
import type { Find } from "../../../pipeline/Definition.ts"
import * as Loss from "../../../pipeline/Loss.ts"
import type { PartOf, Stage } from "../../../pipeline/Stage.ts"

/** The schema of the option for classes: several kinds of targets. */
export const Classes = Schema.Union([
  Loss.reference,
  Schema.Struct({
    binary: OptionSchema.optional(Loss.reference, "The loss of tasks of two classes", "Aum.loss"),
    multiclass: OptionSchema.optional(Loss.reference, "The loss of tasks of several classes", "CrossEntropy.loss")
  })
])

/** The losses that are the negative log-likelihood, by their ids. */
const usual: Readonly<Record<TargetKind, string>> = {
  binary: "Bce.loss",
  multiclass: "CrossEntropy.loss",
  regression: "Mse.loss"
}

/** Losses for kinds of targets. */
export type ByKind = Readonly<Partial<Record<TargetKind, Stage>>>

/** What a loss is bound to. */
export const partOf = ({ bound }: Stage): PartOf<"loss"> | undefined =>
  Result.isSuccess(bound) && bound.success.part.kind === "loss" ? bound.success.part : undefined

const isStage = (given: Stage | ByKind): given is Stage => "bound" in given

const isLoss = (definition: object): definition is Loss.Definition => "bind" in definition

/** The loss for each of some kinds of targets that has one. */
export const byKind = (kinds: ReadonlyArray<TargetKind>, given: Stage | ByKind | undefined, find: Find): ByKind => {
  if (given !== undefined && !isStage(given)) return given
  const lossFor = (kind: TargetKind): Stage | undefined => {
    if (given !== undefined) return partOf(given)?.accepts.includes(kind) === true ? given : undefined
    const found = find(usual[kind], "loss")
    return Result.isSuccess(found) && isLoss(found.success) ? found.success.bind({}, find) : undefined
  }
  const all = kinds.map((kind) => [kind, lossFor(kind)] as const)
  return Object.fromEntries(all.filter(([, loss]) => loss !== undefined))
}

/** The loss for a kind of target, or what is wrong. */
export const lossFor = (losses: ByKind, kind: TargetKind): Result.Result<Stage, string> => {
  const loss = losses[kind]
  if (loss === undefined) {
    const known = Object.keys(losses)
    return Result.fail(
      `has no loss for ${kind} targets${known.length === 0 ? "" : `, only for ${known.join(" and ")} ones`}; give one as loss, such as ${usual[kind]}`
    )
  }
  const accepts = partOf(loss)?.accepts ?? []
  return accepts.includes(kind) || accepts.length === 0
    ? Result.succeed(loss)
    : Result.fail(
        `has the loss ${loss.id} for ${kind} targets, which is for ${accepts.join(" and ")} ones; give another one`
      )
}
