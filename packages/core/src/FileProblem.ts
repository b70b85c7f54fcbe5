/**
 * What the file system refuses, in a sentence: which file, why, and what to do.
 */
import { isPlatformError, type PlatformError } from "effect/PlatformError"

/** A rule that is broken, and what to do. */
export interface Why {
  readonly rule: string
  readonly advice: string
}

const rights: Why = { rule: "you may not", advice: "change its rights, or name another place" }
const full: Why = { rule: "the disk is full", advice: "free some of it and start again" }
const open: Why = {
  rule: "too many files are open",
  advice: "raise the limit (ulimit -n 1024), or use fewer workers, and start again"
}
const inTheWay: Why = { rule: "a file stands in its way", advice: "move that away, or name another place" }

/** By the codes of the system, which tell more than Effect's tags. */
const byCode: ReadonlyMap<string, Why> = new Map([
  ["EACCES", rights],
  ["EPERM", rights],
  ["EROFS", { rule: "the disk can only be read", advice: "name another place" }],
  ["ENOSPC", full],
  ["EDQUOT", { ...full, rule: "your share of the disk is full" }],
  ["EMFILE", open],
  ["ENFILE", open],
  ["EEXIST", inTheWay],
  ["ENOTDIR", { ...inTheWay, rule: "it, or a part of its path, is a file and no directory" }],
  ["EISDIR", { rule: "it is a directory", advice: "move that away, or name another place" }],
  [
    "ENOENT",
    { rule: "it, or the directory that it is in, is not there", advice: "look whether it was moved or deleted" }
  ],
  ["ENAMETOOLONG", { rule: "its name is too long", advice: "name another place" }],
  ["ELOOP", { rule: "its links lead in a circle", advice: "name another place" }],
  ["EIO", { rule: "the disk does not answer", advice: "look after the disk, then start again" }]
])

const could = (method: string): string => {
  if (/^(makeDirectory|makeTemp)/.test(method)) return "cannot be made"
  if (/^(write|open|rename|copy|truncate|link|sink)/.test(method)) return "cannot be written"
  if (method.startsWith("remove")) return "cannot be removed"
  return "cannot be read"
}

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""

/** Why a file cannot be used, without its name, and what to do. */
export const why = ({ message, reason }: PlatformError): Why =>
  byCode.get(codeOf(reason.cause)) ?? {
    rule: reason.cause instanceof Error ? reason.cause.message : message,
    advice: "check the path and the disk"
  }

/** Why a file cannot be used, without its name, by an error of Node or of Effect. */
export const ruleOf = (error: unknown): string =>
  isPlatformError(error) ? why(error).rule : (byCode.get(codeOf(error))?.rule ?? messageOf(error))

/**
 * Says what the file system refused.
 *
 * @example
 * FileProblem.text(error) // => "runs/a/figures: cannot be made: a file stands in its way; move that away, or name another place"
 */
export const text = (error: PlatformError): string => {
  const { reason } = error
  const path = "pathOrDescriptor" in reason ? reason.pathOrDescriptor : undefined
  // A file that is not whole yet has a name that nobody gave it.
  const file = path === undefined ? "" : `${String(path).replace(/\.\d+-\d+\.part$/, "")}: `
  const { advice, rule } = why(error)
  return `${file}${could(reason.method)}: ${rule}; ${advice}`
}

/** The message of any error; of one of the file system, what it refused. */
export const messageOf = (error: unknown): string =>
  isPlatformError(error) ? text(error) : error instanceof Error ? error.message : String(error)
