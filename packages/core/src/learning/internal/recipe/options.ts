/**
 * The options of a recipe: as a schema, decoded, and as they are written in code.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../../../data/Task.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Closing from "../../../pipeline/Closing.ts"
import type * as Base from "../../../pipeline/Definition.ts"
import * as Loss from "../../../pipeline/Loss.ts"
import * as Optimizer from "../../../pipeline/Optimizer.ts"
import type * as Pipeline from "../../../pipeline/Pipeline.ts"
import type { PipelineError } from "../../../pipeline/PipelineError.ts"
import type { Stage } from "../../../pipeline/Stage.ts"
import * as Measure from "../../Measure.ts"
import * as Model from "../../Model.ts"
import * as Validation from "../../Validation.ts"
import { decodeOptions } from "../decodeOptions.ts"
import * as Losses from "./losses.ts"
import type { Definition, Losses as GivenLosses, LossOf, Settings } from "./recipe.ts"

/** One of the two learners of a recipe. */
export interface Side {
  readonly id: string
  readonly kinds: ReadonlyArray<TargetKind>
  readonly model: Closing.Definition
  /** The options of its model. */
  readonly fields: Schema.Struct.Fields
  readonly loss: typeof Losses.Classes | typeof Loss.reference
}

/** The learner for classes, and that for numbers. */
export const sides = (id: string): { readonly classif: Side; readonly regr: Side } => ({
  classif: {
    id: `${id}.classif`,
    kinds: ["binary", "multiclass"],
    model: Model.classifDefinition,
    fields: Model.classifFields,
    loss: Losses.Classes
  },
  regr: {
    id: `${id}.regr`,
    kinds: ["regression"],
    model: Model.regrDefinition,
    fields: Model.regrFields,
    loss: Loss.reference
  }
})

/** Options after decoding: those of the recipe's own, and what the pipeline ends with. */
export interface Decoded<F extends Schema.Struct.Fields> {
  readonly own: Settings<F>
  /** The other options of the model, as they are written. */
  readonly model: { readonly [option: string]: unknown }
  readonly epochs: number
  readonly batchSize: number | "all" | "auto"
  readonly validation: unknown
  readonly losses: Losses.ByKind
  readonly optimizer: Stage | undefined
  readonly find: Base.Find
  /** All options with every default filled in, as JSON. */
  readonly encoded: unknown
}

/** Options as their schema reads them. */
interface Read {
  readonly [option: string]: unknown
  readonly epochs: number
  readonly batchSize: number | "all" | "auto"
  readonly loss?: Stage | Losses.ByKind
  readonly optimizer?: Stage
}

/** Finds what was given first, then the measures of this package. */
const withMeasures =
  (find: Base.Find): Base.Find =>
  (id, ...kinds) =>
    Result.orElse(find(id, ...kinds), (message) =>
      Result.mapError(Closing.among(Measure.definitions)(id, ...kinds), () => message)
    )

const pick = (from: object, keys: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)))

const schemaOf = <F extends Schema.Struct.Fields>(
  { options, training: { batchSize, epochs }, versions }: Definition<F>,
  { fields, loss }: Side
) =>
  Schema.Struct({
    version: OptionSchema.withDefault(
      Schema.Literals(versions),
      versions.at(-1)!,
      "What a version writes never changes, so that results do not move with an upgrade"
    ),
    ...options,
    ...fields,
    epochs: OptionSchema.withDefault(
      OptionSchema.epochCount(0),
      epochs,
      "How many times all training rows are seen, at most"
    ),
    batchSize: OptionSchema.withDefault(
      Schema.Union([OptionSchema.count(1), Schema.Literals(["all", "auto"])]),
      batchSize,
      "Rows of an update; all suits losses that rank, auto goes by the number of rows"
    ),
    validation: OptionSchema.optional(
      Schema.Union([Validation.Options, Schema.Literal("none")]),
      "Rows held out of training, what is measured on them, early stopping, or none; default: a fifth of the rows",
      { holdout: 0.2, measures: ["auc"], patience: 20, restoreBest: true }
    ),
    loss: OptionSchema.optional(
      loss,
      "What training minimises, or one loss for each kind of task; default: the negative log-likelihood",
      "Aum.loss"
    ),
    optimizer: OptionSchema.optional(Optimizer.reference, "In place of the optimizer of the recipe", {
      type: "Optimizer.adam",
      learningRate: 0.001
    })
  })

/** The schema of all options of a learner, and how they are decoded. */
export const optionsOf = <F extends Schema.Struct.Fields>(recipe: Definition<F>, side: Side) => {
  // What comes out of a record of fields that is not known here is said by the types of the caller.
  const schema = schemaOf(recipe, side) as unknown as Schema.Codec<Read, object, Base.Lookup>
  const ownKeys = ["version", ...Object.keys(recipe.options)]
  const decided = new Set(["epochs", "batchSize", "validation", ...ownKeys])
  const passed = Object.keys(side.fields).filter((key) => !decided.has(key))
  return {
    schema,
    decode: (given: object, outer: Base.Find): Result.Result<Decoded<F>, PipelineError> => {
      const find = withMeasures(outer)
      return Result.map(decodeOptions(side.id, schema, find)(given), (read) => ({
        own: pick(read, ownKeys) as Settings<F>,
        model: pick(given, passed),
        epochs: read.epochs,
        batchSize: read.batchSize,
        validation: "validation" in given ? given.validation : undefined,
        losses: Losses.byKind(side.kinds, read.loss, find),
        optimizer: read.optimizer,
        find,
        encoded: Schema.encodeSync(schema as unknown as Schema.Codec<Read>)(read)
      }))
    }
  }
}

/** Options as code gives them. */
interface Given<K extends TargetKind> extends Omit<Parameters<typeof Model.toJson>[0], "validation"> {
  readonly loss: GivenLosses<K>
  readonly optimizer?: Optimizer.Put
  readonly validation?: Validation.Validation | "none"
}

const isLoss = <K extends TargetKind>(loss: GivenLosses<K>): loss is LossOf<K> => typeof loss === "function"

/** Options made in code as JSON, and a way to find what they mention. */
export const written = <K extends TargetKind>(given: Given<K>): { readonly json: object; readonly find: Base.Find } => {
  // Code without types may leave the loss out; that it is missing is said when a task is known.
  const { loss = {}, optimizer, validation, ...options } = given
  const one = isLoss(loss) ? Closing.stageOf(loss) : undefined
  const byKind = isLoss(loss)
    ? []
    : Object.entries<LossOf<K>>(loss).map(([kind, own]) => [kind, Closing.stageOf(own)] as const)
  const own = optimizer === undefined ? undefined : Closing.stageOf<Pipeline.Pipeline<"loss">>(optimizer)
  const model = Model.toJson({ ...options, ...(typeof validation === "object" && { validation }) })
  const stages = Closing.amongStages([one, own, ...byKind.map(([, each]) => each)].filter((each) => each !== undefined))
  const json = {
    ...model.json,
    ...(validation === "none" && { validation }),
    loss: one?.json ?? Object.fromEntries(byKind.map(([kind, { json }]) => [kind, json])),
    optimizer: own?.json
  }
  return {
    json: Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined)),
    find: (id, ...kinds) => Result.orElse(stages(id, ...kinds), () => model.find(id, ...kinds))
  }
}
