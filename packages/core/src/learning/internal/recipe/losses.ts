/**
 * The loss of a recipe: one, one for each kind of target, or the usual ones by their ids.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../../../data/Task.ts"
import type { Find } from "../../../pipeline/Definition.ts"
import * as Loss from "../../../pipeline/Loss.ts"
import type { PartOf, Stage } from "../../../pipeline/Stage.ts"

/** The schema of the option. */
export const Option = Schema.Union([
  Loss.reference,
  Schema.Struct({
    binary: Schema.optionalKey(Loss.reference),
    multiclass: Schema.optionalKey(Loss.reference),
    regression: Schema.optionalKey(Loss.reference)
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

const kinds: ReadonlyArray<TargetKind> = ["binary", "multiclass", "regression"]

const isStage = (given: Stage | ByKind): given is Stage => "bound" in given

/** The loss for each kind of target that has one. */
export const byKind = (given: Stage | ByKind | undefined, find: Find): ByKind => {
  if (given !== undefined && !isStage(given)) return given
  const lossFor = (kind: TargetKind): Stage | undefined => {
    if (given !== undefined) return partOf(given)?.accepts.includes(kind) === true ? given : undefined
    const found = find(usual[kind], "loss")
    return Result.isSuccess(found) && "bind" in found.success
      ? (found.success as Loss.Definition).bind({}, find)
      : undefined
  }
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const loss = lossFor(kind)
      return loss === undefined ? [] : [[kind, loss]]
    })
  )
}

/** What is wrong with the loss for a kind of target; undefined if nothing is. */
export const problemOf = (losses: ByKind, kind: TargetKind): string | undefined => {
  const loss = losses[kind]
  if (loss === undefined) {
    const known = kinds.filter((other) => losses[other] !== undefined)
    return `has no loss for ${kind} targets, ${known.length === 0 ? "nor for others" : `only for ${known.join(" and ")} ones`}; give one as loss, such as ${usual[kind]}`
  }
  const accepts = partOf(loss)?.accepts ?? []
  return accepts.includes(kind) || accepts.length === 0
    ? undefined
    : `has the loss ${loss.id} for ${kind} targets, which is for ${accepts.join(" and ")} ones; give another one`
}
