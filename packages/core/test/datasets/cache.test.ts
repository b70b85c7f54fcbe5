import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { dirname, join } from "node:path"
import * as Dataset from "../../src/datasets/Dataset.ts"
import { storageError } from "../../src/datasets/internal/storage.ts"
import { csv, entryOf, get, impatient, setting, withClient } from "./support/sets.ts"
import { file } from "./support/server.ts"

describe("the cache", () => {
  it.live("takes a file that was put there by hand", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        const { path } = Dataset.downloads(entryOf(url), cache)[0]!
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, csv)
        yield* get(entryOf(url), cache)
        assert.deepStrictEqual(server.asked, [])
      })
    )
  )

  it.live("replaces what was changed in it", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", file(csv))
        const { directory } = yield* get(entryOf(url), cache)
        const parquet = join(directory, "points.parquet")
        const before = readFileSync(parquet)
        writeFileSync(parquet, "broken")
        writeFileSync(Dataset.downloads(entryOf(url), cache)[0]!.path, "broken")
        yield* get(entryOf(url), cache)
        assert.deepStrictEqual(readFileSync(parquet), before)
        assert.strictEqual(server.asked.length, 2)
      })
    )
  )

  it.live("is written by one at a time", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", (request, response) => void setTimeout(() => file(csv)(request, response), 100))
        const waited: Array<string> = []
        const listen: Dataset.Listen = (event) =>
          Effect.sync(() => {
            if (event._tag === "Waiting") waited.push(event.owner)
          })
        const both = yield* Effect.all([get(entryOf(url), cache, { listen }), get(entryOf(url), cache, { listen })], {
          concurrency: 2
        })
        assert.deepStrictEqual(both[0], both[1])
        assert.deepStrictEqual(server.asked, ["/points.csv"])
        assert.strictEqual(waited.length, 1)
        assert.deepStrictEqual(
          readdirSync(join(cache, "data")).filter((name) => name.endsWith(".lock")),
          []
        )
      })
    )
  )

  it.live("is not held for ever by who is gone, but by who is there", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", file(csv))
        const lock = `${Dataset.downloads(entryOf(url), cache)[0]!.path}.lock`
        mkdirSync(dirname(lock), { recursive: true })
        writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname() }))
        const error = yield* Effect.flip(
          get(entryOf(url), cache, { patience: { ...impatient, lock: impatient.silence! } })
        )
        assert.strictEqual(error.reason, "Locked")
        assert.match(error.message, new RegExp(`is held by process ${process.pid} on .* for longer than 300ms`))
        writeFileSync(lock, JSON.stringify({ pid: 2 ** 30, host: hostname() }))
        yield* get(entryOf(url), cache)
        // Of another machine nobody knows what runs there; a lock that is old is nobody's.
        rmSync(join(cache, "data"), { recursive: true })
        writeFileSync(lock, JSON.stringify({ pid: 1, host: "elsewhere" }))
        utimesSync(lock, 0, 0)
        yield* get(entryOf(url), cache)
      })
    )
  )

  it.skipIf(process.platform !== "linux")("says that the disk is full", () =>
    Effect.runPromise(
      withClient(
        Effect.gen(function* () {
          const { cache, server, url } = yield* setting
          server.answer("/points.csv", file(csv))
          const { path } = Dataset.downloads(entryOf(url), cache)[0]!
          mkdirSync(dirname(path), { recursive: true })
          symlinkSync("/dev/full", `${path}.part`)
          const error = yield* Effect.flip(get(entryOf(url), cache))
          assert.strictEqual(error.reason, "Storage")
          assert.match(error.message, /points\.csv\.part cannot be written, as the disk is full\. Make room on it/)
        })
      )
    )
  )

  it.live("says what is in its way", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", file(csv))
        const inTheWay = join(cache, "file")
        writeFileSync(inTheWay, "")
        const error = yield* Effect.flip(get(entryOf(url), inTheWay))
        assert.match(error.message, /leads through a file where a folder must be\. Move that file away/)
        const denied = storageError("/data", Object.assign(new Error(), { code: "EACCES" }))
        assert.strictEqual(
          denied.message,
          "/data may not be written. Give yourself the right to write there, or choose another folder by ROCFLOW_CACHE or --out."
        )
      })
    )
  )
})
