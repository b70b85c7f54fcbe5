/**
 * An experiment file: tasks × learners × resamplings, what to measure, and one seed.
 *
 * ```yaml
 * seed: 1
 * tasks:
 *   - { file: sonar.csv, target: Class, positive: M, stratum: Class }
 * learners:
 *   - type: Featureless
 *   - id: linear AUM
 *     pipeline: [{ type: Preprocess.standardise }, …]
 * resamplings:
 *   - { type: cv, folds: 10 }
 * measures: [auc, error]
 * ```
 */
import * as Column from "@rocflow/core/data/Column"
import * as Select from "@rocflow/core/data/Select"
import * as Table from "@rocflow/core/data/Table"
import type { Definition } from "@rocflow/core/pipeline/Definition"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Name = Schema.NonEmptyString
const Names = Schema.Union([Name, Schema.Array(Name)])
const Level = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])
const Word = Schema.Union([Schema.String, Schema.Null, Schema.Finite])
const Character = Schema.String.check(Schema.isPattern(/^.$/su, { expected: "one character" }))
const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema.annotate({ description }))

/** A task of an experiment: a data file and the roles of its columns. @category schemas */
export const TaskEntry = Schema.Struct({
  file: Name.annotate({
    description: "CSV, TSV, Parquet or JSON lines, text also as .gz or .zst; relative to the experiment file"
  }),
  id: optional(Name, "Name in tables and figures; default: the file's name without its ending"),
  target: Name.annotate({ description: "The column to predict" }),
  kind: optional(
    Schema.Literals(["binary", "multiclass", "regression"]),
    "Needed for a target of whole numbers, which may be classes or quantities"
  ),
  positive: optional(
    Level,
    "The positive class, in any spelling that reads as the same value; the task is then binary"
  ),
  levels: optional(Schema.Array(Level), "The order of the classes, the positive one first"),
  features: optional(
    Select.schema,
    "Names, or a selector of the columns without another role, such as { except: [id] }; default: all of these"
  ),
  ignore: optional(Names, "Columns that are no features"),
  dropMissing: optional(
    Schema.Array(
      Schema.Literals(["target", "feature", "stratum", "subset", "group", "weight", "fold", "order", "name"])
    ),
    "Leaves out rows without a value in a column of these roles, and says how many"
  ),
  stratum: optional(Names, "Columns whose combinations are spread evenly over the folds"),
  subset: optional(Name, "Each value in turn is the test subset of Same/Other/All"),
  group: optional(Name, "Rows that must stay in one fold"),
  weight: optional(Name, "How much a row counts in training"),
  fold: optional(Name, "Folds given by the data"),
  order: optional(Names, "The place of a row in time, for example: what the resampling forward goes by; no feature"),
  name: optional(Name, "Labels the rows"),
  format: optional(Schema.Literals(["csv", "tsv", "parquet", "jsonl"]), "Overrules the ending of the file's name"),
  columns: optional(
    Schema.Record(Schema.String, Schema.Literals(Column.plainTypes)),
    "Types of columns; the others are inferred"
  ),
  delimiter: optional(Character, "One character; default a comma, a tab in TSV, or what splits the first lines evenly"),
  na: optional(
    Schema.Union([Word, Schema.Array(Word)]),
    'Words for a missing value in every column; default "" and NA, among numbers also N/A, NaN, null in any case'
  ),
  quotedNa: optional(Schema.Boolean, "Whether such a word is missing in quotes, too. Default true"),
  decimal: optional(Schema.Literals([".", ","]), "Default a point, or a comma where all values of a column fit it"),
  thousands: optional(Character, "The mark between groups of three digits; default none"),
  dateFormat: optional(Name, "For dates that are not ISO 8601, such as %d.%m.%Y"),
  encoding: optional(Schema.Literals(Table.encodings), "Default utf-8, or what a byte order mark says"),
  comment: optional(Character, "Lines that begin with it are left out"),
  skip: optional(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)), "Lines at the top that are left out. Default 0"),
  header: optional(Schema.Boolean, "Whether the first line has the names of the columns. Default true"),
  names: optional(Schema.Array(Name), "The names of all columns, in place of those of the header")
})

