/**
 * The words of the expression language.
 */
import * as Result from "effect/Result"

/** What is wrong with an expression, and where: `at` counts characters from 0. */
export interface Problem {
  readonly at: number
  readonly message: string
}

/** A word of an expression. Operators, brackets and the words `and`, `or`, `not`, `in` are symbols. */
export type Token = { readonly at: number; readonly text: string } & (
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text" | "name" | "symbol" | "end" }
)

const patterns = {
  number: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y,
  text: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y,
  quoted: /`[^`]+`/y,
  name: /[\p{L}_][\p{L}\p{N}_.]*/uy,
  symbol: /==|!=|<=|>=|&&|\|\||[-+*/%^<>!(),]/y
}

const words = new Map([
  ["and", "and"],
  ["or", "or"],
  ["not", "not"],
  ["in", "in"],
  ["&&", "and"],
  ["||", "or"],
  ["!", "not"]
])

const escaped = (text: string): string => text.slice(1, -1).replace(/\\(.)/gu, "$1")

const tokenAt = (source: string, at: number): readonly [token: Token, length: number] | undefined => {
  const found = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0]
  }
  const number = found(patterns.number)
  if (number !== undefined) return [{ kind: "number", at, text: number, value: Number(number) }, number.length]
  const text = found(patterns.text)
  if (text !== undefined) return [{ kind: "text", at, text: escaped(text) }, text.length]
  const quoted = found(patterns.quoted)
  if (quoted !== undefined) return [{ kind: "name", at, text: quoted.slice(1, -1) }, quoted.length]
  const word = found(patterns.name)
  if (word !== undefined) {
    const symbol = words.get(word)
    return [{ kind: symbol === undefined ? "name" : "symbol", at, text: symbol ?? word }, word.length]
  }
  const symbol = found(patterns.symbol)
  if (symbol === undefined) return undefined
  return [{ kind: "symbol", at, text: words.get(symbol) ?? symbol }, symbol.length]
}

/** Cuts an expression into its words, with an end. */
export const tokens = (source: string): Result.Result<ReadonlyArray<Token>, Problem> => {
  const list: Array<Token> = []
  let at = 0
  for (;;) {
    while (/\s/u.test(source[at] ?? "")) at++
    if (at >= source.length) return Result.succeed([...list, { kind: "end", at, text: "the end" }])
    const found = tokenAt(source, at)
    if (found === undefined) {
      const character = String.fromCodePoint(source.codePointAt(at)!)
      const advice =
        character === '"' || character === "'" || character === "`"
          ? `close the ${character}`
          : character === "="
            ? "write == to compare"
            : character === "&" || character === "|"
              ? `write ${character}${character}`
              : "see the operators of Preprocess.derive; a column of such a name stands in `backticks`"
      return Result.fail({ at, message: `${JSON.stringify(character)} begins nothing that is known; ${advice}` })
    }
    list.push(found[0])
    at += found[1]
  }
}
