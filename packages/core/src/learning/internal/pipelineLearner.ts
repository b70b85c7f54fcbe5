/**
 * Pipelines as learners: preprocessing is fitted, columns become the inputs of a network, the network is trained.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Note } from "../../data/Note.ts"
import * as Targets from "../../data/Targets.ts"
import type { Kind as TargetKind, Task } from "../../data/Task.ts"
import type { Rows, TaskSchema } from "../../data/TaskSchema.ts"
import * as Engine from "../../engine/Engine.ts"
import * as Graph from "../../network/Graph.ts"
import * as Features from "../../pipeline/Features.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import * as Shape from "../../pipeline/Shape.ts"
import type { Part, PartOf, Stage } from "../../pipeline/Stage.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import * as Seed from "../../Seed.ts"
import type { Hooks } from "../Callback.ts"
import * as Learner from "../Learner.ts"
import * as Measure from "../Measure.ts"
import * as Prediction from "../Prediction.ts"
import * as Training from "../Training.ts"
import { windowRows } from "./batches.ts"
import * as Drawing from "./drawing.ts"
import { decodeOptions } from "./decodeOptions.ts"
import { intercept } from "./intercept.ts"
import * as Members from "./members.ts"
import * as Preprocessing from "./preprocessing.ts"
import * as Resuming from "./resuming.ts"
import * as Scheduling from "./scheduling.ts"
import * as Settings from "./settings.ts"
import * as Starting from "./starting.ts"
import * as Transforms from "./targetTransforms.ts"
import * as TrainingNotes from "./trainingNotes.ts"
import * as TrainingRows from "./trainingRows.ts"
import type { Taker } from "./weighing.ts"

/** The parts of a complete pipeline. */
interface Parts {
  readonly stages: ReadonlyArray<Stage>
  readonly loss: PartOf<"loss">
  readonly optimizer: PartOf<"optimizer">
  readonly settings: Settings.Settings
}

const State = Schema.Struct({
  /** Version 1 named arrays by the place of their layer. */
  format: Schema.Literal(2),
  ...Preprocessing.Json.fields,
  intercept: Schema.Finite,
  /** Of a regression; absent where there were no transformations yet. */
  target: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  arrays: Schema.Array(
    Schema.Struct({ path: Schema.String, shape: Schema.Array(Schema.Int), values: Schema.Array(Schema.Finite) })
  )
})

/** What a pipeline learned. */
interface Learned {
  readonly before: Preprocessing.Learned
  /** Added to the outputs: 0 unless the loss leaves the intercept undecided. */
  readonly intercept: number
  /** Transformations of the target. */
  readonly target: Transforms.Learned
  readonly arrays: ReadonlyArray<Graph.NamedArray>
}

type Target = { readonly kind: TargetKind; readonly levels: ReadonlyArray<string> }

/** How many members a network has: 1 unless its head is one of members. */
const membersOf = (network: Graph.Network, { kind, levels }: Target): number =>
  network.outputs / Prediction.outputs(kind, levels)

/** The network for what the ingresses give. */
const networkOf = (
  { optimizer, stages }: Parts,
  { ingresses }: Preprocessing.Learned,
  target: Target
): Result.Result<Graph.Network, Shape.ShapeError> => {
  const network = Graph.make(
    stages,
    new Map(Array.from(ingresses, ([path, { shape }]) => [path, shape] as const)),
    Prediction.outputs(target.kind, target.levels),
    new Map(
      Array.from(ingresses).flatMap(([path, { cardinalities }]) =>
        cardinalities === undefined ? [] : [[path, cardinalities] as const]
      )
    )
  )
  return Result.flatMap(network, (made) =>
    optimizer.transform.searches && membersOf(made, target) > 1
      ? Result.fail(
          new Shape.ShapeError({
            stage: made.nodes[made.output]!.path,
            given: `the scores of ${membersOf(made, target)} members`,
            expected: "one for a row, as the optimizer searches along a line",
            advice: "choose Optimizer.sgd or Optimizer.adam, or end the network with Nn.head"
          })
        )
      : Result.succeed(made)
  )
}

const lossId = ({ stages }: Parts): string => stages.find(({ kind }) => kind === "loss")?.id ?? "the loss"

/** What the loss and the optimizer have to do with weights. */
const takerOf = (parts: Parts): Taker => ({
  loss: lossId(parts),
  weighted: parts.loss.weighted,
  searches: parts.optimizer.transform.searches
})

