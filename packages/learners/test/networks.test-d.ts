import type * as Task from "@rocflow/core/data/Task"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Validation from "@rocflow/core/learning/Validation"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import { describe, expectTypeOf, it } from "vitest"
import * as Conv from "../src/Conv.ts"
import * as RealMlp from "../src/RealMlp.ts"
import * as TabM from "../src/TabM.ts"

declare const images: Task.Task<"binary", "target", "image">
declare const others: Task.Task<"binary", "target", "scan">

describe("a recipe", () => {
  it("is for the targets of its loss, or of its losses", () => {
    const both = TabM.classif({ loss: { binary: Bce.loss(), multiclass: CrossEntropy.loss() }, members: 8 })
    expectTypeOf(both).toEqualTypeOf<Learner.Learner<"binary" | "multiclass", never, never, Engines>>()
    const two = RealMlp.classif({ loss: Bce.loss(), variant: "small" })
    expectTypeOf(two).toEqualTypeOf<Learner.Learner<"binary", never, never, Engines>>()
    const numbers = RealMlp.regr({ loss: Mse.loss() })
    expectTypeOf(numbers).toEqualTypeOf<Learner.Learner<"regression", never, never, Engines>>()
    // @ts-expect-error numbers, and the task has classes
    Learner.train(numbers, images)
  })

  it("needs the column that it names", () => {
    const learner = Conv.classif({ loss: Bce.loss(), column: "image" })
    Learner.train(learner, images)
    // @ts-expect-error the task has no column "image"
    Learner.train(learner, others)
    Learner.train(Conv.classif({ loss: Bce.loss() }), others)
  })

  it("takes its own options, those of a model, and no others", () => {
    TabM.classif({ loss: Bce.loss(), batchSize: "auto", validation: "none", mixup: 0.2, version: 1 })
    const auc = Validation.holdout(0.2, { measures: [Measure.auc], patience: 4 })
    TabM.classif({ loss: Bce.loss(), validation: auc })
    // @ts-expect-error no loss
    TabM.classif({ members: 8 })
    // @ts-expect-error a loss of numbers
    TabM.classif({ loss: Mse.loss() })
    // @ts-expect-error a loss of classes
    TabM.regr({ loss: Bce.loss() })
    // @ts-expect-error a measure of classes
    TabM.regr({ loss: Mse.loss(), validation: auc })
    // @ts-expect-error no such variant
    TabM.classif({ loss: Bce.loss(), variant: "small" })
    // @ts-expect-error no such option
    TabM.classif({ loss: Bce.loss(), member: 8 })
    // @ts-expect-error probabilities are of classes
    TabM.regr({ loss: Mse.loss(), predictType: "prob" })
  })
})
