/**
 * A learner of what other learners predict of rows that they were not trained on.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "@rocflow/core/data/Column"
import * as TaskModule from "@rocflow/core/data/Task"
import type { Kind, Task } from "@rocflow/core/data/Task"
import * as TaskSchema from "@rocflow/core/data/TaskSchema"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Place from "@rocflow/core/learning/Place"
import { type Prediction, sharesOf } from "@rocflow/core/learning/Prediction"
import * as Features from "@rocflow/core/pipeline/Features"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Seed from "@rocflow/core/Seed"
import type * as InnerFolds from "../innerFolds.ts"
import { innerFolds } from "../innerFolds.ts"
import { outOfFold } from "../outOfFold.ts"
import { common, decodeBy, type Described, notesOf, takenBy } from "./members.ts"

/** The learners of a stack, and how the rows are divided for the predictions that the last one learns of. */
export interface Stack<K extends Kind, Columns extends string, E, R> {
  readonly base: ReadonlyArray<Learner.Learner<K, Columns, E, R>>
  readonly last: Learner.Learner<K, string, E, R>
  readonly folds: typeof InnerFolds.Option.Type
  readonly passthrough: boolean
}

const State = Schema.Struct({ base: Schema.Array(Schema.Unknown), super: Schema.Unknown })

/** The columns of each learner's predictions: its name, of several classes with the level; no name twice. */
const namesOf = (
  base: ReadonlyArray<{ readonly id: string }>,
  levels: ReadonlyArray<string>,
  features: ReadonlyArray<string>
): ReadonlyArray<ReadonlyArray<string>> => {
  const taken = new Set(features)
  return base.map(({ id }) => {
    for (let number = 1; ; number++) {
      const name = number === 1 ? id : `${id} (${number})`
      const own = levels.length > 2 ? levels.map((level) => `${name}.${level}`) : [name]
      if (own.some((column) => taken.has(column))) continue
      for (const column of own) taken.add(column)
      return own
    }
  })
}

/** The same names, as they stand behind the features in the task of the last learner. */
const namesIn = (
  { base }: { readonly base: ReadonlyArray<unknown> },
  { features, kind, levels }: TaskSchema.TaskSchema
): ReadonlyArray<ReadonlyArray<string>> => {
  const each = kind === "multiclass" ? levels.length : 1
  const own = features.slice(features.length - base.length * each).map(({ name }) => name)
  return base.map((_, b) => own.slice(b * each, (b + 1) * each))
}

/** The numbers of those columns: the response, the probability of the positive class, or those of all classes. */
const numbersOf = (prediction: Prediction): ReadonlyArray<Float64Array> => {
  const { kind, levels, response } = prediction
  if (kind === "regression") return [response]
  const shares = sharesOf(prediction)
  const columns = kind === "binary" ? 1 : levels.length
  return Array.from({ length: columns }, (_, k) => response.map((__, row) => shares[row * levels.length + k]!))
}

/** What the last learner sees of a task: the predictions, behind the features where these are passed through. */
const seen = <K extends Kind, Columns extends string, E, R>(
  { base, passthrough }: Stack<K, Columns, E, R>,
  levels: ReadonlyArray<string>,
  features: ReadonlyMap<string, Column.Column>,
  numbers: ReadonlyArray<ReadonlyArray<Float64Array>>
): ReadonlyMap<string, Column.Column> => {
  const kept = passthrough ? [...features] : []
  const names = namesOf(
    base,
    levels,
    kept.map(([name]) => name)
  )
  return new Map([
    ...kept,
    ...names.flatMap((own, b) => own.map((name, k) => [name, Column.numeric(numbers[b]![k]!)] as const))
  ])
}

/**
 * Predicts every row by learners that were trained on the other folds, trains the last learner on these predictions, and
 * the base learners again on all rows.
 */