/** The scores that are predicted and measured, in the unit of the target, from the outputs of a network. */
const combined = (
  { loss }: Parts,
  network: Graph.Network,
  target: Target,
  { invert }: Transforms.Learned,
  outputs: Float32Array
): Float64Array =>
  invert(
    Members.scores(outputs, membersOf(network, target), {
      kind: target.kind,
      outputs: Prediction.outputs(target.kind, target.levels),
      ranks: loss.translationInvariant
    })
  )

/** Rows as a network takes them. */
const dataOf = Effect.fnUntraced(function* (
  task: Task,
  learned: Preprocessing.Learned,
  made: Preprocessing.Made,
  transforms: Transforms.Learned
) {
  const data: Training.Data = {
    rows: task.rows,
    sources: yield* Preprocessing.open(learned, made),
    truth: task.target,
    targets: Float32Array.from(transforms.apply(Targets.toNumbers(task.kind, task.target))),
    weights: task.weights === undefined ? undefined : Float32Array.from(task.weights)
  }
  return data
})

/** The most rows that a scorer computes at a time, and the bytes that all its nodes may take for them. */
const most = { rows: 4096, bytes: 2 ** 25 }

const scoredRows = ({ nodes }: Graph.Network): number => {
  const bytes = nodes.reduce((sum, { shape }) => sum + 4 * Shape.size(shape), 0)
  return Math.min(most.rows, Math.ceil(most.bytes / bytes))
}

/** The scores [rows, outputs] of all rows of sources. */
const scoresOf = Effect.fnUntraced(function* (
  engine: Engine.Engine,
  network: Graph.Network,
  arrays: ReadonlyArray<Graph.NamedArray>,
  { rows, sources }: Pick<Training.Data, "rows" | "sources">
) {
  const size = Math.max(1, Math.min(rows, scoredRows(network), windowRows(sources, 1)))
  const scorer = yield* engine.scorer(network, arrays, size)
  const out = new Float32Array(rows * network.outputs)
  for (let from = 0; from < rows; from += size) {
    const window = Uint32Array.from({ length: Math.min(size, rows - from) }, (_, i) => from + i)
    yield* Effect.forEach(sources, (source) => source.window(window), { discard: true })
    sources.forEach((source, i) => source.fill(window, scorer.inputs[i]!))
    scorer.score(window.length)
    out.set(scorer.scores.subarray(0, window.length * network.outputs), from * network.outputs)
    yield* Effect.yieldNow
  }
  return out
})

/** The program of these parts, and the engine that computes it. */
const programOf = Effect.fnUntraced(function* (
  { loss, optimizer, settings }: Parts,
  network: Graph.Network,
  target: Target
) {
  const engines = yield* Engine.Engines
  const mean = yield* Members.loss(loss.loss, membersOf(network, target))
  const program = { network, loss: mean, optimizer: optimizer.transform }
  return { program, engine: yield* Effect.fromResult(Engine.choose(engines, program, settings.engine)) }
})

const notFinite = (outputs: Float32Array, width: number): PipelineError | undefined => {
  const bad = outputs.findIndex((score) => !Number.isFinite(score))
  if (bad < 0) return undefined
  const message = `the score of row ${Math.floor(bad / width)} is ${outputs[bad]}; look for extreme features, or put Preprocess.standardise before the ingress`
  return new PipelineError({ issues: [{ path: [], message }] })
}

const fitted = (
  parts: Parts,
  learned: Learned,
  target: Target,
  outcome: Training.Outcome | undefined,
  notes: ReadonlyArray<Note> = []
): Learner.Fitted<Engine.Engines> => ({
  outcome,
  notes,
  state: () => ({
    format: 2,
    ...Preprocessing.toJson(learned.before),
    intercept: learned.intercept,
    ...(target.kind === "regression" && { target: learned.target.state() }),
    arrays: learned.arrays.map((array) => ({ ...array, values: Array.from(array.values) }))
  }),
  predict: Effect.fnUntraced(function* (rows: Rows) {
    const network = yield* Effect.fromResult(networkOf(parts, learned.before, target))
    const made = yield* Preprocessing.apply(parts.stages, learned.before, rows)
    const outputs = yield* Effect.scoped(
      Effect.gen(function* () {
        const sources = yield* Preprocessing.open(learned.before, made)
        const { engine } = yield* programOf(parts, network, target)
        return yield* scoresOf(engine, network, learned.arrays, { rows: rows.rows, sources })
      })
    )
    const refused = notFinite(outputs, network.outputs)
    if (refused !== undefined) return yield* refused
    // In double precision: in single, scores that differ could become equal.
    const shifted = combined(parts, network, target, learned.target, outputs).map((score) => score + learned.intercept)
    return Prediction.fromOutputs(rows, shifted, parts.settings.predictType)
  })
})

