import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Measure from "../../src/learning/Measure.ts"
import * as Validation from "../../src/learning/Validation.ts"
import * as Decode from "../../src/pipeline/Decode.ts"
import * as Registry from "../../src/pipeline/Registry.ts"
import { registry } from "../support/pipelines.ts"

/** Options as they stand in a file. */
const read = (given: object) => Decode.decode(Validation.Options, given, Registry.lookup(registry))

describe("options", () => {
  it("are JSON with measures by id", () => {
    expect(Validation.holdout(0.5, { measures: [Measure.auc, Measure.logloss], patience: 3 }).options).toEqual({
      holdout: 0.5,
      measures: ["auc", "logloss"],
      patience: 3
    })
    expect(Validation.rows([1, 2], { measures: [Measure.error] }).options).toEqual({
      rows: [1, 2],
      measures: ["error"]
    })
  })

  it("have declared defaults: never stop, any gain counts, keep the last weights", () => {
    expect(Result.getOrThrow(read({ holdout: 0.2, measures: ["auc"] }))).toEqual({
      holdout: 0.2,
      measures: [Measure.auc],
      patience: 0,
      minDelta: 0,
      stopWhen: "first",
      restoreBest: false,
      whenUndefined: "continue"
    })
  })

  it.each<[string, object]>([
    ["no measure", { holdout: 0.5, measures: [] }],
    ["no split", { measures: ["auc"], patience: 3 }],
    ["the share 0", { holdout: 0, measures: ["auc"] }],
    ["the share 1", { holdout: 1, measures: ["auc"] }],
    ["no rows", { rows: [], measures: ["auc"] }],
    ["a negative row", { rows: [-1], measures: ["auc"] }],
    ["a negative patience", { holdout: 0.5, measures: ["auc"], patience: -1 }],
    ["half a patience", { holdout: 0.5, measures: ["auc"], patience: 0.5 }],
    ["a minDelta that is no number", { holdout: 0.5, measures: ["auc"], minDelta: Number.NaN }]
  ])("refuse %s", (_, given) => {
    expect(Result.isFailure(read(given))).toBe(true)
  })
})
