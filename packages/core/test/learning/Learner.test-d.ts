import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Resampling from "@rocflow/resampling/Resampling"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expectTypeOf, it } from "vitest"
import type * as Column from "../../src/data/Column.ts"
import type * as Table from "../../src/data/Table.ts"
import * as Task from "../../src/data/Task.ts"
import type { Engines } from "../../src/engine/Engine.ts"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Callback from "../../src/learning/Callback.ts"
import type { CallbackError } from "../../src/learning/CallbackError.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Model from "../../src/learning/Model.ts"
import type { Prediction } from "../../src/learning/Prediction.ts"
import * as Timing from "../../src/learning/Timing.ts"
import * as Validation from "../../src/learning/Validation.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"

type Plain = "target" | "feature"
declare const binary: Task.Task<"binary", Plain, "age" | "dose">
declare const multiclass: Task.Task<"multiclass", Plain, "age" | "dose">
declare const regression: Task.Task<"regression", Plain, "age" | "dose">
declare const sites: Task.Task<"binary", Plain | "subset", "age" | "dose">
declare const fromFile: Task.Task

const head = Ingress.numeric().pipe(Nn.head())
const aum = head.pipe(Aum.loss(), Optimizer.adam())
const cross = head.pipe(CrossEntropy.loss(), Optimizer.adam())
const mse = head.pipe(Mse.loss(), Optimizer.adam())

describe("loss and model", () => {
  it("that fit make a learner of the loss's targets", () => {
    expectTypeOf(aum.pipe(Model.classif({ epochs: 1 }))).toEqualTypeOf<
      Learner.Learner<"binary", never, never, Engines>
    >()
    expectTypeOf(cross.pipe(Model.classif({ epochs: 1 }))).toEqualTypeOf<
      Learner.Learner<"multiclass", never, never, Engines>
    >()
    expectTypeOf(mse.pipe(Model.regr({ epochs: 1 }))).toEqualTypeOf<
      Learner.Learner<"regression", never, never, Engines>
    >()
  })

  it("that do not fit do not compile", () => {
    // @ts-expect-error The loss is for binary targets, Model.regr for regression targets
    aum.pipe(Model.regr({ epochs: 1 }))
    // @ts-expect-error The loss is for multiclass targets, Model.regr for regression targets
    cross.pipe(Model.regr({ epochs: 1 }))
    // @ts-expect-error The loss is for regression targets, Model.classif for binary or multiclass targets
    mse.pipe(Model.classif({ epochs: 1 }))
  })

  it("say so in a sentence", () => {
    expectTypeOf<
      Model.Fits<typeof aum, "regression", "Model.regr">
    >().toEqualTypeOf<"The loss is for binary targets, Model.regr for regression targets">()
    expectTypeOf<
      Model.Fits<typeof mse, "binary" | "multiclass", "Model.classif">
    >().toEqualTypeOf<"The loss is for regression targets, Model.classif for binary or multiclass targets">()
    expectTypeOf<Model.Fits<typeof aum, "binary" | "multiclass", "Model.classif">>().toEqualTypeOf<unknown>()
  })
})

describe("learner and task", () => {
  const classifier = aum.pipe(Model.classif({ epochs: 1 }))
  const named = Ingress.numeric(["age", "weight"]).pipe(
    Nn.head(),
    Bce.loss(),
    Optimizer.adam(),
    Model.classif({ epochs: 1 })
  )

  it("train and predict with the learner's errors and services", () => {
    const training = Learner.train(classifier, binary)
    expectTypeOf(training).toEqualTypeOf<
      Effect.Effect<Learner.Trained<"binary", never, Engines>, Learner.TrainError, Engines>
    >()
    const trained = {} as Learner.Trained<"binary", never, Engines>
    expectTypeOf(Learner.predict(trained, binary)).toEqualTypeOf<
      Effect.Effect<Prediction<"binary">, Learner.PredictError, Engines>
    >()
    expectTypeOf(Learner.train(Featureless.make(), regression)).toEqualTypeOf<
      Effect.Effect<Learner.Trained<"binary" | "multiclass" | "regression", never, never>, Learner.TrainError>
    >()
  })

  it("of different target kinds do not compile", () => {
    // @ts-expect-error The learner is for binary targets, the task is multiclass
    Learner.train(classifier, multiclass)
    // @ts-expect-error The learner is for binary targets, the task is regression
    Learner.train(classifier, regression)
    // @ts-expect-error The learner is for regression targets, the task is binary
    Learner.train(mse.pipe(Model.regr({ epochs: 1 })), binary)
    expectTypeOf<
      Learner.Suits<"binary", never, "multiclass", "age">
    >().toEqualTypeOf<"The learner is for binary targets, the task is multiclass">()
  })

  it("that lacks a column of the ingress do not compile", () => {
    // @ts-expect-error The task has no feature column: weight
    Learner.train(named, binary)
    expectTypeOf<
      Learner.Suits<"binary", "age" | "weight", "binary", "age" | "dose">
    >().toEqualTypeOf<"The task has no feature column: weight">()
  })

  it("of which the compiler knows too little are left to run time", () => {
    Learner.train(named, fromFile)
    Learner.train(classifier, fromFile)
    expectTypeOf<Learner.Suits<"binary", "age", Task.Kind, string>>().toEqualTypeOf<unknown>()
    expectTypeOf<Learner.Suits<"binary", string, "binary", "age">>().toEqualTypeOf<unknown>()
  })
})