/** The functions of the callbacks, in the order of their weights. */
const hooksOf = ({ callbacks }: Settings.Settings): ReadonlyArray<Hooks> =>
  callbacks
    .toSorted((a, b) => a.definition.weight - b.definition.weight)
    .flatMap(({ bound }): ReadonlyArray<Hooks> => (Result.isSuccess(bound) ? [bound.success.make()] : []))

/** Refuses callbacks that cannot do their work in a network. */
const checkCallbacks = (callbacks: ReadonlyArray<Hooks>, { parameters }: Graph.Network) => {
  const paths = parameters.map(({ path }) => path)
  const issues = callbacks.flatMap(({ check }) => {
    const message = check?.(paths)
    return message === undefined ? [] : [{ path: [], message }]
  })
  return issues.length === 0 ? Result.succeed(undefined) : Result.fail(new PipelineError({ issues }))
}

/** Finds what would make training fail, except what only training shows. */
const check = Effect.fnUntraced(function* (parts: Parts, task: Task) {
  yield* Effect.fromResult(Settings.check(parts.settings, task))
  yield* Effect.fromResult(Scheduling.check(parts.optimizer.transform, parts.settings.validation))
  // Any seed will do: whether rows are left on both sides does not depend on it.
  const seed = Seed.root(0)
  yield* Effect.fromResult(Settings.splitRows(task, parts.settings.validation, seed))
  const { learned, made, steps, task: trained } = yield* Preprocessing.fit(parts.stages, task, seed)
  const transforms = yield* Effect.fromResult(Transforms.fit(parts.settings.target ?? [], trained.target))
  yield* dataOf(trained, learned, made, transforms)
  yield* Effect.fromResult(TrainingRows.of(parts.settings, trained))
  const network = yield* Effect.fromResult(networkOf(parts, learned, task))
  yield* Effect.fromResult(checkCallbacks(hooksOf(parts.settings), network))
  yield* Effect.fromResult(TrainingRows.check(parts.settings, takerOf(parts), network))
  const { notes, stages } = Preprocessing.checked(steps)
  const { loss, optimizer, settings } = parts
  return {
    stages,
    notes: [...notes, ...batchNotes(parts, trained), ...groupNotes(parts, network)],
    computes: { program: { network, loss: loss.loss, optimizer: optimizer.transform }, engine: settings.engine }
  }
})

/** What the optimizer says of parameters that are not there. */
const groupNotes = ({ optimizer, stages }: Parts, network: Graph.Network): ReadonlyArray<Note> =>
  TrainingNotes.idleGroups(
    stages.find(({ kind }) => kind === "optimizer")?.id ?? "the optimizer",
    optimizer.transform.groups ?? [],
    network.parameters.map(({ path }) => path)
  )

/** What the batches are worth to the loss. */
const batchNotes = (parts: Parts, task: Task): ReadonlyArray<Note> => {
  const { loss, settings } = parts
  const twice =
    settings.classWeights !== undefined &&
    settings.batches !== undefined &&
    "balanced" in settings.batches &&
    settings.batches.balanced === "class"
      ? [TrainingNotes.balancedTwice]
      : []
  if (task.kind !== "binary" || !loss.translationInvariant) return twice
  const positives = task.target.reduce((count, code) => count + (code === 0 ? 1 : 0), 0)
  const { batches } = settings
  const ranking = TrainingNotes.rankingBatches(lossId(parts), {
    batchSize: settings.batchSize,
    how: batches && Drawing.byClass(batches),
    rows: task.rows,
    share: positives / task.rows
  })
  return [...twice, ...ranking]
}

/** Why the first validation measure had no value in any epoch; undefined if it had one, or was not asked for. */
const neverDefined = ({ best, history }: Training.Outcome, { validation }: Settings.Settings): string | undefined => {
  const [first] = validation?.measures ?? []
  if (first?.direction === undefined || best !== undefined) return undefined
  const last = history.at(-1)?.valid[first.id]
  return last === undefined || Measure.isDefined(last) ? undefined : last.reason
}

