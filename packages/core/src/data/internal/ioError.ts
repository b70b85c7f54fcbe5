/**
 * Why a file cannot be read, in words.
 */
import { SchemaError } from "../SchemaError.ts"

const reasons: ReadonlyMap<string, readonly [rule: string, advice: string]> = new Map([
  ["ENOENT", ["does not exist", "Check the path, which is relative to the working directory."]],
  ["EACCES", ["may not be read", "Ask for the permission to read it."]],
  ["EISDIR", ["is a directory", "Name a file in it."]],
  ["ERR_FS_FILE_TOO_LARGE", ["is larger than 2 GiB", "Convert it to Parquet, which has no such limit."]]
])

/** What the operating system said of a file that cannot be read. */
export const ioError = (path: string, cause: unknown): SchemaError => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  const [rule, advice] = reasons.get(code) ?? [`cannot be read (${code})`, "Check the file."]
  return new SchemaError({ file: path, given: "the file", rule, advice })
}
