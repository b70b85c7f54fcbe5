import * as Tree from "@rocflow/learners/Tree"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Definitions from "../../src/Definitions.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Registry from "../../src/pipeline/Registry.ts"

const registry = Result.getOrThrow(Registry.make(Definitions.all))
const withTree = Result.getOrThrow(Registry.make([...Definitions.all, Tree.definition]))
const failure = (result: Result.Result<unknown, Registry.RegistryError>) => Result.getOrThrow(Result.flip(result))

describe("make", () => {
  it("takes the same definition twice", () => {
    const twice = Result.getOrThrow(Registry.make([Nn.reluDefinition, Nn.tanhDefinition, Nn.reluDefinition]))
    expect([...twice.definitions.keys()]).toEqual(["Nn.relu", "Nn.tanh"])
  })

  it("refuses two definitions with one id", () => {
    const impostor = { ...Optimizer.adamDefinition, id: "Nn.relu" }
    const error = failure(Registry.make([Nn.reluDefinition, impostor]))
    expect(error.message).toMatch(/^"Nn\.relu" is defined twice, .*layer.*optimizer; give one of them another id$/)
    const twin = failure(Registry.make([Nn.reluDefinition, { ...Nn.reluDefinition }]))
    expect(twin.message).toMatch(/^"Nn\.relu" is defined twice, /)
  })
})

describe("find", () => {
  it("finds every definition by its id and kind", () => {
    for (const definition of Definitions.all) {
      expect(Result.getOrThrow(Registry.find(registry, definition.id, definition.kind))).toBe(definition)
    }
  })

  it("does not find a definition of another kind", () => {
    const { message } = failure(Registry.find(registry, "auc", "layer"))
    expect(message).toBe('"auc" is not a known layer; write it among measures')
    const learner = failure(Registry.find(withTree, "Tree", "layer", "head", "loss", "model"))
    expect(learner.message).toBe(
      '"Tree" is not a known stage; it is a learner: write it in the place of a whole pipeline, as { type, preprocess: [stages before it] }'
    )
    expect(failure(Registry.find(registry, "Target.log", "preprocess", "layer")).message).toBe(
      '"Target.log" is not a known preprocess or layer; write it in the list `target` of a regression\'s model or learner'
    )
  })

  it.each([
    ["Nn.liner", "Nn.linear"],
    ["nn.linear", "Nn.linear"],
    ["Nn.Dropout", "Nn.dropout"],
    ["Nn.gulu", "Nn.gelu"]
  ])("asks whether %s was meant to be %s", (written, meant) => {
    expect(failure(Registry.find(registry, written, "layer", "head")).message).toBe(
      `"${written}" is not a known layer or head; did you mean "${meant}"?`
    )
  })

  it("says how the members of a family are written, and else lists those alone that begin alike", () => {
    expect(failure(Registry.find(registry, "model", "model")).message).toBe(
      '"model" is not a known model; write Model.classif or Model.regr'
    )
    expect(failure(Registry.find(registry, "Optimizer.levenberg", "layer", "optimizer")).message).toMatch(
      /^"Optimizer.levenberg" is not a known layer or optimizer; known are Optimizer\.sgd, [^N]*$/
    )
  })

  it("lists what is known when nothing is close", () => {
    expect(failure(Registry.find(registry, "Convolution", "optimizer")).message).toBe(
      `"Convolution" is not a known optimizer; known are ${Registry.ofKind(registry, "optimizer")
        .map(({ id }) => id)
        .join(", ")}`
    )
  })
})

describe("ofKind", () => {
  it("gives the definitions of some kinds in their order", () => {
    expect(Registry.ofKind(registry, "measure")).toEqual(Measure.definitions)
    expect(Registry.ofKind(registry, "loss")).toEqual([])
    const optimizers = [Optimizer.sgdDefinition, Optimizer.adamDefinition]
    const small = Result.getOrThrow(Registry.make([Nn.headDefinition, ...optimizers, Nn.reluDefinition, Measure.auc]))
    expect(Registry.ofKind(small, "optimizer", "head")).toEqual([Nn.headDefinition, ...optimizers])
  })
})
