/**
 * Selectors: which columns, said by what they are instead of by a list of names.
 *
 * A selector is plain data, the same in code and in files:
 *
 * - a list of names;
 * - `{ type: numeric }`, where `numeric` means whole numbers, too; `{ type: [factor, string] }`;
 * - `{ matching: "^x" }`, a regular expression that the name must match somewhere;
 * - `{ missing: true }`, columns in which a value is missing, or `false`, those that are complete;
 * - `{ except: … }`, all columns but those of another selector;
 * - `{ anyOf: [ … ] }` and `{ allOf: [ … ] }`, unions and intersections of selectors.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "./Column.ts"

/** A selector of columns. @category models */
export type Select<N extends string = string> =
  | ReadonlyArray<N>
  | { readonly type: Column.Type | ReadonlyArray<Column.Type> }
  | { readonly matching: string }
  | { readonly missing: boolean }
  | { readonly except: Select<N> }
  | { readonly anyOf: ReadonlyArray<Select<N>> }
  | { readonly allOf: ReadonlyArray<Select<N>> }

const Type = Schema.Literals(Column.types)

const isPattern = (source: string): boolean => Result.isSuccess(patternOf(source))

const patternOf = (source: string): Result.Result<RegExp, unknown> =>
  Result.try({ try: () => new RegExp(source, "u"), catch: (cause) => cause })

const Nested = Schema.suspend((): Schema.Codec<Select> => schema)

/** The schema of selectors. @category schemas */
export const schema: Schema.Codec<Select> = Schema.Union([
  Schema.Array(Schema.NonEmptyString),
  Schema.Struct({ type: Schema.Union([Type, Schema.Array(Type)]) }),
  Schema.Struct({
    matching: Schema.NonEmptyString.check(
      Schema.makeFilter((source) => (isPattern(source) ? undefined : "Expected a regular expression"))
    )
  }),
  Schema.Struct({ missing: Schema.Boolean }),
  Schema.Struct({ except: Nested }),
  Schema.Struct({ anyOf: Schema.Array(Nested) }),
  Schema.Struct({ allOf: Schema.Array(Nested) })
]).annotate({ identifier: "Select" })

/** Columns of one of some types; `numeric` means whole numbers, too. @category constructors */
export const type = (...types: ReadonlyArray<Column.Type>): Select => ({ type: types })

/**
 * Columns whose name matches a regular expression somewhere.
 *
 * ```ts
 * Select.matching(/^x\d/) // => { matching: "^x\\d" }
 * ```
 * @category constructors
 */
export const matching = (pattern: RegExp | string): Select => ({
  matching: typeof pattern === "string" ? pattern : pattern.source
})

/** Columns in which a value is missing. @category constructors */
export const missing = (): Select => ({ missing: true })

/** All columns but those of a selector. @category constructors */
export const except = <const N extends string>(selector: Select<N>): { readonly except: Select<N> } => ({
  except: selector
})

/** Columns that at least one of the selectors takes. @category constructors */
export const union = (...selectors: ReadonlyArray<Select>): Select => ({ anyOf: selectors })

/** Columns that all of the selectors take. @category constructors */
export const intersection = (...selectors: ReadonlyArray<Select>): Select => ({ allOf: selectors })

/** The names that a selector writes out, which must be there. */
export const named = (selector: Select): ReadonlyArray<string> => {
  if (isNames(selector)) return selector
  if ("except" in selector) return named(selector.except)
  if ("anyOf" in selector) return selector.anyOf.flatMap(named)
  if ("allOf" in selector) return selector.allOf.flatMap(named)
  return []
}

const isNames = (selector: Select): selector is ReadonlyArray<string> => Array.isArray(selector)

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
