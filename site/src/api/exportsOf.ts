/**
 * What a module exports, read from the declarations that the compiler writes: they have every type, also the inferred ones,
 * and keep the doc comments.
 */
import { existsSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { parseSync } from "rolldown/utils"
import { type Comment, nothing, parseComment } from "./comment.ts"

export interface Exported {
  readonly name: string
  readonly kind: "function" | "value" | "type" | "class" | "module"
  /** The declaration, without what says that it is one. */
  readonly signature: string
  readonly comment: Comment
  /** Of a module, the file of its declarations. */
  readonly module?: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

interface Parsed {
  readonly text: string
  readonly body: ReadonlyArray<Node>
  /** The doc comment that ends where a statement begins. */
  readonly before: (start: number) => Comment
}

const cache = new Map<string, Parsed>()

const parse = (file: string): Parsed => {
  const known = cache.get(file)
  if (known !== undefined) return known
  const text = readFileSync(file, "utf8")
  const { comments, errors, program } = parseSync(file, text, {})
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`)
  const docs = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"))
  const body = program.body as unknown as ReadonlyArray<Node>
  const before = (start: number) => {
    const found = docs.findLast(({ end }) => end <= start && text.slice(end, start).trim() === "")
    return found === undefined ? nothing : parseComment(found.value)
  }
  const parsed = { text, body, before }
  cache.set(file, parsed)
  return parsed
}

/** The file of declarations that a module names: `./Task.ts` beside `index.d.ts` is `Task.d.ts`. */
const resolve = (from: string, source: string): string => {
  const foreign = /^@rocflow\/(\w+)(?:\/(.*))?$/.exec(source)
  const packages = from.slice(0, from.indexOf("/packages/") + "/packages".length)
  const path =
    foreign === null
      ? join(dirname(from), source.replace(/\.[tj]s$/, ""))
      : join(packages, foreign[1]!, "dist", foreign[2] ?? "index")
  if (!existsSync(`${path}.d.ts`)) throw new Error(`${from} names ${source}, which was not built`)
  return `${path}.d.ts`
}

/** Types of other files, as readers know them: `import("./Task.ts").Task` is `Task.Task`. */
const readable = (signature: string): string =>
  signature
    .replace(/import\("([^"]+)"\)\./g, (_, path: string) => {
      const name = basename(path).replace(/\.ts$/, "")
      return /^[A-Z]/.test(name) ? `${name}.` : ""
    })
    .replace(/^export\s+/, "")
    .replace(/^declare\s+/, "")
    .replace(/;$/, "")
    .replace(/;$/gm, "")

/** A declaration under the name by which it is exported. */
const called = (signature: string, name: string, as: string): string =>
  name === as ? signature : signature.replace(new RegExp(`^((?:abstract )?\\w+ )${name}\\b`), `$1${as}`)

const nameOf = (node: unknown): string => {
  const { name, value } = node as { readonly name?: string; readonly value?: string }
  return name ?? value ?? ""
}

/** The declarations of a statement. */
const declared = (declaration: Node, text: string, comment: Comment): ReadonlyArray<Exported> => {
  switch (declaration.type) {
    case "VariableDeclaration":
      return (declaration["declarations"] as ReadonlyArray<Node>).map((one) => {
        const id = one["id"] as Node
        const annotation = (id["typeAnnotation"] as Node | null)?.["typeAnnotation"] as Node | undefined
        const kind = annotation?.type === "TSFunctionType" ? "function" : "value"
        return { name: nameOf(id), kind, comment, signature: readable(`const ${text.slice(id.start, id.end)}`) }
      })
    case "FunctionDeclaration":
    case "TSDeclareFunction":
      return [
        {
          name: nameOf(declaration["id"]),
          kind: "function",
          comment,
          signature: readable(text.slice(declaration.start, declaration.end))
        }
      ]
    case "ClassDeclaration":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return [
        {
          name: nameOf(declaration["id"]),
          kind: declaration.type === "ClassDeclaration" ? "class" : "type",
          comment,
          signature: readable(text.slice(declaration.start, declaration.end))
        }
      ]
    default:
      throw new Error(`an export of the kind ${declaration.type} is not known here`)
  }
}

/** Where an imported name comes from. */
const imported = (
  body: ReadonlyArray<Node>,
  name: string
): { readonly source: string; readonly as: string } | undefined => {
  for (const node of body) {
    if (node.type !== "ImportDeclaration") continue
    for (const specifier of node["specifiers"] as ReadonlyArray<Node>) {
      if (nameOf(specifier["local"]) !== name) continue
      const as = specifier.type === "ImportNamespaceSpecifier" ? "*" : nameOf(specifier["imported"])
      return { source: nameOf(node["source"]), as }
    }
  }
  return undefined
}

const moduleOf = (name: string, file: string): Exported => ({
  name,
  kind: "module",
  signature: "",
  comment: commentOf(file),
  module: file
})

/** The declaration of a name within a file that exports it, or only has it. */
const local = (file: string, name: string): ReadonlyArray<Exported> => {
  const { before, body, text } = parse(file)
  for (const node of body) {
    const declaration = node.type === "ExportNamedDeclaration" ? (node["declaration"] as Node | null) : node
    if (declaration === null || !/Declaration|TSDeclareFunction/.test(declaration.type)) continue
    if (/^(Import|Export)/.test(declaration.type)) continue
    const found = declared(declaration, text, before(node.start)).filter((one) => one.name === name)
    if (found.length > 0) return found
  }
  const from = imported(body, name)
  if (from === undefined) return []
  if (!/^(\.|@rocflow\/)/.test(from.source)) return []
  const target = resolve(file, from.source)
  return from.as === "*" ? [moduleOf(name, target)] : named(target, from.as)
}

const named = (file: string, name: string): ReadonlyArray<Exported> =>
  exportsOf(file).filter((one) => one.name === name)

/**
 * What a module says of itself: the comment at the beginning of its source, where no declaration of its own follows. The
 * declarations lose it where they need no import.
 */
export const commentOf = (file: string): Comment => {
  const source = readFileSync(file.replace("/dist/", "/src/").replace(/\.d\.ts$/, ".ts"), "utf8")
  const [, comment] = /^\/\*(\*[^]*?)\*\/\n(?=\n|import|export (?:type )?[*{])/.exec(source) ?? []
  return comment === undefined ? nothing : parseComment(comment)
}

/** All exports of a file of declarations, those of other files included. */
export const exportsOf = (file: string): ReadonlyArray<Exported> => {
  const { before, body, text } = parse(file)
  return body.flatMap((node): ReadonlyArray<Exported> => {
    if (node.type === "ExportAllDeclaration") {
      const target = resolve(file, nameOf(node["source"]))
      return node["exported"] === null ? exportsOf(target) : [moduleOf(nameOf(node["exported"]), target)]
    }
    if (node.type !== "ExportNamedDeclaration") return []
    const declaration = node["declaration"] as Node | null
    if (declaration !== null) return declared(declaration, text, before(node.start))
    const source = node["source"] as Node | null
    return (node["specifiers"] as ReadonlyArray<Node>).flatMap((specifier) => {
      const [from, as] = [nameOf(specifier["local"]), nameOf(specifier["exported"])]
      const found = source === null ? local(file, from) : named(resolve(file, nameOf(source)), from)
      return found.map((one) => ({ ...one, name: as, signature: called(one.signature, from, as) }))
    })
  })
}
