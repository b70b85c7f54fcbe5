/**
 * A thread that reads and decodes image files, one after the other.
 */
import { readFileSync } from "node:fs"
import { parentPort } from "node:worker_threads"
import { decode } from "./pictures.ts"

/** An image file to be decoded. */
export interface Request {
  readonly id: number
  readonly path: string
}

/** Its numbers, or why there are none. */
export type Answer = { readonly id: number } & (
  | { readonly values: Float32Array<ArrayBuffer> }
  | { readonly problem: string }
)

const answer = ({ id, path }: Request): Answer => {
  try {
    return { id, values: decode(readFileSync(path)) }
  } catch (cause) {
    return { id, problem: cause instanceof Error ? cause.message : String(cause) }
  }
}

parentPort?.on("message", (request: Request) => {
  const said = answer(request)
  parentPort?.postMessage(said, "values" in said ? [said.values.buffer] : [])
})
