/**
 * Makes preprocessing stages that change the rows of tensor columns when they are read.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Column from "../../../data/Column.ts"
import * as Note from "../../../data/Note.ts"
import type * as Select from "../../../data/Select.ts"
import * as Tensors from "../../../data/Tensors.ts"
import type { Step } from "../../../data/TensorStore.ts"
import { canonicalJson } from "../../../Hash.ts"
import type { Seed } from "../../../Seed.ts"
import * as Decode from "../../Decode.ts"
import type { Options } from "../../Definition.ts"
import * as Features from "../../Features.ts"
import { PipelineError } from "../../PipelineError.ts"
import type { Definition, FittedPreprocessor, Preprocessor } from "../../Stage.ts"
import { define as defineStage } from "../bind.ts"
import { SeedJson } from "../seedJson.ts"
import { selectorNotes } from "../selectorNotes.ts"
import type { Change } from "./plane.ts"

/** The options that every such stage has. */
export interface Chosen {
  /** The tensor columns; default: all. */
  readonly columns?: Select.Select | undefined
}

const isTensor = (column: Column.Column): column is Column.Tensor => column.type === "tensor"

/** What a stage that changes tensors is made of. */
export interface Parts<Type extends Chosen, Encoded, Learned> {
  readonly id: string
  readonly summary: string
  readonly options: Options<Type, Encoded>
  /** What is learned of each column, as plain JSON; `learn` gets the column as it reaches the stage. */
  readonly learned: Schema.Codec<Learned>
  readonly learn: (options: Type, column: Column.Tensor) => Effect.Effect<Learned, PipelineError>
  /** Whether it draws, in training only. */
  readonly augments: boolean
  readonly change: (options: Type, learned: Learned) => Change
}

const choose = (
  features: Features.Features,
  id: string,
  names: Select.Select | undefined
): Result.Result<ReadonlyArray<readonly [string, Column.Tensor]>, PipelineError> =>
  Result.flatMap(Features.chosen(features, id, names, isTensor), (chosen) => {
    const wrong = chosen.find(([, column]) => !isTensor(column))
    return wrong === undefined
      ? Result.succeed(chosen.flatMap(([name, column]) => (isTensor(column) ? [[name, column] as const] : [])))
      : Features.fail(
          id,
          `changes tensors, but column "${wrong[0]}" is ${wrong[1].type}; name tensor columns, or none to change all of them`
        )
  })

/** Defines a stage that puts a step on tensor columns. */
export const define = <Type extends Chosen, Encoded, Learned>(
  parts: Parts<Type, Encoded, Learned>
): Definition<"preprocess", Encoded> => {
  const { augments, change, id, learn, learned } = parts
  const State = Schema.Struct({
    columns: Schema.Array(Schema.Struct({ column: Schema.String, learned })),
    seed: Schema.optionalKey(SeedJson)
  })
  const stepOf = (options: Type, of: Learned, seed: Seed | undefined): Step => {
    const { columns: _, ...rest } = options
    return { key: `${id} ${canonicalJson([rest, of])}`, seed, ...change(options, of) }
  }
  const withStep = (name: string, column: Column.Tensor, step: Step) => {
    const next = Tensors.withSteps(column, [step])
    return Result.match(Tensors.shapes(next), {
      onSuccess: () => Result.succeed(next),
      onFailure: (problem) => Features.fail(id, `column "${name}": ${problem}`)
    })
  }
  const fitted = (options: Type, state: typeof State.Type): FittedPreprocessor => ({
    state: () => Schema.encodeSync(State)(state),
    apply: (features) =>
      Effect.fromResult(
        Result.gen(function* () {
          const columns = new Map(features.columns)
          const names = state.columns.map(({ column }) => column)
          for (const [i, [name, column]] of (yield* choose(features, id, names)).entries()) {
            columns.set(name, yield* withStep(name, column, stepOf(options, state.columns[i]!.learned, state.seed)))
          }
          return { columns, rows: features.rows }
        })
      )
  })
  const preprocessor = (options: Type): Preprocessor => ({
    notes: (features) =>
      options.columns !== undefined
        ? selectorNotes(id, options, features)
        : [...features.columns.values()].some(isTensor)
          ? []
          : [
              Note.make({
                code: "no-tensor",
                finding: `${id} changes nothing: no tensor column reaches it`,
                advice: "Leave it out, or read a tensor column."
              })
            ],
    fit: Effect.fnUntraced(function* (features, { seed }) {
      const chosen = yield* Effect.fromResult(choose(features, id, options.columns))
      const columns = yield* Effect.forEach(chosen, ([name, column]) =>
        Effect.map(learn(options, column), (learned) => ({ column: name, learned }))
      )
      return fitted(options, augments ? { columns, seed } : { columns })
    }),
    load: (json) =>
      Result.mapBoth(Decode.decode(State, json), {
        onSuccess: (state) => fitted(options, state),
        onFailure: (issues) =>
          new PipelineError({ issues: issues.map(({ message, path }) => ({ path, message: `${id}: ${message}` })) })
      })
  })
  return defineStage({
    ...parts,
    kind: "preprocess",
    part: (options) => ({ kind: "preprocess", preprocessor: preprocessor(options) })
  })
}

/** Defines a stage that learns nothing of the training rows. */
export const defineFixed = <Type extends Chosen, Encoded>(
  parts: Omit<Parts<Type, Encoded, null>, "learned" | "learn" | "change"> & {
    readonly change: (options: Type) => Change
  }
): Definition<"preprocess", Encoded> =>
  define({ ...parts, learned: Schema.Null, learn: () => Effect.succeed(null), change: parts.change })
