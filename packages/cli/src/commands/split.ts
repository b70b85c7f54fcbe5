/**
 * `rocflow split`: the splits of an experiment.
 */
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { toJson } from "@rocflow/core/Json"
import { textTable } from "../terminal/textTable.ts"
import { plan } from "./plan.ts"

/** Shows the splits of an experiment without training. */
export const split = Effect.fn("split")(function* ({ file, json }: { readonly file: string; readonly json: boolean }) {
  const { design } = yield* plan(file)
  if (json) {
    const rows = design.plan.flatMap(({ task, resampling, instance }) =>
      Resampling.table(instance).map((row) => ({ task: task.id, resampling: Resampling.toText(resampling), ...row }))
    )
    return yield* Console.log(toJson(rows, 2))
  }
  for (const { task, resampling, instance } of design.plan) {
    const rows = Resampling.table(instance)
    const numbers = [
      "iteration",
      "testFold",
      "trainRows",
      "testRows",
      "groups",
      "nTrainGroups",
      "seed",
      "repetition"
    ] as const
    const table = textTable(
      [
        { title: "iteration", align: "right" },
        { title: "test subset" },
        { title: "train subsets" },
        { title: "fold", align: "right" },
        { title: "train rows", align: "right" },
        { title: "test rows", align: "right" },
        { title: "groups in full", align: "right" },
        { title: "groups used", align: "right" },
        { title: "seed", align: "right" },
        { title: "repetition", align: "right" }
      ],
      rows.map((row) => {
        const [iteration, fold, ...others] = numbers.map((key) => String(row[key]))
        return [iteration!, row.testSubset, row.trainSubsets, fold!, ...others]
      })
    )
    yield* Console.log(`${task.id}, ${Resampling.toText(resampling)}: ${rows.length} splits\n\n${table}\n`)
  }
  for (const warning of design.warnings) yield* Console.error(`note: ${warning}`)
})
