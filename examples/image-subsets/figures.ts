/**
 * Copies the figures of the README from the directory of a run.
 *
 * ```sh
 * npx rocflow run examples/image-subsets/experiment.yaml --out image-subsets
 * npx node examples/image-subsets/figures.ts image-subsets
 * ```
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export const figures = [
  "images-as-scanned.svg",
  "images-upright.svg",
  "images-silhouettes.svg",
  "learning-upright-logloss.svg"
] as const

if (import.meta.main) {
  const [run = "image-subsets"] = process.argv.slice(2)
  const folder = new URL("figures/", import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const name of figures) {
    writeFileSync(new URL(name, folder), `${readFileSync(join(run, "figures", name), "utf8")}\n`)
  }
}
