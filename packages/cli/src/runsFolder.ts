/** Where runs are without `--out`. */
export const runsFolder = "rocflow-runs"
