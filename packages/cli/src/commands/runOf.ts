/**
 * The run that an experiment file means where a run is asked for: the last one of it in `rocflow-runs`.
 */
import { basename, join, resolve } from "node:path"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { runsFolder } from "../runsFolder.ts"

/** Finds the run, and says which it is; undefined if there is none. */
export const runOf = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const names = yield* Effect.orElseSucceed(fs.readDirectory(runsFolder), (): ReadonlyArray<string> => [])
  const runs = yield* Effect.forEach(names, (name) => {
    const directory = join(runsFolder, name)
    const manifest = Effect.orElseSucceed(RunDirectory.readManifest(directory), () => undefined)
    return Effect.map(manifest, (found) => {
      const { experiment, started = "" } = found?.provenance ?? {}
      return experiment !== undefined && resolve(directory, experiment) === resolve(file)
        ? [{ directory, started }]
        : []
    })
  })
  const last = runs.flat().toSorted((a, b) => (a.started < b.started ? 1 : -1))[0]
  if (last !== undefined) yield* Console.error(`note: the last run of ${basename(file)} here is ${last.directory}`)
  return last?.directory
})
