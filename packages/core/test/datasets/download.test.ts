import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, type Socket } from "node:net"
import { hostname } from "node:os"
import { dirname, join } from "node:path"
import * as Dataset from "../../src/datasets/Dataset.ts"
import { storageError } from "../../src/datasets/internal/storage.ts"
import { csv, entryOf, get, impatient, temporary, withClient } from "./support/sets.ts"
import { file, inTurn, sha256, start, status } from "./support/server.ts"

/** The names that downloads left in the cache, without the part that depends on the port of the server. */
const left = (cache: string) =>
  existsSync(join(cache, "downloads"))
    ? readdirSync(join(cache, "downloads"))
        .map((name) => name.replace(/^[0-9a-f]{8}-/, ""))
        .sort()
    : []

const setting = Effect.gen(function* () {
  const server = yield* start
  return { server, cache: yield* temporary, url: server.url("/points.csv") }
})

describe("a download", () => {
  it.live("is whole, and is not repeated", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", file(csv))
        const first = yield* get(entryOf(url), cache)
        const second = yield* get(entryOf(url), cache)
        assert.deepStrictEqual(second, first)
        assert.deepStrictEqual(server.asked, ["/points.csv"])
        assert.deepStrictEqual(left(cache), ["points.csv", "points.csv.json"])
        assert.deepStrictEqual(first.sources, [{ url, sha256: sha256(csv), bytes: csv.length, known: true }])
      })
    )
  )

  it.live("goes on where the connection was cut", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", file(csv, { cutAfter: 10_000, etag: '"1"' }))
        yield* get(entryOf(url), cache)
        assert.deepStrictEqual(server.asked, ["/points.csv", "/points.csv bytes=10000-", "/points.csv bytes=20000-"])
        assert.strictEqual(readFileSync(Dataset.downloads(entryOf(url), cache)[0]!.path, "utf8"), csv)
      })
    )
  )

  it.live("keeps what came when it is cut off too often", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", file(csv, { cutAfter: 1000, etag: '"1"' }))
        const error = yield* Effect.flip(get(entryOf(url), cache))
        assert.match(error.message, /broke off \(\w+\)\. Start again: what is there is kept\.$/)
        assert.deepStrictEqual(left(cache), ["points.csv.part", "points.csv.part.json"])
        server.answer("/points.csv", file(csv, { etag: '"1"' }))
        yield* get(entryOf(url), cache)
        assert.strictEqual(server.asked.at(-1), "/points.csv bytes=3000-")
      })
    )
  )

  it.live("goes on where another start was stopped", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", (_, response) => {
          response.writeHead(200, { "content-length": csv.length, etag: '"1"' })
          response.write(csv.slice(0, 10_000))
        })
        const part = `${Dataset.downloads(entryOf(url), cache)[0]!.path}.part`
        const stopped = yield* Effect.forkChild(get(entryOf(url), cache, { patience: {} }))
        while (!existsSync(part) || readFileSync(part).length < 10_000) yield* Effect.sleep("5 millis")
        yield* Fiber.interrupt(stopped)
        server.answer("/points.csv", file(csv, { etag: '"1"' }))
        yield* get(entryOf(url), cache)
        assert.deepStrictEqual(server.asked, ["/points.csv", "/points.csv bytes=10000-"])
      })
    )
  )

  it.live("begins again where the server sends the whole file in spite of Range", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        const manner = { etag: '"1"', ignoresRange: true }
        server.answer("/points.csv", inTurn(file(csv, { ...manner, cutAfter: 10_000 }), file(csv, manner)))
        yield* get(entryOf(url), cache)
        assert.strictEqual(readFileSync(Dataset.downloads(entryOf(url), cache)[0]!.path, "utf8"), csv)
      })
    )
  )

  it.live("does not join parts of two files", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        const old = csv.replaceAll("a", "z")
        // Without an ETag the server cannot tell that its file has changed, but the hash can.
        server.answer("/points.csv", inTurn(file(old, { cutAfter: 10_000 }), file(csv)))
        yield* get(entryOf(url), cache)
        assert.deepStrictEqual(server.asked, ["/points.csv", "/points.csv bytes=10000-", "/points.csv"])
        // With one it sends the new file from its beginning.
        const other = yield* temporary
        server.answer("/points.csv", inTurn(file(old, { cutAfter: 10_000, etag: '"1"' }), file(csv, { etag: '"2"' })))
        yield* get(entryOf(url), other)
        assert.strictEqual(server.asked.length, 5)
      })
    )
  )

  it.live("is not resumed where neither the server nor a hash can tell the file", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", inTurn(file(csv, { cutAfter: 10_000 }), file(csv)))
        yield* get(entryOf(url, { sha256: null }), cache)
        assert.deepStrictEqual(server.asked, ["/points.csv", "/points.csv"])
      })
    )
  )

  it.live("begins again where the server sends another part than was asked for", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer(
          "/points.csv",
          inTurn(
            file(csv, { cutAfter: 10_000 }),
            (_, response) => {
              response.writeHead(206, { "content-range": `bytes 0-${csv.length - 1}/${csv.length}` })
              response.end(csv)
            },
            file(csv)
          )
        )
        yield* get(entryOf(url), cache)
        assert.deepStrictEqual(server.asked, ["/points.csv", "/points.csv bytes=10000-", "/points.csv"])
      })
    )
  )

  it.live("tries again after an error of the server, and not after its refusal", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", inTurn(status(503), status(500), file(csv)))
        const events: Array<string> = []
        yield* get(entryOf(url), cache, { listen: (event) => Effect.sync(() => void events.push(event._tag)) })
        assert.deepStrictEqual(events.slice(0, 2), ["Retrying", "Retrying"])
        const refused = yield* Effect.flip(get(entryOf(server.url("/gone.csv")), cache))
        assert.strictEqual(refused.reason, "Network")
        assert.match(refused.message, /gone\.csv is not there any more \(404\)\. Look for its new place/)
        assert.strictEqual(server.asked.length, 4)
      })
    )
  )

  it.live("says that nobody is there", () =>
    withClient(
      Effect.gen(function* () {
        const error = yield* Effect.flip(get(entryOf("http://127.0.0.1:1/points.csv"), yield* temporary))
        assert.strictEqual(error.reason, "Network")
        assert.match(
          error.message,
          /127\.0\.0\.1:1\/points\.csv cannot be reached \(ECONNREFUSED\)\. Check the network/
        )
      })
    )
  )
})

