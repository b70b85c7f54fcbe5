/**
 * Plain data by a schema, strictly, with every problem in the words of the person who wrote the data.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Excerpt from "../Excerpt.ts"
import { meant } from "../internal/suggest.ts"
import { type Find, Lookup, type Options } from "./Definition.ts"
import type { Issue } from "./PipelineError.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const advise = (written: string, known: ReadonlyArray<string>): string =>
  meant(written, known, `known are ${known.join(", ")}`)

const keysOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []

const unknownKey = (key: PropertyKey, known: ReadonlyArray<string>): string =>
  known.length === 0 ? "is not a known key: there are no options" : `is not a known key; ${advise(String(key), known)}`

const hasKey = (ast: SchemaAST.AST, key: string): boolean =>
  SchemaAST.isUnion(ast) ? ast.types.some((member) => hasKey(member, key)) : keysOf(ast).includes(key)

/** The option whose own options have the key: a key that was written one level too high. */
const holderOf = (ast: SchemaAST.AST, key: string): string | undefined => {
  const holder = SchemaAST.isObjects(ast) ? ast.propertySignatures.find(({ type }) => hasKey(type, key)) : undefined
  return holder === undefined ? undefined : String(holder.name)
}

const misplacedOrUnknown = (key: string, ast: SchemaAST.AST): string => {
  const holder = holderOf(ast, key)
  return holder === undefined ? unknownKey(key, keysOf(ast)) : `is not a known key here; it belongs in ${holder}`
}

/** The values of the literal `type` by which the members of a union are told apart. */
const typesOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  SchemaAST.isUnion(ast)
    ? ast.types.flatMap((member) => {
        const type = SchemaAST.isObjects(member) && member.propertySignatures.find(({ name }) => name === "type")?.type
        return type !== undefined && type !== false && SchemaAST.isLiteral(type) ? [String(type.literal)] : []
      })
    : []

const unknownType = (input: unknown, types: ReadonlyArray<string>, path: Issue["path"]): Issue => {
  if (!Predicate.isObject(input) || Array.isArray(input)) {
    return { path, message: `is written as { type: ${types[0]}, … }, got ${JSON.stringify(input)}` }
  }
  const { type } = input as { readonly type?: unknown }
  return type === undefined
    ? { path, message: `has no key type; known types are ${types.join(", ")}` }
    : {
        path: [...path, "type"],
        message: `${Excerpt.of(JSON.stringify(type), 80)} is not known; ${advise(String(type), types)}`
      }
}

/** How far data is from a member of a union: wrong keys count more than wrong values. */
const remoteness = (issue: SchemaIssue.Issue): number => {
  switch (issue._tag) {
    case "Composite":
      return issue.issues.reduce((total, inner) => total + remoteness(inner), 0)
    case "Pointer":
      return remoteness(issue.issue)
    case "UnexpectedKey":
      return 100
    case "MissingKey":
      return 10
    default:
      return 1
  }
}

/** What is wrong with each member of a union, those of unions in it too. */
const members = ({ issues }: SchemaIssue.AnyOf): ReadonlyArray<SchemaIssue.Issue> =>
  issues.flatMap((issue) => (issue._tag === "AnyOf" ? members(issue) : [issue]))

const closest = (issues: ReadonlyArray<SchemaIssue.Issue>): SchemaIssue.Issue =>
  issues.reduce((best, issue) => (remoteness(issue) < remoteness(best) ? issue : best))

/** The keys of an object, where no member of a union has any of them. */
const keysOfNone = (
  issue: SchemaIssue.AnyOf,
  objects: ReadonlyArray<SchemaIssue.Composite>,
  path: Issue["path"]
): ReadonlyArray<Issue> | undefined => {
  const input = SchemaIssue.hasInput(issue) ? issue.input : undefined
  const given = Predicate.isObject(input) && !Array.isArray(input) ? Object.keys(input) : []
  const known = [...new Set(objects.flatMap(({ ast }) => keysOf(ast)))]
  return given.length === 0 || known.length === 0 || given.some((key) => known.includes(key))
    ? undefined
    : given.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }))
}

/** A list that is empty and must not be, or one of fixed length that is longer: said once, where the list is. */
const wrongLength = (issue: SchemaIssue.Composite): string | undefined => {
  if (!SchemaAST.isArrays(issue.ast)) return undefined
  const { elements, rest } = issue.ast
  const given = SchemaIssue.hasInput(issue) && Array.isArray(issue.input) ? issue.input.length : 0
  if (given === 0 && elements.length === 1 && rest.length > 0) return "is an empty list; give it an entry"
  if (rest.length > 0 || given <= elements.length) return undefined
  const what = elements.every(SchemaAST.isNumber) ? "numbers" : "entries"
  return `Expected ${elements.length} ${what}, got ${given}; leave out what is too much`
}

/** One text or number where a list stands; a schema that has words of its own for it keeps them. */
const oneForList = (issue: SchemaIssue.InvalidType, path: Issue["path"]): ReadonlyArray<Issue> | undefined => {
  const input = SchemaIssue.hasInput(issue) ? issue.input : undefined
  const one = typeof input === "string" || typeof input === "number"
  return one && plain(issue, path).some(({ message }) => message.startsWith("Expected array"))
    ? [{ path, message: `Expected a list, got ${JSON.stringify(input)}; write [${input}]` }]
    : undefined
}

