import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { expandVariables, MAX_VARIABLE_LENGTH, type VariableSources } from './variables.ts'

const sources: VariableSources = {
  host: new Map([
    ['name', 'store-1'],
    ['labels.site', 'berlin'],
    ['labels.a.b', 'dotted'],
    ['match.mac', '00:50:56:aa:bb:cc'],
  ]),
  env: (name) => ({ TOKEN: 's3cret', NESTED: '${host.name}' })[name],
  file: (path, from) =>
    path === 'key.pem' ? { text: `of ${from}\n` } : { problem: 'there is no such file' },
}
const expand = (text: string) => expandVariables(text, sources, 'fleet.yaml')

describe('variables', () => {
  test.each([
    ['${host.name}', 'store-1'],
    ['a-${host.labels.site}-${host.match.mac}', 'a-berlin-00:50:56:aa:bb:cc'],
    ['${host.labels.a.b}', 'dotted'],
    ['$${host.name} $HOME $(date) $random $', '${host.name} $HOME $(date) $random $'],
    ['$$${host.name}', '$${host.name}'],
    ['no variables', 'no variables'],
  ])('%s becomes %s', (text, result) => {
    expect(expand(text)).toEqual({ text: result, secret: false, problems: [] })
  })

  test.each([
    ['${env.TOKEN}', 's3cret'],
    ['x${file.key.pem}y', 'xof fleet.yamly'],
  ])('%s comes from outside and is secret', (text, result) => {
    expect(expand(text)).toEqual({ text: result, secret: true, problems: [] })
  })

  test.each([
    ['${host.nam}', /did you mean \$\{host\.name\}\?/],
    ['${host.labels.sitte}', /did you mean \$\{host\.labels\.site\}\?/],
    ['${hst.name}', /did you mean \$\{host\.name\}\?/],
    ['${HOME}', /for a \$\{ that is meant for the host itself write \$\$\{/],
    ['${}', /there are host\.name/],
    ['${env.MISSING}', /the environment has no variable of that name/],
    ['${file.other}', /\$\{file\.other\}: there is no such file/],
    ['${host.name', /has no closing brace/],
  ])('%s is refused with what would be right', (text, problem) => {
    expect(expand(text).problems).toEqual([expect.stringMatching(problem)])
  })

  test('a file that is too large is refused, and its content is not told', () => {
    const large = { ...sources, file: () => ({ text: 'x'.repeat(MAX_VARIABLE_LENGTH + 1) }) }

    expect(expandVariables('${file.large}', large, 'f').problems).toEqual([
      '${file.large} is longer than 64 KiB',
    ])
  })

  test.prop([fc.string({ unit: fc.constantFrom('$', '{', '}', 'host.name', 'env.X', 'a', '\n') })])(
    'what is brought in is never looked at again',
    (value) => {
      const outside = {
        host: new Map([['name', value]]),
        env: () => value,
        file: () => ({ text: `${value}\n` }),
      }

      const { text } = expandVariables('<${host.name}|${env.X}|${file.x}>', outside, 'f')

      expect(text).toBe(`<${value}|${value}|${value}>`)
    },
  )

  test.prop([fc.string({ unit: fc.constantFrom('$', '{', '}', 'x', '\n', 'é') })])(
    'any text survives its escaping',
    (text) => {
      expect(expand(text.replaceAll('${', () => '$${')).text).toBe(text)
    },
  )
})
