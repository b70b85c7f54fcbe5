/**
 * One request for a file: from a byte on, through redirects that are looked at one by one.
 */
import * as Effect from "effect/Effect"
import type * as Duration from "effect/Duration"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import type * as Scope from "effect/Scope"
import { DatasetError } from "../DatasetError.ts"
import * as Address from "./address.ts"
import { codeOf } from "./storage.ts"

/** What is asked for. */
export interface Asked {
  readonly url: string
  /** Whether an address may be without encryption. */
  readonly plain: (address: URL) => boolean
  /** The first byte that is wanted, and what the server said of the file when it sent those before it. */
  readonly from: number
  readonly validator: string | undefined
  /** So long a server may be silent. */
  readonly silence: Duration.Duration
}

/** A failure after which another try may succeed, or none will. */
export interface Failed {
  readonly again: boolean
  readonly error: DatasetError
}

/** So many redirects are followed. */
const redirects = 5

const network = (given: string, rule: string, advice: string, again: boolean): Failed => ({
  again,
  error: new DatasetError({ reason: "Network", given, rule, advice })
})

const checkNetwork =
  "Check the network, and the proxy if you need one (HTTPS_PROXY), or fetch the file elsewhere: `rocflow data info` tells where it goes."

/** Nobody is there, or it is not whom the address names: asking again does not help. */
const final =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ERR_TLS|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/

/** The first code of an error of Node among its causes; of several addresses of one name each has an error of its own. */
const causeOf = (error: unknown): string => {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 8; depth++) {
    const code = codeOf(cause)
    if (code !== "") return code
    cause = cause instanceof AggregateError ? cause.errors[0] : cause.cause
  }
  return ""
}

/** What went wrong on the way. */
export const broken = (url: string, error: HttpClientError): Failed => {
  const code = causeOf(error)
  return final.test(code)
    ? network(url, `cannot be reached (${code})`, checkNetwork, false)
    : network(url, `broke off${code === "" ? "" : ` (${code})`}`, "Start again: what is there is kept.", true)
}

/** The server said nothing for too long. */
export const silent = (url: string): Failed =>
  network(url, "is silent for too long, or sends next to nothing", "Start again later: what is there is kept.", true)

const refusals: ReadonlyMap<number, readonly [rule: string, advice: string]> = new Map([
  [401, ["asks for a name and password", "Fetch the file yourself and name it in an experiment."]],
  [403, ["may not be fetched (403)", "Fetch the file yourself and name it in an experiment."]],
  [404, ["is not there any more (404)", "Look for its new place, and give it in a catalogue of your own."]],
  [410, ["is not there any more (410)", "Look for its new place, and give it in a catalogue of your own."]]
])

const refused = (url: string, status: number): Failed => {
  const [rule, advice] = refusals.get(status) ?? [`answers with status ${status}`, "Start again later."]
  return network(url, rule, advice, status >= 500 || status === 408 || status === 425 || status === 429)
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

const headersOf = ({ from, validator }: Asked): Readonly<Record<string, string>> => ({
  // A file is wanted as it is: compressed on the way, it would have another length.
  "accept-encoding": "identity",
  // Some servers refuse who does not say a name.
  "user-agent": "rocflow",
  ...(from === 0 ? {} : { range: `bytes=${from}-`, ...(validator === undefined ? {} : { "if-range": validator }) })
})

const follow = Effect.fnUntraced(function* (
  asked: Asked
): Effect.fn.Return<HttpClientResponse, Failed, HttpClient.HttpClient | Scope.Scope> {
  const client = HttpClient.withScope(yield* HttpClient.HttpClient)
  const check = (text: string, base?: URL) =>
    Effect.mapError(Effect.fromResult(Address.parse(text, asked.plain, base)), (error): Failed => ({
      again: false,
      error
    }))
  let address = yield* check(asked.url)
  for (let hops = 0; hops <= redirects; hops++) {
    const url = address.href
    const response = yield* client.get(url, { headers: headersOf(asked) }).pipe(
      Effect.mapError((error) => broken(url, error)),
      Effect.timeoutOrElse({ duration: asked.silence, orElse: () => Effect.fail(silent(url)) })
    )
    if (!isRedirect(response.status)) {
      const accepted = response.status === 200 || response.status === 206 || response.status === 416
      return accepted ? response : yield* Effect.fail(refused(url, response.status))
    }
    address = yield* check(response.headers["location"] ?? "", address)
  }
  return yield* Effect.fail(
    network(asked.url, `redirects more than ${redirects} times`, "Give the address where the file is.", false)
  )
})

/**
 * Asks for a file. The response has the status 200 (the file from its beginning), 206 (from the byte that was asked for)
 * or 416 (the file has no such byte); it lives as long as the scope.
 */
export const ask = (asked: Asked): Effect.Effect<HttpClientResponse, Failed, HttpClient.HttpClient | Scope.Scope> =>
  follow(asked).pipe(
    // `fetch` would follow redirects by itself, unseen. Strangers need no ids of our traces.
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )
