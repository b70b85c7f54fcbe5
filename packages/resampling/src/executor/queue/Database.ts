/**
 * The connection to a database: statements are repeated while it is away, and what goes wrong is told in a sentence.
 *
 * The driver is loaded when a queue is used, so that other commands start without it.
 */
import * as Duration from "@rocflow/core/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { RunError } from "../../RunError.ts"
import * as Address from "./Address.ts"

/** A database in which the tables of queues are. @category models */
export interface Database {
  readonly address: Address.Address
  readonly sql: SqlClient.SqlClient
  /**
   * Runs statements that may be repeated as a whole. Where the connection is lost it is waited for, and that is said once.
   * Errors: `RunError` for everything else, and for a database that stays away.
   */
  readonly query: <A>(statements: Effect.Effect<A, SqlError>) => Effect.Effect<A, RunError>
}

/** Who is told that a database is away, and back. @category models */
export type Say = (message: string) => Effect.Effect<void>

/** Seconds for which a database that was there is waited for. */
const patience = 900

/** Seconds after which statements are tried anew: a connection may be dead without a sign. */
const limit = 300

/** Milliseconds between two tries, at first and at most. */
const pause = { first: 500, most: 10_000 }

const codeOf = ({ reason }: SqlError): string => {
  const cause: unknown = reason.cause
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
}

/** Whether the same statements may succeed later: no connection, a server that stops or starts, or one that is full. */
const isPassing = (error: SqlError): boolean => error.isRetryable || /^(08|53300|57P0[1-5])/.test(codeOf(error))

const messageOf = ({ message, reason }: SqlError): string => {
  const cause: unknown = reason.cause
  return cause instanceof Error ? cause.message : message
}

const adviceOf = (error: SqlError): string => {
  const message = messageOf(error)
  if (/no encryption/.test(message))
    return "add `?sslmode=require` to the address: the server wants encrypted connections"
  if (/certificate/.test(message)) {
    return "name the file of the authority that signed it in NODE_EXTRA_CA_CERTS, for runs and workers"
  }
  switch (error.reason._tag) {
    case "AuthenticationError":
      return "check the user and the password, which the address has, or PGPASSWORD"
    case "AuthorizationError":
      return "ask for the right to create a schema in this database, or name another one"
    default:
      return "check the address, and that the server is up and lets this machine connect"
  }
}

const refuse = (address: Address.Address, error: SqlError, rule: string): RunError =>
  new RunError({
    directory: address.shown,
    given: "the queue",
    rule: `${rule}: ${Address.redact(address, messageOf(error))}`,
    advice: adviceOf(error)
  })

const silent = ({ shown }: Address.Address): RunError =>
  new RunError({
    directory: shown,
    given: "the queue",
    rule: `has not answered for ${limit} s`,
    advice: "check that the server is up"
  })

const driver = Effect.tryPromise({
  try: () => import("@effect/sql-pg/PgClient"),
  catch: () =>
    new RunError({
      directory: "@effect/sql-pg",
      given: "the driver of PostgreSQL",
      rule: "is not installed",
      advice: "install it beside rocflow: `npm install @effect/sql-pg@4.0.5`"
    })
})

/**
 * Opens a database that must answer now; the connection is closed with the scope. Errors: `RunError` for one that cannot be
 * reached.
 */
export const open = Effect.fnUntraced(function* (
  address: Address.Address,
  say: Say
): Effect.fn.Return<Database, RunError, Scope.Scope> {
  const PgClient = yield* driver
  const { password, url } = address
  const ofStart = Effect.mapError((error: SqlError) => refuse(address, error, "cannot be reached"))
  const sql = yield* PgClient.make({
    url,
    ...(password === undefined ? {} : { password }),
    applicationName: "rocflow",
    connectTimeout: "10 seconds",
    keepAlive: "30 seconds",
    maxConnections: 4,
    // A result may hold long histories.
    maxMessageSize: 2 ** 30 - 1
  }).pipe(Effect.provide(Reactivity.layer), ofStart)
  yield* ofStart(sql`select 1`)

  /** Since when the database has been away, for whoever asks. */
  let since: number | undefined
  const query = Effect.fnUntraced(function* <A>(statements: Effect.Effect<A, SqlError>) {
    for (let wait = pause.first; ; wait = Math.min(2 * wait, pause.most)) {
      const tried = yield* statements.pipe(Effect.timeoutOption(limit * 1000), Effect.result)
      if (Result.isSuccess(tried) && Option.isSome(tried.success)) {
        if (since !== undefined) {
          since = undefined
          yield* say(`${address.shown}: the queue is back`)
        }
        return tried.success.value
      }
      const error = Result.isFailure(tried) ? tried.failure : undefined
      if (error !== undefined && !isPassing(error)) return yield* refuse(address, error, "refused a statement")
      const now = yield* Duration.now
      const away = error === undefined ? silent(address) : refuse(address, error, "cannot be reached")
      if (since === undefined) {
        since = now
        yield* say(`${away.message}; this goes on when it is back`)
      }
      if (now - since > patience) return yield* away
      yield* Effect.sleep(wait)
    }
  })
  return { address, sql, query }
})
