/**
 * How tuners become learners: the options that all have, in code and in files.
 */
import type { Kind } from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import { hashJson } from "@rocflow/core/Hash"
import * as Measure from "@rocflow/core/learning/Measure"
import { count, epochCount, nonNegative, optional, required, withDefault } from "@rocflow/core/OptionSchema"
import * as Closing from "@rocflow/core/pipeline/Closing"
import { decode } from "@rocflow/core/pipeline/Decode"
import type { Find, Lookup } from "@rocflow/core/pipeline/Definition"
import { type Issue, PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { schema as Resamplings, type Spec } from "../internal/descriptions.ts"
import type * as Resampling from "../Resampling.ts"
import * as Ending from "./ending.ts"
import type { Epochs } from "./evaluate.ts"
import * as Open from "./Open.ts"
import * as Template from "./Template.ts"
import { tuned } from "./tuned.ts"
import type { Tuner } from "./Tuner.ts"

const EpochsFields = {
  most: optional(epochCount(1), "The most epochs of a training; default: those of the learner", 200),
  patience: optional(count(1), "Evaluations without a gain that end a training; default: never", 20),
  minDelta: optional(nonNegative, "A gain must exceed this, in units of the measure; default 0", 0)
}

/** The options that all tuners have. */
const fields = (resampling: Spec) => ({
  resampling: withDefault(Resamplings, resampling, "How training rows are divided to try configurations"),
  measure: optional(
    Measure.reference,
    "What chooses; default AUC of two classes, log-loss of more, RMSE of numbers",
    "auc"
  ),
  ...Ending.fields
})

/** How a tuner is defined. */
export interface Definition<F extends Schema.Struct.Fields> {
  readonly id: string
  readonly summary: string
  /** The options of its own. */
  readonly options: F
  /** The inner splits where nothing is said. */
  readonly resampling: Spec
  /** How many configurations are tried where nothing is said; absent: until the tuner has nothing left. */
  readonly evaluations?: number
  /** Whether epochs are tuned: where the options say so, or always, by options of its own. */
  readonly epochs: "chosen" | ((options: Schema.Struct.Type<F>) => Epochs)
  /** How many names it can tune at most. Default: any number. */
  readonly names?: number
  /** Why it cannot tune what is open; undefined where it can. */
  readonly refuses?: (options: Schema.Struct.Type<F>, template: Template.Template) => string | undefined
  /** The tuner of options, and of how many configurations are to be tried. */
  readonly tuner: (options: Schema.Struct.Type<F>, evaluations: number) => Tuner
}

/** How epochs are tuned inside, with every configuration. @category models */
export interface EpochsOptions {
  /** The most epochs of a training; schedules have this length. Default: those of the learner. */
  readonly most?: number
  /** Evaluations without a gain that end a training. Default: never. */
  readonly patience?: number
  /** A gain must exceed this, in units of the measure. Default 0. */
  readonly minDelta?: number
}

/** What all tuners are told. @category models */
export interface Options extends Ending.Ending {
  /** How the training rows are divided to try configurations; the same for all of them. Default 5-fold cross-validation. */
  readonly resampling?: Resampling.Resampling<never>
  /** What chooses: by default AUC of two classes, log-loss of more, RMSE of numbers. */
  readonly measure?: Measure.Measure
}

/** What tuners are told that may tune epochs. @category models */
export interface WithEpochs extends Options {
  /**
   * Tunes the number of epochs inside: each inner training has the test rows of its split as validation, and the best
   * epochs of the splits, averaged and rounded up, are those of the last training, which has no validation. `true`: as the
   * learner says, without patience. Default: learners are trained as they are, with a validation of their own if they have one.
   */
  readonly epochs?: EpochsOptions | true
}

/** Options as their schema reads them. */
interface Read extends Ending.Ending {
  readonly resampling: Spec
  readonly measure?: Measure.Measure
  readonly epochs?: EpochsOptions | true
}

const read = (given: EpochsOptions | true | undefined): Epochs | undefined => {
  if (given === undefined) return undefined
  const { minDelta = 0, most, patience } = given === true ? {} : given
  return { most, patience, minDelta }
}

const within = (id: string, issues: ReadonlyArray<Issue>) =>
  new PipelineError({ issues: issues.map(({ message, path }) => ({ path, message: `${id}: ${message}` })) })

/** Defines a tuner: its definition as a learner, for registries, and what makes it of a learner with open places. */
export const define = <const F extends Schema.Struct.Fields>(definition: Definition<F>) => {
  const { epochs, evaluations, id, names: most = Infinity, options, resampling, summary } = definition
  const chosen =
    epochs === "chosen"
      ? {
          epochs: optional(
            Schema.Union([Schema.Literal(true), Schema.Struct(EpochsFields)]),
            "Tunes the number of epochs inside; true as the learner says",
            true
          )
        }
      : {}
  // What comes out of a record of fields that is not known here is said by the types of the caller.
  const schema = Schema.Struct({ ...options, ...fields(resampling), ...chosen }) as unknown as Schema.Codec<
    Read & Schema.Struct.Type<F>,
    object,
    Lookup
  >
  const of = <K extends Kind, Columns extends string, E, R>(
    open: Open.Open<never, K, Columns, E, R>,
    given: object,
    find: Find
  ): Result.Result<Learner.Learner<K, Columns, E, R>, PipelineError> =>
    Result.gen(function* () {
      const json = { type: id, learner: open.json, ...given }
      const own = yield* Result.mapError(decode(schema, given, find), (issues) => within(id, issues))
      const corners = yield* Result.mapError(Open.corners(open), ({ issues }) =>
        within(
          id,
          issues.map((issue) => ({ ...issue, path: ["learner", ...issue.path] }))
        )
      )
      const names = Template.ranges(yield* open.template).size
      if (names > most) {
        return yield* Result.fail(
          within(id, [
            { path: ["learner"], message: `tunes ${names} names, and ${most} are the most; use Tune.random` }
          ])
        )
      }
      const why = definition.refuses?.(own, yield* open.template)
      if (why !== undefined) return yield* Result.fail(within(id, [{ path: [], message: why }]))
      const ending = { ...own, ...(own.evaluations === undefined && evaluations !== undefined && { evaluations }) }
      return tuned({
        id,
        json,
        hash: hashJson({ type: id, learner: open.json, ...Schema.encodeSync(schema as Schema.Codec<object>)(own) }),
        open,
        corners,
        tuner: definition.tuner(own, ending.evaluations ?? Infinity),
        resampling: own.resampling,
        measure: own.measure,
        ending,
        epochs: epochs === "chosen" ? read(own.epochs) : epochs(own)
      })
    })
  const learnerDefinition: Learner.Definition = {
    id,
    kind: "learner",
    summary,
    accepts: ["binary", "multiclass", "regression"],
    weighted: true,
    options: Schema.Struct({
      learner: required(
        Schema.Unknown,
        "The learner, with { tune: log, name: rate, from: 0.001, to: 1 } where a value is to be tuned",
        { type: "Knn", k: { tune: "integer", name: "k", from: 1, to: 50 } }
      ),
      space: optional(Schema.Literal("usual"), "The ranges that are usually searched of a ready-made learner", "usual"),
      ...options,
      ...fields(resampling),
      ...chosen
    }) as unknown as Learner.Definition["options"],
    bind: (given, find) => {
      const { learner, space, ...rest } = given as { readonly learner?: unknown; readonly space?: unknown }
      if (learner === undefined) return Result.fail(within(id, [{ path: ["learner"], message: "is missing; add it" }]))
      if (space !== undefined && space !== "usual") {
        return Result.fail(within(id, [{ path: ["space"], message: `Expected "usual", got ${JSON.stringify(space)}` }]))
      }
      const open = space === undefined ? Result.succeed(learner) : Open.withUsual(learner, find)
      return Result.flatMap(
        Result.mapError(open, (issue) => within(id, [issue])),
        (opened) => of(Open.fromJson(opened, find), rest, find)
      )
    }
  }
  return {
    definition: learnerDefinition,
    tuner: definition.tuner,
    make: <K extends Kind, Columns extends string, E, R>(
      open: Open.Open<never, K, Columns, E, R>,
      given: Options & object
    ): Learner.Learner<K, Columns, E, R> => {
      const { measure, ...rest } = given
      const json = { ...rest, ...(measure !== undefined && { measure: measure.json }) }
      const written = { type: id, learner: open.json, ...json }
      return Result.getOrElse(
        of(open, json, Closing.among(Measure.definitionsOf(measure === undefined ? [] : [measure]))),
        (error) => Learner.refused({ id, json: written, hash: () => hashJson(written) }, error)
      ) as Learner.Learner<K, Columns, E, R>
    }
  }
}
