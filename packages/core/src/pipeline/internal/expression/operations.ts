/**
 * What an expression can call: operators and functions, each on whole columns.
 */
import * as Result from "effect/Result"
import * as Column from "../../../data/Column.ts"
import { isNumeric, type Type, type Value } from "./values.ts"

/** What is wrong with what is given, and with which of it; −1 is the call itself. */
export interface Misuse {
  readonly given: number
  readonly message: string
}

/** A call: as it is written, and what it gives of columns of so many rows. */
export interface Operation {
  readonly usage: string
  readonly run: (given: ReadonlyArray<Value>, rows: number) => Result.Result<Value, Misuse>
}

const misuse = (given: number, message: string): Result.Result<never, Misuse> => Result.fail({ given, message })

const kinds: Readonly<Record<Type, string>> = { number: "a number", boolean: "a truth value", text: "text" }

/** Checks that all are numbers or truth values. */
const numbers = (given: ReadonlyArray<Value>): Result.Result<ReadonlyArray<Float64Array>, Misuse> => {
  const wrong = given.findIndex((value) => !isNumeric(value))
  return wrong < 0
    ? Result.succeed(given.flatMap((value) => (isNumeric(value) ? [value.values] : [])))
    : misuse(wrong, 'is text where a number is needed; give a number, or compare the text: site == "a"')
}

/** Checks that all are of one type. */
const alike = (given: ReadonlyArray<Value>, from: number): Result.Result<Type, Misuse> => {
  const { type } = given[from]!
  const wrong = given.findIndex((value, i) => i > from && value.type !== type)
  return wrong < 0
    ? Result.succeed(type)
    : misuse(wrong, `is ${kinds[given[wrong]!.type]} beside ${kinds[type]}; give values of one type`)
}

const counted = (usage: string, least: number, most: number, run: Operation["run"]): Operation => ({
  usage,
  run: (given, rows) =>
    given.length >= least && given.length <= most
      ? run(given, rows)
      : misuse(-1, `is given ${given.length} value${given.length === 1 ? "" : "s"}; write ${usage}`)
})

/** A function of so many numbers; where one is missing, so is what it gives, as it is of NaN. */
const numeric = (
  usage: string,
  count: 1 | 2,
  of: (a: number, b: number) => number,
  type: "number" | "boolean" = "number"
): Operation =>
  counted(usage, count, count, (given) =>
    Result.map(numbers(given), ([first = new Float64Array(), second = first]) => ({
      type,
      values: first.map((a, row) => {
        const b = second[row]!
        return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : of(a, b)
      })
    }))
  )

/** The least or the greatest of one number or more. */
const extreme = (usage: string, of: (a: number, b: number) => number): Operation =>
  counted(usage, 1, Number.POSITIVE_INFINITY, (given) =>
    Result.map(numbers(given), (columns) => ({
      type: "number",
      values: columns.reduce((sofar, column) => sofar.map((a, row) => of(a, column[row]!)))
    }))
  )

/** A function of a text, and of a constant text. */
const ofText = (
  usage: string,
  count: number,
  type: "number" | "boolean",
  of: (text: string, other: string) => number | boolean
): Operation =>
  counted(usage, count, count, (given, rows) => {
    const wrong = given.findIndex((value) => value.type !== "text")
    if (wrong >= 0) return misuse(wrong, `is ${kinds[given[wrong]!.type]} where text is needed; write ${usage}`)
    return Result.succeed({
      type,
      values: Float64Array.from({ length: rows }, (_, row) => {
        const [text, other = ""] = given.map(({ values }) => values[row])
        return typeof text === "string" && typeof other === "string" ? Number(of(text, other)) : Number.NaN
      })
    })
  })

const isThere = (value: number | string | null | undefined): boolean =>
  typeof value === "number" ? !Number.isNaN(value) : typeof value === "string"

const equality = (usage: string, equal: boolean): Operation =>
  counted(usage, 2, 2, (given, rows) =>
    Result.map(given.every(isNumeric) ? Result.succeed<Type>("number") : alike(given, 0), () => ({
      type: "boolean",
      values: Float64Array.from({ length: rows }, (_, row) => {
        const [a, b] = given.map(({ values }) => values[row])
        return isThere(a) && isThere(b) ? Number((a === b) === equal) : Number.NaN
      })
    }))
  )

/** The truth values of what is given, all of which have to be some. */
const truths = (given: ReadonlyArray<Value>): Result.Result<ReadonlyArray<Float64Array>, Misuse> => {
  const wrong = given.findIndex(({ type }) => type !== "boolean")
  return wrong < 0
    ? numbers(given)
    : misuse(wrong, `is ${kinds[given[wrong]!.type]} where a truth value is needed; compare it: age > 60`)
}

/** And (`decides` = 0) and or (1): one that decides does so whatever the other is, also missing. */
const logical = (usage: string, decides: 0 | 1): Operation =>
  counted(usage, 2, 2, (given, rows) =>
    Result.map(truths(given), (columns) => ({
      type: "boolean",
      values: Float64Array.from({ length: rows }, (_, row) => {
        const sides = columns.map((column) => column[row]!)
        if (sides.includes(decides)) return decides
        return sides.some(Number.isNaN) ? Number.NaN : 1 - decides
      })
    }))
  )