describe("a server that lies", () => {
  it.live("about the hash is told both, and the file is not kept", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        const other = csv.replaceAll("a", "z")
        server.answer("/points.csv", file(other))
        const error = yield* Effect.flip(get(entryOf(url), cache))
        assert.strictEqual(error.reason, "Content")
        assert.include(error.message, sha256(csv))
        assert.include(error.message, sha256(other))
        assert.match(error.message, /The file is not kept\./)
        assert.deepStrictEqual(left(cache), [])
      })
    )
  )

  it.live("about a hash that only the first download has told is found out, too", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        const entry = entryOf(url, { sha256: null, bytes: null })
        server.answer("/points.csv", file(csv))
        const { sources } = yield* get(entry, cache)
        assert.deepStrictEqual(sources, [{ url, sha256: sha256(csv), bytes: csv.length, known: false }])
        const { path } = Dataset.downloads(entry, cache)[0]!
        rmSync(path)
        rmSync(join(cache, "data"), { recursive: true })
        server.answer("/points.csv", file(csv.replaceAll("a", "z")))
        const error = yield* Effect.flip(get(entry, cache))
        assert.match(error.message, /but had, when it was first fetched, [0-9a-f]{64}\. The file is not kept/)
        assert.deepStrictEqual(left(cache), ["points.csv.json"])
      })
    )
  )

  it.live("about the length is refused at once, or when it has sent too little", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", file(`${csv}1,2,a\n`))
        const longer = yield* Effect.flip(get(entryOf(url), cache))
        assert.match(longer.message, new RegExp(`has ${csv.length + 6} bytes, but the catalogue says ${csv.length}`))
        server.answer("/points.csv", (_, response) => {
          response.writeHead(200, { "content-length": csv.length })
          response.write(csv.slice(0, 100), () => response.destroy())
        })
        const shorter = yield* Effect.flip(get(entryOf(url, { sha256: null }), cache))
        assert.strictEqual(shorter.reason, "Network")
        assert.strictEqual(server.asked.length, 4)
      })
    )
  )

  it.live("by sending more than it announces does not get the rest into the file", () =>
    withClient(
      Effect.gen(function* () {
        const cache = yield* temporary
        const sockets = new Set<Socket>()
        const port = yield* Effect.acquireRelease(
          Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
            const server = createServer((socket) => {
              sockets.add(socket)
              socket.on("error", () => undefined)
              socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nx,class\n1,a\n2,b\n`))
            })
            server.listen(0, "127.0.0.1", () => {
              const address = server.address() as { readonly port: number }
              resume(Effect.succeed({ port: address.port, close: () => server.close() }))
            })
          }),
          ({ close }) =>
            Effect.sync(() => {
              for (const socket of sockets) socket.destroy()
              close()
            })
        )
        const entry = {
          ...entryOf(`http://127.0.0.1:${port.port}/points.csv`, { sha256: null, bytes: null }),
          rows: 1,
          columns: 2
        }
        yield* get(entry, cache)
        assert.strictEqual(readFileSync(Dataset.downloads(entry, cache)[0]!.path, "utf8"), "x,class\n1,a\n")
      })
    )
  )

  it.live("by a web page in the place of the file is refused", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", (_, response) => {
          response.writeHead(200, { "content-type": "text/html; charset=utf-8" })
          response.end("<p>Sign in</p>")
        })
        const error = yield* Effect.flip(get(entryOf(url, { sha256: null, bytes: null }), cache))
        assert.match(error.message, /is a web page and no data/)
      })
    )
  )
})

