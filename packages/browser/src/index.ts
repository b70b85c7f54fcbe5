/**
 * Models that rocflow trained, in a web page: they predict by the code that predicts in Node.
 *
 * @example
 * const model = await loadModel("model.json")
 * const { response } = await model.predict([{ age: 61, smoker: "yes" }])
 */
export { LoadError, loadModel, type Model, type Options, type Source } from "./Model.ts"
export type { Classes, Numbers, Predicted } from "./Predicted.ts"
export type { Columns, Nested, Rows, Tensor, Value } from "./Rows.ts"
