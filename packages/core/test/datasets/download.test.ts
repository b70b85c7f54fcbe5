import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, type Socket } from "node:net"
import { join } from "node:path"
import * as Dataset from "../../src/datasets/Dataset.ts"
import { csv, entryOf, get, impatient, setting, temporary, withClient } from "./support/sets.ts"
import { file, inTurn, sha256, status } from "./support/server.ts"

/** The names that downloads left in the cache, without the part that depends on the port of the server. */
const left = (cache: string) =>
  existsSync(join(cache, "downloads"))
    ? readdirSync(join(cache, "downloads"))
        .map((name) => name.replace(/^[0-9a-f]{8}-/, ""))
        .sort()
    : []

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

  it.live("is left when it sends next to nothing", () =>
    withClient(
      Effect.gen(function* () {
        const { cache, server, url } = yield* setting
        server.answer("/points.csv", (_, response) => {
          response.writeHead(200, { "content-length": csv.length })
          const drip = setInterval(() => response.write("1"), 20)
          response.on("close", () => clearInterval(drip))
        })
        const error = yield* Effect.flip(get(entryOf(url), cache, { patience: { ...impatient, tries: 1 } }))
        assert.match(error.message, /or sends next to nothing/)
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
