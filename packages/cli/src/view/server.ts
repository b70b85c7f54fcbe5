/**
 * The server of the page: it looks at the runs, and tells browsers what changed.
 */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Access from "./Access.ts"
import { document } from "./document.ts"
import * as Figures from "./figures.ts"
import { section } from "./scoresSection.ts"
import { pageScript } from "./pageScript.ts"
import * as Sections from "./sections.ts"
import { style } from "./style.ts"
import * as Watched from "./Watched.ts"

/** No server can listen. @category errors */
export class ViewError extends Schema.TaggedError<ViewError>()("ViewError", {
  port: Schema.Int,
  reason: Schema.String
}) {
  override get message(): string {
    return `port ${this.port}: cannot be used (${this.reason}); give another --port, or none: a free one is found`
  }
}

/** What is sent with every answer. */
const headers = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

/** Everything comes from the server, and no other page shows it. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A report has a policy of its own. Here it also gets an origin of its own, in which it cannot read the page. */
const reportPolicy =
  "sandbox allow-scripts allow-downloads; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const text = (body: string, type: string, more: Readonly<Record<string, string>> = {}, status = 200) =>
  Response.text(body, { status, contentType: `${type}; charset=utf-8`, headers: { ...headers, ...more } })

const refused = (status: number, words: string) => text(`${words}\n`, "text/plain", {}, status)

const unknown = refused(404, "There is nothing here.")

/** The least and the most milliseconds between two looks. */
const [soon, late] = [500, 5000]

/** Milliseconds between two signs of life. */
const heartbeat = 10_000

/** Seconds that this process has computed. */
const computed = Effect.sync(() => process.cpuUsage().user / 1e6)

/** Looks at runs again and again: less often where nothing happens, and a fifth of the time at most. */
const follow = Effect.fnUntraced(function* (
  watched: ReadonlyArray<ReturnType<typeof Watched.make>>,
  page: SubscriptionRef.SubscriptionRef<Sections.Page>
) {
  let pause = soon
  for (;;) {
    const before = yield* computed
    const snapshots = yield* Effect.forEach(watched, ({ look }) => look)
    const next = Sections.page(snapshots)
    const changed = Sections.changes(SubscriptionRef.getUnsafe(page), next) !== undefined
    if (changed) yield* SubscriptionRef.set(page, next)
    pause = changed ? soon : Math.min(late, pause * 1.3)
    yield* Effect.sleep(Math.max(pause, 4000 * ((yield* computed) - before)))
  }
})

const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** What changes, from all of it on. */
const events = (page: SubscriptionRef.SubscriptionRef<Sections.Page>): Stream.Stream<Uint8Array> => {
  const news = SubscriptionRef.changes(page).pipe(
    Stream.mapAccum(
      () => Sections.nothing,
      (before, now: Sections.Page) => {
        if (now.ended) return [now, [event("bye", "")]] as const
        const changed = Sections.changes(before, now)
        return [now, changed === undefined ? [] : [event("message", changed)]] as const
      }
    ),
    Stream.takeUntil((sent) => sent.startsWith("event: bye"))
  )
  const beats = Stream.map(Stream.tick(heartbeat), () => event("beat", ""))
  return Stream.merge(news, beats, { haltStrategy: "left" }).pipe(Stream.encodeText)
}

/** How the page is served. */
export interface Options {
  /** 0 for a free one. */
  readonly port: number
}

/** A page that is served. */
export interface Served {
  readonly port: number
  readonly address: string
  /** Where it is once: for the program that opens the browser. */
  readonly once: string
  /** Follows the runs; it never ends. */
  readonly follow: Effect.Effect<never, never, FileSystem.FileSystem | Path.Path>
}

/** Serves a page of runs until the scope ends; then it tells the browsers. */
export const serve = Effect.fnUntraced(function* (directories: ReadonlyArray<string>, { port }: Options) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const token = Access.token()
  const ticket = Access.ticket()
  const page = yield* SubscriptionRef.make(Sections.nothing)
  const drawings = new Map<string, { readonly version: string; readonly json: string }>()

  /**
   * What is drawn is drawn once for all who see it, and not again before something changed: HTML by the ids of the elements that
   * it stands in. Scores come with their figures, so that both are of the same jobs.
   */
  const drawn = Effect.fnUntraced(function* (kind: Figures.Kind, measure: string) {
    const { curves, figures, snapshots } = SubscriptionRef.getUnsafe(page)
    const key = `${kind} ${measure}`
    const version = kind === "curves" ? curves : figures
    const known = drawings.get(key)
    if (known?.version === version) return known.json
    const { html } = yield* Figures.draw(kind, snapshots, measure)
    const sections = kind === "curves" ? { curves: html } : { scores: section(snapshots).html, figures: html }
    const json = JSON.stringify(sections)
    drawings.set(key, { version, json })
    return json
  })

  const report = Effect.fnUntraced(function* (index: number) {
    const directory = directories[index]
    if (directory === undefined) return unknown
    const content = yield* Effect.option(fs.readFileString(path.join(directory, "report.html")))
    return content._tag === "None"
      ? refused(404, "The run has no report yet.")
      : text(content.value, "text/html", { "content-security-policy": reportPolicy })
  })

  const answer = Effect.fnUntraced(function* (place: string, query: URLSearchParams) {
    const [, index] = /^report\/(\d)$/.exec(place) ?? []
    if (index !== undefined) return yield* report(Number(index))
    switch (place) {
      case "":
        return text(document(directories.length), "text/html", { "content-security-policy": policy })
      case "page.js":
        return text(pageScript, "text/javascript")
      case "style.css":
        return text(style, "text/css")
      case "figures":
        return text(yield* drawn("scores", query.get("measure") ?? ""), "application/json")
      case "curves":
        return text(yield* drawn("curves", ""), "application/json")
      case "events":
        return Response.stream(events(page), { contentType: "text/event-stream", headers })
      default:
        return unknown
    }
  })

  const handle = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (!Access.isLocal(request.headers["host"])) return refused(403, "This page is for this machine alone.")
    if (request.method !== "GET") return refused(405, "This page can only be read.")
    if (!URL.canParse(request.url, "http://localhost")) return refused(400, "This is no address.")
    const { pathname, searchParams } = new URL(request.url, "http://localhost")
    const [, first = "", ...rest] = pathname.split("/")
    if (rest.length === 0 && ticket.take(first)) {
      return Response.empty({ status: 303, headers: { ...headers, location: `/${token}/` } })
    }
    if (!Access.isSame(first, token)) {
      return refused(403, "This address is not whole: open the one that `rocflow view` printed.")
    }
    return yield* answer(rest.join("/"), searchParams)
  })

  const node = createServer()
  const http = yield* NodeHttpServer.make(() => node, {
    port,
    host: "127.0.0.1",
    gracefulShutdownTimeout: "1 second"
  }).pipe(
    Effect.mapError(
      ({ cause }) => new ViewError({ port, reason: cause instanceof Error ? cause.message : String(cause) })
    )
  )
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      node.closeAllConnections()
    })
  )
  yield* http.serve(handle)
  // Before anything is closed: browsers are told, and hang up.
  yield* Effect.addFinalizer(() =>
    SubscriptionRef.update(page, (last) => ({ ...last, ended: true })).pipe(Effect.andThen(Effect.sleep(100)))
  )
  const bound = node.address()
  const found = typeof bound === "object" && bound !== null ? bound.port : port
  const at = `http://127.0.0.1:${found}`
  return {
    port: found,
    address: `${at}/${token}/`,
    once: `${at}/${ticket.text}`,
    follow: follow(directories.map(Watched.make), page)
  } satisfies Served
})
