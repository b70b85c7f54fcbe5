/**
 * What `rocflow explain` asks models for, and where it puts the answers.
 */
import { join } from "node:path"
import * as Column from "@rocflow/core/data/Column"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import type * as Saved from "@rocflow/core/learning/Saved"
import { decode } from "@rocflow/core/pipeline/Decode"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Figure from "@rocflow/report/Figure"
import type * as Explained from "@rocflow/resampling/Explained"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type Choice, keepApart, ModelError } from "./models.ts"
import type { Reading } from "./reading.ts"
import { endingOf, writeTable } from "./writing.ts"

/** What the importance of features goes by. */
export const ways = ["permutation", "shap", "coefficients", "splits"] as const

/** The flags of the command. */
export interface Input extends Reading, Choice {
  readonly model: string
  readonly data: Option.Option<string>
  readonly experiment: Option.Option<string>
  readonly by: (typeof ways)[number]
  readonly measure: Option.Option<string>
  readonly repeats: number
  readonly group: ReadonlyArray<string>
  readonly feature: Option.Option<string>
  readonly out: Option.Option<string>
  readonly figures: Option.Option<string>
  readonly modules: ReadonlyArray<string>
  readonly json: boolean
}

/** The answer to a question, in all forms in which it is given. */
export interface Answer {
  readonly json: unknown
  readonly text: string
  /** What is to be known before it is believed. */
  readonly notes?: ReadonlyArray<string>
  /** For `--out`. */
  readonly table: ReadonlyArray<readonly [name: string, column: Column.Column]>
  readonly figures: ReadonlyArray<Figure.Described<Figure.SpecFigure>>
}

/** A number with three digits. */
export const digits = (value: number): string =>
  Object.is(Number(value.toPrecision(3)), -0) ? "0" : String(Number(value.toPrecision(3)))

/** Columns of the properties of rows, by name; what a row does not have is missing. */
export const tableOf = <Row>(
  rows: ReadonlyArray<Row>,
  columns: Readonly<Record<string, (row: Row) => string | number | undefined>>
): Answer["table"] =>
  Object.entries(columns).map(([name, of]) => {
    const values = rows.map(of)
    return [
      name,
      values.some((value) => typeof value === "string")
        ? Column.text(values.map((value) => (value === undefined ? null : String(value))))
        : Column.numeric(values.map((value) => (typeof value === "number" ? value : null)))
    ]
  })

/** The groups that are asked for, `name=one,two,three` each, by their names. */
export const groupsOf = ({ group }: Pick<Input, "group">) => {
  const wrong = group.find((text) => !/^[^=]+=./.test(text))
  return wrong === undefined
    ? Effect.succeed(
        Object.fromEntries(
          group.map((text) => {
            const at = text.indexOf("=")
            return [text.slice(0, at), text.slice(at + 1).split(",")] as const
          })
        )
      )
    : Effect.fail(
        new ModelError({
          path: `--group ${wrong}`,
          rule: "does not say which features are shuffled together",
          advice: "write it as name=one,two,three"
        })
      )
}

/** The measure that is asked for, or the usual one of a kind of target. */
export const measureOf = (
  { measure }: Pick<Input, "measure">,
  kind: keyof typeof Measure.usual,
  registry: Registry.Registry
) => {
  const id = Option.getOrElse(measure, () => Measure.usual[kind].id)
  const found = decode(Measure.reference, id, Registry.lookup(registry))
  return Result.isSuccess(found)
    ? Effect.succeed(found.success)
    : Effect.fail(
        new ModelError({ path: `--measure ${id}`, rule: found.failure[0]!.message, advice: "name a measure" })
      )
}

/** The coefficients of a linear model, the intercept first; of several classes one for each. */
export const coefficientsOf = (trained: Saved.Loaded): Result.Result<ReadonlyArray<Explained.Value>, PipelineError> =>
  Result.map(Learner.coefficients(trained), (rows) =>
    rows.map(({ column, level, value }) => ({
      name: column,
      ...(trained.task.kind === "multiclass" && { level }),
      value
    }))
  )

/** Refuses a file that cannot be written before anything is computed; `read` are the files that it must not replace. */
export const checkOut = Effect.fnUntraced(function* ({ out }: Pick<Input, "out">, read: ReadonlyArray<string>) {
  const ending = yield* endingOf(out)
  if (Option.isSome(out)) yield* keepApart(out.value, read)
  return ending
})

/** Writes what is asked for beside what is printed, and gives the names of the files. */
export const write = Effect.fnUntraced(function* ({ figures, out }: Pick<Input, "figures" | "out">, answer: Answer) {
  const ending = yield* endingOf(out)
  const files: Array<string> = []
  if (Option.isSome(out) && ending !== undefined) {
    yield* writeTable(out.value, ending, answer.table)
    files.push(out.value)
  }
  if (Option.isNone(figures)) return files
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(figures.value, { recursive: true })
  for (const figure of Figure.named(answer.figures)) {
    const file = join(figures.value, `${figure.name}.svg`)
    yield* WholeFile.write(file, yield* Figure.toSvg(Figure.standalone(figure)))
    files.push(file)
  }
  return files
})
