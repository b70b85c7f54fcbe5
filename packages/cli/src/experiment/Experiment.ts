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
import { optional, required, withDefault } from "@rocflow/core/OptionSchema"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Schema from "effect/Schema"
import { ExecutorEntry } from "./ExecutorEntry.ts"

const Name = Schema.NonEmptyString
const Names = Schema.Union([Name, Schema.Array(Name)])
const Level = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])
const Word = Schema.Union([Schema.String, Schema.Null, Schema.Finite])
const Character = Schema.String.check(Schema.isPattern(/^.$/su, { expected: "one character" }))
const Shape = Schema.Array(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))).check(Schema.isMinLength(1))
const Range = Schema.Tuple([Schema.Finite, Schema.Finite])
const shape = optional(
  Shape,
  "The shape of one row, channels last: [28, 28, 1]; default that of the source",
  [28, 28, 1]
)
const range = optional(
  Range,
  "The numbers that are read as 0 and 1, such as [0, 255]; default: numbers as they are",
  [0, 255]
)

/** Where rows come from, and how they are read. */
const source = {
  file: optional(
    Name,
    "CSV, TSV, Parquet or JSON lines, text also as .gz or .zst; relative to the experiment file",
    "sites.csv"
  ),
  arrays: optional(
    Schema.Record(
      Schema.String,
      Schema.Union([
        Name,
        Schema.Struct({
          file: required(Name, "The file, relative to the experiment file", "train-images-idx3-ubyte.gz"),
          shape,
          range
        })
      ])
    ),
    "Columns by name, each an IDX (MNIST's format, also .gz) or .npy file whose first axis counts the rows",
    { image: "train-images-idx3-ubyte.gz", digit: "train-labels-idx1-ubyte.gz" }
  ),
  folder: optional(
    Schema.Union([
      Name,
      Schema.Struct({
        directory: required(Name, "The directory, relative to the experiment file", "leaves"),
        image: optional(Name, "The name of the column of images. Default image", "image"),
        class: optional(Name, "The name of the column of classes. Default class", "class"),
        range
      })
    ]),
    "A directory with a folder of PNG and JPEG files for each class",
    "leaves"
  ),
  images: optional(
    Schema.Union([Name, Schema.Struct({ column: required(Name, "The column of paths", "path"), range })]),
    "A column of paths of PNG and JPEG files, relative to the data file; it becomes one of images",
    "path"
  ),
  tensor: optional(
    Schema.Struct({
      name: required(Name, "The name of the column that is made", "image"),
      columns: required(Select.schema, "The columns of numbers, in the order of the entries", { matching: "^x" }),
      shape,
      range
    }),
    "Makes one column of arrays of many columns of numbers, such as the pixels of an image",
    { name: "image", columns: { matching: "^x" }, shape: [16, 16, 1] }
  ),
  lists: optional(
    Schema.Record(Schema.String, Schema.Struct({ shape, range })),
    "Columns of lists of numbers in a Parquet file, by name, that become columns of arrays",
    { pixels: { shape: [28, 28, 1] } }
  ),
  change: optional(
    Schema.Array(
      Schema.Union([
        Name,
        Schema.StructWithRest(Schema.Struct({ type: required(Name, "The stage", "Image.crop") }), [
          Schema.Record(Schema.String, Schema.Unknown)
        ])
      ])
    ),
    "Stages that learn nothing, such as Image.crop, for the arrays of this source alone",
    [{ type: "Image.crop", size: [20, 20] }]
  ),
  rename: optional(Schema.Record(Schema.String, Name), "New names of columns, by the old ones", { V1: "digit" }),
  rows: optional(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
    "Only so many rows, the first ones; default all",
    1000
  ),
  format: optional(
    Schema.Literals(["csv", "tsv", "parquet", "jsonl"]),
    "Overrules the ending of the file's name",
    "csv"
  ),
  columns: optional(
    Schema.Record(Schema.String, Schema.Literals(Column.plainTypes)),
    "Types of columns; the others are inferred",
    { zip: "string", dose: "numeric" }
  ),
  delimiter: optional(
    Character,
    "One character; default a comma, a tab in TSV, or what splits the first lines evenly",
    ";"
  ),
  na: optional(
    Schema.Union([Word, Schema.Array(Word)]),
    'Words for a missing value in every column; default "" and NA, among numbers also N/A, NaN, null in any case',
    ["", "NA", "-999"]
  ),
  quotedNa: optional(Schema.Boolean, "Whether such a word is missing in quotes, too. Default true", false),
  decimal: optional(
    Schema.Literals([".", ","]),
    "Default a point, or a comma where all values of a column fit it",
    ","
  ),
  thousands: optional(Character, "The mark between groups of three digits; default none", "."),
  dateFormat: optional(Name, "For dates that are not ISO 8601, such as %d.%m.%Y", "%d.%m.%Y"),
  encoding: optional(Schema.Literals(Table.encodings), "Default utf-8, or what a byte order mark says", "latin1"),
  comment: optional(Character, "Lines that begin with it are left out", "#"),
  skip: optional(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    "Lines at the top that are left out. Default 0",
    1
  ),
  header: optional(Schema.Boolean, "Whether the first line has the names of the columns. Default true", false),
  names: optional(Schema.Array(Name), "The names of all columns, in place of those of the header", [
    "age",
    "dose",
    "outcome"
  ])
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
  name: optional(
    Name,
    "Its value in the column `source`; default: the name of the file or directory without ending",
    "north"
  ),
  ...source
}).check(oneOrigin(origins))

