/**
 * `Preprocess.derive`: columns computed of others.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import type { PipelineError } from "../../PipelineError.ts"
import { evaluate } from "../expression/evaluate.ts"
import { parse } from "../expression/parse.ts"
import type { Problem } from "../expression/tokens.ts"
import { toColumn } from "../expression/values.ts"
import { define, type Stage, stage } from "./define.ts"

/** A problem, with the place where it is, counted from 1. */
const located = (source: string, { at, message }: Problem): string =>
  `character ${at + 1} of ${JSON.stringify(source)}: ${message}`

const Expression = Schema.NonEmptyString.check(
  Schema.makeFilter((source) =>
    Result.match(parse(source), { onSuccess: () => undefined, onFailure: (problem) => located(source, problem) })
  )
)

const Expressions = Schema.Record(Schema.NonEmptyString, Expression)

const DeriveOptions = Schema.Struct({
  columns: OptionSchema.required(Expressions, "Expressions by the names of the columns that they make", {
    ratio: "dose / weight"
  })
})

const derived = (
  expressions: typeof Expressions.Type,
  features: Features.Features
): Result.Result<Features.Features, PipelineError> =>
  Object.entries(expressions).reduce<Result.Result<Features.Features, PipelineError>>(
    (made, [name, source]) =>
      Result.flatMap(made, (now) =>
        Result.match(
          Result.flatMap(parse(source), (node) => evaluate(node, now)),
          {
            onSuccess: (value) =>
              Result.succeed(Features.make([...now.columns, [name, toColumn(value)] as const], now.rows)),
            onFailure: (problem) => Features.fail("Preprocess.derive", `column "${name}", ${located(source, problem)}`)
          }
        )
      ),
    Result.succeed(features)
  )

/** `Preprocess.derive` as a definition, for registries. @category definitions */
export const deriveDefinition = define({
  id: "Preprocess.derive",
  summary: "Adds columns that expressions compute of others",
  options: DeriveOptions,
  state: Expressions,
  fit: ({ columns }, features) => Result.map(derived(columns, features), () => columns),
  apply: derived
})

/**
 * Adds columns that are computed row by row of others, each by an expression; one of a name that is there takes its place.
 * Later expressions may use the columns of earlier ones. Nothing is learned.
 *
 * An expression has
 * - columns by name, in `backticks` where the name is no word of letters, digits, `_` and `.`: numbers, truth values, text
 *   (and factors), dates as days since 1970-01-01;
 * - numbers, `"text"` and `'text'`, `true` and `false`;
 * - from what binds least: `or`, `and`, `not` (also `||`, `&&`, `!`); `==`, `!=`, `<`, `<=`, `>`, `>=`, `in ("a", "b")`; `+`,
 *   `-`; `*`, `/`, `%` (with the sign of the divisor); `-a`; `^`, from right to left, so that −2^2 is −4;
 * - `if(condition, then, else)`, `coalesce(a, b, …)` (the first that is there), `isMissing(a)`;
 * - of numbers `abs`, `sign`, `sqrt`, `cbrt`, `exp`, `log` (natural), `log2`, `log10`, `log1p`, `sin`, `cos`, `tan`, `atan2`,
 *   `floor`, `ceil`, `round` (halves away from 0), `min`, `max`;
 * - of text `length`, `contains(text, part)`, `startsWith`, `endsWith`, `date("2024-01-31")`.
 *
 * Truth values count as 1 and 0 where numbers are wanted, and nothing else is turned into another type. What is computed of a
 * missing value is missing; but `false and …` is false and `true or …` is true whatever the other is. A number that is not finite,
 * as of a division by 0 or the logarithm of a negative one, is missing.
 *
 * Errors: `PipelineError` with the character at which an expression cannot be read, names an unknown column or function, or
 * uses one type where another is needed. An expression is data, and runs no code: it is safe in files of others.
 *
 * *Gotcha*: the columns that expressions use are not in the type of the pipeline; and a later stage that names a derived column
 * asks the task for it there: describe it instead, `Select.matching(/^ratio$/)`. A name that JavaScript takes for an array
 * index, such as `1`, comes before all others.
 *
 * @example
 * Preprocess.derive({ columns: { ratio: "dose / weight", big: "age > 60", site: 'if(site in ("a", "b"), site, "other")' } })
 * @category stages
 */
export const derive = (options: typeof DeriveOptions.Encoded): Stage<never> => stage<never>(deriveDefinition, options)
