import { describe, expectTypeOf, it } from "vitest"
import * as Select from "../../src/data/Select.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import type * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"

describe("the names that a selector writes out", () => {
  it("are known to the compiler, however deep they stand", () => {
    const nested = Select.anyOf(["a"], Select.except(["b"]), Select.allOf(Select.matching("x"), ["c"]))
    expectTypeOf<Select.NamesOf<typeof nested>>().toEqualTypeOf<"a" | "b" | "c">()
    const described = Select.allOf(Select.type("numeric"), Select.missing(), Select.cardinality({ atLeast: 3 }))
    expectTypeOf<Select.NamesOf<typeof described>>().toEqualTypeOf<never>()
    expectTypeOf<Select.NamesOf<Select.Select>>().toEqualTypeOf<string>()
    const [all, none] = [Select.all(), Select.none()]
    expectTypeOf<Select.NamesOf<typeof all> | Select.NamesOf<typeof none>>().toEqualTypeOf<never>()
  })

  it("are asked of the task by stages and ingresses", () => {
    const stage = Preprocess.standardise({ columns: Select.except(["id"]) })
    expectTypeOf<Pipeline.ColumnsOf<typeof stage>>().toEqualTypeOf<"id">()
    const nested = Preprocess.impute({ method: "mode", columns: Select.anyOf(["a"], Select.type("factor")) })
    expectTypeOf<Pipeline.ColumnsOf<typeof nested>>().toEqualTypeOf<"a">()
    const plain = Preprocess.oneHot({ columns: { except: ["id"] } })
    expectTypeOf<Pipeline.ColumnsOf<typeof plain>>().toEqualTypeOf<"id">()
    const described = Preprocess.select(Select.type("numeric"))
    expectTypeOf<Pipeline.ColumnsOf<typeof described>>().toEqualTypeOf<never>()
    const ingress = Ingress.categorical(Select.except(["id"]))
    expectTypeOf<Pipeline.ColumnsOf<typeof ingress>>().toEqualTypeOf<"id">()
    expectTypeOf<Pipeline.ShapeOf<typeof ingress>>().toEqualTypeOf<readonly [number]>()
    const numbers = Ingress.numeric(Select.type("numeric"))
    expectTypeOf<Pipeline.ColumnsOf<typeof numbers>>().toEqualTypeOf<never>()
    const bins = Ingress.piecewiseLinear({ columns: Select.matching(/^x/), bins: 8 })
    expectTypeOf<Pipeline.ShapeOf<typeof bins>>().toEqualTypeOf<readonly [number, 8]>()
  })
})
