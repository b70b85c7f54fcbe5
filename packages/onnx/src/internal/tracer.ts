/**
 * A stand-in for TensorFlow.js that computes nothing: each call of an operation writes a node of the graph. A layer is
 * written by running its forward pass once on such tensors, so that layers of one's own are written too, as long as they keep
 * to these operations.
 */
import type * as tf from "@tensorflow/tfjs-core"
import { OnnxError } from "../OnnxError.ts"
import { type Builder, type Name, refuse } from "./builder.ts"

/**
 * The number of rows, where a shape is asked for. It is prime and larger than any other size, so that sizes that depend on
 * the rows are known by it.
 */
export const rows = 2_147_483_647

/** A tensor of the graph with its shape, in which `rows` stands for the rows. */
export interface Traced {
  readonly name: Name
  readonly shape: ReadonlyArray<number>
  readonly rank: number
  readonly size: number
  readonly dtype: "float32" | "int32" | "bool"
}

/** Makes a tensor of the graph. */
export const traced = (name: Name, shape: ReadonlyArray<number>, dtype: Traced["dtype"] = "float32"): Traced => ({
  name,
  shape,
  dtype,
  rank: shape.length,
  size: shape.reduce((product, size) => product * size, 1)
})

const dependsOnRows = (size: number): boolean => size % rows === 0

const broadcast = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): ReadonlyArray<number> => {
  const length = Math.max(a.length, b.length)
  const from = (shape: ReadonlyArray<number>, i: number) => shape[i - (length - shape.length)] ?? 1
  return Array.from({ length }, (_, i) => (from(a, i) === 1 ? from(b, i) : from(a, i)))
}

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

const wholeFlat = (values: unknown): ReadonlyArray<number> =>
  Array.isArray(values)
    ? values.flatMap(wholeFlat)
    : ArrayBuffer.isView(values)
      ? [...(values as Float32Array)]
      : [Number(values)]

type Given = Traced | number

