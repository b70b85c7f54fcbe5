/**
 * Selectors: which columns, said by what they are instead of by a list of names.
 *
 * A selector is plain data, the same in code and in files:
 *
 * - a list of names;
 * - `{ type: numeric }`, where `numeric` means whole numbers, too; `{ type: [factor, string] }`;
 * - `{ matching: "^x" }`, a regular expression that the name must match somewhere;
 * - `{ missing: true }`, columns in which a value is missing, or `false`, those that are complete;
 * - `{ cardinality: { atLeast: 11 } }`, columns of so many different values; `atMost` is the other bound;
 * - `{ except: … }`, all columns but those of another selector;
 * - `{ anyOf: [ … ] }` and `{ allOf: [ … ] }`, unions and intersections of selectors.
 *
 * Whoever takes a selector says of which rows: a stage of a pipeline decides on the training rows, and keeps the names.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../OptionSchema.ts"
import * as Column from "./Column.ts"

/** A selector of columns. @category models */
export type Select<N extends string = string> =
  | ReadonlyArray<N>
  | { readonly type: Column.Type | ReadonlyArray<Column.Type> }
  | { readonly matching: string }
  | { readonly missing: boolean }
  | { readonly cardinality: Cardinality }
  | { readonly except: Select<N> }
  | { readonly anyOf: ReadonlyArray<Select<N>> }
  | { readonly allOf: ReadonlyArray<Select<N>> }

/** Bounds of the number of different values; at least one of them. @category models */
export interface Cardinality {
  readonly atLeast?: number
  readonly atMost?: number
}

/** The names that a selector writes out, as far as the compiler knows them. @category type-level */
export type NamesOf<S> = [Select] extends [S] ? string : Written<S>

type Written<S> =
  S extends ReadonlyArray<infer N>
    ? N
    : S extends
          | { readonly except: infer T }
          | { readonly anyOf: ReadonlyArray<infer T> }
          | { readonly allOf: ReadonlyArray<infer T> }
      ? NamesOf<T>
      : never

/** How many columns a selector takes, where the compiler knows: a list of names. @category type-level */
export type CountOf<S> = S extends ReadonlyArray<unknown> ? (number extends S["length"] ? number : S["length"]) : number

const Type = Schema.Literals(Column.types)

const isPattern = (source: string): boolean => Result.isSuccess(patternOf(source))

const patternOf = (source: string): Result.Result<RegExp, unknown> =>
  Result.try({ try: () => new RegExp(source, "u"), catch: (cause) => cause })

const bound = OptionSchema.count(0)

const Bounds = Schema.Struct({
  atLeast: OptionSchema.optional(bound, "The fewest different values", 11),
  atMost: OptionSchema.optional(bound, "The most different values", 10)
}).check(
  Schema.makeFilter(({ atLeast, atMost }) =>
    atLeast === undefined && atMost === undefined
      ? "Expected atLeast, atMost or both"
      : (atLeast ?? 0) > (atMost ?? Infinity)
        ? `Expected atMost to be no less than atLeast, ${atLeast}`
        : undefined
  )
)

const Nested = Schema.suspend((): Schema.Codec<Select> => schema)

/** The schema of selectors that describe columns instead of naming them. @category schemas */
export const described: Schema.Codec<Exclude<Select, ReadonlyArray<string>>> = Schema.Union([
  Schema.Struct({
    type: OptionSchema.required(
      Schema.Union([Type, Schema.Array(Type)]),
      "Columns of a type, or of several; numeric means whole numbers, too",
      "numeric"
    )
  }),
  Schema.Struct({
    matching: OptionSchema.required(
      Schema.NonEmptyString.check(
        Schema.makeFilter((source) => (isPattern(source) ? undefined : "Expected a regular expression"))
      ),
      "A regular expression that the name matches somewhere",
      "^x"
    )
  }),
  Schema.Struct({
    missing: OptionSchema.required(
      Schema.Boolean,
      "Columns in which a value is missing; false: those that are complete",
      false
    )
  }),
  Schema.Struct({
    cardinality: OptionSchema.required(Bounds, "Columns of so many different values", { atLeast: 11 })
  }),
  Schema.Struct({ except: OptionSchema.required(Nested, "All columns but these", ["id"]) }),
  Schema.Struct({
    anyOf: OptionSchema.required(Schema.Array(Nested), "Columns of any of these selectors", [
      ["age"],
      { matching: "^x" }
    ])
  }),
  Schema.Struct({
    allOf: OptionSchema.required(Schema.Array(Nested), "Columns of all of these selectors", [
      { type: "numeric" },
      { missing: false }
    ])
  })
]).annotate({ identifier: "Selector", expected: "a selector such as { type: numeric }" })

/** The schema of selectors. @category schemas */
export const schema: Schema.Codec<Select> = Schema.Union([Schema.Array(Schema.NonEmptyString), described]).annotate({
  identifier: "Select",
  message: "Expected a list of names, or a selector such as { type: numeric }"
})

/** Every column. @category constructors */
export const all = (): { readonly except: readonly [] } => ({ except: [] })

/** No column. @category constructors */
export const none = (): readonly [] => []

/** Columns of one of some types; `numeric` means whole numbers, too. @category constructors */
export const type = (...types: ReadonlyArray<Column.Type>): { readonly type: ReadonlyArray<Column.Type> } => ({
  type: types
})

/**
 * Columns whose name matches a regular expression somewhere.
 *
 * ```ts
 * Select.matching(/^x\d/) // => { matching: "^x\\d" }
 * ```
 * @category constructors
 */
export const matching = (pattern: RegExp | string): { readonly matching: string } => ({
  matching: typeof pattern === "string" ? pattern : pattern.source
})

/** Columns in which a value is missing; `missing(false)`: those that are complete. @category constructors */
export const missing = (isMissing = true): { readonly missing: boolean } => ({ missing: isMissing })

/**
 * Columns of so many different values, missing ones not counted; a tensor column is none of them.
 *
 * ```ts
 * Select.cardinality({ atLeast: 11 }) // categories of more than 10 levels, and most numbers
 * ```
 * @category constructors
 */
export const cardinality = (bounds: Cardinality): { readonly cardinality: Cardinality } => ({ cardinality: bounds })

/** All columns but those of a selector. @category constructors */
export const except = <const S extends Select>(selector: S): { readonly except: S } => ({ except: selector })

/** Columns that at least one of the selectors takes. @category constructors */
export const anyOf = <const S extends ReadonlyArray<Select>>(...selectors: S): { readonly anyOf: S } => ({
  anyOf: selectors
})

/** Columns that all of the selectors take. @category constructors */
export const allOf = <const S extends ReadonlyArray<Select>>(...selectors: S): { readonly allOf: S } => ({
  allOf: selectors
})

/** The names that a selector writes out, which must be there. */
export const named = (selector: Select): ReadonlyArray<string> => {
  if (isNames(selector)) return selector
  if ("except" in selector) return named(selector.except)
  if ("anyOf" in selector) return selector.anyOf.flatMap(named)
  if ("allOf" in selector) return selector.allOf.flatMap(named)
  return []
}

/** The patterns that a selector writes out. */
export const patterns = (selector: Select): ReadonlyArray<string> => {
  if (isNames(selector)) return []
  if ("matching" in selector) return [selector.matching]
  if ("except" in selector) return patterns(selector.except)
  if ("anyOf" in selector) return selector.anyOf.flatMap(patterns)
  return "allOf" in selector ? selector.allOf.flatMap(patterns) : []
}

/** Whether a selector is a list of names. @category guards */
export const isNames = (selector: Select): selector is ReadonlyArray<string> => Array.isArray(selector)

const takes = (selector: Select, name: string, column: Column.Column): boolean => {
  if (isNames(selector)) return selector.includes(name)
  if ("type" in selector) {
    const types = typeof selector.type === "string" ? [selector.type] : selector.type
    return types.includes(column.type) || (column.type === "integer" && types.includes("numeric"))
  }
  if ("matching" in selector) {
    return Result.match(patternOf(selector.matching), {
      onSuccess: (pattern) => pattern.test(name),
      onFailure: () => false
    })
  }
  if ("missing" in selector) return Column.hasMissing(column) === selector.missing
  if ("cardinality" in selector) {
    const { atLeast = 0, atMost = Infinity } = selector.cardinality
    const count = column.type === "tensor" ? Number.NaN : Column.cardinality(column)
    return count >= atLeast && count <= atMost
  }
  if ("except" in selector) return !takes(selector.except, name, column)
  return "anyOf" in selector
    ? selector.anyOf.some((each) => takes(each, name, column))
    : selector.allOf.every((each) => takes(each, name, column))
}

/**
 * The names of the columns that a selector takes, in the order of the columns; of a list of names, in its own order and
 * without those that are not there (see `named`).
 *
 * ```ts
 * const columns = new Map([["x", Column.numeric([1])], ["name", Column.text(["a"])]])
 * Select.names({ except: ["name"] }, columns) // => ["x"]
 * ```
 */
export const names = (
  selector: Select,
  columns: Iterable<readonly [name: string, column: Column.Column]>
): ReadonlyArray<string> => {
  const all = new Map(columns)
  if (isNames(selector)) return selector.filter((name) => all.has(name))
  return [...all].flatMap(([name, column]) => (takes(selector, name, column) ? [name] : []))
}
