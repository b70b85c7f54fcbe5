/**
 * Pipelines as learners: preprocessing is fitted, columns become the inputs of a network, the network is trained.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Kind as TargetKind } from "../../data/Task.ts"
import type * as Engine from "../../engine/Engine.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import type { Part, PartOf, Stage } from "../../pipeline/Stage.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import * as Learner from "../Learner.ts"
import { check } from "./pipeline/check.ts"
import { fit } from "./pipeline/fit.ts"
import type { Parts } from "./pipeline/parts.ts"
import { load } from "./pipeline/trained.ts"
import type * as Settings from "./settings.ts"

const isOf = <K extends Part["kind"]>(part: Part, kind: K): part is PartOf<K> => part.kind === kind

const partOf = <K extends Part["kind"]>(stages: ReadonlyArray<Stage>, kind: K): PartOf<K> | undefined => {
  for (const { bound } of stages) {
    if (Result.isSuccess(bound) && isOf(bound.success.part, kind)) return bound.success.part
  }
  return undefined
}

/** A short name for tables: the layers of the network and the loss. */
const shortName = ({ stages }: Pipeline.Any): string => {
  const options = ({ json: { type: _, ...given } }: Stage) => Object.values(given).filter((v) => typeof v !== "object")
  const body = stages
    .filter(({ kind }) => kind === "layer" || kind === "block" || kind === "merge")
    .map((stage) => [stage.id.replace("Nn.", ""), ...options(stage)].join(" "))
    .join(", ")
  const loss = stages.find(({ kind }) => kind === "loss")?.id.replace(".loss", "") ?? "no loss"
  return `${body === "" ? "linear" : body} – ${loss}`
}

const described = (pipeline: Pipeline.Any) => ({
  id: shortName(pipeline),
  json: { pipeline: Pipeline.toJson(pipeline) },
  hash: () => Pipeline.hash(pipeline)
})

/** A learner of a pipeline, whose target kinds and columns are known to the types of the pipeline only. */
export type AnyTarget = Learner.Learner<TargetKind, never, never, Engine.Engines>

/**
 * Makes the learner of a complete pipeline, whose options and order are checked. `change` gives it with another training.
 */
export const pipelineLearner = (
  pipeline: Pipeline.Any,
  settings: Settings.Settings,
  accepts: ReadonlyArray<TargetKind>,
  change: (options: Learner.EpochsChange) => AnyTarget
): AnyTarget => {
  const { stages } = pipeline
  const loss = partOf(stages, "loss")
  const optimizer = partOf(stages, "optimizer")
  if (loss === undefined || optimizer === undefined) {
    const message = "there is no loss or no optimizer"
    return refusedLearner(pipeline, new PipelineError({ issues: [{ path: [], message }] }))
  }
  const parts: Parts = { stages, settings, loss, optimizer }
  return Learner.fromParts<TargetKind, never, never, Engine.Engines>({
    ...described(pipeline),
    accepts: loss.accepts.filter((kind) => accepts.includes(kind)),
    weighted: loss.weighted && !optimizer.transform.searches,
    predictType: settings.predictType,
    epochs: { most: settings.epochs, change },
    check: (task) => Effect.scoped(check(parts, task)),
    fit: (task, seed, resume) => Effect.scoped(fit(parts, task, seed, resume)),
    load: (task, state) => load(parts, task, state)
  })
}

/** A learner of a pipeline with problems: it says them whenever it is used. */
export const refusedLearner = (pipeline: Pipeline.Any, error: PipelineError): AnyTarget =>
  // What it fails with, every learner may fail with.
  Learner.refused(described(pipeline), error) as unknown as AnyTarget
