/**
 * An experiment that a worker finds on its machine, where its modules or data are not sent.
 */
import { digestOf } from "@rocflow/resampling/executor/queue/digestOf"
import type { File } from "@rocflow/resampling/executor/queue/Queue"
import { RunError } from "@rocflow/resampling/RunDirectory"
import * as Effect from "effect/Effect"
import { parcelOf } from "../experiment/parcel.ts"
import { plan } from "./plan.ts"

/** Refuses an experiment of another design than that of a run, and names the data file that differs, if one does. */
const check = Effect.fnUntraced(function* (file: string, design: string, files: ReadonlyArray<File>) {
  const planned = yield* plan(file)
  if (planned.design.hash === design) return
  const refuse = (given: string) =>
    new RunError({
      directory: file,
      given,
      rule: "is not the one of the run",
      advice: "copy the experiment with its modules and data from where the run was started"
    })
  const sent = new Map(files.map(({ hash, path }) => [path, hash]))
  for (const source of (yield* parcelOf(planned.loaded)).data) {
    const hash = sent.get(source.path)
    if (hash !== undefined && hash !== (yield* digestOf(source.file))) return yield* refuse(`the file ${source.file}`)
  }
  return yield* refuse(
    planned.loaded.experiment.modules === undefined ? "the experiment" : "the experiment, or a module,"
  )
})

/** The experiment of a worker. */
export const ownExperiment = (file: string) => ({
  file,
  check: (design: string, files: ReadonlyArray<File>) => check(file, design, files)
})
