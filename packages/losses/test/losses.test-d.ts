import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import type * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import { describe, expectTypeOf, it } from "vitest"
import * as Aucm from "../src/Aucm.ts"
import * as Aum from "../src/Aum.ts"
import * as AveragePrecision from "../src/AveragePrecision.ts"
import * as Bce from "../src/Bce.ts"
import * as PartialAuc from "../src/PartialAuc.ts"
import * as Pinball from "../src/Pinball.ts"

const head = Ingress.numeric().pipe(Nn.head())

describe("losses", () => {
  it("say which targets they are for", () => {
    const aum = head.pipe(Aum.loss({ margin: 2 }))
    const aucm = head.pipe(Aucm.loss())
    const cvar = head.pipe(PartialAuc.cvar({ maxFpr: 0.1 }))
    const dro = head.pipe(PartialAuc.dro({ lambda: 2 }))
    const precision = head.pipe(AveragePrecision.loss({ margin: 1 }))
    expectTypeOf<
      Pipeline.AcceptsOf<typeof aum | typeof aucm | typeof cvar | typeof dro | typeof precision>
    >().toEqualTypeOf<"binary">()
    const multiclass = head.pipe(Aum.multiclass({ margin: 0, average: "micro" }))
    expectTypeOf<Pipeline.AcceptsOf<typeof multiclass>>().toEqualTypeOf<"multiclass">()
    const pinball = head.pipe(Pinball.loss({ quantile: 0.9 }))
    expectTypeOf<Pipeline.AcceptsOf<typeof pinball>>().toEqualTypeOf<"regression">()
  })

  it("refuse options that they do not have", () => {
    // @ts-expect-error a margin is a number
    Aum.loss({ margin: "1" })
    // @ts-expect-error there is no such option
    PartialAuc.cvar({ beta: 0.2 })
    expectTypeOf<Bce.Options["labelSmoothing"]>().toEqualTypeOf<number | undefined>()
  })
})