describe("roles", () => {
  it("that name no column of a typed table do not compile", () => {
    const table = {} as Table.Table<{ readonly Class: Column.Factor<readonly ["a", "b"]>; readonly x: Column.Numeric }>
    Task.fromTable(table, { target: "Class" })
    // @ts-expect-error no column is called "Clas"
    Task.fromTable(table, { target: "Clas" })
    // @ts-expect-error no column is called "site"
    Task.fromTable(table, { target: "Class", subset: "site" })
    // @ts-expect-error no column is called "y"
    Task.fromTable(table, { target: "Class", features: ["x", "y"] })
  })

  it("that SOAK needs are asked for", () => {
    Resampling.instantiate(Resampling.sameOther(), sites, 1)
    // @ts-expect-error This resampling needs a task with the role: subset
    Resampling.instantiate(Resampling.sameOther(), binary, 1)
  })
})

describe("validation", () => {
  it("is one value", () => {
    Model.classif({ epochs: 1, validation: Validation.holdout(0.5, { measures: [Measure.auc], patience: 3 }) })
    // @ts-expect-error early stopping needs a validation split
    Model.classif({ epochs: 1, patience: 3 })
    expectTypeOf<
      NonNullable<Model.Options<never, never, "binary">["patience"]>
    >().toEqualTypeOf<"Early stopping needs a validation split: Validation.holdout(ratio, { measures, patience })">()
    // @ts-expect-error at least one measure
    Validation.holdout(0.5, { measures: [] })
    // @ts-expect-error at least one measure
    Validation.holdout(0.5, { patience: 3 })
    // @ts-expect-error seconds are of a job, and nothing is chosen by them
    Validation.holdout(0.5, { measures: [Timing.trainSeconds] })
    // @ts-expect-error a validation is no number
    Model.classif({ epochs: 1, validation: 0.5 })
  })
})

describe("callbacks", () => {
  interface Logbook {
    readonly _: unique symbol
  }
  class DiskFull extends Schema.TaggedError<DiskFull>()("DiskFull", {}) {}
  const write = {} as Effect.Effect<void, DiskFull, Logbook>

  it("add their errors and services to the learner's", () => {
    const definition = Callback.define({
      id: "Mine.log",
      summary: "Writes a line an epoch",
      options: Schema.Struct({}),
      make: () => ({ epochEnd: () => write })
    })
    expectTypeOf(definition).toMatchTypeOf<Callback.Definition<DiskFull, Logbook>>()
    const learner = aum.pipe(Model.classif({ epochs: 1, callbacks: [Callback.make(definition)] }))
    expectTypeOf(learner).toEqualTypeOf<Learner.Learner<"binary", never, DiskFull, Engines | Logbook>>()
    expectTypeOf(Learner.train(learner, binary)).toEqualTypeOf<
      Effect.Effect<
        Learner.Trained<"binary", never, Engines | Logbook>,
        Learner.TrainError | DiskFull,
        Engines | Logbook
      >
    >()
  })

  it("that are built in add the errors of their files, and no services", () => {
    const callbacks = [Callback.checkpoint({ every: 2 }), Callback.csv(), Callback.freeze("linear.*")]
    const learner = aum.pipe(Model.classif({ epochs: 1, callbacks }))
    expectTypeOf(learner).toEqualTypeOf<Learner.Learner<"binary", never, CallbackError, Engines>>()
    const timed = aum.pipe(Model.classif({ epochs: 1, callbacks: [Callback.timeLimit("1 h")] }))
    expectTypeOf(timed).toEqualTypeOf<Learner.Learner<"binary", never, never, Engines>>()
    void Learner.train(learner, binary, { resume: true, seed: 2 })
    // @ts-expect-error a checkpoint is true, a path or the thing itself
    void Learner.train(learner, binary, { resume: 3 })
  })

  it("add nothing where they have none", () => {
    const quiet = Callback.define({
      id: "Mine.quiet",
      summary: "Counts batches",
      options: Schema.Struct({}),
      make: () => ({ batchEnd: () => {} })
    })
    const learner = aum.pipe(Model.classif({ epochs: 1, callbacks: [Callback.make(quiet)] }))
    expectTypeOf(learner).toEqualTypeOf<Learner.Learner<"binary", never, never, Engines>>()
  })

  it("cannot fail on the way out", () => {
    Callback.define({
      id: "Mine.slow",
      summary: "Does not compile",
      options: Schema.Struct({}),
      // @ts-expect-error exit cannot fail
      make: () => ({ exit: () => write })
    })
  })
})
