/**
 * The JSON Schema (2020-12) of experiment files, for editors: every stage, learner and measure with its options, wherever
 * one may be named. What it says of an option is what the option says of itself (`OptionSchema`).
 */
import * as Select from "@rocflow/core/data/Select"
import * as OptionSchema from "@rocflow/core/OptionSchema"
import type { Definition } from "@rocflow/core/pipeline/Definition"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { version } from "../version.ts"
import { Experiment } from "./Experiment.ts"

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const mapValues = (json: Json, f: (value: unknown, key: string) => unknown): Json =>
  Object.fromEntries(Object.entries(json).map(([key, value]) => [key, f(value, key)]))

/** The structs that a value may be, or that are in its lists and records; not those of their own properties. */
const structsOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.Objects> => {
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(structsOf)
  if (SchemaAST.isArrays(ast)) return [...ast.elements, ...ast.rest].flatMap(structsOf)
  if (!SchemaAST.isObjects(ast)) return []
  const values = ast.indexSignatures.flatMap(({ type }) => structsOf(type))
  return ast.propertySignatures.length === 0 ? values : [ast, ...values]
}

/** The keys of an object, and the one value of those that have one: what tells structs of a union apart. */
const formOf = (keys: ReadonlyArray<readonly [key: string, only: unknown]>): string =>
  JSON.stringify([...keys].sort(([a], [b]) => (a < b ? -1 : 1)))

const formOfStruct = ({ propertySignatures }: SchemaAST.Objects): string =>
  formOf(propertySignatures.map(({ name, type }) => [String(name), SchemaAST.isLiteral(type) ? type.literal : null]))

const onlyOf = (json: unknown): unknown => {
  const choices = isObject(json) ? json["enum"] : undefined
  return Array.isArray(choices) && choices.length === 1 ? choices[0] : null
}

const formOfJson = (properties: Json): string =>
  formOf(Object.entries(properties).map(([key, property]) => [key, onlyOf(property)]))

/** The JSON Schema of a property with what the option says of itself. */
const said = (json: unknown, signature: SchemaAST.PropertySignature): unknown => {
  const own = described(json, structsOf(signature.type))
  const words = OptionSchema.saidOf(signature)
  if (words === undefined || !isObject(own)) return own
  const { default: value, description, example } = words
  return { description, ...own, ...(value !== undefined && { default: value }), examples: [example] }
}

/** A JSON Schema whose objects have the words of the structs that they were made of. */
const described = (json: unknown, structs: ReadonlyArray<SchemaAST.Objects>): unknown => {
  if (Array.isArray(json)) return json.map((value) => described(value, structs))
  if (!isObject(json)) return json
  const { properties } = json
  const form = isObject(properties) ? formOfJson(properties) : undefined
  const struct = structs.find((each) => formOfStruct(each) === form)
  const signatures = new Map(struct?.propertySignatures.map((signature) => [String(signature.name), signature]))
  return mapValues(json, (value, key) =>
    key === "properties" && isObject(value)
      ? mapValues(value, (property, name) => {
          const signature = signatures.get(name)
          return signature === undefined ? described(property, structs) : said(property, signature)
        })
      : described(value, structs)
  )
}

/** Uses of one name that differ in their rules get names with a number, which are one here. */
const reference = /^(#\/\$defs\/[a-z]+)(?:_\d+)?$/i

/** One name for each definition, and a constant for each choice of one value, which editors tell apart better. */
const simplified = (value: Json): Json =>
  JSON.parse(JSON.stringify(value), (key, inner: unknown) => {
    if (key === "$ref" && typeof inner === "string") return inner.replace(reference, "$1")
    if (!isObject(inner) || !Array.isArray(inner["enum"]) || inner["enum"].length !== 1) return inner
    const {
      enum: [only],
      type: _,
      ...rest
    } = inner as { readonly enum: ReadonlyArray<unknown>; readonly type?: unknown }
    return { ...rest, const: only }
  }) as Json

/** The JSON Schema of a schema, and the definitions that it refers to. */
const documentOf = (schema: Schema.Top) => {
  const document = Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })
  const words = (json: unknown) => simplified(described(json, structsOf(schema.ast)) as Json)
  return { schema: words(document.schema), definitions: mapValues(document.definitions as Json, words) }
}

/** The JSON Schema of one definition as an object with `type` and its options. */
const entryOf = ({ id, options, summary }: Definition, more: Json = {}): Json => {
  const { properties = {}, required = [] } = documentOf(options as Schema.Top).schema as {
    readonly properties?: Json
    readonly required?: ReadonlyArray<string>
  }
  return {
    title: id,
    description: summary,
    type: "object",
    properties: { type: { description: summary, const: id }, ...more, ...properties },
    required: ["type", ...required],
    additionalProperties: false
  }
}

