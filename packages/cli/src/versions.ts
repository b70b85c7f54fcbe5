/**
 * The versions that a result depends on, as recorded with every run.
 */
import { createRequire } from "node:module"
import { version } from "./version.ts"

const require = createRequire(import.meta.url)

const versionOf = (name: string): string => (require(`${name}/package.json`) as { readonly version: string }).version

/** rocflow, Node and the libraries that compute. */
export const versions: Readonly<Record<string, string>> = {
  rocflow: version,
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  "@tensorflow/tfjs-core": versionOf("@tensorflow/tfjs-core"),
  effect: versionOf("effect")
}
