/**
 * Gives a parsed expression its values. There is no other check of types: what fails on no row fails on none.
 */
import * as Result from "effect/Result"
import { meant } from "../../../internal/suggest.ts"
import type { Features } from "../../Features.ts"
import { operations } from "./operations.ts"
import type { Node } from "./parse.ts"
import type { Problem } from "./tokens.ts"
import { constant, fromColumn, type Value } from "./values.ts"

const there = (names: ReadonlyArray<string>): string =>
  `there are ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`

const functions = Array.from(operations.keys()).filter(
  (name) => /^[a-z]/i.test(name) && !["and", "or", "not", "in", "negative"].includes(name)
)

/** Evaluates an expression on features; a problem says which part of it is the cause. */
export const evaluate = (node: Node, features: Features): Result.Result<Value, Problem> => {
  switch (node.tag) {
    case "literal":
      return Result.succeed(constant(node.value, features.rows))
    case "column": {
      const column = features.columns.get(node.name)
      if (column === undefined) {
        const names = [...features.columns.keys()]
        return Result.fail({
          at: node.at,
          message: `no feature column "${node.name}" reaches this stage; ${meant(node.name, names, there(names))}`
        })
      }
      const value = fromColumn(column)
      return value === undefined
        ? Result.fail({
            at: node.at,
            message: `column "${node.name}" is a tensor, which has no numbers here; leave it out`
          })
        : Result.succeed(value)
    }
    case "call": {
      const operation = operations.get(node.name)
      if (operation === undefined) {
        return Result.fail({
          at: node.at,
          message: `there is no function "${node.name}"; ${meant(node.name, functions, `there are ${functions.join(", ")}`)}`
        })
      }
      return Result.flatMap(Result.all(node.given.map((given) => evaluate(given, features))), (values) =>
        Result.mapError(operation.run(values, features.rows), ({ given, message }) => ({
          at: node.given[given]?.at ?? node.at,
          message: given < 0 ? `${node.name} ${message}` : message
        }))
      )
    }
  }
}
