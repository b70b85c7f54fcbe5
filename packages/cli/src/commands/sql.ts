/**
 * `rocflow sql`: a run asked by SQL.
 */
import { toJson } from "@rocflow/core/Json"
import type * as Database from "@rocflow/core/data/Database"
import { SchemaError } from "@rocflow/core/data/SchemaError"
import * as FeatureTable from "@rocflow/resampling/FeatureTable"
import * as Query from "@rocflow/resampling/Query"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { textTable } from "../terminal/textTable.ts"
import { ModelError } from "./models.ts"

interface Input {
  readonly directory: string
  readonly query: string
  readonly out: Option.Option<string>
  readonly json: boolean
}

const cell = (value: unknown): string =>
  value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value)

/** Types whose values stand at the right of their column. */
const isNumber = (type: string): boolean => /INT|DOUBLE|FLOAT|DECIMAL/.test(type)

/** A measure is no column: scores have a row for each. */
const asLong = (error: SchemaError, measures: ReadonlyArray<string>): SchemaError => {
  const [, column] = /Referenced column "([^"]*)" not found/.exec(error.rule) ?? []
  const measure = measures.find((id) => id === column)
  if (measure === undefined) return error
  const advice = `Scores have a row for each measure, its number in the column value: avg(value) … where measure = '${measure}'.`
  return new SchemaError({ ...error, advice })
}

/** Tables of what models say of their features have no rows where none says anything, which looks like an answer. */
const noteEmpty = (database: Database.Database, named: ReadonlyArray<string>) =>
  Effect.forEach(
    FeatureTable.names.filter((name) => named.includes(name)),
    (name) =>
      Effect.flatMap(database.query(`select 1 from ${name} limit 1`), ({ rows }) =>
        rows.length > 0
          ? Effect.void
          : Console.error(
              `note: ${name} has no rows: no learner of this run says any (ElasticNet and networks of one layer say coefficients, trees importance), or its jobs are of a version that did not keep them; \`rocflow run\` with another --out computes them anew.`
            )
      ),
    { discard: true }
  )

/** Prints what a query gives of a run, or writes it to a file. */
export const sql = Effect.fn("sql")(function* ({ directory, json, out, query }: Input) {
  const named = Query.namedIn(query)
  // A query that names none asks which there are, or is wrong: DuckDB suggests names that are there.
  const manifest = yield* RunDirectory.requireManifest(directory)
  const measures = manifest.measures.map(({ id }) => id)
  const database = yield* Query.open(directory, named.length > 0 ? named : Query.tables)
  yield* noteEmpty(database, named)
  if (Option.isSome(out)) {
    const path = yield* Path.Path
    const inside = path.relative(path.resolve(directory), path.resolve(out.value))
    if (!inside.startsWith("..") && !path.isAbsolute(inside)) {
      return yield* new ModelError({
        path: out.value,
        rule: "is inside the run, whose files nothing may replace",
        advice: "name a file elsewhere"
      })
    }
    yield* Effect.mapError(database.write(query, out.value), (error) => asLong(error, measures))
    return yield* json ? Console.log(toJson({ file: out.value })) : Console.log(out.value)
  }
  const { columns, rows } = yield* Effect.mapError(database.query(query), (error) => asLong(error, measures))
  if (json) {
    const objects = rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])))
    return yield* Console.log(toJson(objects, 2))
  }
  yield* Console.log(
    textTable(
      columns.map(({ name, type }) => ({ title: name, align: isNumber(type) ? "right" : "left" })),
      rows.map((row) => row.map(cell))
    )
  )
}, Effect.scoped)
