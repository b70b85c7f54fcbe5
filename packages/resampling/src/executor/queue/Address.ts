/**
 * The address of a PostgreSQL database. Its password is shown nowhere: neither in messages nor in the directory of a run.
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

/** Where a database is. @category models */
export interface Address {
  readonly url: Redacted.Redacted
  readonly password: Redacted.Redacted | undefined
  /** The address without its password. Options stay: whoever repeats it must not connect without encryption. */
  readonly shown: string
}

/** Where a password is taken from that the address does not have, as with other clients of PostgreSQL. */
const passwordVariable = "PGPASSWORD"

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Reads an address, `postgres://user@host:port/database`. The password may be in it, or in the environment variable
 * PGPASSWORD. What cannot be read is told without showing it: it may hold a password.
 *
 * @example
 * Result.map(Address.parse("postgres://me:secret@db.example/runs", {}), ({ shown }) => shown)
 * // => success("postgres://me@db.example/runs")
 */
export const parse = (
  text: string,
  environment: Readonly<Record<string, string | undefined>>
): Result.Result<Address, string> => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    return Result.fail("is no address of PostgreSQL; write postgres://user@host:5432/database")
  }
  const given = url.password === "" ? undefined : decoded(url.password)
  const password = given ?? url.searchParams.get("password") ?? environment[passwordVariable]
  const without = new URL(url)
  without.password = ""
  without.searchParams.delete("password")
  return Result.succeed({
    url: Redacted.make(text),
    password: password === undefined || password === "" ? undefined : Redacted.make(password),
    shown: without.href
  })
}

/** Whether an address holds a password, which then would be written wherever the address is. */
export const hasPassword = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && (url.password !== "" || url.searchParams.has("password"))
}

/** Where an address is looked for that nobody names: command lines are seen by everybody on a machine. */
export const variable = "ROCFLOW_QUEUE"

/** An address that was written down without its password, which is that of ROCFLOW_QUEUE, if this is the same, or PGPASSWORD. */
export const complete = (
  shown: string,
  environment: Readonly<Record<string, string | undefined>>
): Result.Result<Address, string> => {
  const named = parse(environment[variable] ?? "", environment)
  return Result.isSuccess(named) && named.success.shown === shown ? named : parse(shown, environment)
}

/** A text in which the password does not stand. */
export const redact = ({ password }: Address, text: string): string =>
  password === undefined ? text : text.replaceAll(Redacted.value(password), "…")