/** @category models */
export type SourceEntry = typeof SourceEntry.Type

/** A task of an experiment: its data and the roles of the columns. @category schemas */
export const TaskEntry = Schema.Struct({
  ...source,
  sources: optional(
    Schema.Array(SourceEntry).check(Schema.isMinLength(1)),
    "Several sources of the same columns, one below the other; the column `source` says where a row comes from",
    [{ file: "north.csv" }, { file: "south.csv" }]
  ),
  id: optional(Name, "Name in tables and figures; default: the file's name without its ending", "clinics"),
  target: required(Name, "The column to predict", "outcome"),
  kind: optional(
    Schema.Literals(["binary", "multiclass", "regression"]),
    "Needed for a target of whole numbers, which may be classes or quantities",
    "binary"
  ),
  positive: optional(
    Level,
    "The positive class, in any spelling that reads as the same value; the task is then binary",
    "relapse"
  ),
  levels: optional(Schema.Array(Level), "The order of the classes, the positive one first", ["relapse", "none"]),
  features: optional(
    Select.schema,
    "Names, or a selector of the columns without another role, such as { except: [id] }; default: all of these",
    ["age", "dose"]
  ),
  ignore: optional(Names, "Columns that are no features", ["id"]),
  dropMissing: optional(
    Schema.Array(
      Schema.Literals(["target", "feature", "stratum", "subset", "group", "weight", "fold", "order", "name"])
    ),
    "Leaves out rows without a value in a column of these roles, and says how many",
    ["target"]
  ),
  stratum: optional(Names, "Columns whose combinations are spread evenly over the folds", ["site", "outcome"]),
  subset: optional(Name, "Each value in turn is the test subset of Same/Other/All", "site"),
  group: optional(Name, "Rows that must stay in one fold", "patient"),
  weight: optional(Name, "How much a row counts in training", "weight"),
  fold: optional(Name, "Folds given by the data", "fold"),
  order: optional(
    Names,
    "The place of a row in time, for example: what the resampling forward goes by; no feature",
    "date"
  ),
  name: optional(Name, "Labels the rows", "patient")
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
      type: required(Name, "The measure", "auc"),
      average: optional(
        Schema.Literals(["macro", "micro"]),
        "macro, the default: the mean of one number a split; micro: one number over the pooled test rows of all splits",
        "micro"
      )
    }),
    [Schema.Record(Schema.String, Schema.Unknown)]
  )
])

/** A learner of an experiment: read further by `Learner.fromJson`. @category schemas */
export const LearnerEntry = Schema.Union([
  Schema.String,
  Schema.StructWithRest(Schema.Struct({ id: optional(Name, "Its name in tables and figures", "linear AUM") }), [
    Schema.Record(Schema.String, Schema.Unknown)
  ])
])

/** The schema of experiment files. @category schemas */
export const Experiment = Schema.Struct({
  name: optional(Name, "The name of the experiment; default: that of the file without its ending", "clinics"),
  seed: withDefault(Schema.Int, 1, "Decides everything random"),
  modules: optional(
    Schema.Array(Name),
    "JavaScript or TypeScript modules whose export `definitions` adds losses, layers, measures, learners",
    ["./losses.ts"]
  ),
  tasks: required(Schema.Array(TaskEntry).check(Schema.isMinLength(1)), "Data, and what is predicted from what", [
    { file: "sites.csv", target: "outcome", positive: "relapse" }
  ]),
  learners: required(
    Schema.Array(LearnerEntry).check(Schema.isMinLength(1)),
    "What is trained on every task and split",
    ["Featureless", "Boosting.classif"]
  ),
  fallback: optional(LearnerEntry, "Trained where a learner fails, such as Featureless; default: none", "Featureless"),
  resamplings: required(
    Schema.Array(Resampling.schema).check(Schema.isMinLength(1)),
    "How rows become training and test rows",
    [{ type: "cv", folds: 10 }]
  ),
  measures: required(Schema.Array(MeasureEntry).check(Schema.isMinLength(1)), "What is measured on the test rows", [
    "auc",
    "error"
  ]),
  executor: optional(
    ExecutorEntry,
    "Where jobs run: processes, slurm or workers, with options. Default: processes here",
    "processes"
  ),
  models: optional(
    Schema.Boolean,
    "Keeps what every job learned, in models/<id>/model.safetensors. Default false",
    true
  )
})

/** @category models */
export type Experiment = typeof Experiment.Type