const describe = (issue: SchemaIssue.Issue, path: Issue["path"]): ReadonlyArray<Issue> => {
  switch (issue._tag) {
    case "Pointer":
      return describeAt(issue, path)
    case "Composite": {
      const message = wrongLength(issue)
      return message === undefined ? issue.issues.flatMap((inner) => describe(inner, path)) : [{ path, message }]
    }
    case "Encoding":
      return describe(issue.issue, path)
    case "InvalidType":
      return oneForList(issue, path) ?? plain(issue, path)
    case "MissingKey":
      return [{ path, message: missing }]
    case "UnexpectedKey":
      return [{ path, message: misplacedOrUnknown(String(path.at(-1) ?? ""), issue.ast) }]
    case "AnyOf": {
      const types = typesOf(issue.ast)
      if (issue.issues.length === 0 && types.length > 0) {
        return [unknownType(SchemaIssue.hasInput(issue) ? issue.input : undefined, types, path)]
      }
      const objects = members(issue).filter((member) => member._tag === "Composite")
      if (objects.length === 0) return plain(issue, path)
      return keysOfNone(issue, objects, path) ?? describe(closest(objects), path)
    }
    default:
      return plain(issue, path)
  }
}

const describeAt = ({ path: more, issue }: SchemaIssue.Pointer, path: Issue["path"]): ReadonlyArray<Issue> =>
  describe(issue, [...path, ...more.map((key) => (typeof key === "number" ? key : String(key)))])

/** The library's own words: "Expected a value greater than 0, got -1". */
const plain = (issue: SchemaIssue.Issue, path: Issue["path"]): ReadonlyArray<Issue> =>
  format(issue).issues.map(({ message, path: more }) => ({
    path: [...path, ...(more ?? []).map((key) => (typeof key === "number" ? key : String(key)))],
    message
  }))

const missing = "is missing; add it"

/** A key that was misspelt is not also missing. */
const withoutMisspelt = (issues: ReadonlyArray<Issue>): ReadonlyArray<Issue> => {
  const places = new Set(
    issues.flatMap(({ message, path }) => {
      const key = /; did you mean "(.*)"\?$/.exec(message)?.[1]
      return key === undefined ? [] : [JSON.stringify([...path.slice(0, -1), key])]
    })
  )
  return issues.filter(({ message, path }) => message !== missing || !places.has(JSON.stringify(path)))
}

/** One issue a place, as a number that is no number breaks every rule of numbers; what was given is shortened. */
const firstOfEachPath = (issues: ReadonlyArray<Issue>): ReadonlyArray<Issue> => {
  const seen = new Set<string>()
  return issues.flatMap(({ message, path }) => {
    const key = JSON.stringify(path)
    if (seen.has(key)) return []
    seen.add(key)
    return [{ path, message: Excerpt.of(message) }]
  })
}

/** Finds nothing: for options that name no other definition. */
export const findNothing: Find = (id, ...kinds) => Result.fail(`"${id}" is not a known ${kinds.join(" or ")}`)

/**
 * Decodes plain data. A key that the schema does not know is an issue, with the key that was probably meant; of a union,
 * the issues are those of the member that comes closest.
 *
 * @example
 * decode(Schema.Struct({ units: Schema.Int }), { unit: 3 })
 * // => fails with [{ path: ["unit"], message: 'is not a known key; did you mean "units"?' }]
 */
export const decode = <Type, Encoded>(
  schema: Options<Type, Encoded>,
  given: unknown,
  find: Find = findNothing
): Result.Result<Type, ReadonlyArray<Issue>> => {
  // The schema of no options lets every object pass.
  if (SchemaAST.isObjects(schema.ast) && schema.ast.indexSignatures.length === 0 && keysOf(schema.ast).length === 0) {
    const extra = Predicate.isObject(given) ? Object.keys(given) : []
    if (extra.length > 0) return Result.fail(extra.map((key) => ({ path: [key], message: unknownKey(key, []) })))
  }
  const decoded = Schema.decodeUnknownEffect(schema, { errors: "all", onExcessProperty: "error", reportInput: true })(
    given
  )
  return Result.mapError(Effect.runSync(Effect.result(Effect.provideService(decoded, Lookup, find))), ({ issue }) =>
    withoutMisspelt(firstOfEachPath(describe(issue, [])))
  )
}

/**
 * Makes the schema of an option that names another definition: `read` finds what a text or an object means, with the
 * issues of its own options; `write` gives the JSON back. Whoever writes the JSON Schema of options finds `identifier` in
 * the place of what may be named there.
 */
export const reference = <Type, Encoded>(
  identifier:
    | "stages"
    | "loss"
    | "optimizer"
    | "transform"
    | "schedule"
    | "measure"
    | "callback"
    | "target"
    | "learner",
  encoded: Schema.Codec<Encoded, Encoded>,
  is: (value: unknown) => value is Type,
  read: (given: Encoded, find: Find) => Result.Result<Type, ReadonlyArray<Issue>>,
  write: (value: Type) => Encoded
): Options<Type, Encoded> =>
  encoded.annotate({ identifier }).pipe(
    Schema.decodeTo(Schema.declare(is), {
      decode: SchemaGetter.transformEffect((given: Encoded, options) =>
        Effect.flatMap(Lookup, (find) =>
          Effect.fromResult(
            Result.mapError(read(given, find), (issues) => {
              const all = issues.map(
                ({ path, message }) => new SchemaIssue.Pointer(path, new SchemaIssue.InvalidValue({ message }))
              )
              return new SchemaIssue.Composite(encoded.ast, [all[0]!, ...all.slice(1)], given, options)
            })
          )
        )
      ),
      encode: SchemaGetter.transform(write)
    })
  )
