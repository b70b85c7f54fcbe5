/**
 * Trained models of rocflow as ONNX, for whatever runs ONNX.
 */
export * as Onnx from "./Onnx.ts"
export * as OnnxError from "./OnnxError.ts"
