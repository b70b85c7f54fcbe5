/**
 * From where files may be fetched.
 */
import * as Result from "effect/Result"
import { DatasetError } from "../DatasetError.ts"

const refuse = (given: string, rule: string, advice: string) =>
  Result.fail(new DatasetError({ reason: "Address", given, rule, advice }))

/** The names of this machine. */
const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Whether an address leads to this machine. */
export const isLocal = ({ hostname }: URL): boolean => loopback.test(hostname)

/**
 * Reads an address: https, or http where `plain` allows it. `base` is the address that redirects to it.
 *
 * Errors: `DatasetError` for text that is no address, for other protocols, and for names and passwords in it, which would
 * stand in messages and records.
 */
export const parse = (text: string, plain: (address: URL) => boolean, base?: URL): Result.Result<URL, DatasetError> => {
  const from = base === undefined ? "" : `, to which ${base.href} redirects,`
  if (!URL.canParse(text, base)) {
    return refuse(`${JSON.stringify(text)}${from}`, "is no address", 'Write it in full: "https://host/path".')
  }
  const address = new URL(text, base)
  if (address.username !== "" || address.password !== "") {
    return refuse(
      `the address at ${address.host}${from}`,
      "has a name or password in it",
      "Fetch the file yourself and name it in an experiment: rocflow keeps no secrets."
    )
  }
  if (address.protocol === "https:" || (address.protocol === "http:" && plain(address))) return Result.succeed(address)
  return address.protocol === "http:"
    ? refuse(
        `${address.href}${from}`,
        "is not encrypted, so that anybody on the way may change the file",
        'Give an address that begins with https, or write "http": true into your own catalogue.'
      )
    : refuse(`${address.href}${from}`, "is neither https nor http", "Give an address on the web.")
}
