/**
 * The last stage of a pipeline: it says how to train, and closes the pipeline into whatever does so.
 *
 * Pipelines know nothing of learners: what `close` makes is the business of who defines the stage.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../data/Task.ts"
import { hashJson } from "../Hash.ts"
import { findNothing } from "./Decode.ts"
import type { Definition as Base, Find, Options } from "./Definition.ts"
import { define as defineStage } from "./internal/bind.ts"
import { append as appendStage, fromStages, starting } from "./internal/pipeline.ts"
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

/** Puts stages that were bound already on a pipeline; whoever closes it checks their order. */
export const append = (self: Pipeline.Any, ...stages: ReadonlyArray<Stage.Stage>): Pipeline.Any =>
  fromStages([...self.stages, ...stages])

/** All stages but the last one, as a pipeline. */
export const withoutLast = (stages: ReadonlyArray<Stage.Stage>): Pipeline.Any => fromStages(stages.slice(0, -1))

/** The stages that a function puts on a pipeline. */
export const stagesOf = <P extends Pipeline.Any>(put: (self: P) => Pipeline.Any): ReadonlyArray<Stage.Stage> =>
  put(fromStages<P>([])).stages

/** The stage that a function puts on a pipeline, such as `Bce.loss()`. */
export const stageOf = <P extends Pipeline.Any>(put: (self: P) => Pipeline.Any): Stage.Stage => stagesOf(put)[0]!

/**
 * A stage that is written as JSON of any form, and says in every use that it is not known yet: it stands first or follows a
 * pipeline, as whatever will take its place.
 */
export const openStage = (kind: Stage.Stage["kind"], json: object, message: string): object =>
  starting({ id: "open", kind, json: json as Stage.StageJson, bound: Result.fail([{ path: [], message }]) })

/** A way to find stages that were bound already, by the JSON that they were written as. */
export const amongStages =
  (stages: ReadonlyArray<Stage.Stage>): Find =>
  (id, ...kinds) => {
    const found = stages.filter((stage) => stage.id === id && (kinds as ReadonlyArray<string>).includes(stage.kind))
    const [first] = found
    if (first === undefined) return findNothing(id, ...kinds)
    const definition: Stage.Definition = {
      id,
      kind: first.kind,
      summary: "",
      options: Schema.Unknown,
      bind: (given) => {
        const hash = hashJson({ type: id, ...given })
        return found.find(({ json }) => hashJson(json) === hash) ?? first
      }
    }
    return Result.succeed(definition)
  }

/** Puts the last stage on a pipeline. */
export const put = (self: Pipeline.Any, definition: Definition, options: object, find: Find): Pipeline.Any =>
  appendStage(self, definition.bind(options, find))

/** What the last stage of a pipeline closes it into; undefined without one whose options are in order. */
export const close = ({ stages }: Pipeline.Any): object | undefined => {
  const bound = stages.at(-1)?.bound
  return bound !== undefined && Result.isSuccess(bound) && bound.success.part.kind === "model"
    ? bound.success.part.model.close(stages)
    : undefined
}
