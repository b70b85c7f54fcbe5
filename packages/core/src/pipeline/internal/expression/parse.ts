/**
 * The grammar of the expression language. From what binds least to what binds most:
 *
 * ```
 * or, and, not, (== != < <= > >= in), (+ −), (* / %), unary −, ^
 * ```
 *
 * An operator becomes a call of the same name, so that there is one table of what can be called.
 */
import * as Result from "effect/Result"
import { type Problem, type Token, tokens } from "./tokens.ts"

/** A parsed expression. */
export type Node = { readonly at: number } & (
  | { readonly tag: "literal"; readonly value: number | string | boolean }
  | { readonly tag: "column"; readonly name: string }
  | { readonly tag: "call"; readonly name: string; readonly given: ReadonlyArray<Node> }
)

/** How deep brackets may stand in each other, and how many words there may be: far from where the stack ends. */
const deepest = 200
const longest = 2000

class Refused {
  readonly problem: Problem
  constructor(at: number, message: string) {
    this.problem = { at, message }
  }
}

const comparisons: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="])

/** Reads one expression; a descent by one function a level of the grammar, which leaves by `Refused`. */
const read = (list: ReadonlyArray<Token>): Node => {
  let place = 0
  let depth = 0
  const now = () => list[place]!
  const is = (text: string) => now().kind === "symbol" && now().text === text
  const take = (): Token => list[place++]!
  const expect = (text: string, why: string): void => {
    if (!is(text)) throw new Refused(now().at, `expected ${text} ${why}, found ${now().text}; add it`)
    take()
  }
  const call = (at: number, name: string, given: ReadonlyArray<Node>): Node => ({ tag: "call", at, name, given })

  /** Operators of one level, from left to right. */
  const chain = (operators: ReadonlyArray<string>, operand: () => Node): Node => {
    let left = operand()
    while (now().kind === "symbol" && operators.includes(now().text)) {
      const { at, text } = take()
      left = call(at, text, [left, operand()])
    }
    return left
  }

  const list_ = (): ReadonlyArray<Node> => {
    const items: Array<Node> = []
    if (!is(")")) {
      items.push(expression())
      while (is(",")) {
        take()
        items.push(expression())
      }
    }
    expect(")", "after what is in brackets")
    return items
  }

  const atom = (): Node => {
    const token = take()
    switch (token.kind) {
      case "number":
        return { tag: "literal", at: token.at, value: token.value }
      case "text":
        return { tag: "literal", at: token.at, value: token.text }
      case "name": {
        if (is("(")) {
          take()
          return call(token.at, token.text, list_())
        }
        const truth = token.text === "true" || token.text === "false"
        return truth
          ? { tag: "literal", at: token.at, value: token.text === "true" }
          : { tag: "column", at: token.at, name: token.text }
      }
      default: {
        if (token.kind === "symbol" && token.text === "(") {
          const inner = expression()
          expect(")", "after what is in brackets")
          return inner
        }
        throw new Refused(
          token.at,
          `expected a number, a text, a column or a bracket, found ${token.text}; ${token.text === "*" ? "powers are written with ^" : "add one"}`
        )
      }
    }
  }

  const power = (): Node => {
    const base = atom()
    if (!is("^")) return base
    const { at } = take()
    return call(at, "^", [base, deeper(unary)])
  }

  const unary = (): Node => {
    if (!is("-")) return power()
    const { at } = take()
    return call(at, "negative", [deeper(unary)])
  }

  const term = () => chain(["*", "/", "%"], unary)
  const sum = () => chain(["+", "-"], term)

  const comparison = (): Node => {
    const left = sum()
    if (is("in")) {
      const { at } = take()
      expect("(", "before the values")
      return call(at, "in", [left, ...list_()])
    }
    if (now().kind !== "symbol" || !comparisons.has(now().text)) return left
    const { at, text } = take()
    const made = call(at, text, [left, sum()])
    if (now().kind === "symbol" && comparisons.has(now().text)) {
      throw new Refused(now().at, `a second comparison ${now().text} of one value; join two by and: a < b and b < c`)
    }
    return made
  }

  const not = (): Node => {
    if (!is("not")) return comparison()
    const { at } = take()
    return call(at, "not", [deeper(not)])
  }

  const deeper = (inner: () => Node): Node => {
    if (++depth > deepest) throw new Refused(now().at, `is more than ${deepest} levels deep; split it into two columns`)
    const node = inner()
    depth--
    return node
  }

  const and = () => chain(["and"], not)
  const expression = (): Node => deeper(() => chain(["or"], and))

  const whole = expression()
  if (now().kind !== "end") {
    throw new Refused(
      now().at,
      `expected an operator or the end, found ${now().text}; see the operators of Preprocess.derive`
    )
  }
  return whole
}

/** Parses an expression; a problem says where it is. */
export const parse = (source: string): Result.Result<Node, Problem> =>
  Result.flatMap(tokens(source), (list) => {
    const beyond = list[longest]
    if (beyond !== undefined) {
      return Result.fail({ at: beyond.at, message: `is the end of ${longest} words; split it into two columns` })
    }
    try {
      return Result.succeed(read(list))
    } catch (error) {
      if (error instanceof Refused) return Result.fail(error.problem)
      throw error
    }
  })
