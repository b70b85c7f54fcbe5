/**
 * Fits and applies a preprocessing stage by itself.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../src/data/Column.ts"
import * as Features from "../../src/pipeline/Features.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import type { Preprocessor } from "../../src/pipeline/Stage.ts"
import * as Seed from "../../src/Seed.ts"
import { issuesOf } from "./pipelines.ts"

/** Columns by name; a list is one of numbers. */
export type Columns = Readonly<Record<string, Column.Column | ReadonlyArray<number | null>>>

export const featuresOf = (columns: Columns): Features.Features => {
  const entries = Object.entries(columns).map(
    ([name, column]) => [name, "type" in column ? column : Column.numeric(column)] as const
  )
  return Features.make(entries, Column.length(entries[0]![1]))
}

/** What the first stage of a pipeline is bound to. */
export const preprocessorOf = (pipeline: Pipeline.Any): Preprocessor => {
  const { part } = Result.getOrThrow(pipeline.stages[0]!.bound)
  if (part.kind !== "preprocess") throw new Error(`expected preprocessing, got ${part.kind}`)
  return part.preprocessor
}

export const fitted = (stage: Pipeline.Any, train: Columns) =>
  Effect.runSync(preprocessorOf(stage).fit(featuresOf(train), { seed: Seed.root(1) }))

/** Fits on the first columns, applies to the second (default: the same). */
export const run = (stage: Pipeline.Any, train: Columns, other: Columns = train) =>
  Effect.runSync(
    Effect.result(
      Effect.flatMap(preprocessorOf(stage).fit(featuresOf(train), { seed: Seed.root(1) }), ({ apply }) =>
        apply(featuresOf(other))
      )
    )
  )

/** The numbers that a stage makes, by column; null where missing, and of text and levels the text. */
export const made = (...given: Parameters<typeof run>): Record<string, ReadonlyArray<number | string | null>> => {
  const { columns, rows } = Result.getOrThrow(run(...given))
  return Object.fromEntries(
    Array.from(columns, ([name, column]) => {
      const values = Column.asNumbers(column)
      return [
        name,
        Array.from({ length: rows }, (_, row) =>
          values === undefined ? Column.toText(column, row) : Number.isNaN(values[row]) ? null : values[row]!
        )
      ]
    })
  )
}

/** The messages with which a stage fails. */
export const failure = (...given: Parameters<typeof run>): ReadonlyArray<string> =>
  issuesOf(run(...given)).map(([, message]) => message)

/** Says whether numbers are the same to so many parts of one. */
export const near =
  (tolerance = 1e-9) =>
  (actual: ReadonlyArray<number | string | null>, expected: ReadonlyArray<number | null>): void => {
    const wrong = expected.findIndex((value, i) => {
      const other = actual[i]
      return value === null || typeof other !== "number"
        ? other !== value
        : !(Math.abs(other - value) <= tolerance * Math.max(1, Math.abs(value)))
    })
    if (wrong >= 0 || actual.length !== expected.length) {
      throw new Error(`entry ${wrong}: ${actual[wrong]} is not ${expected[wrong]}, of ${JSON.stringify(actual)}`)
    }
  }

/** The issues of a stage whose options break a rule, with their paths. */
export const refused = (stage: Pipeline.Any) => issuesOf(Pipeline.check(stage))
