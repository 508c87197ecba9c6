import { expect, test } from 'vitest'
import { newsLine } from './netboot-line.ts'

test('a decision is one line, whatever the client called itself', () => {
  const news = {
    ...({ id: 1, time: Date.UTC(2026, 0, 2, 10, 21, 7), service: 'dhcp', action: 'answered' } as const),
    ...{ host: 'edge-1', mac: '52:54:00:12:34:56', client: 'firmware, x64 UEFI (PXE)\u001b[31m' },
    ...{ reason: 'it may install', file: 'n/edge-1/snponly.efi' },
  }

  const line = newsLine(news)

  expect(line).toMatch(/^10:21:07 dhcp answered edge-1 52:54:00:12:34:56 firmware, x64 UEFI \(PXE\)/)
  expect(line).toMatch(/: it may install → n\/edge-1\/snponly\.efi$/)
  expect(line).not.toContain('\u001b')
})
