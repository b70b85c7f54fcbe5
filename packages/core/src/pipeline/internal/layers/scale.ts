/**
 * A learned diagonal: a factor for each feature.
 */
import * as Schema from "effect/Schema"
import { define, stage } from "./define.ts"
import { widthOf } from "./normalise.ts"
import { ones } from "./start.ts"

/** `Nn.scale` as a definition, for registries. @category definitions */
export const scaleDefinition = define({
  id: "Nn.scale",
  summary: "A learned factor for each position of the last axis",
  options: Schema.Struct({}),
  parameters: (_, input) => [{ name: "scale", shape: [widthOf(input)], initialise: ones }],
  forward: (_, input, [scale], { tf }) => tf.mul(input, scale!)
})

/**
 * Multiplies each position of the last axis (a feature) by a factor that is learned and starts as 1; the shape stays. Before
 * the first dense layer it lets a network choose its features softly: the scaling layer of RealMLP (Holzmüller, Grinsztajn
 * and Steinwart 2024), which learns at six times the rate of the others.
 *
 * @example
 * Preprocess.standardise().pipe(Ingress.numeric(), Nn.scale(), Nn.ntkLinear(256), Nn.selu())
 * @category stages
 */
export const scale = () => stage(scaleDefinition)
