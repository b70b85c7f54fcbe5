/**
 * Activations between the identity and a function, with a share that is learned.
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { define, stage } from "./define.ts"
import { functions } from "./functions.ts"
import { widthOf } from "./normalise.ts"
import { ones } from "./start.ts"

const Activation = Schema.Literals(["relu", "tanh", "sigmoid", "gelu", "silu", "elu", "selu", "softplus", "mish"])

/** `Nn.parametricActivation` as a definition, for registries. @category definitions */
export const parametricActivationDefinition = define({
  id: "Nn.parametricActivation",
  summary: "(1 − α)·x + α·f(x), with a share α that is learned for each position of the last axis",
  options: Schema.Struct({
    activation: OptionSchema.required(Activation, "The function that is mixed with the input", "mish")
  }),
  parameters: (_, input) => [{ name: "share", shape: [widthOf(input)], initialise: ones }],
  forward: ({ activation }, input, [share], { tf }) =>
    tf.add(input, tf.mul(tf.sub(functions[activation](input, tf), input), share!))
})

/**
 * Applies (1 − α)·x + α·f(x) to every entry, with a share α that is learned for each position of the last axis and starts as
 * 1, where it is f alone; the shape stays. f is one of `"relu"`, `"tanh"`, `"sigmoid"`, `"gelu"`, `"silu"`, `"elu"`,
 * `"selu"`, `"softplus"`, `"mish"`.
 *
 * RealMLP (Holzmüller, Grinsztajn and Steinwart 2024) has it with selu for classes and mish for numbers.
 *
 * @example
 * Ingress.numeric().pipe(Nn.ntkLinear(256), Nn.parametricActivation("selu"), Nn.ntkHead())
 * @category stages
 */
export const parametricActivation = (activation: typeof Activation.Type) =>
  stage(parametricActivationDefinition, { activation })
