/**
 * Reports of runs: the model that a report is drawn from, its figures, its page.
 */
export * as Figure from "./Figure.ts"
export * as Report from "./Report.ts"
export * as ReportModel from "./ReportModel.ts"
