/**
 * A YAML (or JSON) text as data that knows the line of every path.
 */
import * as Result from "effect/Result"
import { type Document, LineCounter, isNode, isPair, isScalar, parseDocument } from "yaml"

/** A path into the document. */
export type Path = ReadonlyArray<string | number>

/** Where something stands in the text, from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface Source {
  readonly value: unknown
  /** The position of a path, or of the nearest part above it that is there. */
  readonly position: (path: Path) => Position | undefined
}

const keyRange = (document: Document, path: Path): number | undefined => {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const key = path.at(-1)
  if (parent === null || typeof parent !== "object" || !("items" in parent) || !Array.isArray(parent.items)) {
    return undefined
  }
  const pair: unknown = parent.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key)
  )
  return isPair(pair) && isNode(pair.key) ? pair.key.range?.[0] : undefined
}

/** Writes a path as people do: `learners[1].pipeline[0].type`. */
export const pathText = (path: Path): string =>
  path.map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`)).join("")

/**
 * Parses a text. What YAML itself refuses (a bad indent, a key twice) comes back with its place.
 */
export const parse = (text: string): Result.Result<Source, ReadonlyArray<Position & { readonly message: string }>> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  if (document.errors.length > 0) {
    return Result.fail(document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message: message.split("\n")[0]! })))
  }
  return Result.succeed({
    value: document.toJS() as unknown,
    position: (path) => {
      for (let length = path.length; length > 0; length--) {
        const prefix = path.slice(0, length)
        const key = keyRange(document, prefix)
        if (key !== undefined) return at(key)
        const node: unknown = document.getIn(prefix, true)
        if (isNode(node) && node.range !== undefined && node.range !== null) return at(node.range[0])
      }
      return undefined
    }
  })
}
