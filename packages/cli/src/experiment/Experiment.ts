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
import { ExecutorEntry } from "./ExecutorEntry.ts"

const Name = Schema.NonEmptyString
const Names = Schema.Union([Name, Schema.Array(Name)])
const Level = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])
const Word = Schema.Union([Schema.String, Schema.Null, Schema.Finite])
const Character = Schema.String.check(Schema.isPattern(/^.$/su, { expected: "one character" }))
const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema.annotate({ description }))

const Shape = Schema.Array(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))).check(Schema.isMinLength(1))
const Range = Schema.Tuple([Schema.Finite, Schema.Finite])
const shape = optional(Shape, "The shape of one row, channels last: [28, 28, 1]; default that of the source")
const range = optional(Range, "The numbers that are read as 0 and 1, such as [0, 255]; default: numbers as they are")

/** Where rows come from, and how they are read. */
const source = {
  file: optional(Name, "CSV, TSV, Parquet or JSON lines, text also as .gz or .zst; relative to the experiment file"),
  arrays: optional(
    Schema.Record(Schema.String, Schema.Union([Name, Schema.Struct({ file: Name, shape, range })])),
    "Columns by name, each an IDX (MNIST's format, also .gz) or .npy file whose first axis counts the rows"
  ),
  folder: optional(
    Schema.Union([
      Name,
      Schema.Struct({
        directory: Name,
        image: optional(Name, "The name of the column of images. Default image"),
        class: optional(Name, "The name of the column of classes. Default class"),
        range
      })
    ]),
    "A directory with a folder of PNG and JPEG files for each class"
  ),
  images: optional(
    Schema.Union([Name, Schema.Struct({ column: Name, range })]),
    "A column of paths of PNG and JPEG files, relative to the data file; it becomes one of images"
  ),
  tensor: optional(
    Schema.Struct({ name: Name, columns: Select.schema, shape, range }),
    "Makes one column of arrays of many columns of numbers, such as the pixels of an image"
  ),
  lists: optional(
    Schema.Record(Schema.String, Schema.Struct({ shape, range })),
    "Columns of lists of numbers in a Parquet file, by name, that become columns of arrays"
  ),
  change: optional(
    Schema.Array(
      Schema.Union([
        Name,
        Schema.StructWithRest(Schema.Struct({ type: Name }), [Schema.Record(Schema.String, Schema.Unknown)])
      ])
    ),
    "Stages that learn nothing, such as Image.crop, for the arrays of this source alone"
  ),
  rename: optional(Schema.Record(Schema.String, Name), "New names of columns, by the old ones"),
  rows: optional(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)), "Only so many rows, the first ones; default all"),
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
}

/** The keys of which a source has one: what its rows are read from. */
const origins = ["file", "arrays", "folder"] as const

interface Origins {
  readonly file?: unknown
  readonly arrays?: unknown
  readonly folder?: unknown
  readonly sources?: unknown
  readonly images?: unknown
  readonly tensor?: unknown
}

/** Refuses an entry that is read from nowhere, or from two places. */
const oneOrigin = (keys: ReadonlyArray<keyof Origins>) =>
  Schema.makeFilter((entry: Origins) => {
    const given = keys.filter((key) => entry[key] !== undefined)
    if (given.length === 0)
      return { path: ["file"], issue: `is missing; add it, or one of ${keys.slice(1).join(", ")}` }
    const needsFile = entry.images !== undefined ? "images" : entry.tensor !== undefined ? "tensor" : undefined
    if (needsFile !== undefined && entry.file === undefined) {
      return { path: [needsFile], issue: "says how columns of a file are read; give it beside file" }
    }
    if (given.length > 1)
      return { path: [given[1]!], issue: `comes beside ${given[0]}; give one of ${keys.join(", ")}` }
    return undefined
  })

/** A source among several, whose rows make one table. @category schemas */
export const SourceEntry = Schema.Struct({
  name: optional(Name, "Its value in the column `source`; default: the name of the file or directory without ending"),
  ...source
}).check(oneOrigin(origins))