describe("a server that never ends", () => {
  const endless = (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200)
    const more = () => {
      while (response.write(Buffer.alloc(65_536)));
    }
    response.on("drain", more)
    more()
  }

  it.live("is left when more came than may come", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", endless)
        const unknown = yield* Effect.flip(get(entryOf(url, { sha256: null, bytes: null }), cache))
        assert.strictEqual(unknown.reason, "TooLarge")
        assert.match(unknown.message, /more than 1000000 bytes, the limit of a file whose size is not known/)
        const known = yield* Effect.flip(get(entryOf(url), cache))
        assert.match(known.message, new RegExp(`sends more than the ${csv.length} bytes that the file has`))
        assert.deepStrictEqual(left(cache), [])
      })
    )
  )

  it.live("is left when it is silent, before its answer or in it", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", () => undefined)
        const before = yield* Effect.flip(get(entryOf(url), cache))
        assert.match(before.message, /is silent for too long/)
        server.answer("/points.csv", (_, response) => {
          response.writeHead(200, { "content-length": csv.length })
          response.write("x,y")
        })
        const within = yield* Effect.flip(get(entryOf(url), cache))
        assert.match(within.message, /is silent for too long/)
        assert.strictEqual(server.asked.length, 6)
      })
    )
  )
})

describe("redirects", () => {
  it.live("are followed, but not in circles and not to places that may not be fetched from", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        const to = (location: string) => status(302, { location })
        server.answer("/points.csv", file(csv))
        server.answer("/here", to("/there"))
        server.answer("/there", to(url))
        yield* get(entryOf(server.url("/here")), cache)
        server.answer("/circle", to("/circle"))
        const circle = yield* Effect.flip(get(entryOf(server.url("/circle")), cache))
        assert.match(circle.message, /circle redirects more than 5 times\. Give the address where the file is/)
        for (const [location, words] of [
          ["file:///etc/hosts", /is neither https nor http/],
          ["https://me:hunter2@example.org/", /example\.org.* has a name or password in it/],
          ["http://[", /is no address/]
        ] as const) {
          server.answer("/away", to(location))
          const error = yield* Effect.flip(get(entryOf(server.url("/away")), cache))
          assert.strictEqual(error.reason, "Address")
          assert.match(error.message, words)
          assert.notInclude(error.message, "hunter2")
        }
      })
    )
  )
})

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
