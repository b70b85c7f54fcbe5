/**
 * Preprocessing of categories and of missing values.
 */
import * as Schema from "effect/Schema"
import { type Builder, type Name, refuse } from "./builder.ts"
import { codesOf, type Column, columnOf, columnsOf, lookUp, matrix, replaced, textOf } from "./columns.ts"
import { decoded } from "./decoded.ts"
import type { WriteStage } from "./stage.ts"

const names = Schema.Array(Schema.String)
const numbers = Schema.Array(Schema.Finite)

type Entries = ReadonlyArray<readonly [string, Column]>

/** A stage that puts columns in the place of some: `learned` says of which, and `write` what. */
const each =
  <Learned extends { readonly column: string }>(
    learned: (state: unknown, id: string) => ReadonlyArray<Learned>,
    write: (to: Builder, column: Column, one: Learned, id: string) => Entries
  ): WriteStage =>
  (to, columns, { id, state }) =>
    replaced(
      columns,
      new Map(learned(state, id).map((one) => [one.column, write(to, columnOf(columns, one.column, id), one, id)]))
    )

const list =
  <A extends { readonly column: string }, I>(schema: Schema.Codec<A, I>) =>
  (state: unknown, id: string): ReadonlyArray<A> =>
    decoded(id, Schema.Array(schema), state)

const inColumns =
  <A extends { readonly column: string }, I>(schema: Schema.Codec<A, I>) =>
  (state: unknown, id: string): ReadonlyArray<A> =>
    decoded(id, Schema.Struct({ columns: Schema.Array(schema) }), state).columns

/** Numbers in the place of levels. */
const encoded = (
  to: Builder,
  column: Column,
  levels: ReadonlyArray<string>,
  id: string,
  table: ReadonlyArray<ReadonlyArray<number>>
): Name => lookUp(to, codesOf(to, column, levels, id), table)

const oneHot = each(
  inColumns(Schema.Struct({ column: Schema.String, levels: names, skip: Schema.Int })),
  (to, column, { column: name, levels, skip }, id) => {
    const shown = levels.slice(skip)
    if (shown.length === 0) return []
    const known = [...levels, undefined].map((level) => shown.map((one) => Number(one === level)))
    // What is missing stays so.
    const table = [...known, shown.map(() => Number.NaN)]
    return columnsOf(
      encoded(to, column, levels, id, table),
      shown.map((level) => `${name}=${level}`)
    )
  }
)

const targetEncoding = each(
  list(
    Schema.Struct({
      column: Schema.String,
      levels: names,
      encodings: Schema.Array(
        Schema.Struct({ suffix: Schema.String, means: numbers, missing: Schema.Finite, mean: Schema.Finite })
      )
    })
  ),
  (to, column, { column: name, encodings, levels }, id) => {
    const table = [
      ...levels.map((_, code) => encodings.map(({ means }) => means[code]!)),
      encodings.map(({ mean }) => mean),
      encodings.map(({ missing }) => missing)
    ]
    return columnsOf(
      encoded(to, column, levels, id, table),
      encodings.map(({ suffix }) => `${name}${suffix}`)
    )
  }
)

const frequencyEncoding = each(
  list(Schema.Struct({ column: Schema.String, levels: names, values: numbers, missing: Schema.Finite })),
  (to, column, { column: name, levels, missing, values }, id) =>
    columnsOf(encoded(to, column, levels, id, [...values.map((value) => [value]), [0], [missing]]), [name])
)

const ordinalEncoding = each(
  inColumns(Schema.Struct({ column: Schema.String, levels: names })),
  (to, column, { column: name, levels }, id) =>
    columnsOf(encoded(to, column, levels, id, [...levels.map((_, code) => [code]), [Number.NaN], [Number.NaN]]), [name])
)

const collapseLevels: WriteStage = (to, columns, { id, state }) => {
  const { columns: learned, level } = decoded(
    id,
    Schema.Struct({
      level: Schema.String,
      columns: Schema.Array(Schema.Struct({ column: Schema.String, levels: names }))
    }),
    state
  )
  return replaced(
    columns,
    new Map(
      learned.map(({ column, levels }) => {
        const codes = codesOf(to, columnOf(columns, column, id), levels, id)
        return [column, [[column, textOf(to, codes, [...levels, level, ""])]]]
      })
    )
  )
}

// --------------------------------------------------------------------------------------------------- missing values

const isMissing = (to: Builder, column: Column, id: string): Name => {
  switch (column.kind) {
    case "text":
      // Texts are compared by operators of later versions only; of no levels, the first code is that of others.
      return to.op("Equal", [codesOf(to, column, [], id), to.ints([1])])
    case "number":
      return to.op("IsNaN", [matrix(to, [column])])
    case "date":
      return to.op("IsNaN", [column.name])
    case "tensor":
      return refuse(id, "looks for missing rows of a tensor, and a graph has none", "leave the column out of it")
  }
}

const missingIndicator: WriteStage = (to, columns, { id, state }) =>
  replaced(
    columns,
    new Map(),
    decoded(id, names, state).flatMap((name) => {
      const flag = to.op("Cast", [isMissing(to, columnOf(columns, name, id), id)], { to: 11 })
      return columnsOf(flag, [`${name}.missing`], "boolean")
    })
  )

const Filler = Schema.Struct({
  column: Schema.String,
  value: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.String, Schema.Boolean]))
})

const impute: WriteStage = (to, columns, { id, state }) => {
  const fillers = decoded(id, Schema.Array(Filler), state)
  const filled = fillers.map(({ column: name, value }): readonly [string, Entries] => {
    if (value === undefined) {
      return refuse(
        id,
        `draws what fills column "${name}", and ONNX draws nothing`,
        'use the method "mean", "median", "mode" or "constant"'
      )
    }
    const column = columnOf(columns, name, id)
    const missing = isMissing(to, column, id)
    switch (column.kind) {
      case "text":
        return [
          name,
          [[name, { kind: "text", name: to.op("Where", [missing, to.strings([String(value)]), column.name]) }]]
        ]
      case "number": {
        const block = matrix(to, [column])
        return [name, columnsOf(to.op("Where", [missing, to.doubles([Number(value)]), block]), [name], column.called)]
      }
      default:
        return refuse(id, `fills the ${column.kind} column "${name}"`, "leave it out, or take its parts before")
    }
  })
  return replaced(columns, new Map(filled))
}

// ------------------------------------------------------------------------------------------------- choosing columns

const keep: WriteStage = (_, columns, { id, state }) =>
  new Map(decoded(id, names, state).map((name) => [name, columnOf(columns, name, id)]))

const drop: WriteStage = (_, columns, { id, state }) =>
  replaced(columns, new Map(decoded(id, names, state).map((name) => [name, []])))

/** A stage that changes training rows only. */
const nothing: WriteStage = (_, columns) => columns

/** The stages of categories, missing values and of choosing columns, by id. */
export const categoryStages: Readonly<Record<string, WriteStage>> = {
  "Preprocess.oneHot": oneHot,
  "Preprocess.targetEncoding": targetEncoding,
  "Preprocess.frequencyEncoding": frequencyEncoding,
  "Preprocess.ordinalEncoding": ordinalEncoding,
  "Preprocess.collapseLevels": collapseLevels,
  "Preprocess.missingIndicator": missingIndicator,
  "Preprocess.impute": impute,
  "Preprocess.select": keep,
  "Preprocess.dropConstants": drop,
  "Preprocess.classBalancing": nothing
}
