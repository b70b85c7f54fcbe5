/**
 * The learner of a recipe: it writes a pipeline, and trains that.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind, Task } from "../../../data/Task.ts"
import type { Engines } from "../../../engine/Engine.ts"
import { hashJson } from "../../../Hash.ts"
import * as Closing from "../../../pipeline/Closing.ts"
import type * as Base from "../../../pipeline/Definition.ts"
import * as Features from "../../../pipeline/Features.ts"
import * as Pipeline from "../../../pipeline/Pipeline.ts"
import type { PipelineError } from "../../../pipeline/PipelineError.ts"
import * as Learner from "../../Learner.ts"
import * as Measure from "../../Measure.ts"
import { decodeOptions } from "../decodeOptions.ts"
import { Columns, columnsOf } from "./columns.ts"
import * as Losses from "./losses.ts"
import type { Decoded, Side } from "./options.ts"
import type { Definition, Seen } from "./recipe.ts"

const State = Schema.Struct({
  version: Schema.Int,
  columns: Columns,
  /** The pipeline, as it was trained. */
  pipeline: Schema.Array(Schema.Unknown),
  learner: Schema.Unknown
})

/** Rows a batch by the number of rows, as the paper of TabM chose them (Gorishniy et al. 2024; pytabkit). */
const automatic = (rows: number): number =>
  [2800, 4500, 6400, 32_000, 108_000].reduce((size, more) => (rows < more ? size : 2 * size), 32)

/** The pipeline of a recipe on a task. */
const planned = <F extends Schema.Struct.Fields>(
  recipe: Definition<F>,
  { id, model }: Side,
  options: Decoded<F>,
  seen: Seen
): Result.Result<Pipeline.Any, PipelineError> => {
  const { batchSize, epochs, find, losses, optimizer, own } = options
  const { holdout, patience } = recipe.training
  const found = Result.orElse(Losses.lossFor(losses, seen.kind), (message) => Features.fail(id, message))
  return Result.flatMap(found, (loss) => {
    const usual = { holdout, measures: [Measure.usual[seen.kind].id], patience, restoreBest: true }
    const validation = options.validation === "none" ? undefined : (options.validation ?? usual)
    return Result.map(recipe.network(own, seen), (network) =>
      Closing.put(
        Closing.append(
          network,
          loss,
          optimizer ?? Closing.stageOf<Pipeline.Pipeline<"loss">>(recipe.optimizer(own, seen))
        ),
        model,
        {
          ...options.model,
          epochs,
          batchSize: batchSize === "auto" ? automatic(seen.rows) : batchSize,
          validation
        },
        find
      )
    )
  })
}

/** The learner of options, which `decode` reads once; where they break a rule, it says so whenever it is used. */
export const learnerOf = <F extends Schema.Struct.Fields>(
  recipe: Definition<F>,
  side: Side,
  given: object,
  decode: (given: object, find: Base.Find) => Result.Result<Decoded<F>, PipelineError>,
  find: Base.Find
): Learner.Learner<TargetKind, never, never, Engines> => {
  const decoded = decode(given, find)
  const { id, kinds } = side
  const known = Result.getOrUndefined(decoded)
  const plan = (seen: Seen) => Result.flatMap(decoded, (options) => planned(recipe, side, options, seen))
  const seenOf = (task: Task): Seen => ({ ...columnsOf(task), kind: task.kind, levels: task.levels })
  const closed = (seen: Seen) =>
    Result.flatMap(plan(seen), (pipeline) =>
      Result.map(Learner.fromPipeline(pipeline), (learner) => ({ learner, pipeline }))
    )
  const fitted = (
    pipeline: Pipeline.Any,
    { kind: _, levels: __, ...columns }: Seen,
    inner: Learner.Fitted<Engines>
  ): Learner.Fitted<Engines> => ({
    ...inner,
    state: () => ({
      version: known?.own.version,
      columns,
      pipeline: Pipeline.toJson(pipeline),
      learner: inner.state()
    })
  })
  const losses = known?.losses ?? {}
  const accepts = kinds.filter((kind) => losses[kind] !== undefined)
  return Learner.fromParts<TargetKind, never, never, Engines>({
    id,
    // The newest version, where none is given.
    json: { type: id, version: recipe.versions.at(-1)!, ...given },
    hash: () => hashJson({ type: id, options: known?.encoded ?? given }),
    // Without a loss it says so when it is checked or trained.
    accepts: accepts.length === 0 ? kinds : accepts,
    weighted: Object.values(losses).every((loss) => Losses.partOf(loss)?.weighted === true),
    takes: recipe.takes,
    predictType: "predictType" in given && given.predictType === "response" ? "response" : "prob",
    epochs: known && {
      most: known.epochs,
      change: ({ epochs, scheduleEpochs, validation }) => {
        const held = validation === "none" ? validation : validation.options
        const measures = Measure.definitionsOf(validation === "none" ? [] : validation.measures)
        return learnerOf(recipe, side, { ...given, epochs, scheduleEpochs, validation: held }, decode, (id, ...kinds) =>
          Result.orElse(find(id, ...kinds), () => Closing.among(measures)(id, ...kinds))
        )
      }
    },
    plan: (task) => plan(seenOf(task)),
    check: (task) => Effect.flatMap(Effect.fromResult(closed(seenOf(task))), ({ learner }) => learner.check(task)),
    fit: (task, seed, resume) => {
      const seen = seenOf(task)
      return Effect.flatMap(Effect.fromResult(closed(seen)), ({ learner, pipeline }) =>
        Effect.map(learner.fit(task, seed, resume), (inner) => fitted(pipeline, seen, inner))
      )
    },
    load: (task, json) =>
      Result.flatMap(decodeOptions("model state", State)(json), (state) => {
        const seen = { ...state.columns, kind: task.kind, levels: task.levels }
        return Result.flatMap(closed(seen), ({ learner, pipeline }) =>
          hashJson(Pipeline.toJson(pipeline)) === hashJson(state.pipeline)
            ? Result.map(learner.load(task, state.learner), (inner) => fitted(pipeline, seen, inner))
            : Features.fail(
                "model state",
                `${id} wrote another pipeline when it was trained, as version ${state.version}; load it with the release that trained it`
              )
        )
      })
  })
}
