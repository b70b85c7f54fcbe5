/**
 * Experiments and reports for programs: what the `rocflow` command is made of.
 */
export * as Experiment from "./experiment/Experiment.ts"
export * as ExperimentError from "./experiment/ExperimentError.ts"
export * as Report from "./report/Report.ts"
export * as ReportModel from "./report/ReportModel.ts"
