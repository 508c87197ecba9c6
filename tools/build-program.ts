import { globSync, readdirSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'

/**
 * Puts the command line and the packages it loads into a few files in dist/program: that many modules cost Node.js more
 * time to find and link than to run. Two folders below the checkout like src/cli, from where files of it are named. What
 * is loaded only by some commands stays in files of its own, and workers are files beside the one that starts them.
 */

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))
const FOLDER = join(CHECKOUT, 'dist/program')

/** Each is started by the file beside it, under the same name. */
const WORKERS = globSync('src/**/*-worker.ts', { cwd: CHECKOUT })

/** Loads a library for the machine it runs on, and what is seldom wanted and large. */
const NOT_INCLUDED = ['koffi', 'pg']

/**
 * Modules of Node.js are asked for by a call: for an `import` Node.js looks at all that a module has, and with that loads
 * what nobody wants, such as all of `fetch` for a name in node:http.
 */
const builtinModules: Plugin = {
  name: 'builtin-modules',
  // What rolldown itself begins with needs node:module.
  resolveId: (id) => (isBuiltin(id) && id !== 'node:module' ? `\0${id}` : null),
  load: (id) =>
    id.startsWith('\0') && isBuiltin(id.slice(1))
      ? `module.exports = process.getBuiltinModule(${JSON.stringify(id.slice(1))})`
      : null,
}

/**
 * The reader of YAML as browsers get it: the same, but for a question after the environment for every word it reads, by which
 * the other can be debugged. Asking takes Node.js a sixth of the time of reading.
 */
const YAML_FOR_BROWSERS = join(CHECKOUT, 'node_modules/yaml/browser/index.js')

const bundle = await rolldown({
  cwd: CHECKOUT,
  input: {
    main: join(CHECKOUT, 'src/cli/main.ts'),
    ...Object.fromEntries(WORKERS.map((path) => [basename(path, '.ts'), join(CHECKOUT, path)])),
  },
  platform: 'node',
  resolve: { alias: { yaml: YAML_FOR_BROWSERS } },
  external: NOT_INCLUDED,
  plugins: [builtinModules],
  onLog: (level, log) => {
    if (level === 'warn') throw new Error(log.message)
  },
})
const { output } = await bundle.write({
  dir: FOLDER,
  format: 'esm',
  codeSplitting: {
    // What most commands need some of is cheap to have whole; else there would be a file for each set of commands that share it.
    groups: [
      { name: 'nodejs', test: /^\0/ },
      { name: 'domain', test: /src\/(domain|ports)\// },
      { name: 'codec', test: /src\/(codec|render)\// },
    ],
  },
})
// Only now: programs that are just starting still read what was there.
const made = new Set(output.map(({ fileName }) => fileName))
for (const name of readdirSync(FOLDER)) if (!made.has(name)) rmSync(join(FOLDER, name))
// What Node.js keeps compiled (see the launcher) is of files that are gone, and nobody else would remove it. A program that
// is just ending may add to it.
const { EDGEBOOT_CACHE_DIR, XDG_CACHE_HOME } = process.env
const cache = EDGEBOOT_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'edgeboot')
rmSync(join(cache, 'node'), { recursive: true, force: true, maxRetries: 5 })
