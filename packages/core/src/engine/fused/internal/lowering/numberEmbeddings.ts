/**
 * Embeddings of numbers by waves at learned frequencies.
 */
import * as Shape from "../../../../pipeline/Shape.ts"
import type { Operation, Place } from "../operation.ts"
import { activation, Kind } from "./activations.ts"
import { linear } from "./linear.ts"
import { perFeature } from "./perFeature.ts"

/** Sines beside cosines of each number, through a dense layer of its feature or of all, then relu. */
export const periodicEmbedding =
  ({ relu, shared }: { readonly relu: boolean; readonly shared: boolean }) =>
  (place: Place): Operation => {
    const { arena, input, kernels, output, parameterShapes, parameters, rows, shape } = place
    const [frequencies] = parameters
    const [features = 1, count = 1] = parameterShapes[0]!
    const wide = [features, 2 * count]
    const [waves, dWaves] = [arena.shared(rows * Shape.size(wide)), arena.shared(rows * Shape.size(wide))]
    const dVectors = arena.shared(rows * Shape.size(shape))
    const [half, stride] = [4 * count, 8 * count]

    const dense = (shared ? linear : perFeature)({
      ...place,
      input: waves,
      inputShape: wide,
      parameters: parameters.slice(1),
      parameterShapes: parameterShapes.slice(1)
    })
    // Done in place: its output is above 0 where what came in was.
    const bend = relu ? activation(Kind.relu)({ ...place, input: output, inputShape: shape }) : undefined
    return {
      own: [waves, dWaves, dVectors, ...(dense.own ?? [])],
      forward: (used, training) => {
        kernels.waves(used, features, count, input.at, frequencies!.at, 0, waves.at, waves.at + half, stride)
        dense.forward(used, training)
        bend?.forward(used, training)
      },
      backward: (used, { input: dx, output: dy, parameters: [dFrequencies, ...others] }) => {
        bend?.backward(used, { output: dy, input: dVectors, parameters: [] })
        dense.backward(used, { output: bend === undefined ? dy : dVectors, input: dWaves, parameters: others })
        kernels.wavesBack(
          used,
          features,
          count,
          input.at,
          frequencies!.at,
          waves.at,
          waves.at + half,
          stride,
          dWaves.at,
          dWaves.at + half,
          dFrequencies!.at,
          0,
          dx?.at ?? 0
        )
      }
    }
  }

/** Each number beside a dense layer of its shifted cosines. */
export const pbldEmbedding = (place: Place): Operation => {
  const { arena, input, kernels, output, parameterShapes, parameters, rows, shape } = place
  const [frequencies, phases] = parameters
  const [features = 1, count = 1] = parameterShapes[0]!
  const size = shape[1]!
  const wide = [features, count]
  const narrow = [features, size - 1]
  const waveRegion = () => arena.shared(rows * Shape.size(wide))
  const [sines, cosines, dCosines] = [waveRegion(), waveRegion(), waveRegion()]
  const [vectors, dVectors] = [arena.shared(rows * Shape.size(narrow)), arena.shared(rows * Shape.size(narrow))]
  const dNumbers = arena.shared(rows * features)
  // Bytes of a number, of its vector and of both; from the waves of a feature to those of the next.
  const [one, others, both, stride] = [4, 4 * (size - 1), 4 * size, 4 * count]
  const dense = perFeature({
    ...place,
    input: cosines,
    inputShape: wide,
    output: vectors,
    shape: narrow,
    parameters: parameters.slice(2),
    parameterShapes: parameterShapes.slice(2)
  })
  const { add, copyRows, waves, wavesBack } = kernels
  return {
    own: [sines, cosines, dCosines, vectors, dVectors, dNumbers, ...(dense.own ?? [])],
    forward: (used, training) => {
      const n = used * features
      waves(used, features, count, input.at, frequencies!.at, phases!.at, sines.at, cosines.at, stride)
      dense.forward(used, training)
      copyRows(n, one, input.at, one, output.at, both)
      copyRows(n, others, vectors.at, others, output.at + one, both)
    },
    backward: (used, { input: dx, output: dy, parameters: [dFrequencies, dPhases, ...rest] }) => {
      const n = used * features
      copyRows(n, others, dy.at + one, both, dVectors.at, others)
      dense.backward(used, { output: dVectors, input: dCosines, parameters: rest })
      wavesBack(
        used,
        features,
        count,
        input.at,
        frequencies!.at,
        sines.at,
        cosines.at,
        stride,
        0,
        dCosines.at,
        dFrequencies!.at,
        dPhases!.at,
        dx?.at ?? 0
      )
      if (dx === undefined) return
      copyRows(n, one, dy.at, both, dNumbers.at, one)
      add(n, dx.at, dNumbers.at, dx.at)
    }
  }
}
