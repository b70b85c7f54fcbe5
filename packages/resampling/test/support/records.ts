/** The records of a run, by themselves. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as PredictionBytes from "@rocflow/core/learning/PredictionBytes"
import * as Result from "effect/Result"
import type * as Job from "../../src/Job.ts"

const segments = (directory: string): ReadonlyArray<string> => {
  const folder = join(directory, "results")
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

const lines = (file: string): ReadonlyArray<string> => readFileSync(file, "utf8").split("\n").filter(Boolean)

/** The lines of all segments of a run, each with its end; those of killed processes may have none. */
export const linesIn = (directory: string): ReadonlyArray<string> => segments(directory).flatMap(lines)

/** The records of a run, one a job, by id. */
export const recordsIn = (directory: string): ReadonlyArray<Record<string, unknown> & { readonly id: string }> => {
  const found = new Map<string, Record<string, unknown> & { readonly id: string }>()
  for (const line of linesIn(directory)) {
    // A line that a process did not finish is no record.
    if (!line.endsWith("}")) continue
    const { check: _, ...record } = JSON.parse(line)
    found.set(record.id, record)
  }
  return [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** Takes lines out of the segments, or changes them. */
export const editRecords = (directory: string, edit: (line: string, i: number) => string | undefined): void => {
  let i = 0
  for (const file of segments(directory)) {
    const kept = lines(file).flatMap((line) => edit(line, i++) ?? [])
    writeFileSync(file, kept.map((line) => `${line}\n`).join(""))
  }
}

/** What the jobs of a run predicted, by their ids, of a target of a kind. */
export const predictedIn = (directory: string, kind: "binary" | "regression") =>
  new Map(
    recordsIn(directory).flatMap(({ id, ...record }) => {
      const pack = record["pack"] as Job.Result["pack"]
      if (pack === undefined) return []
      const bytes = readFileSync(join(directory, "predictions", pack.file)).subarray(pack.from, pack.from + pack.size)
      return [[id, Result.getOrThrow(PredictionBytes.read(bytes, kind))] as const]
    })
  )
