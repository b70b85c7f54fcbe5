/**
 * A graph that is written node by node. Names of tensors are given here; a tensor is known by its name.
 */
import { OnnxError } from "../OnnxError.ts"
import type { Attribute, Constant, Node, Value } from "./messages.ts"

/** The name of a tensor in the graph. */
export type Name = string

/** Domain of the classic operators of machine learning: label encoders, trees. */
export const classic = "ai.onnx.ml"

/** A graph under construction. @category models */
export interface Builder {
  /** Adds a node of one output. */
  readonly op: (type: string, inputs: ReadonlyArray<Name>, attributes?: Node["attributes"], domain?: string) => Name
  /** Adds a node of several outputs. */
  readonly ops: (
    type: string,
    inputs: ReadonlyArray<Name>,
    outputs: number,
    attributes?: Readonly<Record<string, Attribute>>
  ) => ReadonlyArray<Name>
  readonly constant: (constant: Constant) => Name
  /** A constant in double precision; of shape [numbers] unless said otherwise. */
  readonly doubles: (values: ArrayLike<number>, shape?: ReadonlyArray<number>) => Name
  readonly floats: (values: Float32Array, shape: ReadonlyArray<number>) => Name
  readonly ints: (values: ReadonlyArray<number>, shape?: ReadonlyArray<number>) => Name
  readonly strings: (values: ReadonlyArray<string>, shape?: ReadonlyArray<number>) => Name
  readonly input: (value: Value) => Name
  /** Gives a tensor to the outside, by the name of the output. */
  readonly output: (value: Value, from: Name) => void
  readonly nodes: ReadonlyArray<Node>
  readonly constants: ReadonlyMap<string, Constant>
  readonly inputs: ReadonlyArray<Value>
  readonly outputs: ReadonlyArray<Value>
}

/** Starts a graph whose inputs have these names, which nothing else will have. @category constructors */
export const make = (taken: ReadonlyArray<string> = []): Builder => {
  const names = new Set([...taken, "label", "probabilities", "score", "value"])
  const nodes: Array<Node> = []
  const constants = new Map<string, Constant>()
  const inputs: Array<Value> = []
  const outputs: Array<Value> = []
  const small = new Map<string, Name>()
  let count = 0
  const fresh = (what: string): Name => {
    const name = `${what}_${++count}`
    return names.has(name) ? fresh(what) : name
  }
  const ops: Builder["ops"] = (type, given, outputs, attributes = {}) => {
    const names = Array.from({ length: outputs }, () => fresh(type))
    nodes.push({ type, domain: "", inputs: given, outputs: names, attributes })
    return names
  }
  const constant = (given: Constant): Name => {
    // Small constants come up again and again.
    const key = given.values.length > 16 ? undefined : `${given.type} ${given.shape.join()} ${given.values.join("\0")}`
    const known = key === undefined ? undefined : small.get(key)
    if (known !== undefined) return known
    const name = fresh("constant")
    constants.set(name, given)
    if (key !== undefined) small.set(key, name)
    return name
  }
  return {
    nodes,
    constants,
    inputs,
    outputs,
    ops,
    constant,
    op: (type, given, attributes = {}, domain = "") => {
      const name = fresh(type)
      nodes.push({ type, domain, inputs: given, outputs: [name], attributes })
      return name
    },
    doubles: (values, shape = [values.length]) =>
      constant({ type: "double", shape, values: Float64Array.from(values) }),
    floats: (values, shape) => constant({ type: "float", shape, values }),
    ints: (values, shape = [values.length]) =>
      constant({ type: "int64", shape, values: BigInt64Array.from(values, BigInt) }),
    strings: (values, shape = [values.length]) => constant({ type: "string", shape, values }),
    input: (value) => {
      inputs.push(value)
      return value.name
    },
    output: (value, from) => {
      outputs.push(value)
      nodes.push({ type: "Identity", domain: "", inputs: [from], outputs: [value.name], attributes: {} })
    }
  }
}

/** Numbers of the ONNX types, for `Cast`. */
export const cast = (to: Builder, name: Name, type: "float" | "double" | "int64"): Name =>
  to.op("Cast", [name], { to: { float: 1, double: 11, int64: 7 }[type] })

/** Ends the writing of a model: the edge turns it into the error of the effect. */
export const refuse = (part: string, rule: string, advice: string): never => {
  throw new OnnxError({ part, rule, advice })
}

/** A column of ones, [rows, 1], whatever the columns are. */
export const ones = (to: Builder): Name => {
  const [first] = to.inputs
  if (first === undefined)
    return refuse("a model of arrays alone", "has no column to count rows by", "give it another feature")
  const count = to.op("Shape", [first.name], { start: 0, end: 1 })
  return to.op("ConstantOfShape", [to.op("Concat", [count, to.ints([1])], { axis: 0 })], {
    value: { tensor: { type: "double", shape: [1], values: Float64Array.of(1) } }
  })
}
