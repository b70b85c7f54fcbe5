/**
 * The messages of ONNX as bytes: a model with its graph, nodes, attributes and tensors.
 *
 * Numbers of fields are those of onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 8).
 */
import { type Bytes, bytes, float, floats, integer, integers, join, text } from "./protobuf.ts"

/** The types of tensors that are used here, with their numbers in `TensorProto.DataType`. */
export const types = { float: 1, int64: 7, string: 8, bool: 9, double: 11 } as const

/** @category models */
export type Type = keyof typeof types

/** A tensor with its values: a constant. */
export type Constant =
  | { readonly type: "float"; readonly shape: ReadonlyArray<number>; readonly values: Float32Array }
  | { readonly type: "double"; readonly shape: ReadonlyArray<number>; readonly values: Float64Array }
  | { readonly type: "int64"; readonly shape: ReadonlyArray<number>; readonly values: BigInt64Array }
  | { readonly type: "string"; readonly shape: ReadonlyArray<number>; readonly values: ReadonlyArray<string> }

/** An attribute of a node. Whole numbers are integers; say `{ float: 1 }` where a float is meant. */
export type Attribute =
  | number
  | string
  | { readonly float: number }
  | { readonly floats: ReadonlyArray<number> }
  | { readonly ints: ReadonlyArray<number> }
  | { readonly strings: ReadonlyArray<string> }
  | { readonly tensor: Constant }

/** A node of a graph. */
export interface Node {
  readonly type: string
  readonly domain: string
  readonly inputs: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<string>
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** An input or output: sizes that are known, or names of those that are not. */
export interface Value {
  readonly name: string
  readonly type: Type
  readonly shape: ReadonlyArray<number | string>
  readonly description?: string
}

/** A whole model. */
export interface Model {
  readonly producer: string
  readonly description: string
  /** The version of each domain of operators. */
  readonly opsets: Readonly<Record<string, number>>
  readonly metadata: Readonly<Record<string, string>>
  readonly nodes: ReadonlyArray<Node>
  readonly constants: ReadonlyMap<string, Constant>
  readonly inputs: ReadonlyArray<Value>
  readonly outputs: ReadonlyArray<Value>
}

const irVersion = 8

const rawOf = (values: Float32Array | Float64Array | BigInt64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

const tensor = (constant: Constant, name = ""): Bytes =>
  join([
    integers(1, constant.shape),
    integer(2, types[constant.type]),
    ...(constant.type === "string"
      ? constant.values.map((value) => text(6, value))
      : [bytes(9, rawOf(constant.values))]),
    ...(name === "" ? [] : [text(8, name)])
  ])

const kinds = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const

const attribute = (name: string, value: Attribute): Bytes => {
  const of = (kind: keyof typeof kinds, content: Bytes) => join([text(1, name), content, integer(20, kinds[kind])])
  if (typeof value === "number") return of("int", integer(3, value))
  if (typeof value === "string") return of("string", text(4, value))
  if ("float" in value) return of("float", float(2, value.float))
  if ("floats" in value) return of("floats", floats(7, value.floats))
  if ("ints" in value) return of("ints", integers(8, value.ints))
  if ("strings" in value) return of("strings", join(value.strings.map((each) => text(9, each))))
  return of("tensor", bytes(5, tensor(value.tensor)))
}

const node = ({ attributes, domain, inputs, outputs, type }: Node): Bytes =>
  join([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
    ...(domain === "" ? [] : [text(7, domain)])
  ])

const value = ({ description, name, shape, type }: Value): Bytes => {
  const dimension = (size: number | string) => bytes(1, typeof size === "number" ? integer(1, size) : text(2, size))
  const ofTensor = join([integer(1, types[type]), bytes(2, join(shape.map(dimension)))])
  return join([
    text(1, name),
    bytes(2, bytes(1, ofTensor)),
    ...(description === undefined ? [] : [text(3, description)])
  ])
}

const graph = ({ constants, inputs, nodes, outputs }: Model): Bytes =>
  join([
    ...nodes.map((each) => bytes(1, node(each))),
    text(2, "rocflow"),
    ...Array.from(constants, ([name, constant]) => bytes(5, tensor(constant, name))),
    ...inputs.map((each) => bytes(11, value(each))),
    ...outputs.map((each) => bytes(12, value(each)))
  ])

const pair = (key: string, content: string): Bytes => join([text(1, key), text(2, content)])

/** Writes a model as the bytes of an `.onnx` file. */
export const toBytes = (model: Model): Bytes =>
  join([
    integer(1, irVersion),
    text(2, model.producer),
    text(6, model.description),
    bytes(7, graph(model)),
    ...Object.entries(model.opsets).map(([domain, version]) =>
      bytes(8, join([...(domain === "" ? [] : [text(1, domain)]), integer(2, version)]))
    ),
    ...Object.entries(model.metadata).map(([key, content]) => bytes(14, pair(key, content)))
  ])