/** A measure of an experiment: its id, or with it how the splits are averaged. @category schemas */
export const MeasureEntry = Schema.Union([
  Name,
  Schema.Struct({
    type: Name,
    average: optional(
      Schema.Literals(["macro", "micro"]),
      "macro, the default: the mean of one number a split; micro: one number over the pooled test rows of all splits"
    )
  })
])

/** A learner of an experiment: read further by `Learner.fromJson`. @category schemas */
export const LearnerEntry = Schema.Union([
  Schema.String,
  Schema.StructWithRest(Schema.Struct({ id: Schema.optionalKey(Name) }), [Schema.Record(Schema.String, Schema.Unknown)])
])

/** The schema of experiment files. @category schemas */
export const Experiment = Schema.Struct({
  name: optional(Name, "Default: the name of the experiment file without its ending"),
  seed: Schema.Int.annotate({ description: "Decides everything random. Default 1" }).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(1))
  ),
  modules: optional(
    Schema.Array(Name),
    "JavaScript or TypeScript modules whose export `definitions` adds losses, layers, measures, learners"
  ),
  tasks: Schema.Array(TaskEntry).check(Schema.isMinLength(1)),
  learners: Schema.Array(LearnerEntry).check(Schema.isMinLength(1)),
  fallback: Schema.optionalKey(
    LearnerEntry.annotate({ description: "Trained where a learner fails, such as Featureless; default: none" })
  ),
  resamplings: Schema.Array(Resampling.schema).check(Schema.isMinLength(1)),
  measures: Schema.Array(MeasureEntry).check(Schema.isMinLength(1)),
  models: optional(Schema.Boolean, "Keeps what every job learned, in models/<id>/model.json. Default false")
})

/** @category models */
export type Experiment = typeof Experiment.Type

const strict = { onExcessProperty: "error" } as const

type JsonSchema = Readonly<Record<string, unknown>>

/** The JSON Schema of one definition as an object with `type` and its options. */
const entrySchema = ({ id, options, summary }: Definition, more: JsonSchema = {}): JsonSchema => {
  const { schema } = Schema.toJsonSchemaDocument(options, strict)
  const { properties = {}, required = [] } = schema as { properties?: object; required?: ReadonlyArray<string> }
  return {
    type: "object",
    description: summary,
    properties: { type: { const: id }, ...more, ...properties },
    required: ["type", ...required],
    additionalProperties: false
  }
}

const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` })
const listOf = (items: JsonSchema): JsonSchema => ({ type: "array", minItems: 1, items })

/**
 * The JSON Schema (2020-12) of experiment files, for editors: every stage and learner of the given definitions with its
 * options, wherever one may be named.
 */
export const jsonSchema = (definitions: ReadonlyArray<Definition>): object => {
  const of = (...kinds: ReadonlyArray<Definition["kind"]>) => definitions.filter(({ kind }) => kinds.includes(kind))
  const ids = (found: ReadonlyArray<Definition>): JsonSchema => ({ enum: found.map(({ id }) => id) })
  const anyOf = (found: ReadonlyArray<Definition>, more?: JsonSchema): JsonSchema => ({
    anyOf: [ids(found), ...found.map((definition) => entrySchema(definition, more))]
  })
  const network = of("preprocess", "ingress", "merge", "layer", "block", "head", "loss", "optimizer", "model")
  const ready = anyOf(of("learner"), { id: { type: "string" }, preprocess: listOf(anyOf(of("preprocess"))) })
  const pipeline = {
    type: "object",
    properties: { id: { type: "string" }, pipeline: ref("stages") },
    required: ["pipeline"],
    additionalProperties: false
  }
  const { definitions: own, schema } = Schema.toJsonSchemaDocument(Experiment, strict)
  const root = schema as { readonly properties: JsonSchema }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "rocflow experiment",
    ...root,
    properties: {
      ...root.properties,
      learners: listOf(ref("learner")),
      fallback: ref("learner"),
      measures: listOf(ref("averaged"))
    },
    $defs: {
      ...own,
      learner: { anyOf: [ready, pipeline] },
      stages: listOf(anyOf(network)),
      transform: anyOf(of("transform")),
      measure: ids(of("measure")),
      averaged: {
        anyOf: [
          ref("measure"),
          {
            type: "object",
            properties: { type: ref("measure"), average: { enum: ["macro", "micro"] } },
            required: ["type"],
            additionalProperties: false
          }
        ]
      },
      callback: anyOf(of("callback"))
    }
  }
}
