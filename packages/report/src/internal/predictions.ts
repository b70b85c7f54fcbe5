/**
 * What a job predicted, as scores that rank its test rows.
 */
import * as BinaryScores from "@rocflow/losses/BinaryScores"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

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
  if (found?.prediction.truth === undefined) return Option.none()
  const { prob, scores, truth } = found.prediction
  const values = scores ?? (prob === undefined ? undefined : truth.map((_, row) => prob[row * names.length]!))
  if (values === undefined) return Option.none()
  return yield* Effect.option(
    BinaryScores.make({ labels: Array.from(truth, (code) => code === 0), scores: Array.from(values) })
  )
})
