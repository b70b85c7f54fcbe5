/**
 * The laws of learners: they predict every row by itself, in the order of the levels, for every seed the same, and what
 * they learned can be kept.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../data/Column.ts"
import * as Table from "../data/Table.ts"
import * as Task from "../data/Task.ts"
import * as TaskSchema from "../data/TaskSchema.ts"
import * as Learner from "../learning/Learner.ts"
import * as Shap from "../learning/Shap.ts"
import type { Prediction } from "../learning/Prediction.ts"
import * as Seed from "../Seed.ts"
import { close, fact, holds, type Law, same, succeeded } from "./Law.ts"

const rows = 60

/** A small task of two numeric features; the first one tells something about the target. */
const taskOf = (kind: Task.Kind, more: Table.GivenColumns = {}, options: Partial<Task.Options> = {}): Task.Task => {
  const random = Seed.generator(Seed.root(7))
  const [x, z] = [0, 0].map(() => Float64Array.from({ length: rows }, () => random.normal()))
  const names = { binary: ["yes", "no"], multiclass: ["low", "mid", "high"] } as const
  const levels: ReadonlyArray<string> = kind === "regression" ? [] : names[kind]
  const shift = (i: number) => (kind === "regression" ? 0 : 2 * (i % levels.length))
  const given = {
    x: Column.numeric(x!.map((value, i) => value + shift(i))),
    z: Column.numeric(z!),
    y:
      kind === "regression"
        ? Column.numeric(x!.map((value, i) => 2 * value - z![i]! + 1))
        : Column.factor(
            Array.from({ length: rows }, (_, i) => levels[i % levels.length]!),
            { levels }
          ),
    ...more
  }
  const table: Table.Table = Effect.runSync(Table.fromEntries(Object.entries(given)))
  return Effect.runSync(Task.fromTable(table, { target: "y", features: ["x", "z"], ...options }))
}

/** Both predictions say the same of their rows, but for rounding. */
const agree = (a: Prediction, b: Prediction, what: string): void => {
  if (a.prob !== undefined && b.prob !== undefined) close(a.prob, b.prob, 1e-6, what)
  if (a.kind === "regression") close(a.response, b.response, 1e-6, what)
}

