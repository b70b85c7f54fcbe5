/**
 * Small data sets, and what it takes to get them from a server on this machine.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Catalogue } from "../../../src/datasets/Catalogue.ts"
import * as Dataset from "../../../src/datasets/Dataset.ts"
import type { Entry } from "../../../src/datasets/Entry.ts"
import { sha256, start } from "./server.ts"

/** Three columns of many rows: large enough to be cut. */
export const csv = `x,y,class\n${Array.from({ length: 2500 }, (_, i) => `${i},${(i * 7919) % 1000},${"ab"[i % 2]}`).join("\n")}\n`

/** The data set of that file; hash and size are those of the file unless others are given, and absent for null. */
export const entryOf = (
  url: string,
  told: { readonly sha256?: string | null; readonly bytes?: number | null } = {}
): Entry => {
  const { bytes = csv.length, sha256: hash = sha256(csv) } = told
  return {
    name: "points",
    title: "Points",
    rows: 2500,
    columns: 3,
    licence: "CC0 1.0",
    citation: "nobody",
    files: {
      "points.csv": { url, ...(hash === null ? {} : { sha256: hash }), ...(bytes === null ? {} : { bytes }) }
    },
    convert: { type: "table", parts: [{ file: "points.csv" }] },
    task: { target: "class", positive: "a" }
  }
}

export const catalogueOf = (...datasets: ReadonlyArray<Entry>): Catalogue => ({
  source: "test",
  http: true,
  datasets
})

/** A folder that is removed in the end. */
export const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-data-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

/** A server, an empty cache, and the address of the file. */
export const setting = Effect.gen(function* () {
  const server = yield* start
  return { server, cache: yield* temporary, url: server.url("/points.csv") }
})

/** Nobody waits long in a test. */
export const impatient: Partial<Dataset.Patience> = {
  silence: Duration.millis(300),
  tries: 3,
  pause: Duration.millis(5),
  most: 1_000_000
}

/** Gets the one data set of a catalogue into a cache. */
export const get = (entry: Entry, cache: string, options: Dataset.Options = {}) =>
  Dataset.get(entry.name, { catalogue: catalogueOf(entry), cache, patience: impatient, ...options })

/** Runs what needs a client and a scope. */
export const withClient = <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient | Scope.Scope>) =>
  Effect.scoped(effect).pipe(Effect.provide(NodeHttpClient.layerUndici))
