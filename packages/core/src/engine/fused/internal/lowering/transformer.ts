/**
 * A block of a transformer: attention and two dense layers, each normalised before and added to what came in.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Region } from "../arena.ts"
import type { Draws, Operation, Place } from "../operation.ts"
import { activation, gate, Kind } from "./activations.ts"
import { attention } from "./attention.ts"
import { maskOf } from "./dropout.ts"
import { linear } from "./linear.ts"
import { layerNorm } from "./norms.ts"

/** The options of the layer, with every default. */
interface Options {
  readonly heads: number
  readonly activation: "reglu" | "geglu" | "relu" | "gelu"
  readonly attentionDropout: number
  readonly hiddenDropout: number
  readonly residualDropout: number
  readonly firstNorm: boolean
}

const activations: Readonly<Record<Options["activation"], (place: Place) => Operation>> = {
  relu: activation(Kind.relu),
  gelu: activation(Kind.gelu),
  reglu: gate(Kind.relu),
  geglu: gate(Kind.gelu)
}

const norm = layerNorm({ epsilon: 1e-5 })

/** Values of rows and their gradient. */
interface Arrays {
  readonly value: Region
  readonly gradient: Region
  readonly shape: Shape.Shape
}

/** The block: x ← x + attention(norm(x)), then x ← x + contract(activation(expand(norm(x)))). */
export const transformer =
  (options: Options) =>
  (place: Place): Operation => {
    const { arena, draws, input, kernels, output, parameterShapes, parameters, rows, shape } = place
    const [tokens = 1] = shape
    const size = Shape.size(shape)
    // Parameters: of the first norm, of attention, of the second norm, of "expand" and of "contract".
    const first = options.firstNorm ? 2 : 0

    const arrays = (of: Shape.Shape): Arrays => {
      const numbers = rows * Shape.size(of)
      return { value: arena.shared(numbers), gradient: arena.shared(numbers), shape: of }
    }
    const given = { value: input, shape }
    const before = options.firstNorm ? arrays(shape) : undefined
    const [added, between, normal] = [arrays(shape), arrays(shape), arrays(shape)]
    const expanded = arrays([tokens, parameterShapes[first + 6]![1]!])
    const hidden = arrays([tokens, parameterShapes[first + 8]![0]!])
    const regions = [before, added, between, normal, expanded, hidden].flatMap((one) =>
      one === undefined ? [] : [one.value, one.gradient]
    )

    /** Where a part of the block stands: what it reads and writes, and which parameters are its own. */
    const part = (
      from: Omit<Arrays, "gradient">,
      to: Arrays,
      own: readonly [from: number, count: number] = [0, 0]
    ) => ({
      ...place,
      input: from.value,
      inputShape: from.shape,
      output: to.value,
      shape: to.shape,
      parameters: parameters.slice(own[0], own[0] + own[1])
    })
    const firstNorm = before && norm(part(given, before, [0, 2]))
    const mixing = attention(part(before ?? given, added, [first, 4]), {
      heads: options.heads,
      rate: options.attentionDropout
    })
    const secondNorm = norm(part(between, normal, [first + 4, 2]))
    const expand = linear(part(normal, expanded, [first + 6, 2]))
    const bend = activations[options.activation](part(expanded, hidden))
    const contract = linear(part(hidden, added, [first + 8, 2]))

    const mixedMask = maskOf(place, options.residualDropout, size)
    const hiddenMask = maskOf(place, options.hiddenDropout, Shape.size(hidden.shape))
    const contractedMask = maskOf(place, options.residualDropout, size)
    const masks = [mixedMask, hiddenMask, contractedMask].flatMap((mask) => (mask === undefined ? [] : [mask.factors]))
    const parts = [firstNorm, mixing, secondNorm, expand, bend, contract]

    /** Drops entries of an array, in their place. */
    const drop = (mask: typeof hiddenMask, used: number, drawn: Draws | undefined, of: Region): void => {
      if (mask === undefined || drawn === undefined) return
      mask.draw(used, drawn)
      mask.apply(used, of, of)
    }

    return {
      own: [...regions, ...masks, ...parts.flatMap((one) => one?.own ?? [])],
      forward: (used, training) => {
        const drawn = training ? draws() : undefined
        const n = used * size
        firstNorm?.forward(used, training)
        mixing.forward(used, drawn)
        drop(mixedMask, used, drawn, added.value)
        kernels.add(n, input.at, added.value.at, between.value.at)
        secondNorm.forward(used, training)
        expand.forward(used, training)
        bend.forward(used, training)
        drop(hiddenMask, used, drawn, hidden.value)
        contract.forward(used, training)
        drop(contractedMask, used, drawn, added.value)
        kernels.add(n, between.value.at, added.value.at, output.at)
      },
      backward: (used, { input: dx, output: dy, parameters: gradients }) => {
        const n = used * size
        const own = (from: number, count: number) => gradients.slice(from, from + count)
        /** The gradient before a residual was dropped: the given one may have other readers, so it is not overwritten. */
        const undropped = (mask: typeof mixedMask, of: Region): Region => {
          mask?.apply(used, of, added.gradient)
          return mask === undefined ? of : added.gradient
        }
        contract.backward(used, {
          output: undropped(contractedMask, dy),
          input: hidden.gradient,
          parameters: own(first + 8, 2)
        })
        hiddenMask?.apply(used, hidden.gradient, hidden.gradient)
        bend.backward(used, { output: hidden.gradient, input: expanded.gradient, parameters: [] })
        expand.backward(used, { output: expanded.gradient, input: normal.gradient, parameters: own(first + 6, 2) })
        secondNorm.backward(used, { output: normal.gradient, input: between.gradient, parameters: own(first + 4, 2) })
        kernels.add(n, between.gradient.at, dy.at, between.gradient.at)
        const mixed = { output: undropped(mixedMask, between.gradient), parameters: own(first, 4) }
        if (firstNorm === undefined || before === undefined) mixing.backward(used, { ...mixed, input: dx })
        else {
          mixing.backward(used, { ...mixed, input: before.gradient })
          firstNorm.backward(used, { output: before.gradient, input: dx, parameters: own(0, 2) })
        }
        if (dx !== undefined) kernels.add(n, dx.at, between.gradient.at, dx.at)
      }
    }
  }
