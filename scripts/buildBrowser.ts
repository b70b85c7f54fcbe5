/**
 * Bundles what a page needs to predict: one minified ES module, `packages/browser/dist/rocflow.js`, and says how large it is.
 *
 * `node scripts/buildBrowser.ts`
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { bundle as bundleOf } from "./bundle.ts"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")

/** The bundle. */
export const bundle = (): Promise<string> => bundleOf("packages/browser/src/index.ts")

/** The bytes of text as it is sent, plain and by gzip. */
export const sizes = (code: string) => ({ plain: Buffer.byteLength(code), gzip: gzipSync(code, { level: 9 }).length })

if (import.meta.main) {
  const code = await bundle()
  const folder = join(root, "packages/browser/dist")
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "rocflow.js"), code)
  const { gzip, plain } = sizes(code)
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`
  process.stdout.write(`packages/browser/dist/rocflow.js: ${kilobytes(plain)}, ${kilobytes(gzip)} by gzip\n`)
}
