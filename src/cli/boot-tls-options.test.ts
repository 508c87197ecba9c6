import { expect, test } from 'vitest'
import { bootTlsOf } from './boot-tls-options.ts'

test('without a word of it there is no HTTPS for hosts', () => {
  expect(bootTlsOf({})).toBeUndefined()
})

test('a certificate of ours or of yours', () => {
  expect(bootTlsOf({ bootTls: true, bootTlsPort: 0, bootTlsName: ['boot.example'] })).toEqual({
    certificate: 'generated',
    port: 0,
    names: ['boot.example'],
  })
  expect(bootTlsOf({ bootTlsCert: 'a.crt', bootTlsKey: 'a.key' })).toEqual({
    certificate: { certificatePath: 'a.crt', keyPath: 'a.key' },
    port: undefined,
    names: [],
  })
})

test.each([
  [{ bootTlsCert: 'a.crt' }, /go together/],
  [{ bootTlsKey: 'a.key', bootTls: true }, /go together/],
  [{ bootTlsPort: 9443 }, /need --boot-tls/],
  [{ bootTlsName: ['x'] }, /need --boot-tls/],
])('%j is refused', (values, message) => {
  expect(() => bootTlsOf(values)).toThrow(message)
})
