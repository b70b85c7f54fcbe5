/** Epochs that are tuned inside: which are chosen, and that the last training is the one that would be written with them. */
import { afterAll, describe, expect, it } from "vitest"
import * as Auto from "@rocflow/core/engine/Auto"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Model from "@rocflow/core/learning/Model"
import * as Validation from "@rocflow/core/learning/Validation"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Schedule from "@rocflow/core/pipeline/Schedule"
import * as Seed from "@rocflow/core/Seed"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Tasks from "../../../core/test/support/tasks.ts"
import * as Resampling from "../../src/Resampling.ts"
import * as Tune from "../../src/Tune.ts"

const engine = ManagedRuntime.make(Auto.layer())
afterAll(() => engine.dispose())
const run = <A, E>(effect: Effect.Effect<A, E, Engines>) => engine.runPromise(effect)

const task = Tasks.binary(80)
const network = (learningRate: number, options: Omit<Parameters<typeof Model.classif>[0], "callbacks">) =>
  Preprocess.standardise().pipe(
    Ingress.numeric(),
    Nn.linear(6),
    Nn.relu(),
    Nn.dropout(0.2),
    Nn.head(),
    Bce.loss(),
    Optimizer.adamw({ learningRate: Schedule.cosine({ from: learningRate }) }),
    Model.classif({ batchSize: 16, ...options })
  )

const own = (epochs = 20, rate = 0.05) =>
  network(rate, {
    epochs,
    validation: Validation.holdout(0.2, { measures: [Measure.auc], patience: 3, restoreBest: true })
  })

describe("a learner in epochs", () => {
  it("trained otherwise is the pipeline that is written so", async () => {
    const changed = own().epochs!.change({ epochs: 7, scheduleEpochs: 20, validation: "none" })
    const written = network(0.05, { epochs: 7, scheduleEpochs: 20 })
    expect(Learner.hash(changed)).toBe(Learner.hash(written))
    const [a, b] = await Promise.all(
      [changed, written].map((learner) => run(Learner.train(learner as typeof written, task)))
    )
    expect(a!.fitted.state()).toEqual(b!.fitted.state())
  })

  it("goes on to more epochs as if they had been asked for at once", async () => {
    const validation = Validation.rows([1, 5, 9, 13, 17, 21, 30, 44], { measures: [Measure.auc] })
    const upTo = (epochs: number) =>
      own().epochs!.change({ epochs, scheduleEpochs: 20, validation }) as unknown as ReturnType<typeof own>
    const part = await run(Learner.train(upTo(4), task))
    const whole = await run(Learner.train(upTo(9), task))
    const { outcome } = part.fitted
    const after = await run(Learner.train(upTo(9), task, { resume: outcome! }))
    expect(after.fitted.state()).toEqual(whole.fitted.state())
    const rows = ({ fitted }: typeof part) => fitted.outcome!.history.map(({ seconds: _, ...row }) => row)
    expect(rows(after)).toEqual(rows(whole))
  })
})

describe("Tune.epochs", () => {
  it("chooses the best epoch of one half, and trains anew on all rows", async () => {
    const trained = await run(Learner.train(Tune.epochs(own()), task))
    const { epochs, evaluations } = trained.fitted.tuning!
    expect(evaluations).toHaveLength(1)
    expect(evaluations[0]!.trained).toBe(20)

    // By hand: the same split, the same seeds.
    const root = Seed.root(1)
    const { splits } = await run(
      Resampling.instantiate(Resampling.holdout({ ratio: 0.5 }), task as Task.Task, Seed.derive(root, "inner"))
    )
    const { test, train } = splits[0]!
    const half = network(0.05, {
      epochs: 20,
      scheduleEpochs: 20,
      validation: Validation.rows(
        Array.from(test, (_, i) => train.length + i),
        { measures: [Measure.auc], patience: 20, minDelta: 0 }
      )
    })
    const searched = await run(
      Learner.train(half, Task.take(task, [...train, ...test]), { seed: Seed.derive(root, "split", 0) })
    )
    expect(epochs).toBe(searched.fitted.outcome!.best!.epoch)
    const last = network(0.05, { epochs: epochs!, scheduleEpochs: 20 })
    const refit = await run(Learner.train(last, task, { seed: Seed.derive(root, "refit") }))
    expect((trained.fitted.state() as { readonly learner: unknown }).learner).toEqual(refit.fitted.state())
  })

  it("averages the best epochs of several splits, and rounds up", async () => {
    const learner = Tune.epochs(own(), { resampling: Resampling.cv({ folds: 4 }), patience: 2 })
    const { evaluations, epochs } = (await run(Learner.train(learner, task))).fitted.tuning!
    const folds = await Promise.all(
      (
        await run(
          Resampling.instantiate(Resampling.cv({ folds: 4 }), task as Task.Task, Seed.derive(Seed.root(1), "inner"))
        )
      ).splits.map(({ test, train }, i) =>
        run(
          Learner.train(
            network(0.05, {
              epochs: 20,
              scheduleEpochs: 20,
              validation: Validation.rows(
                Array.from(test, (_, row) => train.length + row),
                { measures: [Measure.auc], patience: 2 }
              )
            }),
            Task.take(task, [...train, ...test]),
            { seed: Seed.derive(Seed.root(1), "split", i) }
          )
        )
      )
    )
    const outcomes = folds.map(({ fitted }) => fitted.outcome!)
    const best = outcomes.map((outcome) => outcome.best!)
    expect(epochs).toBe(Math.ceil(best.reduce((sum, { epoch }) => sum + epoch, 0) / 4))
    expect(evaluations[0]!.scores).toEqual(best.map(({ score }) => score))
    expect(evaluations[0]!.trained).toBe(outcomes.reduce((sum, outcome) => sum + outcome.epochs, 0))
  })

  // The conformance table of mlr3torch: where no gain is large enough, the first epoch stays the best one.
  it("trains for one epoch where no gain reaches minDelta", async () => {
    const { fitted } = await run(Learner.train(Tune.epochs(own(), { minDelta: 2 }), task))
    expect(fitted.tuning!.epochs).toBe(1)
    expect(fitted.outcome!.epochs).toBe(1)
  })

  it("rates of 0 change nothing, so that the first epoch is the best", async () => {
    const still = Tune.epochs(network(1e-30, { epochs: 20 }), { patience: 2 })
    const { evaluations, epochs } = (await run(Learner.train(still, task))).fitted.tuning!
    expect([epochs, evaluations[0]!.trained]).toEqual([1, 3])
  })
})

describe("Tune.halving", () => {
  const open = Tune.over({ rate: Tune.log(0.001, 0.5) }, ({ rate }) => own(18, rate))

  it("trains each configuration once, however many steps it has", async () => {
    const learner = Tune.halving(open, { configurations: 9, least: 2, resampling: Resampling.holdout({ ratio: 0.5 }) })
    const { evaluations } = (await run(Learner.train(learner, task))).fitted.tuning!
    expect(evaluations.map(({ budget }) => budget)).toEqual([...Array<number>(9).fill(2), 6, 6, 6, 18])
    // The last step equals a training of all its epochs at once.
    const last = evaluations.at(-1)!
    expect(last.trained).toBe(18)
    const once = Tune.points(open, {
      configurations: [last.values as { readonly rate: number }],
      resampling: Resampling.holdout({ ratio: 0.5 }),
      epochs: true
    })
    const whole = (await run(Learner.train(once, task))).fitted.tuning!
    expect(last.scores).toEqual(whole.evaluations[0]!.scores)
    expect(last.epochs).toBe(whole.evaluations[0]!.epochs)
  })
})
