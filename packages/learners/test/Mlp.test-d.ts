import type * as Task from "@rocflow/core/data/Task"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import { describe, expectTypeOf, it } from "vitest"
import * as Mlp from "../src/Mlp.ts"

declare const images: Task.Task<"multiclass", "target", "image">
declare const others: Task.Task<"multiclass", "target", "scan">

describe("Mlp", () => {
  it("is for the targets of its loss, and needs its column", () => {
    const learner = Mlp.classif({ hidden: [], column: "image", loss: CrossEntropy.loss(), epochs: 1 })
    expectTypeOf(learner).toEqualTypeOf<Learner.Learner<"multiclass", "image", never, Engines>>()
    Learner.train(learner, images)
    // @ts-expect-error the task has no column "image"
    Learner.train(learner, others)
    const two = Mlp.classif({ hidden: [4], loss: Bce.loss(), epochs: 1 })
    expectTypeOf(two).toEqualTypeOf<Learner.Learner<"binary", never, never, Engines>>()
    // @ts-expect-error two classes, and the task has more
    Learner.train(two, images)
    expectTypeOf(Mlp.regr({ hidden: [4], loss: Mse.loss(), epochs: 1 })).toEqualTypeOf<
      Learner.Learner<"regression", never, never, Engines>
    >()
  })

  it("does not take the loss or the measure of another kind of target, nor stop early without held-out rows", () => {
    // @ts-expect-error a loss of numbers
    Mlp.classif({ hidden: [], loss: Mse.loss(), epochs: 1 })
    // @ts-expect-error a loss of classes
    Mlp.regr({ hidden: [], loss: Bce.loss(), epochs: 1 })
    // @ts-expect-error a measure of classes
    Mlp.regr({ hidden: [], loss: Mse.loss(), epochs: 1, measures: [Measure.auc] })
    // @ts-expect-error patience is part of a validation
    Mlp.classif({ hidden: [], loss: Bce.loss(), epochs: 1, patience: 3 })
    // @ts-expect-error no loss
    Mlp.classif({ hidden: [] })
  })
})
