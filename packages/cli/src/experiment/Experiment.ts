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
import type { Definition } from "@rocflow/core/pipeline/Definition"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Name = Schema.NonEmptyString
const Names = Schema.Union([Name, Schema.Array(Name)])
const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema.annotate({ description }))

/** A task of an experiment: a data file and the roles of its columns. @category schemas */
export const TaskEntry = Schema.Struct({
  file: Name.annotate({ description: "CSV, TSV, Parquet or JSON lines; relative to the experiment file" }),
  id: optional(Name, "Name in tables and figures; default: the file's name without its ending"),
  target: Name.annotate({ description: "The column to predict" }),
  kind: optional(
    Schema.Literals(["binary", "multiclass", "regression"]),
    "Needed for a target of whole numbers, which may be classes or quantities"
  ),
  positive: optional(
    Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]),
    "The positive class; the task is then binary"
  ),
  levels: optional(Schema.Array(Schema.String), "The order of the classes, the positive one first"),
  features: optional(Schema.Array(Name), "Default: every column without another role"),
  stratum: optional(Names, "Columns whose combinations are spread evenly over the folds"),
  subset: optional(Name, "Each value in turn is the test subset of Same/Other/All"),
  group: optional(Name, "Rows that must stay in one fold"),
  weight: optional(Name, "How much a row counts in training"),
  fold: optional(Name, "Folds given by the data"),
  order: optional(
    Names,
    "The place of a row in time, for example; no feature, and read by no resampling of this version"
  ),
  name: optional(Name, "Labels the rows"),
  format: optional(Schema.Literals(["csv", "tsv", "parquet", "jsonl"]), "Overrules the ending of the file's name"),
  columns: optional(
    Schema.Record(Schema.String, Schema.Literals(["numeric", "integer", "boolean", "factor", "string"])),
    "Types of columns; the others are inferred"
  ),
  delimiter: optional(Schema.String, "One character; default a comma, a tab in TSV")
})

/** A learner of an experiment: read further by `Learner.fromJson`. @category schemas */
export const LearnerEntry = Schema.Union([
  Schema.String,
  Schema.StructWithRest(Schema.Struct({ id: Schema.optionalKey(Name) }), [Schema.Record(Schema.String, Schema.Unknown)])
])

/** @category schemas */
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
  measures: Schema.Array(Name).check(Schema.isMinLength(1)),
  models: optional(Schema.Boolean, "Keeps what every job learned, in models/<id>/model.json. Default false")
})

/** @category models */
export type Experiment = typeof Experiment.Type

const strict = { onExcessProperty: "error" } as const

/** The JSON Schema of one definition as an object with `type` and its options. */
const entrySchema = (definition: Definition): object => {
  const { schema } = Schema.toJsonSchemaDocument(definition.options, strict)
  const { properties = {}, required = [] } = schema as { properties?: object; required?: ReadonlyArray<string> }
  return {
    type: "object",
    description: definition.summary,
    properties: { type: { const: definition.id }, ...properties },
    required: ["type", ...required],
    additionalProperties: false
  }
}

/**
 * The JSON Schema (2020-12) of experiment files, for editors: every stage and learner of the given definitions with its
 * options.
 */
export const jsonSchema = (definitions: ReadonlyArray<Definition>): object => {
  const document = Schema.toJsonSchemaDocument(Experiment, strict)
  const of = (...kinds: ReadonlyArray<string>) => definitions.filter(({ kind }) => kinds.includes(kind))
  const entries = (found: ReadonlyArray<Definition>) => [{ enum: found.map(({ id }) => id) }, ...found.map(entrySchema)]
  const stages = of("preprocess", "ingress", "layer", "head", "loss", "optimizer", "model")
  const listOf = (found: ReadonlyArray<Definition>) => ({
    type: "array",
    minItems: 1,
    items: { anyOf: entries(found) }
  })
  const preprocess = listOf(of("preprocess"))
  const learner = {
    anyOf: [
      { enum: of("learner").map(({ id }) => id) },
      ...of("learner").map((definition) => {
        const entry = entrySchema(definition) as { readonly properties: object }
        return { ...entry, properties: { id: { type: "string" }, preprocess, ...entry.properties } }
      }),
      {
        type: "object",
        properties: { id: { type: "string" }, pipeline: listOf(stages) },
        required: ["pipeline"],
        additionalProperties: false
      }
    ]
  }
  const root = document.schema as { readonly properties: Readonly<Record<string, object>> }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "rocflow experiment",
    ...root,
    properties: {
      ...root.properties,
      learners: { type: "array", minItems: 1, items: learner },
      fallback: learner,
      measures: { type: "array", minItems: 1, items: { enum: of("measure").map(({ id }) => id) } }
    },
    $defs: document.definitions
  }
}