export const stacking = <K extends Kind, Columns extends string, E, R>(
  { hash, id, json, parts }: Described<K, string, E, R>,
  decoded: Result.Result<Stack<K, Columns, E, R>, PipelineError>
): Learner.Learner<K, Columns, E, R> => {
  type OwnStack = Stack<K, Columns, E, R>
  const fitted = (
    stack: OwnStack,
    base: ReadonlyArray<Learner.Fitted<R>>,
    last: Learner.Fitted<R>,
    schema: TaskSchema.TaskSchema
  ): Learner.Fitted<R> => ({
    predict: (rows) =>
      Effect.flatMap(
        Effect.forEach(base, ({ predict }) => predict(rows)),
        (predictions) =>
          last.predict({
            ...rows,
            schema,
            columns: seen(stack, rows.schema.levels, rows.columns, predictions.map(numbersOf))
          })
      ),
    state: () => ({ base: base.map(({ state }) => state()), super: last.state() }),
    outcome: undefined,
    notes: notesOf([...base, last]),
    parts: [...base, last].every(({ parts }) => parts !== undefined)
      ? () => ({
          _tag: "Stacked",
          base: base.map(({ parts }) => parts!()),
          names: namesIn(stack, schema),
          passthrough: stack.passthrough,
          last: last.parts!()
        })
      : undefined
  })

  /** Columns for the last learner; as many as there will be, where only their names and types matter. */
  const placeholder = (stack: OwnStack, task: Pick<Task, "kind" | "levels">, rows: number) => {
    const own = Float64Array.from({ length: rows }, (_, row) => row / rows)
    const each = task.kind === "multiclass" ? task.levels.map(() => own) : [own]
    return stack.base.map(() => each)
  }

  const heldOut = Effect.fnUntraced(function* (
    stack: OwnStack,
    task: Task,
    seed: Seed.Seed,
    resume: Learner.Resume | undefined
  ) {
    const dealt = innerFolds(task, stack.folds, Seed.derive(seed, "folds"))
    if (Result.isFailure(dealt)) return yield* Effect.fromResult(Features.fail(id, dealt.failure.message))
    const foldOf = dealt.success
    const numbers = placeholder(stack, task, 0).map((columns) => columns.map(() => new Float64Array(task.rows)))
    for (const [b, learner] of stack.base.entries()) {
      const held = yield* outOfFold(
        id,
        learner,
        task,
        foldOf,
        `fold/${b}`,
        (fold) => Seed.derive(seed, "fold", fold, b),
        resume
      )
      for (const { prediction, rows } of held) {
        for (const [k, values] of numbersOf(prediction).entries()) {
          for (let i = 0; i < rows.length; i++) numbers[b]![k]![rows[i]!] = values[i]!
        }
      }
    }
    return numbers
  })

  const check = Effect.fnUntraced(function* (stack: OwnStack, task: Task) {
    const columns = seen(stack, task.levels, Features.fromTask(task).columns, placeholder(stack, task, task.rows))
    yield* stack.last.check(TaskModule.withFeatures(task, columns))
    const checked = yield* Effect.forEach(stack.base, (learner) => learner.check(task))
    return { stages: [], notes: notesOf(checked) }
  })

  const fit = Effect.fnUntraced(function* (
    stack: OwnStack,
    task: Task,
    seed: Seed.Seed,
    resume: Learner.Resume | undefined
  ) {
    // What is wrong with the rows is said of all of them, before a part of them is trained on.
    yield* check(stack, task)
    const features = Features.fromTask(task).columns
    const numbers = yield* heldOut(stack, task, seed, resume)
    const above = TaskModule.withFeatures(task, seen(stack, task.levels, features, numbers))
    const on = resume === true || undefined
    const last = yield* Place.within("super")(stack.last.fit(above, Seed.derive(seed, "super"), on))
    const base = yield* Effect.forEach(stack.base, (learner, b) =>
      Place.within(`member/${b}`)(learner.fit(task, Seed.derive(seed, "member", b), on))
    )
    return fitted(stack, base, last, TaskSchema.of(above))
  })

  return Learner.fromParts<K, Columns, E, R>({
    id,
    json,
    hash,
    accepts: common(parts),
    weighted: parts.every(({ weighted }) => weighted),
    takes: takenBy(
      Result.match(decoded, {
        onSuccess: ({ base, passthrough }) => (passthrough ? parts : base),
        onFailure: () => parts
      })
    ),
    predictType: "prob",
    check: (task) => Effect.flatMap(Effect.fromResult(decoded), (stack) => check(stack, task)),
    fit: (task, seed, resume) => Effect.flatMap(Effect.fromResult(decoded), (stack) => fit(stack, task, seed, resume)),
    load: (task, given) =>
      Result.gen(function* () {
        const stack = yield* decoded
        const state = yield* decodeBy("model state", State, given)
        if (state.base.length !== stack.base.length) {
          return yield* Features.fail(
            "model state",
            `has ${state.base.length} base learners, and the learner has ${stack.base.length}; load it with the learner that was trained`
          )
        }
        const kept = stack.passthrough ? task.features : []
        const names = namesOf(
          stack.base,
          task.levels,
          kept.map(({ name }) => name)
        ).flat()
        const schema: TaskSchema.TaskSchema = {
          ...task,
          features: [...kept, ...names.map((name) => ({ name, type: "numeric" as const }))]
        }
        const base = yield* Result.all(stack.base.map((learner, b) => learner.load(task, state.base[b])))
        return fitted(stack, base, yield* stack.last.load(schema, state.super), schema)
      })
  })
}
