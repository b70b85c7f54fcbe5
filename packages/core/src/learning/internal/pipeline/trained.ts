/**
 * A trained pipeline: what it keeps, how it predicts, and how it is saved and loaded.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Note } from "../../../data/Note.ts"
import type { Rows, TaskSchema } from "../../../data/TaskSchema.ts"
import type * as Engine from "../../../engine/Engine.ts"
import * as Graph from "../../../network/Graph.ts"
import * as Features from "../../../pipeline/Features.ts"
import { PipelineError } from "../../../pipeline/PipelineError.ts"
import type * as Learner from "../../Learner.ts"
import * as Prediction from "../../Prediction.ts"
import type * as Training from "../../Training.ts"
import { decodeOptions } from "../decodeOptions.ts"
import * as Preprocessing from "../preprocessing.ts"
import * as Transforms from "../targetTransforms.ts"
import type { Learned } from "./learned.ts"
import { coefficientsOf, isLinear } from "./linear.ts"
import { combined, membersOf, networkOf, type Parts, programOf, type Target } from "./parts.ts"
import { notFinite, scoresOf } from "./scoring.ts"

const State = Schema.Struct({
  /** Version 1 named arrays by the place of their layer. */
  format: Schema.Literal(2),
  ...Preprocessing.Json.fields,
  intercept: Schema.Finite,
  /** Of a regression; absent where there were no transformations yet. */
  target: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  /** Of a linear network, the standard deviations of its columns in the training rows. */
  deviations: Schema.optionalKey(Schema.Array(Schema.Finite)),
  arrays: Schema.Array(
    Schema.Struct({ path: Schema.String, shape: Schema.Array(Schema.Int), values: Schema.Array(Schema.Finite) })
  )
})

/** What a pipeline that has learned can do. */
export const fitted = (
  parts: Parts,
  learned: Learned,
  target: Target,
  outcome: Training.Outcome | undefined,
  notes: ReadonlyArray<Note> = []
): Learner.Fitted<Engine.Engines> => ({
  outcome,
  notes,
  state: () => ({
    format: 2,
    ...Preprocessing.toJson(learned.before),
    intercept: learned.intercept,
    ...(target.kind === "regression" && { target: learned.target.state() }),
    ...(learned.deviations && { deviations: learned.deviations }),
    arrays: learned.arrays.map((array) => ({ ...array, values: Array.from(array.values) }))
  }),
  parts: () => {
    const network = Result.getOrThrow(networkOf(parts, learned.before, target))
    const { ingress, preprocess } = Preprocessing.toJson(learned.before)
    const named = (pairs: typeof preprocess) => pairs.map(([path, state]) => ({ path, state }))
    return {
      _tag: "Network",
      stages: parts.stages,
      preprocess: named(preprocess),
      ingress: named(ingress),
      network,
      arrays: learned.arrays,
      intercept: learned.intercept,
      target: Transforms.partsOf(parts.settings.target ?? [], learned.target),
      members: membersOf(network, target),
      ranks: parts.loss.translationInvariant,
      predictType: parts.settings.predictType
    }
  },
  predict: Effect.fnUntraced(function* (rows: Rows) {
    const network = yield* Effect.fromResult(networkOf(parts, learned.before, target))
    const made = yield* Preprocessing.apply(parts.stages, learned.before, rows)
    const outputs = yield* Effect.scoped(
      Effect.gen(function* () {
        const sources = yield* Preprocessing.open(learned.before, made)
        const { engine } = yield* programOf(parts, network, target)
        return yield* scoresOf(engine, network, learned.arrays, { rows: rows.rows, sources })
      })
    )
    const refused = notFinite(outputs, network.outputs)
    if (refused !== undefined) return yield* refused
    // In double precision: in single, scores that differ could become equal.
    const shifted = combined(parts, network, target, learned.target, outputs).map((score) => score + learned.intercept)
    return Prediction.fromOutputs(rows, shifted, parts.settings.predictType)
  }),
  coefficients: isLinear(parts) ? () => coefficientsOf(parts, learned, target) : undefined
})

/** Restores what `fitted` keeps. */
export const load = (
  parts: Parts,
  task: TaskSchema,
  json: unknown
): Result.Result<Learner.Fitted<Engine.Engines>, PipelineError> =>
  Result.gen(function* () {
    const state = yield* decodeOptions("model state", State)(json)
    const before = yield* Preprocessing.fromJson(parts.stages, state)
    const arrays = state.arrays.map((array) => ({ ...array, values: Float32Array.from(array.values) }))
    const network = yield* Result.mapError(
      networkOf(parts, before, task),
      ({ message }) => new PipelineError({ issues: [{ path: [], message: `model state: ${message}` }] })
    )
    const wrong = Graph.mismatch(network, arrays)
    if (wrong !== undefined) return yield* Features.fail("model state", wrong)
    // Models that were saved before there were transformations have none.
    const target =
      state.target === undefined ? Transforms.none : yield* Transforms.load(parts.settings.target ?? [], state.target)
    const { deviations, intercept } = state
    return fitted(parts, { before, target, arrays, intercept, deviations }, task, undefined)
  })
