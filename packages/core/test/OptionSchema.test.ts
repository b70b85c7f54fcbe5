import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../src/OptionSchema.ts"

const options = Schema.Struct({
  units: OptionSchema.required(OptionSchema.count(1), "Outputs of the layer", 16),
  bias: OptionSchema.withDefault(Schema.Boolean, true, "Whether units have an intercept"),
  rate: OptionSchema.optional(OptionSchema.fraction, "The share that is left out", 0.2),
  silent: Schema.optionalKey(Schema.String)
})

describe("options", () => {
  it("say what they are, with the default or an example", () => {
    const said = options.ast.propertySignatures.map((signature) => [
      signature.name,
      OptionSchema.saidOf(signature) ?? "nothing"
    ])
    assert.deepStrictEqual(said, [
      ["units", { description: "Outputs of the layer", example: 16 }],
      ["bias", { description: "Whether units have an intercept", default: true, example: true }],
      ["rate", { description: "The share that is left out", example: 0.2 }],
      ["silent", "nothing"]
    ])
  })

  it("are read as without words", () => {
    const read = Schema.decodeUnknownSync(options)
    assert.deepStrictEqual(read({ units: 2 }), { units: 2, bias: true })
    assert.deepStrictEqual(read({ units: 2, bias: false, rate: 0.5 }), { units: 2, bias: false, rate: 0.5 })
    assert.throws(() => read({}), /units/)
    assert.throws(() => read({ units: 2, rate: 2 }), /rate/)
  })
})