/** A merge by its name, with its branches below it. */
const mergeOf = (definition: Definition): Json => {
  const { properties } = entryOf(definition) as { readonly properties: { readonly branches: Json } }
  return {
    title: definition.id,
    description: definition.summary,
    type: "object",
    properties: { [definition.id]: properties.branches },
    required: [definition.id],
    additionalProperties: false
  }
}

const ref = (name: string): Json => ({ $ref: `#/$defs/${name}` })
const listOf = (items: Json): Json => ({ type: "array", minItems: 1, items })

const id: Json = {
  description: "Its name in tables and figures; default: that of its type",
  type: "string",
  minLength: 1,
  examples: ["linear AUM"]
}

/** What may stand beside the options of every ready-made learner. */
const beside: Json = {
  id,
  preprocess: {
    description: "Preprocessing before the learner, fitted on the training rows",
    ...ref("preprocessing"),
    examples: [["Preprocess.robust"]]
  },
  target: {
    description: "Transformations of the target of a regression",
    ...listOf(ref("target")),
    examples: [["Target.log"]]
  }
}

const pipeline: Json = {
  title: "pipeline",
  description: "A learner made of stages",
  type: "object",
  properties: {
    id,
    pipeline: {
      description: "Preprocessing, one ingress or merge, layers, a head, a loss, an optimizer, a model",
      ...ref("stages"),
      examples: [
        [
          "Preprocess.robust",
          "Ingress.numeric",
          "Nn.head",
          "Aum.loss",
          { type: "Optimizer.sgd", learningRate: 0.1 },
          { type: "Model.classif", epochs: 100, batchSize: "all" }
        ]
      ]
    }
  },
  required: ["pipeline"],
  additionalProperties: false
}

/** Ranges may stand in the place of any option, and are checked when the file is read. */
const open: Json = {
  title: "grid",
  description: "A learner with open places, and the values that they get",
  type: "object",
  properties: {
    id,
    grid: {
      description: "Values by the names of open places: one learner for each combination",
      type: "object",
      additionalProperties: { type: "array", minItems: 1 },
      examples: [{ rate: [0.1, 0.01] }]
    }
  },
  required: ["grid"]
}

const average: Json = {
  description: "macro: the mean of one number a split; micro: one number over the pooled test rows of all splits",
  enum: ["macro", "micro"],
  default: "macro",
  examples: ["micro"]
}

/** The JSON Schema of experiment files with the given definitions. */
export const jsonSchema = (definitions: ReadonlyArray<Definition>): object => {
  const of = (...kinds: ReadonlyArray<Definition["kind"]>) => definitions.filter(({ kind }) => kinds.includes(kind))
  const names = (found: ReadonlyArray<Definition>): Json => ({
    anyOf: found.map((each) => ({ title: each.id, description: each.summary, const: each.id }))
  })
  const objects = (found: ReadonlyArray<Definition>) => found.map((each) => ref(each.id))
  const anyOf = (found: ReadonlyArray<Definition>): Json => ({ anyOf: [names(found), ...objects(found)] })
  const network = of("preprocess", "ingress", "merge", "layer", "block", "head", "loss", "optimizer", "model")
  const entries = definitions.map((each) => [each.id, entryOf(each, each.kind === "learner" ? beside : {})] as const)
  const root = documentOf(Experiment)
  const properties = root.schema["properties"] as Readonly<Record<string, Json>>
  const words = ({ description, examples }: Json = {}): Json => ({ description, examples })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `https://unpkg.com/@rocflow/cli@${version}/experiment.schema.json`,
    title: "rocflow experiment",
    description: "Tasks, learners, resamplings, what to measure, and one seed",
    ...root.schema,
    properties: {
      ...properties,
      learners: { ...words(properties["learners"]), ...listOf(ref("learner")) },
      fallback: { ...words(properties["fallback"]), ...ref("learner") },
      measures: { ...words(properties["measures"]), ...listOf(ref("averaged")) }
    },
    $defs: {
      ...documentOf(Select.schema).definitions,
      learner: { anyOf: [names(of("learner")), ...objects(of("learner")), pipeline, open] },
      preprocessing: listOf(anyOf(of("preprocess"))),
      stages: listOf({ anyOf: [names(network), ...objects(network), ...of("merge").map(mergeOf)] }),
      loss: anyOf(of("loss")),
      optimizer: anyOf(of("optimizer")),
      transform: anyOf(of("transform")),
      schedule: { anyOf: objects(of("schedule")) },
      measure: anyOf(of("measure")),
      averaged: {
        anyOf: [
          names(of("measure", "timing")),
          ...of("measure").map((each) => entryOf(each, { average })),
          ...objects(of("timing"))
        ]
      },
      callback: anyOf(of("callback")),
      target: anyOf(of("target")),
      ...Object.fromEntries(entries)
    }
  }
}
