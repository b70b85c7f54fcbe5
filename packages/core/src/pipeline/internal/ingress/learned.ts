/**
 * Makes definitions of ingresses: what one learned of the training rows is its state, which is saved.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Note } from "../../../data/Note.ts"
import * as Select from "../../../data/Select.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Decode from "../../Decode.ts"
import type { Options } from "../../Definition.ts"
import * as Features from "../../Features.ts"
import type * as Pipeline from "../../Pipeline.ts"
import { PipelineError } from "../../PipelineError.ts"
import type * as Shape from "../../Shape.ts"
import type { Definition, FittedIngress, Ingress, Source, Takes } from "../../Stage.ts"
import { define as defineStage } from "../bind.ts"
import { selectorNotes } from "../selectorNotes.ts"

/** The schema of the option that chooses columns: names, each once, or a description. */
export const columns = OptionSchema.optional(
  Schema.Union([OptionSchema.distinctNames, Select.described]).annotate({
    message: "Expected a list of names, or a selector such as { type: numeric }"
  }),
  "Columns by name, or a selector; default: all that reach it",
  ["age", "dose"]
)

/** How many columns a selector takes of so many that reach it; NaN where only the rows tell. */
const reading = (select: Select.Select | undefined, reaching: number): number =>
  select === undefined ? reaching : Select.isNames(select) ? select.length : Number.NaN

/** Defines an ingress by its state. `columns` are those that it reads, in order. */
export const learned = <Type, Encoded, State, StateJson>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Options<Type, Encoded>
  readonly state: Schema.Codec<State, StateJson>
  readonly columns: (state: State) => ReadonlyArray<string>
  /** The option that chooses columns, if there is one. */
  readonly select?: (options: Type) => Select.Select | undefined
  /** The shape of one row of so many columns that it reads. */
  readonly shape: (options: Type, columns: number) => Shape.Shape
  readonly cardinalities?: (state: State) => ReadonlyArray<number>
  /** What it takes besides complete numbers. */
  readonly takes?: Takes
  readonly notes?: (options: Type, features: Features.Features) => ReadonlyArray<Note>
  readonly fit: (options: Type, features: Features.Features) => Result.Result<State, PipelineError>
  readonly open: (
    options: Type,
    state: State,
    columns: ReadonlyArray<Features.Entry>,
    rows: number
  ) => ReturnType<FittedIngress["open"]>
}): Definition<"ingress", Encoded> => {
  const { cardinalities, columns, fit, id, notes, open, select, shape } = definition
  const fitted = (options: Type, state: State): FittedIngress => ({
    columns: columns(state),
    shape: shape(options, columns(state).length),
    cardinalities: cardinalities?.(state),
    state: () => state,
    open: (features) =>
      Effect.flatMap(Effect.fromResult(Features.chosen(features, id, columns(state))), (chosen) =>
        open(options, state, chosen, features.rows)
      )
  })
  return defineStage({
    ...definition,
    kind: "ingress",
    part: (options) => ({
      kind: "ingress",
      ingress: {
        shape: (columns) => shape(options, reading(select?.(options), columns)),
        takes: definition.takes,
        notes: (features) => [...selectorNotes(id, options, features), ...(notes?.(options, features) ?? [])],
        fit: (features) => Result.map(fit(options, features), (state) => fitted(options, state)),
        load: (json) =>
          Result.mapBoth(Decode.decode(definition.state, json), {
            onSuccess: (state) => fitted(options, state),
            onFailure: (issues) =>
              new PipelineError({ issues: issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` })) })
          })
      } satisfies Ingress
    })
  })
}

/**
 * The type of the ingress `Id`: a pipeline by itself, or appended to preprocessing. After preprocessing the names may be ones
 * that preprocessing made, so only a pipeline that starts with its ingress requires them of the task.
 * @category type-level
 */
export interface Starting<
  out Names extends string,
  out S extends Shape.Shape,
  Id extends string
> extends Pipeline.Pipeline<"ingress", Names, S> {
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "ingress", Id>
  ): Pipeline.Pipeline<"ingress", Pipeline.ColumnsOf<P>, S>
}

/** Numbers a row from which on copying it as one piece is faster than number by number. */
const wide = 24

/** Copies narrow rows number by number. */
const byNumber =
  (values: Float32Array, width: number): Source["fill"] =>
  (rows, into) => {
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i]! * width
      for (let j = 0; j < width; j++) into[i * width + j] = values[from + j]!
    }
  }

/** Copies wide rows whole; the view of a row is made once, as epochs come back to it. */
const byRow = (values: Float32Array, width: number): Source["fill"] => {
  const views: Array<Float32Array> = []
  return (rows, into) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      into.set((views[row] ??= values.subarray(row * width, (row + 1) * width)), i * width)
    }
  }
}

/** A source of rows of `width` numbers that are in memory. */
export const inMemory = (values: Float32Array, width: number): Source => ({
  window: () => Effect.void,
  fill: (width < wide ? byNumber : byRow)(values, width)
})
