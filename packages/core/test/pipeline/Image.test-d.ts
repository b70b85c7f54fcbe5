import { describe, expectTypeOf, it } from "vitest"
import * as Augment from "../../src/pipeline/Augment.ts"
import * as Image from "../../src/pipeline/Image.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import type { ColumnsOf, ShapeOf } from "../../src/pipeline/Pipeline.ts"

describe("Ingress.tensor", () => {
  it("knows its column, and its shape where it is given", () => {
    const given = Ingress.tensor("scan", { shape: [28, 28, 1] })
    expectTypeOf<ShapeOf<typeof given>>().toEqualTypeOf<readonly [28, 28, 1]>()
    expectTypeOf<ColumnsOf<typeof given>>().toEqualTypeOf<"scan">()
    const open = Ingress.tensor("scan")
    expectTypeOf<ShapeOf<typeof open>>().toEqualTypeOf<ReadonlyArray<number>>()
  })

  it("comes behind stages of images, and before layers", () => {
    const pipeline = Image.resize([16, 16], { columns: ["scan"] }).pipe(
      Augment.flip({ axis: "horizontal" }),
      Ingress.tensor("scan", { shape: [16, 16, 1] }),
      Nn.flatten(),
      Nn.head()
    )
    expectTypeOf<ColumnsOf<typeof pipeline>>().toEqualTypeOf<"scan">()
  })

  it("is refused twice, and a stage of images behind it", () => {
    // @ts-expect-error: an ingress comes before
    Ingress.tensor("a").pipe(Ingress.tensor("b"))
    // @ts-expect-error: preprocessing comes before the ingress
    Ingress.tensor("a").pipe(Image.transpose())
  })
})
