import * as Definitions from "@rocflow/core/Definitions"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Schedule from "@rocflow/core/pipeline/Schedule"
import * as Losses from "@rocflow/losses/Definitions"
import * as Mse from "@rocflow/losses/Mse"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { scheduleLines, sparkline } from "../../src/terminal/schedules.ts"

const registry = Result.getOrThrow(Registry.make([...Definitions.all, ...Losses.all]))

const linesOf = (optimizer: Optimizer.Put): ReadonlyArray<string> => {
  const json = Pipeline.toJson(Ingress.numeric().pipe(Nn.head(), Mse.loss(), optimizer))
  const written: unknown = JSON.parse(JSON.stringify([...json, { type: "Model.regr", epochs: 30, scheduleEpochs: 60 }]))
  return scheduleLines(Result.getOrThrow(Pipeline.fromJson(written, registry)), registry)
}

describe("schedules", () => {
  it("are drawn with their values at each quarter", () => {
    const given = {
      learningRate: Schedule.linear({ from: 0.1 }),
      groups: [{ paths: ["**.bias"], rate: Schedule.constant({ from: 2 }) }]
    }
    expect(linesOf(Optimizer.adamw(given))).toEqual([
      "learningRate: Schedule.linear over 60 epochs  ███▇▇▇▇▇▇▆▆▆▆▆▅▅▅▅▅▅▄▄▄▄▄▄▃▃▃▃▃▂▂▂▂▂▂▁▁▁  0.1, 0.075, 0.05, 0.025, 0 at each quarter",
      `groups.0.rate: Schedule.constant over 60 epochs  ${"█".repeat(40)}  2, 2, 2, 2, 2 at each quarter`
    ])
  })

  it("that answer to validation say so", () => {
    expect(linesOf(Optimizer.sgd({ learningRate: Schedule.plateau({ from: 0.1 }) }))).toEqual([
      "learningRate: Schedule.plateau, begins with 0.1, and answers to validation"
    ])
  })

  it("of layers stand behind the names of these, and equal ones on one line", () => {
    const falling = Schedule.constant({ from: 0.15 })
    const json = Pipeline.toJson(
      Ingress.numeric().pipe(
        Nn.block(2, (body) => body.pipe(Nn.relu(), Nn.dropout(falling))),
        Nn.dropout(falling),
        Nn.head(),
        Mse.loss(),
        Optimizer.adam({ learningRate: falling })
      )
    )
    const written: unknown = JSON.parse(JSON.stringify([...json, { type: "Model.regr", epochs: 4 }]))
    expect(scheduleLines(Result.getOrThrow(Pipeline.fromJson(written, registry)), registry)).toEqual([
      `Nn.dropout.rate, learningRate: Schedule.constant over 4 epochs  ${"█".repeat(40)}  0.15, 0.15, 0.15, 0.15, 0.15 at each quarter`
    ])
  })

  it("are none where all numbers stay", () => expect(linesOf(Optimizer.adam())).toEqual([]))

  it("stay at the bottom where all values are 0", () => expect(sparkline([0, 0])).toBe("▁▁"))
})
