/**
 * What can be said of a pipeline before it is trained: what would make it fail, and what is probably not meant.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Note } from "../../../data/Note.ts"
import type { Task } from "../../../data/Task.ts"
import type * as Graph from "../../../network/Graph.ts"
import { PipelineError } from "../../../pipeline/PipelineError.ts"
import * as Seed from "../../../Seed.ts"
import type { Hooks } from "../../Callback.ts"
import * as Drawing from "../drawing.ts"
import * as Preprocessing from "../preprocessing.ts"
import * as Scheduling from "../scheduling.ts"
import * as Settings from "../settings.ts"
import * as Transforms from "../targetTransforms.ts"
import * as TrainingNotes from "../trainingNotes.ts"
import * as TrainingRows from "../trainingRows.ts"
import { dataOf, lossId, networkOf, type Parts, takerOf } from "./parts.ts"

/** The functions of the callbacks, in the order of their weights. */
export const hooksOf = ({ callbacks }: Settings.Settings): ReadonlyArray<Hooks> =>
  callbacks
    .toSorted((a, b) => a.definition.weight - b.definition.weight)
    .flatMap(({ bound }): ReadonlyArray<Hooks> => (Result.isSuccess(bound) ? [bound.success.make()] : []))

/** Refuses callbacks that cannot do their work in a network. */
export const checkCallbacks = (callbacks: ReadonlyArray<Hooks>, { parameters }: Graph.Network) => {
  const paths = parameters.map(({ path }) => path)
  const issues = callbacks.flatMap(({ check }) => {
    const message = check?.(paths)
    return message === undefined ? [] : [{ path: [], message }]
  })
  return issues.length === 0 ? Result.succeed(undefined) : Result.fail(new PipelineError({ issues }))
}

/** Finds what would make training fail, except what only training shows. */
export const check = Effect.fnUntraced(function* (parts: Parts, task: Task) {
  yield* Effect.fromResult(Settings.check(parts.settings, task))
  yield* Effect.fromResult(Scheduling.check(parts.optimizer.transform, parts.settings.validation))
  // Any seed will do: whether rows are left on both sides does not depend on it.
  const seed = Seed.root(0)
  yield* Effect.fromResult(Settings.splitRows(task, parts.settings.validation, seed))
  const { learned, made, steps, task: trained } = yield* Preprocessing.fit(parts.stages, task, seed)
  const transforms = yield* Effect.fromResult(Transforms.fit(parts.settings.target ?? [], trained.target))
  yield* dataOf(trained, learned, made, transforms)
  yield* Effect.fromResult(TrainingRows.of(parts.settings, trained))
  const network = yield* Effect.fromResult(networkOf(parts, learned, task))
  yield* Effect.fromResult(checkCallbacks(hooksOf(parts.settings), network))
  yield* Effect.fromResult(TrainingRows.check(parts.settings, takerOf(parts), network))
  const { notes, stages } = Preprocessing.checked(steps)
  const { loss, optimizer, settings } = parts
  return {
    stages,
    notes: [...notes, ...batchNotes(parts, trained), ...groupNotes(parts, network)],
    computes: { program: { network, loss: loss.loss, optimizer: optimizer.transform }, engine: settings.engine }
  }
})

/** What the optimizer says of parameters that are not there. */
const groupNotes = ({ optimizer, stages }: Parts, network: Graph.Network): ReadonlyArray<Note> =>
  TrainingNotes.idleGroups(
    stages.find(({ kind }) => kind === "optimizer")?.id ?? "the optimizer",
    optimizer.transform.groups ?? [],
    network.parameters.map(({ path }) => path)
  )

/** What the batches are worth to the loss. */
const batchNotes = (parts: Parts, task: Task): ReadonlyArray<Note> => {
  const { loss, settings } = parts
  const twice =
    settings.classWeights !== undefined &&
    settings.batches !== undefined &&
    "balanced" in settings.batches &&
    settings.batches.balanced === "class"
      ? [TrainingNotes.balancedTwice]
      : []
  if (task.kind !== "binary" || !loss.translationInvariant) return twice
  const positives = task.target.reduce((count, code) => count + (code === 0 ? 1 : 0), 0)
  const { batches } = settings
  const ranking = TrainingNotes.rankingBatches(lossId(parts), {
    batchSize: settings.batchSize,
    how: batches && Drawing.byClass(batches),
    rows: task.rows,
    share: positives / task.rows
  })
  return [...twice, ...ranking]
}