/** Picks for each row one of the columns, which are of one type; −1 is missing. */
const picked = (type: Type, columns: ReadonlyArray<Value>, rows: number, which: (row: number) => number): Value =>
  type === "text"
    ? {
        type,
        values: Array.from({ length: rows }, (_, row) => {
          const value = columns[which(row)]?.values[row]
          return typeof value === "string" ? value : null
        })
      }
    : {
        type,
        values: Float64Array.from({ length: rows }, (_, row) => Number(columns[which(row)]?.values[row] ?? Number.NaN))
      }

const round = (x: number): number => Math.sign(x) * Math.round(Math.abs(x))

/** Every operation by its name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    "+": numeric("a + b", 2, (a, b) => a + b),
    "-": numeric("a - b", 2, (a, b) => a - b),
    "*": numeric("a * b", 2, (a, b) => a * b),
    "/": numeric("a / b", 2, (a, b) => a / b),
    "%": numeric("a % b", 2, (a, b) => a - b * Math.floor(a / b)),
    "^": numeric("a ^ b", 2, (a, b) => a ** b),
    negative: numeric("-a", 1, (a) => -a),
    "<": numeric("a < b", 2, (a, b) => Number(a < b), "boolean"),
    "<=": numeric("a <= b", 2, (a, b) => Number(a <= b), "boolean"),
    ">": numeric("a > b", 2, (a, b) => Number(a > b), "boolean"),
    ">=": numeric("a >= b", 2, (a, b) => Number(a >= b), "boolean"),
    "==": equality("a == b", true),
    "!=": equality("a != b", false),
    and: logical("a and b", 0),
    or: logical("a or b", 1),
    not: counted("not a", 1, 1, (given) =>
      Result.map(truths(given), ([values = new Float64Array()]) => ({
        type: "boolean",
        values: values.map((x) => 1 - x)
      }))
    ),
    in: counted('site in ("a", "b")', 2, Number.POSITIVE_INFINITY, (given, rows) =>
      Result.map(alike(given, 0), () => ({
        type: "boolean",
        values: Float64Array.from({ length: rows }, (_, row) => {
          const [sought, ...others] = given.map(({ values }) => values[row])
          return isThere(sought) ? Number(others.includes(sought)) : Number.NaN
        })
      }))
    ),
    if: counted("if(condition, then, else)", 3, 3, (given, rows) =>
      Result.flatMap(truths(given.slice(0, 1)), ([condition = new Float64Array()]) =>
        Result.map(alike(given, 1), (type) =>
          picked(type, given, rows, (row) => (Number.isNaN(condition[row]) ? -1 : 2 - condition[row]!))
        )
      )
    ),
    coalesce: counted("coalesce(a, b, …)", 1, Number.POSITIVE_INFINITY, (given, rows) =>
      Result.map(alike(given, 0), (type) =>
        picked(type, given, rows, (row) => given.findIndex(({ values }) => isThere(values[row])))
      )
    ),
    isMissing: counted("isMissing(a)", 1, 1, ([value], rows) =>
      Result.succeed({
        type: "boolean",
        values: Float64Array.from({ length: rows }, (_, row) => Number(!isThere(value!.values[row])))
      })
    ),
    abs: numeric("abs(a)", 1, (a) => Math.abs(a)),
    sign: numeric("sign(a)", 1, (a) => Math.sign(a)),
    sqrt: numeric("sqrt(a)", 1, (a) => Math.sqrt(a)),
    cbrt: numeric("cbrt(a)", 1, (a) => Math.cbrt(a)),
    exp: numeric("exp(a)", 1, (a) => Math.exp(a)),
    log: numeric("log(a)", 1, (a) => Math.log(a)),
    log2: numeric("log2(a)", 1, (a) => Math.log2(a)),
    log10: numeric("log10(a)", 1, (a) => Math.log10(a)),
    log1p: numeric("log1p(a)", 1, (a) => Math.log1p(a)),
    sin: numeric("sin(a)", 1, (a) => Math.sin(a)),
    cos: numeric("cos(a)", 1, (a) => Math.cos(a)),
    tan: numeric("tan(a)", 1, (a) => Math.tan(a)),
    atan2: numeric("atan2(y, x)", 2, (y, x) => Math.atan2(y, x)),
    floor: numeric("floor(a)", 1, (a) => Math.floor(a)),
    ceil: numeric("ceil(a)", 1, (a) => Math.ceil(a)),
    round: numeric("round(a)", 1, (a) => round(a)),
    min: extreme("min(a, b, …)", Math.min),
    max: extreme("max(a, b, …)", Math.max),
    length: ofText("length(text)", 1, "number", (text) => [...text].length),
    contains: ofText('contains(text, "part")', 2, "boolean", (text, part) => text.includes(part)),
    startsWith: ofText('startsWith(text, "part")', 2, "boolean", (text, part) => text.startsWith(part)),
    endsWith: ofText('endsWith(text, "part")', 2, "boolean", (text, part) => text.endsWith(part)),
    date: ofText('date("2024-01-31")', 1, "number", (text) => (Column.parseDate(text) ?? Number.NaN) / 86_400_000)
  })
)
