/**
 * Experiments for programs: what the `rocflow` command is made of.
 */
export * as Experiment from "./experiment/Experiment.ts"
export * as ExperimentError from "./experiment/ExperimentError.ts"
