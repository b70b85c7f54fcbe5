/**
 * The last stage of a pipeline: it says how to train, and closes the pipeline into whatever does so.
 *
 * Pipelines know nothing of learners: what `close` makes is the business of who defines the stage.
 */
import * as Result from "effect/Result"
import type { Kind as TargetKind } from "../data/Task.ts"
import { findNothing } from "./Decode.ts"
import type { Definition as Base, Find, Options } from "./Definition.ts"
import { define as defineStage } from "./internal/bind.ts"
import { append, fromStages } from "./internal/pipeline.ts"
import type * as Pipeline from "./Pipeline.ts"
import type * as Stage from "./Stage.ts"

/** The definition of a stage that closes a pipeline: see `Model`. @category models */
export interface Definition<out Encoded = unknown> extends Stage.Definition<"model", Encoded> {
  readonly accepts: ReadonlyArray<TargetKind>
}

/** Defines a closing stage; `close` gets the decoded options and the whole pipeline. @category constructors */
export const define = <Type, Encoded>(definition: {
  readonly id: string
  readonly summary: string
  readonly accepts: ReadonlyArray<TargetKind>
  readonly options: Options<Type, Encoded>
  readonly close: (options: Type, pipeline: Pipeline.Any) => object
}): Definition<Encoded> => {
  const { accepts, close } = definition
  const stage = defineStage({
    ...definition,
    kind: "model",
    part: (options) => ({ kind: "model", model: { accepts, close: (stages) => close(options, fromStages(stages)) } })
  })
  return { ...stage, accepts }
}

/** A way to find the definitions that options made in code mention. */
export const among =
  (definitions: ReadonlyArray<Base>): Find =>
  (id, ...kinds) => {
    const found = definitions.find((known) => known.id === id && kinds.includes(known.kind))
    return found === undefined ? findNothing(id, ...kinds) : Result.succeed(found)
  }

/** Puts the last stage on a pipeline. */
export const put = (self: Pipeline.Any, definition: Definition, options: object, find: Find): Pipeline.Any =>
  append(self, definition.bind(options, find))

/** What the last stage of a pipeline closes it into; undefined without one whose options are in order. */
export const close = ({ stages }: Pipeline.Any): object | undefined => {
  const bound = stages.at(-1)?.bound
  return bound !== undefined && Result.isSuccess(bound) && bound.success.part.kind === "model"
    ? bound.success.part.model.close(stages)
    : undefined
}