const kindLaws = <E, R>(
  learner: Learner.Learner<Task.Kind, string, E, R>,
  kind: Task.Kind,
  run: <A>(effect: Effect.Effect<A, Learner.TrainError | E, R>) => Promise<A>
): ReadonlyArray<Law> => {
  const task = taskOf(kind)
  const k = task.levels.length
  const train = (on: Task.Task, seed = 1) => run(Learner.train(learner, on, { seed }))
  const predict = async (on: Task.Task, of: Task.Task | Table.Table = on, seed = 1) => {
    const trained = await train(on, seed)
    return run(Learner.predict(trained, of))
  }
  return [
    fact(`predicts every row, a number or the class of the largest probability (${kind})`, async () => {
      const test = Task.take(
        task,
        Int32Array.from({ length: rows / 2 }, (_, i) => 2 * i)
      )
      const { levels, prob, response, rows: own, scores, truth } = await predict(task, test)
      same(truth, test.target, "the truth")
      same(
        [...own],
        Array.from({ length: rows / 2 }, (_, i) => i),
        "the rows"
      )
      same(levels, task.levels, "the levels")
      holds(response.length === own.length && response.every(Number.isFinite), () => `the response is ${[...response]}`)
      if (prob === undefined) return
      for (let i = 0; i < own.length; i++) {
        const shares = prob.slice(i * k, (i + 1) * k)
        close([shares.reduce((a, b) => a + b)], [1], 1e-9, `the probabilities of row ${i}`)
        holds(
          shares.every((p) => p >= 0 && p <= 1),
          () => `the probabilities of row ${i} are ${[...shares]}`
        )
        holds(shares[response[i]!]! >= Math.max(...shares) - 1e-12, () => `row ${i} is called ${levels[response[i]!]}`)
        if (scores !== undefined)
          holds(scores[i]! >= 0 === shares[0]! >= 0.5, () => `the score of row ${i} is ${scores[i]}`)
      }
    }),
    fact(`gives the same numbers for the same seed (${kind})`, async () =>
      same(await predict(task, task, 7), await predict(task, task, 7), "the second prediction")
    ),
    fact(`is saved as JSON and predicts the same when loaded (${kind})`, async () => {
      const trained = await train(task)
      const state: unknown = JSON.parse(JSON.stringify(trained.fitted.state()))
      const loaded = succeeded(learner.load(trained.task, state), "the state is refused")
      const read = TaskSchema.rows(trained.task, task)
      const again = await run(loaded.predict(succeeded(read, "the rows are refused")))
      same(again, await run(Learner.predict(trained, task)), "the prediction of the loaded model")
    }),
    fact(`adds SHAP values up to what it predicts, or has none (${kind})`, async () => {
      const trained = await train(task)
      if (trained.fitted.shap === undefined) return
      const found = await run(Effect.result(Shap.of(trained, task)))
      if (Result.isFailure(found)) return holds(found.failure._tag === "PipelineError", () => `it is ${found.failure}`)
      const shap = found.success
      const { prob, response, scores } = await run(Learner.predict(trained, task))
      same(shap.outputs, Shap.outputsOf(trained.task), "what is explained")
      same(shap.features.toSorted(), ["x", "z"], "the features")
      const width = shap.outputs.length
      const sums = shap.values.reduce(
        (sum, value, i) => {
          const [row, output] = [Math.floor(i / (2 * width)), i % width]
          sum[row * width + output]! += value
          return sum
        },
        Float64Array.from({ length: rows * width }, (_, i) => shap.base[i % width]!)
      )
      const softmax = Float64Array.from(sums, (score, i) => {
        const own = sums.slice(i - (i % width), i - (i % width) + width)
        return 1 / own.reduce((sum, other) => sum + Math.exp(other - score), 0)
      })
      const positive = () => prob!.filter((_, i) => width > 1 || i % k === 0)
      const expected = {
        response: () => response,
        probability: positive,
        "log-odds": () => scores!,
        score: () => prob!
      }
      close(shap.scale === "score" ? softmax : sums, expected[shap.scale](), 1e-10, "base and values")
    }),
    fact(`ranks rows as the sums that its coefficients make, or has none (${kind})`, async () => {
      const trained = await train(task)
      const { coefficients } = trained.fitted
      if (coefficients === undefined || kind === "multiclass") return
      const table = coefficients()
      same(
        table.map(({ column, feature, level }) => [column, feature, level]),
        [Learner.intercept, "x", "z"].map((column) => [column, column, task.levels[0]]),
        "what they are of"
      )
      // By standard deviations, where it knows them, whatever the units in which columns reach it.
      const [ofX, ofZ] = ["x", "z"].map((name, j) => {
        const numbers = Column.asNumbers(task.table.columns.get(name)!)!
        const mean = numbers.reduce((sum, x) => sum + x, 0) / rows
        const sd = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows)
        const { perSd, value } = table[j + 1]!
        return numbers.map((x) => x * (perSd === undefined ? value : perSd / sd))
      })
      const sums = ofX!.map((x, i) => x + ofZ![i]!)
      const { prob, response } = await run(Learner.predict(trained, task))
      const order = Array.from(sums.keys()).sort((a, b) => sums[a]! - sums[b]!)
      const ranked = order.map((row) =>
        kind === "regression" ? response[row]! : prob === undefined ? -response[row]! : prob[2 * row]!
      )
      // Preprocessing that is not linear, such as quantiles, may move near rows past each other.
      const pairs = ranked.flatMap((p, i) => ranked.slice(i + 1).map((later) => later >= p - 1e-5))
      const share = pairs.filter(Boolean).length / pairs.length
      holds(share >= 0.95, () => `a share of ${share} of pairs of rows is in the order of the sums`)
    }),
    fact(`says of what was loaded what it said of what was trained (${kind})`, async () => {
      const trained = await train(task)
      const state: unknown = JSON.parse(JSON.stringify(trained.fitted.state()))
      const loaded = succeeded(learner.load(trained.task, state), "the state is refused")
      const { fitted } = trained
      same(loaded.coefficients?.(), fitted.coefficients?.(), "the coefficients")
      same(loaded.importance?.(), fitted.importance?.(), "the importance")
      const gains = fitted.importance?.() ?? []
      same(
        gains.filter(({ gain, splits }) => gain > 0 !== splits > 0),
        [],
        "columns that gain without a split, or have splits without a gain"
      )
      same(
        gains.map(({ gain }) => gain),
        gains.map(({ gain }) => gain).toSorted((a, b) => b - a),
        "the order of gains"
      )
    }),
    fact(`predicts each row by itself (${kind})`, async () => {
      const trained = await train(task)
      const whole = await run(Learner.predict(trained, task))
      const one = await run(Learner.predict(trained, Task.take(task, [11])))
      close(one.response, [whole.response[11]!], 1e-6, "the response of a row by itself")
      if (whole.prob !== undefined) close(one.prob ?? [], whole.prob.slice(11 * k, 12 * k), 1e-6, "its probabilities")
    }),
    fact(`predicts rows of a table without a target, with columns in any order (${kind})`, async () => {
      const { columns } = task.table
      const blank = Effect.runSync(
        Table.fromEntries([
          ["z", columns.get("z")!],
          ["x", columns.get("x")!]
        ])
      )
      const [known, unknown] = [await predict(task), await predict(task, blank)]
      same(unknown.truth, undefined, "the truth")
      agree(unknown, known, "the prediction of the table")
    }),
    fact(`takes a weight of 1 as no weight, or refuses weights (${kind})`, async () => {
      const ones = Column.numeric(new Float64Array(rows).fill(1))
      const weighted = taskOf(kind, { w: ones }, { weight: "w" })
      if (learner.weighted) {
        agree(await predict(weighted), await predict(task), "the prediction with weights of 1")
        return
      }
      const message = await train(weighted).then(
        () => "nothing",
        (error: unknown) => String(error)
      )
      holds(message.includes("weight"), () => `weights are not used, and training said ${message}`)
    }),
    fact(`refuses a task without rows (${kind})`, async () => {
      const refused = await train(Task.take(task, [])).then(
        () => false,
        () => true
      )
      holds(refused, () => "it was trained on no rows")
    }),
    fact(`passes its own check where it can be trained (${kind})`, () =>
      run(Effect.asVoid(Learner.check(learner, task)))
    )
  ]
}

/**
 * The laws of a learner, for each kind of target that it accepts. `run` runs its effects: a learner of a pipeline needs an
 * engine.
 *
 * @example
 * const run = (effect) => Effect.runPromise(Effect.provide(effect, Auto.layer()))
 * for (const { check, name } of LearnerLaws.of(learner, run)) it(name, check)
 */
export const of = <E, R>(
  learner: Learner.Learner<Task.Kind, string, E, R>,
  run: <A>(effect: Effect.Effect<A, Learner.TrainError | E, R>) => Promise<A>
): ReadonlyArray<Law> => learner.accepts.flatMap((kind) => kindLaws(learner, kind, run))
