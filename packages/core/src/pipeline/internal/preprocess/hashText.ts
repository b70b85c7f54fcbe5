/**
 * `Preprocess.hashText`: text as counts of its words or letters.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import { addCounts } from "../numeric/hashedGrams.ts"
import { type ColumnsOption, columns, isCategory } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const id = "Preprocess.hashText"

const size = OptionSchema.count(1)

const Counting = {
  buckets: OptionSchema.withDefault(
    OptionSchema.count(2, 16_384, "each is a column"),
    256,
    "The number of columns that come out"
  ),
  unit: OptionSchema.withDefault(
    Schema.Literals(["word", "char", "charInWord"]),
    "word",
    "What is counted: words, characters, or characters within words"
  ),
  sizes: OptionSchema.withDefault(
    Schema.Tuple([size, size]).check(
      Schema.makeFilter(([least, most]) => (least <= most ? undefined : "Expected two sizes, the smaller one first"))
    ),
    [1, 1],
    "The least and the greatest number of units together"
  ),
  lowercase: OptionSchema.withDefault(Schema.Boolean, true, "Whether case is ignored"),
  signed: OptionSchema.withDefault(
    Schema.Boolean,
    true,
    "Whether half of the words count −1, so that collisions cancel out"
  ),
  norm: OptionSchema.withDefault(Schema.Literals(["l2", "l1", "none"]), "l2", "The norm of a row that is brought to 1")
}

const HashTextOptions = Schema.Struct({ columns, ...Counting })

const counted = (
  name: string,
  column: Column.Column,
  counting: (typeof HashTextOptions)["Type"]
): ReadonlyArray<Features.Entry> => {
  const rows = Column.length(column)
  const buckets = Array.from({ length: counting.buckets }, () => new Float64Array(rows))
  for (let row = 0; row < rows; row++) {
    const text = Column.toText(column, row)
    if (text === null) for (const bucket of buckets) bucket[row] = Number.NaN
    else addCounts(text, row, buckets, counting)
  }
  return buckets.map((values, i) => [`${name}.hash${i + 1}`, Column.numeric(values)])
}

/** `Preprocess.hashText` as a definition, for registries. @category definitions */
export const hashTextDefinition = define({
  id,
  summary: "Replaces text by counts of its words or letters, hashed into a fixed number of columns",
  options: HashTextOptions,
  state: Schema.Struct({ columns: Schema.Array(Schema.String), counting: Schema.Struct(Counting) }),
  fit: ({ columns: select, ...counting }, features) =>
    Result.flatMap(
      Features.chosen(features, id, select, (column) => column.type === "string"),
      (chosen) => {
        const wrong = chosen.find(([, column]) => !isCategory(column))
        return wrong === undefined
          ? Result.succeed({ columns: chosen.map(([name]) => name), counting })
          : Features.fail(
              id,
              `works on text, and column "${wrong[0]}" is of type ${wrong[1].type}; read it as string, or leave it out`
            )
      }
    ),
  sourceOf: ({ columns: names }, made) =>
    names.find((name) => made.startsWith(`${name}.hash`) && /^\d+$/.test(made.slice(name.length + 5))),
  apply: ({ columns: names, counting }, features) =>
    Features.expand(
      features,
      id,
      names.map((name) => [name, (column: Column.Column) => counted(name, column, counting)])
    )
})

/**
 * Replaces each text column t by `buckets` columns (default 256) `t.hash1`, `t.hash2`, …: its n-grams are counted, each in the
 * column that a hash of it names. Nothing is learned, so that words that were not there in training count too.
 *
 * `unit` is what an n-gram is made of: `"word"`, two letters or digits at least; `"char"`, characters across words; or
 * `"charInWord"`, characters of one word with a space before and after it, which forgives endings and slips. `sizes` are
 * the least and the greatest n, `[1, 2]` for words and pairs of neighbours. `lowercase` is there unless told otherwise.
 *
 * With `signed`, half of the n-grams count −1, so that those that meet in a column cancel instead of adding up; 16384 columns
 * are the most. `norm` divides a row by its Euclidean length, `"l2"`, or its sum of magnitudes, `"l1"`, so that long texts count
 * as short ones; `"none"` leaves the counts. A text without n-grams, such as an empty one, is 0; a missing one is missing in every
 * column, or 0 if `Preprocess.impute` puts "" in its place.
 *
 * *Gotcha*: the columns are dense, 8 bytes a row and bucket: 100 000 rows of 1024 buckets take 0.8 GB. Without `columns` it takes
 * text, and no factors.
 *
 * Source: Weinberger, Dasgupta, Langford, Smola and Attenberg, "Feature hashing for large scale multitask learning", ICML
 * 2009; the same numbers as scikit-learn's `HashingVectorizer`.
 *
 * @example
 * Preprocess.hashText({ columns: ["title"], unit: "charInWord", sizes: [3, 4], buckets: 128 })
 * @category stages
 */
export const hashText = <const Name extends string = never>(
  options: Omit<typeof HashTextOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(hashTextDefinition, options)