/** The operations of TensorFlow.js that a graph can have, by name. */
const operations = (to: Builder, input: Traced) => {
  const scalar = (value: number): Traced => traced(to.floats(Float32Array.of(value), []), [])
  const tensorOf = (given: Given): Traced => (typeof given === "number" ? scalar(given) : given)
  const one = (type: string) => (x: Given) => {
    const { name, shape } = tensorOf(x)
    return traced(to.op(type, [name]), shape)
  }
  const two = (type: string, dtype?: Traced["dtype"]) => (a: Given, b: Given) => {
    const [left, right] = [tensorOf(a), tensorOf(b)]
    return traced(to.op(type, [left.name, right.name]), broadcast(left.shape, right.shape), dtype)
  }
  /** Sizes as a tensor; those that depend on the rows are found when the graph runs. */
  const sizes = (shape: ReadonlyArray<number>): Name => {
    if (!shape.some(dependsOnRows)) return to.ints(shape)
    const count = to.op("Shape", [input.name], { start: 0, end: 1 })
    const parts = shape.map((size) =>
      dependsOnRows(size) ? to.op("Mul", [count, to.ints([size / rows])]) : to.ints([size])
    )
    return parts.length === 1 ? parts[0]! : to.op("Concat", parts, { axis: 0 })
  }
  const reshape = (x: Traced, shape: ReadonlyArray<number>) => {
    const known = shape.reduce((product, size) => (size < 0 ? product : product * size), 1)
    const full = shape.map((size) => (size < 0 ? x.size / known : size))
    const free = full.filter(dependsOnRows).length
    const target = free > 1 ? sizes(full) : to.ints(full.map((size) => (dependsOnRows(size) ? -1 : size)))
    return traced(to.op("Reshape", [x.name, target]), full, x.dtype)
  }
  const transpose = (x: Traced, order: ReadonlyArray<number> = x.shape.map((_, i) => x.rank - 1 - i)) =>
    traced(
      to.op("Transpose", [x.name], { perm: { ints: order } }),
      order.map((axis) => x.shape[axis]!),
      x.dtype
    )
  const swapped = (x: Traced) => transpose(x, [...x.shape.slice(0, -2).keys(), x.rank - 1, x.rank - 2])
  const reduced =
    (type: string) =>
    (x: Traced, axis?: number | ReadonlyArray<number>, keepDims = false) => {
      const all = axis === undefined ? [...x.shape.keys()] : typeof axis === "number" ? [axis] : axis
      const axes = all.map((each) => axisOf(each, x.rank))
      const shape = x.shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]))
      const keepdims = keepDims ? 1 : 0
      // The sum takes its axes as an input since version 13, the mean as an attribute until version 18.
      const name =
        type === "ReduceSum"
          ? to.op(type, [x.name, to.ints(axes)], { keepdims })
          : to.op(type, [x.name], { axes: { ints: axes }, keepdims })
      return traced(name, shape)
    }
  const mean = reduced("ReduceMean")
  const mul = two("Mul")
  const sub = two("Sub")
  const slice = (x: Traced, begin: ReadonlyArray<number>, size: ReadonlyArray<number>) => {
    const ends = begin.map((from, i) => (size[i] === -1 ? x.shape[i]! : from + size[i]!))
    const axes = to.ints([...begin.keys()])
    return traced(
      to.op("Slice", [x.name, sizes(begin), sizes(ends), axes]),
      x.shape.map((whole, i) => (i < begin.length ? ends[i]! - begin[i]! : whole)),
      x.dtype
    )
  }
  const channelsFirst = (x: Traced) => transpose(x, [0, 3, 1, 2])
  const channelsLast = (x: Traced) => transpose(x, [0, 2, 3, 1])
  const padsOf = (padding: ReadonlyArray<readonly [number, number]>) => {
    const [, [top, bottom] = [0, 0], [left, right] = [0, 0]] = padding
    return { ints: [top, left, bottom, right] }
  }
  const windowed = (size: number, reach: number, stride: number, [before, after]: readonly [number, number]): number =>
    Math.floor((size + before + after - reach) / stride) + 1
  type Pair = readonly [number, number]
  type Padding = ReadonlyArray<Pair>
  const pool = (type: "MaxPool" | "AveragePool") => (x: Traced, size: Pair, stride: Pair, padding: Padding) => {
    const name = to.op(type, [channelsFirst(x).name], {
      kernel_shape: { ints: size },
      strides: { ints: stride },
      pads: padsOf(padding)
    })
    const [n, height, width, channels] = x.shape as [number, number, number, number]
    const out = [windowed(height, size[0], stride[0], padding[1]!), windowed(width, size[1], stride[1], padding[2]!)]
    return channelsLast(traced(name, [n, channels, ...out]))
  }
  const conv2d = (x: Traced, kernel: Traced, stride: Pair, padding: Padding, _: string, dilation: Pair) => {
    const [high, wide, , filters] = kernel.shape as [number, number, number, number]
    const name = to.op("Conv", [channelsFirst(x).name, transpose(kernel, [3, 2, 0, 1]).name], {
      strides: { ints: stride },
      dilations: { ints: dilation },
      pads: padsOf(padding)
    })
    const [n, height, width] = x.shape as [number, number, number]
    const out = [
      windowed(height, dilation[0] * (high - 1) + 1, stride[0], padding[1]!),
      windowed(width, dilation[1] * (wide - 1) + 1, stride[1], padding[2]!)
    ]
    return channelsLast(traced(name, [n, filters, ...out]))
  }
  return {
    add: two("Add"),
    sub,
    mul,
    div: two("Div"),
    minimum: two("Min"),
    maximum: two("Max"),
    pow: two("Pow"),
    equal: two("Equal", "bool"),
    greater: two("Greater", "bool"),
    less: two("Less", "bool"),
    relu: one("Relu"),
    tanh: one("Tanh"),
    sigmoid: one("Sigmoid"),
    softplus: one("Softplus"),
    exp: one("Exp"),
    log: one("Log"),
    log1p: (x: Given) => traced(to.op("Log", [two("Add")(x, 1).name]), tensorOf(x).shape),
    neg: one("Neg"),
    abs: one("Abs"),
    sqrt: one("Sqrt"),
    square: (x: Traced) => mul(x, x),
    rsqrt: (x: Given) => one("Reciprocal")(one("Sqrt")(x)),
    reciprocal: one("Reciprocal"),
    sin: one("Sin"),
    cos: one("Cos"),
    erf: one("Erf"),
    clone: (x: Traced) => x,
    reshape,
    transpose,
    expandDims: (x: Traced, axis = 0) => {
      const at = axis < 0 ? axis + x.rank + 1 : axis
      return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])
    },
    squeeze: (x: Traced, axes: ReadonlyArray<number> = x.shape.flatMap((size, i) => (size === 1 ? [i] : []))) =>
      reshape(
        x,
        x.shape.filter((_, i) => !axes.includes(i))
      ),
    matMul: (a: Traced, b: Traced, transposeA = false, transposeB = false) => {
      const [left, right] = [transposeA ? swapped(a) : a, transposeB ? swapped(b) : b]
      const front = broadcast(left.shape.slice(0, -2), right.shape.slice(0, -2))
      return traced(to.op("MatMul", [left.name, right.name]), [...front, left.shape.at(-2)!, right.shape.at(-1)!])
    },
    softmax: (x: Traced, axis = -1) => traced(to.op("Softmax", [x.name], { axis: axisOf(axis, x.rank) }), x.shape),
    concat: (list: ReadonlyArray<Traced>, axis = 0) => {
      const [first] = list as [Traced]
      const at = axisOf(axis, first.rank)
      const size = list.reduce((sum, { shape }) => sum + shape[at]!, 0)
      const name = to.op(
        "Concat",
        list.map((each) => each.name),
        { axis: at }
      )
      return traced(name, first.shape.with(at, size))
    },
    split: (x: Traced, parts: number, axis = 0) => {
      const at = axisOf(axis, x.rank)
      const each = x.shape[at]! / parts
      return to
        .ops("Split", [x.name, to.ints(Array.from({ length: parts }, () => each))], parts, { axis: at })
        .map((name) => traced(name, x.shape.with(at, each)))
    },
    slice,
    gather: (x: Traced, indices: Traced, axis = 0) => {
      const at = axisOf(axis, x.rank)
      const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)]
      return traced(to.op("Gather", [x.name, indices.name], { axis: at }), shape)
    },
    tile: (x: Traced, repeats: ReadonlyArray<number>) =>
      traced(
        to.op("Tile", [x.name, to.ints(repeats)]),
        x.shape.map((size, i) => size * repeats[i]!)
      ),
    pad: (x: Traced, padding: ReadonlyArray<Pair>, value = 0) =>
      traced(
        to.op("Pad", [
          x.name,
          to.ints([...padding.map(([before]) => before), ...padding.map(([, after]) => after)]),
          to.floats(Float32Array.of(value), [])
        ]),
        x.shape.map((size, i) => size + padding[i]![0] + padding[i]![1])
      ),
    sum: reduced("ReduceSum"),
    mean,
    moments: (x: Traced, axis?: number | ReadonlyArray<number>, keepDims = false) => {
      const kept = mean(x, axis, true)
      const off = sub(x, kept)
      return { mean: keepDims ? kept : mean(x, axis), variance: mean(mul(off, off), axis, keepDims) }
    },
    argMax: (x: Traced, axis = 0) => {
      const at = axisOf(axis, x.rank)
      return traced(
        to.op("ArgMax", [x.name], { axis: at, keepdims: 0 }),
        x.shape.filter((_, i) => i !== at),
        "int32"
      )
    },
    oneHot: (x: Traced, depth: number) =>
      traced(to.op("OneHot", [x.name, to.ints([depth], []), to.floats(Float32Array.of(0, 1), [2])], { axis: -1 }), [
        ...x.shape,
        depth
      ]),
    cast: (x: Traced, dtype: Traced["dtype"]) =>
      traced(to.op("Cast", [x.name], { to: dtype === "float32" ? 1 : 7 }), x.shape, dtype),
    where: (condition: Traced, a: Traced, b: Traced) =>
      traced(to.op("Where", [condition.name, a.name, b.name]), broadcast(a.shape, b.shape)),
    zeros: (shape: ReadonlyArray<number>) =>
      traced(
        to.op("ConstantOfShape", [sizes(shape)], {
          value: { tensor: { type: "float", shape: [1], values: Float32Array.of(0) } }
        }),
        shape
      ),
    ones: (shape: ReadonlyArray<number>) =>
      traced(
        to.op("ConstantOfShape", [sizes(shape)], {
          value: { tensor: { type: "float", shape: [1], values: Float32Array.of(1) } }
        }),
        shape
      ),
    scalar: (value: number) => scalar(value),
    tensor: (values: unknown, shape?: ReadonlyArray<number>) => {
      const flat = wholeFlat(values)
      const known = shape ?? [flat.length]
      return traced(to.floats(Float32Array.from(flat), known), known)
    },
    conv2d,
    maxPool: pool("MaxPool"),
    avgPool: pool("AveragePool"),
    /** Nobody asks a graph for gradients. */
    customGrad:
      (f: (...given: ReadonlyArray<unknown>) => { readonly value: Traced }) =>
      (...given: ReadonlyArray<Traced>) =>
        f(...given, () => undefined).value
  }
}

/**
 * Writes what a function makes of tensors. `part` is what the function belongs to, for the error where it needs an
 * operation that is not here, or the numbers of a tensor.
 */
export const trace = (to: Builder, input: Traced, part: string, run: (given: typeof tf) => unknown): Traced => {
  const known: Readonly<Record<string, unknown>> = operations(to, input)
  const given = new Proxy(known, {
    get: (target, key) =>
      target[String(key)] ??
      (() =>
        refuse(
          part,
          `uses the operation ${String(key)} of TensorFlow.js, which is not written as ONNX`,
          "leave the layer out, or write it with other operations"
        ))
  })
  try {
    return run(given as unknown as typeof tf) as Traced
  } catch (error) {
    if (error instanceof OnnxError) throw error
    return refuse(
      part,
      `cannot be followed through its forward pass (${error instanceof Error ? error.message : String(error)})`,
      "leave the layer out, or write it with operations of TensorFlow.js alone"
    )
  }
}