/** The measure that chooses epochs, or ends training, where it only ranks rows. */
const rankedBy = ({ validation }: Settings.Settings): string | undefined => {
  const [first] = validation?.measures ?? []
  const chooses = validation !== undefined && (validation.restoreBest || validation.patience > 0)
  return chooses && first?.ranks === true ? first.id : undefined
}

/** What training showed that is probably not meant; an error where the user wants one. */
const afterTraining = (
  parts: Parts,
  outcome: Training.Outcome,
  held: number
): Result.Result<ReadonlyArray<Note>, PipelineError> => {
  const { validation } = parts.settings
  const reason = neverDefined(outcome, parts.settings)
  if (reason === undefined || validation === undefined) return Result.succeed([])
  const note = TrainingNotes.undefinedValidation(validation.measures[0].id, held, reason)
  return validation.whenUndefined === "fail"
    ? Features.fail("Validation", `${note.finding}; hold out more rows, or choose another measure`)
    : Result.succeed([note])
}

const fit = Effect.fnUntraced(function* (parts: Parts, task: Task, seed: Seed.Seed, resume?: Learner.Resume) {
  const { loss, settings, stages } = parts
  yield* Effect.fromResult(Settings.check(settings, task))
  yield* Effect.fromResult(Scheduling.check(parts.optimizer.transform, settings.validation))
  const { validation } = settings
  const { train: given, valid } = yield* Effect.fromResult(Settings.splitRows(task, validation, seed))
  const { learned, made, task: train } = yield* Preprocessing.fit(stages, given, seed)
  const transforms = yield* Effect.fromResult(Transforms.fit(settings.target ?? [], train.target))
  const { grouped, weights } = yield* Effect.fromResult(TrainingRows.of(settings, train))
  const data = { ...(yield* dataOf(train, learned, made, transforms)), weights }
  const network = yield* Effect.fromResult(networkOf(parts, learned, task))
  yield* Effect.fromResult(TrainingRows.check(parts.settings, takerOf(parts), network))
  const held =
    valid === undefined
      ? undefined
      : yield* dataOf(valid, learned, yield* Preprocessing.apply(stages, learned, Features.fromTask(valid)), transforms)
  const { engine, program } = yield* programOf(parts, network, task)
  const callbacks = hooksOf(settings)
  yield* Effect.fromResult(checkCallbacks(callbacks, network))
  const origin = Resuming.origin(stages, settings, task, seed, engine.name)
  const begun = yield* Resuming.find(resume, origin, callbacks)
  const outcome = yield* Training.run(
    {
      engine,
      program: { ...program, network: yield* Starting.network(engine, program.network, data, seed), seed },
      epochs: settings.epochs,
      scheduleEpochs: settings.scheduleEpochs,
      averaging: settings.averaging,
      batchSize: settings.batchSize,
      dropLast: settings.dropLast,
      accumulate: settings.accumulate,
      grouped,
      evalFreq: settings.evalFreq,
      train: data,
      mixup: settings.mixup,
      trainMeasures: settings.measures,
      validation: validation === undefined || held === undefined ? undefined : { ...validation, data: held },
      callbacks,
      predict: (outputs, { rows, truth }) =>
        Prediction.fromOutputs(
          { schema: task, rows, truth },
          combined(parts, network, task, transforms, outputs),
          "prob"
        ),
      origin
    },
    begun.from
  )
  const notes = yield* Effect.fromResult(afterTraining(parts, outcome, held?.rows ?? 0))
  const scores = combined(parts, network, task, transforms, yield* scoresOf(engine, network, outcome.arrays, data))
  const undecided = task.kind === "binary" && loss.translationInvariant
  const constant = undecided ? intercept(scores, data.targets, data.weights) : 0
  const own = Prediction.fromOutputs(
    { schema: task, rows: data.rows, truth: data.truth },
    scores.map((score) => score + constant),
    "prob"
  )
  return fitted(
    parts,
    { before: learned, target: transforms, arrays: outcome.arrays, intercept: constant },
    task,
    outcome,
    [
      ...begun.notes,
      ...Resuming.afterEnd(resume, begun.from, outcome),
      ...TrainingNotes.limited(outcome.epochs, settings.epochs, outcome.reason),
      ...notes,
      ...TrainingNotes.usefulness(train, own, {
        epochs: outcome.epochs,
        loss: loss.loss,
        classWeights: settings.classWeights !== undefined,
        rankedBy: rankedBy(settings)
      })
    ]
  )
})

