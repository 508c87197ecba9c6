import { writeSync } from 'node:fs'
import { registerHooks } from 'node:module'

/** With `node --import` before a program: at its end, the URL of every module it has loaded, a line each, on descriptor 3. */
const urls: string[] = []
registerHooks({
  load(url, context, next) {
    urls.push(url)
    return next(url, context)
  },
})
process.on('exit', () => void writeSync(3, urls.map((url) => `${url}\n`).join('')))
