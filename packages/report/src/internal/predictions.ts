/**
 * What a job predicted, as scores that rank its test rows.
 */
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { rankingOf } from "./predictedCells.ts"

/** The binary tasks by id. */
export const binaryTasks = ({
  tasks
}: Pick<RunDirectory.Manifest, "tasks">): ReadonlyMap<string, RunDirectory.Manifest["tasks"][number]> =>
  new Map(tasks.filter(({ kind }) => kind === "binary").map((task) => [task.id, task]))

/** Reads the scores of a job; none if it has no predictions, or they do not rank rows or are not finite. */
export const read = Effect.fnUntraced(function* (
  directory: string,
  result: Parameters<typeof RunDirectory.readPrediction>[1],
  { kind, levels }: Pick<RunDirectory.Manifest["tasks"][number], "kind" | "levels">
) {
  const names = levels.map(({ name }) => name)
  const found = yield* RunDirectory.readPrediction(directory, result, { kind, levels: names })
  const prediction = found?.prediction
  return prediction !== undefined && Prediction.isLabelled(prediction) ? rankingOf(prediction) : Option.none()
})
