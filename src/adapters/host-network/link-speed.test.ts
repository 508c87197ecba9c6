import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { NetworkInterfaceInfo } from 'node:os'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { linkBytesPerSecond } from './link-speed.ts'

function aMachine(cards: Readonly<Record<string, { readonly address: string; readonly speed?: string }>>) {
  const directory = mkdtempSync(join(tmpdir(), 'edgeboot-net-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  for (const [name, { speed }] of Object.entries(cards)) {
    mkdirSync(join(directory, name))
    if (speed !== undefined) writeFileSync(join(directory, name, 'speed'), speed)
  }
  const interfaces = Object.fromEntries(
    Object.entries(cards).map(([name, { address }]) => [name, [{ address } as NetworkInterfaceInfo]]),
  )
  return { directory, interfaces }
}

test('the speed is that of the card that has the address', async () => {
  const machine = aMachine({
    eth0: { address: '192.0.2.1', speed: '1000\n' },
    eth1: { address: '192.0.2.2', speed: '10000\n' },
  })

  expect(await linkBytesPerSecond('192.0.2.1', machine)).toBe(125_000_000)
  expect(await linkBytesPerSecond('192.0.2.2', machine)).toBe(1_250_000_000)
})

test.each([
  ['a card that does not know', '-1\n'],
  ['one that does not know and has no sign', '4294967295\n'],
  ['one without a cable', ''],
  ['one that says something else', 'fast\n'],
  ['one without the file', undefined],
])('%s has none', async (_what, speed) => {
  const machine = aMachine({ eth0: { address: '192.0.2.1', ...(speed === undefined ? {} : { speed }) } })

  expect(await linkBytesPerSecond('192.0.2.1', machine)).toBeUndefined()
})

test('an address that is not here, and a name, have none', async () => {
  const machine = aMachine({ eth0: { address: '192.0.2.1', speed: '1000\n' } })

  expect(await linkBytesPerSecond('198.51.100.1', machine)).toBeUndefined()
  expect(await linkBytesPerSecond('boot.example', machine)).toBeUndefined()
})