/** @category models */
export type SourceEntry = typeof SourceEntry.Type

/** A task of an experiment: its data and the roles of the columns. @category schemas */
export const TaskEntry = Schema.Struct({
  ...source,
  sources: optional(
    Schema.Array(SourceEntry).check(Schema.isMinLength(1)),
    "Several sources of the same columns, one below the other; the column `source` says where a row comes from"
  ),
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
  name: optional(Name, "Labels the rows")
}).check(oneOrigin([...origins, "sources"]))

/** @category models */
export type TaskEntry = typeof TaskEntry.Type

/**
 * A measure of an experiment: its id, or with options, which `Measure.reference` reads further, and how the splits are averaged.
 * @category schemas
 */
export const MeasureEntry = Schema.Union([
  Name,
  Schema.StructWithRest(
    Schema.Struct({
      type: Name,
      average: optional(
        Schema.Literals(["macro", "micro"]),
        "macro, the default: the mean of one number a split; micro: one number over the pooled test rows of all splits"
      )
    }),
    [Schema.Record(Schema.String, Schema.Unknown)]
  )
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
  executor: optional(
    ExecutorEntry,
    "Where jobs run: processes, slurm or workers, with options. Default processes here"
  ),
  models: optional(Schema.Boolean, "Keeps what every job learned, in models/<id>/model.safetensors. Default false")
})

/** @category models */
export type Experiment = typeof Experiment.Type

/** Options of different rules that name the same kind of thing get names with a number, which are one here. */
const reference = /^(#\/\$defs\/[a-z]+)(?:_\d+)?$/i

const named = (value: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    key === "$ref" && typeof inner === "string" ? inner.replace(reference, "$1") : inner
  ) as JsonSchema

const strict = { onExcessProperty: "error" } as const

type JsonSchema = Readonly<Record<string, unknown>>

/** The JSON Schema of one definition as an object with `type` and its options. */
const entrySchema = ({ id, options, summary }: Definition, more: JsonSchema = {}): JsonSchema => {
  const { schema } = Schema.toJsonSchemaDocument(options, strict)
  const { properties = {}, required = [] } = schema as { properties?: object; required?: ReadonlyArray<string> }
  return {
    type: "object",
    description: summary,
    properties: { type: { const: id }, ...more, ...named({ ...properties }) },
    required: ["type", ...required],
    additionalProperties: false
  }
}

/** A merge by its name, with its branches below it. */
const mergeSchema = (definition: Definition): JsonSchema => {
  const { properties } = entrySchema(definition) as { readonly properties: { readonly branches: JsonSchema } }
  return {
    type: "object",
    description: definition.summary,
    properties: { [definition.id]: properties.branches },
    required: [definition.id],
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
  const before = { preprocess: listOf(anyOf(of("preprocess"))), target: listOf(ref("target")) }
  const ready = anyOf(of("learner"), { id: { type: "string" }, ...before })
  const pipeline = {
    type: "object",
    properties: { id: { type: "string" }, pipeline: ref("stages") },
    required: ["pipeline"],
    additionalProperties: false
  }
  /** Ranges may stand in the place of any option, and are checked when the file is read. */
  const open = {
    type: "object",
    properties: {
      id: { type: "string" },
      grid: {
        type: "object",
        description: "Values by the names of open places: one learner for each combination",
        additionalProperties: { type: "array", minItems: 1 }
      }
    },
    required: ["grid"]
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
      learner: { anyOf: [ready, pipeline, open] },
      stages: listOf({ anyOf: [anyOf(network), ...of("merge").map(mergeSchema)] }),
      loss: anyOf(of("loss")),
      optimizer: anyOf(of("optimizer")),
      transform: anyOf(of("transform")),
      schedule: { anyOf: of("schedule").map((definition) => entrySchema(definition)) },
      measure: anyOf(of("measure")),
      averaged: {
        anyOf: [anyOf(of("measure"), { average: { enum: ["macro", "micro"] } }), anyOf(of("timing"))]
      },
      callback: anyOf(of("callback")),
      target: anyOf(of("target"))
    }
  }
}
