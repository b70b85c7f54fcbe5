/**
 * Standard output belongs to the results: programs read JSON from it, and a stray line of a module would be among them. What
 * anybody else prints goes to standard error.
 */
import { Console } from "node:console"

const write = process.stdout.write.bind(process.stdout)

/** Writes a part of a result; resolves once more can be written. */
export const result = (text: string): Promise<void> =>
  new Promise((resolve) => {
    if (write(text)) resolve()
    else process.stdout.once("drain", resolve)
  })

/** The console of the commands, which prints results to standard output. */
export const console = new Console({
  stdout: Object.create(process.stdout, { write: { value: write } }) as NodeJS.WriteStream,
  stderr: process.stderr,
  ignoreErrors: false
})

/** From now on only `result` and `console` reach standard output. */
export const reserve = (): void => {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}
