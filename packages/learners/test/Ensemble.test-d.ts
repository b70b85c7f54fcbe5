import type { Engines } from "@rocflow/core/engine/Engine"
import type * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Bce from "@rocflow/losses/Bce"
import { describe, expectTypeOf, it } from "vitest"
import * as Boosting from "../src/Boosting.ts"
import * as Ensemble from "../src/Ensemble.ts"
import * as Forest from "../src/Forest.ts"
import * as Mlp from "../src/Mlp.ts"
import * as Tree from "../src/Tree.ts"

declare const numbers: Task.Task<"regression", "target", "age">
declare const classes: Task.Task<"multiclass", "target", "age">

const network = Mlp.classif({ hidden: [4], loss: Bce.loss(), epochs: 1 })
const prepared = Learner.preprocessed(Preprocess.select(["age"]), Tree.make())

describe("Boosting and Forest", () => {
  it("are for the targets of their constructor", () => {
    expectTypeOf(Boosting.classif()).toEqualTypeOf<Learner.Learner<"binary" | "multiclass", never>>()
    expectTypeOf(Forest.regr()).toEqualTypeOf<Learner.Learner<"regression", never>>()
    Learner.train(Boosting.classif(), classes)
    // @ts-expect-error numbers, and it is for classes
    Learner.train(Boosting.classif(), numbers)
    // @ts-expect-error a share above 1
    Forest.regr({ mtries: 3 })
  })
})

describe("Ensemble", () => {
  it("of one learner has its type", () => {
    expectTypeOf(Ensemble.bagging(prepared)).toEqualTypeOf<typeof prepared>()
    expectTypeOf(Ensemble.seeds(network, 3)).toEqualTypeOf<typeof network>()
  })

  it("of several is for the targets of all, with the columns and services of each", () => {
    const voting = Ensemble.voting([Forest.classif(), network, prepared])
    expectTypeOf(voting).toEqualTypeOf<Learner.Learner<"binary", "age", never, Engines>>()
    // @ts-expect-error two classes, and the task has more
    Learner.train(voting, classes)
    const stack = Ensemble.stacking({ base: [Tree.make(), Forest.regr()], super: Tree.make() })
    expectTypeOf(stack).toEqualTypeOf<Learner.Learner<"regression", never>>()
    Learner.train(stack, numbers)
  })

  it("needs learners", () => {
    // @ts-expect-error no learner
    Ensemble.voting([])
    // @ts-expect-error no base learner
    Ensemble.stacking({ base: [], super: Tree.make() })
    // @ts-expect-error no such option
    Ensemble.bagging(Tree.make(), { sizes: 3 })
  })
})