const load = (
  parts: Parts,
  task: TaskSchema,
  json: unknown
): Result.Result<Learner.Fitted<Engine.Engines>, PipelineError> =>
  Result.gen(function* () {
    const state = yield* decodeOptions("model state", State)(json)
    const before = yield* Preprocessing.fromJson(parts.stages, state)
    const arrays = state.arrays.map((array) => ({ ...array, values: Float32Array.from(array.values) }))
    const network = yield* Result.mapError(
      networkOf(parts, before, task),
      ({ message }) => new PipelineError({ issues: [{ path: [], message: `model state: ${message}` }] })
    )
    const wrong = Graph.mismatch(network, arrays)
    if (wrong !== undefined) return yield* Features.fail("model state", wrong)
    // Models that were saved before there were transformations have none.
    const target =
      state.target === undefined ? Transforms.none : yield* Transforms.load(parts.settings.target ?? [], state.target)
    return fitted(parts, { before, target, arrays, intercept: state.intercept }, task, undefined)
  })

const isOf = <K extends Part["kind"]>(part: Part, kind: K): part is PartOf<K> => part.kind === kind

const partOf = <K extends Part["kind"]>(stages: ReadonlyArray<Stage>, kind: K): PartOf<K> | undefined => {
  for (const { bound } of stages) {
    if (Result.isSuccess(bound) && isOf(bound.success.part, kind)) return bound.success.part
  }
  return undefined
}

/** A short name for tables: the layers of the network and the loss. */
const shortName = ({ stages }: Pipeline.Any): string => {
  const options = ({ json: { type: _, ...given } }: Stage) => Object.values(given).filter((v) => typeof v !== "object")
  const body = stages
    .filter(({ kind }) => kind === "layer" || kind === "block" || kind === "merge")
    .map((stage) => [stage.id.replace("Nn.", ""), ...options(stage)].join(" "))
    .join(", ")
  const loss = stages.find(({ kind }) => kind === "loss")?.id.replace(".loss", "") ?? "no loss"
  return `${body === "" ? "linear" : body} – ${loss}`
}

const described = (pipeline: Pipeline.Any) => ({
  id: shortName(pipeline),
  json: { pipeline: Pipeline.toJson(pipeline) },
  hash: () => Pipeline.hash(pipeline)
})

type AnyTarget = Learner.Learner<TargetKind, never, never, Engine.Engines>

/** Makes the learner of a complete pipeline, whose options and order are checked. */
export const pipelineLearner = (
  pipeline: Pipeline.Any,
  settings: Settings.Settings,
  accepts: ReadonlyArray<TargetKind>
): AnyTarget => {
  const { stages } = pipeline
  const loss = partOf(stages, "loss")
  const optimizer = partOf(stages, "optimizer")
  if (loss === undefined || optimizer === undefined) {
    return refusedLearner(
      pipeline,
      new PipelineError({ issues: [{ path: [], message: "there is no loss or no optimizer" }] })
    )
  }
  const parts: Parts = { stages, settings, loss, optimizer }
  return Learner.fromParts<TargetKind, never, never, Engine.Engines>({
    ...described(pipeline),
    accepts: loss.accepts.filter((kind) => accepts.includes(kind)),
    weighted: loss.weighted && !optimizer.transform.searches,
    predictType: settings.predictType,
    check: (task) => Effect.scoped(check(parts, task)),
    fit: (task, seed, resume) => Effect.scoped(fit(parts, task, seed, resume)),
    load: (task, state) => load(parts, task, state)
  })
}

/** A learner of a pipeline with problems: it says them whenever it is used. */
export const refusedLearner = (pipeline: Pipeline.Any, error: PipelineError): AnyTarget =>
  Learner.fromParts<TargetKind, never, never, Engine.Engines>({
    ...described(pipeline),
    accepts: ["binary", "multiclass", "regression"],
    weighted: true,
    predictType: "prob",
    check: () => Effect.fail(error),
    fit: () => Effect.fail(error),
    load: () => Result.fail(error)
  })
