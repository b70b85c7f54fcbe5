/**
 * What a job predicted, as scores that rank its test rows.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as BinaryScores from "@rocflow/losses/BinaryScores"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"

/** The positive class of each binary task. */
export const positives = ({ tasks }: Pick<RunDirectory.Manifest, "tasks">): ReadonlyMap<string, string> =>
  new Map(tasks.filter(({ kind }) => kind === "binary").map(({ id, levels }) => [id, levels[0]!.name]))

/** Reads the scores of a job; none if it has no predictions, or they do not rank rows or are not finite. */
export const read = Effect.fnUntraced(function* (directory: string, id: string, positive: string) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* RunDirectory.predictionsFile(directory, id)
  if (!(yield* fs.exists(file))) return Option.none()
  const { columns } = yield* Table.fromFile(file)
  // The probability of the positive level is the first of the probabilities.
  const scores = columns.get("score") ?? [...columns].find(([name]) => name.startsWith("prob."))?.[1]
  const truth = columns.get("truth")
  const values = scores === undefined ? undefined : Column.asNumbers(scores)
  if (truth === undefined || values === undefined) return Option.none()
  const { codes, levels } = Column.asFactor(truth)
  const code = levels.indexOf(positive)
  return yield* Effect.option(
    BinaryScores.make({ labels: Array.from(codes, (label) => label === code), scores: Array.from(values) })
  )
})
