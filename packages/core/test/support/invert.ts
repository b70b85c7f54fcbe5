/** A change of tensors as a user defines one. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../src/OptionSchema.ts"
import * as Image from "../../src/pipeline/Image.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"

/** How many rows were changed. */
export const count = { rows: 0 }

const definition = Image.define({
  id: "Mine.invert",
  summary: "Makes white of black, and counts the rows",
  options: Schema.Struct({ columns: Schema.optionalKey(OptionSchema.names) }),
  change: () => ({
    shape: Result.succeed,
    kernel: () => (from, to) => {
      count.rows += 1
      from.forEach((value, i) => {
        to[i] = 1 - value
      })
    }
  })
})

export const invert = () => Preprocess.stage(definition)
