import type * as Task from "@rocflow/core/data/Task"
import type * as Effect from "effect/Effect"
import { describe, expectTypeOf, it } from "vitest"
import * as Resampling from "../src/Resampling.ts"
import type { ResamplingError } from "../src/ResamplingError.ts"

declare const plain: Task.Task<"binary", "target" | "feature", "x">
declare const sites: Task.Task<"binary", "target" | "feature" | "subset", "x">
declare const dynamic: Task.Task
declare const document: Resampling.Spec

describe("Resampling.instantiate", () => {
  it("takes tasks that have the roles", () => {
    expectTypeOf(Resampling.instantiate(Resampling.cv(), plain, 1)).toEqualTypeOf<
      Effect.Effect<Resampling.Instance, ResamplingError>
    >()
    Resampling.instantiate(Resampling.sameOther({ folds: 10, sizes: 0 }), sites, 1)
    Resampling.instantiate(Resampling.sameOther({ ignoreSubset: true }), plain, 1)
  })

  it("leaves to run time what the compiler does not know", () => {
    Resampling.instantiate(Resampling.sameOther(), dynamic, 1)
    Resampling.instantiate(Resampling.foldColumn(), dynamic, 1)
    Resampling.instantiate(document, plain, 1)
  })

  it("refuses a task that lacks a role", () => {
    // @ts-expect-error This resampling needs a task with the role: subset
    Resampling.instantiate(Resampling.sameOther(), plain, 1)
    // @ts-expect-error This resampling needs a task with the role: fold
    Resampling.instantiate(Resampling.foldColumn(), sites, 1)
    // @ts-expect-error This resampling needs a task with the role: subset
    Resampling.instantiate(Resampling.sameOther({ ignoreSubset: false }), plain, 1)
  })

  it("says so in a sentence", () => {
    expectTypeOf<
      Resampling.Requires<"subset", "target" | "feature">
    >().toEqualTypeOf<"This resampling needs a task with the role: subset">()
    expectTypeOf<Resampling.Requires<"subset", Task.Role>>().toEqualTypeOf<unknown>()
    expectTypeOf<Resampling.Requires<never, "target">>().toEqualTypeOf<unknown>()
  })

  it("needs every role of several resamplings", () => {
    const several = [Resampling.cv(), Resampling.sameOther()] as const
    // @ts-expect-error one of them needs the role subset
    Resampling.instantiate(several[1], plain, 1)
    Resampling.instantiate(several[0], plain, 1)
    const any = several[Number(Boolean(dynamic))] as (typeof several)[number]
    // @ts-expect-error one of them needs the role subset
    Resampling.instantiate(any, plain, 1)
    Resampling.instantiate(any, sites, 1)
  })
})
