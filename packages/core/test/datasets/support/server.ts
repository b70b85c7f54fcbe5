/**
 * A server on this machine that behaves as it is told, and remembers what it was asked.
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface Told {
  readonly origin: string
  /** The addresses of files by the paths that were given answers. */
  readonly url: (path: string) => string
  readonly answer: (path: string, answer: Answer) => void
  /** What was asked, in order: `/path` and the header Range. */
  readonly asked: Array<string>
}

const listening = (server: Server) =>
  Effect.callback<number>((resume) => {
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
  })

/** Starts a server; it ends with the scope. */
export const start = Effect.acquireRelease(
  Effect.gen(function* () {
    const answers = new Map<string, Answer>()
    const asked: Array<string> = []
    const server = createServer((request, response) => {
      const path = request.url ?? ""
      asked.push([path, request.headers.range].filter((part) => part !== undefined).join(" "))
      const answer = answers.get(path)
      if (answer !== undefined) return answer(request, response)
      response.statusCode = 404
      response.end()
    })
    const origin = `http://127.0.0.1:${yield* listening(server)}`
    const told: Told = {
      origin,
      url: (path) => origin + path,
      answer: (path, answer) => answers.set(path, answer),
      asked
    }
    return { server, told }
  }),
  ({ server }) =>
    Effect.callback<void>((resume) => {
      server.closeAllConnections()
      server.close(() => resume(Effect.void))
    })
).pipe(Effect.map(({ told }) => told))

export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex")

/** The byte from which a request wants the file, unless it knows another one. */
const fromOf = ({ headers }: IncomingMessage, etag: string | undefined): number => {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0)
  const fits = headers["if-range"] === undefined || headers["if-range"] === etag
  return fits && from > 0 ? from : 0
}

export interface Manner {
  /** So many bytes are sent of each answer, and then the connection is cut. */
  readonly cutAfter?: number
  /** The file as it was when the server was first asked. */
  readonly etag?: string
  /** Sends the whole file whatever was asked for. */
  readonly ignoresRange?: boolean
}

/** Sends a file in a manner. */
export const file =
  (content: Uint8Array | string, { cutAfter, etag, ignoresRange = false }: Manner = {}): Answer =>
  (request, response) => {
    const bytes = Buffer.from(content)
    const from = ignoresRange ? 0 : fromOf(request, etag)
    if (from > 0) response.writeHead(206, { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
    else response.writeHead(200, { "content-length": bytes.length, ...(etag === undefined ? {} : { etag }) })
    if (cutAfter === undefined || from + cutAfter >= bytes.length) return void response.end(bytes.subarray(from))
    response.write(bytes.subarray(from, from + cutAfter), () => setTimeout(() => response.destroy(), 20))
  }

/** Gives one answer after the other, the last one for ever. */
export const inTurn = (...answers: ReadonlyArray<Answer>): Answer => {
  let turn = 0
  return (request, response) => answers[Math.min(turn++, answers.length - 1)]!(request, response)
}

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) => {
    response.writeHead(code, headers)
    response.end()
  }
