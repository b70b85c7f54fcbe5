/**
 * Standard output belongs to the results: programs read JSON from it, and a stray line of a module would be among them. What
 * anybody else prints goes to standard error.
 */
import { Console } from "node:console"
import { visible } from "./visible.ts"

const write = process.stdout.write.bind(process.stdout)

/** Writes a part of a result; resolves once more can be written. */
export const result = (text: string): Promise<void> =>
  new Promise((resolve) => {
    if (write(text)) resolve()
    else process.stdout.once("drain", resolve)
  })

const writing = (to: NodeJS.WriteStream, through: (text: string) => boolean): NodeJS.WriteStream =>
  Object.create(to, { write: { value: (text: string) => through(visible(text)) } }) as NodeJS.WriteStream

/** The console of the commands, which prints results to standard output. */
export const console = new Console({
  stdout: writing(process.stdout, write),
  stderr: writing(process.stderr, (text) => process.stderr.write(text)),
  ignoreErrors: false
})

/** From now on only `result` and `console` reach standard output. */
export const reserve = (): void => {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}
