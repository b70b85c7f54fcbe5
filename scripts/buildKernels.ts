/**
 * Compiles kernels of AssemblyScript to WebAssembly and writes the bytes as modules, so that no file is looked up at run
 * time. With --check it writes nothing, and fails if a module is not what its source compiles to.
 *
 *     node scripts/buildKernels.ts [--check]
 */
import { readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as asc from "assemblyscript/asc"

const root = join(import.meta.dirname, "..")

/** What is compiled: the entry, the module that holds the bytes, and what the processor is asked for. */
const kernels: ReadonlyArray<{
  readonly entry: string
  readonly module: string
  readonly features: ReadonlyArray<string>
}> = [
  {
    entry: "packages/losses/src/kernels/assembly/aum.ts",
    module: "packages/losses/src/kernels/aumWasm.ts",
    features: ["simd"]
  },
  {
    entry: "packages/core/src/engine/fused/assembly/index.ts",
    module: "packages/core/src/engine/fused/internal/strictWasm.ts",
    features: ["simd"]
  },
  {
    entry: "packages/core/src/engine/fused/assembly/index.ts",
    module: "packages/core/src/engine/fused/internal/relaxedWasm.ts",
    features: ["simd", "relaxed-simd"]
  },
  {
    entry: "packages/learners/src/internal/boosting/assembly/histograms.ts",
    module: "packages/learners/src/internal/boosting/histogramsWasm.ts",
    features: ["simd"]
  },
  {
    entry: "packages/learners/src/internal/forest/assembly/splits.ts",
    module: "packages/learners/src/internal/forest/splitsWasm.ts",
    features: ["simd"]
  }
]

const options = ["--runtime", "stub", "--noAssert", "-O3", "--converge", "--disableWarning", "112"]

const read = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

const compile = async (entry: string, features: ReadonlyArray<string>): Promise<Uint8Array> => {
  const folder = join(root, dirname(entry))
  const name = entry.slice(dirname(entry).length + 1)
  let bytes: Uint8Array | undefined
  const enabled = features.flatMap((feature) => ["--enable", feature])
  const { error, stderr } = await asc.main([name, "--outFile", "kernel.wasm", ...options, ...enabled], {
    readFile: (path) => read(join(folder, path)),
    writeFile: (_, contents) => {
      if (typeof contents !== "string") bytes = contents
    },
    listFiles: () => []
  })
  if (error !== null || bytes === undefined) throw new Error(`${entry} does not compile:\n${stderr.toString()}`)
  return bytes
}

const moduleText = (entry: string, features: ReadonlyArray<string>, bytes: Uint8Array): string => {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,110}/g) ?? []
  return `/** ${entry.slice(entry.indexOf("assembly/"))} with ${features.join(" and ")}, ${bytes.length} bytes, compiled by scripts/buildKernels.ts. */
export const base64 =
${lines.map((line) => `  "${line}"`).join(" +\n")}
`
}

const check = process.argv.includes("--check")
let stale = 0
for (const { entry, features, module } of kernels) {
  const bytes = await compile(entry, features)
  const text = moduleText(entry, features, bytes)
  if (!check) {
    writeFileSync(join(root, module), text)
    process.stdout.write(`${module}: ${bytes.length} bytes\n`)
  } else if (read(join(root, module)) !== text) {
    stale++
    process.stderr.write(`${module} is not what ${entry} compiles to; run node scripts/buildKernels.ts\n`)
  }
}
process.exitCode = stale === 0 ? 0 : 1
