/**
 * A YAML (or JSON) text as data that knows the line of every path.
 */
import * as Result from "effect/Result"
import * as Excerpt from "@rocflow/core/Excerpt"
import {
  type Document,
  LineCounter,
  type YAMLError,
  type YAMLMap,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  parseDocument,
  visit
} from "yaml"

/** A path into the document. */
export type Path = ReadonlyArray<string | number>

/** Where something stands in the text, from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A file of YAML as data, with the place of each value. */
export interface Source {
  readonly value: unknown
  /** A path as it is written: a merge may stand as its name, with its branches below it. */
  readonly written: (path: Path) => Path
  /** The position of a path, or of the nearest part above it that is there. */
  readonly position: (path: Path) => Position | undefined
}

const written = (document: Document, path: Path): Path => {
  const found: Array<string | number> = []
  for (const key of path) {
    const parent: unknown = found.length === 0 ? document.contents : document.getIn(found, true)
    const [pair, ...others] = isMap(parent) ? parent.items : []
    const name = isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : ""
    found.push(key === "branches" && others.length === 0 && name.includes(".") ? name : key)
  }
  return found
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

/** YAML's own words, except where they are about its programming interface. */
const messageOf = ({ code, message }: YAMLError): string => {
  switch (code) {
    case "MULTIPLE_DOCS":
      return "a second document begins here, but an experiment is one; remove the line ---"
    case "TAB_AS_INDENT":
      return "this line is indented by a tab; YAML takes blanks only"
    default:
      if (message.startsWith("Maximum call stack")) return `this ${tooDeep}`
      return `this is not YAML: ${message.split("\n")[0]}; check indents, brackets and quotes`
  }
}

interface Problem {
  readonly message: string
  readonly offset: number
}

/** The key that stands twice in a mapping: YAML's own search takes the square of the number of keys. */
const repeatedKey = (map: YAMLMap): Problem | undefined => {
  const seen = new Set<unknown>()
  for (const { key } of map.items) {
    if (!isScalar(key)) continue
    if (seen.has(key.value)) {
      return { message: "this key stands twice in one mapping; keep one of them", offset: key.range?.[0] ?? 0 }
    }
    seen.add(key.value)
  }
  return undefined
}

/**
 * What a document has that the reader of YAML lets pass: a key twice in a mapping, a `*name` that no `&name` before it
 * explains, or one that stands within what it names.
 */
const misfit = (document: Document): Problem | undefined => {
  const known = new Set<string>()
  let found: Problem | undefined
  visit(document, {
    Node: (_key, node, path) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) known.add(node.anchor)
        found = isMap(node) ? repeatedKey(node) : undefined
        return found === undefined ? undefined : visit.BREAK
      }
      const name = node.source
      const within = path.some((above) => isNode(above) && !isAlias(above) && above.anchor === name)
      if (known.has(name) && !within) return undefined
      const anchor = `&${Excerpt.ofName(name)}`
      const rule = within ? `stands within ${anchor} itself` : `refers to no ${anchor}`
      found = { message: `*${Excerpt.ofName(name)} ${rule}; write the value out`, offset: node.range?.[0] ?? 0 }
      return visit.BREAK
    }
  })
  return found
}

/** So many lists and mappings may stand in each other. */
const mostNested = 100

const isDeep = (value: unknown, left = mostNested): boolean =>
  typeof value === "object" &&
  value !== null &&
  (left === 0 || Object.values(value).some((inner) => isDeep(inner, left - 1)))

const tooDeep = `is nested more than ${mostNested} deep; write less in each other`

/**
 * Parses a text. What YAML itself refuses (a bad indent, a key twice) comes back with its place.
 */
export const parse = (text: string): Result.Result<Source, Position & { readonly message: string }> => {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
    uniqueKeys: false
  })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const [error] = document.errors
  // The errors after the first are mostly its consequences.
  if (error !== undefined) return Result.fail({ ...at(error.pos[0]), message: messageOf(error) })
  const wrong = misfit(document)
  if (wrong !== undefined) return Result.fail({ ...at(wrong.offset), message: wrong.message })
  const value = Result.try({
    try: () => document.toJS() as unknown,
    catch: () => "the aliases (*name) multiply beyond measure; write the values out"
  })
  if (Result.isFailure(value)) return Result.fail({ line: 1, column: 1, message: value.failure })
  if (isDeep(value.success)) return Result.fail({ line: 1, column: 1, message: `the file ${tooDeep}` })
  return Result.succeed({
    value: value.success,
    written: (path) => written(document, path),
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
