import { describe, expectTypeOf, it } from "vitest"
import * as Select from "../../../src/data/Select.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import type * as Pipeline from "../../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"

describe("stages of numbers", () => {
  it("need the columns that they name, and none that they describe", () => {
    const named = Preprocess.robustScale({ columns: ["age"] }).pipe(
      Preprocess.smoothClip({ columns: ["age"], limit: 2 }),
      Preprocess.bin({ columns: ["dose"], as: "oneHot" }),
      Preprocess.pca({ columns: ["x", "y"], rank: 1 }),
      Preprocess.hashText({ columns: ["note"], unit: "charInWord" })
    )
    expectTypeOf<Pipeline.ColumnsOf<typeof named>>().toEqualTypeOf<"age" | "dose" | "x" | "y" | "note">()
    const described = Preprocess.derive({ columns: { ratio: "dose / age" } }).pipe(
      Preprocess.yeoJohnson({ columns: Select.matching(/^ratio$/) }),
      Preprocess.spline({ columns: Select.type("numeric") }),
      Preprocess.robust()
    )
    expectTypeOf<Pipeline.ColumnsOf<typeof described>>().toEqualTypeOf<never>()
    // What preprocessing makes is not asked of the task.
    const read = Preprocess.derive({ columns: { ratio: "dose / age" } }).pipe(Ingress.numeric(["ratio"]))
    expectTypeOf<Pipeline.ColumnsOf<typeof read>>().toEqualTypeOf<never>()
    expectTypeOf<Pipeline.ShapeOf<typeof read>>().toEqualTypeOf<readonly [1]>()
  })

  it("have no other options than theirs", () => {
    // @ts-expect-error no such output
    Preprocess.quantileTransform({ output: "gaussian" })
    // @ts-expect-error no such option
    Preprocess.minMax({ range: [0, 1] })
    // @ts-expect-error no such extrapolation
    Preprocess.spline({ extrapolation: "zero" })
    // @ts-expect-error an expression is text
    Preprocess.derive({ columns: { ratio: 1 } })
    // @ts-expect-error expressions are required
    Preprocess.derive({})
    // @ts-expect-error an ingress comes after preprocessing
    Ingress.numeric().pipe(Preprocess.robust())
  })
})
